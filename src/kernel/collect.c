// SPDX-License-Identifier: GPL-2.0
/*
 * The walk: finds the tasks of a PID namespace, selects and counts them, and has
 * their records filled.
 *
 * Everything that is read of a task stays allocated until rcu_read_unlock(): a task
 * found in the tree, its signal_struct, its pids and its credentials are freed after
 * a grace period. An exiting task may lose its PIDs meanwhile, so pid_alive() is
 * checked after its record is filled.
 */
#include "collect.h"

#include <linux/cred.h>
#include <linux/idr.h>
#include <linux/minmax.h>
#include <linux/pid.h>
#include <linux/radix-tree.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "groups.h"
#include "identity.h"
#include "race.h"
#include "state.h"
#include "times.h"

#ifdef DEBUG
#include "selftest/race.c"
#endif

static void fill(struct psinfo_record *record, struct task_struct *task,
		 pid_t number, pid_t tgid, enum psinfo_state state,
		 const struct psinfo_walk *walk)
{
	psinfo_identity_fill(record, task, number, tgid, state,
			     psinfo_view_of(walk->viewer));
	psinfo_groups_fill(record, walk->record_size, task, walk->groups,
			   walk->threads, walk->viewer);
}

/* pid_task(), inline: @type is PIDTYPE_TGID or PIDTYPE_PID. False if there is none. */
static __always_inline bool find_task(struct pid *pid, enum pid_type type,
				      struct task_struct **ret_task)
{
	struct hlist_node *first;

	first = rcu_dereference(hlist_first_rcu(&pid->tasks[type]));
	if (!first)
		return false;
	*ret_task = hlist_entry(first, struct task_struct, pid_links[type]);
	return true;
}

static bool passes(const struct psinfo_filter *filter,
		   const struct task_struct *task, enum psinfo_state state,
		   const struct psinfo_viewer *viewer)
{
	const struct psinfo_view view = psinfo_view_of(viewer);
	const u32 filters = filter->filters;
	bool kernel = READ_ONCE(task->flags) & PF_KTHREAD;

	if (filters & PSINFO_FILTER_STATES && !(filter->states & BIT(state)))
		return false;
	if (filters & PSINFO_FILTER_KERNEL && !kernel)
		return false;
	if (filters & PSINFO_FILTER_USER && kernel)
		return false;
	if (filters & PSINFO_FILTER_PID &&
	    psinfo_group_number(task->signal, PIDTYPE_TGID, view) != filter->pid)
		return false;
	if (filters & PSINFO_FILTER_PARENT &&
	    psinfo_parent_number(task, view) != filter->parent)
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
		if (walk->threads ? !find_task(pid, PIDTYPE_PID, &task) :
				    !find_task(pid, PIDTYPE_TGID, &task))
			return NULL;
		if (!psinfo_viewer_sees(viewer, task))
			return NULL;
		state = psinfo_state_of(task);
		if (walk->filter.filters)
			wanted = passes(&walk->filter, task, state, viewer);
		/* Read once for record and totals: an exiting thread loses it. */
		if (walk->threads)
			tgid = psinfo_group_number(task->signal, PIDTYPE_TGID,
						   psinfo_view_of(viewer));
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
		if (unlikely(psinfo_times_are_large(batch->record)))
			batch->large = get_task_struct((void *)task);
		else
			batch->visited += batch->record->threads;
	}
	batch->record = (void *)batch->record + walk->stride;
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
		     pid_t number, const bool only_count, const struct psinfo_view view)
{
	struct psinfo_walk *walk = batch->walk;
	const u32 stride = walk->stride;
	struct psinfo_record *record = batch->record;
	struct task_struct *task;
	void __rcu **const first = slots, **end;
	enum psinfo_state state;
	bool is_alive;
	void *pid;

	if (!only_count)
		nr = min(nr, batch->room - batch->filled);
	end = slots + nr;
	for (; slots < end; slots++, number++) {
		pid = rcu_dereference_raw(*slots);
		if (!pid)
			continue;
		if (unlikely(radix_tree_exception(pid)))
			break;
		if (!find_task(pid, PIDTYPE_TGID, &task))
			continue;
		state = psinfo_state_of(task);
		is_alive = state != PSINFO_STATE_DEAD;
		if (likely(is_alive)) {
			if (!only_count)
				psinfo_identity_fill(record, task, number,
						     number, state, view);
			is_alive = pid_alive(task);
		}
		if (likely(is_alive))
			walk->processes[state]++;
		else if (!collect_task(walk, pid, number, record))
			continue;
		if (!only_count)
			record = (void *)record + stride;
	}
	if (!only_count) {
		batch->filled += ((void *)record - (void *)batch->record) /
				 stride;
		batch->record = record;
	}
	batch->visited += nr;
	return slots - first;
}

static noinline unsigned int count_slots(struct batch *batch,
					 void __rcu **slots, unsigned int nr,
					 pid_t number)
{
	return collect_slots_simply(batch, slots, nr, number, true,
				    psinfo_view_of(batch->walk->viewer));
}

static noinline unsigned int list_slots(struct batch *batch,
					void __rcu **slots, unsigned int nr,
					pid_t number)
{
	return collect_slots_simply(batch, slots, nr, number, false,
				    psinfo_view_of(batch->walk->viewer));
}

/* For the initial namespace, which is the most common one */
static noinline unsigned int list_all_slots(struct batch *batch,
					    void __rcu **slots, unsigned int nr,
					    pid_t number)
{
	struct psinfo_view view = psinfo_view_of(batch->walk->viewer);

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

	record = (void *)batch->record - walk->stride;
	psinfo_times_fill_large(record, task);
	psinfo_long_race_window();
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
