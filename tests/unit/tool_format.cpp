// SPDX-License-Identifier: GPL-2.0
// Escaping by the rules of the module, and formatting of numbers, times and sizes.
#include <algorithm>
#include <array>
#include <clocale>
#include <cstdio>
#include <cwchar>
#include <vector>

#include <gtest/gtest.h>

#include "cli/command.h"
#include "model/parse.h"
#include "render/character.h"
#include "render/format.h"

namespace {

using namespace std::chrono_literals;
using tool::escaped;

TEST(Escaping, LeavesPlainNamesAndUtf8Alone)
{
	EXPECT_EQ(escaped("kworker/0:1 (x)"), "kworker/0:1 (x)");
	EXPECT_EQ(escaped("größe€😀"), "größe€😀");
	EXPECT_EQ(escaped(""), "");
}

TEST(Escaping, EscapesControlBytesAndBackslashes)
{
	EXPECT_EQ(escaped("a\nb\\c"), "a\\nb\\\\c");
	EXPECT_EQ(escaped("\x1b[31m\t\x7f"), "\\033[31m\\011\\177");
	EXPECT_EQ(escaped(std::string("a\0b", 3)), "a\\000b");
}

TEST(Escaping, EscapesInvalidUtf8ByteByByte)
{
	EXPECT_EQ(escaped("\xff"), "\\377");
	EXPECT_EQ(escaped("\xc3"), "\\303"); // truncated
	EXPECT_EQ(escaped("\xe2\x82"), "\\342\\202");
	EXPECT_EQ(escaped("\xc0\xaf"), "\\300\\257"); // overlong
	EXPECT_EQ(escaped("\xed\xa0\x80"), "\\355\\240\\200"); // a surrogate
	EXPECT_EQ(escaped("\xf4\x90\x80\x80"), "\\364\\220\\200\\200"); // beyond U+10FFFF
	EXPECT_EQ(escaped("\xf0\x9f\x98"), "\\360\\237\\230");
}

TEST(Escaping, EscapesTwoByteControlCharacters)
{
	EXPECT_EQ(escaped("\xc2\x9b"), "\\302\\233"); // CSI
	EXPECT_EQ(escaped("\xc2\xa0"), "\xc2\xa0"); // a no-break space takes one column
}

/// @code as UTF-8, raw or each byte as \ooo.
std::string utf8(char32_t code, bool is_escaped)
{
	std::string raw;
	if (code < 0x800) {
		raw += static_cast<char>(0xc0U | code >> 6U);
	} else if (code < 0x10000) {
		raw += static_cast<char>(0xe0U | code >> 12U);
		raw += static_cast<char>(0x80U | (code >> 6U & 0x3fU));
	} else {
		raw += static_cast<char>(0xf0U | code >> 18U);
		raw += static_cast<char>(0x80U | (code >> 12U & 0x3fU));
		raw += static_cast<char>(0x80U | (code >> 6U & 0x3fU));
	}
	raw += static_cast<char>(0x80U | (code & 0x3fU));
	if (!is_escaped)
		return raw;

	std::string text;
	for (unsigned char byte : raw) {
		std::array<char, 5> octal = {};
		std::snprintf(octal.data(), octal.size(), "\\%03o", static_cast<unsigned>(byte));
		text += octal.data();
	}
	return text;
}

TEST(Escaping, EscapesExactlyTheInvisibleCharacters)
{
	// A second copy; tests/static/lint compares the original with Unicode.
	constexpr std::array<std::array<char32_t, 2>, 18> invisible = {{{0xad, 0xad},
									{0x34f, 0x34f},
									{0x61c, 0x61c},
									{0x115f, 0x1160},
									{0x17b4, 0x17b5},
									{0x180b, 0x180f},
									{0x200b, 0x200f},
									{0x2028, 0x202e},
									{0x2060, 0x206f},
									{0x2800, 0x2800},
									{0x3164, 0x3164},
									{0xfe00, 0xfe0f},
									{0xfeff, 0xfeff},
									{0xffa0, 0xffa0},
									{0xfff0, 0xfffb},
									{0x1bca0, 0x1bca3},
									{0x1d173, 0x1d17a},
									{0xe0000, 0xe0fff}}};
	auto is_invisible = [&](char32_t code) {
		return std::any_of(invisible.begin(), invisible.end(),
				   [&](const auto &range) { return code >= range[0] && code <= range[1]; });
	};
	auto is_surrogate = [](char32_t code) { return code >= 0xd800 && code <= 0xdfff; };
	std::vector<unsigned> wrong;
	for (char32_t code = 0xa0; code < 0x110000; code++) {
		if (code >= 0x20000 && (code & 0xffU) != 0 && (code & 0xffU) != 0xff)
			continue; // there, code points on both sides of each range limit are enough
		if (!is_surrogate(code) && escaped(utf8(code, false)) != utf8(code, is_invisible(code)))
			wrong.push_back(code);
	}
	EXPECT_EQ(wrong, std::vector<unsigned>());
}

TEST(Escaping, EscapesMarksThatCanDisguiseNames)
{
	EXPECT_EQ(escaped("ssh\xe2\x80\x8b"), "ssh\\342\\200\\213"); // U+200B: zero-width space
	EXPECT_EQ(escaped("\xe2\x80\x8fx"), "\\342\\200\\217x"); // U+200F: right-to-left mark
	EXPECT_EQ(escaped("\xd8\x9c"), "\\330\\234"); // U+061C
	EXPECT_EQ(escaped("\xef\xbb\xbf"), "\\357\\273\\277"); // U+FEFF
	EXPECT_EQ(escaped("\xf3\xa0\x81\xa1"), "\\363\\240\\201\\241"); // U+E0061: a tag
}

TEST(Escaping, ReturnsItsWidthInColumns)
{
	std::string text;
	EXPECT_EQ(tool::append_escaped(text, "ö\n"), 3U);
	EXPECT_EQ(tool::append_escaped(text, "a b", " "), 6U);
	EXPECT_EQ(text, "ö\\na\\040b");
	EXPECT_EQ(tool::append_escaped(text, "漢字"), 4U);
	EXPECT_EQ(tool::append_escaped(text, "e\xcc\x81\xff"), 5U); // a combining accent, and invalid UTF-8
}

std::string time_text(std::chrono::nanoseconds time)
{
	std::string text;
	tool::append_time(text, time);
	return text;
}

TEST(Times, AreFormattedLikeAClock)
{
	EXPECT_EQ(time_text(0s), "0:00.00");
	EXPECT_EQ(time_text(7250ms), "0:07.25");
	EXPECT_EQ(time_text(59min + 59s + 999ms), "59:59.99");
	EXPECT_EQ(time_text(1h), "1:00:00");
	EXPECT_EQ(time_text(23h + 59min + 59s), "23:59:59");
	EXPECT_EQ(time_text(24h * 3 + 4h + 5min + 6s), "3-04:05:06");
	EXPECT_EQ(time_text(-1500ms), "-0:01.50");
}

TEST(Times, InSecondsAreExact)
{
	std::string text;
	for (auto time : {0ns, 1ns, 1500000000ns, 12'000'000'000ns, -20'000'000ns}) {
		tool::append_seconds(text, time);
		text += ' ';
	}
	EXPECT_EQ(text, "0 0.000000001 1.5 12 -0.02 ");
}

std::string size_text(std::uint64_t bytes)
{
	std::string text;
	tool::append_size(text, bytes);
	return text;
}

TEST(Sizes, HaveBinaryPrefixes)
{
	EXPECT_EQ(size_text(0), "0");
	EXPECT_EQ(size_text(1023), "1023");
	EXPECT_EQ(size_text(1024), "1.0K");
	EXPECT_EQ(size_text(10137), "9.9K");
	EXPECT_EQ(size_text(10200), "10K");
	EXPECT_EQ(size_text(1048575), "1.0M");
	EXPECT_EQ(size_text(3ULL << 30U), "3.0G");
	EXPECT_EQ(size_text(UINT64_MAX), "16E");
}

TEST(Numbers, AreParsedCompletelyOrRefused)
{
	std::uint64_t number = 5;
	EXPECT_TRUE(tool::parse_number("42", 42, number));
	EXPECT_EQ(number, 42U);
	for (const char *bad : {"", "-1", "+1", "1x", " 1", "43", "99999999999999999999999"})
		EXPECT_FALSE(tool::parse_number(bad, 42, number)) << bad;
	EXPECT_EQ(number, 42U);
}

TEST(Widths, CountTerminalColumns)
{
	EXPECT_EQ(tool::shown_width("aö€"), 3U);
	EXPECT_EQ(tool::shown_width("漢字"), 4U);
	EXPECT_EQ(tool::shown_width("한글 ｆ 😀"), 10U);
	EXPECT_EQ(tool::shown_width("e\xcc\x81"), 1U) << "a combining accent";
	EXPECT_EQ(tool::shown_width("\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab"), 2U) << "a syllable of three letters";
	EXPECT_EQ(tool::shown_width("a\xff\xe6\xbc"), 4U) << "invalid: one for each byte";
}

TEST(Widths, AreNotExceededByCutText)
{
	EXPECT_EQ(tool::cut_to_width("aö€x", 3), "aö€");
	EXPECT_EQ(tool::cut_to_width("aö", 9), "aö");
	EXPECT_EQ(tool::cut_to_width("aö", 0), "");
	EXPECT_EQ(tool::cut_to_width("漢字", 4), "漢字");
	EXPECT_EQ(tool::cut_to_width("漢字", 3), "漢") << "half a character is none";
	EXPECT_EQ(tool::cut_to_width("漢字", 1), "");
	EXPECT_EQ(tool::cut_to_width("e\xcc\x81x", 1), "e\xcc\x81") << "the accent belongs to the e";
	EXPECT_EQ(tool::cut_to_width("\xcc\x81x", 0), "");
	EXPECT_EQ(tool::cut_to_width("\xff\xe6\xbc", 2), "\xff\xe6");
}

TEST(Widths, AreFilledByPaddedText)
{
	EXPECT_EQ(tool::padded("漢", 4), "漢  ");
	EXPECT_EQ(tool::padded("漢字", 3), "漢字");
}

TEST(Widths, StayTheSameInAscii)
{
	EXPECT_EQ(tool::as_ascii("aö漢e\xcc\x81\xff"), "a???e?");
}

/// Compares with the C library's tables, which may be of another Unicode version.
TEST(Widths, MatchThoseOfTheCLibraryWithFewExceptions)
{
	auto *locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
	if (!locale)
		GTEST_SKIP() << "there is no locale C.UTF-8";
	auto *before = uselocale(locale);
	std::size_t compared = 0;
	std::size_t differ = 0;
	for (char32_t code = 0xa0; code < 0x110000; code += code < 0x20000 ? 1 : 0x10) {
		auto width = wcwidth(static_cast<wchar_t>(code));
		if (width < 0 || !tool::is_visible(code))
			continue;
		compared++;
		differ += tool::columns_of(code) != static_cast<std::size_t>(width) ? 1 : 0;
	}
	uselocale(before);
	freelocale(locale);
	EXPECT_GT(compared, 50'000U);
	EXPECT_LT(differ, compared / 1000);
}

} // namespace
