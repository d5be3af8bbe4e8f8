// SPDX-License-Identifier: GPL-2.0
// Formats names, numbers, times and sizes. The escaping rules are those of
// src/kernel/text.c.
#include "render/format.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "render/character.h"

namespace tool {

namespace {

bool is_plain(unsigned char byte)
{
	return byte >= ' ' && byte < 0x7f && byte != '\\';
}

/// Returns the width in columns.
std::size_t append_byte(std::string &to, unsigned char byte)
{
	if (byte == '\n' || byte == '\\') {
		to += byte == '\n' ? "\\n" : "\\\\";
		return 2;
	}
	to += '\\';
	to += static_cast<char>('0' + (byte >> 6U));
	to += static_cast<char>('0' + (byte >> 3U & 7U));
	to += static_cast<char>('0' + (byte & 7U));
	return 4;
}

std::size_t append_each(std::string &to, std::string_view text, std::string_view also)
{
	std::size_t width = 0;

	while (!text.empty()) {
		auto [code, length] = first_character(text);
		bool is_escaped = length == 0 || code == '\\' || !is_visible(code) ||
				  also.find(text[0]) != std::string_view::npos;

		length = is_escaped ? 1 : length;
		if (is_escaped) {
			width += append_byte(to, static_cast<unsigned char>(text[0]));
		} else {
			width += columns_of(code);
			to += text.substr(0, length);
		}
		text.remove_prefix(length);
	}
	return width;
}

template <typename Number> void append_decimal(std::string &to, Number number)
{
	std::array<char, 24> digits;
	auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
	to.append(digits.data(), end);
}

/// Pads with leading zeros to @digits digits.
void append_padded(std::string &to, std::uint64_t number, unsigned digits)
{
	std::string text;
	append_number(text, number);
	to.append(text.size() < digits ? digits - text.size() : 0, '0');
	to += text;
}

} // namespace

std::size_t append_escaped(std::string &to, std::string_view text, std::string_view also)
{
	auto is_simple = [](char byte) { return is_plain(static_cast<unsigned char>(byte)); };

	if (!also.empty() || !std::all_of(text.begin(), text.end(), is_simple))
		return append_each(to, text, also);
	to += text;
	return text.size();
}

std::string escaped(std::string_view text)
{
	std::string result;
	append_escaped(result, text);
	return result;
}

void append_number(std::string &to, std::int64_t number)
{
	append_decimal(to, number);
}

void append_number(std::string &to, std::uint64_t number)
{
	append_decimal(to, number);
}

void append_time(std::string &to, std::chrono::nanoseconds time)
{
	if (time.count() < 0) {
		to += '-';
		time = -time;
	}
	auto hundredths = static_cast<std::uint64_t>(time.count()) / 10'000'000;
	auto seconds = hundredths / 100;
	auto hours = seconds / 3600;

	if (hours >= 24) {
		append_number(to, hours / 24);
		to += '-';
		append_padded(to, hours % 24, 2);
	} else if (hours) {
		append_number(to, hours);
	}
	if (hours)
		to += ':';
	append_padded(to, seconds / 60 % 60, hours ? 2 : 1);
	to += ':';
	append_padded(to, seconds % 60, 2);
	if (!hours) {
		to += '.';
		append_padded(to, hundredths % 100, 2);
	}
}

void append_seconds(std::string &to, std::chrono::nanoseconds time)
{
	if (time.count() < 0) {
		to += '-';
		time = -time;
	}
	auto nanoseconds = static_cast<std::uint64_t>(time.count());

	append_number(to, nanoseconds / 1'000'000'000);
	if (nanoseconds % 1'000'000'000 == 0)
		return;
	to += '.';
	append_padded(to, nanoseconds % 1'000'000'000, 9);
	to.erase(to.find_last_not_of('0') + 1);
}

void append_size(std::string &to, std::uint64_t bytes)
{
	constexpr std::string_view prefixes = "KMGTPE";

	if (bytes < 1024) {
		append_number(to, bytes);
		return;
	}
	std::size_t prefix = 0;
	auto size = static_cast<double>(bytes) / 1024;
	for (; size >= 1023.5 && prefix + 1 < prefixes.size(); prefix++)
		size /= 1024;

	auto tenths = static_cast<std::uint64_t>(std::llround(size * 10));
	append_number(to, tenths < 100 ? tenths / 10 : static_cast<std::uint64_t>(std::llround(size)));
	if (tenths < 100) {
		to += '.';
		append_number(to, tenths % 10);
	}
	to += prefixes[prefix];
}

std::size_t shown_width(std::string_view text)
{
	std::size_t width = 0;

	while (!text.empty()) {
		auto [code, length] = first_character(text);
		width += length ? columns_of(code) : 1;
		text.remove_prefix(std::max<std::size_t>(length, 1));
	}
	return width;
}

std::string_view cut_to_width(std::string_view text, std::size_t width)
{
	std::size_t at = 0;

	if (width == 0)
		return {};
	// Continue at width 0: combining marks belong to the last character that fits.
	while (at < text.size()) {
		auto [code, length] = first_character(text.substr(at));
		auto columns = length ? columns_of(code) : 1;
		if (columns > width)
			break;
		width -= columns;
		at += std::max<std::size_t>(length, 1);
	}
	return text.substr(0, at);
}

std::string as_ascii(std::string_view text)
{
	std::string result;

	while (!text.empty()) {
		auto [code, length] = first_character(text);
		if (length == 1)
			result += text[0];
		else
			result.append(length ? columns_of(code) : 1, '?');
		text.remove_prefix(std::max<std::size_t>(length, 1));
	}
	return result;
}

std::string padded(std::string text, std::size_t width)
{
	auto shown = shown_width(text);
	text.append(width - std::min(width, shown), ' ');
	return text;
}

} // namespace tool
