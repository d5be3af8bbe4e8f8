/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names as they are displayed: of processes, states and columns.
 */
#ifndef PSINFO_NAME_H
#define PSINFO_NAME_H

#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/types.h>

#include <asm/word-at-a-time.h>

#include "text.h"

/* With memcpy() instead, GCC takes the word for uninitialised under KASAN. */
struct psinfo_unaligned_word {
	unsigned long word;
} __packed;

/* The word at @at, which may be unaligned */
static __always_inline unsigned long psinfo_load_word(const void *at)
{
	return ((const struct psinfo_unaligned_word *)at)->word;
}

/**
 * psinfo_comm_copy() - copy @comm, up to its first NUL, to @to
 * @to: TASK_COMM_LEN bytes; those after the name are set to zero
 * @comm: TASK_COMM_LEN bytes, which may be changing
 *
 * A word at a time, since every walk does this for every process.
 */
static __always_inline void psinfo_comm_copy(u8 *to, const char *comm)
{
	const struct word_at_a_time constants = WORD_AT_A_TIME_CONSTANTS;
	unsigned long words[TASK_COMM_LEN / sizeof(long)], word, zeros;
	unsigned int i;

	/* All at once, which is fewer instructions than one by one. */
	for (i = 0; i < ARRAY_SIZE(words); i++) {
		/* During a rename, parts of both names are fine. */
		words[i] = data_race(psinfo_load_word(comm + i * sizeof(word)));
	}
	for (i = 0; i < TASK_COMM_LEN; i += sizeof(word)) {
		word = words[i / sizeof(word)];
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

/*
 * A name and its width, which is computed once, when it is set, and not each
 * time that it is displayed. The bytes after the name are zero.
 */
struct psinfo_name {
	char text[TASK_COMM_LEN];
	u8 width;	/* in characters, as psinfo_put_name() displays it */
	bool plain;	/* no byte is escaped, each is a character */
};

/* Initializer for a constant name, which must be plain */
#define PSINFO_NAME(string) \
	{ .text = string, .width = sizeof(string) - 1, .plain = true }

/* The most bytes of a name without padding */
#define PSINFO_NAME_TEXT_MAX	(PSINFO_ESCAPED_MAX * (TASK_COMM_LEN - 1))

/**
 * psinfo_name_copy() - set @name to @comm, up to its first NUL
 * @comm: TASK_COMM_LEN bytes, with zeros after the name
 */
void psinfo_name_copy(struct psinfo_name *name, const u8 *comm);

/** psinfo_put_name() - @name, escaped, left-aligned in @width characters */
static __always_inline char *psinfo_put_name(char *at,
					     const struct psinfo_name *name,
					     unsigned int width)
{
	unsigned int shown = name->width;

	if (likely(name->plain)) {
		memcpy(at, name->text, shown);
		at += shown;
	} else {
		at = psinfo_put_escaped(at, name->text, &shown);
	}
	if (shown >= width)
		return at;
	memset(at, ' ', width - shown);
	return at + (width - shown);
}

/**
 * psinfo_cell_room() - the most bytes of a name or a number in a column
 * @width: the column's width in characters
 *
 * Padding counts characters, and a character of a name has up to four bytes,
 * so a padded name can be longer in bytes than it is wide: by less than the
 * name. Numbers are shorter.
 */
static inline size_t psinfo_cell_room(unsigned int width)
{
	return max_t(size_t, width, PSINFO_NAME_TEXT_MAX) + TASK_COMM_LEN;
}

int psinfo_name_selftest(void);

#endif /* PSINFO_NAME_H */
