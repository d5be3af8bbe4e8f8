// SPDX-License-Identifier: GPL-2.0
/*
 * The columns of the table, one row each, and the parameter columns= that
 * chooses among them.
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
	const char *header;
	u8 width;		/* at least; the header fits into it */
	u8 fields;		/* PSINFO_FIELDS_... that the cell is made of */
	/* One of the three */
	s64 (*number)(const struct psinfo_row *row);
	const char *(*word)(const struct psinfo_row *row);	/* fits, plain */
	const char *(*name_of)(const struct psinfo_row *row);	/* any bytes */
};

#define NUMBER(name, expression)					\
	static s64 name(const struct psinfo_row *row)			\
	{								\
		return expression;					\
	}

#define TEXT(name, expression)						\
	static const char *name(const struct psinfo_row *row)		\
	{								\
		return expression;					\
	}

/* nsec_to_clock_t(), which is not exported */
static s64 clock_ticks(u64 ns)
{
	return div_u64(ns, NSEC_PER_SEC / USER_HZ);
}

NUMBER(pid, row->pid)
NUMBER(ppid, row->ppid)
NUMBER(uid, row->uid)
NUMBER(prio, row->prio)
NUMBER(static_prio, row->static_prio)
NUMBER(normal_prio, row->normal_prio)
NUMBER(rt_priority, row->rt_priority)
NUMBER(policy, row->policy)
NUMBER(nice, row->nice)
NUMBER(nvcsw, row->nvcsw)
NUMBER(nivcsw, row->nivcsw)
NUMBER(utime, clock_ticks(row->utime_ns))
NUMBER(stime, clock_ticks(row->stime_ns))
NUMBER(start, clock_ticks(row->start_ns))
NUMBER(threads, row->threads)
NUMBER(flags, row->flags)
NUMBER(cpu, row->cpu)
NUMBER(rss, row->rss_kib)
TEXT(name, row->name)
TEXT(stat, psinfo_state_word(row->state))
TEXT(state, psinfo_state_letter(row->state))
TEXT(parent, row->parent)

#define CRED	PSINFO_FIELDS_CRED
#define SCHED	PSINFO_FIELDS_SCHED
#define TIMES	PSINFO_FIELDS_TIMES
#define MEM	PSINFO_FIELDS_MEM

/* A row is a process, so its thread group id is its PID. */
static const struct column columns[] = {
	{ "pid",	 "PID",		  5, 0,	    .number = pid },
	{ "ppid",	 "PPID",	  5, 0,	    .number = ppid },
	{ "tgid",	 "TGID",	  5, 0,	    .number = pid },
	{ "name",	 "NAME",	 30, 0,	    .name_of = name },
	{ "stat",	 "STAT",	 15, 0,	    .word = stat },
	{ "state",	 "STATE",	  5, 0,	    .word = state },
	{ "parent",	 "PARENT",	 15, 0,	    .name_of = parent },
	{ "uid",	 "UID",		  5, CRED,  .number = uid },
	{ "prio",	 "PRIO",	  4, SCHED, .number = prio },
	{ "static_prio", "STATIC_PRIO",	 11, SCHED, .number = static_prio },
	{ "normal_prio", "NORMAL_PRIO",	 11, SCHED, .number = normal_prio },
	{ "rt_priority", "RT_PRIORITY",	 11, SCHED, .number = rt_priority },
	{ "policy",	 "POLICY",	  6, SCHED, .number = policy },
	{ "nice",	 "NICE",	  4, SCHED, .number = nice },
	{ "nvcsw",	 "NVCSW",	  7, SCHED, .number = nvcsw },
	{ "nivcsw",	 "NIVCSW",	  7, SCHED, .number = nivcsw },
	{ "utime",	 "UTIME",	  7, TIMES, .number = utime },
	{ "stime",	 "STIME",	  7, TIMES, .number = stime },
	{ "start",	 "START",	  9, 0,	    .number = start },
	{ "threads",	 "THREADS",	  7, SCHED, .number = threads },
	{ "flags",	 "FLAGS",	 10, SCHED, .number = flags },
	{ "cpu",	 "CPU",		  3, SCHED, .number = cpu },
	{ "rss",	 "RSS",		  8, MEM,   .number = rss },
};

static_assert(ARRAY_SIZE(columns) <= PSINFO_COLUMNS_MAX);

/* The parameter, and the lock that keeps a reader from seeing half of it. */
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
 * Takes @list apart; @layout is written only if all of it is good. Return: 0,
 * or -EINVAL with the name that is wrong in *@ret_name and why in *@ret_why.
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
		*ret_why = "there is no column";
		i = column_find(name);
		if (i < 0)
			return -EINVAL;
		*ret_why = "named twice is";
		if (memchr(wanted.columns, i, wanted.nr_columns))
			return -EINVAL;
		wanted.columns[wanted.nr_columns++] = i;
	}
	*layout = wanted;
	return 0;
}

static void complain(const char *why, const char *name)
{
	char known[256];
	unsigned int i;
	size_t at = 0;

	for (i = 0; i < ARRAY_SIZE(columns); i++)
		at += scnprintf(known + at, sizeof(known) - at, " %s",
				columns[i].name);
	pr_err("columns: %s \"%*pE\"; wanted is \"all\", or some of these with commas between:%s\n",
	       why, (int)min_t(size_t, strlen(name), 40), name, known);
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
		complain(why, name);
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

u32 psinfo_layout_fields(const struct psinfo_layout *layout)
{
	unsigned int i;
	u32 fields = 0;

	for (i = 0; i < layout->nr_columns; i++)
		fields |= columns[layout->columns[i]].fields;
	return fields;
}

/* What a cell takes; 0 for a word, for which the column is made. */
static unsigned int cell_width(const struct column *column,
			       const struct psinfo_row *row)
{
	if (column->number)
		return psinfo_number_width(column->number(row));
	return column->name_of ? psinfo_name_width(column->name_of(row)) : 0;
}

void psinfo_layout_fit(struct psinfo_layout *layout,
		       const struct psinfo_snapshot *snapshot)
{
	unsigned int i, r;

	for (i = 0; i < layout->nr_columns; i++) {
		const struct column *column = &columns[layout->columns[i]];
		unsigned int width = column->width;

		for (r = 0; !column->word && r < snapshot->nr_rows; r++) {
			const struct psinfo_row *row;

			if (r % PSINFO_CHUNK_ROWS == 0)
				cond_resched();
			row = psinfo_snapshot_row(snapshot, r);
			width = max(width, cell_width(column, row));
		}
		layout->widths[i] = width;
	}
}

unsigned int psinfo_layout_width(const struct psinfo_layout *layout)
{
	unsigned int width = 0;
	unsigned int i;

	for (i = 0; i < layout->nr_columns; i++)
		width += layout->widths[i];
	return width + (layout->nr_columns - 1) * strlen(SEPARATOR);
}

size_t psinfo_layout_room(const struct psinfo_layout *layout)
{
	size_t room = 0;
	unsigned int i;

	for (i = 0; i < layout->nr_columns; i++)
		room += psinfo_text_room(layout->widths[i]) + strlen(SEPARATOR);
	return room;
}

/* Behind a cell: what stands between it and the next, or the newline. */
static char *put_between(char *at, bool last)
{
	if (last) {
		*at++ = '\n';
		return at;
	}
	memcpy(at, SEPARATOR, strlen(SEPARATOR));
	return at + strlen(SEPARATOR);
}

char *psinfo_put_header(char *at, const struct psinfo_layout *layout)
{
	unsigned int i;

	for (i = 0; i < layout->nr_columns; i++) {
		const struct column *column = &columns[layout->columns[i]];
		bool last = i == layout->nr_columns - 1u;

		at = psinfo_put_word(at, column->header,
				     last ? 0 : layout->widths[i]);
		at = put_between(at, last);
	}
	return at;
}

char *psinfo_put_row(char *at, const struct psinfo_layout *layout,
		     const struct psinfo_row *row)
{
	unsigned int i;

	for (i = 0; i < layout->nr_columns; i++) {
		const struct column *column = &columns[layout->columns[i]];
		unsigned int width = layout->widths[i];
		bool last = i == layout->nr_columns - 1u;

		/* Text in the last column is not padded: nobody sees it. */
		if (column->number)
			at = psinfo_put_number(at, column->number(row), width);
		else if (column->word)
			at = psinfo_put_word(at, column->word(row),
					     last ? 0 : width);
		else
			at = psinfo_put_name(at, column->name_of(row),
					     last ? 0 : width);
		at = put_between(at, last);
	}
	return at;
}

#ifdef DEBUG
#include "selftest/columns.c"
#endif
