// SPDX-License-Identifier: GPL-2.0
// UTF-8 characters: code point, visibility, and width in terminal columns.
// Independent of the locale.
#ifndef PSINFO_TOOL_CHARACTER_H
#define PSINFO_TOOL_CHARACTER_H

#include <cstddef>
#include <string_view>

namespace tool {

struct Character {
	char32_t code = 0;
	std::size_t length = 0; ///< in bytes; 0: the text does not begin with valid UTF-8
};

/// The character at the beginning of @text.
[[nodiscard]] Character first_character(std::string_view text);

/// False for control characters and for those listed in ../uapi/invisible.h.
[[nodiscard]] bool is_visible(char32_t code);

/// 0 for a combining mark, 2 for a wide character, else 1: what wcwidth() returns for
/// a visible character in a UTF-8 locale.
[[nodiscard]] std::size_t columns_of(char32_t code);

} // namespace tool

#endif // PSINFO_TOOL_CHARACTER_H
