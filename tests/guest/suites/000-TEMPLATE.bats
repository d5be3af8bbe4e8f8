#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# What a new suite begins with: copy this file to NNN-topic.bats, say here in one
# sentence what the suite is about, and replace the tests. It runs like the others, and
# so also tests the functions of common.bash that every suite relies on.
#
#   tests/suite arm64-6.12 NNN-topic.bats     in one guest, in about half a minute
#
# A test runs as root in a guest, with the module loaded and its parameters at their
# defaults. It fails at the first command that fails, or with a WARNING in the kernel log.

load common

# A name is one sentence about behaviour. Given, when, then; nothing to clean up.
@test "a sleeping process is listed with its state and its parent" {
	start make-process sleeping # until the end of the test; STARTED is its PID
	assert "$(table_cell "$STARTED" 3)" = INTERRUPTIBLE "its state"
	assert "$(table_cell "$STARTED" 4)" = "$(</proc/$BASHPID/comm)" "its parent"
}

# What a test changes, at_end or track undo, even if it fails.
@test "a rejected parameter value does not replace the old one" {
	at_end columns_set "$DEFAULT_COLUMNS"
	columns_set pid,rss
	refused "Invalid argument" columns_set no-such-column
	assert "$(<"$PARAMETERS/columns")" = pid,rss "the columns"
}

# A skip has to say why, in words that begin with "not here:".
@test "kthreadd is listed unless kernel threads are hidden" {
	[[ -e /proc/2 ]] || skip "not here: this /proc shows no kernel threads"
	assert "$(table_cell 2 2)" = kthreadd "the name of PID 2"
}

# --- The functions of common.bash ----------------------------------------------------

# fails COMMAND...: checks that an assertion fails
fails() {
	! ("$@") 2>/dev/null || fail "this passed: $*"
}

@test "an assertion that does not hold fails" {
	fails assert 1 = 2
	fails assert 1 != 1
	fails assert abc =~ '^b'
	fails assert 2 -lt 1
	fails assert 1 '<' 2
	fails assert "" -eq 0
	fails refused "" true
	fails refused "another reason" bash -c 'echo this reason; exit 1'
	fails wait_for 1 false
	assert abc =~ b
	refused reason bash -c 'echo this reason; exit 1'
}

@test "rows, cells and totals are read from the right lines of a table" {
	local table=$BATS_TEST_TMPDIR/table
	printf '%s\n' "=====" "PID   | NAME | STAT | PARENT" "-----" "    1 | init | RUNNING | swapper/0" \
		"   12 | 1 | ZOMBIE | init" "-----" $'RUNNING: 1\tINTERRUPTIBLE: 54' $'TRACED: 0\tZOMBIE: 7' "TOTAL: 2" "=====" >"$table"
	assert "$(table_rows "$table" | wc -l)" -eq 2 "rows"
	assert "$(table_row 12 "$table")" = "   12 | 1 | ZOMBIE | init" "a row"
	assert "$(table_row 7 "$table")" = "" "the row of a process that is not there"
	assert "$(table_cell 1 4 "$table")" = swapper/0 "a cell"
	assert "$(table_total ZOMBIE "$table")" -eq 7 "a total"
	assert "$(table_total INTERRUPTIBLE "$table")" -eq 54 "a total that is not the first of its line"
}

@test "only lines that psinfo has logged since the mark are considered" {
	echo "psinfo: before the mark" >/dev/kmsg
	log_mark
	logged
	echo "another: line" >/dev/kmsg
	echo "psinfo: a line of this test" >/dev/kmsg
	logged "^psinfo: a line of this test$"
	fails logged
	fails logged "another line"
	assert "$(log_since_mark | wc -l)" -eq 2 "lines since the mark"
}
