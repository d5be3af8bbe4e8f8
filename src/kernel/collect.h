/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the kernel's tasks to rows. The only file that walks tasks: it reads
 * the PID namespace's own radix tree, whose index is the PID there, so rows
 * come in PID order, each PID passes once, and any PID is a place to resume.
 */
#ifndef PSINFO_COLLECT_H
#define PSINFO_COLLECT_H

#include <linux/types.h>
#include <linux/uidgid.h>

#include "record.h"
#include "visibility.h"

/* After this many PIDs and threads, an RCU read section comes to its end. */
#define PSINFO_BATCH	256

/* What passes; filters, states, pid and parent as in struct psinfo_query */
struct psinfo_filter {
	u32 filters;		/* PSINFO_FILTER_..., 0: everybody */
	u32 states;
	kuid_t uid;		/* an invalid one matches nobody */
	pid_t pid;
	pid_t parent;
};

struct psinfo_walk {
	const struct psinfo_viewer *viewer;
	struct psinfo_filter filter;
	u32 groups;		/* PSINFO_GROUP_... wanted */
	u32 record_size;	/* bytes from one record to the next */
	bool threads;		/* each thread, not only each process */
	pid_t next;		/* the first PID not looked at yet */
	pid_t last;		/* the last one of interest, or INT_MAX */
	bool done;		/* there was none up to it */
	/* Per state, who was let through so far */
	u32 processes[PSINFO_STATES_MAX];
	u32 nr_threads[PSINFO_STATES_MAX];	/* if .threads */
};

/**
 * psinfo_collect() - fill the records of the next processes
 * @walk: where the walk stands; start with next = 1
 * @first: the first record, others follow record_size bytes apart; only fields
 *	of the identity and of the groups are written. NULL: only count
 * @room: how many records there are; at least 1. Not looked at without @first
 *
 * One bounded RCU read section for all, and if one has very many threads whose
 * times are to be summed up, further ones for it, the last of which is as long
 * as the group is large. A process alive from before
 * the first call until after the last has exactly one record, also if its PID
 * is taken over by a thread's execve() meanwhile; no process has two.
 *
 * Context: may sleep, between two RCU sections over one large thread group.
 * Return: records filled; 0 does not mean the end, walk->done does.
 */
unsigned int psinfo_collect(struct psinfo_walk *walk,
			    struct psinfo_record *first, unsigned int room);

/**
 * psinfo_collect_one() - fill the record of one process, its identity only
 * @viewer: who asks
 * @pid: in the viewer's PID namespace
 * @record: the identity is written
 *
 * Return: whether there is such a process that the viewer sees.
 */
bool psinfo_collect_one(const struct psinfo_viewer *viewer, pid_t pid,
			struct psinfo_record *record);

#endif /* PSINFO_COLLECT_H */
