/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between the kernels psinfo is built for, and nothing else. The
 * rest of the code is written for the newest kernel and asks no version.
 */
#ifndef PSINFO_COMPAT_H
#define PSINFO_COMPAT_H

#include <linux/mm_types.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/coredump.h>
#include <linux/sched/mm.h>
#include <linux/sched/task.h>
#include <linux/user_namespace.h>

#ifdef PSINFO_HAVE_EXEC_STATE
#include <linux/sched/exec_state.h>
#endif

/**
 * psinfo_task_is_dumpable() - may the owner of @task look into it?
 * @task: any task
 * @may: says whether the reader holds CAP_SYS_PTRACE in a user namespace,
 *	which makes up for a task that is not dumpable; must not sleep
 *
 * The same rule as task_still_dumpable() in kernel/ptrace.c of each kernel:
 * since 7.x the answer hangs on the exec state, before that on the mm, and
 * stable updates since 6.1 and 5.10 remember it when the mm is gone.
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

#else

#ifdef PSINFO_HAVE_USER_DUMPABLE
static inline bool psinfo_task_was_dumpable(struct task_struct *task,
					    bool (*may)(struct user_namespace *))
{
	return task->user_dumpable || may(&init_user_ns);
}
#else
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

	/* The lock keeps mm, and with it mm->user_ns, from going away. */
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

#endif /* PSINFO_COMPAT_H */
