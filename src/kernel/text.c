// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers and names as text in columns; names are escaped.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "text.h"

#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/string.h>

#include "../uapi/invisible.h"

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

const char psinfo_digit_pairs[100][2] = {
	{ '0', '0' }, { '0', '1' }, { '0', '2' }, { '0', '3' }, { '0', '4' },
	{ '0', '5' }, { '0', '6' }, { '0', '7' }, { '0', '8' }, { '0', '9' },
	{ '1', '0' }, { '1', '1' }, { '1', '2' }, { '1', '3' }, { '1', '4' },
	{ '1', '5' }, { '1', '6' }, { '1', '7' }, { '1', '8' }, { '1', '9' },
	{ '2', '0' }, { '2', '1' }, { '2', '2' }, { '2', '3' }, { '2', '4' },
	{ '2', '5' }, { '2', '6' }, { '2', '7' }, { '2', '8' }, { '2', '9' },
	{ '3', '0' }, { '3', '1' }, { '3', '2' }, { '3', '3' }, { '3', '4' },
	{ '3', '5' }, { '3', '6' }, { '3', '7' }, { '3', '8' }, { '3', '9' },
	{ '4', '0' }, { '4', '1' }, { '4', '2' }, { '4', '3' }, { '4', '4' },
	{ '4', '5' }, { '4', '6' }, { '4', '7' }, { '4', '8' }, { '4', '9' },
	{ '5', '0' }, { '5', '1' }, { '5', '2' }, { '5', '3' }, { '5', '4' },
	{ '5', '5' }, { '5', '6' }, { '5', '7' }, { '5', '8' }, { '5', '9' },
	{ '6', '0' }, { '6', '1' }, { '6', '2' }, { '6', '3' }, { '6', '4' },
	{ '6', '5' }, { '6', '6' }, { '6', '7' }, { '6', '8' }, { '6', '9' },
	{ '7', '0' }, { '7', '1' }, { '7', '2' }, { '7', '3' }, { '7', '4' },
	{ '7', '5' }, { '7', '6' }, { '7', '7' }, { '7', '8' }, { '7', '9' },
	{ '8', '0' }, { '8', '1' }, { '8', '2' }, { '8', '3' }, { '8', '4' },
	{ '8', '5' }, { '8', '6' }, { '8', '7' }, { '8', '8' }, { '8', '9' },
	{ '9', '0' }, { '9', '1' }, { '9', '2' }, { '9', '3' }, { '9', '4' },
	{ '9', '5' }, { '9', '6' }, { '9', '7' }, { '9', '8' }, { '9', '9' },
};

/* Write the digits of @rest backwards from @end; returns the first one. */
static char *digits_before(char *end, u64 rest)
{
	while (rest > U32_MAX) {
		u64 tenth = div_u64(rest, 10);

		*--end = '0' + (u32)(rest - 10 * tenth);
		rest = tenth;
	}
	return psinfo_digits_before(end, rest);
}

const u32 psinfo_number_limits[] = {
	0, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000,
	1000000000
};

static_assert(ARRAY_SIZE(psinfo_number_limits) == PSINFO_NUMBER_LIMITS);

char *psinfo_put_any_number(char *at, s64 value, unsigned int width)
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

static bool is_plain(u8 byte)
{
	return byte >= ' ' && byte < 0x7f && byte != '\\' && byte != '|';
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

/* Write @text, escaped, at @at; *@ret_width is its width in characters. */
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

static noinline unsigned int escaped_width(const char *text)
{
	char scratch[PSINFO_NAME_TEXT_MAX];
	unsigned int width;

	put_escaped(scratch, text, &width);
	return width;
}

/*
 * Every process has a name, and nearly all names are plain: they are checked a
 * machine word at a time.
 */
static_assert(TASK_COMM_LEN % sizeof(u64) == 0);

static __always_inline void store_word(char *at, unsigned long word)
{
	memcpy(at, &word, sizeof(word));
}

/*
 * is_plain() for each byte of @word: the top bit of a byte that is not plain
 * is set, and possibly that of its neighbour. The other bits are undefined.
 */
static __always_inline unsigned long odd_bytes(unsigned long word)
{
	const unsigned long ones = REPEAT_BYTE(0x01);

	return word | (word - REPEAT_BYTE(' ')) |
	       ((word ^ REPEAT_BYTE(0x7f)) - ones) |
	       ((word ^ REPEAT_BYTE('\\')) - ones) |
	       ((word ^ REPEAT_BYTE('|')) - ones);
}

/* Returns whether all of the name is plain; *@ret_width is its byte length. */
static __always_inline bool copy_name(char *to, const u8 *from,
				      unsigned int *ret_width)
{
	const struct word_at_a_time constants = WORD_AT_A_TIME_CONSTANTS;
	unsigned long word, zeros, inside, odd = 0;
	unsigned int i;

	for (i = 0; i < TASK_COMM_LEN; i += sizeof(word)) {
		word = psinfo_load_word(from + i);
		if (has_zero(word, &zeros, &constants))
			break;
		store_word(to + i, word);
		odd |= odd_bytes(word);
	}
	if (unlikely(i == TASK_COMM_LEN)) {
		*ret_width = TASK_COMM_LEN - 1;
		to[TASK_COMM_LEN - 1] = '\0';
		return !(odd & REPEAT_BYTE(0x80));
	}

	/* The first NUL may be followed by parts of an older name. */
	zeros = create_zero_mask(prep_zero_mask(word, zeros, &constants));
	inside = zero_bytemask(zeros);
	word &= inside;
	store_word(to + i, word);
	odd |= odd_bytes(word) & inside;
	*ret_width = i + find_zero(zeros);
	for (i += sizeof(word); i < TASK_COMM_LEN; i += sizeof(word))
		store_word(to + i, 0);
	return !(odd & REPEAT_BYTE(0x80));
}

void psinfo_name_copy(struct psinfo_name *name, const u8 *comm)
{
	unsigned int width;

	name->plain = copy_name(name->text, comm, &width);
	name->width = width;
	if (unlikely(!name->plain))
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
