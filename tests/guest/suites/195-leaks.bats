#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# psinfo must not leak uninitialized memory, kernel addresses, or information about
# processes that the reader may not see. programs/find-*.cpp and
# programs/compare-relations.cpp query it like an attacker.
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

# nothing_leaks PROGRAM TOPIC: prints the number of checks; on failure the leaks found
nothing_leaks() {
	run "$BIN/$1" "$2"
	[[ $status -eq 0 ]] || fail "$output"
	echo "# ${lines[-1]}" >&3
}

@test "every byte of a record is written, and no byte after the last record" {
	nothing_leaks find-stale-memory bytes
}

@test "the text and records contain no stale kernel memory" {
	nothing_leaks find-stale-memory recycled
	columns_set all
	nothing_leaks find-stale-memory recycled
}

@test "records, totals, info and the text contain no kernel addresses" {
	columns_set all
	nothing_leaks find-addresses psinfo
}

@test "psinfo's messages in the kernel log contain no kernel addresses" {
	local log=$BATS_TEST_TMPDIR/log arguments
	for arguments in log=pids log=1 "log=$$" "columns=all log=2" columns=nonsense "max_mib=x"; do
		module_unload 2>/dev/null || true
		# shellcheck disable=SC2086
		module_load $arguments 2>/dev/null || true
	done
	our_lines >"$log"
	assert "$(wc -l <"$log")" -ge 10 "lines in the kernel log"
	run "$BIN/find-addresses" text <"$log"
	[[ $status -eq 0 ]] || fail "$output"
}

@test "totals through a mount with hidepid=2 count only visible processes, with any filter" {
	nothing_leaks find-hidden totals
}

@test "cursors, results, totals and the text do not depend on hidden processes, even as they start and exit" {
	nothing_leaks find-hidden cursor
}

@test "PIDs of parents, tracers, sessions and process groups are shown exactly as in stat and status" {
	nothing_leaks compare-relations hidden
	nothing_leaks compare-relations outside
}

@test "results in a PID namespace do not depend on processes that start and exit outside" {
	columns_set all
	nothing_leaks find-hidden outside
}
