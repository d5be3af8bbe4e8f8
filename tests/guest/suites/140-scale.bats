#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# The table is complete, in order and without duplicates, and its totals are
# right: with the existing processes, with 500, with 10,000 and, if memory
# permits, with 30,000. programs/check-table.cpp checks it.

bats_require_minimum_version 1.5.0
load common

setup_file() {
	# Small machines have lower default limits than needed. 32-bit kernels
	# do not support PIDs above 32,768.
	local name
	for name in pid_max threads-max; do
		cp "/proc/sys/kernel/$name" "$BATS_FILE_TMPDIR/$name"
		echo 65536 2>/dev/null >"/proc/sys/kernel/$name" || echo 32768 >"/proc/sys/kernel/$name"
	done
}

teardown_file() {
	local name
	for name in pid_max threads-max; do
		cat "$BATS_FILE_TMPDIR/$name" >"/proc/sys/kernel/$name"
	done
	echo 64 >"$PARAMETERS/max_mib"
}

# crowd N: starts N sleeping processes; sets CROWD to the PID of their parent
crowd() {
	echo 256 >"$PARAMETERS/max_mib"
	"$BIN/crowd" "$1" >"$BATS_TEST_TMPDIR/crowd" 2>&1 3>&- &
	CROWD=$!
	track "$CROWD"
	wait_for 600 grep -q . "$BATS_TEST_TMPDIR/crowd"
	assert "$(<"$BATS_TEST_TMPDIR/crowd")" = ready "what the crowd says"
}

crowd_leaves() {
	kill "$CROWD"
	wait "$CROWD"
}

# all_are_listed N: each of the crowd has one row, and the table is valid
all_are_listed() {
	columns_set pid,ppid,name,stat,parent
	run "$BIN/check-table" "$PSINFO" "$CROWD" "$1"
	[[ $status -eq 0 ]] || fail "$output"
	echo "# $output" >&3
}

# mem_total_mib: the memory of this machine
mem_total_mib() { awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo; }

@test "the few processes of an idle machine are listed" {
	run -0 "$BIN/check-table" "$PSINFO"
	echo "# $output" >&3
}

@test "500 processes are listed" {
	crowd 500
	all_are_listed 500
	crowd_leaves
}

@test "a process with 1,000 threads has one row" {
	columns_set pid,name,stat,threads
	"$BIN/many-threads" 1000 >"$BATS_TEST_TMPDIR/threads" 2>&1 3>&- &
	track $!
	wait_for 120 grep -q ready "$BATS_TEST_TMPDIR/threads"
	assert "$(table_cell $! 4)" = 1000 "THREADS"
	assert "$(table_rows | grep -c many-threads)" = 1 "rows"
	columns_set all
	run -0 "$BIN/check-table" "$PSINFO"
	echo "# $output" >&3
}

@test "10,000 processes are listed, also with all columns" {
	crowd 10000
	all_are_listed 10000
	columns_set all
	run "$BIN/check-table" "$PSINFO" "$CROWD" 10000
	[[ $status -eq 0 ]] || fail "$output"
	echo "# all columns: $output" >&3
	crowd_leaves
	run ! grep psinfo-crowd "$PSINFO"
}

# ticks PID: user + system time of a process from stat
ticks() { sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'; }

# times_agree PID: the table's times lie between those of stat before and after
times_agree() {
	local before shown after
	before=$(ticks "$1")
	shown=$(($(table_cell "$1" 3) + $(table_cell "$1" 4)))
	after=$(ticks "$1")
	((before <= shown && shown <= after)) || fail "$shown ticks, and stat had $before before and $after after"
}

@test "the CPU times of a process with 700 threads match stat" {
	start many-threads 700 2
	columns_set pid,name,utime,stime
	times_agree "$STARTED"
	assert "$(ticks "$STARTED")" -ge 100 "ticks of 700 threads that computed"
}

@test "CPU times match stat while hundreds of threads are created and exit" {
	local turn
	start many-threads 400 2 coming-and-going
	columns_set pid,name,utime,stime
	for turn in {1..6}; do
		times_agree "$STARTED"
	done
	assert "$(table_cell "$STARTED" 2)" = many-threads "NAME after turn $turn"
}

@test "reading a table that exceeds the budget fails and leaks nothing" {
	local first
	echo 1 >"$PARAMETERS/max_mib"
	first=$("$BIN/hoard" tell 1000 1000)
	crowd 12500
	echo 1 >"$PARAMETERS/max_mib"
	# It exceeds even root's limit. Each try fails after thousands of rows.
	run "$BIN/hoard" tell 0 5
	assert "$output" = "held 0 ENOBUFS" "what root got"
	for _ in {1..20}; do
		run "$BIN/hoard" tell 1000 5
		assert "$output" = "held 0 ENOBUFS" "what a user got"
	done
	crowd_leaves
	assert "$("$BIN/hoard" tell 1000 1000)" = "$first" "what the user can have before and after"
}

@test "30,000 processes are listed" {
	[[ $(mem_total_mib) -ge 3500 ]] || skip "not here: $(mem_total_mib) MiB of memory, and 3,500 are needed"
	[[ $(</proc/sys/kernel/pid_max) -ge 32768 ]] || skip "not here: pid_max is $(</proc/sys/kernel/pid_max)"
	crowd 30000
	all_are_listed 30000
	crowd_leaves
}
