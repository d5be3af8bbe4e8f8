#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# The details of src/uapi/psinfo/abi.h: which requests are refused and how,
# which structure sizes are compatible, and that each byte of the answer is
# defined (programs/check-*.cpp list the cases). On a 64-bit kernel 32-bit
# programs repeat all of it.

bats_require_minimum_version 1.5.0
load common

# All topics of the contract: a program and its argument
CONTRACT=(
	"check-requests refusals" "check-requests limits" "check-requests sizes" "check-requests numbers"
	"check-answers records" "check-answers answers" "check-answers info"
	"check-pointers queries" "check-pointers buffers"
)

# keeps_to PROGRAM TOPIC: prints the number of cases; on failure those in which the
# module violates the contract
keeps_to() {
	run "$BIN/$1" "$2"
	[[ $status -eq 0 ]] || fail "$output"
	echo "# ${lines[-1]}" >&3
}

# can_run_32: whether this kernel is expected to run our 32-bit programs
can_run_32() { [[ $(uname -m) == aarch64 && $(getconf PAGESIZE) == 4096 ]]; }

@test "requests that the contract forbids fail with EINVAL and write nothing" {
	keeps_to check-requests refusals
}

@test "boundary values that the contract allows are accepted" {
	keeps_to check-requests limits
}

@test "shorter structures are rejected, and longer ones accepted if their extra bytes are zero" {
	keeps_to check-requests sizes
}

@test "records have the requested size, truncated or zero-padded, and only the requested groups" {
	keeps_to check-answers records
}

@test "a query overwrites all output fields and leaves the input fields unchanged" {
	keeps_to check-answers answers
}

@test "the size in the ioctl number is ignored, and other ioctls fail with ENOTTY" {
	keeps_to check-requests numbers
}

@test "PSINFO_IOC_INFO reports the module's capabilities and version" {
	keeps_to check-answers info
	assert "$output" =~ "version $(modinfo -F version "$KO")" "the version"
}

@test "invalid pointers fail with EFAULT and leave the query unchanged" {
	keeps_to check-pointers queries
	keeps_to check-pointers buffers
}

@test "a program built against ABI 1.0 works with this module" {
	run -0 "$BIN/contract-v1"
	echo "# $output" >&3
}

@test "the contract also holds for a user who reads with hidepid=2" {
	local mount=/var/psinfo-contract
	mkdir -p "$mount"
	mount -t proc -o hidepid=2 proc "$mount"
	# shellcheck disable=SC2016
	run unshare --mount bash -c 'mount --bind "$1" /proc
		for topic in "check-requests refusals" "check-requests limits" "check-answers records" "check-answers answers"; do
			setpriv --reuid 1000 --regid 1000 --clear-groups "$2"/$topic || exit 1
		done' bash "$mount" "$BIN"
	umount "$mount"
	rmdir "$mount"
	[[ $status -eq 0 ]] || fail "$output"
}

@test "the contract also holds for a 32-bit program on a 64-bit kernel" {
	local topic
	can_run_32 || skip "not here: this kernel runs no 32-bit programs that we build"
	for topic in "${CONTRACT[@]}"; do
		keeps_to "${topic% *}.32" "${topic#* }"
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
