/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The record of a process as defined in uapi/psinfo/abi.h, the part of the ABI
 * that this module supports, and assertions that pin the layout.
 */
#ifndef PSINFO_RECORD_H
#define PSINFO_RECORD_H

#include <linux/build_bug.h>
#include <linux/kconfig.h>
#include <linux/kernel.h>
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
	(PSINFO_ALL_GROUPS & \
	 ~(IS_ENABLED(CONFIG_CGROUPS) ? 0 : PSINFO_GROUP_CGROUP))

#define GROUP(group, ...) | PSINFO_GROUP_##group
enum {
	PSINFO_ALL_GROUPS = 0
#include "../uapi/fields.def"
};

static_assert(sizeof_field(struct psinfo_record, name) == TASK_COMM_LEN);
static_assert(PSINFO_NR_STATES <= PSINFO_STATES_MAX);
static_assert(offsetof(struct psinfo_record, uid) ==
	      PSINFO_RECORD_SIZE_IDENTITY);
static_assert(sizeof(struct psinfo_query) == PSINFO_QUERY_SIZE_VER1);
static_assert(sizeof(struct psinfo_info) == PSINFO_INFO_SIZE_VER1);

/* Fields of the identity are in no group. */
#define PSINFO_GROUP_IDENTITY	0

/* Each member has a row in fields.def, and each group the promised size. */
#define FIELD(group, name, member, ...) \
	+ sizeof_field(struct psinfo_record, member)
#define RESERVED(group, member) \
	+ sizeof_field(struct psinfo_record, member)
enum {
	PSINFO_SIZE_OF_ROWS = 0
#include "../uapi/fields.def"
};

static_assert(sizeof(struct psinfo_record) == PSINFO_SIZE_OF_ROWS,
	      "a member of struct psinfo_record has no row in fields.def, or there is padding");
#define GROUP(group, member, type, last) \
	static_assert(offsetofend(struct psinfo_record, last) == \
		      PSINFO_RECORD_SIZE_##group);
#include "../uapi/fields.def"

/*
 * Set @member of a record of @size bytes, if it has room for it: a field that was
 * added to its group after ABI 1.0 is beyond the size that the group demands.
 */
#define psinfo_record_set(record, size, member, value) do { \
	if ((size) >= offsetofend(struct psinfo_record, member)) \
		(record)->member = (value); \
} while (0)

/* A process created after @child is not its parent, but reuses the parent's PID. */
static inline bool psinfo_can_be_parent(const struct psinfo_record *parent,
					const struct psinfo_record *child)
{
	return parent->start_ns <= child->start_ns;
}

/** psinfo_record_size() - the record_size that @groups need at least, in bytes */
static inline u32 psinfo_record_size(u32 groups)
{
	u32 size = PSINFO_RECORD_SIZE_IDENTITY;

#define GROUP(group, member, type, last) \
	if (groups & PSINFO_GROUP_##group) \
		size = max_t(u32, size, PSINFO_RECORD_SIZE_##group);
#include "../uapi/fields.def"
	return size;
}

/** psinfo_record_size_of_all() - the record_size that holds every field of @groups */
static inline u32 psinfo_record_size_of_all(u32 groups)
{
	u32 size = PSINFO_RECORD_SIZE_IDENTITY;

#define FIELD(group, name, member, ...) \
	if (!PSINFO_GROUP_##group || groups & PSINFO_GROUP_##group) \
		size = max_t(u32, size, \
			     offsetofend(struct psinfo_record, member));
#include "../uapi/fields.def"
	return ALIGN(size, sizeof(u64));
}

#endif /* PSINFO_RECORD_H */
