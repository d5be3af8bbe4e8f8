// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers and names as text in columns; names escaped.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "text.h"

#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/string.h>

unsigned int psinfo_number_width(s64 value)
{
	u64 rest = value < 0 ? -(u64)value : value;
	unsigned int width = value < 0 ? 2 : 1;
	u64 limit;

	for (; rest > U32_MAX; rest = div_u64(rest, 10))
		width++;
	for (limit = 10; rest >= limit; limit *= 10)
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
	char *end = at + max(width, psinfo_number_width(value));
	char *first;

	psinfo_put_spaces(at, end);
	first = digits_before(end, value < 0 ? -(u64)value : value);
	if (value < 0)
		*--first = '-';
	return end;
}

static bool is_continuation(u8 byte)
{
	return (byte & 0xc0) == 0x80;
}

/*
 * Whether the three bytes at @s are a character that breaks a line or turns
 * the direction of what follows: U+2028 to U+202E, U+2066 to U+2069.
 */
static bool is_line_control(const u8 *s)
{
	return s[0] == 0xe2 && ((s[1] == 0x80 && s[2] >= 0xa8 && s[2] <= 0xae) ||
				(s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9));
}

/*
 * The length of the UTF-8 character of two to four bytes at @s, or 0 if it is
 * not well-formed (overlong, a surrogate, beyond U+10FFFF) or a control
 * character, which terminals obey. Stops at the NUL.
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
		    (s[0] == 0xed && s[1] >= 0xa0) || is_line_control(s))
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

/* Writes @text at @at; *@ret_width is how many characters it shows. */
static char *put_escaped(char *at, const char *text, unsigned int *ret_width)
{
	const u8 *s = (const u8 *)text;
	unsigned int bytes, shown, width = 0;

	while (*s) {
		if (is_plain(*s)) {
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

static unsigned int escaped_width(const char *text)
{
	char scratch[PSINFO_NAME_TEXT_MAX];
	unsigned int width;

	put_escaped(scratch, text, &width);
	return width;
}

/*
 * Nearly all names are plain, and every process has one: they are looked at a
 * machine word at a time.
 */
static_assert(TASK_COMM_LEN % sizeof(u64) == 0);

static __always_inline void store_word(char *at, unsigned long word)
{
	memcpy(at, &word, sizeof(word));
}

/* The top bit of each byte of @word that is zero; exact for the first one. */
static __always_inline unsigned long zero_bytes(unsigned long word)
{
	return (word - REPEAT_BYTE(0x01)) & ~word & REPEAT_BYTE(0x80);
}

static __always_inline unsigned int count_bytes(unsigned long top_bits)
{
	return ((top_bits >> 7) * REPEAT_BYTE(0x01)) >> (BITS_PER_LONG - 8);
}

/* The same question as is_plain(), of each byte; may say no where it is yes. */
static __always_inline bool is_plain_word(unsigned long word,
					  unsigned long zeros)
{
	unsigned long controls = (word - REPEAT_BYTE(0x20)) & ~word & ~zeros;

	return !((word | controls | zero_bytes(word ^ REPEAT_BYTE(0x7f)) |
		  zero_bytes(word ^ REPEAT_BYTE('\\'))) & REPEAT_BYTE(0x80));
}

/*
 * Copies a word of a name. Return: whether the name ends in it. *@width is
 * increased by the characters in it, *@plain is cleared if one is not plain.
 */
static __always_inline bool copy_word(char *to, const u8 *from,
				      unsigned int *width, bool *plain)
{
	const struct word_at_a_time constants = WORD_AT_A_TIME_CONSTANTS;
	unsigned long word, zeros, inside;

	word = psinfo_load_word(from);
	if (!has_zero(word, &zeros, &constants)) {
		store_word(to, word);
		*plain &= is_plain_word(word, 0);
		*width += sizeof(word);
		return false;
	}

	/* Behind the first zero byte there may be rests of an older name. */
	zeros = prep_zero_mask(word, zeros, &constants);
	inside = zero_bytemask(create_zero_mask(zeros));
	word &= inside;
	store_word(to, word);
	*plain &= is_plain_word(word, ~inside);
	*width += count_bytes(inside & REPEAT_BYTE(0x80));
	return true;
}

void psinfo_name_copy(struct psinfo_name *name, const u8 *comm)
{
	unsigned int width = 0;
	bool plain = true;
	unsigned int i = 0;
	bool ended = false;

	for (; i < TASK_COMM_LEN && !ended; i += sizeof(long))
		ended = copy_word(name->text + i, comm + i, &width, &plain);
	for (; i < TASK_COMM_LEN; i += sizeof(long))
		store_word(name->text + i, 0);

	name->text[TASK_COMM_LEN - 1] = '\0';
	name->width = min_t(unsigned int, width, TASK_COMM_LEN - 1);
	name->plain = plain;
	if (unlikely(!plain))
		name->width = escaped_width(name->text);
}

char *psinfo_put_escaped(char *at, const struct psinfo_name *name,
			 unsigned int width)
{
	unsigned int shown;

	at = put_escaped(at, name->text, &shown);
	return shown < width ? psinfo_put_spaces(at, at + width - shown) : at;
}

#ifdef DEBUG
#include "selftest/text.c"
#endif
