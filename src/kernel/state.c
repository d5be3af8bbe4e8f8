// SPDX-License-Identifier: GPL-2.0
/*
 * The states of a process, one row per state. For a kernel with an additional
 * state, this fails to compile rather than miscounting it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "state.h"

#include <linux/build_bug.h>
#include <linux/kernel.h>

#define INDEX_OF(bit) PSINFO_STATE_INDEX_OF(bit)

const u8 psinfo_state_at_index[] = {
	[0]				 = PSINFO_STATE_RUNNING,
	[INDEX_OF(TASK_INTERRUPTIBLE)]	 = PSINFO_STATE_INTERRUPTIBLE,
	[INDEX_OF(TASK_UNINTERRUPTIBLE)] = PSINFO_STATE_UNINTERRUPTIBLE,
	[INDEX_OF(__TASK_STOPPED)]	 = PSINFO_STATE_STOPPED,
	[INDEX_OF(__TASK_TRACED)]	 = PSINFO_STATE_TRACED,
	[INDEX_OF(EXIT_DEAD)]		 = PSINFO_STATE_DEAD,
	[INDEX_OF(EXIT_ZOMBIE)]		 = PSINFO_STATE_ZOMBIE,
	[INDEX_OF(TASK_PARKED)]		 = PSINFO_STATE_PARKED,
	[INDEX_OF(TASK_REPORT_IDLE)]	 = PSINFO_STATE_IDLE,
};

static_assert(TASK_RUNNING == 0);
static_assert(ARRAY_SIZE(psinfo_state_at_index) == PSINFO_NR_STATE_INDEXES,
	      "this kernel reports a state that has no row above");

#define STATE(word, letter) { PSINFO_NAME(word), PSINFO_NAME(letter) }

static const struct {
	struct psinfo_name word;
	struct psinfo_name letter;
} states[] = {
	[PSINFO_STATE_RUNNING]		= STATE("RUNNING", "R"),
	[PSINFO_STATE_INTERRUPTIBLE]	= STATE("INTERRUPTIBLE", "S"),
	[PSINFO_STATE_UNINTERRUPTIBLE]	= STATE("UNINTERRUPTIBLE", "D"),
	[PSINFO_STATE_STOPPED]		= STATE("STOPPED", "T"),
	[PSINFO_STATE_TRACED]		= STATE("TRACED", "t"),
	[PSINFO_STATE_ZOMBIE]		= STATE("ZOMBIE", "Z"),
	[PSINFO_STATE_DEAD]		= STATE("DEAD", "X"),
	[PSINFO_STATE_IDLE]		= STATE("IDLE", "I"),
	[PSINFO_STATE_PARKED]		= STATE("PARKED", "P"),
	[PSINFO_STATE_OTHERS]		= STATE("OTHERS", "?"),
};

static_assert(ARRAY_SIZE(states) == PSINFO_NR_STATES);

const struct psinfo_name *psinfo_state_word(enum psinfo_state state)
{
	return &states[state].word;
}

const struct psinfo_name *psinfo_state_letter(enum psinfo_state state)
{
	return &states[state].letter;
}

#ifdef DEBUG
#include "selftest/state.c"
#endif

#undef INDEX_OF
#undef STATE
