#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# psinfo must not leak uninitialized memory, kernel addresses, or information about
# processes that the reader may not see. helpers/leaks.cpp queries it like an
# attacker.
#
# Tested elsewhere: groups that were not requested, reserved bytes and bytes after
# a record or name are zero, and PSINFO_IOC_INFO (160-query-contract.bats); names
# of hidden parents (120-hidepid.bats); sessions and process groups outside of the
# namespace (170-query-visibility.bats).
#
# Debian's kernels zero memory at allocation, so a byte that psinfo forgets to
# write is zero. In the guests with slub_debug=P in kernels.list it is poison.

bats_require_minimum_version 1.5.0
load common

# nothing_of TOPIC: prints the number of checks; on failure the leaks found
nothing_of() {
	run "$BIN/leaks" "$1"
	[[ $status -eq 0 ]] || fail "$output"
	echo "# $1: ${lines[-1]}" >&3
}

@test "every byte of a record is written, and none behind the last one, whatever the buffer held" {
	nothing_of bytes
}

@test "nothing of what was in the kernel's memory before is in a text or a record" {
	nothing_of recycled
	columns_set all
	nothing_of recycled
}

@test "no address of the kernel is in records, totals, info or the text" {
	columns_set all
	nothing_of addresses
}

@test "no address of the kernel is in what psinfo writes to the kernel log" {
	local log=$BATS_TEST_TMPDIR/log arguments
	for arguments in log=pids log=1 "log=$$" "columns=all log=2" columns=nonsense "max_mib=x"; do
		module_unload 2>/dev/null || true
		# shellcheck disable=SC2086
		module_load $arguments 2>/dev/null || true
	done
	our_lines >"$log"
	assert "$(wc -l <"$log")" -ge 10 "lines in the kernel log"
	run "$BIN/leaks" text <"$log"
	[[ $status -eq 0 ]] || fail "$output"
}

@test "totals through a mount that hides count the processes shown and no others, with any filter" {
	nothing_of totals
}

@test "cursors, results, totals and the text are the same without the hidden processes and while they come and go" {
	nothing_of cursor
}

@test "numbers of parents, tracers, sessions and groups are told as far as stat and status tell them" {
	nothing_of relations
}

@test "what is told in a PID namespace is the same whatever is born and ends outside" {
	columns_set all
	nothing_of outside
}
