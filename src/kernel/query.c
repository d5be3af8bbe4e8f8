// SPDX-License-Identifier: GPL-2.0
/*
 * ioctl(): validates the request and streams records to the caller through a
 * small buffer. collect.c selects the tasks and fields.
 */
#include "query.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>
#include <linux/uidgid.h>

#include "budget.h"
#include "collect.h"
#include "record.h"
#include "stop.h"

/* Size of the buffer between the walk and the caller: at most one page */
#define BUFFER_BYTES	PSINFO_RECORD_SIZE_MAX

static_assert(BUFFER_BYTES <= PAGE_SIZE);
static_assert(sizeof(PSINFO_VERSION) <=
	      sizeof_field(struct psinfo_info, version));

/* ---- validate the request ------------------------------------------------ */

/* The first field of the structure at @argument is its size. */
static int copy_in(void *to, size_t size, size_t least, void __user *argument,
		   u32 *ret_size)
{
	u32 their_size;
	int err;

	if (get_user(their_size, (u32 __user *)argument))
		return -EFAULT;
	if (their_size < least)
		return -EINVAL;
	if (their_size > PSINFO_STRUCT_SIZE_MAX)
		return -E2BIG;
	err = copy_struct_from_user(to, size, argument, their_size);
	if (!err)
		*ret_size = their_size;
	return err;
}

/*
 * Copies no more than the caller's structure holds. If that is longer than ours,
 * copy_in() has verified that the rest is zero.
 */
static int copy_out(void __user *argument, u32 their_size, const void *from,
		    size_t size)
{
	size = min_t(size_t, size, their_size);
	return copy_to_user(argument, from, size) ? -EFAULT : 0;
}

/* A value must be a valid PID if its filter is set, and 0 otherwise. */
static bool filter_value_valid(const struct psinfo_query *query, u32 filter, u32 value)
{
	if (!(query->filters & filter))
		return value == 0;
	return value > 0 && value <= INT_MAX;
}

static bool filters_valid(const struct psinfo_query *query)
{
	const u32 both = PSINFO_FILTER_KERNEL | PSINFO_FILTER_USER;

	if (query->filters & ~PSINFO_KNOWN_FILTERS ||
	    (query->filters & both) == both)
		return false;
	if (query->states >> PSINFO_NR_STATES ||
	    !(query->filters & PSINFO_FILTER_STATES) != !query->states)
		return false;
	if (query->uid && !(query->filters & PSINFO_FILTER_UID))
		return false;
	return filter_value_valid(query, PSINFO_FILTER_PID, query->pid) &&
	       filter_value_valid(query, PSINFO_FILTER_PARENT, query->parent);
}

static bool buffer_args_valid(const struct psinfo_query *query)
{
	if (query->flags & PSINFO_QUERY_TOTALS_ONLY)
		return !query->records && !query->capacity &&
		       !query->record_size && !query->groups && !query->cursor;
	return query->capacity && query->cursor <= INT_MAX &&
	       query->record_size % sizeof(u64) == 0 &&
	       query->record_size >=
		       psinfo_record_size(query->groups & PSINFO_KNOWN_GROUPS) &&
	       query->record_size <= PSINFO_RECORD_SIZE_MAX;
}

static int validate_query(const struct psinfo_query *query)
{
	if (query->flags & ~PSINFO_KNOWN_QUERY_FLAGS ||
	    !filters_valid(query) || !buffer_args_valid(query))
		return -EINVAL;
	/* A 32-bit kernel has no addresses above 32 bits. */
	if (query->records != (unsigned long)query->records)
		return -EFAULT;
	return 0;
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
			.uid = make_kuid(viewer->cred->user_ns, query->uid),
			.pid = query->pid,
			.parent = query->parent,
		},
		.groups = query->groups & PSINFO_KNOWN_GROUPS,
		.record_size = query->record_size,
		.stride = query->record_size,
		.threads = query->flags & PSINFO_QUERY_THREADS,
		.next = max_t(u64, query->cursor, 1),
		.last = INT_MAX,
	};

	/* A process is looked up by its PID; its threads may have any PID. */
	if (query->filters & PSINFO_FILTER_PID && !walk.threads) {
		walk.next = max_t(pid_t, walk.next, query->pid);
		walk.last = query->pid;
	}
	return walk;
}

static int count_all(struct psinfo_walk *walk)
{
	int err = 0;

	while (!walk->done && !err) {
		psinfo_collect(walk, NULL, 1);
		err = psinfo_should_stop();
	}
	return err;
}

/* @buffer has room for @room records and is zeroed. */
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
		err = psinfo_should_stop();
		if (err)
			return err;
	}
	return 0;
}

static int stream_all(struct psinfo_walk *walk, struct psinfo_query *query)
{
	unsigned int room = min_t(unsigned int, query->capacity,
				  BUFFER_BYTES / query->record_size);
	void *buffer = kzalloc((size_t)room * query->record_size, PSINFO_GFP);
	int err;

	if (!buffer)
		return -ENOMEM;
	err = stream(walk, query, buffer, room);
	kfree(buffer);
	return err;
}

/* Do not return the caller's values in output fields. */
static void clear_answer(struct psinfo_query *query)
{
	const size_t answer = offsetof(struct psinfo_query, nr_records);

	memset((void *)query + answer, 0, sizeof(*query) - answer);
}

static int answer(struct psinfo_query *query,
		  const struct psinfo_viewer *viewer)
{
	struct psinfo_walk walk = walk_for(query, viewer);
	u64 began = ktime_get_boottime_ns();
	int err;

	clear_answer(query);
	if (query->flags & PSINFO_QUERY_TOTALS_ONLY)
		err = count_all(&walk);
	else
		err = stream_all(&walk, query);
	if (err)
		return err;

	query->cursor = walk.done ? 0 : walk.next;
	query->result = walk.done ? 0 : PSINFO_RESULT_MORE;
	query->groups_filled = walk.groups;
	query->kernel_record_size = sizeof(struct psinfo_record);
	query->began_ns = began + viewer->boot_offset_ns;
	query->took_ns = ktime_get_boottime_ns() - began;
	memcpy(query->processes, walk.processes, sizeof(query->processes));
	memcpy(query->threads, walk.nr_threads, sizeof(query->threads));
	return 0;
}

static int do_query(const struct psinfo_viewer *opener, void __user *argument)
{
	struct psinfo_viewer viewer = psinfo_viewer_now(opener);
	struct psinfo_query query;
	u32 their_size;
	int err;

	err = copy_in(&query, sizeof(query), PSINFO_QUERY_SIZE_VER1, argument,
		      &their_size);
	if (err)
		return err;
	err = validate_query(&query);
	if (err)
		return err;
	err = answer(&query, &viewer);
	if (err)
		return err;
	query.size = their_size;
	return copy_out(argument, their_size, &query, sizeof(query));
}

static int do_info(void __user *argument)
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
		.query_flags = PSINFO_KNOWN_QUERY_FLAGS,
		.groups = PSINFO_KNOWN_GROUPS,
		.filters = PSINFO_KNOWN_FILTERS,
		.nr_states = PSINFO_NR_STATES,
		.version = PSINFO_VERSION,
	};
	return copy_out(argument, their_size, &info, sizeof(info));
}

/* Drop the encoded size: the structure contains its size. */
static unsigned int without_size(unsigned int request)
{
	return request & ~(_IOC_SIZEMASK << _IOC_SIZESHIFT);
}

long psinfo_query_ioctl(const struct psinfo_viewer *opener,
			unsigned int request, void __user *argument)
{
	if (without_size(request) == without_size(PSINFO_IOC_QUERY))
		return do_query(opener, argument);
	if (without_size(request) == without_size(PSINFO_IOC_INFO))
		return do_info(argument);
	return -ENOTTY;
}

#undef BUFFER_BYTES
