#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# bats file_tags=together
#
# Eight processes read in a loop while others fork, exit, call execve(), rename
# themselves, change their user ids, are traced, or unload the module. Each
# read is checked immediately (programs/storm.h): its format, the order of
# PIDs, that totals are the sum of the rows, and that each process that lives
# throughout is listed exactly once, with its real parent.
#
# STORM_SECONDS is the approximate duration of one storm.

bats_require_minimum_version 1.5.0
load common

# Instrumented kernels are slower.
[[ ${PSINFO_GUEST:-} == *-k?san ]] && LONG=20 || LONG=6
STORM_SECONDS=${STORM_SECONDS:-$LONG}

# The counts of the last storm, see programs/storm.h
reads=0 orphans=0 deeds=0 seen=0 refused=0 execs=0
# A command that runs the storm, if any
STORM_IN=()

# storm PROGRAM SCENARIO PERCENT [ARGUMENT...]: runs it for PERCENT of STORM_SECONDS
# and sets the counts above. On failure prints the storm's output.
storm() {
	local program=$1 scenario=$2 seconds
	seconds=$(awk -v s="$STORM_SECONDS" -v p="$3" 'BEGIN { print s * p / 100 }')
	shift 3
	run "${STORM_IN[@]}" "$BIN/$program" "$scenario" "$seconds" "$@"
	[[ $status -eq 0 ]] || fail "$output"
	storm_counts "$output"
}

storm_counts() {
	local words
	echo "# ${1//$'\n'/ }" >&3
	read -r -d '' -a words <<<"$1" || true
	while [[ ${#words[@]} -ge 2 ]]; do
		printf -v "${words[0]}" %s "${words[1]}"
		words=("${words[@]:2}")
	done
}

@test "during forks, exits and execve() by threads, each long-lived process is in every read exactly once" {
	columns_set pid,ppid,name,stat,parent,start
	storm storm-forks fork 100
	assert "$reads" -ge 100 "reads"
	assert "$deeds" -ge 50 "forks"
	assert "$execs" -ge 20 "execve calls from a thread"
}

@test "no process is listed without a parent while parents exit and are reaped" {
	run -0 "$BIN/orphans" "$STORM_SECONDS"
	storm_counts "$output"
	assert "$reads" -ge 50 "reads"
	assert "$orphans" -ge 50 "orphans"
	# The same, with a longer window in which the parent may be lost.
	module_swap "$KO_DEBUG" race_window_us=100
	run "$BIN/orphans" "$STORM_SECONDS"
	[[ $status -eq 0 ]] || fail "$output"
	storm_counts "$output"
	assert "$reads" -ge 5 "reads"
}

@test "a process that executes a set-uid program while its thread times are summed is not shown" {
	local stage=/var/psinfo-exec
	module_swap "$KO_DEBUG" race_window_us=1000
	mkdir -p "$stage/proc"
	at_end rm -r "$stage"
	mount -t proc -o hidepid=2 proc "$stage/proc"
	at_end umount "$stage/proc"
	install -m 755 "$(type -P sleep)" "$stage/sleep"
	install -m 4755 "$(type -P sleep)" "$stage/set-uid-sleep"
	run -0 "$BIN/exec-while-summed" "$stage/proc" "$stage/sleep"
	assert "$output" = "records 1" "with a program like any other"
	run -0 "$BIN/exec-while-summed" "$stage/proc" "$stage/set-uid-sleep"
	assert "$output" = "records 0" "with a set-uid program"
}

@test "a process is never missing while one of its threads calls execve()" {
	# With few processes reads are short, so that many can be made.
	STORM_IN=(unshare --pid --fork --kill-child --mount-proc)
	columns_set all
	storm storm-forks exec 100
	assert "$reads" -ge 500 "reads"
	assert "$execs" -ge 50 "execve calls from a thread"
}

@test "a table with all columns stays valid during a fork storm" {
	columns_set all
	storm storm-forks fork 40
	assert "$reads" -ge 20 "reads"
	assert "$deeds" -ge 20 "forks"
}

@test "while PIDs are reused quickly, each long-lived process is in every read exactly once" {
	local before
	before=$(</proc/sys/kernel/pid_max)
	columns_set pid,ppid,name,stat,parent,start
	echo 420 >/proc/sys/kernel/pid_max
	storm storm-forks fork 60 || { echo "$before" >/proc/sys/kernel/pid_max; return 1; }
	echo "$before" >/proc/sys/kernel/pid_max
	assert "$reads" -ge 50 "reads"
	assert "$deeds" -ge 50 "forks, each of one to three PIDs, where some 70 are free"
}

@test "a process that renames itself is only listed with bytes of its old or new name" {
	storm storm-changes names 50
	assert "$reads" -ge 100 "reads"
	assert "$deeds" -ge 1000 "renamings"
}

@test "while user IDs change, a process is listed with one that it had, and users see only their own" {
	local mount=$BATS_TEST_TMPDIR/proc
	columns_set pid,uid,name,stat,parent
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR/.." "$BATS_TEST_TMPDIR"
	mkdir "$mount"
	mount -t proc -o hidepid=2 proc "$mount"
	storm storm-changes ids 50 "$mount" || { umount "$mount"; return 1; }
	umount "$mount"
	assert "$reads" -ge 100 "reads"
	assert "$deeds" -ge 100 "changes"
	assert "$seen" -ge 1 "reads with the other user id"
}

@test "a process that a tracer repeatedly attaches to keeps its real parent" {
	columns_set pid,ppid,name,stat,parent
	storm storm-changes trace 50
	assert "$reads" -ge 100 "reads"
	assert "$deeds" -ge 100 "times attached"
	assert "$seen" -ge 1 "reads with a TRACED process"
}

# storm_unload_start: starts readers that tolerate unloading. They are reading
# when this returns, until storm_unload_end.
storm_unload_start() {
	mkfifo "$BATS_TEST_TMPDIR/stop"
	"$BIN/storm-unload" <"$BATS_TEST_TMPDIR/stop" >"$BATS_TEST_TMPDIR/storm" 2>&1 3>&- &
	STORM=$!
	track "$STORM"
	exec {STOP}>"$BATS_TEST_TMPDIR/stop"
	wait_for 20 grep -q reading "$BATS_TEST_TMPDIR/storm"
}

storm_unload_end() {
	exec {STOP}>&-
	wait "$STORM" || fail "$(<"$BATS_TEST_TMPDIR/storm")"
	storm_counts "$(grep '^reads' "$BATS_TEST_TMPDIR/storm")"
}

@test "the module can be unloaded while eight readers read in a loop" {
	storm_unload_start
	module_unload
	! module_loaded || fail "the module is still there"
	[[ ! -e $PSINFO ]] || fail "the entry is still there"
	storm_unload_end
	assert "$refused" -ge 1 "reads that failed after the module had gone"
	[[ ! -e $PSINFO ]] || fail "a reader brought the entry back"
}

@test "the module can be loaded and unloaded twenty times while eight readers run" {
	storm_unload_start
	for _ in {1..20}; do
		module_unload
		module_load
	done
	cat "$PSINFO" >/dev/null
	storm_unload_end
	assert "$reads" -ge 100 "reads"
	assert "$refused" -ge 1 "reads that failed while the module was away"
}

@test "a descriptor opened before unloading still fails with EIO after the module is loaded again" {
	local stale fresh
	exec {stale}<"$PSINFO" {fresh}<"$PSINFO"
	head -c 100 <&"$stale" >/dev/null
	module_unload
	run cat <&"$stale"
	assert "$status" -ne 0 "status of reading on"
	assert "$output" =~ "Input/output error" "what cat says"
	module_load
	run cat <&"$stale"
	assert "$output" =~ "Input/output error" "what cat says of the one read before"
	run cat <&"$fresh"
	assert "$output" =~ "Input/output error" "what cat says of the one not read before"
	exec {stale}<&- {fresh}<&-
	cat "$PSINFO" >/dev/null
}
