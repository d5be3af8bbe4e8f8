// SPDX-License-Identifier: GPL-2.0
/*
 * The columns of the table, made from fields.def, and the parameter columns=
 * that selects them.
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

#include "name.h"
#include "state.h"
#include "text.h"

#define SEPARATOR " | "

struct column {
	const char *name;	/* in columns= */
	struct psinfo_name header;
	u8 width;		/* minimum; the header fits; 0: no column */
	u8 groups;		/* PSINFO_GROUP_... that the cell needs */
	/* Exactly one of the two */
	s64 (*number)(const struct psinfo_row *row);
	const struct psinfo_name *(*text)(const struct psinfo_row *row);
};

/*
 * nsec_to_clock_t(), which is not exported; rounded down, also if negative, where
 * stat 22 prints a huge number
 */
static s64 clock_ticks(s64 ns)
{
	const u32 tick = NSEC_PER_SEC / USER_HZ;

	return ns < 0 ? -(s64)div_u64(-(u64)ns + tick - 1, tick) :
			(s64)div_u64(ns, tick);
}

/* cell_<name>() returns what the column <name> shows of a row. */
#define NUMBER_CELL(name, value) \
	static s64 cell_##name(const struct psinfo_row *row) \
	{ \
		return value; \
	}
#define TEXT_CELL(name, text) \
	static const struct psinfo_name * \
	cell_##name(const struct psinfo_row *row) \
	{ \
		return text; \
	}

/* The same for a field of the record, by its unit in fields.def */
#define CELL_NUMBER(name, value)	NUMBER_CELL(name, value)
#define CELL_POLICY(name, value)	NUMBER_CELL(name, value)
#define CELL_TIME(name, value)		NUMBER_CELL(name, clock_ticks(value))
#define CELL_BYTES(name, value)		NUMBER_CELL(name, (value) >> 10)
#define CELL_STATE(name, value)		TEXT_CELL(name, psinfo_state_letter(value))
#define CELL_NAME(column, value)	TEXT_CELL(column, &row->name)

#define FIELD(group, name, member, unit, ...) \
	CELL_##unit(name, row->record.member)
#include "../uapi/fields.def"

TEXT_CELL(stat, psinfo_state_word(row->record.state))
TEXT_CELL(parent, &row->parent)

/* The member of struct column that is the cell of a unit */
#define IS_NUMBER	.number
#define IS_POLICY	.number
#define IS_TIME		.number
#define IS_BYTES	.number
#define IS_STATE	.text
#define IS_NAME		.text

#define FIELD(group, name, member, unit, origin, course, width, header, ...) \
	{ #name, PSINFO_NAME(header), width, PSINFO_GROUP_##group, \
	  IS_##unit = cell_##name },
#define COLUMN(name, width, header, ...) \
	{ #name, PSINFO_NAME(header), width, 0, .text = cell_##name },
static const struct column columns[] = {
#include "../uapi/fields.def"
};

#define COLUMN(name, width, header, ...) \
	static_assert(!(width) || sizeof(header) - 1 <= (width), \
		      "the heading of " #name " is wider than the column");
#define FIELD(group, name, member, unit, origin, course, width, header, ...) \
	COLUMN(name, width, header)
#include "../uapi/fields.def"

#define FIELD(group, name, ...)	COLUMN_##name,
#define COLUMN(name, ...)	COLUMN_##name,
enum {
#include "../uapi/fields.def"
};

#define FIELD(group, name, member, unit, origin, course, width, ...) \
	+ !!(width)
#define COLUMN(name, width, ...) + !!(width)
enum {
	NR_SHOWN = 0
#include "../uapi/fields.def"
};

static_assert(NR_SHOWN <= PSINFO_COLUMNS_MAX, "enlarge PSINFO_COLUMNS_MAX");

/* The parameter, with a lock so that readers do not see a partial update */
static DEFINE_SPINLOCK(chosen_lock);
static struct psinfo_layout chosen = {
	.nr_columns = 4,
	.columns = { COLUMN_pid, COLUMN_name, COLUMN_stat, COLUMN_parent },
};

static int column_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(columns); i++) {
		if (columns[i].width && !strcmp(columns[i].name, name))
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
		for (i = 0; i < ARRAY_SIZE(columns); i++) {
			if (columns[i].width)
				wanted.columns[wanted.nr_columns++] = i;
		}
		*layout = wanted;
		return 0;
	}

	while ((name = strsep(&list, ","))) {
		*ret_name = name;
		*ret_why = "is not a column";
		i = column_find(name);
		if (i < 0)
			return -EINVAL;
		*ret_why = "is listed twice";
		if (memchr(wanted.columns, i, wanted.nr_columns))
			return -EINVAL;
		wanted.columns[wanted.nr_columns++] = i;
	}
	*layout = wanted;
	return 0;
}

static void log_invalid_column(const char *name, const char *why)
{
	char known[256];
	unsigned int i;
	size_t at = 0;

	for (i = 0; i < ARRAY_SIZE(columns); i++) {
		if (columns[i].width)
			at += scnprintf(known + at, sizeof(known) - at, " %s",
					columns[i].name);
	}
	pr_err("columns: \"%*pE\" %s; expected \"all\" or a comma-separated list of:%s\n",
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
		log_invalid_column(name, why);
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
		 "comma-separated list of columns of the table, in order, or \"all\" (default pid,name,stat,parent)");

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

/* The same for a column of names */
static unsigned int names_width(const struct column *column,
				const struct psinfo_snapshot *snapshot)
{
	struct psinfo_row *row = NULL;
	unsigned int r, widest = 0;

	for (r = 0; r < snapshot->nr_rows; r++) {
		row = psinfo_snapshot_step(snapshot, row, r);
		widest = max_t(unsigned int, widest, column->text(row)->width);
	}
	return widest;
}

static unsigned int cells_width(const struct column *column,
				const struct psinfo_snapshot *snapshot)
{
	if (column->number)
		return numbers_width(column, snapshot);
	if (column->text == cell_stat || column->text == cell_state)
		return 0;	/* the words and letters of states fit */
	return names_width(column, snapshot);
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
		layout->room += psinfo_cell_room(width) + strlen(SEPARATOR);
	}
}

static __always_inline char *put_separator(char *at)
{
	memcpy(at, SEPARATOR, strlen(SEPARATOR));
	return at + strlen(SEPARATOR);
}

/* Padding after the last column would be invisible. */
static unsigned int name_width(const struct psinfo_layout *layout,
			       unsigned int i)
{
	return i + 1 < layout->nr_columns ? layout->widths[i] : 0;
}

char *psinfo_put_header(char *at, const struct psinfo_layout *layout)
{
	unsigned int i;

	for (i = 0; i < layout->nr_columns; i++) {
		if (i)
			at = put_separator(at);
		at = psinfo_put_name(at, &columns[layout->columns[i]].header,
				     name_width(layout, i));
	}
	*at = '\n';
	return at + 1;
}

char *psinfo_put_row(char *at, const struct psinfo_layout *layout,
		     const struct psinfo_row *row)
{
	const struct column *column;
	unsigned int i;

	for (i = 0; i < layout->nr_columns; i++) {
		column = &columns[layout->columns[i]];
		if (i)
			at = put_separator(at);
		if (column->number)
			at = psinfo_put_number(at, column->number(row),
					       layout->widths[i]);
		else
			at = psinfo_put_name(at, column->text(row),
					     name_width(layout, i));
	}
	*at = '\n';
	return at + 1;
}

#ifdef DEBUG
#include "selftest/columns.c"
#endif

#undef SEPARATOR
#undef NUMBER_CELL
#undef TEXT_CELL
#undef CELL_NUMBER
#undef CELL_POLICY
#undef CELL_TIME
#undef CELL_BYTES
#undef CELL_STATE
#undef CELL_NAME
#undef IS_NUMBER
#undef IS_POLICY
#undef IS_TIME
#undef IS_BYTES
#undef IS_STATE
#undef IS_NAME
