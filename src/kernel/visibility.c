// SPDX-License-Identifier: GPL-2.0
/*
 * Which processes are visible: the PID namespace of the mount, hidepid= and
 * gid=, and their access check, ptrace_may_access(). That function is not
 * exported, so its credential rules are repeated here and fail closed. Only
 * additional restrictions by security modules cannot be checked.
 */
#include "visibility.h"

#include <linux/capability.h>
#include <linux/cgroup.h>
#include <linux/ktime.h>
#include <linux/nsproxy.h>
#include <linux/proc_fs.h>
#include <linux/sched/signal.h>
#include <linux/time_namespace.h>
#include <linux/uidgid.h>

#include "compat.h"

/* The part of has_pid_permissions() in fs/proc/base.c that needs no task */
static bool mount_hides(const struct proc_fs_info *fs)
{
	switch (READ_ONCE(fs->hide_pid)) {
	case HIDEPID_OFF:
		return false;
	case HIDEPID_NO_ACCESS:
	case HIDEPID_INVISIBLE:
		return !in_group_p(fs->pid_gid);
	default:
		/* HIDEPID_NOT_PTRACEABLE, and any mode added later */
		return true;
	}
}

/* Only the id is kept; ids are not reused, so no reference is needed. */
static void find_cgroup_root(struct psinfo_viewer *viewer)
{
#ifdef CONFIG_CGROUPS
	struct cgroup *root;

	root = current->nsproxy->cgroup_ns->root_cset->dfl_cgrp;
	viewer->cgroup_root = cgroup_id(root);
	viewer->cgroup_level = root->level;
#endif
}

void psinfo_viewer_open(struct psinfo_viewer *viewer, const struct file *file)
{
	struct super_block *sb = file_inode(file)->i_sb;
	struct timespec64 offset = {};

	timens_add_boottime(&offset);
	*viewer = (struct psinfo_viewer) {
		.ns = proc_pid_ns(sb),
		.fs = proc_sb_info(sb),
		.cred = file->f_cred,
		.self = get_pid(task_tgid(current)),
		.boot_offset_ns = timespec64_to_ns(&offset),
	};
	find_cgroup_root(viewer);
}

void psinfo_viewer_kernel(struct psinfo_viewer *viewer)
{
	*viewer = (struct psinfo_viewer) {
		.ns = &init_pid_ns,
		.cred = current_cred(),
	};
}

void psinfo_viewer_close(struct psinfo_viewer *viewer)
{
	put_pid(viewer->self);
}

struct psinfo_viewer psinfo_viewer_now(const struct psinfo_viewer *opener)
{
	struct psinfo_viewer viewer = *opener;
	const struct cred *saved;

	if (!viewer.fs || READ_ONCE(viewer.fs->hide_pid) == HIDEPID_OFF)
		return viewer;
	/* gid= applies to the groups of the opener, not of the reader. */
	saved = override_creds(viewer.cred);
	viewer.hides = mount_hides(viewer.fs);
	revert_creds(saved);
	return viewer;
}

const struct cred *psinfo_viewer_begin(const struct psinfo_viewer *viewer)
{
	return viewer->hides ? override_creds(viewer->cred) : NULL;
}

void psinfo_viewer_end(const struct psinfo_viewer *viewer,
		       const struct cred *saved)
{
	if (viewer->hides)
		revert_creds(saved);
}

static bool may_ptrace_in(struct user_namespace *ns)
{
	return ns_capable_noaudit(ns, CAP_SYS_PTRACE);
}

static bool owns(const struct cred *cred, const struct cred *task)
{
	return uid_eq(cred->fsuid, task->euid) &&
	       uid_eq(cred->fsuid, task->suid) &&
	       uid_eq(cred->fsuid, task->uid) &&
	       gid_eq(cred->fsgid, task->egid) &&
	       gid_eq(cred->fsgid, task->sgid) &&
	       gid_eq(cred->fsgid, task->gid);
}

/*
 * Whether the credentials @now have the same identity as @then and no more
 * capabilities. Compared by value: each thread has its own credentials, and
 * every setresuid() or prctl(PR_SET_KEEPCAPS) makes a new copy.
 */
static bool is_same_identity(const struct cred *then, const struct cred *now)
{
	return then == now ||
	       (then->user_ns == now->user_ns &&
		uid_eq(then->uid, now->uid) && uid_eq(then->euid, now->euid) &&
		uid_eq(then->suid, now->suid) &&
		uid_eq(then->fsuid, now->fsuid) &&
		gid_eq(then->gid, now->gid) && gid_eq(then->egid, now->egid) &&
		gid_eq(then->sgid, now->sgid) &&
		gid_eq(then->fsgid, now->fsgid) &&
		cap_issubset(now->cap_permitted, then->cap_permitted));
}

/* ptrace_may_access(task, PTRACE_MODE_READ_FSCREDS), step by step */
bool psinfo_viewer_may_read(const struct psinfo_viewer *viewer,
			    struct task_struct *task)
{
	const struct cred *cred = viewer->cred;
	const struct cred *theirs;

	/* The opener itself, unless a set-uid execve() changed its identity. */
	theirs = __task_cred(task);
	if (READ_ONCE(task->signal->pids[PIDTYPE_TGID]) == viewer->self &&
	    is_same_identity(cred, theirs))
		return true;

	if (!owns(cred, theirs) && !may_ptrace_in(theirs->user_ns))
		return false;

	/* Pairs with the barrier in commit_creds(): dumpable after creds. */
	smp_rmb();
	if (!psinfo_task_is_dumpable(task, may_ptrace_in))
		return false;

	theirs = __task_cred(task);
	return (cred->user_ns == theirs->user_ns &&
		cap_issubset(theirs->cap_permitted, cred->cap_effective)) ||
	       may_ptrace_in(theirs->user_ns);
}
