/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Collects records of the kernel's tasks. This is the only code that walks
 * tasks: it reads the PID namespace's radix tree, which is indexed by PID, so
 * records come in PID order, each PID is visited once, and the walk can resume
 * at any PID.
 */
#ifndef PSINFO_COLLECT_H
#define PSINFO_COLLECT_H

#include <linux/types.h>
#include <linux/uidgid.h>

#include "record.h"
#include "times.h"
#include "visibility.h"

/* Selects tasks; filters, states, pid and parent as in struct psinfo_query */
struct psinfo_filter {
	u32 filters;		/* PSINFO_FILTER_...; 0: all tasks */
	u32 states;
	kuid_t uid;		/* an invalid one matches no task */
	pid_t pid;
	pid_t parent;
};

struct psinfo_walk {
	const struct psinfo_viewer *viewer;
	struct psinfo_filter filter;
	u32 groups;		/* requested PSINFO_GROUP_... */
	u32 record_size;	/* of each record, in bytes */
	u32 stride;		/* distance between records, in bytes */
	bool threads;		/* each thread, not only each process */
	pid_t next;		/* the next PID to visit */
	pid_t last;		/* the last PID to visit, or INT_MAX */
	bool done;		/* no PID is left up to .last */
	/* Tasks that passed the filter so far, per state */
	u32 processes[PSINFO_STATES_MAX];
	u32 nr_threads[PSINFO_STATES_MAX];	/* if .threads */
};

/**
 * psinfo_collect() - fill the records of the next processes
 * @walk: state of the walk; start with next = 1
 * @first: the first record, others follow stride bytes apart; only fields
 *	of the identity and of the groups are written. NULL: only count
 * @room: number of records, at least 1; ignored if @first is NULL
 *
 * Uses one bounded RCU read section. For the times of more than PSINFO_BATCH
 * threads it uses further bounded ones and, if threads keep exiting, one that
 * covers the whole thread group. A process that exists from before the first
 * call until after the last has exactly one record, even if its PID is taken
 * over by a thread's execve() meanwhile; no process has two.
 *
 * Context: may sleep, between the RCU sections over one large thread group.
 * Return: number of records filled; 0 is not the end, walk->done is.
 */
unsigned int psinfo_collect(struct psinfo_walk *walk,
			    struct psinfo_record *first, unsigned int room);

/**
 * psinfo_collect_one() - fill the record of one process, its identity only
 * @viewer: determines what is visible
 * @pid: in the viewer's PID namespace
 * @record: only the identity is written
 *
 * Return: true if the process exists and the viewer may see it.
 */
bool psinfo_collect_one(const struct psinfo_viewer *viewer, pid_t pid,
			struct psinfo_record *record);

#endif /* PSINFO_COLLECT_H */
