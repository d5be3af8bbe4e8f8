/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers, and bytes that may be anything, as text. The put functions write at
 * @at and return the end of what they wrote; no NUL is appended.
 */
#ifndef PSINFO_TEXT_H
#define PSINFO_TEXT_H

#include <linux/types.h>

/** psinfo_number_width() - width of @value in characters, with its sign */
unsigned int psinfo_number_width(s64 value);

/**
 * psinfo_put_number() - @value, right-aligned
 * @width: in characters; at least psinfo_number_width()
 */
char *psinfo_put_number(char *at, s64 value, unsigned int width);

/* One byte becomes at most four: \ooo if escaped in octal. */
#define PSINFO_ESCAPED_MAX	4

/* Printable ASCII that is not escaped */
static inline bool psinfo_is_plain(u8 byte)
{
	return byte >= ' ' && byte < 0x7f && byte != '\\' && byte != '|';
}

/**
 * psinfo_put_escaped() - @text, up to its NUL, with unsafe bytes escaped
 * @at: where to write at most PSINFO_ESCAPED_MAX bytes for each byte of @text
 * @text: any bytes
 * @ret_width: set to the width of what was written, in characters
 *
 * Printable ASCII and well-formed UTF-8 are not escaped. A backslash is
 * shown as \\ and a newline as \n, as in /proc/<pid>/status; every other byte
 * (control characters, invalid UTF-8, invisible characters, and the vertical bar
 * that separates columns) as a backslash and three octal digits.
 */
char *psinfo_put_escaped(char *at, const char *text, unsigned int *ret_width);

int psinfo_text_selftest(void);

#endif /* PSINFO_TEXT_H */
