/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers and names as text in columns. Every put function writes at @at,
 * pads to @width characters, returns the place behind what it wrote, and
 * writes no more than psinfo_text_room(@width) bytes; no NUL is appended.
 * Spaces are written eight at a time, so some bytes behind the returned place
 * may be written to as well: what comes next goes over them.
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
 * A name as psinfo keeps it: what is left of TASK_COMM_LEN bytes behind the
 * text is zero, and the last byte always is. How it will look is found out
 * once, when it is set, and not at each of the places that show it.
 */
struct psinfo_name {
	char text[TASK_COMM_LEN];
	u8 width;	/* characters that psinfo_put_name() shows */
	bool plain;	/* ... which are the bytes of text as they are */
};

/* The initializer for a name of our own, which must be plain */
#define PSINFO_NAME(string) \
	{ .text = string, .width = sizeof(string) - 1, .plain = true }

/* One byte of a name becomes four at most: a control byte as \ooo. */
#define PSINFO_NAME_TEXT_MAX	(4 * (TASK_COMM_LEN - 1))

/* What the put functions may write behind the place that they return. */
#define PSINFO_TEXT_SLACK	TASK_COMM_LEN

/**
 * psinfo_text_room() - bytes that one cell of @width characters can take
 * @width: the column's width in characters
 *
 * A character of a name is up to four bytes of UTF-8, and padding counts
 * characters, so a padded name can be longer in bytes than it is wide. A
 * number has twenty digits at most, which is less than a name can take.
 */
static inline size_t psinfo_text_room(unsigned int width)
{
	return max_t(size_t, width, PSINFO_NAME_TEXT_MAX) + TASK_COMM_LEN +
	       PSINFO_TEXT_SLACK;
}

/**
 * psinfo_name_copy() - @name becomes what @comm holds up to its first NUL
 * @comm: TASK_COMM_LEN bytes
 */
void psinfo_name_copy(struct psinfo_name *name, const u8 *comm);

/* Read by a memcpy(), GCC takes it for uninitialised where KASAN is on. */
struct psinfo_unaligned_word {
	unsigned long word;
} __packed;

/** psinfo_load_word() - the bytes at @at, which needs no alignment */
static __always_inline unsigned long psinfo_load_word(const void *at)
{
	return ((const struct psinfo_unaligned_word *)at)->word;
}

/**
 * psinfo_comm_copy() - @to becomes what @comm holds up to its first NUL
 * @to: TASK_COMM_LEN bytes, those behind the name become zero
 * @comm: TASK_COMM_LEN bytes, which may be changing
 */
static __always_inline void psinfo_comm_copy(u8 *to, const char *comm)
{
	const struct word_at_a_time constants = WORD_AT_A_TIME_CONSTANTS;
	unsigned long word, zeros;
	unsigned int i;

	for (i = 0; i < TASK_COMM_LEN; i += sizeof(word)) {
		/* A task may be renaming itself, and parts of both are fine. */
		word = data_race(psinfo_load_word(comm + i));
		if (has_zero(word, &zeros, &constants))
			break;
		memcpy(to + i, &word, sizeof(word));
	}
	if (unlikely(i == TASK_COMM_LEN))
		return;

	/* Behind the first zero byte there may be rests of an older name. */
	zeros = prep_zero_mask(word, zeros, &constants);
	word &= zero_bytemask(create_zero_mask(zeros));
	memcpy(to + i, &word, sizeof(word));
	for (i += sizeof(word); i < TASK_COMM_LEN; i += sizeof(word))
		memset(to + i, 0, sizeof(word));
}

/** psinfo_number_width() - characters that @value takes, with its sign */
unsigned int psinfo_number_width(s64 value);

/* Spaces from @at to @end, and up to seven behind it */
static __always_inline char *psinfo_put_spaces(char *at, char *end)
{
	const u64 spaces = 0x2020202020202020ULL;

	for (; at < end; at += sizeof(spaces)) {
		/* A call of memset() costs more than the one or two stores. */
		OPTIMIZER_HIDE_VAR(at);
		memcpy(at, &spaces, sizeof(spaces));
	}
	return end;
}

/* "00" to "99": two digits at a time take half of the divisions. */
extern const char psinfo_digit_pairs[100][2];

/* Writes the digits of @rest backwards from @end; returns the first one. */
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

/* The least number that does not fit into so many characters */
#define PSINFO_NUMBER_LIMITS	10
extern const u32 psinfo_number_limits[PSINFO_NUMBER_LIMITS];

/* psinfo_put_number() for those that are negative, large, or too wide */
char *psinfo_put_any_number(char *at, s64 value, unsigned int width);

/** psinfo_put_number() - @value right-aligned */
static __always_inline char *psinfo_put_number(char *at, s64 value,
					       unsigned int width)
{
	const unsigned int most = PSINFO_NUMBER_LIMITS - 1;

	/* Nearly all: small, not negative, and the column is made for it. */
	if (unlikely((u64)value >= psinfo_number_limits[min(width, most)]))
		return psinfo_put_any_number(at, value, width);
	psinfo_put_spaces(at, at + width);
	psinfo_digits_before(at + width, value);
	return at + width;
}

char *psinfo_put_escaped(char *at, const struct psinfo_name *name,
			 unsigned int width);

/**
 * psinfo_put_name() - @name left-aligned, nothing in it raw that could harm
 * @at: where to write
 * @name: any bytes
 * @width: characters to pad to; 0 for no padding
 *
 * Printable ASCII and well-formed UTF-8 stand for themselves. A backslash is
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
