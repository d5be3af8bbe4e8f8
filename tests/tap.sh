# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# A few lines to speak TAP, the one language of everything that tests here.
# Sourced.

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

# tap_run NAME COMMAND...: one result for a command that must end with 0.
tap_run() {
	local name=$1 output status=0
	shift
	output=$("$@" 2>&1) || status=$?
	tap "$status" "$name" "$output"
}

# tap_done: the plan comes last; a run that died before it has none.
tap_done() {
	echo "1..$tap_count"
	((tap_failed == 0))
}
