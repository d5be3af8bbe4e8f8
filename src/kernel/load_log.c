// SPDX-License-Identifier: GPL-2.0
/*
 * The parameter log=: writes all PIDs, or one process and its relatives, to the
 * kernel log at load, as seen by an unrestricted viewer.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "load_log.h"

#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/types.h>

#include "snapshot.h"
#include "state.h"
#include "text.h"
#include "visibility.h"

/* Well below the maximum length of a line in the kernel log */
#define LINE_MAX_BYTES	480

#define LOG_NOTHING	0
#define LOG_PIDS	(-1)

/* LOG_NOTHING, LOG_PIDS or the PID of one process */
static pid_t wanted = LOG_NOTHING;

static int log_set(const char *val, const struct kernel_param *kp)
{
	int pid;

	if (sysfs_streq(val, "pids")) {
		wanted = LOG_PIDS;
		return 0;
	}
	if (kstrtoint(val, 10, &pid) || pid < 1) {
		pr_err("log: expected \"pids\" or a PID, not \"%*pE\"\n",
		       (int)min_t(size_t, strlen(val), 40), val);
		return -EINVAL;
	}
	wanted = pid;
	return 0;
}

static int log_get(char *buffer, const struct kernel_param *kp)
{
	if (wanted == LOG_NOTHING)
		return sysfs_emit(buffer, "\n");
	if (wanted == LOG_PIDS)
		return sysfs_emit(buffer, "pids\n");
	return sysfs_emit(buffer, "%d\n", wanted);
}

static const struct kernel_param_ops log_ops = {
	.set = log_set,
	.get = log_get,
};

/* Only used at load; writable in DEBUG modules, to test the parser. */
#ifdef DEBUG
#define LOG_MODE 0644
#else
#define LOG_MODE 0444
#endif
module_param_cb(log, &log_ops, NULL, LOG_MODE);
__MODULE_PARM_TYPE(log, "charp");
MODULE_PARM_DESC(log,
		 "what to write to the kernel log at load: \"pids\" for all PIDs, or a PID for that process, its parent, siblings and children (default: nothing)");

static void log_pids(const struct psinfo_snapshot *snapshot)
{
	char line[LINE_MAX_BYTES];
	unsigned int i;
	size_t at = 0;

	pr_info("log=pids: %u processes\n", snapshot->nr_rows);
	for (i = 0; i < snapshot->nr_rows; i++) {
		at += scnprintf(line + at, sizeof(line) - at, " %d",
				psinfo_snapshot_row(snapshot, i)->record.pid);
		if (at > sizeof(line) - 12 || i == snapshot->nr_rows - 1) {
			pr_info("pids:%s\n", line);
			at = 0;
			cond_resched();
		}
	}
}

static void log_row(const char *role, const struct psinfo_row *row)
{
	char name[PSINFO_NAME_TEXT_MAX + 1];

	*psinfo_put_name(name, &row->name, 0) = '\0';
	pr_info("%s: %d %s %s\n", role, row->record.pid, name,
		psinfo_state_word(row->record.state)->text);
}

static bool is_parent(const struct psinfo_row *parent,
		      const struct psinfo_row *child)
{
	return parent->record.pid == child->record.ppid &&
	       psinfo_can_be_parent(&parent->record, &child->record);
}

/* @parent is the row with the parent PID of both, or NULL. */
static bool are_siblings(const struct psinfo_row *parent,
			 const struct psinfo_row *one,
			 const struct psinfo_row *other)
{
	return one != other && one->record.ppid == other->record.ppid &&
	       (!parent || is_parent(parent, one) == is_parent(parent, other));
}

static void log_parent(const struct psinfo_row *parent,
		       const struct psinfo_row *row)
{
	if (parent && is_parent(parent, row))
		log_row("parent", parent);
	else
		pr_info("parent: %d %s\n", row->record.ppid, row->parent.text);
}

static void log_process(const struct psinfo_snapshot *snapshot, pid_t pid)
{
	const struct psinfo_row *row = psinfo_snapshot_find(snapshot, pid);
	const struct psinfo_row *parent, *other;
	unsigned int i;

	if (!row) {
		pr_info("log=%d: no such process\n", pid);
		return;
	}
	log_row("process", row);
	parent = psinfo_snapshot_find(snapshot, row->record.ppid);
	log_parent(parent, row);
	for (i = 0; i < snapshot->nr_rows; i++) {
		other = psinfo_snapshot_row(snapshot, i);
		if (are_siblings(parent, row, other))
			log_row("sibling", other);
		cond_resched();
	}
	for (i = 0; i < snapshot->nr_rows; i++) {
		other = psinfo_snapshot_row(snapshot, i);
		if (is_parent(row, other))
			log_row("child", other);
		cond_resched();
	}
}

void psinfo_load_log_write(void)
{
	struct psinfo_snapshot snapshot = {};
	struct psinfo_viewer viewer;
	int err;

	if (wanted == LOG_NOTHING)
		return;
	psinfo_viewer_kernel(&viewer);
	err = psinfo_snapshot_take(&snapshot, &viewer, 0);
	if (err) {
		pr_err("log: cannot take a snapshot: error %d\n", err);
		return;
	}
	if (wanted == LOG_PIDS)
		log_pids(&snapshot);
	else
		log_process(&snapshot, wanted);
	psinfo_snapshot_drop(&snapshot);
}

#undef LINE_MAX_BYTES
#undef LOG_NOTHING
#undef LOG_PIDS
#undef LOG_MODE
