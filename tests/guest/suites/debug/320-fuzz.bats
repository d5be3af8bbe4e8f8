#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Millions of partly valid, partly random requests and parameters
# (programs/fuzz-query.cpp, fuzz-parameters.cpp): each gets the answer that the
# contract defines, and the instrumented kernel reports no errors.
#
# FUZZ_CALLS and FUZZ_STRINGS set the numbers; FUZZ_SEED repeats a run.

bats_require_minimum_version 1.5.0
load ../common

# The full number only in one KASAN kernel, because it is psinfo's own code that
# is tested.
[[ ${PSINFO_GUEST:-} == amd64-6.12-kasan ]] && MANY=10000000 || MANY=500000
FUZZ_CALLS=${FUZZ_CALLS:-$MANY}
FUZZ_STRINGS=${FUZZ_STRINGS:-1000000}
FUZZ_SEED=${FUZZ_SEED:-}

setup_file() { leaks_begin; }

# fuzz COMMAND...: on failure prints its output
fuzz() {
	# shellcheck disable=SC2086
	run "$@" $FUZZ_SEED
	[[ $status -eq 0 ]] || fail "$output"
	echo "# $output" >&3
}

@test "ioctls with random arguments return what the contract defines and leak nothing" {
	# Most calls in a namespace with few processes, where they are short.
	fuzz unshare --pid --fork --kill-child --mount-proc "$BIN/fuzz-query" $((FUZZ_CALLS - FUZZ_CALLS / 20))
	assert "$output" =~ ' EINVAL [0-9]{3,}' "errors"
	assert "$output" =~ ' EFAULT [0-9]{3,}' "errors"
	assert "$(sed -nE 's/.* well ([0-9]+).*/\1/p' <<<"$output")" -ge $((FUZZ_CALLS / 10)) "calls that succeeded"
	fuzz "$BIN/fuzz-query" $((FUZZ_CALLS / 20))
	"$BIN/query-list" >/dev/null
	no_leak
}

@test "columns= and log= accept valid strings and reject all others" {
	# log= is writable only in DEBUG builds.
	module_swap "$KO_DEBUG"
	fuzz "$BIN/fuzz-parameters" "$FUZZ_STRINGS"
	assert "$(sed -nE 's/.* taken ([0-9]+).*/\1/p' <<<"$output")" -ge $((FUZZ_STRINGS / 5)) "strings taken"
	assert "$(sed -nE 's/.* refused ([0-9]+).*/\1/p' <<<"$output")" -ge $((FUZZ_STRINGS / 5)) "strings refused"
	cat "$PSINFO" >/dev/null
	no_leak
}
