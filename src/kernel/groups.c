// SPDX-License-Identifier: GPL-2.0
/*
 * What is read of a task for the groups of its record: credentials, scheduling,
 * memory and cgroup; the times are in times.c.
 */
#include "groups.h"

#include <linux/cgroup.h>
#include <linux/cpumask.h>
#include <linux/cred.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/sched/prio.h>
#include <linux/sched/task.h>

#include "compat.h"
#include "times.h"

static void fill_cred(struct psinfo_record *record,
		      const struct task_struct *task,
		      const struct psinfo_viewer *viewer)
{
	struct user_namespace *ns = viewer->cred->user_ns;
	const struct cred *cred = __task_cred(task);

	record->uid = from_kuid_munged(ns, cred->uid);
	record->euid = from_kuid_munged(ns, cred->euid);
	record->gid = from_kgid_munged(ns, cred->gid);
	record->egid = from_kgid_munged(ns, cred->egid);
}

static void fill_sched(struct psinfo_record *record,
		       const struct task_struct *task)
{
	record->prio = READ_ONCE(task->prio) - MAX_RT_PRIO;
	record->static_prio = READ_ONCE(task->static_prio);
	record->normal_prio = READ_ONCE(task->normal_prio);
	record->nice = task_nice(task);
	record->rt_priority = READ_ONCE(task->rt_priority);
	record->policy = READ_ONCE(task->policy);
	record->cpu = task_cpu(task);
	record->cpus_allowed = cpumask_weight(&task->cpus_mask);
}

/*
 * The task lock keeps mm alive. Not get_task_mm(): the mmput() after it may be
 * the last one, and the reader would then tear down the mappings.
 */
static void fill_memory(struct psinfo_record *record, struct task_struct *task)
{
	unsigned long total = 0, resident = 0, swapped = 0;

	task_lock(task);
	if (task->mm && !(task->flags & PF_KTHREAD)) {
		total = READ_ONCE(task->mm->total_vm);
		resident = psinfo_mm_counter(task->mm, MM_FILEPAGES) +
			   psinfo_mm_counter(task->mm, MM_ANONPAGES) +
			   psinfo_mm_counter(task->mm, MM_SHMEMPAGES);
		swapped = psinfo_mm_counter(task->mm, MM_SWAPENTS);
	}
	task_unlock(task);
	record->vsize_bytes = (u64)total << PAGE_SHIFT;
	record->rss_bytes = (u64)resident << PAGE_SHIFT;
	record->swap_bytes = (u64)swapped << PAGE_SHIFT;
}

/* A cgroup outside the viewer's cgroup namespace is withheld. */
static void fill_cgroup(struct psinfo_record *record,
			const struct task_struct *task,
			const struct psinfo_viewer *viewer)
{
	record->cgroup = 0;
#ifdef CONFIG_CGROUPS
	{
		struct cgroup *cgroup = rcu_dereference(task->cgroups)->dfl_cgrp;
		struct cgroup *root = cgroup_ancestor(cgroup,
						      viewer->cgroup_level);

		if (root && cgroup_id(root) == viewer->cgroup_root)
			record->cgroup = cgroup_ino(cgroup);
		else
			record->groups_withheld |= PSINFO_GROUP_CGROUP;
	}
#endif
}

void psinfo_groups_fill(struct psinfo_record *record, u32 record_size,
			struct task_struct *task, u32 groups, bool of_thread,
			const struct psinfo_viewer *viewer)
{
	if (groups & PSINFO_GROUP_CRED)
		fill_cred(record, task, viewer);
	if (groups & PSINFO_GROUP_SCHED)
		fill_sched(record, task);
	if (groups & PSINFO_GROUP_TIMES)
		psinfo_times_fill(record, task, of_thread);
	if (groups & PSINFO_GROUP_MEMORY)
		fill_memory(record, task);
	if (groups & PSINFO_GROUP_CGROUP)
		fill_cgroup(record, task, viewer);
}
