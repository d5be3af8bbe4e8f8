// SPDX-License-Identifier: GPL-2.0
/*
 * The columns of the table, one row each, and the parameter columns= that
 * selects them.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "columns.h"

#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "state.h"
#include "text.h"

#define SEPARATOR " | "

struct column {
	const char *name;	/* in columns= */
	struct psinfo_name header;
	u8 width;		/* minimum; the header fits */
	u8 groups;		/* PSINFO_GROUP_... that the cell needs */
	/* Exactly one of the two */
	s64 (*number)(const struct psinfo_row *row);
	const struct psinfo_name *(*text)(const struct psinfo_row *row);
};

/* nsec_to_clock_t(), which is not exported */
static s64 clock_ticks(u64 ns)
{
	return div_u64(ns, NSEC_PER_SEC / USER_HZ);
}

/* Rounded down, also if negative, where stat 22 prints a huge number */
static s64 signed_clock_ticks(s64 ns)
{
	return ns < 0 ? -clock_ticks(-(u64)ns + NSEC_PER_SEC / USER_HZ - 1) :
			clock_ticks(ns);
}

static s64 pid(const struct psinfo_row *row)
{
	return row->record.pid;
}

static s64 ppid(const struct psinfo_row *row)
{
	return row->record.ppid;
}

static s64 uid(const struct psinfo_row *row)
{
	return row->record.uid;
}

static s64 prio(const struct psinfo_row *row)
{
	return row->record.prio;
}

static s64 static_prio(const struct psinfo_row *row)
{
	return row->record.static_prio;
}

static s64 normal_prio(const struct psinfo_row *row)
{
	return row->record.normal_prio;
}

static s64 rt_priority(const struct psinfo_row *row)
{
	return row->record.rt_priority;
}

static s64 policy(const struct psinfo_row *row)
{
	return row->record.policy;
}

static s64 nice(const struct psinfo_row *row)
{
	return row->record.nice;
}

static s64 nvcsw(const struct psinfo_row *row)
{
	return row->record.nvcsw;
}

static s64 nivcsw(const struct psinfo_row *row)
{
	return row->record.nivcsw;
}

static s64 utime(const struct psinfo_row *row)
{
	return clock_ticks(row->record.utime_ns);
}

static s64 stime(const struct psinfo_row *row)
{
	return clock_ticks(row->record.stime_ns);
}

static s64 start(const struct psinfo_row *row)
{
	return signed_clock_ticks(row->record.start_ns);
}

static s64 threads(const struct psinfo_row *row)
{
	return row->record.threads;
}

static s64 flags(const struct psinfo_row *row)
{
	return row->record.flags;
}

static s64 cpu(const struct psinfo_row *row)
{
	return row->record.cpu;
}

static s64 rss(const struct psinfo_row *row)
{
	return row->record.rss_bytes >> 10;
}

static const struct psinfo_name *stat(const struct psinfo_row *row)
{
	return psinfo_state_word(row->record.state);
}

static const struct psinfo_name *state(const struct psinfo_row *row)
{
	return psinfo_state_letter(row->record.state);
}

static const struct psinfo_name *name(const struct psinfo_row *row)
{
	return &row->name;
}

static const struct psinfo_name *parent(const struct psinfo_row *row)
{
	return &row->parent;
}

#define CRED	PSINFO_GROUP_CRED
#define SCHED	PSINFO_GROUP_SCHED
#define TIMES	PSINFO_GROUP_TIMES
#define MEMORY	PSINFO_GROUP_MEMORY

#define COLUMN(name, header, width, groups, cell) \
	{ name, PSINFO_NAME(header), width, groups, cell }

/* A row is a process, so its thread group id is its PID. */
static const struct column columns[] = {
	COLUMN("pid", "PID", 5, 0, .number = pid),
	COLUMN("ppid", "PPID", 5, 0, .number = ppid),
	COLUMN("tgid", "TGID", 5, 0, .number = pid),
	COLUMN("name", "NAME", 30, 0, .text = name),
	COLUMN("stat", "STAT", 15, 0, .text = stat),
	COLUMN("state", "STATE", 5, 0, .text = state),
	COLUMN("parent", "PARENT", 15, 0, .text = parent),
	COLUMN("uid", "UID", 5, CRED, .number = uid),
	COLUMN("prio", "PRIO", 4, SCHED, .number = prio),
	COLUMN("static_prio", "STATIC_PRIO", 11, SCHED, .number = static_prio),
	COLUMN("normal_prio", "NORMAL_PRIO", 11, SCHED, .number = normal_prio),
	COLUMN("rt_priority", "RT_PRIORITY", 11, SCHED, .number = rt_priority),
	COLUMN("policy", "POLICY", 6, SCHED, .number = policy),
	COLUMN("nice", "NICE", 4, SCHED, .number = nice),
	COLUMN("nvcsw", "NVCSW", 7, TIMES, .number = nvcsw),
	COLUMN("nivcsw", "NIVCSW", 7, TIMES, .number = nivcsw),
	COLUMN("utime", "UTIME", 7, TIMES, .number = utime),
	COLUMN("stime", "STIME", 7, TIMES, .number = stime),
	COLUMN("start", "START", 9, 0, .number = start),
	COLUMN("threads", "THREADS", 7, TIMES, .number = threads),
	COLUMN("flags", "FLAGS", 10, 0, .number = flags),
	COLUMN("cpu", "CPU", 3, SCHED, .number = cpu),
	COLUMN("rss", "RSS", 8, MEMORY, .number = rss),
};

static_assert(ARRAY_SIZE(columns) <= PSINFO_COLUMNS_MAX);

/* The parameter, with a lock so that readers do not see a partial update */
static DEFINE_SPINLOCK(chosen_lock);
static struct psinfo_layout chosen = {
	.nr_columns = 4,
	.columns = { 0, 3, 4, 6 },	/* pid,name,stat,parent */
};

static int column_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(columns); i++) {
		if (!strcmp(columns[i].name, name))
			return i;
	}
	return -ENOENT;
}

/*
 * Parse @list, modifying it; @layout is written only on success. Return: 0, or
 * -EINVAL with the invalid name in *@ret_name and the reason in *@ret_why.
 */
static int layout_parse(char *list, struct psinfo_layout *layout,
			const char **ret_name, const char **ret_why)
{
	struct psinfo_layout wanted = {};
	char *name;
	int i;

	list = strim(list);
	if (!strcmp(list, "all")) {
		for (i = 0; i < ARRAY_SIZE(columns); i++)
			wanted.columns[i] = i;
		wanted.nr_columns = ARRAY_SIZE(columns);
		*layout = wanted;
		return 0;
	}

	while ((name = strsep(&list, ","))) {
		*ret_name = name;
		*ret_why = "is not a column";
		i = column_find(name);
		if (i < 0)
			return -EINVAL;
		*ret_why = "is named twice";
		if (memchr(wanted.columns, i, wanted.nr_columns))
			return -EINVAL;
		wanted.columns[wanted.nr_columns++] = i;
	}
	*layout = wanted;
	return 0;
}

static void complain(const char *name, const char *why)
{
	char known[256];
	unsigned int i;
	size_t at = 0;

	for (i = 0; i < ARRAY_SIZE(columns); i++)
		at += scnprintf(known + at, sizeof(known) - at, " %s",
				columns[i].name);
	pr_err("columns: \"%*pE\" %s; wanted is \"all\", or some of these with commas between:%s\n",
	       (int)min_t(size_t, strlen(name), 40), name, why, known);
}

static int columns_set(const char *val, const struct kernel_param *kp)
{
	char *list = kstrdup(val, GFP_KERNEL);
	struct psinfo_layout layout;
	const char *name, *why;
	int err;

	if (!list)
		return -ENOMEM;
	err = layout_parse(list, &layout, &name, &why);
	if (err)
		complain(name, why);
	kfree(list);
	if (err)
		return err;

	spin_lock(&chosen_lock);
	chosen = layout;
	spin_unlock(&chosen_lock);
	return 0;
}

static int columns_get(char *buffer, const struct kernel_param *kp)
{
	struct psinfo_layout layout = psinfo_layout_chosen();
	unsigned int i;
	size_t at = 0;

	for (i = 0; i < layout.nr_columns; i++)
		at += scnprintf(buffer + at, PAGE_SIZE - at, "%s%s",
				i ? "," : "", columns[layout.columns[i]].name);
	at += scnprintf(buffer + at, PAGE_SIZE - at, "\n");
	return at;
}

static const struct kernel_param_ops columns_ops = {
	.set = columns_set,
	.get = columns_get,
};

module_param_cb(columns, &columns_ops, NULL, 0644);
__MODULE_PARM_TYPE(columns, "charp");
MODULE_PARM_DESC(columns,
		 "columns of the table in their order, with commas between, or \"all\" (default pid,name,stat,parent)");

struct psinfo_layout psinfo_layout_chosen(void)
{
	struct psinfo_layout layout;

	spin_lock(&chosen_lock);
	layout = chosen;
	spin_unlock(&chosen_lock);
	return layout;
}

u32 psinfo_layout_groups(const struct psinfo_layout *layout)
{
	unsigned int i;
	u32 groups = 0;

	for (i = 0; i < layout->nr_columns; i++)
		groups |= columns[layout->columns[i]].groups;
	return groups;
}

/* Width of the widest cell of a column of numbers, in characters */
static unsigned int numbers_width(const struct column *column,
				  const struct psinfo_snapshot *snapshot)
{
	struct psinfo_row *row = NULL;
	s64 lowest = 0, highest = 0;
	unsigned int r;

	for (r = 0; r < snapshot->nr_rows; r++) {
		s64 value;

		row = psinfo_snapshot_step(snapshot, row, r);
		value = column->number(row);
		lowest = min(lowest, value);
		highest = max(highest, value);
	}
	return max(psinfo_number_width(lowest), psinfo_number_width(highest));
}

static unsigned int cells_width(const struct column *column,
				const struct psinfo_snapshot *snapshot)
{
	if (column->number)
		return numbers_width(column, snapshot);
	if (column->text == name)
		return snapshot->widest_name;
	if (column->text == parent)
		return snapshot->widest_parent;
	return 0;	/* fixed words, which fit */
}

void psinfo_layout_fit(struct psinfo_layout *layout,
		       const struct psinfo_snapshot *snapshot)
{
	unsigned int i;

	layout->width = (layout->nr_columns - 1) * strlen(SEPARATOR);
	layout->room = 0;
	for (i = 0; i < layout->nr_columns; i++) {
		const struct column *column = &columns[layout->columns[i]];
		unsigned int width = max_t(unsigned int, column->width,
					   cells_width(column, snapshot));

		layout->widths[i] = width;
		layout->width += width;
		layout->room += psinfo_text_room(width) + sizeof(SEPARATOR);
	}
}

/* Copies the NUL as well; the next cell overwrites it. */
static __always_inline char *put_separator(char *at)
{
	memcpy(at, SEPARATOR, sizeof(SEPARATOR));
	return at + strlen(SEPARATOR);
}

static char *put_newline(char *at)
{
	*at = '\n';
	return at + 1;
}

char *psinfo_put_header(char *at, const struct psinfo_layout *layout)
{
	unsigned int i, last = layout->nr_columns - 1;

	for (i = 0; i < last; i++) {
		at = psinfo_put_name(at, &columns[layout->columns[i]].header,
				     layout->widths[i]);
		at = put_separator(at);
	}
	at = psinfo_put_name(at, &columns[layout->columns[i]].header, 0);
	return put_newline(at);
}

static __always_inline char *put_cell(char *at, const struct column *column,
				      const struct psinfo_row *row,
				      unsigned int width,
				      unsigned int text_width)
{
	if (column->number)
		return psinfo_put_number(at, column->number(row), width);
	return psinfo_put_name(at, column->text(row), text_width);
}

char *psinfo_put_row(char *at, const struct psinfo_layout *layout,
		     const struct psinfo_row *row)
{
	unsigned int i, last = layout->nr_columns - 1;

	for (i = 0; i < last; i++) {
		at = put_cell(at, &columns[layout->columns[i]], row,
			      layout->widths[i], layout->widths[i]);
		at = put_separator(at);
	}
	/* Text in the last column is not padded: it would be invisible. */
	at = put_cell(at, &columns[layout->columns[i]], row,
		      layout->widths[i], 0);
	return put_newline(at);
}

#ifdef DEBUG
#include "selftest/columns.c"
#endif

#undef SEPARATOR
#undef CRED
#undef SCHED
#undef TIMES
#undef MEMORY
#undef COLUMN
