#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# The details of src/uapi/psinfo/abi.h: which requests are refused and how,
# which structure sizes are compatible, and that each byte of the answer is
# defined (helpers/query-contract.cpp lists the cases). On a 64-bit kernel a
# 32-bit program repeats all of it.

bats_require_minimum_version 1.5.0
load common

# keeps_to TOPIC [PROGRAM]: prints the number of cases; on failure those in
# which the module violates the contract
keeps_to() {
	run "${2:-$BIN/query-contract}" "$1"
	[[ $status -eq 0 ]] || fail "$output"
	echo "# ${lines[-1]}" >&3
}

# can_run_32: whether this kernel is expected to run our 32-bit programs
can_run_32() { [[ $(uname -m) == aarch64 && $(getconf PAGESIZE) == 4096 ]]; }

@test "what the contract forbids is refused with EINVAL, and nothing is written" {
	keeps_to refusals
}

@test "what is just about allowed is done" {
	keeps_to limits
}

@test "shorter structures are refused, longer ones with nothing new in them are understood" {
	keeps_to sizes
}

@test "records have the size that is wanted, cut off or padded with zeros, and only the groups asked for" {
	keeps_to records
}

@test "what comes back is the answer and nothing that was sent in its place" {
	keeps_to answers
}

@test "the size in the number of the request does not matter, and other requests are ENOTTY" {
	keeps_to numbers
}

@test "PSINFO_IOC_INFO says what the module can do and its version" {
	keeps_to info
	assert "$output" =~ "version $(modinfo -F version "$KO")" "the version"
}

@test "bad pointers are EFAULT, and the query is as it was" {
	keeps_to pointers
}

@test "a program from the time of ABI 1.0 works with this module" {
	run -0 "$BIN/contract-v1"
	echo "# $output" >&3
}

@test "hidden processes make no difference to the small print" {
	local mount=/var/psinfo-contract
	mkdir -p "$mount"
	mount -t proc -o hidepid=2 proc "$mount"
	# shellcheck disable=SC2016
	run unshare --mount bash -c 'mount --bind "$1" /proc
		for topic in refusals limits records answers; do
			setpriv --reuid 1000 --regid 1000 --clear-groups "$2/query-contract" "$topic" || exit 1
		done' bash "$mount" "$BIN"
	umount "$mount"
	rmdir "$mount"
	[[ $status -eq 0 ]] || fail "$output"
}

@test "a 32-bit program gets all of it from a 64-bit kernel" {
	local topic
	can_run_32 || skip "not here: this kernel runs no 32-bit programs that we build"
	for topic in refusals limits sizes records answers numbers info pointers; do
		keeps_to "$topic" "$BIN/query-contract.32"
	done
}

@test "a 32-bit program gets the same records as a 64-bit one" {
	local pid pids=() kind
	can_run_32 || skip "not here: this kernel runs no 32-bit programs that we build"
	for kind in sleeping stopped zombie zombie-leader traced-by-other odd; do
		start make-process "$kind"
		read -r -a pids <<<"${pids[*]} $ANSWER"
	done
	for pid in "${pids[@]}"; do
		# That one is running, so its values change.
		[[ $(<"/proc/$pid/comm") != psinfo-threads ]] || continue
		run -0 "$BIN/query-list" pid="$pid"
		"$BIN/query-list.32" pid="$pid" >"$BATS_TEST_TMPDIR/32"
		assert "$(<"$BATS_TEST_TMPDIR/32")" = "$output" "what a 32-bit program is told of $pid"
		assert "$output" =~ ^pid="$pid"\  "the record"
	done
	assert "${#pids[@]}" -ge 15 "processes"
}
