/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who may see whom. A viewer is the process that opened /proc/psinfo, with the
 * credentials and namespaces of that moment, through that mount of procfs, whose
 * options count as they are now. psinfo tells nothing about a process that
 * /proc/<pid>/stat there would not tell.
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
	struct pid *self;	/* the opener; with a reference */
	s64 boot_offset_ns;	/* what the opener's time namespace adds */
	bool hides;		/* hidepid demands a check of each process */
	/* The root of the opener's cgroup namespace: its id, and how deep it is */
	u64 cgroup_root;
	int cgroup_level;
};

/**
 * psinfo_viewer_open() - set up the viewer for the opener of @file, current
 * @viewer: filled in
 * @file: an open file of a procfs, alive until psinfo_viewer_close()
 */
void psinfo_viewer_open(struct psinfo_viewer *viewer, const struct file *file);

/** psinfo_viewer_kernel() - a viewer who sees all, for the kernel's own log */
void psinfo_viewer_kernel(struct psinfo_viewer *viewer);

void psinfo_viewer_close(struct psinfo_viewer *viewer);

/**
 * psinfo_viewer_now() - @opener under the mount options of this moment
 *
 * hidepid= and gid= may have been changed by a remount since the file was
 * opened. Taken once for each snapshot and each query.
 *
 * Return: a copy, valid as long as @opener; not to be closed.
 */
struct psinfo_viewer psinfo_viewer_now(const struct psinfo_viewer *opener);

/**
 * psinfo_viewer_begin() - act with the viewer's credentials
 *
 * The reader may be another process than the opener, one with more rights.
 * Return: what psinfo_viewer_end() needs. Between the two, do not return to
 * user space.
 */
const struct cred *psinfo_viewer_begin(const struct psinfo_viewer *viewer);
void psinfo_viewer_end(const struct psinfo_viewer *viewer,
		       const struct cred *saved);

bool psinfo_viewer_may_read(const struct psinfo_viewer *viewer,
			    struct task_struct *task);

/**
 * psinfo_viewer_sees() - may the viewer know of @task?
 *
 * Context: RCU read section, between psinfo_viewer_begin() and _end(). Takes
 * the task lock where something is hidden.
 */
static inline bool psinfo_viewer_sees(const struct psinfo_viewer *viewer,
				      struct task_struct *task)
{
	return likely(!viewer->hides) || psinfo_viewer_may_read(viewer, task);
}

#endif /* PSINFO_VISIBILITY_H */
