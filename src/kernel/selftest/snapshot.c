// SPDX-License-Identifier: GPL-2.0
/* Growth of a snapshot, search in it, and that it gives back what it took. */
#include "selftest.h"

/* Rows at the edges of a chunk and of the array of chunks */
static const unsigned int growth_rows[] __initconst = {
	0, 1, PSINFO_CHUNK_ROWS - 1, PSINFO_CHUNK_ROWS, PSINFO_CHUNK_ROWS + 1,
	FIRST_CHUNKS * PSINFO_CHUNK_ROWS, FIRST_CHUNKS * PSINFO_CHUNK_ROWS + 1,
};

/* Fills @snapshot with the PIDs 3, 6, 9, ...; every fifth a zombie */
static int __init fill_made_up(struct psinfo_snapshot *snapshot,
			       unsigned int rows)
{
	struct psinfo_row *row;
	int err;

	snapshot->row_size = psinfo_row_size(0);
	while (snapshot->nr_rows < rows) {
		if (!room(snapshot)) {
			err = grow(snapshot, current_cred());
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
	unsigned int found = 0, missed = 0;
	unsigned int i;

	for (i = 0; i < rows; i++) {
		const struct psinfo_row *row;

		row = psinfo_snapshot_row(snapshot, i);
		found += psinfo_snapshot_find(snapshot, 3 * (i + 1)) == row;
		missed += !psinfo_snapshot_find(snapshot, 3 * i + 1);
	}
	PSINFO_EXPECT(count, snapshot->nr_rows == rows, "%u rows of %u",
		      snapshot->nr_rows, rows);
	PSINFO_EXPECT(count, found == rows, "%u found of %u", found, rows);
	PSINFO_EXPECT(count, missed == rows, "%u not found of %u", missed,
		      rows);
	PSINFO_EXPECT(count, snapshot->totals[PSINFO_STATE_ZOMBIE] ==
		      (rows + 4) / 5, "%u zombies among %u rows",
		      snapshot->totals[PSINFO_STATE_ZOMBIE], rows);
	PSINFO_EXPECT(count, snapshot->totals[PSINFO_STATE_ZOMBIE] +
		      snapshot->totals[PSINFO_STATE_RUNNING] == rows,
		      "totals are not the sum of %u rows", rows);
	PSINFO_EXPECT(count, snapshot->purse.bytes >=
		      rows * psinfo_row_size(0),
		      "%u rows have taken only %zu bytes of the budget", rows,
		      snapshot->purse.bytes);
}

int __init psinfo_snapshot_selftest(void)
{
	struct psinfo_snapshot snapshot = {};
	struct psinfo_selftest count = {};
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(growth_rows); i++) {
		err = fill_made_up(&snapshot, growth_rows[i]);
		PSINFO_EXPECT(&count, !err, "growth to %u rows: error %d",
			      growth_rows[i], err);
		if (!err)
			check_made_up(&count, &snapshot, growth_rows[i]);
		psinfo_snapshot_drop(&snapshot);
		PSINFO_EXPECT(&count, !snapshot.chunks &&
			      !snapshot.purse.bytes && !snapshot.nr_rows,
			      "%u rows: not all was let go", growth_rows[i]);
	}
	return psinfo_selftest_end(&count, "snapshot");
}
