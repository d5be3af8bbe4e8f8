// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers and names as text in columns; names escaped.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "text.h"

#include <linux/math64.h>
#include <linux/string.h>

unsigned int psinfo_number_width(s64 value)
{
	u64 rest = value < 0 ? -(u64)value : value;
	unsigned int width = value < 0 ? 2 : 1;

	for (; rest >= 10; rest = div_u64(rest, 10))
		width++;
	return width;
}

/* Writes the digits of @rest backwards from @end; returns the first one. */
static char *digits_before(char *end, u64 rest)
{
	u32 small;

	while (rest > U32_MAX) {
		u64 tenth = div_u64(rest, 10);

		*--end = '0' + (u32)(rest - 10 * tenth);
		rest = tenth;
	}
	/* Nearly always the whole number: 32 bits divide fast everywhere. */
	small = rest;
	do {
		*--end = '0' + small % 10;
		small /= 10;
	} while (small);
	return end;
}

char *psinfo_put_number(char *at, s64 value, unsigned int width)
{
	char digits[PSINFO_NUMBER_TEXT_MAX];
	char *end = digits + sizeof(digits);
	char *first = digits_before(end, value < 0 ? -(u64)value : value);

	if (value < 0)
		*--first = '-';
	for (; width > end - first; width--)
		*at++ = ' ';
	while (first < end)
		*at++ = *first++;
	return at;
}

static bool is_continuation(u8 byte)
{
	return (byte & 0xc0) == 0x80;
}

/*
 * The length of the well-formed UTF-8 character of two to four bytes at @s,
 * or 0. Overlong forms, surrogates, code points beyond U+10FFFF and the C1
 * controls (which terminals obey) are not well-formed here. Stops at the NUL.
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

static bool is_plain(u8 byte)
{
	return byte >= ' ' && byte < 0x7f && byte != '\\';
}

/*
 * Writes at @at what stands for the character at @s, which is not plain.
 * Returns the bytes of @s it covers; *@ret_bytes and *@ret_width are what was
 * written, in bytes and in characters.
 */
static unsigned int put_special(char *at, const u8 *s, unsigned int *ret_bytes,
				unsigned int *ret_width)
{
	unsigned int length = utf8_length(s);

	if (length) {
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

/* Writes @name at @at; *@ret_width is how many characters it shows. */
static char *put_escaped(char *at, const char *name, unsigned int *ret_width)
{
	const u8 *s = (const u8 *)name;
	unsigned int bytes, shown, width = 0;

	while (*s) {
		if (likely(is_plain(*s))) {
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

unsigned int psinfo_name_width(const char *name)
{
	char scratch[PSINFO_NAME_TEXT_MAX];
	unsigned int width;

	put_escaped(scratch, name, &width);
	return width;
}

static char *put_padding(char *at, unsigned int shown, unsigned int width)
{
	if (shown >= width)
		return at;
	memset(at, ' ', width - shown);
	return at + (width - shown);
}

char *psinfo_put_name(char *at, const char *name, unsigned int width)
{
	unsigned int shown;

	at = put_escaped(at, name, &shown);
	return put_padding(at, shown, width);
}

char *psinfo_put_word(char *at, const char *word, unsigned int width)
{
	size_t shown = strlen(word);

	memcpy(at, word, shown);
	return put_padding(at + shown, shown, width);
}

#ifdef DEBUG
#include "selftest/text.c"
#endif
