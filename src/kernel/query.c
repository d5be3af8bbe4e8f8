// SPDX-License-Identifier: GPL-2.0
/*
 * ioctl(): judges the request, and streams records to the caller through a
 * small buffer. Who is walked over and what is read, collect.c knows.
 */
#include "query.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>

#include "budget.h"
#include "record.h"

/* What stands between the walk and the caller's buffer */
#define BUFFER_BYTES	SZ_16K

void psinfo_pass_init(struct psinfo_pass *pass)
{
	spin_lock_init(&pass->lock);
}

/* ---- is the request one ------------------------------------------------ */

/* The structure at @argument says first how large the caller knows it. */
static int copy_in(void *to, size_t size, size_t least, void __user *argument,
		   u32 *ret_size)
{
	u32 their_size;
	int err;

	if (get_user(their_size, (u32 __user *)argument))
		return -EFAULT;
	if (their_size < least)
		return -EINVAL;
	if (their_size > PAGE_SIZE)
		return -E2BIG;
	err = copy_struct_from_user(to, size, argument, their_size);
	if (!err)
		*ret_size = their_size;
	return err;
}

/*
 * No more than the caller knows. What it knows beyond us is zero already, or
 * copy_in() would have refused it.
 */
static int copy_out(void __user *argument, u32 their_size, const void *from,
		    size_t size)
{
	size = min_t(size_t, size, their_size);
	return copy_to_user(argument, from, size) ? -EFAULT : 0;
}

/* A value is given if and only if its filter is. */
static bool is_value(const struct psinfo_query *query, u32 filter, u32 value)
{
	if (!(query->filters & filter))
		return value == 0;
	return value > 0 && value <= INT_MAX;
}

static bool are_filters(const struct psinfo_query *query)
{
	const u32 both = PSINFO_FILTER_KERNEL | PSINFO_FILTER_USER;

	if (query->filters & ~PSINFO_FILTERS_ALL ||
	    (query->filters & both) == both)
		return false;
	if (query->states >> PSINFO_NR_STATES ||
	    !(query->filters & PSINFO_FILTER_STATES) != !query->states)
		return false;
	if (query->uid && !(query->filters & PSINFO_FILTER_UID))
		return false;
	return is_value(query, PSINFO_FILTER_PID, query->pid) &&
	       is_value(query, PSINFO_FILTER_PARENT, query->parent);
}

static bool is_buffer(const struct psinfo_query *query)
{
	if (query->flags & PSINFO_QUERY_TOTALS_ONLY)
		return !query->records && !query->capacity &&
		       !query->record_size && !query->groups && !query->cursor;
	return query->capacity && query->cursor <= INT_MAX &&
	       query->record_size % sizeof(u64) == 0 &&
	       query->record_size >= psinfo_record_size(query->groups) &&
	       query->record_size <= PSINFO_RECORD_SIZE_MAX;
}

static int judge(const struct psinfo_query *query)
{
	if (query->flags & ~PSINFO_QUERY_FLAGS_ALL ||
	    query->groups & ~PSINFO_GROUPS_ALL ||
	    !are_filters(query) || !is_buffer(query))
		return -EINVAL;
	/* A 32-bit kernel has no such address. */
	if (query->records != (unsigned long)query->records)
		return -EFAULT;
	return 0;
}

/* ---- the pass ------------------------------------------------------------ */

/* Returns whether the pass was stable so far; *@ret_members: since when. */
static bool pass_resume(struct psinfo_pass *pass, u64 cursor,
			const struct psinfo_viewer *viewer,
			struct psinfo_members *ret_members)
{
	bool stable;

	if (!cursor) {
		*ret_members = psinfo_members_begin(viewer);
		return true;
	}
	spin_lock(&pass->lock);
	stable = pass->stable && pass->cursor == cursor;
	*ret_members = pass->members;
	spin_unlock(&pass->lock);
	return stable;
}

static void pass_leave(struct psinfo_pass *pass, u64 cursor, bool stable,
		       struct psinfo_members members)
{
	spin_lock(&pass->lock);
	pass->cursor = cursor;
	pass->stable = stable;
	pass->members = members;
	spin_unlock(&pass->lock);
}

/* ---- the answer ------------------------------------------------------------ */

static struct psinfo_walk walk_for(const struct psinfo_query *query,
				   const struct psinfo_viewer *viewer)
{
	struct psinfo_walk walk = {
		.viewer = viewer,
		.filter = {
			.filters = query->filters,
			.states = query->states,
			.uid = query->uid,
			.pid = query->pid,
			.parent = query->parent,
		},
		.groups = query->groups,
		.record_size = query->record_size,
		.threads = query->flags & PSINFO_QUERY_THREADS,
		.next = max_t(u64, query->cursor, 1),
		.last = INT_MAX,
	};

	/* A single process need not be searched for; its threads may be anywhere. */
	if (query->filters & PSINFO_FILTER_PID && !walk.threads) {
		walk.next = max_t(pid_t, walk.next, query->pid);
		walk.last = query->pid;
	}
	return walk;
}

static int go_on(void)
{
	cond_resched();
	return fatal_signal_pending(current) ? -EINTR : 0;
}

static int count_all(struct psinfo_walk *walk)
{
	int err = 0;

	while (!walk->done && !err) {
		psinfo_collect(walk, NULL, 1);
		err = go_on();
	}
	return err;
}

/* @buffer has room for @room records, and what is not written of it is zero. */
static int stream(struct psinfo_walk *walk, struct psinfo_query *query,
		  void *buffer, unsigned int room)
{
	void __user *to = u64_to_user_ptr(query->records);
	unsigned int filled;
	int err;

	while (!walk->done && query->nr_records < query->capacity) {
		filled = psinfo_collect(walk, buffer,
					min(room, query->capacity -
						  query->nr_records));
		if (copy_to_user(to, buffer,
				 (size_t)filled * query->record_size))
			return -EFAULT;
		to += (size_t)filled * query->record_size;
		query->nr_records += filled;
		err = go_on();
		if (err)
			return err;
	}
	return 0;
}

static int stream_all(struct psinfo_walk *walk, struct psinfo_query *query)
{
	unsigned int room = min_t(unsigned int, query->capacity,
				  BUFFER_BYTES / query->record_size);
	void *buffer = kvzalloc((size_t)room * query->record_size, PSINFO_GFP);
	int err;

	if (!buffer)
		return -ENOMEM;
	err = stream(walk, query, buffer, room);
	kvfree(buffer);
	return err;
}

/* What the caller has sent in these fields is not to come back. */
static void clear_answer(struct psinfo_query *query)
{
	const size_t answer = offsetof(struct psinfo_query, nr_records);

	memset((void *)query + answer, 0, sizeof(*query) - answer);
}

static int answer(struct psinfo_query *query,
		  const struct psinfo_viewer *viewer, struct psinfo_pass *pass)
{
	struct psinfo_walk walk = walk_for(query, viewer);
	struct psinfo_members members;
	u64 began = ktime_get_boottime_ns();
	bool stable;
	int err;

	clear_answer(query);
	stable = pass_resume(pass, query->cursor, viewer, &members);
	if (query->flags & PSINFO_QUERY_TOTALS_ONLY)
		err = count_all(&walk);
	else
		err = stream_all(&walk, query);
	if (err)
		return err;

	stable = stable && psinfo_members_same(viewer, members);
	query->cursor = walk.done ? 0 : walk.next;
	pass_leave(pass, query->cursor, stable, members);
	query->result = (walk.done ? 0 : PSINFO_RESULT_MORE) |
			(stable ? PSINFO_RESULT_STABLE : 0);
	query->groups_filled = query->groups;
	query->kernel_record_size = sizeof(struct psinfo_record);
	query->began_ns = began + viewer->boot_offset_ns;
	query->took_ns = ktime_get_boottime_ns() - began;
	memcpy(query->processes, walk.processes, sizeof(query->processes));
	memcpy(query->threads, walk.nr_threads, sizeof(query->threads));
	return 0;
}

static int ask_query(const struct psinfo_viewer *viewer,
		     struct psinfo_pass *pass, void __user *argument)
{
	struct psinfo_query query;
	u32 their_size;
	int err;

	err = copy_in(&query, sizeof(query), PSINFO_QUERY_SIZE_VER1, argument,
		      &their_size);
	if (err)
		return err;
	err = judge(&query);
	if (err)
		return err;
	err = answer(&query, viewer, pass);
	if (err)
		return err;
	query.size = their_size;
	return copy_out(argument, their_size, &query, sizeof(query));
}

static int ask_info(void __user *argument)
{
	struct psinfo_info info;
	u32 their_size;
	int err;

	err = copy_in(&info, sizeof(info), PSINFO_INFO_SIZE_VER1, argument,
		      &their_size);
	if (err)
		return err;
	info = (struct psinfo_info) {
		.size = their_size,
		.abi_major = PSINFO_ABI_MAJOR,
		.abi_minor = PSINFO_ABI_MINOR,
		.query_size = sizeof(struct psinfo_query),
		.record_size = sizeof(struct psinfo_record),
		.query_flags = PSINFO_QUERY_FLAGS_ALL,
		.groups = PSINFO_GROUPS_ALL,
		.filters = PSINFO_FILTERS_ALL,
		.nr_states = PSINFO_NR_STATES,
		.version = PSINFO_VERSION,
	};
	return copy_out(argument, their_size, &info, sizeof(info));
}

/* The request without the size of its structure, which says so itself */
static unsigned int without_size(unsigned int request)
{
	return request & ~(_IOC_SIZEMASK << _IOC_SIZESHIFT);
}

long psinfo_query_ioctl(const struct psinfo_viewer *viewer,
			struct psinfo_pass *pass, unsigned int request,
			void __user *argument)
{
	if (without_size(request) == without_size(PSINFO_IOC_QUERY))
		return ask_query(viewer, pass, argument);
	if (without_size(request) == without_size(PSINFO_IOC_INFO))
		return ask_info(argument);
	return -ENOTTY;
}
