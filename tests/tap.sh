# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Functions that print TAP, the output format of all tests here. Sourced.

tap_count=0
tap_failed=0

# tap RESULT NAME [DETAILS]: RESULT is 0 for ok.
tap() {
	local result=$1 name=$2 details=${3:-}
	tap_count=$((tap_count + 1))
	if ((result == 0)); then
		echo "ok $tap_count - $name"
	else
		echo "not ok $tap_count - $name"
		tap_failed=$((tap_failed + 1))
		[[ -z $details ]] || sed 's/^/#   /' <<<"$details"
	fi
}

# tap_run NAME COMMAND...: one result; the command must exit with 0.
tap_run() {
	local name=$1 output status=0
	shift
	output=$("$@" 2>&1) || status=$?
	tap "$status" "$name" "$output"
}

# tap_done: prints the plan, at the end, so that an aborted run has none.
tap_done() {
	echo "1..$tap_count"
	((tap_failed == 0))
}
