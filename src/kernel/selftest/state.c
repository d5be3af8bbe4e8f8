// SPDX-License-Identifier: GPL-2.0
/* States: words, and letters compared with the kernel's headers */
#include "selftest.h"

struct state_row {
	unsigned int bit;
	enum psinfo_state state;
	const char *word;
	char letter;
};

static const struct state_row state_rows[] __initconst = {
	{ 0, PSINFO_STATE_RUNNING, "RUNNING", 'R' },
	{ TASK_INTERRUPTIBLE, PSINFO_STATE_INTERRUPTIBLE, "INTERRUPTIBLE",
	  'S' },
	{ TASK_UNINTERRUPTIBLE, PSINFO_STATE_UNINTERRUPTIBLE,
	  "UNINTERRUPTIBLE", 'D' },
	{ __TASK_STOPPED, PSINFO_STATE_STOPPED, "STOPPED", 'T' },
	{ __TASK_TRACED, PSINFO_STATE_TRACED, "TRACED", 't' },
	{ EXIT_DEAD, PSINFO_STATE_DEAD, "DEAD", 'X' },
	{ EXIT_ZOMBIE, PSINFO_STATE_ZOMBIE, "ZOMBIE", 'Z' },
	{ TASK_PARKED, PSINFO_STATE_PARKED, "PARKED", 'P' },
	{ TASK_REPORT_IDLE, PSINFO_STATE_IDLE, "IDLE", 'I' },
};

int __init psinfo_state_selftest(void)
{
	struct psinfo_selftest count = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(state_rows); i++) {
		unsigned int index = fls(state_rows[i].bit);
		enum psinfo_state state = psinfo_state_at_index[index];

		PSINFO_EXPECT(&count, state == state_rows[i].state,
			      "state row %u: %u, expected %u", i, state,
			      state_rows[i].state);
		PSINFO_EXPECT(&count, !strcmp(psinfo_state_word(state)->text,
					      state_rows[i].word),
			      "state row %u: word %s", i,
			      psinfo_state_word(state)->text);
		PSINFO_EXPECT(&count, psinfo_state_letter(state)->text[0] ==
			      state_rows[i].letter,
			      "state row %u: letter %s", i,
			      psinfo_state_letter(state)->text);
		PSINFO_EXPECT(&count, task_index_to_char(index) ==
			      state_rows[i].letter,
			      "state row %u: the kernel's own letter is %c", i,
			      task_index_to_char(index));
	}
	PSINFO_EXPECT(&count, i == ARRAY_SIZE(psinfo_state_at_index),
		      "%u states tested of %zu", i,
		      ARRAY_SIZE(psinfo_state_at_index));
	PSINFO_EXPECT(&count, psinfo_state_of(current) == PSINFO_STATE_RUNNING,
		      "the calling task is not RUNNING");
	return psinfo_selftest_end(&count, "state");
}
