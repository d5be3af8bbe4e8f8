/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers and names as text in columns. Every put function writes at @at,
 * pads to @width characters, returns the place behind what it wrote, and
 * writes no more than psinfo_text_room(@width) bytes; no NUL is appended.
 */
#ifndef PSINFO_TEXT_H
#define PSINFO_TEXT_H

#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/types.h>

/* One byte of a name becomes four at most: a control byte as \ooo. */
#define PSINFO_NAME_TEXT_MAX	(4 * (TASK_COMM_LEN - 1))
#define PSINFO_NUMBER_TEXT_MAX	20

/**
 * psinfo_text_room() - bytes that one cell of @width characters can take
 * @width: the column's width in characters
 *
 * A character of a name is up to four bytes of UTF-8, and padding counts
 * characters, so a padded name can be longer in bytes than it is wide.
 */
static inline size_t psinfo_text_room(unsigned int width)
{
	return max_t(size_t, width, PSINFO_NAME_TEXT_MAX) + TASK_COMM_LEN;
}

/** psinfo_number_width() - characters that @value takes, with its sign */
unsigned int psinfo_number_width(s64 value);

/** psinfo_put_number() - @value right-aligned */
char *psinfo_put_number(char *at, s64 value, unsigned int width);

/** psinfo_put_word() - @word left-aligned, as it is: text of our own */
char *psinfo_put_word(char *at, const char *word, unsigned int width);

/** psinfo_name_width() - characters that psinfo_put_name() shows for @name */
unsigned int psinfo_name_width(const char *name);

/**
 * psinfo_put_name() - @name left-aligned, nothing in it raw that could harm
 * @at: where to write
 * @name: a NUL-terminated string of less than TASK_COMM_LEN bytes, any bytes
 * @width: characters to pad to; 0 for no padding
 *
 * Printable ASCII and well-formed UTF-8 stand for themselves. A backslash is
 * shown as \\ and a newline as \n, as in /proc/<pid>/status; every other byte
 * (control characters, broken UTF-8) as a backslash and three octal digits.
 */
char *psinfo_put_name(char *at, const char *name, unsigned int width);

int psinfo_text_selftest(void);

#endif /* PSINFO_TEXT_H */
