/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What psinfo remembers of one process: plain values, no pointers, good for
 * as long as the snapshot lives. Each field names the place in procfs that
 * shows the same value.
 */
#ifndef PSINFO_ROW_H
#define PSINFO_ROW_H

#include <linux/bits.h>
#include <linux/types.h>

#include "text.h"

/*
 * The identity (the first block below) is always there; the other blocks only
 * if asked for, since looking costs.
 */
#define PSINFO_FIELDS_CRED	BIT(0)
#define PSINFO_FIELDS_SCHED	BIT(1)
#define PSINFO_FIELDS_TIMES	BIT(2)	/* visits every thread */
#define PSINFO_FIELDS_MEM	BIT(3)	/* takes the task lock */

struct psinfo_row {
	pid_t pid;		/* stat 1, in the reader's PID namespace */
	pid_t ppid;		/* stat 4; 0: the parent is outside of it */
	u64 start_ns;		/* stat 22, since boot, not rounded */
	struct psinfo_name name;	/* stat 2 */
	struct psinfo_name parent;	/* by psinfo_snapshot_take() */
	u8 state;		/* stat 3, enum psinfo_state */

	/* PSINFO_FIELDS_SCHED */
	u8 policy;		/* stat 41 */
	u8 rt_priority;		/* stat 40 */
	s8 nice;		/* stat 19 */
	s16 prio;		/* stat 18 */
	s16 static_prio;	/* the kernel's own scale: 120 + nice */
	s16 normal_prio;	/* the kernel's own scale: 0..139 */
	u32 flags;		/* stat 9 */
	u32 threads;		/* stat 20 */
	u32 cpu;		/* stat 39 */
	u64 nvcsw;		/* status voluntary_ctxt_switches */
	u64 nivcsw;		/* status nonvoluntary_ctxt_switches */

	/* PSINFO_FIELDS_CRED */
	u32 uid;		/* status Uid 1, in the opener's user namespace */

	/* PSINFO_FIELDS_TIMES */
	u64 utime_ns;		/* stat 14, not rounded */
	u64 stime_ns;		/* stat 15, not rounded */

	/* PSINFO_FIELDS_MEM */
	u64 rss_kib;		/* stat 24, in KiB */
};

#endif /* PSINFO_ROW_H */
