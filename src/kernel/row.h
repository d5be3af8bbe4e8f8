/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One table row: the record plus display names. Plain values, no pointers, good
 * for as long as the snapshot lives.
 */
#ifndef PSINFO_ROW_H
#define PSINFO_ROW_H

#include <linux/stddef.h>
#include <linux/types.h>

#include "record.h"
#include "text.h"

/*
 * Rows lie psinfo_row_size() bytes apart: the record is cut off behind the
 * groups that were asked for.
 */
struct psinfo_row {
	struct psinfo_name name;	/* record.name, and how it looks */
	struct psinfo_name parent;	/* of whoever has record.ppid */
	struct psinfo_record record;
};

/** psinfo_row_size() - bytes of a row with @groups, PSINFO_GROUP_... */
static inline size_t psinfo_row_size(u32 groups)
{
	return offsetof(struct psinfo_row, record) +
	       psinfo_record_size(groups);
}

#endif /* PSINFO_ROW_H */
