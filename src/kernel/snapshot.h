/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A snapshot: rows in PID order and the totals per state, gathered once and
 * not changed after that. It knows rows, not tasks.
 */
#ifndef PSINFO_SNAPSHOT_H
#define PSINFO_SNAPSHOT_H

#include <linux/types.h>

#include "budget.h"
#include "row.h"
#include "state.h"
#include "visibility.h"

struct psinfo_snapshot {
	void **chunks;			/* PSINFO_CHUNK_ROWS rows each */
	unsigned int nr_chunks;
	unsigned int max_chunks;	/* what the array has room for */
	unsigned int nr_rows;
	size_t row_size;		/* psinfo_row_size() of the groups */
	u32 totals[PSINFO_NR_STATES];	/* rows per state */
	unsigned int widest_name;	/* in characters */
	unsigned int widest_parent;
	struct psinfo_purse purse;	/* what it takes of the byte budget */
};

/* 24 to 60 KiB: one is enough for a small machine, and not a large allocation. */
#define PSINFO_CHUNK_ROWS	256

/**
 * psinfo_snapshot_take() - collect all that @viewer may see
 * @snapshot: all zero before; psinfo_snapshot_drop() lets it go
 * @viewer: who looks
 * @groups: PSINFO_GROUP_... wanted beside the identity
 *
 * Memory is charged to the reader's cgroup and to the viewer's share of the
 * budget, and grows chunk by chunk between the RCU sections: nothing is
 * collected twice.
 *
 * Context: sleeps.
 * Return: 0, -ENOBUFS beyond the budget, -ENOMEM, -EINTR when killed. On
 * error @snapshot is all zero again.
 */
int psinfo_snapshot_take(struct psinfo_snapshot *snapshot,
			 const struct psinfo_viewer *viewer, u32 groups);

void psinfo_snapshot_drop(struct psinfo_snapshot *snapshot);

static inline struct psinfo_row *
psinfo_snapshot_row(const struct psinfo_snapshot *snapshot, unsigned int index)
{
	return snapshot->chunks[index / PSINFO_CHUNK_ROWS] +
	       index % PSINFO_CHUNK_ROWS * snapshot->row_size;
}

/**
 * psinfo_snapshot_step() - the row at @index, in a walk over all of them
 * @row: what the step before gave; at index 0 whatever
 *
 * Context: lets others run between chunks.
 */
static __always_inline struct psinfo_row *
psinfo_snapshot_step(const struct psinfo_snapshot *snapshot,
		     struct psinfo_row *row, unsigned int index)
{
	if (index % PSINFO_CHUNK_ROWS == 0) {
		cond_resched();
		return psinfo_snapshot_row(snapshot, index);
	}
	return (void *)row + snapshot->row_size;
}

/** psinfo_snapshot_find() - the row of @pid, or NULL */
struct psinfo_row *psinfo_snapshot_find(const struct psinfo_snapshot *snapshot,
					pid_t pid);

int psinfo_snapshot_selftest(void);

#endif /* PSINFO_SNAPSHOT_H */
