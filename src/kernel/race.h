/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Places where a process may change between two reads. DEBUG modules can wait there,
 * see selftest/race.c.
 */
#ifndef PSINFO_RACE_H
#define PSINFO_RACE_H

#ifdef DEBUG
void psinfo_race_window(void);
/* Where sleeping is allowed */
void psinfo_long_race_window(void);
#else
static inline void psinfo_race_window(void)
{
}

static inline void psinfo_long_race_window(void)
{
}
#endif

#endif /* PSINFO_RACE_H */
