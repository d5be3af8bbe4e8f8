// SPDX-License-Identifier: GPL-2.0
/*
 * Makes races likely: DEBUG modules wait race_window_us microseconds where a
 * process may change between two reads, so that a test need not run for days
 * to hit a window of two instructions.
 */
#include <linux/delay.h>
#include <linux/moduleparam.h>

static unsigned int race_window_us;
module_param(race_window_us, uint, 0644);
MODULE_PARM_DESC(race_window_us,
		 "microseconds to delay at points where tests provoke a race (DEBUG only)");

void psinfo_race_window(void)
{
	unsigned int us = READ_ONCE(race_window_us);

	if (us)
		udelay(min(us, 1000u));
}

/* The same where sleeping is allowed, two thousand times as long */
void psinfo_long_race_window(void)
{
	unsigned int us = READ_ONCE(race_window_us);

	if (us)
		msleep(2 * min(us, 1000u));
}
