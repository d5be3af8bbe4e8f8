/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Differences between the supported kernels, and nothing else. The rest of the
 * code is written for the newest kernel and checks no version.
 */
#ifndef PSINFO_COMPAT_H
#define PSINFO_COMPAT_H

#include <linux/kmemleak.h>
#include <linux/mm.h>
#include <linux/mm_types.h>
#include <linux/proc_fs.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/coredump.h>
#include <linux/sched/mm.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/user_namespace.h>
#include <linux/version.h>

#ifdef PSINFO_HAVE_EXEC_STATE
#include <linux/sched/exec_state.h>
#endif

/**
 * psinfo_proc_ops() - @ops in memory that procfs may read at any time
 *
 * Without the fixes "proc: fix UAF in proc_get_inode()" and "proc: use the same
 * treatment to check proc_lseek", procfs reads the operations of an entry
 * without pinning it: a lookup during unload would read freed module memory.
 * Such kernels get a copy that is never freed, because the end of the last such
 * lookup cannot be detected. That leaks about 100 bytes per load. Procfs only
 * compares the pointers in the copy; it pins the entry before it calls one.
 *
 * Return: @ops, its copy, or NULL if out of memory.
 */
#ifdef PSINFO_HAVE_PROC_ENTRY_FLAGS
static inline const struct proc_ops *psinfo_proc_ops(const struct proc_ops *ops)
{
	return ops;
}
#else
static inline const struct proc_ops *psinfo_proc_ops(const struct proc_ops *ops)
{
	const struct proc_ops *copy = kmemdup(ops, sizeof(*ops), GFP_KERNEL);

	kmemleak_ignore(copy);
	return copy;
}
#endif

/**
 * psinfo_task_is_dumpable() - may the owner of @task read its memory?
 * @task: any task
 * @may: returns whether the reader has CAP_SYS_PTRACE in a user namespace, which
 *	grants access to a task that is not dumpable; must not sleep
 *
 * The same rule as task_still_dumpable() in kernel/ptrace.c of each kernel:
 * since 7.x the exec state decides, before that the mm, and stable updates of
 * 5.10 and later save the result when a task releases its mm. This fails closed:
 * if the headers have neither, and the kernel is not known to predate them, no
 * task is dumpable.
 *
 * Context: inside an RCU read section; takes and drops the task lock.
 */
#if defined(PSINFO_HAVE_EXEC_STATE)

static inline bool psinfo_task_is_dumpable(struct task_struct *task,
					   bool (*may)(struct user_namespace *))
{
	struct task_exec_state *es = rcu_dereference(task->exec_state);

	return READ_ONCE(es->dumpable) == TASK_DUMPABLE_OWNER ||
	       may(es->user_ns);
}

#elif !defined(PSINFO_HAVE_USER_DUMPABLE) && \
	(LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0) || \
	 defined(PSINFO_UNKNOWN_KERNEL))

static inline bool psinfo_task_is_dumpable(struct task_struct *task,
					   bool (*may)(struct user_namespace *))
{
	return may(&init_user_ns);
}

#else

#ifdef PSINFO_HAVE_USER_DUMPABLE
static inline bool psinfo_task_was_dumpable(struct task_struct *task,
					    bool (*may)(struct user_namespace *))
{
	return task->user_dumpable || may(&init_user_ns);
}
#else
/* Kernels without these updates do not check a task without mm. */
static inline bool psinfo_task_was_dumpable(struct task_struct *task,
					    bool (*may)(struct user_namespace *))
{
	return true;
}
#endif

static inline bool psinfo_task_is_dumpable(struct task_struct *task,
					   bool (*may)(struct user_namespace *))
{
	struct mm_struct *mm;
	bool ret;

	/* The lock keeps mm, and with it mm->user_ns, alive. */
	task_lock(task);
	mm = task->mm;
	if (mm)
		ret = get_dumpable(mm) == SUID_DUMP_USER || may(mm->user_ns);
	else
		ret = psinfo_task_was_dumpable(task, may);
	task_unlock(task);
	return ret;
}

#endif /* PSINFO_HAVE_EXEC_STATE */

/**
 * psinfo_mm_counter() - one counter of @mm in pages, as /proc/PID/status shows it
 *
 * Since "mm: fix the inaccurate memory statistics issue for users" status adds what
 * each CPU has not yet folded into the shared count: per CPU, up to max(32, twice
 * the number of CPUs) pages. Earlier kernels show the shared count alone.
 *
 * Context: the caller holds the task lock, which keeps @mm.
 */
static inline unsigned long psinfo_mm_counter(struct mm_struct *mm, int member)
{
#ifdef PSINFO_HAVE_MM_COUNTER_SUM
	return get_mm_counter_sum(mm, member);
#else
	return get_mm_counter(mm, member);
#endif
}

#endif /* PSINFO_COMPAT_H */
