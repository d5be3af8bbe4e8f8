#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# bats file_tags=together
#
# Visibility, as a matrix printed by programs/compare-visibility.cpp: for each
# gid=, reader and PID namespace it compares the text, a query, a query by PID
# and one by parent with what procfs lets that reader read through the same
# mount. 120-hidepid.bats tests more readers in the initial namespace, and
# checks the contents of rows.

bats_require_minimum_version 1.5.0
load common

setup_file() { cast_begins "$BIN/change-ids"; }
teardown_file() { cast_ends; }

# matrix HIDEPID
matrix() {
	local line arguments=("$1" "$STAGE/set-uid-change-ids" "$STAGE/set-uid")
	# Instrumented kernels need fifty times as long.
	[[ ${PSINFO_GUEST:-} != *-k?san ]] || arguments+=(short)
	run --separate-stderr "$BIN/compare-visibility" "${arguments[@]}"
	while IFS= read -r line; do
		echo "# hidepid=$1 $line" >&3
	done <<<"$output"
	# shellcheck disable=SC2154
	[[ $status -eq 0 ]] || fail "$stderr"
}

@test "with hidepid=0 the text and queries show every reader what procfs shows, in every PID namespace" {
	matrix 0
}

@test "with hidepid=1 the text and queries show every reader what procfs shows, in every PID namespace" {
	matrix 1
}

@test "with hidepid=2 the text and queries show every reader what procfs shows, in every PID namespace" {
	matrix 2
}

@test "with hidepid=4 the text and queries show every reader what procfs shows, in every PID namespace" {
	matrix 4
}

@test "a process that becomes root during a query is never shown to a user with root's IDs" {
	run "$BIN/query-changing" "$STAGE/set-uid-change-ids"
	echo "# $output" >&3
	[[ $status -eq 0 ]] || fail "$output"
}
