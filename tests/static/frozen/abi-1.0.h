/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/*
 * src/uapi/psinfo/abi.h as of ABI 1.0, without its comments. A program that was
 * built against it (tests/guest/programs/contract-v1.cpp) has to work with every
 * later module, so this file is never changed after the release of 1.0; until
 * then it follows the header, and tests/static/uapi compares the two.
 */
#ifndef PSINFO_ABI_1_0_H
#define PSINFO_ABI_1_0_H
#include <linux/ioctl.h>
#include <linux/types.h>
#define PSINFO_ABI_MAJOR 1
#define PSINFO_ABI_MINOR 0
enum psinfo_state {
	PSINFO_STATE_RUNNING = 0,
	PSINFO_STATE_INTERRUPTIBLE = 1,
	PSINFO_STATE_UNINTERRUPTIBLE = 2,
	PSINFO_STATE_STOPPED = 3,
	PSINFO_STATE_TRACED = 4,
	PSINFO_STATE_ZOMBIE = 5,
	PSINFO_STATE_DEAD = 6,
	PSINFO_STATE_IDLE = 7,
	PSINFO_STATE_PARKED = 8,
	PSINFO_STATE_OTHERS = 9,
	PSINFO_NR_STATES = 10
};
#define PSINFO_STATES_MAX 16
#define PSINFO_GROUP_CRED (1U << 0)
#define PSINFO_GROUP_SCHED (1U << 1)
#define PSINFO_GROUP_TIMES (1U << 2)
#define PSINFO_GROUP_MEMORY (1U << 3)
#define PSINFO_GROUP_CGROUP (1U << 4)
struct psinfo_record {
	__u32 pid;
	__u32 tgid;
	__u32 ppid;
	__u32 tracer;
	__u32 session;
	__u32 pgrp;
	__s64 start_ns;
	__u32 flags;
	__u8 state;
	__u8 reserved0[3];
	__u8 name[16];
	__u32 groups_withheld;
	__u32 reserved1;
	__u32 uid;
	__u32 euid;
	__u32 gid;
	__u32 egid;
	__s32 prio;
	__s32 static_prio;
	__s32 normal_prio;
	__s32 nice;
	__u32 rt_priority;
	__u32 policy;
	__u32 cpu;
	__u32 cpus_allowed;
	__aligned_u64 utime_ns;
	__aligned_u64 stime_ns;
	__aligned_u64 runtime_ns;
	__aligned_u64 nvcsw;
	__aligned_u64 nivcsw;
	__aligned_u64 min_flt;
	__aligned_u64 maj_flt;
	__u32 threads;
	__u32 reserved2;
	__aligned_u64 vsize_bytes;
	__aligned_u64 rss_bytes;
	__aligned_u64 swap_bytes;
	__aligned_u64 cgroup;
};
#define PSINFO_RECORD_SIZE_IDENTITY 64
#define PSINFO_RECORD_SIZE_CRED 80
#define PSINFO_RECORD_SIZE_SCHED 112
#define PSINFO_RECORD_SIZE_TIMES 176
#define PSINFO_RECORD_SIZE_MEMORY 200
#define PSINFO_RECORD_SIZE_CGROUP 208
#define PSINFO_RECORD_SIZE_MAX 4096
#define PSINFO_QUERY_THREADS (1U << 0)
#define PSINFO_QUERY_TOTALS_ONLY (1U << 1)
#define PSINFO_FILTER_STATES (1U << 0)
#define PSINFO_FILTER_UID (1U << 1)
#define PSINFO_FILTER_PID (1U << 2)
#define PSINFO_FILTER_PARENT (1U << 3)
#define PSINFO_FILTER_KERNEL (1U << 4)
#define PSINFO_FILTER_USER (1U << 5)
#define PSINFO_RESULT_MORE (1U << 0)
struct psinfo_query {
	__u32 size;
	__u32 flags;
	__u32 groups;
	__u32 filters;
	__u32 states;
	__u32 uid;
	__u32 pid;
	__u32 parent;
	__aligned_u64 records;
	__u32 capacity;
	__u32 record_size;
	__aligned_u64 cursor;
	__u32 nr_records;
	__u32 result;
	__u32 groups_filled;
	__u32 kernel_record_size;
	__s64 began_ns;
	__aligned_u64 took_ns;
	__u32 processes[PSINFO_STATES_MAX];
	__u32 threads[PSINFO_STATES_MAX];
};
#define PSINFO_QUERY_SIZE_VER1 216
struct psinfo_info {
	__u32 size;
	__u16 abi_major;
	__u16 abi_minor;
	__u32 query_size;
	__u32 record_size;
	__u32 query_flags;
	__u32 groups;
	__u32 filters;
	__u32 nr_states;
	__u8 version[32];
};
#define PSINFO_INFO_SIZE_VER1 64
#define PSINFO_STRUCT_SIZE_MAX 4096
#define PSINFO_IOC_MAGIC 0xBC
#define PSINFO_IOC_INFO _IOWR(PSINFO_IOC_MAGIC, 0, struct psinfo_info)
#define PSINFO_IOC_QUERY _IOWR(PSINFO_IOC_MAGIC, 1, struct psinfo_query)
#endif
