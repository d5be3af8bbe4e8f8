// SPDX-License-Identifier: GPL-2.0
// UTF-8 decoding, and which characters are invisible.
#include "character.h"

#include <algorithm>
#include <iterator>

#include "invisible.h"

namespace tool {

namespace {

/// Both ends are part of it.
struct Range {
	char32_t first;
	char32_t last;
};

constexpr Range invisible[] = PSINFO_INVISIBLE_RANGES;

/// @ranges are in ascending order.
template <std::size_t count> bool is_in(const Range (&ranges)[count], char32_t code)
{
	const auto *range = std::lower_bound(std::begin(ranges), std::end(ranges), code,
					     [](const Range &one, char32_t wanted) { return one.last < wanted; });
	return range != std::end(ranges) && range->first <= code;
}

unsigned char byte_at(std::string_view text, std::size_t at)
{
	return static_cast<unsigned char>(text[at]);
}

/// Of a character that begins with this byte; 0 if none does.
std::size_t length_after(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xc2 || first > 0xf4)
		return 0;
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/// Overlong, a surrogate, or beyond U+10FFFF.
bool is_invalid(char32_t code, std::size_t length)
{
	return (length == 3 && code < 0x800) || (length == 4 && code < 0x10000) || code > 0x10ffff ||
	       (code >= 0xd800 && code <= 0xdfff);
}

} // namespace

Character first_character(std::string_view text)
{
	std::size_t length = text.empty() ? 0 : length_after(byte_at(text, 0));
	if (length == 0 || length > text.size())
		return {};

	char32_t code = length == 1 ? byte_at(text, 0) : byte_at(text, 0) & (0x7fU >> length);
	for (std::size_t i = 1; i < length; i++) {
		if ((byte_at(text, i) & 0xc0U) != 0x80)
			return {};
		code = code << 6U | (byte_at(text, i) & 0x3fU);
	}
	return is_invalid(code, length) ? Character() : Character{code, length};
}

bool is_visible(char32_t code)
{
	bool is_control = code < ' ' || (code >= 0x7f && code < 0xa0);
	return !is_control && !is_in(invisible, code);
}

} // namespace tool
