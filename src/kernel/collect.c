// SPDX-License-Identifier: GPL-2.0
/*
 * Walks the tasks and fills their records.
 *
 * Everything read here stays allocated until rcu_read_unlock(): a task found
 * in the tree, its signal_struct, its pids and its credentials are freed
 * after a grace period. An exiting task may lose its PIDs and its parent
 * meanwhile, so pid_alive() is checked before (for real_parent) and after.
 */
#include "collect.h"

#include <linux/cgroup.h>
#include <linux/cpumask.h>
#include <linux/cred.h>
#include <linux/idr.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/radix-tree.h>
#include <linux/rcupdate.h>
#include <linux/sched/cputime.h>
#include <linux/sched/mm.h>
#include <linux/sched/prio.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/seqlock.h>

#include "compat.h"
#include "state.h"

#ifdef DEBUG
#include "selftest/race.c"
#else
static inline void race_window(void)
{
}

static inline void long_race_window(void)
{
}
#endif

/* Read a 64-bit counter that its owner changes, without tearing on 32-bit. */
static u64 counter_read(const u64 *counter)
{
	u64 value = READ_ONCE(*counter);
	u64 again;

	if (IS_ENABLED(CONFIG_64BIT))
		return value;
	while ((again = READ_ONCE(*counter)) != value)
		value = again;
	return value;
}

/*
 * The viewer's fields that every record needs, copied so that they stay in
 * registers: the compiler would reload them from memory after every store.
 */
struct view {
	const struct pid_namespace *ns;
	unsigned int level;
	s64 boot_offset_ns;
};

static __always_inline struct view view_of(const struct psinfo_viewer *viewer)
{
	return (struct view) {
		.ns = viewer->ns,
		.level = viewer->ns->level,
		.boot_offset_ns = viewer->boot_offset_ns,
	};
}

/* The number of @pid in the viewer's namespace; 0 if it has none, or is NULL */
static __always_inline pid_t number_in(const struct pid *pid, struct view view)
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
static __always_inline pid_t group_number(const struct signal_struct *sig,
					  enum pid_type type, struct view view)
{
	return number_in(READ_ONCE(sig->pids[type]), view);
}

/*
 * task_ppid_nr_ns(), inline because it runs for every process. The children of an
 * exiting parent are reparented before it loses its PID, both under tasklist_lock:
 * if the parent has no PID, real_parent is read again.
 */
static __always_inline pid_t parent_number(const struct task_struct *task,
					   struct view view)
{
	const struct task_struct *parent, *again;
	pid_t number;

	if (!pid_alive(task))
		return 0;
	parent = rcu_dereference(task->real_parent);
	race_window();
	for (;;) {
		number = group_number(parent->signal, PIDTYPE_TGID, view);
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
					   struct view view)
{
	if (likely(!READ_ONCE(task->ptrace)) || !pid_alive(task))
		return 0;
	return number_in(READ_ONCE(rcu_dereference(task->parent)->thread_pid),
			 view);
}

static_assert(offsetof(struct psinfo_record, reserved0) ==
	      offsetof(struct psinfo_record, state) + 1);
static_assert(offsetof(struct psinfo_record, name) ==
	      offsetof(struct psinfo_record, state) + sizeof(__le32));
static_assert(offsetof(struct psinfo_record, reserved1) ==
	      offsetof(struct psinfo_record, groups_withheld) + sizeof(u32));

static __always_inline void fill_identity(struct psinfo_record *record,
					  struct task_struct *task, pid_t pid,
					  pid_t tgid, enum psinfo_state state,
					  struct view view)
{
	const struct signal_struct *sig = task->signal;

	record->pid = pid;
	record->tgid = tgid;
	record->ppid = parent_number(task, view);
	record->tracer = tracer_number(task, view);
	record->session = group_number(sig, PIDTYPE_SID, view);
	record->pgrp = group_number(sig, PIDTYPE_PGID, view);
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

struct times {
	u64 utime, stime, runtime;
	u64 min_flt, maj_flt;
};

static void add_thread(struct times *sum, const struct task_struct *thread)
{
	sum->utime += counter_read(&thread->utime);
	sum->stime += counter_read(&thread->stime);
	sum->runtime += counter_read(&thread->se.sum_exec_runtime);
	sum->min_flt += READ_ONCE(thread->min_flt);
	sum->maj_flt += READ_ONCE(thread->maj_flt);
}

/* Initialise @sum with the times of threads that have exited. */
static void add_ended(struct times *sum, const struct signal_struct *sig)
{
	*sum = (struct times) {
		.utime = sig->utime,
		.stime = sig->stime,
		.runtime = sig->sum_sched_runtime,
		.min_flt = sig->min_flt,
		.maj_flt = sig->maj_flt,
	};
}

/* Context: RCU read section; consistent within a read section of stats_lock */
static void sum_group(struct signal_struct *sig, struct times *sum)
{
	const struct task_struct *thread;

	add_ended(sum, sig);
	/* Not for_each_thread(): with lockdep it uses tasklist_lock (unexported). */
	list_for_each_entry_rcu(thread, &sig->thread_head, thread_node)
		add_thread(sum, thread);
}

/*
 * thread_group_cputime() of kernel/sched/cputime.c. The first attempt is
 * lockless: an exiting thread moves its times to the group inside a write
 * section of stats_lock, so a pass without a retry counts each thread once.
 */
static void group_times_read(struct signal_struct *sig, struct times *sum)
{
	unsigned int seq = read_seqbegin(&sig->stats_lock);
	unsigned long irqflags;

	sum_group(sig, sum);
	if (likely(!read_seqretry(&sig->stats_lock, seq)))
		return;

	read_seqlock_excl_irqsave(&sig->stats_lock, irqflags);
	sum_group(sig, sum);
	read_sequnlock_excl_irqrestore(&sig->stats_lock, irqflags);
}

/*
 * The same for a group of any size, in RCU sections of PSINFO_BATCH threads.
 * Between two sections a reference to the next thread is held. Threads leave
 * the list inside a write section of stats_lock, so while the sequence has not
 * changed, the thread is still in the list and the walk can continue from it.
 *
 * Context: may sleep; the caller holds a reference to a task of the group.
 * Return: false if a thread exited meanwhile.
 */
static bool group_times_read_in_steps(struct signal_struct *sig,
				      struct times *sum)
{
	unsigned int seq = read_seqbegin(&sig->stats_lock);
	struct task_struct *thread;
	unsigned int steps = 0;
	bool changed;

	add_ended(sum, sig);
	rcu_read_lock();
	list_for_each_entry_rcu(thread, &sig->thread_head, thread_node) {
		if (++steps % PSINFO_BATCH == 0) {
			get_task_struct(thread);
			rcu_read_unlock();
			cond_resched();
			rcu_read_lock();
			changed = read_seqretry(&sig->stats_lock, seq);
			put_task_struct(thread);
			if (changed)
				break;
		}
		add_thread(sum, thread);
	}
	rcu_read_unlock();
	return !read_seqretry(&sig->stats_lock, seq);
}

/*
 * cputime_adjust() of kernel/sched/cputime.c, as used by /proc: the exact run
 * time is split in the ratio of the sampled ticks, and neither part falls below
 * its previous value. @prev is only read here: psinfo does not modify the
 * processes that it reads.
 */
static void times_adjust(struct times *sum, struct prev_cputime *prev)
{
#ifndef CONFIG_VIRT_CPU_ACCOUNTING_NATIVE
	u64 runtime = sum->runtime;
	u64 shown_utime, shown_stime;
	unsigned long irqflags;

	raw_spin_lock_irqsave(&prev->lock, irqflags);
	shown_utime = prev->utime;
	shown_stime = prev->stime;
	raw_spin_unlock_irqrestore(&prev->lock, irqflags);

	if (shown_utime + shown_stime >= runtime) {
		sum->utime = shown_utime;
		sum->stime = shown_stime;
		return;
	}

	if (!sum->stime)
		sum->stime = 0;
	else if (!sum->utime)
		sum->stime = runtime;
	else
		sum->stime = mul_u64_u64_div_u64(sum->stime, runtime,
						 sum->stime + sum->utime);
	sum->stime = clamp(sum->stime, shown_stime, runtime);
	sum->utime = runtime - sum->stime;
	if (sum->utime < shown_utime) {
		sum->utime = shown_utime;
		sum->stime = runtime - shown_utime;
	}
#endif
}

static bool is_large(const struct psinfo_record *record)
{
	return record->threads > PSINFO_BATCH;
}

static void store_times(struct psinfo_record *record, const struct times *times)
{
	record->utime_ns = times->utime;
	record->stime_ns = times->stime;
	record->runtime_ns = times->runtime;
	record->min_flt = times->min_flt;
	record->maj_flt = times->maj_flt;
}

static void fill_group_times(struct psinfo_record *record,
			     struct signal_struct *sig)
{
	struct times sum;

	if (is_large(record))
		return;	/* done by fill_large_times() */
	group_times_read(sig, &sum);
	times_adjust(&sum, &sig->prev_cputime);
	store_times(record, &sum);
}

static void fill_thread_times(struct psinfo_record *record,
			      struct task_struct *task)
{
	struct times own = {};

	add_thread(&own, task);
	times_adjust(&own, &task->prev_cputime);
	store_times(record, &own);
}

static void fill_times(struct psinfo_record *record, struct task_struct *task,
		       bool of_thread)
{
	record->threads = READ_ONCE(task->signal->nr_threads);
	record->reserved2 = 0;
	record->nvcsw = READ_ONCE(task->nvcsw);
	record->nivcsw = READ_ONCE(task->nivcsw);
	if (of_thread)
		fill_thread_times(record, task);
	else
		fill_group_times(record, task->signal);
}

/*
 * One lockless pass over the threads in a single RCU section. The times of a
 * thread that exits meanwhile may be missing, but are not counted twice: the sum
 * of the exited threads is read first, and consistently.
 */
static void group_times_read_once(struct signal_struct *sig, struct times *sum)
{
	const struct task_struct *thread;
	unsigned int seq;

	do {
		seq = read_seqbegin(&sig->stats_lock);
		add_ended(sum, sig);
	} while (read_seqretry(&sig->stats_lock, seq));
	rcu_read_lock();
	list_for_each_entry_rcu(thread, &sig->thread_head, thread_node)
		add_thread(sum, thread);
	rcu_read_unlock();
}

/*
 * If threads keep exiting, the last attempt may miss some of their times. That is
 * better than summing thousands of threads with interrupts disabled.
 */
static void fill_large_times(struct psinfo_record *record,
			     struct task_struct *task)
{
	struct signal_struct *sig = task->signal;
	struct times sum;
	int tries = 8;

	while (!group_times_read_in_steps(sig, &sum)) {
		if (--tries)
			continue;
		group_times_read_once(sig, &sum);
		break;
	}
	times_adjust(&sum, &sig->prev_cputime);
	store_times(record, &sum);
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

static void fill(struct psinfo_record *record, struct task_struct *task,
		 pid_t number, pid_t tgid, enum psinfo_state state,
		 const struct psinfo_walk *walk)
{
	const struct psinfo_viewer *viewer = walk->viewer;

	fill_identity(record, task, number, tgid, state, view_of(viewer));
	if (walk->groups & PSINFO_GROUP_CRED)
		fill_cred(record, task, viewer);
	if (walk->groups & PSINFO_GROUP_SCHED)
		fill_sched(record, task);
	if (walk->groups & PSINFO_GROUP_TIMES)
		fill_times(record, task, walk->threads);
	if (walk->groups & PSINFO_GROUP_MEMORY)
		fill_memory(record, task);
	if (walk->groups & PSINFO_GROUP_CGROUP)
		fill_cgroup(record, task, viewer);
}

/* pid_task() with PIDTYPE_TGID, inline: the process with @pid, or NULL */
static struct task_struct *process_of(struct pid *pid)
{
	struct hlist_node *first;

	first = rcu_dereference(hlist_first_rcu(&pid->tasks[PIDTYPE_TGID]));
	return hlist_entry_safe(first, struct task_struct,
				pid_links[PIDTYPE_TGID]);
}

/* pid_task() with PIDTYPE_PID, inline: the thread with @pid, or NULL */
static struct task_struct *thread_of(struct pid *pid)
{
	struct hlist_node *first;

	first = rcu_dereference(hlist_first_rcu(&pid->tasks[PIDTYPE_PID]));
	return hlist_entry_safe(first, struct task_struct,
				pid_links[PIDTYPE_PID]);
}

static bool passes(const struct psinfo_filter *filter,
		   const struct task_struct *task, enum psinfo_state state,
		   const struct psinfo_viewer *viewer)
{
	const struct view view = view_of(viewer);
	const u32 filters = filter->filters;
	bool kernel = READ_ONCE(task->flags) & PF_KTHREAD;

	if (filters & PSINFO_FILTER_STATES && !(filter->states & BIT(state)))
		return false;
	if (filters & PSINFO_FILTER_KERNEL && !kernel)
		return false;
	if (filters & PSINFO_FILTER_USER && kernel)
		return false;
	if (filters & PSINFO_FILTER_PID &&
	    group_number(task->signal, PIDTYPE_TGID, view) != filter->pid)
		return false;
	if (filters & PSINFO_FILTER_PARENT &&
	    parent_number(task, view) != filter->parent)
		return false;
	return !(filters & PSINFO_FILTER_UID) ||
	       (uid_valid(filter->uid) &&
		uid_eq(__task_cred(task)->uid, filter->uid));
}

/*
 * A thread is the main thread if it was found by its tgid, as in its record: the
 * task may have taken over another PID meanwhile.
 */
static void count(struct psinfo_walk *walk, pid_t number, pid_t tgid,
		  enum psinfo_state state)
{
	if (walk->threads)
		walk->nr_threads[state]++;
	if (tgid == number)
		walk->processes[state]++;
}

/*
 * Fill @record, unless NULL, for the process or thread with @pid and count it,
 * if it exists, is visible to the viewer and passes the filter. Return: its
 * task, or NULL if it does not.
 *
 * The task found may be a leader that is being replaced: a thread's execve()
 * takes over the PID and kills the leader. So if the task turns out dead, the
 * PID is looked up again: otherwise a process that never exited would be missing.
 * The loop ends when the lookup returns the same dead task; each further
 * iteration requires another execve().
 */
static noinline struct task_struct *collect_task(struct psinfo_walk *walk,
						 struct pid *pid, pid_t number,
						 struct psinfo_record *record)
{
	const struct psinfo_viewer *viewer = walk->viewer;
	struct task_struct *task, *before = NULL;
	enum psinfo_state state;
	pid_t tgid = number;
	bool wanted = true;

	for (;;) {
		task = walk->threads ? thread_of(pid) : process_of(pid);
		if (!task || !psinfo_viewer_sees(viewer, task))
			return NULL;
		state = psinfo_state_of(task);
		if (walk->filter.filters)
			wanted = passes(&walk->filter, task, state, viewer);
		/* Read once for record and totals: an exiting thread loses it. */
		if (walk->threads)
			tgid = group_number(task->signal, PIDTYPE_TGID,
					    view_of(viewer));
		if (record && wanted)
			fill(record, task, number, tgid, state, walk);
		if (likely(pid_alive(task) && tgid &&
			   state != PSINFO_STATE_DEAD))
			break;
		if (task == before)
			break;
		before = task;
		/* Pairs with tasklist_lock: a dead task has handed over its PID. */
		smp_rmb();
	}

	/* Check again: the fields may be from after a set-uid execve(). */
	if (!wanted || !tgid || !pid_alive(task) ||
	    !psinfo_viewer_sees(viewer, task))
		return NULL;
	count(walk, number, tgid, state);
	return task;
}

/* One RCU section of a walk */
struct batch {
	struct psinfo_walk *walk;
	struct psinfo_record *record;	/* next one to fill; NULL: only count */
	unsigned int room;		/* number of records, filled or not */
	unsigned int filled;
	unsigned int visited;		/* PIDs, and threads summed */
	struct task_struct *large;	/* of the last record, without times yet */
};

static void advance(struct batch *batch, const struct task_struct *task)
{
	const struct psinfo_walk *walk = batch->walk;

	if (walk->groups & PSINFO_GROUP_TIMES && !walk->threads) {
		if (unlikely(is_large(batch->record)))
			batch->large = get_task_struct((void *)task);
		else
			batch->visited += batch->record->threads;
	}
	batch->record = (void *)batch->record + walk->record_size;
	batch->filled++;
}

static bool is_full(const struct batch *batch)
{
	return batch->visited >= PSINFO_BATCH || batch->large ||
	       (batch->record && batch->filled == batch->room);
}

/*
 * Process the slots of a chunk of the tree; the first is for the PID @number.
 * Return: how many were processed; fewer than @nr if the batch is full, or if
 * the tree is being modified here, so that the lookup must be repeated.
 */
static noinline unsigned int collect_slots(struct batch *batch,
					   void __rcu **slots, unsigned int nr,
					   pid_t number)
{
	const struct task_struct *task;
	unsigned int i;
	void *pid;

	for (i = 0; i < nr && !is_full(batch); i++) {
		pid = rcu_dereference_raw(slots[i]);
		if (!pid)
			continue;
		if (unlikely(radix_tree_deref_retry(pid)))
			break;
		batch->visited++;
		task = collect_task(batch->walk, pid, number + i, batch->record);
		if (task && batch->record)
			advance(batch, task);
	}
	return i;
}

/*
 * collect_slots() for the most common request: all processes, identity only. The
 * same steps as in collect_task(), without the checks that are not needed here;
 * a task that turns out dead is left to collect_task(). The compiler specialises
 * the loop where @only_count and @view.level are constants.
 */
static __always_inline unsigned int
collect_slots_simply(struct batch *batch, void __rcu **slots, unsigned int nr,
		     pid_t number, const bool only_count, const struct view view)
{
	struct psinfo_walk *walk = batch->walk;
	const u32 record_size = walk->record_size;
	struct psinfo_record *record = batch->record;
	struct task_struct *task;
	enum psinfo_state state;
	unsigned int i;
	void *pid;

	if (!only_count)
		nr = min(nr, batch->room - batch->filled);
	for (i = 0; i < nr; i++) {
		pid = rcu_dereference_raw(slots[i]);
		if (!pid)
			continue;
		if (unlikely(radix_tree_deref_retry(pid)))
			break;
		task = process_of(pid);
		if (!task)
			continue;
		state = psinfo_state_of(task);
		if (!only_count)
			fill_identity(record, task, number + i, number + i,
				      state, view);
		if (likely(pid_alive(task) && state != PSINFO_STATE_DEAD))
			walk->processes[state]++;
		else if (!collect_task(walk, pid, number + i, record))
			continue;
		if (!only_count)
			record = (void *)record + record_size;
	}
	if (!only_count) {
		batch->filled += ((void *)record - (void *)batch->record) /
				 record_size;
		batch->record = record;
	}
	batch->visited += nr;
	return i;
}

static noinline unsigned int count_slots(struct batch *batch,
					 void __rcu **slots, unsigned int nr,
					 pid_t number)
{
	return collect_slots_simply(batch, slots, nr, number, true,
				    view_of(batch->walk->viewer));
}

static noinline unsigned int list_slots(struct batch *batch,
					void __rcu **slots, unsigned int nr,
					pid_t number)
{
	return collect_slots_simply(batch, slots, nr, number, false,
				    view_of(batch->walk->viewer));
}

/* For the initial namespace, which is the most common one */
static noinline unsigned int list_all_slots(struct batch *batch,
					    void __rcu **slots, unsigned int nr,
					    pid_t number)
{
	struct view view = view_of(batch->walk->viewer);

	view.level = 0;
	return collect_slots_simply(batch, slots, nr, number, false, view);
}

static bool is_simple(const struct psinfo_walk *walk)
{
	return !walk->viewer->hides && !walk->filter.filters &&
	       !walk->threads && !walk->groups;
}

/* Context: RCU read section */
static void collect_batch(struct batch *batch)
{
	struct psinfo_walk *walk = batch->walk;
	unsigned int (*collect_some)(struct batch *batch, void __rcu **slots,
				     unsigned int nr, pid_t number);
	struct radix_tree_iter iter;
	void __rcu **slots;
	unsigned long nr;

	collect_some = collect_slots;
	if (is_simple(walk) && !batch->record)
		collect_some = count_slots;
	else if (is_simple(walk))
		collect_some = walk->viewer->ns->level ? list_slots :
							 list_all_slots;
	while (!is_full(batch)) {
		radix_tree_iter_init(&iter, walk->next);
		slots = radix_tree_next_chunk(&walk->viewer->ns->idr.idr_rt,
					      &iter, 0);
		if (!slots || iter.index > walk->last) {
			walk->done = true;
			break;
		}
		/* Not beyond walk->last; at least one slot remains. */
		nr = min_t(unsigned long, radix_tree_chunk_size(&iter),
			   walk->last - iter.index + 1);
		walk->next = iter.index + collect_some(batch, slots, nr,
						       iter.index);
		batch->visited++;
	}
	if (walk->next > walk->last)
		walk->done = true;
}

/*
 * Fill in the times of the last record, a large thread group. Visibility is
 * checked again, because summing takes long enough for a set-uid execve(). If
 * the task has died, the walk returns to its PID: a thread's execve() may have
 * taken it over.
 */
static void finish_large(struct batch *batch)
{
	struct psinfo_walk *walk = batch->walk;
	struct task_struct *task = batch->large;
	struct psinfo_record *record;
	bool is_alive;

	record = (void *)batch->record - walk->record_size;
	fill_large_times(record, task);
	long_race_window();
	rcu_read_lock();
	is_alive = pid_alive(task);
	if (!is_alive || !psinfo_viewer_sees(walk->viewer, task)) {
		walk->processes[record->state]--;
		batch->filled--;
	}
	rcu_read_unlock();
	if (!is_alive) {
		walk->next = record->pid;
		walk->done = false;
	}
	put_task_struct(task);
}

unsigned int psinfo_collect(struct psinfo_walk *walk,
			    struct psinfo_record *first, unsigned int room)
{
	const struct psinfo_viewer *viewer = walk->viewer;
	const struct cred *saved = psinfo_viewer_begin(viewer);
	struct batch batch = {
		.walk = walk,
		.record = first,
		.room = room,
	};

	rcu_read_lock();
	collect_batch(&batch);
	rcu_read_unlock();
	if (unlikely(batch.large))
		finish_large(&batch);
	psinfo_viewer_end(viewer, saved);
	return batch.filled;
}

bool psinfo_collect_one(const struct psinfo_viewer *viewer, pid_t number,
			struct psinfo_record *record)
{
	const struct cred *saved = psinfo_viewer_begin(viewer);
	struct psinfo_walk walk = { .viewer = viewer };
	struct pid *pid;
	bool found;

	rcu_read_lock();
	pid = idr_find(&viewer->ns->idr, number);
	found = pid && collect_task(&walk, pid, number, record);
	rcu_read_unlock();
	psinfo_viewer_end(viewer, saved);
	return found;
}
