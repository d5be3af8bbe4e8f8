#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The parameter log=, which writes processes to the kernel log at load.

load common

# log_of_load ARGUMENT...: the log messages of psinfo when loaded with these arguments
log_of_load() {
	module_unload
	log_mark
	module_load "$@"
	our_lines
}

# pids_of_proc: the PIDs in /proc
pids_of_proc() { printf '%s\n' /proc/[0-9]* | sed 's,/proc/,,' | sort -n; }

@test "by default loading logs a single line" {
	assert "$(log_of_load)" =~ '^psinfo: version [^ ]+ loaded, see /proc/psinfo$' "the log"
	assert "$(<"$PARAMETERS/log")" = "" "the parameter"
}

@test "log=pids logs all PIDs in ascending order" {
	local log
	pids_of_proc >"$BATS_TEST_TMPDIR/before"
	log=$(log_of_load log=pids)
	pids_of_proc >"$BATS_TEST_TMPDIR/after"
	sed -n 's/^psinfo: pids: //p' <<<"$log" | tr ' ' '\n' >"$BATS_TEST_TMPDIR/logged"

	sort -n -u "$BATS_TEST_TMPDIR/logged" | diff "$BATS_TEST_TMPDIR/logged" - || fail "not in order, or twice"
	assert "$(sed -n 's/^psinfo: log=pids: \([0-9]*\) processes$/\1/p' <<<"$log")" = "$(wc -l <"$BATS_TEST_TMPDIR/logged")" "their number"
	assert "$(<"$PARAMETERS/log")" = pids "the parameter"

	# All PIDs that were in /proc before and after, and also insmod and its shell.
	sort "$BATS_TEST_TMPDIR/before" >"$BATS_TEST_TMPDIR/b"
	sort "$BATS_TEST_TMPDIR/after" >"$BATS_TEST_TMPDIR/a"
	sort "$BATS_TEST_TMPDIR/logged" >"$BATS_TEST_TMPDIR/l"
	comm -12 "$BATS_TEST_TMPDIR/b" "$BATS_TEST_TMPDIR/a" | comm -23 - "$BATS_TEST_TMPDIR/l" >"$BATS_TEST_TMPDIR/missing"
	assert "$(<"$BATS_TEST_TMPDIR/missing")" = "" "PIDs of /proc that were not logged"
	sort -u "$BATS_TEST_TMPDIR/b" "$BATS_TEST_TMPDIR/a" | comm -13 - "$BATS_TEST_TMPDIR/l" >"$BATS_TEST_TMPDIR/more"
	assert "$(wc -l <"$BATS_TEST_TMPDIR/more")" -le 3 "PIDs that were logged and are not in /proc"
}

@test "log=pids logs hundreds of PIDs without truncated lines" {
	local log
	start crowd 800
	log=$(log_of_load log=pids)
	kill -TERM "$STARTED"
	assert "$(sed -n 's/^psinfo: pids: //p' <<<"$log" | wc -w)" = "$(sed -n 's/^psinfo: log=pids: \([0-9]*\) processes$/\1/p' <<<"$log")" "PIDs"
	assert "$(sed -n 's/^psinfo: pids: //p' <<<"$log" | wc -w)" -gt 800 "PIDs"
	assert "$(awk 'length > 600' <<<"$log")" = "" "lines of more than 600 characters"
	wait_for 30 eval "! [[ -d /proc/$STARTED ]]"
}

@test "log=<pid> logs a process, its parent, siblings and children, and no others" {
	start make-process family
	read -r self parent brother sister son daughter _ <<<"$ANSWER"
	assert "$(log_of_load "log=$self" | sed 1d)" = "\
psinfo: process: $self psinfo-self INTERRUPTIBLE
psinfo: parent: $parent psinfo-parent INTERRUPTIBLE
psinfo: sibling: $brother psinfo-brother INTERRUPTIBLE
psinfo: sibling: $sister psinfo-sister INTERRUPTIBLE
psinfo: child: $son psinfo-son INTERRUPTIBLE
psinfo: child: $daughter psinfo-daughter INTERRUPTIBLE" "the log"
	assert "$(<"$PARAMETERS/log")" = "$self" "the parameter"
}

@test "log=1 names swapper/0 as the parent and kthreadd as the sibling" {
	local log
	log=$(log_of_load log=1 | sed 1d)
	assert "$(sed -n '1,3s/ [A-Z]*$//p' <<<"$log")" = "\
psinfo: process: 1 $(</proc/1/comm)
psinfo: sibling: 2 kthreadd" "the processes"
	assert "$(sed -n 2p <<<"$log")" = "psinfo: parent: 0 swapper/0" "the parent"
	assert "$(sed 1,3d <<<"$log" | grep -vc '^psinfo: child: ' || true)" = 0 "lines that are no children"
}

@test "an unusual name is logged escaped, on one line" {
	start make-process sleeping $'two\nlines\e[2J'
	assert "$(log_of_load "log=$ANSWER" | sed -n 2p)" = \
		"psinfo: process: $ANSWER two\\nlines\\033[2J INTERRUPTIBLE" "the log"
}

@test "log=<pid> reports a nonexistent PID on one line, and the module loads" {
	assert "$(log_of_load log=4194303 | sed 1d)" = "psinfo: log=4194303: no such process" "the log"
	[[ $(<"$PSINFO") == *TOTAL:* ]] || fail "no table"
}

@test "an invalid value of log= prevents loading, and one line states the reason" {
	local value long complaints=()
	printf -v long '%3000s' ''
	module_unload
	log_mark
	for value in nonsense 0 -1 '' 1x pids,1 99999999999 "${long// /1}"; do
		refused 'Invalid parameters' module_load "log=$value"
		! module_loaded || fail "it is loaded with log=${value:0:60}"
		[[ ! -e $PSINFO ]] || fail "$PSINFO is there with log=${value:0:60}"
		complaints+=("^psinfo: log: .* not \"${value:0:40}\"$")
	done
	logged "${complaints[@]}"
}

@test "log= cannot be changed once the module is loaded" {
	assert "$(stat -c %a "$PARAMETERS/log")" = 444 "mode"
	refused 'Permission denied|Input/output error' bash -c "echo pids >$PARAMETERS/log"
}
