/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A snapshot: rows in PID order and the totals per state, collected once and
 * not changed after that. It does not refer to tasks.
 */
#ifndef PSINFO_SNAPSHOT_H
#define PSINFO_SNAPSHOT_H

#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/types.h>

#include "budget.h"
#include "row.h"
#include "state.h"
#include "visibility.h"

struct psinfo_snapshot {
	struct psinfo_memory memory;	/* pages with rows */
	unsigned int nr_rows;
	unsigned int rows_per_page;
	size_t row_size;		/* psinfo_row_size() of the groups */
	u32 totals[PSINFO_NR_STATES];	/* rows per state */
};

/**
 * psinfo_snapshot_take() - collect all processes that @viewer may see
 * @snapshot: all zero before; psinfo_snapshot_drop() frees it. Its memory is in
 *	use until psinfo_memory_end().
 * @viewer: determines what is visible
 * @groups: requested PSINFO_GROUP_..., in addition to the identity
 *
 * Memory is charged to the reader's cgroup and to the viewer's account. Pages
 * are added between the RCU sections, so nothing is collected twice.
 *
 * Context: may sleep.
 * Return: 0, or an error of psinfo_memory_add_page(). On error @snapshot is
 * all zero again.
 */
int psinfo_snapshot_take(struct psinfo_snapshot *snapshot,
			 const struct psinfo_viewer *viewer, u32 groups);

void psinfo_snapshot_drop(struct psinfo_snapshot *snapshot);

/* The following functions require the snapshot's memory to be in use. */

static inline struct psinfo_row *
psinfo_snapshot_row(const struct psinfo_snapshot *snapshot, unsigned int index)
{
	return snapshot->memory.pages[index / snapshot->rows_per_page] +
	       index % snapshot->rows_per_page * snapshot->row_size;
}

/**
 * psinfo_snapshot_step() - the row at @index, to iterate over consecutive rows
 * @row: the previous row; NULL at the start
 *
 * Context: may sleep; calls cond_resched() between pages.
 */
static __always_inline struct psinfo_row *
psinfo_snapshot_step(const struct psinfo_snapshot *snapshot,
		     struct psinfo_row *row, unsigned int index)
{
	const size_t size = snapshot->row_size;

	if (unlikely(!row || offset_in_page(row) + 2 * size > PAGE_SIZE)) {
		cond_resched();
		return psinfo_snapshot_row(snapshot, index);
	}
	return (void *)row + size;
}

/** psinfo_snapshot_find() - the row of @pid, or NULL */
struct psinfo_row *psinfo_snapshot_find(const struct psinfo_snapshot *snapshot,
					pid_t pid);

int psinfo_snapshot_selftest(void);

#endif /* PSINFO_SNAPSHOT_H */
