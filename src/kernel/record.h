/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The record of a process, as the contract in uapi/psinfo/abi.h has it, and
 * what pins that contract: whoever moves a field does not get past here.
 */
#ifndef PSINFO_RECORD_H
#define PSINFO_RECORD_H

#include <linux/build_bug.h>
#include <linux/sched.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include "../uapi/psinfo/abi.h"

static_assert(sizeof_field(struct psinfo_record, name) == TASK_COMM_LEN);
static_assert(PSINFO_NR_STATES <= PSINFO_STATES_MAX);
static_assert(sizeof(struct psinfo_record) == PSINFO_RECORD_SIZE_VER1);
static_assert(sizeof(struct psinfo_query) == PSINFO_QUERY_SIZE_VER1);
static_assert(sizeof(struct psinfo_info) == PSINFO_INFO_SIZE_VER1);
static_assert(offsetof(struct psinfo_record, uid) ==
	      PSINFO_RECORD_SIZE_IDENTITY);

/** psinfo_record_size() - bytes up to the end of the last of @groups */
static inline u32 psinfo_record_size(u32 groups)
{
	if (groups & PSINFO_GROUP_CGROUP)
		return sizeof(struct psinfo_record);
	if (groups & PSINFO_GROUP_MEMORY)
		return offsetof(struct psinfo_record, cgroup);
	if (groups & PSINFO_GROUP_TIMES)
		return offsetof(struct psinfo_record, vm_bytes);
	if (groups & PSINFO_GROUP_SCHED)
		return offsetof(struct psinfo_record, utime_ns);
	if (groups & PSINFO_GROUP_CRED)
		return offsetof(struct psinfo_record, prio);
	return PSINFO_RECORD_SIZE_IDENTITY;
}

#endif /* PSINFO_RECORD_H */
