/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The identity of a task: the part of its record that is always filled in. Inline,
 * because it runs for every process of every walk.
 *
 * Context of all functions: RCU read section.
 */
#ifndef PSINFO_IDENTITY_H
#define PSINFO_IDENTITY_H

#include <linux/build_bug.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "compat.h"
#include "name.h"
#include "race.h"
#include "record.h"
#include "state.h"
#include "visibility.h"

/*
 * The viewer's fields that every record needs, copied so that they stay in
 * registers: the compiler would reload them from memory after every store.
 */
struct psinfo_view {
	const struct pid_namespace *ns;
	unsigned int level;
	s64 boot_offset_ns;
};

static __always_inline struct psinfo_view psinfo_view_of(const struct psinfo_viewer *viewer)
{
	return (struct psinfo_view) {
		.ns = viewer->ns,
		.level = viewer->ns->level,
		.boot_offset_ns = viewer->boot_offset_ns,
	};
}

/* The number of @pid in the viewer's namespace; 0 if it has none, or is NULL */
static __always_inline pid_t psinfo_number_in(const struct pid *pid, struct psinfo_view view)
{
	if (!pid)
		return 0;
	/* Every pid has a number in the initial namespace. */
	if (!view.level)
		return pid->numbers[0].nr;
	if (pid->level < view.level || pid->numbers[view.level].ns != view.ns)
		return 0;
	return pid->numbers[view.level].nr;
}

/* A PID of a thread group: PIDTYPE_TGID, _PGID or _SID */
static __always_inline pid_t
psinfo_group_number(const struct signal_struct *sig, enum pid_type type,
		    struct psinfo_view view)
{
	return psinfo_number_in(READ_ONCE(sig->pids[type]), view);
}

/*
 * task_ppid_nr_ns(), inline because it runs for every process. The children of an
 * exiting parent are reparented before it loses its PID, both under tasklist_lock:
 * if the parent has no PID, real_parent is read again.
 */
static __always_inline pid_t
psinfo_parent_number(const struct task_struct *task, struct psinfo_view view)
{
	const struct task_struct *parent, *again;
	pid_t number;

	if (!pid_alive(task))
		return 0;
	parent = rcu_dereference(task->real_parent);
	psinfo_race_window();
	for (;;) {
		number = psinfo_group_number(parent->signal, PIDTYPE_TGID, view);
		if (likely(number))
			return number;
		/* Pairs with tasklist_lock: reparented before losing the PID. */
		smp_rmb();
		again = rcu_dereference(task->real_parent);
		if (again == parent || !pid_alive(task))
			return 0;
		parent = again;
	}
}

/* PID of the tracing thread, as TracerPid in status */
static __always_inline pid_t tracer_number(const struct task_struct *task,
					   struct psinfo_view view)
{
	if (likely(!READ_ONCE(task->ptrace)) || !pid_alive(task))
		return 0;
	return psinfo_number_in(READ_ONCE(rcu_dereference(task->parent)->thread_pid),
			 view);
}

static_assert(offsetof(struct psinfo_record, reserved0) ==
	      offsetof(struct psinfo_record, state) + 1);
static_assert(offsetof(struct psinfo_record, name) ==
	      offsetof(struct psinfo_record, state) + sizeof(__le32));
static_assert(offsetof(struct psinfo_record, reserved1) ==
	      offsetof(struct psinfo_record, groups_withheld) + sizeof(u32));

/* The identity of @record; the groups are left alone */
static __always_inline void
psinfo_identity_fill(struct psinfo_record *record, struct task_struct *task,
		     pid_t pid, pid_t tgid, enum psinfo_state state,
		     struct psinfo_view view)
{
	const struct signal_struct *sig = task->signal;

	record->pid = pid;
	record->tgid = tgid;
	record->ppid = psinfo_parent_number(task, view);
	record->tracer = tracer_number(task, view);
	record->session = psinfo_group_number(sig, PIDTYPE_SID, view);
	record->pgrp = psinfo_group_number(sig, PIDTYPE_PGID, view);
	record->start_ns = task->start_boottime + view.boot_offset_ns;
	record->flags = READ_ONCE(task->flags);
	/* One store for the state and the zeros of reserved0 after it */
	*(__le32 *)((void *)record + offsetof(struct psinfo_record, state)) =
		cpu_to_le32(state);
	/*
	 * Without the task lock: a process that is being renamed may show
	 * parts of both names, as in /proc of recent kernels.
	 */
	psinfo_comm_copy(record->name, task->comm);
	record->groups_withheld = 0;
	record->reserved1 = 0;
}

#endif /* PSINFO_IDENTITY_H */
