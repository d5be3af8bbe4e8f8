#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# A process that is stuck, and whatever waits for its memory with it, delays
# neither the table nor the query nor the command psinfo. ps, which asks for the
# command line of each process, comes no further than to one that holds the lock
# of its memory.

# shellcheck disable=SC2030,SC2031 # bats runs each test in a subshell

bats_require_minimum_version 1.5.0
load common

# Seconds, in an emulated guest: what is not delayed needs far less, and what is
# stuck is stuck for as long as the test lasts.
SOON=20
WHILE=3

# stuck_in_kernel: a process in the kernel that holds the lock of its memory;
# sets STUCK to its PID
stuck_in_kernel() {
	testmod_load stuck
	cat /proc/testmod-stuck 3>&- &
	STUCK=$!
	track "$STUCK"
	wait_for 10 state_is "$STUCK" D
}

# All who wait for it get an error.
release_fuse() {
	local abort
	mount -t fusectl fusectl /sys/fs/fuse/connections 2>/dev/null || true
	for abort in /sys/fs/fuse/connections/*/abort; do
		echo 1 >"$abort"
	done
}

# stuck_on_fuse: a process that wants a page from a file system that is silent
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

# hangs COMMAND...: it is not done after a while. Some of them no signal ends, so
# nobody waits here.
hangs() {
	"$@" >/dev/null 3>&- &
	track $!
	sleep "$WHILE"
	kill -0 $! 2>/dev/null || fail "this did not hang: $*"
}

# none_is_delayed: by the process STUCK
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

@test "a process that is stuck and holds the lock of its memory delays nobody but ps" {
	stuck_in_kernel
	none_is_delayed
	hangs ps -e -o pid,args
	hangs cat "/proc/$STUCK/cmdline"
}

@test "a process that waits for a file system that never answers delays nobody" {
	stuck_on_fuse
	none_is_delayed
	hangs cat "$BATS_TEST_TMPDIR/silent/file"
}

# args_of_the_others: psinfo shows the command line of all but the stuck process
args_of_the_others() {
	local source
	for source in module proc; do
		run -0 timeout "$SOON" "$BIN/psinfo" --source "$source" -n -r -o pid,args
		assert "$(grep -cE "^$STUCK " <<<"$output")" -eq 1 "rows of the stuck process, from $source"
		assert "$(grep -cE "^[0-9]+ .*bats" <<<"$output")" -gt 0 "command lines of others, from $source"
	done
}

# Not by pgrep, which would wait for the stuck process itself.
none_left() { ! grep -qx psinfo /proc/[0-9]*/comm; }

@test "psinfo -o args leaves out the command line that cannot be read, and ends" {
	stuck_in_kernel
	args_of_the_others
	wait_for 10 none_left
}

@test "psinfo -o args is not held up by a file system that never answers" {
	stuck_on_fuse
	args_of_the_others
}
