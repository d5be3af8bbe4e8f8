// SPDX-License-Identifier: GPL-2.0
/*
 * A snapshot: rows in PID order and the totals per state, in single pages.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "snapshot.h"

#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "collect.h"
#include "stop.h"

/* The name of the parent of the kernel's first two processes */
static const struct psinfo_name name_swapper = PSINFO_NAME("swapper/0");
/* Shown for a parent that the viewer cannot see */
static const struct psinfo_name name_none = PSINFO_NAME("None");

/* Number of free rows; all are consecutive in the last page. */
static unsigned int room(const struct psinfo_snapshot *snapshot)
{
	return snapshot->memory.nr_pages * snapshot->rows_per_page -
	       snapshot->nr_rows;
}

static void add(struct psinfo_snapshot *snapshot, unsigned int filled)
{
	struct psinfo_row *row;

	/* The new rows are in one page. */
	row = psinfo_snapshot_row(snapshot, snapshot->nr_rows);
	snapshot->nr_rows += filled;
	for (; filled; filled--, row = (void *)row + snapshot->row_size) {
		snapshot->totals[row->record.state]++;
		psinfo_name_copy(&row->name, row->record.name);
	}
}

static int collect(struct psinfo_snapshot *snapshot,
		   const struct psinfo_viewer *viewer, u32 groups)
{
	struct psinfo_walk walk = {
		.viewer = viewer,
		.groups = groups,
		.record_size = psinfo_record_size_of_all(groups),
		.stride = psinfo_row_size(groups),
		.next = 1,
		.last = INT_MAX,
	};
	struct psinfo_row *next;
	int err;

	snapshot->row_size = psinfo_row_size(groups);
	snapshot->rows_per_page = PAGE_SIZE / snapshot->row_size;
	while (!walk.done) {
		if (!room(snapshot)) {
			err = psinfo_memory_add_page(&snapshot->memory);
			if (err)
				return err;
		}
		next = psinfo_snapshot_row(snapshot, snapshot->nr_rows);
		add(snapshot, psinfo_collect(&walk, &next->record,
					     room(snapshot)));
		err = psinfo_should_stop();
		if (err)
			return err;
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
 * A cache of parents, by PID: most processes are children of a few parents, so
 * this avoids most searches of the snapshot.
 */
enum { RECENT_PARENTS = 32 };

struct recent_parent {
	pid_t pid;			/* 0: unused */
	bool is_hidden;			/* it exists, but is not visible */
	const struct psinfo_row *row;	/* NULL: not in the snapshot */
};

static struct recent_parent *
find_parent(const struct psinfo_snapshot *snapshot,
	    struct recent_parent *recent, pid_t pid)
{
	struct recent_parent *parent;

	parent = &recent[(unsigned int)pid % RECENT_PARENTS];
	if (parent->pid != pid)
		*parent = (struct recent_parent) {
			.pid = pid,
			.row = psinfo_snapshot_find(snapshot, pid),
		};
	return parent;
}

/*
 * Name the parent of @row if the parent has no row: it was created after the
 * walk had passed its PID; or it exited before, in which case @row has another
 * parent by now; or the viewer cannot see it. Return: true in the last case.
 */
static bool name_late_parent(const struct psinfo_snapshot *snapshot,
			     const struct psinfo_viewer *viewer,
			     struct psinfo_row *row)
{
	struct psinfo_record *record = &row->record;
	const struct psinfo_row *parent;
	pid_t recorded = record->ppid;
	struct psinfo_record now;
	bool is_alive;

	is_alive = psinfo_collect_one(viewer, record->pid, &now) &&
		   now.start_ns == record->start_ns;
	if (is_alive)
		record->ppid = now.ppid;
	row->parent = name_none;
	if (!record->ppid)
		return false;
	parent = psinfo_snapshot_find(snapshot, record->ppid);
	if (parent) {
		if (psinfo_can_be_parent(&parent->record, record))
			row->parent = parent->name;
		return false;
	}
	if (!psinfo_collect_one(viewer, record->ppid, &now))
		return viewer->hides && is_alive && record->ppid == recorded;
	if (psinfo_can_be_parent(&now, record))
		psinfo_name_copy(&row->parent, now.name);
	return false;
}

static void name_parent(const struct psinfo_snapshot *snapshot,
			const struct psinfo_viewer *viewer,
			struct recent_parent *recent, struct psinfo_row *row)
{
	struct recent_parent *parent;

	if (!row->record.ppid) {
		row->parent = viewer->ns == &init_pid_ns ? name_swapper :
							   name_none;
		return;
	}
	parent = find_parent(snapshot, recent, row->record.ppid);
	if (likely(parent->row &&
		   psinfo_can_be_parent(&parent->row->record, &row->record)))
		row->parent = parent->row->name;
	else if (parent->is_hidden)
		row->parent = name_none;
	else
		parent->is_hidden = name_late_parent(snapshot, viewer, row);
}

static int name_parents(struct psinfo_snapshot *snapshot,
			const struct psinfo_viewer *viewer)
{
	struct recent_parent recent[RECENT_PARENTS] = {};
	struct psinfo_row *row = NULL;
	unsigned int i;
	int err;

	for (i = 0; i < snapshot->nr_rows; i++) {
		row = psinfo_snapshot_step(snapshot, row, i);
		if (offset_in_page(row) == 0) {
			err = psinfo_should_stop();
			if (err)
				return err;
		}
		name_parent(snapshot, viewer, recent, row);
	}
	return 0;
}

int psinfo_snapshot_take(struct psinfo_snapshot *snapshot,
			 const struct psinfo_viewer *viewer, u32 groups)
{
	int err = psinfo_memory_open(&snapshot->memory, viewer->cred);

	if (!err)
		err = collect(snapshot, viewer, groups);
	if (!err)
		err = name_parents(snapshot, viewer);
	if (err)
		psinfo_snapshot_drop(snapshot);
	return err;
}

void psinfo_snapshot_drop(struct psinfo_snapshot *snapshot)
{
	psinfo_memory_close(&snapshot->memory);
	*snapshot = (struct psinfo_snapshot) {};
}

#ifdef DEBUG
#include "selftest/snapshot.c"
#endif
