/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One table row: the record plus display names. Plain values without pointers,
 * valid as long as the snapshot.
 */
#ifndef PSINFO_ROW_H
#define PSINFO_ROW_H

#include <linux/stddef.h>
#include <linux/types.h>

#include "name.h"
#include "record.h"

/*
 * Rows are psinfo_row_size() bytes apart: the record is truncated after the
 * requested groups.
 */
struct psinfo_row {
	struct psinfo_name name;	/* record.name for display */
	struct psinfo_name parent;	/* of the process record.ppid */
	struct psinfo_record record;
};

/** psinfo_row_size() - bytes of a row with @groups, PSINFO_GROUP_... */
static inline size_t psinfo_row_size(u32 groups)
{
	return offsetof(struct psinfo_row, record) +
	       psinfo_record_size_of_all(groups);
}

#endif /* PSINFO_ROW_H */
