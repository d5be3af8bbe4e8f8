/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the kernel's tasks to rows. The only file that walks tasks: it reads
 * the PID namespace's own radix tree, whose index is the PID there, so rows
 * come in PID order, each PID passes once, and any PID is a place to resume.
 */
#ifndef PSINFO_COLLECT_H
#define PSINFO_COLLECT_H

#include <linux/types.h>

#include "row.h"
#include "visibility.h"

/* After this many PIDs and threads, an RCU read section comes to its end. */
#define PSINFO_BATCH	256

struct psinfo_walk {
	const struct psinfo_viewer *viewer;
	u32 fields;		/* PSINFO_FIELDS_... wanted */
	pid_t next;		/* the first PID not looked at yet */
	bool done;		/* there was none */
};

/**
 * psinfo_collect() - fill the rows of the next processes
 * @walk: where the walk stands; start with next = 1
 * @rows: filled, but for their parent's name
 * @room: how many rows there are; at least 1
 *
 * One bounded RCU read section for all, and if one has very many threads whose
 * times are to be summed up, further ones for it. A process alive from before
 * the first call until after the last has exactly one row, also if its PID is
 * taken over by a thread's execve() meanwhile; no process has two.
 *
 * Context: may sleep, between two RCU sections over one large thread group.
 * Return: rows filled; 0 does not mean the end, walk->done does.
 */
unsigned int psinfo_collect(struct psinfo_walk *walk, struct psinfo_row *rows,
			    unsigned int room);

/**
 * psinfo_collect_one() - fill the row of one process, its identity only
 * @viewer: who asks
 * @pid: in the viewer's PID namespace
 * @row: filled, but for the parent's name
 *
 * Return: whether there is such a process that the viewer sees.
 */
bool psinfo_collect_one(const struct psinfo_viewer *viewer, pid_t pid,
			struct psinfo_row *row);

#endif /* PSINFO_COLLECT_H */
