/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The groups of a record besides the identity.
 */
#ifndef PSINFO_GROUPS_H
#define PSINFO_GROUPS_H

#include <linux/sched.h>
#include <linux/types.h>

#include "record.h"
#include "visibility.h"

/**
 * psinfo_groups_fill() - fill in the requested groups of a task's record
 * @record: its identity is filled in
 * @record_size: of @record, in bytes: at least psinfo_record_size(@groups); fields
 *	beyond it are not written, see psinfo_record_set()
 * @task: the task
 * @groups: PSINFO_GROUP_...; what @viewer may not read is withheld
 * @of_thread: the times of this thread, not of its process; see psinfo_times_fill()
 * @viewer: the ids are those of its namespaces
 *
 * Context: RCU read section. Takes the task lock for PSINFO_GROUP_MEMORY.
 */
void psinfo_groups_fill(struct psinfo_record *record, u32 record_size,
			struct task_struct *task, u32 groups, bool of_thread,
			const struct psinfo_viewer *viewer);

#endif /* PSINFO_GROUPS_H */
