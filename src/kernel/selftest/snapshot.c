// SPDX-License-Identifier: GPL-2.0
/* Snapshots: growth, lookup, and freeing of all memory. */
#include "selftest.h"

/* Full pages and additional rows, at page and array boundaries */
struct growth_row {
	unsigned int pages, rows;
};

static const struct growth_row growth[] __initconst = {
	{ 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 }, { FIRST_PAGES, 0 },
	{ FIRST_PAGES, 1 }, { 3 * FIRST_PAGES, 5 },
};

/* Fills @snapshot with the PIDs 3, 6, 9, ...; every fifth a zombie */
static int __init fill_made_up(struct psinfo_snapshot *snapshot,
			       unsigned int rows)
{
	struct psinfo_row *row;
	int err;

	snapshot->row_size = psinfo_row_size(0);
	snapshot->rows_per_page = PAGE_SIZE / snapshot->row_size;
	err = psinfo_memory_open(&snapshot->memory, current_cred());
	if (err)
		return err;
	while (snapshot->nr_rows < rows) {
		if (!room(snapshot)) {
			err = psinfo_memory_add_page(&snapshot->memory);
			if (err)
				return err;
		}
		row = psinfo_snapshot_row(snapshot, snapshot->nr_rows);
		row->record.pid = 3 * (snapshot->nr_rows + 1);
		row->record.state = snapshot->nr_rows % 5 ?
				    PSINFO_STATE_RUNNING : PSINFO_STATE_ZOMBIE;
		memset(row->record.name, 0, sizeof(row->record.name));
		add(snapshot, 1);
	}
	return 0;
}

static void __init check_made_up(struct psinfo_selftest *count,
				 const struct psinfo_snapshot *snapshot,
				 unsigned int rows)
{
	unsigned int found = 0, missed = 0, stepped = 0;
	struct psinfo_row *step = NULL;
	unsigned int i;

	for (i = 0; i < rows; i++) {
		const struct psinfo_row *row;

		row = psinfo_snapshot_row(snapshot, i);
		step = psinfo_snapshot_step(snapshot, step, i);
		stepped += step == row;
		found += psinfo_snapshot_find(snapshot, 3 * (i + 1)) == row;
		missed += !psinfo_snapshot_find(snapshot, 3 * i + 1);
	}
	PSINFO_EXPECT(count, snapshot->nr_rows == rows, "%u rows of %u",
		      snapshot->nr_rows, rows);
	PSINFO_EXPECT(count, found == rows, "%u found of %u", found, rows);
	PSINFO_EXPECT(count, stepped == rows, "%u correct steps of %u", stepped,
		      rows);
	PSINFO_EXPECT(count, missed == rows, "%u not found of %u", missed,
		      rows);
	PSINFO_EXPECT(count, snapshot->totals[PSINFO_STATE_ZOMBIE] ==
		      (rows + 4) / 5, "%u zombies among %u rows",
		      snapshot->totals[PSINFO_STATE_ZOMBIE], rows);
	PSINFO_EXPECT(count, snapshot->totals[PSINFO_STATE_ZOMBIE] +
		      snapshot->totals[PSINFO_STATE_RUNNING] == rows,
		      "totals are not the sum of %u rows", rows);
	PSINFO_EXPECT(count, snapshot->memory.bytes ==
		      snapshot->memory.nr_pages * PAGE_SIZE +
		      snapshot->memory.max_pages * sizeof(void *),
		      "%u rows: %zu bytes are charged for %u pages", rows,
		      snapshot->memory.bytes, snapshot->memory.nr_pages);
}

int __init psinfo_snapshot_selftest(void)
{
	struct psinfo_snapshot snapshot = {};
	struct psinfo_selftest count = {};
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(growth); i++) {
		unsigned int rows = growth[i].rows + growth[i].pages *
				    (PAGE_SIZE / psinfo_row_size(0));

		err = fill_made_up(&snapshot, rows);
		PSINFO_EXPECT(&count, !err, "growth to %u rows: error %d", rows,
			      err);
		if (!err)
			check_made_up(&count, &snapshot, rows);
		psinfo_snapshot_drop(&snapshot);
		PSINFO_EXPECT(&count, !snapshot.memory.pages &&
			      !snapshot.memory.bytes && !snapshot.nr_rows,
			      "%u rows: something was not freed", rows);
	}
	return psinfo_selftest_end(&count, "snapshot");
}
