/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The states of a process: the running kernel's states, mapped to the words,
 * letters and counters that psinfo shows.
 */
#ifndef PSINFO_STATE_H
#define PSINFO_STATE_H

#include <linux/compiler.h>
#include <linux/log2.h>
#include <linux/sched.h>
#include <linux/types.h>

#include "name.h"
#include "record.h"

/* task_state_index() returns fls() of the one bit that it reports. */
#define PSINFO_STATE_INDEX_OF(bit)	(ilog2(bit) + 1)
#define PSINFO_NR_STATE_INDEXES		PSINFO_STATE_INDEX_OF(TASK_REPORT_MAX)

/* enum psinfo_state of each index */
extern const u8 psinfo_state_at_index[PSINFO_NR_STATE_INDEXES];

/**
 * psinfo_state_of() - the current state of @task
 * @task: a task that cannot be freed meanwhile (RCU, or a reference)
 *
 * Reads the task once, through the kernel's own task_state_index(), so that the
 * state shown is the one that the running kernel itself would report.
 */
static inline enum psinfo_state psinfo_state_of(struct task_struct *task)
{
	unsigned int index = task_state_index(task);

	if (unlikely(index >= PSINFO_NR_STATE_INDEXES))
		return PSINFO_STATE_OTHERS;
	/* Keeps the compiler from turning the table into a branch for each state. */
	OPTIMIZER_HIDE_VAR(index);
	return psinfo_state_at_index[index];
}

/** psinfo_state_word() - "RUNNING", "INTERRUPTIBLE", ... */
const struct psinfo_name *psinfo_state_word(enum psinfo_state state);

/** psinfo_state_letter() - "R", "S", ... as in /proc/<pid>/stat */
const struct psinfo_name *psinfo_state_letter(enum psinfo_state state);

int psinfo_state_selftest(void);

#endif /* PSINFO_STATE_H */
