// SPDX-License-Identifier: GPL-2.0
// Suggestions for misspelled names. Pure functions.
#ifndef PSINFO_TOOL_SUGGEST_H
#define PSINFO_TOOL_SUGGEST_H

#include <string>
#include <string_view>
#include <vector>

namespace tool {

/// The candidate that is one or two typing errors (a letter too many, missing,
/// wrong, or swapped with the next one) away from @word and at most a third of its
/// length; the first of the nearest. Empty if none is that near.
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string> &candidates);

/// The hint for a misspelled name: "did you mean 'NEAREST'? MORE", or only MORE.
[[nodiscard]] std::string suggestion(std::string_view word, const std::vector<std::string> &candidates,
				     const std::string &more);

} // namespace tool

#endif // PSINFO_TOOL_SUGGEST_H
