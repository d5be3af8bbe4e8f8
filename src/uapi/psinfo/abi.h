/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * /proc/psinfo for programs: what runs, as binary records, by one ioctl.
 *
 * The contract
 * ============
 *
 * Open /proc/psinfo for reading; the file descriptor stands for what its opener
 * may see. Who opened it, through which mount of procfs (its PID namespace,
 * its hidepid= and gid=) and in which user, time and cgroup namespace: that is
 * judged once, at open, and holds for every query, whoever asks it. Numbers of
 * processes are those of the mount's PID namespace, ids those of the opener's
 * user namespace; what lies outside is 0, or the overflow id.
 *
 *	struct psinfo_record records[256];
 *	struct psinfo_query query = {
 *		.size = sizeof(query),
 *		.records = (uintptr_t)records,
 *		.capacity = 256,
 *		.record_size = sizeof(records[0]),
 *	};
 *	int fd = open("/proc/psinfo", O_RDONLY | O_CLOEXEC);
 *
 *	do {
 *		if (ioctl(fd, PSINFO_IOC_QUERY, &query))
 *			err(1, "/proc/psinfo");
 *		use(records, query.nr_records);
 *	} while (query.cursor);
 *
 * A pass begins with cursor 0 and is over when cursor is 0 again. Records come
 * in the order of pid. A process that lives from before the first call of a
 * pass until after the last one has exactly one record in it, whatever the
 * capacity; one that is born or ends meanwhile has one or none; none has two.
 * (With PSINFO_QUERY_THREADS this holds for each thread, but for one that
 * calls execve(), which takes over the pid of its process.) A pid may be
 * used again; pid and start_ns together name one process and no other.
 * What a record holds was read within microseconds, without stopping the
 * process, so two of its values may be of slightly different moments.
 *
 * Totals count what the filters let through, in this call: the records it
 * wrote, or with PSINFO_QUERY_TOTALS_ONLY those that it would have written to
 * a buffer without end, in one call. The sum over the calls of a pass is the
 * total of the pass.
 *
 * Compatibility
 * =============
 *
 * Structures grow at their end, and every structure that is handed in says how
 * large its caller knows it. A program built for a longer one works with an
 * older module as long as it leaves zero what the module does not know, and
 * gets back only what the module knows; a program built for a shorter one works
 * with a newer module. Records have the size that the caller says: they are
 * cut off there, or padded with zeros. The size in the number of the ioctl is
 * not looked at. Fields are never moved, reused or given another meaning.
 *
 * All is of fixed width and naturally aligned, on 32 bits as on 64, and 32-bit
 * programs ask 64-bit kernels the same way. The same header serves C11 and
 * C++20, the kernel and user space.
 *
 * Errors
 * ======
 *
 *	EINVAL	size below PSINFO_QUERY_SIZE_VER1 or PSINFO_INFO_SIZE_VER1;
 *		an unknown flag, group, filter or state; no state at all; a value
 *		without its filter; pid or parent 0 or above INT_MAX, cursor above
 *		INT_MAX; both kinds at once; record_size below
 *		PSINFO_RECORD_SIZE_IDENTITY, above PSINFO_RECORD_SIZE_MAX, no
 *		multiple of 8, or too small for the groups; capacity 0; with
 *		PSINFO_QUERY_TOTALS_ONLY, anything about records or a cursor;
 *		a reserved field that is not 0
 *	E2BIG	a longer structure, with something in it that is not known here,
 *		or one longer than a page
 *	EFAULT	a pointer to memory that can not be read or written; the query
 *		is as it was, the buffer may hold some records
 *	EINTR	a deadly signal came
 *	ENOMEM	no memory for the buffer between kernel and caller
 *	ENOTTY	not a request of psinfo; or the module has been unloaded since
 *		the file was opened (procfs answers so, before anybody is asked)
 *
 * A buffer that is too small for all is no error: the cursor says where to go
 * on. A pid that is not there is none: nothing is found.
 */
#ifndef PSINFO_ABI_H
#define PSINFO_ABI_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* A new minor adds; a new major would break, and is not planned. */
#define PSINFO_ABI_MAJOR	1
#define PSINFO_ABI_MINOR	0

/* In the order of the totals below the table that read() gives. */
enum psinfo_state {
	PSINFO_STATE_RUNNING		= 0,	/* R */
	PSINFO_STATE_INTERRUPTIBLE	= 1,	/* S */
	PSINFO_STATE_UNINTERRUPTIBLE	= 2,	/* D */
	PSINFO_STATE_STOPPED		= 3,	/* T */
	PSINFO_STATE_TRACED		= 4,	/* t */
	PSINFO_STATE_ZOMBIE		= 5,	/* Z */
	PSINFO_STATE_DEAD		= 6,	/* X */
	PSINFO_STATE_IDLE		= 7,	/* I */
	PSINFO_STATE_PARKED		= 8,	/* P */
	PSINFO_STATE_OTHERS		= 9,	/* what has no word; should count 0 */
	PSINFO_NR_STATES		= 10
};

/* Counters per state have this many places; those without a state are 0. */
#define PSINFO_STATES_MAX	16

/*
 * Groups of fields beside the identity, which is always there. A group that is
 * not asked for costs nothing, and its fields are 0.
 */
#define PSINFO_GROUP_CRED	(1U << 0)
#define PSINFO_GROUP_SCHED	(1U << 1)
#define PSINFO_GROUP_TIMES	(1U << 2)	/* visits every thread */
#define PSINFO_GROUP_MEMORY	(1U << 3)	/* takes the task lock */
#define PSINFO_GROUP_CGROUP	(1U << 4)
#define PSINFO_GROUPS_ALL	0x1fU

/*
 * One process, or with PSINFO_QUERY_THREADS one thread. Behind each field
 * stands where procfs shows the same: "stat 4" is the fourth field of
 * /proc/<pid>/stat, "status X" the line X of /proc/<pid>/status. For threads
 * it is /proc/<tgid>/task/<pid>/ instead, also for the first of them.
 */
struct psinfo_record {
	/* identity */
	__u32 pid;		/* stat 1; of a thread: its own */
	__u32 tgid;		/* status Tgid: the process */
	__u32 ppid;		/* stat 4, the real parent; 0: outside */
	__u32 tracer;		/* status TracerPid; 0: none */
	__u32 session;		/* stat 6 */
	__u32 pgrp;		/* stat 5, the process group */
	__aligned_u64 start_ns;	/* stat 22 in ns, since boot, not rounded */
	__u32 flags;		/* stat 9: PF_... of the kernel */
	__u8 state;		/* stat 3, as enum psinfo_state */
	__u8 reserved0[3];
	__u8 name[16];		/* stat 2: raw bytes, zeros behind them */

	/* PSINFO_GROUP_CRED, in the opener's user namespace */
	__u32 uid;		/* status Uid 1: real */
	__u32 euid;		/* status Uid 2: effective */
	__u32 gid;		/* status Gid 1 */
	__u32 egid;		/* status Gid 2 */

	/* PSINFO_GROUP_SCHED */
	__s32 prio;		/* stat 18 */
	__s32 static_prio;	/* the kernel's own scale: 120 + nice */
	__s32 normal_prio;	/* the kernel's own scale: 0 to 139 */
	__s32 nice;		/* stat 19 */
	__u32 rt_priority;	/* stat 40 */
	__u32 policy;		/* stat 41: SCHED_... */
	__u32 cpu;		/* stat 39: where it ran last */
	__u32 cpus_allowed;	/* how many in status Cpus_allowed */

	/* PSINFO_GROUP_TIMES: of a process the sum over its threads */
	__aligned_u64 utime_ns;	/* stat 14 in ns, not rounded */
	__aligned_u64 stime_ns;	/* stat 15 in ns, not rounded */
	__aligned_u64 runtime_ns; /* schedstat 1, exact */
	__aligned_u64 nvcsw;	/* status voluntary_ctxt_switches: of the first thread */
	__aligned_u64 nivcsw;	/* status nonvoluntary_ctxt_switches: same */
	__aligned_u64 min_flt;	/* stat 10 */
	__aligned_u64 maj_flt;	/* stat 12 */
	__u32 threads;		/* stat 20: how many the process has */
	__u32 reserved1;

	/* PSINFO_GROUP_MEMORY, in bytes; 0 for zombies and kernel threads */
	__aligned_u64 vm_bytes;	/* stat 23 */
	__aligned_u64 rss_bytes; /* stat 24 times the page size */
	__aligned_u64 swap_bytes; /* status VmSwap times 1024 */

	/* PSINFO_GROUP_CGROUP */
	__aligned_u64 cgroup;	/* the inode of its directory in cgroup2; 0:
				 * outside of the opener's cgroup namespace
				 */
};

/* The least a record can be: the identity alone, which is the cheapest. */
#define PSINFO_RECORD_SIZE_IDENTITY	56
#define PSINFO_RECORD_SIZE_VER1		200
#define PSINFO_RECORD_SIZE_MAX		4096

/* psinfo_query.flags */
#define PSINFO_QUERY_THREADS		(1U << 0)	/* a record for each thread */
#define PSINFO_QUERY_TOTALS_ONLY	(1U << 1)	/* no records */
#define PSINFO_QUERY_FLAGS_ALL		0x3U

/*
 * psinfo_query.filters: who has a record and is counted must pass all of them.
 * With PSINFO_QUERY_THREADS each thread is judged by its own values; pid
 * and parent are those of its process.
 */
#define PSINFO_FILTER_STATES	(1U << 0)	/* in one of .states */
#define PSINFO_FILTER_UID	(1U << 1)	/* of the real user .uid */
#define PSINFO_FILTER_PID	(1U << 2)	/* the process .pid */
#define PSINFO_FILTER_PARENT	(1U << 3)	/* children of the process .parent */
#define PSINFO_FILTER_KERNEL	(1U << 4)	/* kernel threads */
#define PSINFO_FILTER_USER	(1U << 5)	/* no kernel threads */
#define PSINFO_FILTERS_ALL	0x3fU

/* psinfo_query.result */
/* More may follow: cursor is not 0. */
#define PSINFO_RESULT_MORE	(1U << 0)
/*
 * From the beginning of the pass until now, no process or thread of the PID
 * namespace was born or went. Only where the calls of the pass followed each
 * other on one descriptor. (A state may have changed all the same.)
 */
#define PSINFO_RESULT_STABLE	(1U << 1)

struct psinfo_query {
	/* in */
	__u32 size;		/* of this structure, as the caller knows it */
	__u32 flags;		/* PSINFO_QUERY_... */
	__u32 groups;		/* PSINFO_GROUP_... wanted */
	__u32 filters;		/* PSINFO_FILTER_..., each with its value: */
	__u32 states;		/* 1 << PSINFO_STATE_... */
	__u32 uid;		/* in the opener's user namespace */
	__u32 pid;
	__u32 parent;
	__aligned_u64 records;	/* pointer to the buffer */
	__u32 capacity;		/* records that it has room for */
	__u32 record_size;	/* bytes from one record to the next */

	/* in and out */
	__aligned_u64 cursor;	/* 0: from the beginning; out: 0: at the end */

	/* out */
	__u32 nr_records;	/* written to the buffer */
	__u32 result;		/* PSINFO_RESULT_... */
	__u32 groups_filled;	/* PSINFO_GROUP_... */
	__u32 kernel_record_size; /* a record as the module knows it */
	__aligned_u64 began_ns;	/* when the call began: since boot, as start_ns */
	__aligned_u64 took_ns;	/* from then until the last record was read */
	__u32 processes[PSINFO_STATES_MAX];	/* by enum psinfo_state */
	__u32 threads[PSINFO_STATES_MAX];	/* only with PSINFO_QUERY_THREADS */
};

#define PSINFO_QUERY_SIZE_VER1	216

/* What the module can do; all out but .size. */
struct psinfo_info {
	__u32 size;		/* of this structure, as the caller knows it */
	__u16 abi_major;	/* PSINFO_ABI_... of the module */
	__u16 abi_minor;
	__u32 query_size;	/* structures as the module knows them */
	__u32 record_size;
	__u32 query_flags;	/* what it understands */
	__u32 groups;
	__u32 filters;
	__u32 nr_states;
	__u8 version[32];	/* of the module, ends with a zero */
};

#define PSINFO_INFO_SIZE_VER1	64

#define PSINFO_IOC_MAGIC	0xBC
#define PSINFO_IOC_INFO		_IOWR(PSINFO_IOC_MAGIC, 0, struct psinfo_info)
#define PSINFO_IOC_QUERY	_IOWR(PSINFO_IOC_MAGIC, 1, struct psinfo_query)

#endif /* PSINFO_ABI_H */
