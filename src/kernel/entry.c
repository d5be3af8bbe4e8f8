// SPDX-License-Identifier: GPL-2.0
/*
 * The entry /proc/psinfo: opening judges the opener, and what is open is
 * answered by table.c.
 */
#include "entry.h"

#include <linux/fs.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "table.h"
#include "visibility.h"

static struct proc_dir_entry *entry;

static int entry_open(struct inode *inode, struct file *file)
{
	struct psinfo_table *table = kzalloc(sizeof(*table),
					     GFP_KERNEL_ACCOUNT);
	struct seq_file *seq;
	int err;

	if (!table)
		return -ENOMEM;
	err = seq_open(file, &psinfo_table_seq_ops);
	if (err)
		goto err_table;

	psinfo_viewer_open(&table->viewer, file);
	psinfo_table_init(table);
	seq = file->private_data;
	seq->private = table;
	return 0;

err_table:
	kfree(table);
	return err;
}

static int entry_release(struct inode *inode, struct file *file)
{
	struct seq_file *seq = file->private_data;
	struct psinfo_table *table = seq->private;

	psinfo_table_drop(table);
	psinfo_viewer_close(&table->viewer);
	kfree(table);
	return seq_release(inode, file);
}

static const struct proc_ops entry_ops = {
	.proc_open = entry_open,
	.proc_read_iter = psinfo_table_read_iter,
	.proc_lseek = psinfo_table_lseek,
	.proc_release = entry_release,
};

int psinfo_entry_create(void)
{
	entry = proc_create(KBUILD_MODNAME, 0444, NULL, &entry_ops);
	return entry ? 0 : -ENOMEM;
}

void psinfo_entry_remove(void)
{
	proc_remove(entry);
}
