#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Long storms of two minutes each, for kernels that check memory, locks, RCU and
# races (but any guest can run them). Readers and queries check everything they
# get (programs/storm.h), the kernel log is checked after each test, and all
# memory must be freed.
#
# STORM_SECONDS is the duration of one storm.

bats_require_minimum_version 1.5.0
load ../common

STORM_SECONDS=${STORM_SECONDS:-120}

setup_file() { leaks_begin; }

# counted WORD: the number after WORD in the storm's output
counted() { sed -nE "s/.*(^| )$1 ([0-9]+)( .*|\$)/\\2/p" <<<"$output"; }

# storm COMMAND...: runs a storm of programs/; on failure prints its output
storm() {
	run "$@"
	[[ $status -eq 0 ]] || fail "$output"
	echo "# ${output//$'\n'/ }" >&3
}

@test "eight readers and eight queriers get correct results during a storm of all kinds of changes" {
	local mount=/mnt/psinfo-storm
	columns_set pid,ppid,uid,name,stat,parent
	mkdir -p "$mount"
	mount -t proc -o hidepid=2 proc "$mount"
	at_end umount "$mount"
	storm "$BIN/storm-changes" all "$STORM_SECONDS" "$mount"
	assert "$(counted reads)" -ge "$STORM_SECONDS" "reads and passes"
	assert "$(counted deeds)" -ge $((10 * STORM_SECONDS)) "what was done beside"
	assert "$(counted execs)" -ge "$STORM_SECONDS" "execve calls from a thread"
	no_leak
}

@test "the module is unloaded and loaded 500 times while eight readers run" {
	local began=$SECONDS i
	mkfifo "$BATS_TEST_TMPDIR/stop"
	"$BIN/storm-unload" <"$BATS_TEST_TMPDIR/stop" >"$BATS_TEST_TMPDIR/storm" 2>&1 3>&- &
	track $!
	exec {stop}>"$BATS_TEST_TMPDIR/stop"
	wait_for 60 grep -q reading "$BATS_TEST_TMPDIR/storm"
	for ((i = 0; i < 500 || SECONDS - began < STORM_SECONDS; i++)); do
		module_unload
		module_load
	done
	exec {stop}>&-
	wait "${TRACKED[0]}" || fail "$(<"$BATS_TEST_TMPDIR/storm")"
	output=$(grep '^reads' "$BATS_TEST_TMPDIR/storm")
	echo "# $i times in $((SECONDS - began)) s: $output" >&3
	assert "$(counted reads)" -ge 500 "reads"
	assert "$(counted refused)" -ge 10 "reads that failed while the module was away"
	cat "$PSINFO" >/dev/null
	no_leak
}

@test "descriptors opened in PID namespaces give correct results while these are created and destroyed" {
	storm "$BIN/storm-namespaces" "$STORM_SECONDS"
	assert "$(counted reads)" -ge $((10 * STORM_SECONDS)) "reads and passes"
	assert "$(counted deeds)" -ge "$STORM_SECONDS" "namespaces"
	assert "$(counted seen)" -ge "$STORM_SECONDS" "looks into a namespace that had ended"
	no_leak
}

# memory_of_kernel: KiB in slabs, vmalloc and page tables
memory_of_kernel() {
	awk '/^(Slab|VmallocUsed|PageTables|KernelStack):/ { sum += $2 } END { print sum }' /proc/meminfo
}

# slack: the tolerated difference in KiB
slack() { echo $((20000 + $(kept_by_kasan))); }

@test "repeatedly opening as many files as possible leaks no kernel memory" {
	local began=$SECONDS turns=0 before
	"$BIN/hoard" tell 0 100000 >/dev/null
	before=$(memory_of_kernel)
	echo 1024 >"$PARAMETERS/max_mib"
	at_end eval "echo 64 >$PARAMETERS/max_mib"
	while ((SECONDS - began < STORM_SECONDS || turns < 3)); do
		run -0 "$BIN/hoard" tell 0 100000
		assert "$output" =~ '^held [0-9]{4,} (EMFILE|ENOBUFS)$' "what root got"
		turns=$((turns + 1))
		cat "$PSINFO" >/dev/null
	done
	echo "# $turns times: $output; the kernel has $(($(memory_of_kernel) - before)) KiB more" >&3
	assert "$(memory_of_kernel)" -le $((before + $(slack))) "KiB of the kernel"
	no_leak
}

@test "a reader at the limit of its memory cgroup gets ENOMEM and is not killed" {
	local group=/sys/fs/cgroup/psinfo-limit began=$SECONDS turns=0 before after=0
	mkdir "$group"
	at_end rmdir "$group"
	[[ -e $group/memory.max ]] || skip "not here: no memory controller in cgroup v2"
	echo 1024 >"$PARAMETERS/max_mib"
	at_end eval "echo 64 >$PARAMETERS/max_mib"
	echo $((24 << 20)) >"$group/memory.max"
	before=$(memory_of_kernel)
	while ((SECONDS - began < STORM_SECONDS || turns < 3)); do
		# shellcheck disable=SC2016
		run bash -c 'echo $$ >"$1/cgroup.procs"; exec "$2" retry 0 100000 2000' bash "$group" "$BIN/hoard"
		[[ $status -eq 0 ]] || fail "after $turns turns, status $status: $output $(<"$group/memory.events")"
		assert "${lines[0]}" =~ '^held [0-9]{2,} ENOMEM$' "what it got"
		turns=$((turns + 1))
		cat "$PSINFO" >/dev/null
	done
	assert "$(awk '$1 == "oom_kill" { print $2 }' "$group/memory.events")" = 0 "processes killed"
	assert "$(awk '$1 == "max" { print $2 }' "$group/memory.events")" -ge 1 "times that the limit was met"
	# Charges are released gradually.
	# shellcheck disable=SC2016 # expanded when it is evaluated
	wait_for 30 eval '(($(<"$group/memory.current") < 2 << 20))'
	after=$(memory_of_kernel)
	echo "# $turns times: ${lines[0]}; the kernel has $((after - before)) KiB more" >&3
	assert "$after" -le $((before + $(slack))) "KiB of the kernel"
	no_leak
}
