#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# One snapshot per open file: reads in pieces of any size return the same bytes
# as one full read of the same descriptor.

load common

@test "reads of various sizes, preads from the end and random seeks return the same table" {
	"$BIN/read-pieces" 1 7 80 4096 1000000 backwards random
}

@test "a process created between two reads is not in the table, even after lseek(0)" {
	"$BIN/read-pieces" newborn
}

@test "two processes that share a descriptor read one table in turn" {
	"$BIN/read-pieces" shared
}

@test "reads at and beyond the end return nothing; sendfile and splice copy the whole table" {
	"$BIN/read-pieces" end copied
}

@test "dd, head, tail, tac and pipes work as with a regular file" {
	local size
	dd if="$PSINFO" bs=1 status=none >"$BATS_TEST_TMPDIR/ones"
	dd if="$PSINFO" bs=7 status=none | cat >"$BATS_TEST_TMPDIR/sevens"
	for size in ones sevens; do
		assert "$(table_total TOTAL "$BATS_TEST_TMPDIR/$size")" = "$(table_rows "$BATS_TEST_TMPDIR/$size" | wc -l)" "rows in $size"
		assert "$(tail -c 81 "$BATS_TEST_TMPDIR/$size")" =~ '^={80}$' "the last line in $size"
	done
	assert "$(head -c 5 "$PSINFO")" = "=====" "head"
	assert "$(tail -n 1 "$PSINFO")" =~ '^={80}$' "tail"
	assert "$(tac "$PSINFO" | head -n 1)" =~ '^={80}$' "tac"
	# shellcheck disable=SC2002
	assert "$(cat "$PSINFO" | md5sum)" =~ '^[0-9a-f]{32}  -$' "md5sum"
}

@test "further reads at the end, as by tail -f, return nothing" {
	local fd
	exec {fd}<"$PSINFO"
	assert "$(cat <&"$fd" | tail -n 1)" =~ '^={80}$' "the last line"
	assert "$(cat <&"$fd" | wc -c)" = 0 "bytes behind the end"
	start make-process sleeping
	assert "$(cat <&"$fd" | wc -c)" = 0 "bytes behind the end, later"
}

@test "partial reads return the same table with 2,000 more processes, over many buffers" {
	start crowd 2000
	cat "$PSINFO" >"$BATS_TEST_TMPDIR/table"
	"$BIN/read-pieces" 7 4096 1000000 backwards random shared newborn end copied
	kill -TERM "$STARTED"
	assert "$(table_rows "$BATS_TEST_TMPDIR/table" | awk -F ' +[|] +' '$2 == "psinfo-crowd"' | wc -l)" = 2001 "rows of the crowd"
	assert "$(table_total TOTAL "$BATS_TEST_TMPDIR/table")" = "$(table_rows "$BATS_TEST_TMPDIR/table" | wc -l)" TOTAL
	wait_for 30 eval "! [[ -d /proc/$STARTED ]]"
}
