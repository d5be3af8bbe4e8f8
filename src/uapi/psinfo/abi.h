/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/* Copyright 2026 psinfo maintainers */
/*
 * The ioctl interface of /proc/psinfo: processes as binary records.
 *
 * How to use it
 * =============
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
 * A pass starts with cursor 0 and is complete when the cursor is 0 again.
 * Records are sorted by pid. A process that exists from before the first call
 * of a pass until after the last call has exactly one record in it, whatever
 * the capacity. A process that is created or exits during the pass has one
 * record or none, never two. With PSINFO_QUERY_THREADS the same holds for each
 * thread, except one that calls execve() and thereby takes over the pid of its
 * process. PIDs are reused: pid and start_ns together identify one process.
 * The process is not stopped while its record is filled, so fields are read at
 * slightly different times, usually within microseconds; the times of a process
 * with hundreds of threads are read last.
 *
 * The totals of a call count the records that it returned or, with
 * PSINFO_QUERY_TOTALS_ONLY, the records that an unlimited buffer would have
 * received. The totals of a pass are the sums over its calls.
 *
 * What the caller can see
 * =======================
 *
 * A file descriptor shows what its opener may see, regardless of who calls
 * ioctl() on it. Credentials and user, time and cgroup namespace are those of
 * the opener at open(). The PID namespace, hidepid= and gid= are those of the
 * procfs mount; the options are checked at each call, so a remount takes effect
 * at once. PIDs are in the mount's PID namespace, user and group ids in the
 * opener's user namespace. A PID outside the namespace is 0; an id without a
 * mapping is the overflow id.
 *
 * If the opener may not read a group of fields of a process, the group is zero
 * in that record and its bit is set in groups_withheld. Without that bit, a
 * zero is the value of the field.
 *
 * Compatibility
 * =============
 *
 * Nothing is ever moved, reused or redefined. Structures grow only at the end,
 * and each caller passes the size that it was built with. A program built for a
 * longer structure works with an older module as long as the fields unknown to
 * the module are zero. A program built for a shorter structure works with a
 * newer module.
 *
 * Records have the size that the caller asks for: truncated, or padded with
 * zeros. A group's PSINFO_RECORD_SIZE_ constant is the size that the group
 * needs, and never grows: a field added to a group later goes to the end of the
 * record and is delivered if it fits.
 *
 * A group that the module does not support is ignored and missing from
 * groups_filled. An unknown flag or filter is rejected with EINVAL, because
 * ignoring it would give a wrong answer. PSINFO_IOC_INFO reports the supported
 * flags, filters and groups. The size encoded in the ioctl number is ignored.
 *
 * All fields have fixed width and natural alignment, so the layout is the same
 * for 32-bit programs on 64-bit kernels. The header is valid C11 and C++20.
 *
 * Errors
 * ======
 *
 *	EINVAL	size below PSINFO_QUERY_SIZE_VER1 or PSINFO_INFO_SIZE_VER1; an
 *		unknown flag or filter; an unknown state;
 *		PSINFO_FILTER_STATES without a state; a filter value without its
 *		filter; with its filter, pid or parent 0 or above INT_MAX;
 *		PSINFO_FILTER_KERNEL together with PSINFO_FILTER_USER; cursor
 *		above INT_MAX; capacity 0; record_size not a multiple of 8,
 *		above PSINFO_RECORD_SIZE_MAX, or too small for the identity or a
 *		requested group that the module supports; with
 *		PSINFO_QUERY_TOTALS_ONLY, nonzero records, capacity,
 *		record_size, groups or cursor
 *	E2BIG	size above PSINFO_STRUCT_SIZE_MAX, or a nonzero byte beyond the
 *		structure that the module was built with
 *	EFAULT	the structure or the buffer cannot be read or written
 *	EINTR	a fatal signal is pending
 *	ENODEV	the module is being unloaded
 *	ENOMEM	no memory for the module's intermediate buffer
 *	ENOTTY	not a psinfo request; also any call on a file that was opened
 *		before the module was unloaded (returned by procfs)
 *
 * On error the structure is unchanged, except that EFAULT leaves its contents
 * undefined if only part of it is writable; the buffer may hold some records.
 *
 * A buffer that is too small is not an error: the cursor says where to
 * continue. Neither is a pid that does not exist: it has no record.
 */
#ifndef PSINFO_ABI_H
#define PSINFO_ABI_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* Additions increase the minor version, incompatible changes the major. */
#define PSINFO_ABI_MAJOR	1
#define PSINFO_ABI_MINOR	0

/* In the order of the totals that read() prints */
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
	PSINFO_STATE_OTHERS		= 9,	/* any other; should not occur */
	PSINFO_NR_STATES		= 10
};

/* Length of the arrays of totals; unused elements are 0. */
#define PSINFO_STATES_MAX	16

/*
 * Groups of fields. The identity is always filled in. Other groups cost time
 * only if requested, and are 0 if not.
 */
#define PSINFO_GROUP_CRED	(1U << 0)
#define PSINFO_GROUP_SCHED	(1U << 1)
#define PSINFO_GROUP_TIMES	(1U << 2)	/* reads every thread */
#define PSINFO_GROUP_MEMORY	(1U << 3)	/* takes the task lock; may sum per-CPU counters */
#define PSINFO_GROUP_CGROUP	(1U << 4)

/*
 * One process or, with PSINFO_QUERY_THREADS, one thread. The comment of a field
 * names the same value in procfs: "stat 4" is the fourth field of
 * /proc/<pid>/stat, "status X" the line X of /proc/<pid>/status. For threads,
 * including the main thread, these are the files in /proc/<tgid>/task/<pid>/.
 */
struct psinfo_record {
	/* identity */
	__u32 pid;		/* stat 1; for a thread, its own id */
	__u32 tgid;		/* status Tgid: the process */
	__u32 ppid;		/* stat 4, the real parent; 0: not in the namespace */
	__u32 tracer;		/* status TracerPid; 0: none */
	__u32 session;		/* stat 6 */
	__u32 pgrp;		/* stat 5, the process group */
	__s64 start_ns;		/* stat 22 in ns since boot, not rounded;
				 * negative if before the zero of the opener's
				 * time namespace
				 */
	__u32 flags;		/* stat 9: the kernel's PF_ flags */
	__u8 state;		/* stat 3, as enum psinfo_state */
	__u8 reserved0[3];
	__u8 name[16];		/* stat 2, without what procfs appends for kernel
				 * threads; any bytes, padded with zeros
				 */
	__u32 groups_withheld;	/* PSINFO_GROUP_... that the opener may not read */
	__u32 reserved1;

	/* PSINFO_GROUP_CRED: ids in the opener's user namespace */
	__u32 uid;		/* status Uid 1: real */
	__u32 euid;		/* status Uid 2: effective */
	__u32 gid;		/* status Gid 1 */
	__u32 egid;		/* status Gid 2 */

	/* PSINFO_GROUP_SCHED */
	__s32 prio;		/* stat 18 */
	__s32 static_prio;	/* the kernel's internal scale: 120 + nice */
	__s32 normal_prio;	/* the kernel's internal scale: 0 to 139 */
	__s32 nice;		/* stat 19 */
	__u32 rt_priority;	/* stat 40 */
	__u32 policy;		/* stat 41: SCHED_... */
	__u32 cpu;		/* stat 39: the one it last ran on */
	__u32 cpus_allowed;	/* bits set in status Cpus_allowed */

	/*
	 * PSINFO_GROUP_TIMES: for a process, summed over its threads, including
	 * exited ones. If threads keep exiting from a process with hundreds of
	 * them, the values of those that exit during the call may be missing.
	 */
	__aligned_u64 utime_ns;	/* stat 14 in ns, not rounded */
	__aligned_u64 stime_ns;	/* stat 15 in ns, not rounded */
	__aligned_u64 runtime_ns; /* the sum of schedstat 1 */
	__aligned_u64 nvcsw;	/* status voluntary_ctxt_switches: main thread only */
	__aligned_u64 nivcsw;	/* status nonvoluntary_ctxt_switches: likewise */
	__aligned_u64 min_flt;	/* stat 10 */
	__aligned_u64 maj_flt;	/* stat 12 */
	__u32 threads;		/* stat 20, of the process */
	__u32 reserved2;

	/* PSINFO_GROUP_MEMORY, in bytes; 0 for zombies and kernel threads */
	__aligned_u64 vsize_bytes;	/* stat 23 */
	__aligned_u64 rss_bytes; /* status VmRSS times 1024 */
	__aligned_u64 swap_bytes; /* status VmSwap times 1024 */

	/*
	 * PSINFO_GROUP_CGROUP; withheld if the cgroup is outside the opener's
	 * cgroup namespace
	 */
	__aligned_u64 cgroup;	/* inode number of its directory in cgroup2 */
};

/*
 * The record_size that a group needs; for several groups, the largest of them.
 * The identity alone is the cheapest request.
 */
#define PSINFO_RECORD_SIZE_IDENTITY	64
#define PSINFO_RECORD_SIZE_CRED		80
#define PSINFO_RECORD_SIZE_SCHED	112
#define PSINFO_RECORD_SIZE_TIMES	176
#define PSINFO_RECORD_SIZE_MEMORY	200
#define PSINFO_RECORD_SIZE_CGROUP	208
#define PSINFO_RECORD_SIZE_MAX		4096

/* psinfo_query.flags */
#define PSINFO_QUERY_THREADS		(1U << 0)	/* a record for each thread */
#define PSINFO_QUERY_TOTALS_ONLY	(1U << 1)	/* no records */

/*
 * psinfo_query.filters: only tasks that pass all of them are returned and
 * counted. With PSINFO_QUERY_THREADS, state and user are those of the thread,
 * pid and parent those of its process. Users are compared as the kernel's own
 * ids: the overflow id matches only processes of that user, not those whose
 * user has no mapping in the opener's namespace.
 */
#define PSINFO_FILTER_STATES	(1U << 0)	/* in one of .states */
#define PSINFO_FILTER_UID	(1U << 1)	/* real user .uid */
#define PSINFO_FILTER_PID	(1U << 2)	/* process .pid */
#define PSINFO_FILTER_PARENT	(1U << 3)	/* children of process .parent */
#define PSINFO_FILTER_KERNEL	(1U << 4)	/* only kernel threads */
#define PSINFO_FILTER_USER	(1U << 5)	/* no kernel threads */

/* psinfo_query.result */
#define PSINFO_RESULT_MORE	(1U << 0)	/* cursor is not 0 */

struct psinfo_query {
	/* in */
	__u32 size;		/* of this structure in the caller */
	__u32 flags;		/* PSINFO_QUERY_... */
	__u32 groups;		/* requested PSINFO_GROUP_... */
	__u32 filters;		/* PSINFO_FILTER_..., with these values: */
	__u32 states;		/* 1 << PSINFO_STATE_... */
	__u32 uid;		/* in the opener's user namespace */
	__u32 pid;
	__u32 parent;
	__aligned_u64 records;	/* pointer to the buffer */
	__u32 capacity;		/* of the buffer, in records */
	__u32 record_size;	/* distance between records, in bytes */

	/* in and out */
	__aligned_u64 cursor;	/* in: 0 starts a pass; out: 0 ends it */

	/* out */
	__u32 nr_records;	/* number of records in the buffer */
	__u32 result;		/* PSINFO_RESULT_... */
	__u32 groups_filled;	/* requested groups that are supported */
	__u32 kernel_record_size; /* sizeof(struct psinfo_record) in the module */
	__s64 began_ns;		/* start of the call, same clock as start_ns */
	__aligned_u64 took_ns;	/* until the last record was delivered */
	__u32 processes[PSINFO_STATES_MAX];	/* per enum psinfo_state */
	__u32 threads[PSINFO_STATES_MAX];	/* 0 without PSINFO_QUERY_THREADS */
};

#define PSINFO_QUERY_SIZE_VER1	216

/* Versions, sizes and features of the module */
struct psinfo_info {
	/* in */
	__u32 size;		/* of this structure in the caller */

	/* out */
	__u16 abi_major;	/* PSINFO_ABI_... of the module */
	__u16 abi_minor;
	__u32 query_size;	/* sizes of the structures in the module */
	__u32 record_size;
	__u32 query_flags;	/* supported PSINFO_QUERY_... */
	__u32 groups;		/* supported PSINFO_GROUP_... */
	__u32 filters;		/* supported PSINFO_FILTER_... */
	__u32 nr_states;	/* number of supported states */
	__u8 version[32];	/* of the module, NUL-terminated */
};

#define PSINFO_INFO_SIZE_VER1	64

/* Maximum size of a structure passed in */
#define PSINFO_STRUCT_SIZE_MAX	4096

#define PSINFO_IOC_MAGIC	0xBC
#define PSINFO_IOC_INFO		_IOWR(PSINFO_IOC_MAGIC, 0, struct psinfo_info)
#define PSINFO_IOC_QUERY	_IOWR(PSINFO_IOC_MAGIC, 1, struct psinfo_query)

#endif /* PSINFO_ABI_H */
