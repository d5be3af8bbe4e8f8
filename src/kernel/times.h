/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The times of a task: PSINFO_GROUP_TIMES of its record.
 */
#ifndef PSINFO_TIMES_H
#define PSINFO_TIMES_H

#include <linux/sched.h>
#include <linux/types.h>

#include "record.h"

/* An RCU read section ends after this many PIDs and threads. */
#define PSINFO_BATCH	256

/**
 * psinfo_times_fill() - fill in the times of a task
 * @record: PSINFO_GROUP_TIMES is written
 * @task: the task; if @of_thread is not set, the sums over its process
 * @of_thread: only its own
 *
 * Without @of_thread, the sums of a process with more than PSINFO_BATCH threads are
 * left to psinfo_times_fill_large().
 *
 * Context: RCU read section.
 */
void psinfo_times_fill(struct psinfo_record *record, struct task_struct *task,
		       bool of_thread);

/** psinfo_times_are_large() - whether a record's sums are still to be filled in */
bool psinfo_times_are_large(const struct psinfo_record *record);

/**
 * psinfo_times_fill_large() - fill in the sums of a process of any size
 *
 * In RCU sections of PSINFO_BATCH threads. If threads keep exiting, the last attempt,
 * in one RCU section, may miss some of their times. That is better than summing
 * thousands of threads with interrupts disabled.
 *
 * Context: may sleep. The caller holds a reference to @task.
 */
void psinfo_times_fill_large(struct psinfo_record *record,
			     struct task_struct *task);

#endif /* PSINFO_TIMES_H */
