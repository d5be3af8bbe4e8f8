// SPDX-License-Identifier: GPL-2.0
/*
 * A snapshot: rows in PID order and the totals per state, grown in chunks.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "snapshot.h"

#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "collect.h"

#define FIRST_CHUNKS	16u

/* The name of the parent of the kernel's first two processes */
static const struct psinfo_name name_swapper = PSINFO_NAME("swapper/0");
/* Shown for a parent that is not among what the viewer may see */
static const struct psinfo_name name_none = PSINFO_NAME("None");

static void *purse_alloc(struct psinfo_purse *purse, const struct cred *cred,
			 size_t bytes, int *ret_err)
{
	void *memory;

	*ret_err = psinfo_purse_take(purse, cred, bytes);
	if (*ret_err)
		return NULL;
	/* What is not got stays in the purse; the snapshot fails and drops it. */
	memory = kvmalloc(bytes, PSINFO_GFP);
	if (!memory)
		*ret_err = -ENOMEM;
	return memory;
}

/* Room for more chunks in the array of them; 0 or an error. */
static int grow_array(struct psinfo_snapshot *snapshot, const struct cred *cred)
{
	unsigned int max = max(2 * snapshot->max_chunks, FIRST_CHUNKS);
	void **chunks;
	int err;

	chunks = purse_alloc(&snapshot->purse, cred, max * sizeof(*chunks),
			     &err);
	if (!chunks)
		return err;
	if (snapshot->nr_chunks)
		memcpy(chunks, snapshot->chunks,
		       snapshot->nr_chunks * sizeof(*chunks));
	kvfree(snapshot->chunks);
	snapshot->chunks = chunks;
	snapshot->max_chunks = max;
	return 0;
}

static int grow(struct psinfo_snapshot *snapshot, const struct cred *cred)
{
	void *chunk;
	int err;

	if (snapshot->nr_chunks == snapshot->max_chunks) {
		err = grow_array(snapshot, cred);
		if (err)
			return err;
	}
	chunk = purse_alloc(&snapshot->purse, cred,
			    PSINFO_CHUNK_ROWS * snapshot->row_size, &err);
	if (!chunk)
		return err;
	snapshot->chunks[snapshot->nr_chunks++] = chunk;
	return 0;
}

/* Rows that are free: all of them in the last chunk, one after the other. */
static unsigned int room(const struct psinfo_snapshot *snapshot)
{
	return snapshot->nr_chunks * PSINFO_CHUNK_ROWS - snapshot->nr_rows;
}

static void add(struct psinfo_snapshot *snapshot, unsigned int filled)
{
	struct psinfo_row *row;

	/* They stand in one chunk. */
	row = psinfo_snapshot_row(snapshot, snapshot->nr_rows);
	snapshot->nr_rows += filled;
	for (; filled; filled--, row = (void *)row + snapshot->row_size) {
		snapshot->totals[row->record.state]++;
		psinfo_name_copy(&row->name, row->record.name);
		snapshot->widest_name = max_t(unsigned int, row->name.width,
					      snapshot->widest_name);
	}
}

static int collect(struct psinfo_snapshot *snapshot,
		   const struct psinfo_viewer *viewer, u32 groups)
{
	struct psinfo_walk walk = {
		.viewer = viewer,
		.groups = groups,
		.record_size = psinfo_row_size(groups),
		.next = 1,
		.last = INT_MAX,
	};
	struct psinfo_row *next;
	int err;

	snapshot->row_size = psinfo_row_size(groups);
	while (!walk.done) {
		if (!room(snapshot)) {
			err = grow(snapshot, viewer->cred);
			if (err)
				return err;
		}
		next = psinfo_snapshot_row(snapshot, snapshot->nr_rows);
		add(snapshot, psinfo_collect(&walk, &next->record,
					     room(snapshot)));
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

struct psinfo_row *psinfo_snapshot_find(const struct psinfo_snapshot *snapshot,
					pid_t pid)
{
	unsigned int low = 0, high = snapshot->nr_rows;

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;
		struct psinfo_row *row = psinfo_snapshot_row(snapshot, middle);

		if (row->record.pid == pid)
			return row;
		if (row->record.pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/*
 * The parents found last, by PID: nearly every process is the child of one of
 * a few, and the snapshot need not be searched for them again and again.
 */
#define RECENT_PARENTS	64

struct recent_parents {
	const struct psinfo_row *rows[RECENT_PARENTS];
};

static const struct psinfo_row *
find_parent(const struct psinfo_snapshot *snapshot,
	    struct recent_parents *recent, pid_t pid)
{
	const struct psinfo_row **row;

	row = &recent->rows[(unsigned int)pid % RECENT_PARENTS];

	if (!*row || (*row)->record.pid != pid)
		*row = psinfo_snapshot_find(snapshot, pid);
	return *row;
}

/*
 * The name of the parent of @row, which has no row of its own: it was born
 * behind the walk, or ended before the walk came by, in which case @row has
 * another parent by now, or it is not for the viewer to see.
 */
static void name_late_parent(const struct psinfo_snapshot *snapshot,
			     const struct psinfo_viewer *viewer,
			     struct psinfo_row *row)
{
	struct psinfo_record *record = &row->record;
	const struct psinfo_row *parent;
	struct psinfo_record now;

	if (psinfo_collect_one(viewer, record->pid, &now) &&
	    now.start_ns == record->start_ns)
		record->ppid = now.ppid;
	parent = psinfo_snapshot_find(snapshot, record->ppid);
	if (parent && parent->record.start_ns <= record->start_ns)
		row->parent = parent->name;
	else if (!parent && record->ppid &&
		 psinfo_collect_one(viewer, record->ppid, &now))
		psinfo_name_copy(&row->parent, now.name);
	else
		row->parent = name_none;
}

static void name_parent(const struct psinfo_snapshot *snapshot,
			const struct psinfo_viewer *viewer,
			struct recent_parents *recent, struct psinfo_row *row)
{
	const struct psinfo_row *parent;

	if (!row->record.ppid) {
		row->parent = viewer->ns == &init_pid_ns ? name_swapper :
							   name_none;
		return;
	}
	parent = find_parent(snapshot, recent, row->record.ppid);
	/* Born after its child: another process, with a reused PID. */
	if (likely(parent &&
		   parent->record.start_ns <= row->record.start_ns))
		row->parent = parent->name;
	else
		name_late_parent(snapshot, viewer, row);
}

static void name_parents(struct psinfo_snapshot *snapshot,
			 const struct psinfo_viewer *viewer)
{
	struct recent_parents recent = {};
	struct psinfo_row *row = NULL;
	unsigned int i;

	for (i = 0; i < snapshot->nr_rows; i++) {
		row = psinfo_snapshot_step(snapshot, row, i);
		name_parent(snapshot, viewer, &recent, row);
		snapshot->widest_parent = max_t(unsigned int, row->parent.width,
						snapshot->widest_parent);
	}
}

int psinfo_snapshot_take(struct psinfo_snapshot *snapshot,
			 const struct psinfo_viewer *viewer, u32 groups)
{
	int err = collect(snapshot, viewer, groups);

	if (err) {
		psinfo_snapshot_drop(snapshot);
		return err;
	}
	name_parents(snapshot, viewer);
	return 0;
}

void psinfo_snapshot_drop(struct psinfo_snapshot *snapshot)
{
	unsigned int i;

	for (i = 0; i < snapshot->nr_chunks; i++)
		kvfree(snapshot->chunks[i]);
	kvfree(snapshot->chunks);
	psinfo_purse_empty(&snapshot->purse);
	*snapshot = (struct psinfo_snapshot) {};
}

#ifdef DEBUG
#include "selftest/snapshot.c"
#endif
