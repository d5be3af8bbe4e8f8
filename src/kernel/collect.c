// SPDX-License-Identifier: GPL-2.0
/*
 * The walk over the tasks, and what is read of each.
 *
 * Everything read here stays allocated until rcu_read_unlock(): a task found
 * in the tree, its signal_struct, its pids and its credentials are freed
 * behind a grace period. An exiting task may lose its PIDs and its parent
 * meanwhile, so pid_alive() is asked before (for real_parent) and after.
 */
#include "collect.h"

#include <linux/cred.h>
#include <linux/idr.h>
#include <linux/math64.h>
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

/* A 64-bit counter that its owner changes; on 32-bit it could be read torn. */
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

/* @pid as a number in @ns; 0 if it is not visible there, or is NULL */
static pid_t number_in(const struct pid *pid, const struct pid_namespace *ns)
{
	if (!pid || pid->level < ns->level ||
	    pid->numbers[ns->level].ns != ns)
		return 0;
	return pid->numbers[ns->level].nr;
}

/* task_ppid_nr_ns(), inline: it is asked of every process */
static pid_t parent_number(const struct task_struct *task,
			   const struct pid_namespace *ns)
{
	const struct task_struct *parent;

	if (!pid_alive(task))
		return 0;
	parent = rcu_dereference(task->real_parent);
	return number_in(READ_ONCE(parent->signal->pids[PIDTYPE_TGID]), ns);
}

static void fill_identity(struct psinfo_row *row, struct task_struct *task,
			  const struct psinfo_viewer *viewer)
{
	row->ppid = parent_number(task, viewer->ns);
	row->start_ns = task->start_boottime + viewer->boot_offset_ns;
	/*
	 * Not under the task lock: a process that renames itself this very
	 * moment may show part of both names, as in /proc of new kernels.
	 */
	psinfo_name_copy(&row->name, task->comm);
	row->state = psinfo_state_of(task);
}

static void fill_cred(struct psinfo_row *row, const struct task_struct *task,
		      const struct psinfo_viewer *viewer)
{
	row->uid = from_kuid_munged(viewer->cred->user_ns,
				    __task_cred(task)->uid);
}

static void fill_sched(struct psinfo_row *row, const struct task_struct *task)
{
	row->policy = READ_ONCE(task->policy);
	row->rt_priority = READ_ONCE(task->rt_priority);
	row->nice = task_nice(task);
	row->prio = READ_ONCE(task->prio) - MAX_RT_PRIO;
	row->static_prio = READ_ONCE(task->static_prio);
	row->normal_prio = READ_ONCE(task->normal_prio);
	row->flags = READ_ONCE(task->flags);
	row->threads = READ_ONCE(task->signal->nr_threads);
	row->cpu = task_cpu(task);
	row->nvcsw = READ_ONCE(task->nvcsw);
	row->nivcsw = READ_ONCE(task->nivcsw);
}

struct group_times {
	u64 utime, stime, runtime;
};

static void add_thread(struct group_times *sum, const struct task_struct *thread)
{
	sum->utime += counter_read(&thread->utime);
	sum->stime += counter_read(&thread->stime);
	sum->runtime += counter_read(&thread->se.sum_exec_runtime);
}

/* What threads that have ended left behind */
static void add_ended(struct group_times *sum, const struct signal_struct *sig)
{
	*sum = (struct group_times) {
		.utime = sig->utime,
		.stime = sig->stime,
		.runtime = sig->sum_sched_runtime,
	};
}

/* Context: RCU read section; consistent if stats_lock is read or held. */
static void sum_group(struct signal_struct *sig, struct group_times *sum)
{
	const struct task_struct *thread;

	add_ended(sum, sig);
	/* Not for_each_thread(): with lockdep that asks for tasklist_lock. */
	list_for_each_entry_rcu(thread, &sig->thread_head, thread_node)
		add_thread(sum, thread);
}

/*
 * thread_group_cputime() of kernel/sched/cputime.c. Without the lock first; a
 * thread that exits meanwhile moves its time to the group inside the write
 * section of stats_lock, so a clean pass counts each thread once.
 */
static void group_times_read(struct signal_struct *sig, struct group_times *sum)
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
 * Between two of them the walk holds on to the next thread. That one leaves
 * the list inside the write section of stats_lock, so while its sequence has
 * not changed, the walk can go on from there.
 *
 * Context: may sleep; the caller holds a reference to a task of the group.
 * Return: false if a thread ended meanwhile.
 */
static bool group_times_read_in_steps(struct signal_struct *sig,
				      struct group_times *sum)
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
 * cputime_adjust() of kernel/sched/cputime.c, which /proc shows: the exact
 * run time is split in the ratio of the sampled ticks, and neither part goes
 * back behind what was shown before. What was shown before is only read here;
 * looking at a process through psinfo changes nothing about it.
 */
static void group_times_adjust(struct group_times *sum,
			       struct signal_struct *sig)
{
#ifndef CONFIG_VIRT_CPU_ACCOUNTING_NATIVE
	struct prev_cputime *prev = &sig->prev_cputime;
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

static bool is_large(const struct psinfo_row *row)
{
	return row->threads > PSINFO_BATCH;
}

static void fill_times(struct psinfo_row *row, const struct task_struct *task)
{
	struct group_times sum;

	if (is_large(row))
		return;	/* left to fill_large_times() */
	group_times_read(task->signal, &sum);
	group_times_adjust(&sum, task->signal);
	row->utime_ns = sum.utime;
	row->stime_ns = sum.stime;
}

/*
 * A large group whose threads keep ending is in the end read as procfs does
 * it, in one section.
 */
static void fill_large_times(struct psinfo_row *row, struct task_struct *task)
{
	struct signal_struct *sig = task->signal;
	struct group_times sum;
	int tries = 8;

	while (!group_times_read_in_steps(sig, &sum)) {
		if (--tries)
			continue;
		rcu_read_lock();
		group_times_read(sig, &sum);
		rcu_read_unlock();
		break;
	}
	group_times_adjust(&sum, sig);
	row->utime_ns = sum.utime;
	row->stime_ns = sum.stime;
}

/*
 * The task lock keeps mm from going away. Not get_task_mm(): the mmput() after
 * it may be the last one, and the reader would then tear down the mappings.
 */
static void fill_mem(struct psinfo_row *row, struct task_struct *task)
{
	unsigned long pages = 0;

	task_lock(task);
	if (task->mm && !(task->flags & PF_KTHREAD))
		pages = get_mm_rss(task->mm);
	task_unlock(task);
	row->rss_kib = (u64)pages << (PAGE_SHIFT - 10);
}

static void fill(struct psinfo_row *row, struct task_struct *task,
		 const struct psinfo_viewer *viewer, u32 fields)
{
	fill_identity(row, task, viewer);
	/* The number of threads says what summing up their times cost. */
	if (fields & (PSINFO_FIELDS_SCHED | PSINFO_FIELDS_TIMES))
		fill_sched(row, task);
	if (fields & PSINFO_FIELDS_CRED)
		fill_cred(row, task, viewer);
	if (fields & PSINFO_FIELDS_TIMES)
		fill_times(row, task);
	if (fields & PSINFO_FIELDS_MEM)
		fill_mem(row, task);
}

/* The process whose thread group @pid numbers, or NULL: pid_task(), inline */
static struct task_struct *process_of(struct pid *pid)
{
	struct hlist_node *first;

	first = rcu_dereference(hlist_first_rcu(&pid->tasks[PIDTYPE_TGID]));
	return hlist_entry_safe(first, struct task_struct,
				pid_links[PIDTYPE_TGID]);
}

/*
 * Fills @row with the process that @pid numbers, if there is one that the
 * viewer sees, and returns its task, else NULL.
 *
 * The task found may be one that is being replaced: a thread's execve() hands
 * the PID over and kills the leader. So a row whose task turns out dead is
 * filled again from whatever the PID leads to now, else a process alive all
 * the time would be missing. Only the handing over can go on for long, and
 * each needs an execve(): three tries, then the PID is passed over unless its
 * task is dead for good but still there.
 */
static struct task_struct *take(struct psinfo_row *row, struct pid *pid,
				pid_t number,
				const struct psinfo_viewer *viewer, u32 fields)
{
	struct task_struct *task;
	int tries = 3;

	do {
		task = process_of(pid);
		if (!task || !psinfo_viewer_sees(viewer, task))
			return NULL;
		row->pid = number;
		fill(row, task, viewer, fields);
		if (likely(pid_alive(task) && row->state != PSINFO_STATE_DEAD))
			break;
	} while (--tries);

	/* Asked again, for what was read may be after a set-uid execve(). */
	return pid_alive(task) && psinfo_viewer_sees(viewer, task) ? task :
								     NULL;
}

unsigned int psinfo_collect(struct psinfo_walk *walk, struct psinfo_row *rows,
			    unsigned int room)
{
	const struct psinfo_viewer *viewer = walk->viewer;
	const struct cred *saved = psinfo_viewer_begin(viewer);
	struct task_struct *large = NULL;
	struct task_struct *task;
	unsigned int looked_at = 0;
	unsigned int filled = 0;
	struct radix_tree_iter iter;
	void __rcu **slot;
	struct pid *pid;

	rcu_read_lock();
	radix_tree_for_each_slot(slot, &viewer->ns->idr.idr_rt, &iter,
				 walk->next) {
		pid = radix_tree_deref_slot(slot);
		if (unlikely(!pid))
			continue;
		if (unlikely(radix_tree_deref_retry(pid))) {
			slot = radix_tree_iter_retry(&iter);
			continue;
		}
		if (filled == room || looked_at >= PSINFO_BATCH || large) {
			walk->next = iter.index;
			goto out;
		}
		looked_at++;
		task = take(&rows[filled], pid, iter.index, viewer,
			    walk->fields);
		if (!task)
			continue;
		if (walk->fields & PSINFO_FIELDS_TIMES) {
			if (unlikely(is_large(&rows[filled])))
				large = get_task_struct(task);
			else
				looked_at += rows[filled].threads;
		}
		filled++;
	}
	walk->done = true;
out:
	rcu_read_unlock();
	psinfo_viewer_end(viewer, saved);

	if (unlikely(large)) {
		fill_large_times(&rows[filled - 1], large);
		put_task_struct(large);
	}
	return filled;
}

bool psinfo_collect_one(const struct psinfo_viewer *viewer, pid_t number,
			struct psinfo_row *row)
{
	const struct cred *saved = psinfo_viewer_begin(viewer);
	struct pid *pid;
	bool found;

	rcu_read_lock();
	pid = idr_find(&viewer->ns->idr, number);
	found = pid && take(row, pid, number, viewer, 0);
	rcu_read_unlock();
	psinfo_viewer_end(viewer, saved);
	return found;
}
