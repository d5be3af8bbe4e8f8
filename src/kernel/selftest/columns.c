// SPDX-License-Identifier: GPL-2.0
/* Columns: every cell of a sample process; valid and invalid lists. */
#include "selftest.h"

static const struct psinfo_row sample __initconst = {
	.name = { "a\nb", 4, false }, .parent = PSINFO_NAME("bash"),
	.record = {
		.pid = 4934, .tgid = 4934, .ppid = 4920, .start_ns = 12345678901234ULL,
		.state = PSINFO_STATE_TRACED, .flags = 0xffffffff,
		.uid = 1000,
		.policy = 2, .rt_priority = 99, .nice = -20, .prio = -100,
		.static_prio = 100, .normal_prio = 0, .cpu = 3,
		.utime_ns = 19999999, .stime_ns = 20000000,
		.nvcsw = 12345678, .nivcsw = 5, .threads = 12,
		.rss_bytes = 123456789ULL << 10,
	},
};

/* Of the sample; check_columns() tests only the formatting of other columns. */
struct cell_row {
	const char *name;
	const char *cell;
};

static const struct cell_row cell_rows[] __initconst = {
	{ "pid", " 4934\n" },
	{ "ppid", " 4920\n" },
	{ "tgid", " 4934\n" },
	{ "name", "a\\nb\n" },
	{ "stat", "TRACED\n" },
	{ "state", "t\n" },
	{ "parent", "bash\n" },
	{ "uid", " 1000\n" },
	{ "prio", "-100\n" },
	{ "static_prio", "        100\n" },
	{ "normal_prio", "          0\n" },
	{ "rt_priority", "         99\n" },
	{ "policy", "     2\n" },
	{ "nice", " -20\n" },
	{ "nvcsw", "12345678\n" },
	{ "nivcsw", "      5\n" },
	{ "utime", "      1\n" },
	{ "stime", "      2\n" },
	{ "start", "  1234567\n" },
	{ "threads", "     12\n" },
	{ "flags", "4294967295\n" },
	{ "cpu", "  3\n" },
	{ "rss", "123456789\n" },
};

struct list_row {
	const char *list;
	int err;
	unsigned int nr_columns;
};

static const struct list_row list_rows[] __initconst = {
	{ "pid", 0, 1 },
	{ "pid,name,stat,parent", 0, 4 },
	{ "rss,pid\n", 0, 2 },
	{ "all", 0, NR_SHOWN },
	{ "all\n", 0, NR_SHOWN },
	{ "", -EINVAL, 0 },
	{ ",", -EINVAL, 0 },
	{ "pid,", -EINVAL, 0 },
	{ "pid,,name", -EINVAL, 0 },
	{ "pid,pid", -EINVAL, 0 },
	{ "all,pid", -EINVAL, 0 },
	{ "PID", -EINVAL, 0 },
	{ "pid name", -EINVAL, 0 },
	{ "nonsense", -EINVAL, 0 },
	{ "tracer", -EINVAL, 0 },
	{ "elapsed", -EINVAL, 0 },
};

/* The cell of column @i as a line; @line has room for it. */
static void __init put_cell_line(char *line, unsigned int i)
{
	void *page = (void *)&sample;
	const struct psinfo_snapshot one = {
		.memory = { .pages = &page, .nr_pages = 1 },
		.nr_rows = 1,
		.rows_per_page = 1,
		.row_size = sizeof(sample),
	};
	struct psinfo_layout layout = { .nr_columns = 1, .columns = { i } };

	psinfo_layout_fit(&layout, &one);
	*psinfo_put_row(line, &layout, &sample) = '\0';
}

static void __init check_cells(struct psinfo_selftest *count)
{
	char line[PSINFO_NAME_TEXT_MAX + TASK_COMM_LEN];
	unsigned int i;
	int at;

	for (i = 0; i < ARRAY_SIZE(cell_rows); i++) {
		at = column_find(cell_rows[i].name);
		PSINFO_EXPECT(count, at >= 0, "column %s is missing",
			      cell_rows[i].name);
		if (at < 0)
			continue;
		put_cell_line(line, at);
		PSINFO_EXPECT(count, !strcmp(line, cell_rows[i].cell),
			      "column %s: \"%s\", expected \"%s\"",
			      cell_rows[i].name, line, cell_rows[i].cell);
	}
}

/* Every column, also those without a row above */
static void __init check_columns(struct psinfo_selftest *count)
{
	char line[PSINFO_NAME_TEXT_MAX + TASK_COMM_LEN];
	char number[32];
	unsigned int i, nr_shown = 0;

	for (i = 0; i < ARRAY_SIZE(columns); i++) {
		const struct column *column = &columns[i];

		PSINFO_EXPECT(count, !column->number != !column->text,
			      "column %s: neither number nor text, or both",
			      column->name);
		if (!column->width)
			continue;
		nr_shown++;
		PSINFO_EXPECT(count, column->header.width <= column->width,
			      "column %s: the header does not fit",
			      column->name);
		if (!column->number)
			continue;
		put_cell_line(line, i);
		snprintf(number, sizeof(number), "%*lld\n", column->width,
			 column->number(&sample));
		PSINFO_EXPECT(count, !strcmp(line, number),
			      "column %s: \"%s\", expected \"%s\"",
			      column->name, line, number);
	}
	PSINFO_EXPECT(count, nr_shown == NR_SHOWN, "%u columns, expected %u",
		      nr_shown, NR_SHOWN);
}

/* Starts before and after the zero of a time namespace, in ticks */
struct start_row {
	s64 ns, ticks;
};

static const struct start_row start_rows[] __initconst = {
	{ 0, 0 }, { 9999999, 0 }, { 10000000, 1 }, { -1, -1 },
	{ -10000000, -1 }, { -10000001, -2 }, { -3000000000LL, -300 },
};

static void __init check_starts(struct psinfo_selftest *count)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(start_rows); i++) {
		struct psinfo_row row = {
			.record.start_ns = start_rows[i].ns,
		};

		PSINFO_EXPECT(count, cell_start(&row) == start_rows[i].ticks,
			      "start %lld ns is %lld ticks, expected %lld",
			      start_rows[i].ns, cell_start(&row),
			      start_rows[i].ticks);
	}
}

static void __init check_lists(struct psinfo_selftest *count)
{
	const char *name, *why;
	unsigned int i;
	char list[32];
	int err;

	for (i = 0; i < ARRAY_SIZE(list_rows); i++) {
		struct psinfo_layout layout = {};

		strscpy(list, list_rows[i].list, sizeof(list));
		err = layout_parse(list, &layout, &name, &why);
		PSINFO_EXPECT(count, err == list_rows[i].err,
			      "list \"%s\": error %d, expected %d",
			      list_rows[i].list, err, list_rows[i].err);
		PSINFO_EXPECT(count,
			      layout.nr_columns == list_rows[i].nr_columns,
			      "list \"%s\": %u columns, expected %u",
			      list_rows[i].list, layout.nr_columns,
			      list_rows[i].nr_columns);
	}
}

int __init psinfo_columns_selftest(void)
{
	struct psinfo_selftest count = {};

	check_cells(&count);
	check_columns(&count);
	check_starts(&count);
	check_lists(&count);
	return psinfo_selftest_end(&count, "columns");
}
