// SPDX-License-Identifier: GPL-2.0
// Suggestions for misspelled names. Pure functions.
#ifndef PSINFO_TOOL_SUGGEST_H
#define PSINFO_TOOL_SUGGEST_H

#include <string>
#include <string_view>
#include <vector>

namespace tool {

/// The candidate with the fewest typing errors compared to @word (an extra, missing or
/// wrong letter, or two adjacent letters swapped): one or two, and at most a third of
/// the length of @word. The first of several; empty if there is none.
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string> &candidates);

/// The hint for a misspelled name: "did you mean 'NEAREST'? If not, MORE", or only MORE.
[[nodiscard]] std::string suggestion(std::string_view word, const std::vector<std::string> &candidates,
				     const std::string &more);

} // namespace tool

#endif // PSINFO_TOOL_SUGGEST_H
