// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers, and bytes that may be anything, as text.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "text.h"

#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/string.h>

#include "../uapi/invisible.h"

static u64 magnitude(s64 value)
{
	return value < 0 ? -(u64)value : value;
}

unsigned int psinfo_number_width(s64 value)
{
	unsigned int width = value < 0 ? 2 : 1;
	u64 rest = magnitude(value);

	while (rest >= 10) {
		rest = div_u64(rest, 10);
		width++;
	}
	return width;
}

char *psinfo_put_number(char *at, s64 value, unsigned int width)
{
	char *end = at + width, *to = end;
	u64 rest = magnitude(value);
	u32 digit;

	do {
		rest = div_u64_rem(rest, 10, &digit);
		*--to = '0' + digit;
	} while (rest);
	if (value < 0)
		*--to = '-';
	while (to > at)
		*--to = ' ';
	return end;
}

static bool is_continuation(u8 byte)
{
	return (byte & 0xc0) == 0x80;
}

static const struct {
	u32 first, last;
} invisible[] = PSINFO_INVISIBLE_RANGES;

static bool is_invisible(u32 code)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(invisible); i++) {
		if (code >= invisible[i].first && code <= invisible[i].last)
			return true;
	}
	return false;
}

/* The code point of the well-formed character of @length bytes at @s */
static u32 code_point(const u8 *s, unsigned int length)
{
	u32 code = s[0] & (0x7f >> length);
	unsigned int i;

	for (i = 1; i < length; i++)
		code = code << 6 | (s[i] & 0x3f);
	return code;
}

/*
 * The length of the UTF-8 character of two to four bytes at @s, or 0 if it is
 * not well-formed (overlong, a surrogate, beyond U+10FFFF) or a C1 control
 * character, which terminals act on. Stops at the NUL.
 */
static unsigned int utf8_length(const u8 *s)
{
	if (s[0] < 0xc2 || s[0] > 0xf4 || !is_continuation(s[1]))
		return 0;
	if (s[0] < 0xe0)
		return s[0] == 0xc2 && s[1] < 0xa0 ? 0 : 2;
	if (!is_continuation(s[2]))
		return 0;
	if (s[0] < 0xf0) {
		if ((s[0] == 0xe0 && s[1] < 0xa0) ||
		    (s[0] == 0xed && s[1] >= 0xa0))
			return 0;
		return 3;
	}
	if ((s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] >= 0x90))
		return 0;
	return is_continuation(s[3]) ? 4 : 0;
}

/*
 * Write the character at @s, which is not plain, at @at, or its first byte
 * escaped. Return: the number of bytes used of @s; *@ret_bytes and *@ret_width
 * are the length of the output, in bytes and in characters.
 */
static unsigned int put_special(char *at, const u8 *s, unsigned int *ret_bytes,
				unsigned int *ret_width)
{
	unsigned int length = utf8_length(s);

	if (length && !is_invisible(code_point(s, length))) {
		memcpy(at, s, length);
		*ret_bytes = length;
		*ret_width = 1;
		return length;
	}

	at[0] = '\\';
	if (*s == '\\' || *s == '\n') {
		at[1] = *s == '\n' ? 'n' : '\\';
		*ret_bytes = 2;
	} else {
		at[1] = '0' + (*s >> 6);
		at[2] = '0' + (*s >> 3 & 7);
		at[3] = '0' + (*s & 7);
		*ret_bytes = 4;
	}
	*ret_width = *ret_bytes;
	return 1;
}

char *psinfo_put_escaped(char *at, const char *text, unsigned int *ret_width)
{
	const u8 *s = (const u8 *)text;
	unsigned int bytes, shown, width = 0;

	while (*s) {
		if (psinfo_is_plain(*s)) {
			*at++ = *s++;
			width++;
			continue;
		}
		s += put_special(at, s, &bytes, &shown);
		at += bytes;
		width += shown;
	}
	*ret_width = width;
	return at;
}

#ifdef DEBUG
#include "selftest/text.c"
#endif
