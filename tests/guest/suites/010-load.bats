#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Loading and unloading, also while the file is open: log messages, the entry in
# /proc, and errors.

load common

@test "loading and unloading log one line each, and create and remove /proc/psinfo" {
	module_unload
	[[ ! -e $PSINFO ]] || fail "$PSINFO is there without the module"

	log_mark
	module_load
	logged '^psinfo: version [0-9][^[:space:]]* loaded, see /proc/psinfo$'
	[[ -e $PSINFO ]] || fail "$PSINFO is not there"

	log_mark
	module_unload
	logged '^psinfo: unloaded$'
	[[ ! -e $PSINFO ]] || fail "$PSINFO is still there"
}

@test "the module can be loaded and unloaded repeatedly" {
	local turn lines=()
	module_unload
	log_mark
	for turn in {1..4}; do
		module_load
		[[ $(<"$PSINFO") == *TOTAL:* ]] || fail "no table in turn $turn"
		module_unload
		[[ ! -e $PSINFO ]] || fail "$PSINFO is still there in turn $turn"
		lines+=(' loaded, see /proc/psinfo$' '^psinfo: unloaded$')
	done
	logged "${lines[@]}"
}

@test "loading a second module of the same name fails, and the first keeps working" {
	refused 'File exists' module_load
	[[ $(<"$PSINFO") == *TOTAL:* ]] || fail "no table afterwards"
}

@test "a debug build runs its self-tests at load, passes them and works" {
	local line rows=0 suites=0
	log_mark
	module_swap "$KO_DEBUG"
	while read -r line; do
		[[ $line == *self-test* ]] || continue
		[[ $line =~ ^'psinfo: self-test: '[a-z]+': '([0-9]+)' rows, 0 failed'$ ]] || fail "$line"
		assert "${BASH_REMATCH[1]}" -gt 0 "rows of '$line'"
		rows=$((rows + BASH_REMATCH[1]))
		suites=$((suites + 1))
	done < <(our_lines)
	assert "$suites" -ge 4 "self-tests"
	assert "$rows" -ge 100 "rows of self-tests"
	[[ $(<"$PSINFO") == *TOTAL:* ]] || fail "no table"
}

@test "a debug build whose self-test fails does not load" {
	[[ -e $KO_DEBUG ]] || skip "not here: $KO_DEBUG"
	module_unload
	log_mark
	refused 'Invalid' insmod "$KO_DEBUG" selftest_wrong=1
	[[ ! -e $PSINFO ]] || fail "$PSINFO is there"
	assert "$(our_lines)" =~ 'self-test: failure requested by selftest_wrong' "the log"
	assert "$(our_lines)" =~ 'self-test: main: 1 rows, 1 failed' "the log"
}

@test "the release build contains no self-tests" {
	assert "$(grep -ac self-test "$KO" || true)" = 0 "lines of $KO with 'self-test'"
	[[ -e $KO_DEBUG ]] || skip "not here: $KO_DEBUG"
	assert "$(grep -ac self-test "$KO_DEBUG")" -gt 0 "lines of $KO_DEBUG with 'self-test'"
}

@test "modinfo shows the version, description and license, and describes every parameter" {
	local parameter
	assert "$(modinfo -F version "$KO")" = "$(</sys/module/psinfo/version)" "version"
	assert "$(modinfo -F description "$KO")" =~ /proc/psinfo "description"
	assert "$(modinfo -F license "$KO")" = GPL "license"
	for parameter in columns log max_mib; do
		assert "$(modinfo -F parm "$KO")" =~ "(^|"$'\n'")$parameter:[^:]{20,}" "description of $parameter"
	done
	assert "$(modinfo -F parm "$KO" | wc -l)" = "$(find "$PARAMETERS" -type f | wc -l)" "described parameters"
}

@test "the module unloads while the file is open, and operations on open descriptors then fail" {
	start hold-open
	assert "$ANSWER" = open "hold-open"
	timeout 30 rmmod psinfo
	[[ ! -e $PSINFO ]] || fail "$PSINFO is still there"
	assert "$(timeout 30 cat <&"$REST")" = "read: EIO
pread: EIO
lseek: EINVAL
read of one not read before: EIO
open: ENOENT" "what hold-open met"
}

# ends_early KO WHAT COMMAND...: the command's call to /proc/psinfo takes seconds,
# because the DEBUG module waits a millisecond for each process. It must fail with the
# error WHAT and without output when the module is unloaded. Retried because on a busy
# machine the call may have ended, or not yet started, when rmmod runs.
ends_early() {
	local ko=$1 what=$2 said=$BATS_TEST_TMPDIR/said reader status
	shift 2
	for _ in {1..5}; do
		module_swap "$ko" race_window_us=1000
		"$@" >"$said" 2>"$said.error" 3>&- &
		reader=$!
		track "$reader"
		sleep 0.5
		timeout 60 rmmod psinfo
		status=0
		wait "$reader" || status=$?
		[[ $status -eq 0 || -s $said || $(<"$said.error") != *"$what"* ]] || break
	done
	assert "$status" -ne 0 "status of $1"
	assert "$(wc -c <"$said")" = 0 "bytes that $1 got"
	assert "$(<"$said.error")" =~ "$what" "what $1 met"
}

@test "reads in progress fail with EIO and queries with ENODEV when the module is unloaded" {
	start crowd 3000
	ends_early "$KO_DEBUG" "Input/output error" cat "$PSINFO"
	ends_early "$KO_DEBUG" "No such device" "$BIN/query-list" capacity=10000
}

@test "the module unloads while two programs read in a loop" {
	local rest=() fd
	for _ in 1 2; do
		start hold-open loop
		rest+=("$REST")
	done
	timeout 30 rmmod psinfo
	[[ ! -e $PSINFO ]] || fail "$PSINFO is still there"
	for fd in "${rest[@]}"; do
		assert "$(timeout 30 cat <&"$fd" | head -1)" = "read: EIO" "what a reader met"
	done
}

@test "the module can be unloaded and loaded while programs open and read the file in a loop" {
	while :; do cat "$PSINFO"; done >/dev/null 2>&1 3>&- &
	track $!
	for _ in {1..4}; do
		timeout 30 rmmod psinfo
		module_load
	done
	[[ $(<"$PSINFO") == *TOTAL:* ]] || fail "no table afterwards"
}
