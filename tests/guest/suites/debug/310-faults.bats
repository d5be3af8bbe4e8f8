#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Makes every allocation in psinfo fail, one after the other, and many at random
# (programs/failing.cpp): a call fails with ENOMEM or EFAULT or is correct, nothing
# leaks, and the next call works. Needs a kernel with fault injection.

bats_require_minimum_version 1.5.0
load ../common

INJECTED=(/sys/kernel/debug/failslab /sys/kernel/debug/fail_page_alloc /sys/kernel/debug/fail_usercopy)

setup_file() {
	leaks_begin
	faults_off
}
teardown_file() { faults_off; }

# set_fault NAME VALUE [DIRECTORY...]: sets an attribute where it exists
set_fault() {
	local name=$1 value=$2 directory
	shift 2
	for directory in "${@:-${INJECTED[@]}}"; do
		[[ ! -e $directory/$name ]] || echo "$value" >"$directory/$name"
	done
}

# Stops random faults. Those of fail-nth are silent and also hit allocations that
# may sleep.
faults_off() {
	local name
	[[ -d ${INJECTED[0]} ]] || return 0
	for name in probability verbose ignore-gfp-wait ignore-gfp-highmem min-order; do set_fault "$name" 0; done
	set_fault task-filter Y
	set_fault interval 1
	set_fault times -1
}

setup_fault() { [[ -e /proc/self/fail-nth ]] || skip "not here: this kernel injects no faults"; }

# each DEED [FILE]: runs `failing each`; sets FAULTS and ERRORS
each() {
	setup_fault
	run "$BIN/failing" each "$@"
	[[ $status -eq 0 ]] || fail "$output"
	echo "# $1: $output" >&3
	read -r _ FAULTS _ ERRORS <<<"$output"
}

# often DEED TIMES: runs `failing often`; sets ERRORS
often() {
	setup_fault
	set_fault probability 20 "${INJECTED[@]:0:2}"
	run "$BIN/failing" often "$@"
	faults_off
	[[ $status -eq 0 ]] || fail "$output"
	echo "# $1: $output" >&3
	read -r _ _ _ ERRORS <<<"$output"
}

@test "if any allocation fails during a read, the read fails cleanly or is complete, and the next works" {
	columns_set all
	each read
	assert "$FAULTS" -ge 5 "faults"
	assert "$ERRORS" -ge 4 "errors"
	each alice
	assert "$FAULTS" -ge 6 "faults of a user whose share is counted"
	assert "$ERRORS" -ge 5 "errors of a user whose share is counted"
	no_leak
}

@test "if any allocation fails during a query, the query fails cleanly or is complete, and the next works" {
	each query
	assert "$ERRORS" -ge 4 "errors"
	each totals
	assert "$ERRORS" -ge 3 "errors"
	no_leak
}

@test "if any allocation fails while columns are set, either the old or the new ones apply" {
	each columns
	assert "$ERRORS" -ge 2 "errors"
	assert "$(<"$PARAMETERS/columns")" = "$DEFAULT_COLUMNS" "columns at the end"
	no_leak
}

@test "if any slab allocation fails during loading, the module is either loaded or absent" {
	setup_fault
	module_unload
	# Fail no page allocations: for a module the kernel would log a warning.
	set_fault min-order 11 "${INJECTED[1]}"
	each load "$KO"
	faults_off
	assert "$ERRORS" -ge 20 "errors"
	[[ ! -e $PSINFO ]] || fail "the entry is still there"
	module_load
	no_leak
}

@test "with random allocation failures, thousands of reads and queries leak nothing" {
	columns_set all
	often read 3000
	assert "$ERRORS" -ge 300 "errors"
	often query 3000
	assert "$ERRORS" -ge 300 "errors"
	often columns 1000
	assert "$ERRORS" -ge 100 "errors"
	columns_set "$DEFAULT_COLUMNS"
	no_leak
}
