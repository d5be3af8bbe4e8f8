// SPDX-License-Identifier: GPL-2.0
/*
 * read(): the table, as a seq_file over a snapshot. Its elements are the
 * header, groups of rows, and the totals. They are printed again after a seek,
 * always from the same snapshot, so the bytes are the same.
 */
#include "table.h"

#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "state.h"
#include "stop.h"

#define RULE_WIDTH	80
#define TOTALS_PER_LINE_1	4	/* the others are on the second line */

/*
 * Maximum text per read(): the size of a read by cat. Small tables get a smaller
 * buffer.
 */
#define BUFFER_MAX	SZ_128K

/*
 * Rows per seq_file element. If the buffer cannot be charged, one row is used:
 * seq_file then allocates its own buffer, outside the budget, and enlarges it
 * until an element fits.
 */
#define ELEMENT_ROWS	16

/* The element after the last row; the header is SEQ_START_TOKEN. */
#define TOTALS_TOKEN	((void *)2)

void psinfo_table_init(struct psinfo_table *table,
		       const struct psinfo_viewer *viewer)
{
	table->viewer = viewer;
	mutex_init(&table->lock);
}

void psinfo_table_drop(struct psinfo_table *table)
{
	psinfo_snapshot_drop(&table->snapshot);
	mutex_destroy(&table->lock);
}

/*
 * Allocate a large buffer, to save read() calls. If the budget does not allow
 * it, seq_file allocates a small one; but if memory has run out, fail, so that
 * seq_file does not try to get more.
 */
static int buffer_alloc(struct seq_file *seq, struct psinfo_table *table)
{
	size_t element = ELEMENT_ROWS * table->layout.room;
	size_t text = table->layout.width * (table->snapshot.nr_rows + 8);
	size_t size = PAGE_ALIGN(clamp_t(size_t, text, element, BUFFER_MAX));

	table->element_rows = ELEMENT_ROWS;
	if (!psinfo_memory_charge_buffer(&table->snapshot.memory, size)) {
		table->element_rows = 1;
		return 0;
	}
	seq->buf = psinfo_alloc(size);
	if (!seq->buf)
		return -ENOMEM;
	seq->size = size;
	return 0;
}

static int table_fill(struct seq_file *seq, struct psinfo_table *table)
{
	struct psinfo_viewer viewer = psinfo_viewer_now(table->viewer);
	int err;

	table->layout = psinfo_layout_chosen();
	err = psinfo_snapshot_take(&table->snapshot, &viewer,
				   psinfo_layout_groups(&table->layout));
	if (err)
		return err;
	psinfo_layout_fit(&table->layout, &table->snapshot);
	err = buffer_alloc(seq, table);
	if (err)
		psinfo_snapshot_drop(&table->snapshot);
	else
		psinfo_memory_end(&table->snapshot.memory);
	return err;
}

/* During unload, reads in progress fail with the same error as later ones. */
static int read_error(int err)
{
	return err == -ENODEV ? -EIO : err;
}

static int table_take(struct seq_file *seq)
{
	struct psinfo_table *table = seq->private;
	int err = 0;

	if (mutex_lock_killable(&table->lock))
		return -EINTR;
	if (!table->taken) {
		err = table_fill(seq, table);
		table->taken = !err;
	}
	mutex_unlock(&table->lock);
	return read_error(err);
}

ssize_t psinfo_table_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	int err = table_take(iocb->ki_filp->private_data);

	return err ?: seq_read_iter(iocb, to);
}

/* seq_file prints everything up to the offset, which needs the snapshot. */
loff_t psinfo_table_lseek(struct file *file, loff_t offset, int whence)
{
	int err = table_take(file->private_data);

	return err ?: seq_lseek(file, offset, whence);
}

static loff_t totals_at(const struct psinfo_table *table)
{
	return DIV_ROUND_UP(table->snapshot.nr_rows, table->element_rows) + 1;
}

static void *element(const struct psinfo_table *table, loff_t pos)
{
	loff_t last = totals_at(table);

	if (pos == 0)
		return SEQ_START_TOKEN;
	if (pos < last)
		return psinfo_snapshot_row(&table->snapshot,
					   (pos - 1) * table->element_rows);
	return pos == last ? TOTALS_TOKEN : NULL;
}

/*
 * seq_file never copies to user space between start and stop, so the rows are
 * not in use while it waits for a page fault.
 */
static void *table_start(struct seq_file *seq, loff_t *pos)
{
	struct psinfo_table *table = seq->private;
	int err;

	/* The end needs no rows: read() returns 0 there even if revoked. */
	if (*pos > totals_at(table))
		return NULL;
	err = psinfo_memory_begin(&table->snapshot.memory);
	table->in_use = !err;
	return err ? ERR_PTR(err) : element(table, *pos);
}

static void *table_next(struct seq_file *seq, void *v, loff_t *pos)
{
	return element(seq->private, ++*pos);
}

/* Called after every start, even if that failed. */
static void table_stop(struct seq_file *seq, void *v)
{
	struct psinfo_table *table = seq->private;

	if (table->in_use)
		psinfo_memory_end(&table->snapshot.memory);
	table->in_use = false;
}

/*
 * Space for @room bytes, or NULL if the buffer is full; seq_file then shows the
 * element again with more space.
 */
static char *line_begin(struct seq_file *seq, size_t room)
{
	char *at;

	if (likely(seq_get_buf(seq, &at) >= room))
		return at;
	seq_commit(seq, -1);
	return NULL;
}

static void line_end(struct seq_file *seq, const char *at, const char *end)
{
	seq_commit(seq, end - at);
}

static void show_rule(struct seq_file *seq, const struct psinfo_table *table,
		      char stroke)
{
	unsigned int width = max_t(unsigned int, RULE_WIDTH,
				   table->layout.width);
	char *at = line_begin(seq, width + 1);

	if (!at)
		return;
	memset(at, stroke, width);
	at[width] = '\n';
	line_end(seq, at, at + width + 1);
}

static void show_header(struct seq_file *seq, const struct psinfo_table *table)
{
	char *at;

	show_rule(seq, table, '=');
	at = line_begin(seq, table->layout.room);
	if (at)
		line_end(seq, at, psinfo_put_header(at, &table->layout));
	show_rule(seq, table, '-');
}

/* @row is the first of an element; the last element may be shorter. */
static void show_rows(struct seq_file *seq, const struct psinfo_table *table,
		      struct psinfo_row *row)
{
	unsigned int done = (seq->index - 1) * table->element_rows;
	unsigned int left = min(table->element_rows,
				table->snapshot.nr_rows - done);
	char *start = line_begin(seq, left * table->layout.room);
	char *at = start;

	if (!at)
		return;
	for (;;) {
		at = psinfo_put_row(at, &table->layout, row);
		if (!--left)
			break;
		row = psinfo_snapshot_step(&table->snapshot, row, ++done);
	}
	line_end(seq, start, at);
}

static void show_totals(struct seq_file *seq, const struct psinfo_table *table)
{
	unsigned int i;

	show_rule(seq, table, '-');
	for (i = 0; i < PSINFO_NR_STATES; i++)
		seq_printf(seq, "%s: %u%c", psinfo_state_word(i)->text,
			   table->snapshot.totals[i],
			   i == TOTALS_PER_LINE_1 - 1 ||
			   i == PSINFO_NR_STATES - 1 ? '\n' : '\t');
	seq_printf(seq, "TOTAL: %u\n", table->snapshot.nr_rows);
	show_rule(seq, table, '=');
}

static int table_show(struct seq_file *seq, void *v)
{
	const struct psinfo_table *table = seq->private;
	int err = read_error(psinfo_should_stop());

	if (err)
		return err;
	if (v == SEQ_START_TOKEN)
		show_header(seq, table);
	else if (v == TOTALS_TOKEN)
		show_totals(seq, table);
	else
		show_rows(seq, table, v);
	return 0;
}

const struct seq_operations psinfo_table_seq_ops = {
	.start = table_start,
	.next = table_next,
	.stop = table_stop,
	.show = table_show,
};

#undef RULE_WIDTH
#undef TOTALS_PER_LINE_1
#undef BUFFER_MAX
#undef ELEMENT_ROWS
#undef TOTALS_TOKEN
