/* SPDX-License-Identifier: GPL-2.0 */
/*
 * read(): the table and its totals, printed from a snapshot that is taken at the
 * first read or seek and kept until the file is closed.
 */
#ifndef PSINFO_TABLE_H
#define PSINFO_TABLE_H

#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/types.h>
#include <linux/uio.h>

#include "columns.h"
#include "snapshot.h"
#include "visibility.h"

struct psinfo_table {
	const struct psinfo_viewer *viewer;	/* of the open file */
	struct mutex lock;		/* serialises taking the snapshot */
	bool taken;
	bool in_use;			/* between start and stop of seq_file */
	unsigned int element_rows;	/* rows per seq_file element */
	struct psinfo_layout layout;
	struct psinfo_snapshot snapshot;
};

/* The private data of the seq_file is a struct psinfo_table. */
extern const struct seq_operations psinfo_table_seq_ops;

/** psinfo_table_init() - @viewer must stay valid until psinfo_table_drop() */
void psinfo_table_init(struct psinfo_table *table,
		       const struct psinfo_viewer *viewer);
void psinfo_table_drop(struct psinfo_table *table);

/**
 * psinfo_table_read_iter(), psinfo_table_lseek() - .proc_read_iter, .proc_lseek
 *
 * The first call of either takes the snapshot.
 * Return: as seq_read_iter() and seq_lseek(), or the error of
 * psinfo_snapshot_take(), after which the next call tries again; -EIO instead
 * of -ENODEV; -ESTALE, except at the end, once the snapshot has been revoked
 * (see budget.h).
 */
ssize_t psinfo_table_read_iter(struct kiocb *iocb, struct iov_iter *to);
loff_t psinfo_table_lseek(struct file *file, loff_t offset, int whence);

#endif /* PSINFO_TABLE_H */
