// SPDX-License-Identifier: GPL-2.0
/*
 * The times of a task: sums over the threads of a process, split into user and
 * system time as /proc shows them.
 */
#include "times.h"

#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/rcupdate.h>
#include <linux/sched/cputime.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/seqlock.h>

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

bool psinfo_times_are_large(const struct psinfo_record *record)
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

	if (psinfo_times_are_large(record))
		return;	/* done by psinfo_times_fill_large() */
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

void psinfo_times_fill(struct psinfo_record *record, struct task_struct *task,
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
void psinfo_times_fill_large(struct psinfo_record *record,
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
