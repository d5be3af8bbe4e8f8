// SPDX-License-Identifier: GPL-2.0
/*
 * The entry /proc/psinfo: open() records the opener as the viewer; table.c
 * implements read(), query.c ioctl().
 */
#include "entry.h"

#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "budget.h"
#include "compat.h"
#include "query.h"
#include "stop.h"
#include "table.h"
#include "visibility.h"

bool psinfo_unloading;

static struct proc_dir_entry *entry;

/* One open file: its opener, and the table for read() */
struct opened {
	struct psinfo_viewer viewer;
	struct psinfo_table table;
};

static struct opened *opened_of(const struct file *file)
{
	const struct seq_file *seq = file->private_data;

	return container_of(seq->private, struct opened, table);
}

static int entry_open(struct inode *inode, struct file *file)
{
	struct opened *opened = kzalloc(sizeof(*opened), PSINFO_GFP);
	struct seq_file *seq;
	int err;

	if (!opened)
		return -ENOMEM;
	err = seq_open(file, &psinfo_table_seq_ops);
	if (err)
		goto err_opened;

	psinfo_viewer_open(&opened->viewer, file);
	psinfo_table_init(&opened->table, &opened->viewer);
	seq = file->private_data;
	seq->private = &opened->table;
	return 0;

err_opened:
	kfree(opened);
	return err;
}

static int entry_release(struct inode *inode, struct file *file)
{
	struct opened *opened = opened_of(file);

	psinfo_table_drop(&opened->table);
	psinfo_viewer_close(&opened->viewer);
	kfree(opened);
	return seq_release(inode, file);
}

static long entry_ioctl(struct file *file, unsigned int request,
			unsigned long argument)
{
	struct opened *opened = opened_of(file);

	return psinfo_query_ioctl(&opened->viewer, request,
				  (void __user *)argument);
}

#ifdef CONFIG_COMPAT
/* The structures are the same; only the pointer to them is shorter. */
static long entry_compat_ioctl(struct file *file, unsigned int request,
			       unsigned long argument)
{
	return entry_ioctl(file, request, (unsigned long)compat_ptr(argument));
}
#endif

static const struct proc_ops entry_ops = {
	.proc_open = entry_open,
	.proc_read_iter = psinfo_table_read_iter,
	.proc_lseek = psinfo_table_lseek,
	.proc_ioctl = entry_ioctl,
#ifdef CONFIG_COMPAT
	.proc_compat_ioctl = entry_compat_ioctl,
#endif
	.proc_release = entry_release,
};

int psinfo_entry_create(void)
{
	const struct proc_ops *ops = psinfo_proc_ops(&entry_ops);

	if (!ops)
		return -ENOMEM;
	entry = proc_create(KBUILD_MODNAME, 0444, NULL, ops);
	if (entry)
		return 0;
	if (ops != &entry_ops)
		kfree(ops);
	return -ENOMEM;
}

void psinfo_entry_remove(void)
{
	/* Calls in progress abort, so that proc_remove() does not wait long. */
	WRITE_ONCE(psinfo_unloading, true);
	proc_remove(entry);
}
