/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which processes are visible. A viewer is the process that opened /proc/psinfo,
 * with its credentials and namespaces at that time, through a mount of procfs,
 * whose current options apply. psinfo reveals nothing about a process whose
 * /proc/<pid>/stat in that mount the viewer may not read.
 */
#ifndef PSINFO_VISIBILITY_H
#define PSINFO_VISIBILITY_H

#include <linux/compiler.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>

struct psinfo_viewer {
	struct pid_namespace *ns;	/* pinned by the open file's superblock */
	const struct proc_fs_info *fs;	/* likewise; NULL: hides nothing */
	const struct cred *cred;	/* pinned by the open file */
	struct pid *self;	/* the opener; a reference is held */
	s64 boot_offset_ns;	/* of the opener's time namespace */
	bool hides;		/* hidepid= requires a check of each process */
	/* The root of the opener's cgroup namespace: its id and level */
	u64 cgroup_root;
	int cgroup_level;
};

/**
 * psinfo_viewer_open() - set up the viewer for current, the opener of @file
 * @viewer: filled in
 * @file: an open file of a procfs, alive until psinfo_viewer_close()
 */
void psinfo_viewer_open(struct psinfo_viewer *viewer, const struct file *file);

/** psinfo_viewer_kernel() - a viewer that sees everything, for the kernel log */
void psinfo_viewer_kernel(struct psinfo_viewer *viewer);

void psinfo_viewer_close(struct psinfo_viewer *viewer);

/**
 * psinfo_viewer_now() - @opener with the current mount options
 *
 * hidepid= and gid= may have been changed by a remount since the file was
 * opened. Called once for each snapshot and each query.
 *
 * Return: a copy, valid as long as @opener; it must not be closed.
 */
struct psinfo_viewer psinfo_viewer_now(const struct psinfo_viewer *opener);

/**
 * psinfo_viewer_begin() - act with the viewer's credentials
 *
 * The reader may be a different process than the opener, with more privileges.
 * Return: the argument for psinfo_viewer_end(). Do not return to user space
 * between the two.
 */
const struct cred *psinfo_viewer_begin(const struct psinfo_viewer *viewer);
void psinfo_viewer_end(const struct psinfo_viewer *viewer,
		       const struct cred *saved);

bool psinfo_viewer_may_read(const struct psinfo_viewer *viewer,
			    struct task_struct *task);

/**
 * psinfo_viewer_sees() - may the viewer see @task?
 *
 * Context: RCU read section, between psinfo_viewer_begin() and _end(). May take
 * the task lock if viewer->hides.
 */
static inline bool psinfo_viewer_sees(const struct psinfo_viewer *viewer,
				      struct task_struct *task)
{
	return likely(!viewer->hides) || psinfo_viewer_may_read(viewer, task);
}

#endif /* PSINFO_VISIBILITY_H */
