#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The exact format of the table: rules, header, rows, totals and widths.

load common

@test "the table begins with a rule of 80 characters, the header and a thin rule" {
	assert "$(head -3 "$PSINFO")" = "\
================================================================================
PID   | NAME                           | STAT            | PARENT
--------------------------------------------------------------------------------" "the first three lines"
}

@test "the table ends with a thin rule, the tab-separated totals, a rule and a newline" {
	cat "$PSINFO" >"$BATS_TEST_TMPDIR/table"
	mapfile -t last < <(tail -5 "$BATS_TEST_TMPDIR/table")
	assert "${last[0]}" =~ '^-{80}$' "the rule below the rows"
	assert "${last[1]}" =~ $'^RUNNING: [0-9]+\tINTERRUPTIBLE: [0-9]+\tUNINTERRUPTIBLE: [0-9]+\tSTOPPED: [0-9]+$' "totals"
	assert "${last[2]}" =~ $'^TRACED: [0-9]+\tZOMBIE: [0-9]+\tDEAD: [0-9]+\tIDLE: [0-9]+\tPARKED: [0-9]+\tOTHERS: [0-9]+$' "totals"
	assert "${last[3]}" =~ '^TOTAL: [0-9]+$' "totals"
	assert "${last[4]}" =~ '^={80}$' "the last rule"
	assert "$(tail -c 1 "$BATS_TEST_TMPDIR/table" | od -An -tx1)" = " 0a" "the last byte"
}

@test "each row has PID, name, state and parent in aligned columns, without trailing blanks" {
	local words='RUNNING|INTERRUPTIBLE|UNINTERRUPTIBLE|STOPPED|TRACED|ZOMBIE|DEAD|IDLE|PARKED'
	cat "$PSINFO" >"$BATS_TEST_TMPDIR/table"
	table_rows "$BATS_TEST_TMPDIR/table" >"$BATS_TEST_TMPDIR/rows"
	assert "$(wc -l <"$BATS_TEST_TMPDIR/rows")" -ge 20 "rows"
	assert "$(grep -vE '^[ 0-9]{4}[0-9] [|] .{30} [|] [A-Z ]{15} [|] [^ ]+$' "$BATS_TEST_TMPDIR/rows" || true)" = "" "rows that are not like that"
	assert "$(grep -vE "^ *[0-9]+ [|] .* [|] ($words) * [|] " "$BATS_TEST_TMPDIR/rows" || true)" = "" "rows with another state"
	assert "$(grep '[[:blank:]]$' "$BATS_TEST_TMPDIR/table" || true)" = "" "lines that end in a blank"
}

@test "rows are sorted by PID, without duplicates" {
	table_rows | awk '{ print $1 }' >"$BATS_TEST_TMPDIR/table"
	sort -n -u "$BATS_TEST_TMPDIR/table" | diff "$BATS_TEST_TMPDIR/table" -
}

@test "the totals equal the row counts of the same read" {
	local turn
	for turn in {1..10}; do
		cat "$PSINFO" >"$BATS_TEST_TMPDIR/table.$turn"
	done
	awk -F ' +[|] +' '
		FNR == 1 { rules = 0; delete counted; rows = 0 }
		/^-+$/ { rules++; next }
		rules == 1 { counted[$3]++; rows++ }
		rules == 2 && /^TOTAL/ { if ($0 != "TOTAL: " rows) { print FILENAME ": " $0 ", but " rows " rows"; bad = 1 } tables++ }
		rules == 2 && /^(RUNNING|TRACED)/ {
			n = split($0, parts, "\t")
			for (i = 1; i <= n; i++) {
				split(parts[i], pair, ": ")
				if (pair[2] != counted[pair[1]] + 0) {
					print FILENAME ": " parts[i] ", but " counted[pair[1]] + 0 " rows"
					bad = 1
				}
				words++
			}
		}
		END { if (tables != 10 || words != 100) { print tables " tables, " words " words"; bad = 1 } exit bad }
	' "$BATS_TEST_TMPDIR"/table.*
}

@test "the table matches one generated from /proc/<pid>/stat byte for byte" {
	"$BIN/compare-psinfo" table
}

@test "names and parent names with unusual bytes do not break the columns" {
	start make-process child $'two\nlines'
	start make-process sleeping $'\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1' $'\xf0\x9d\x84\x9e|\xe2\x82\xac|\xc3\xa9' $'\xff\xc0\xaf' ''
	"$BIN/compare-psinfo" table
}

# pids_from NUMBER: the next process gets the PID NUMBER + 1
pids_from() { echo "$1" >/proc/sys/kernel/ns_last_pid; }

@test "seven-digit PIDs widen the PID column and change nothing else" {
	local most last
	most=$(</proc/sys/kernel/pid_max)
	last=$(</proc/sys/kernel/ns_last_pid)
	if ! echo 4194304 >/proc/sys/kernel/pid_max; then
		skip "not here: PIDs of this kernel end at $most"
	fi 2>/dev/null
	pids_from 3999999
	start make-process sleeping
	pids_from "$last"
	cat "$PSINFO" >"$BATS_TEST_TMPDIR/table"
	"$BIN/compare-psinfo" table || fail "with seven digits"
	kill "$STARTED"
	wait_for 20 eval "! [[ -d /proc/$STARTED || -d /proc/$ANSWER ]]"
	echo "$most" >/proc/sys/kernel/pid_max

	assert "$ANSWER" -gt 3999999 "the PID"
	assert "$(sed -n 2p "$BATS_TEST_TMPDIR/table")" = "PID     | NAME                           | STAT            | PARENT" "header"
	assert "$(grep '^      1 ' "$BATS_TEST_TMPDIR/table")" =~ '^      1 \| [^|]{30} \| [^|]{15} \| swapper/0$' "the row of PID 1"
	assert "$(grep "^$ANSWER " "$BATS_TEST_TMPDIR/table")" = "$ANSWER | psinfo-made                    | INTERRUPTIBLE   | make-process" "the row"
	assert "$(grep -cE '^={80}$' "$BATS_TEST_TMPDIR/table")" = 2 "rules of 80"
	"$BIN/compare-psinfo" table || fail "and afterwards"
}

@test "the file is world-readable, not writable, and has size 0 in stat" {
	assert "$(stat -c '%a %s %u:%g %F' "$PSINFO")" = "444 0 0:0 regular empty file" "stat"
	refused 'Input/output error|Permission denied' bash -c "echo 1 >$PSINFO"
	refused 'Permission denied' setpriv --reuid=1000 --regid=1000 --clear-groups bash -c "echo 1 >$PSINFO"
	setpriv --reuid=1000 --regid=1000 --clear-groups grep -q ^TOTAL "$PSINFO"
}
