/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The states of a process: what the running kernel calls them, mapped to the
 * words, letters and counters that psinfo shows.
 */
#ifndef PSINFO_STATE_H
#define PSINFO_STATE_H

#include <linux/sched.h>
#include <linux/types.h>

#include "text.h"

/* In the order of the totals below the table. */
enum psinfo_state {
	PSINFO_STATE_RUNNING,
	PSINFO_STATE_INTERRUPTIBLE,
	PSINFO_STATE_UNINTERRUPTIBLE,
	PSINFO_STATE_STOPPED,
	PSINFO_STATE_TRACED,
	PSINFO_STATE_ZOMBIE,
	PSINFO_STATE_DEAD,
	PSINFO_STATE_IDLE,
	PSINFO_STATE_PARKED,
	PSINFO_STATE_OTHERS,	/* what has no word; should count 0 */
	PSINFO_NR_STATES,
};

/**
 * psinfo_state_of() - the state @task is in now
 * @task: a task that can not be freed while this runs (RCU, or a reference)
 *
 * Reads the task once, through the kernel's own task_state_index(), so that
 * what is shown is what the running kernel itself would say.
 */
enum psinfo_state psinfo_state_of(struct task_struct *task);

/** psinfo_state_word() - "RUNNING", "INTERRUPTIBLE", ... */
const struct psinfo_name *psinfo_state_word(enum psinfo_state state);

/** psinfo_state_letter() - "R", "S", ... as in /proc/<pid>/stat */
const struct psinfo_name *psinfo_state_letter(enum psinfo_state state);

int psinfo_state_selftest(void);

#endif /* PSINFO_STATE_H */
