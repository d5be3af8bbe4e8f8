#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# A stuck process, and those blocked on its mmap lock, delay neither the table
# nor the query nor psinfo. ps reads the command line of each process, and hangs
# at one that holds its mmap lock.

# shellcheck disable=SC2030,SC2031 # bats runs each test in a subshell

bats_require_minimum_version 1.5.0
load common

# Seconds, in an emulated guest: calls that are not delayed need far less than
# SOON; stuck processes are stuck until the end of the test.
SOON=20
WHILE=3

# stuck_in_kernel: starts a process that is stuck in the kernel with its mmap
# lock held; sets STUCK to its PID
stuck_in_kernel() {
	testmod_load stuck
	cat /proc/testmod-stuck 3>&- &
	STUCK=$!
	track "$STUCK"
	wait_for 10 state_is "$STUCK" D
}

# Aborts the FUSE connection, so that blocked processes get an error.
release_fuse() {
	local abort
	mount -t fusectl fusectl /sys/fs/fuse/connections 2>/dev/null || true
	for abort in /sys/fs/fuse/connections/*/abort; do
		echo 1 >"$abort"
	done
}

# stuck_on_fuse: starts a process that waits for a page of a FUSE file system
# that does not answer; sets STUCK to its PID
stuck_on_fuse() {
	[[ -e /dev/fuse ]] || modprobe fuse 2>/dev/null || insmod /root/modules/fuse.ko
	local mounted=$BATS_TEST_TMPDIR/silent
	mkdir "$mounted"
	at_end umount --lazy "$mounted"
	at_end release_fuse
	start silent-fuse "$mounted"
	STUCK=$ANSWER
	wait_for 10 state_is "$STUCK" D
}

# hangs COMMAND...: it is still running after WHILE seconds. Not waited for,
# because some cannot be killed.
hangs() {
	"$@" >/dev/null 3>&- &
	track $!
	sleep "$WHILE"
	kill -0 $! 2>/dev/null || fail "this did not hang: $*"
}

# none_is_delayed: psinfo works although the process STUCK is stuck
none_is_delayed() {
	columns_set all
	run -0 timeout "$SOON" cat "$PSINFO"
	assert "$(grep -cE "^ *$STUCK " <<<"$output")" -eq 1 "rows of the stuck process with columns=all"
	columns_set "$DEFAULT_COLUMNS"
	run -0 timeout "$SOON" cat "$PSINFO"
	assert "$(table_row "$STUCK" <(echo "$output"))" =~ "UNINTERRUPTIBLE" "its row"
	run -0 timeout "$SOON" "$BIN/query-list" pid="$STUCK"
	assert "$output" =~ "pid=$STUCK " "the query, with all groups"
	run -0 timeout "$SOON" "$BIN/psinfo" -n -r -s D -o pid
	assert "$output" =~ "$STUCK" "psinfo -s D"
	run -0 timeout "$SOON" "$BIN/psinfo" show "$STUCK"
	assert "$output" =~ "$STUCK" "psinfo show"
}

@test "a stuck process that holds its mmap lock blocks ps but does not delay psinfo" {
	stuck_in_kernel
	none_is_delayed
	hangs ps -e -o pid,args
	hangs cat "/proc/$STUCK/cmdline"
}

@test "a process that waits for an unresponsive file system does not delay psinfo" {
	stuck_on_fuse
	none_is_delayed
	hangs cat "$BATS_TEST_TMPDIR/silent/file"
}

# args_of_the_others: psinfo shows the command lines of all but the stuck process
args_of_the_others() {
	local source
	for source in module proc; do
		run -0 timeout "$SOON" "$BIN/psinfo" --source "$source" -n -r -o pid,args
		assert "$(grep -cE "^$STUCK " <<<"$output")" -eq 1 "rows of the stuck process, from $source"
		assert "$(grep -cE "^[0-9]+ .*bats" <<<"$output")" -gt 0 "command lines of others, from $source"
	done
}

# Without pgrep, which would block on the stuck process.
none_left() { ! grep -qx psinfo /proc/[0-9]*/comm; }

@test "psinfo -o args omits the command line of a stuck process, and leaves no process behind" {
	stuck_in_kernel
	args_of_the_others
	wait_for 10 none_left
}

@test "psinfo -o args is not delayed by an unresponsive file system" {
	stuck_on_fuse
	args_of_the_others
}
