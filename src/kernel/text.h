/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers and names as text in columns. Every put function writes at @at,
 * pads to @width characters, returns the end of the text that it wrote, and
 * writes no more than psinfo_text_room(@width) bytes; no NUL is appended.
 * Spaces are written eight at a time, so some bytes after the returned end may
 * be written as well; the next text overwrites them.
 */
#ifndef PSINFO_TEXT_H
#define PSINFO_TEXT_H

#include <linux/compiler.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/types.h>

#include <asm/word-at-a-time.h>

/*
 * A name, padded with zeros to TASK_COMM_LEN bytes; the last byte is always
 * zero. Its width is computed once, when it is set, and not each time that it
 * is shown.
 */
struct psinfo_name {
	char text[TASK_COMM_LEN];
	u8 width;	/* in characters, as psinfo_put_name() shows it */
	bool plain;	/* only printable ASCII, none escaped */
};

/* Initializer for a constant name, which must be plain */
#define PSINFO_NAME(string) \
	{ .text = string, .width = sizeof(string) - 1, .plain = true }

/* One byte of a name becomes at most four: \ooo if escaped in octal. */
#define PSINFO_NAME_TEXT_MAX	(4 * (TASK_COMM_LEN - 1))

/* Bytes that the put functions may write after the end that they return */
#define PSINFO_TEXT_SLACK	TASK_COMM_LEN

/**
 * psinfo_text_room() - maximum bytes written for a cell of @width characters
 * @width: the column's width in characters
 *
 * A character of a name is up to four bytes of UTF-8, and padding counts
 * characters, so a padded name can be longer in bytes than it is wide. A
 * number has at most twenty characters, fewer than a name can have.
 */
static inline size_t psinfo_text_room(unsigned int width)
{
	return max_t(size_t, width, PSINFO_NAME_TEXT_MAX) + TASK_COMM_LEN +
	       PSINFO_TEXT_SLACK;
}

/**
 * psinfo_name_copy() - copy @comm, up to its first NUL, to @name
 * @comm: TASK_COMM_LEN bytes
 */
void psinfo_name_copy(struct psinfo_name *name, const u8 *comm);

/* With memcpy() instead, GCC takes the word for uninitialised under KASAN. */
struct psinfo_unaligned_word {
	unsigned long word;
} __packed;

/** psinfo_load_word() - the word at @at, which may be unaligned */
static __always_inline unsigned long psinfo_load_word(const void *at)
{
	return ((const struct psinfo_unaligned_word *)at)->word;
}

/**
 * psinfo_comm_copy() - copy @comm, up to its first NUL, to @to
 * @to: TASK_COMM_LEN bytes; those after the name are set to zero
 * @comm: TASK_COMM_LEN bytes, which may be changing
 */
static __always_inline void psinfo_comm_copy(u8 *to, const char *comm)
{
	const struct word_at_a_time constants = WORD_AT_A_TIME_CONSTANTS;
	unsigned long word, zeros;
	unsigned int i;

	for (i = 0; i < TASK_COMM_LEN; i += sizeof(word)) {
		/* During a rename, parts of both names are fine. */
		word = data_race(psinfo_load_word(comm + i));
		if (has_zero(word, &zeros, &constants))
			break;
		memcpy(to + i, &word, sizeof(word));
	}
	if (unlikely(i == TASK_COMM_LEN))
		return;

	/* The first NUL may be followed by parts of an older name. */
	zeros = prep_zero_mask(word, zeros, &constants);
	word &= zero_bytemask(create_zero_mask(zeros));
	memcpy(to + i, &word, sizeof(word));
	for (i += sizeof(word); i < TASK_COMM_LEN; i += sizeof(word))
		memset(to + i, 0, sizeof(word));
}

/** psinfo_number_width() - width of @value in characters, with its sign */
unsigned int psinfo_number_width(s64 value);

/* Write spaces from @at to @end, and up to seven after it. */
static __always_inline char *psinfo_put_spaces(char *at, char *end)
{
	const u64 spaces = 0x2020202020202020ULL;

	for (; at < end; at += sizeof(spaces)) {
		/* Prevents a memset() call, which costs more than the stores. */
		OPTIMIZER_HIDE_VAR(at);
		memcpy(at, &spaces, sizeof(spaces));
	}
	return end;
}

/* "00" to "99": two digits at a time need half of the divisions. */
extern const char psinfo_digit_pairs[100][2];

/* Write the digits of @rest backwards from @end; returns the first one. */
static __always_inline char *psinfo_digits_before(char *end, u32 rest)
{
	while (rest >= 100) {
		end -= 2;
		memcpy(end, psinfo_digit_pairs[rest % 100], 2);
		rest /= 100;
	}
	if (rest >= 10) {
		memcpy(end - 2, psinfo_digit_pairs[rest], 2);
		return end - 2;
	}
	*--end = '0' + rest;
	return end;
}

/* For each width in characters, the smallest number that does not fit */
#define PSINFO_NUMBER_LIMITS	10
extern const u32 psinfo_number_limits[PSINFO_NUMBER_LIMITS];

/* psinfo_put_number() for numbers that are negative, large or too wide */
char *psinfo_put_any_number(char *at, s64 value, unsigned int width);

/** psinfo_put_number() - @value right-aligned */
static __always_inline char *psinfo_put_number(char *at, s64 value,
					       unsigned int width)
{
	const unsigned int most = PSINFO_NUMBER_LIMITS - 1;

	/* Nearly all numbers are small, not negative, and fit. */
	if (unlikely((u64)value >= psinfo_number_limits[min(width, most)]))
		return psinfo_put_any_number(at, value, width);
	psinfo_put_spaces(at, at + width);
	psinfo_digits_before(at + width, value);
	return at + width;
}

char *psinfo_put_escaped(char *at, const struct psinfo_name *name,
			 unsigned int width);

/**
 * psinfo_put_name() - @name left-aligned, with unsafe bytes escaped
 * @at: where to write
 * @name: any bytes
 * @width: characters to pad to; 0 for no padding
 *
 * Printable ASCII and well-formed UTF-8 are not escaped. A backslash is
 * shown as \\ and a newline as \n, as in /proc/<pid>/status; every other byte
 * (control characters, invalid UTF-8, invisible characters, and the vertical bar
 * that separates columns) as a backslash and three octal digits.
 */
static __always_inline char *psinfo_put_name(char *at,
					     const struct psinfo_name *name,
					     unsigned int width)
{
	if (unlikely(!name->plain))
		return psinfo_put_escaped(at, name, width);

	memcpy(at, name->text, sizeof(name->text));
	if (name->width >= width)
		return at + name->width;
	return psinfo_put_spaces(at + name->width, at + width);
}

int psinfo_text_selftest(void);

#endif /* PSINFO_TEXT_H */
