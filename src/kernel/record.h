/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The record of a process as defined in uapi/psinfo/abi.h, the part of the ABI
 * that this module supports, and assertions that pin the layout.
 */
#ifndef PSINFO_RECORD_H
#define PSINFO_RECORD_H

#include <linux/build_bug.h>
#include <linux/kconfig.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include "../uapi/psinfo/abi.h"

/* PSINFO_IOC_INFO reports these. */
#define PSINFO_KNOWN_QUERY_FLAGS \
	(PSINFO_QUERY_THREADS | PSINFO_QUERY_TOTALS_ONLY)
#define PSINFO_KNOWN_FILTERS \
	(PSINFO_FILTER_STATES | PSINFO_FILTER_UID | PSINFO_FILTER_PID | \
	 PSINFO_FILTER_PARENT | PSINFO_FILTER_KERNEL | PSINFO_FILTER_USER)
#define PSINFO_KNOWN_GROUPS \
	(PSINFO_GROUP_CRED | PSINFO_GROUP_SCHED | PSINFO_GROUP_TIMES | \
	 PSINFO_GROUP_MEMORY | \
	 (IS_ENABLED(CONFIG_CGROUPS) ? PSINFO_GROUP_CGROUP : 0))

static_assert(sizeof_field(struct psinfo_record, name) == TASK_COMM_LEN);
static_assert(PSINFO_NR_STATES <= PSINFO_STATES_MAX);
static_assert(sizeof(struct psinfo_query) == PSINFO_QUERY_SIZE_VER1);
static_assert(sizeof(struct psinfo_info) == PSINFO_INFO_SIZE_VER1);
static_assert(offsetof(struct psinfo_record, uid) ==
	      PSINFO_RECORD_SIZE_IDENTITY);
static_assert(offsetof(struct psinfo_record, prio) == PSINFO_RECORD_SIZE_CRED);
static_assert(offsetof(struct psinfo_record, utime_ns) ==
	      PSINFO_RECORD_SIZE_SCHED);
static_assert(offsetof(struct psinfo_record, vsize_bytes) ==
	      PSINFO_RECORD_SIZE_TIMES);
static_assert(offsetof(struct psinfo_record, cgroup) ==
	      PSINFO_RECORD_SIZE_MEMORY);
static_assert(offsetofend(struct psinfo_record, cgroup) ==
	      PSINFO_RECORD_SIZE_CGROUP);

/* A process created after @child is not its parent, but reuses the parent's PID. */
static inline bool psinfo_can_be_parent(const struct psinfo_record *parent,
					const struct psinfo_record *child)
{
	return parent->start_ns <= child->start_ns;
}

/**
 * psinfo_record_size() - the record_size that @groups need, in bytes
 *
 * A field that was added to a group later is beyond this size: fill it only if
 * the caller's record_size includes it.
 */
static inline u32 psinfo_record_size(u32 groups)
{
	u32 size = PSINFO_RECORD_SIZE_IDENTITY;

	if (groups & PSINFO_GROUP_CRED)
		size = max_t(u32, size, PSINFO_RECORD_SIZE_CRED);
	if (groups & PSINFO_GROUP_SCHED)
		size = max_t(u32, size, PSINFO_RECORD_SIZE_SCHED);
	if (groups & PSINFO_GROUP_TIMES)
		size = max_t(u32, size, PSINFO_RECORD_SIZE_TIMES);
	if (groups & PSINFO_GROUP_MEMORY)
		size = max_t(u32, size, PSINFO_RECORD_SIZE_MEMORY);
	if (groups & PSINFO_GROUP_CGROUP)
		size = max_t(u32, size, PSINFO_RECORD_SIZE_CGROUP);
	return size;
}

#endif /* PSINFO_RECORD_H */
