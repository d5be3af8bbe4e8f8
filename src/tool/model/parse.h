// SPDX-License-Identifier: GPL-2.0
// Parses lists and numbers that a user has typed.
#ifndef PSINFO_TOOL_PARSE_H
#define PSINFO_TOOL_PARSE_H

#include <cstdint>
#include <string_view>
#include <vector>

namespace tool {

/// "a,b,,c" is "a", "b", "", "c"; "" is one empty part.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char at = ',');
/// Parses a decimal number that is all of @text and no more than @most.
[[nodiscard]] bool parse_number(std::string_view text, std::uint64_t most, std::uint64_t &number);

} // namespace tool

#endif // PSINFO_TOOL_PARSE_H
