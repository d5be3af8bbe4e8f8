/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The columns of the table: fields.def defines the name of each in columns=, its
 * header and width; columns.c makes the cells.
 */
#ifndef PSINFO_COLUMNS_H
#define PSINFO_COLUMNS_H

#include <linux/types.h>

#include "row.h"
#include "snapshot.h"

#define PSINFO_COLUMNS_MAX	32

/*
 * The selected columns in order and, once fitted to a snapshot, their widths.
 * Each open file has its own copy, so a change of columns= does not affect a
 * table that is being read.
 */
struct psinfo_layout {
	u8 nr_columns;
	u8 columns[PSINFO_COLUMNS_MAX];	/* index into the column table */
	/* The following are set by psinfo_layout_fit(). */
	u8 widths[PSINFO_COLUMNS_MAX];	/* characters */
	unsigned int width;		/* of a full line, in characters */
	size_t room;			/* maximum size of a line, in bytes */
};

/** psinfo_layout_chosen() - the layout set by columns=, not yet fitted */
struct psinfo_layout psinfo_layout_chosen(void);

/** psinfo_layout_groups() - the PSINFO_GROUP_... that its cells need */
u32 psinfo_layout_groups(const struct psinfo_layout *layout);

/** psinfo_layout_fit() - widen the columns to fit the cells of @snapshot */
void psinfo_layout_fit(struct psinfo_layout *layout,
		       const struct psinfo_snapshot *snapshot);

/**
 * psinfo_put_header(), psinfo_put_row() - write one line
 * @at: destination, with space for layout->room bytes
 *
 * Return: the position after the newline.
 */
char *psinfo_put_header(char *at, const struct psinfo_layout *layout);
char *psinfo_put_row(char *at, const struct psinfo_layout *layout,
		     const struct psinfo_row *row);

int psinfo_columns_selftest(void);

#endif /* PSINFO_COLUMNS_H */
