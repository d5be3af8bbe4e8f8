#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# The procfs mount determines which processes /proc/psinfo lists, and by
# which PIDs. Each test creates PID namespaces with their own /proc and reads
# them from inside and, through /proc/<pid>/root, from outside.

bats_require_minimum_version 1.5.0
load common

# ns_start SCRIPT: runs a bash script as the first process of a new PID
# namespace with its own /proc, and returns when the script calls `here`.
# Sets NS_INIT to the PID of that process outside, and NS_PROC to its /proc.
ns_start() {
	local outside
	READY=$(mktemp -u "$BATS_TEST_TMPDIR/ready.XXXXXX")
	export READY
	unshare --pid --fork --mount-proc --kill-child bash -c "$1" >/dev/null 2>&1 3>&- &
	outside=$!
	track "$outside"
	wait_for 20 test -e "$READY"
	NS_INIT=$(children_of "$outside")
	NS_PROC=/proc/$NS_INIT/root/proc
}

# For the scripts of ns_start
here() { : >"$READY"; }
# deeper N: runs sleep in N more nested namespaces, each with its own /proc
deeper() {
	if [[ $1 -gt 0 ]]; then
		unshare --pid --fork --mount-proc bash -c "deeper $(($1 - 1))"
	else
		sleep 1000 &
		here
		wait
	fi
}
export -f here deeper

children_of() { xargs <"/proc/$1/task/$1/children"; }
has_child() { [[ -n $(children_of "$1") ]]; }

# number_in LEVEL PID: the PID of the process LEVEL namespaces deeper
number_in() { awk -v n="$1" '/^NSpid:/ { print $(n + 2) }' "/proc/$2/status"; }

# listed FILE: the PIDs of a table, in order, on one line
listed() { table_rows "$1" | awk '{ print $1 }' | xargs; }

# numbered DIRECTORY: the PIDs in a /proc, ascending, on one line
numbered() { (cd "$1" && printf '%s\n' [0-9]*) | sort -n | xargs; }

@test "the only process of a PID namespace is listed alone, as PID 1 with PARENT None" {
	local table=$BATS_TEST_TMPDIR/table
	unshare --pid --fork --mount-proc cat "$PSINFO" >"$table"
	assert "$(table_rows "$table")" =~ ^\ +1\ \|\ cat\ +\|\ RUNNING\ +\|\ None$ "the rows"
	assert "$(table_total RUNNING "$table")" = 1 "RUNNING"
	assert "$(table_total TOTAL "$table")" = 1 "TOTAL"
}

@test "in a PID namespace exactly its own processes are listed" {
	ns_start 'sleep 1000 & sleep 1001 & here; wait'
	assert "$(numbered "$NS_PROC")" = "1 2 3" "processes of the namespace"
	assert "$(listed "$NS_PROC/psinfo")" = "1 2 3" "rows"
	assert "$(table_cell 1 4 "$NS_PROC/psinfo")" = None "PARENT of its first process"
	assert "$(table_cell 3 4 "$NS_PROC/psinfo")" = bash "PARENT of its child"
	run -0 "$BIN/check-table" "$NS_PROC/psinfo"
}

@test "the totals in a PID namespace count only its processes" {
	ns_start 'sleep 1000 & kill -STOP $!; sleep 1001 & here; sleep 1002; exit'
	wait_for 20 state_is "$(children_of "$NS_INIT" | cut -d' ' -f1)" T
	wait_for 20 grep -q '^TOTAL: 4$' "$NS_PROC/psinfo"
	assert "$(table_total STOPPED "$NS_PROC/psinfo")" = 1 "STOPPED"
	assert "$(table_total IDLE "$NS_PROC/psinfo")" = 0 "IDLE"
	run -0 "$BIN/check-table" "$NS_PROC/psinfo"
}

@test "a reader in a PID namespace sees the outer processes through the outer /proc" {
	local table=$BATS_TEST_TMPDIR/table
	unshare --pid --fork cat "$PSINFO" >"$table"
	assert "$(table_cell 2 2 "$table")" = kthreadd "NAME of 2"
	assert "$(table_cell 1 4 "$table")" = swapper/0 "PARENT of 1"
	run -0 grep -Ec '\| cat +\| RUNNING +\| unshare$' "$table"
	assert "$output" = 1 "rows of the reader"
}

@test "a bind mount of the outer /proc shows the outer processes, while the inner /proc does not" {
	local outer=$BATS_TEST_TMPDIR/outer
	mkdir "$outer"
	mount --bind /proc "$outer"
	ns_start 'here; sleep 1000; exit'
	run nsenter --target "$NS_INIT" --pid --mount cat "$outer/psinfo" "$PSINFO"
	umount "$outer"
	assert "$status" = 0 "status of reading both"
	assert "${output%%TOTAL*}" =~ \|\ kthreadd\  "the outer table"
	assert "${output%%TOTAL*}" =~ \|\ nsenter\  "the outer table"
	[[ ! ${output#*TOTAL} =~ \|\ (kthreadd|nsenter)\  ]] || fail "the inner table: ${output#*TOTAL}"
}

@test "sibling PID namespaces do not see each other's processes, and the outer one sees both" {
	local one other
	ns_start 'echo -n only-in-one >/proc/$$/comm; here; sleep 1000; exit'
	one=$NS_PROC
	ns_start 'echo -n only-in-other >/proc/$$/comm; here; sleep 1000; exit'
	other=$NS_PROC
	assert "$(table_cell 1 2 "$one/psinfo")" = only-in-one "NAME of 1 in one"
	assert "$(table_cell 1 2 "$other/psinfo")" = only-in-other "NAME of 1 in the other"
	run ! grep only-in-other "$one/psinfo"
	run ! grep only-in-one "$other/psinfo"
	run -0 grep -Ec 'only-in-(one|other) +\| [A-Z]+ +\| unshare' "$PSINFO"
	assert "$output" = 2 "rows outside"
}

@test "in three nested PID namespaces, each level shows its own and nested processes by its own PIDs" {
	local level inits sleeper proc number
	columns_set pid,ppid,name,stat,parent
	ns_start 'deeper 2'
	inits=("$NS_INIT")
	inits+=("$(children_of "$(children_of "${inits[0]}")")")
	inits+=("$(children_of "$(children_of "${inits[1]}")")")
	sleeper=$(children_of "${inits[2]}")
	wait_for 20 grep -q '^sleep$' "/proc/$sleeper/comm"
	for level in 1 2 3; do
		proc=/proc/${inits[level - 1]}/root/proc
		number=$(number_in "$level" "$sleeper")
		assert "$(listed "$proc/psinfo")" = "$(numbered "$proc")" "rows at level $level"
		assert "$(table_cell "$number" 3 "$proc/psinfo")" = sleep "NAME of $number at level $level"
		assert "$(table_cell "$number" 5 "$proc/psinfo")" = bash "PARENT of $number at level $level"
		assert "$(table_cell 1 2 "$proc/psinfo")" = 0 "PPID of 1 at level $level"
		assert "$(table_cell 1 5 "$proc/psinfo")" = None "PARENT of 1 at level $level"
	done
	# The innermost level contains only these two.
	assert "$(listed "$proc/psinfo")" = "1 2" "rows at level 3"
}

@test "a process that joined from outside has PPID 0 and PARENT None inside, and its real parent outside" {
	local outside joined number
	columns_set pid,ppid,name,stat,parent
	ns_start 'here; sleep 1000; exit'
	nsenter --target "$NS_INIT" --pid --mount sleep 1001 3>&- &
	outside=$!
	track "$outside"
	wait_for 20 has_child "$outside"
	joined=$(children_of "$outside")
	track "$joined"
	wait_for 20 grep -q '^sleep$' "/proc/$joined/comm"
	number=$(number_in 1 "$joined")
	assert "$(table_cell "$number" 3 "$NS_PROC/psinfo")" = sleep "NAME inside"
	assert "$(table_cell "$number" 2 "$NS_PROC/psinfo")" = 0 "PPID inside"
	assert "$(table_cell "$number" 5 "$NS_PROC/psinfo")" = None "PARENT inside"
	assert "$(table_cell "$joined" 2)" = "$outside" "PPID outside"
	assert "$(table_cell "$joined" 5)" = nsenter "PARENT outside"
}

@test "an orphan in a PID namespace is reparented to PID 1 there" {
	local orphan
	columns_set pid,ppid,name,stat,parent
	ns_start '(sleep 1000 &); here; sleep 1001; exit'
	orphan=$(listed "$NS_PROC/psinfo" | cut -d' ' -f2)
	wait_for 20 grep -q '| sleep ' "$NS_PROC/psinfo"
	assert "$(table_cell "$orphan" 3 "$NS_PROC/psinfo")" = sleep "NAME"
	assert "$(table_cell "$orphan" 2 "$NS_PROC/psinfo")" = 1 "PPID"
	assert "$(table_cell "$orphan" 5 "$NS_PROC/psinfo")" = bash "PARENT"
}

@test "a table first read after its namespace's PID 1 has exited is empty; one begun before is complete" {
	local before after
	ns_start 'sleep 1000 & sleep 1001 & here; wait'
	exec {before}<"$NS_PROC/psinfo" {after}<"$NS_PROC/psinfo"
	dd bs=1 count=1 <&"$before" >"$BATS_TEST_TMPDIR/before" 2>/dev/null
	kill -KILL "$NS_INIT"
	wait_for 20 test ! -e "/proc/$NS_INIT"
	cat <&"$after" >"$BATS_TEST_TMPDIR/after"
	cat <&"$before" >>"$BATS_TEST_TMPDIR/before"
	exec {before}<&- {after}<&-
	run -0 "$BIN/check-table" "$BATS_TEST_TMPDIR/after"
	assert "$output" =~ ^0\ rows "the table read after the end"
	run -0 "$BIN/check-table" "$BATS_TEST_TMPDIR/before"
	assert "$output" =~ ^3\ rows "the table begun before the end"
}

@test "rows are sorted by the PIDs in the namespace, regardless of the PIDs outside" {
	local first
	[[ -e /proc/sys/kernel/ns_last_pid ]] || skip "not here: no ns_last_pid"
	ns_start 'echo 500 >/proc/sys/kernel/ns_last_pid; sleep 1000 &
		echo 100 >/proc/sys/kernel/ns_last_pid; sleep 1001 & here; wait'
	assert "$(listed "$NS_PROC/psinfo")" = "1 101 501" "rows inside"
	first=$(children_of "$NS_INIT" | xargs -n1 | sort -n | head -1)
	assert "$(number_in 1 "$first")" = 501 "the number inside of the one that is first outside"
	run -0 "$BIN/check-table" "$NS_PROC/psinfo"
}

@test "threads in a PID namespace are counted in THREADS but have no rows" {
	columns_set pid,name,stat,threads
	export THREADS="$BIN/many-threads" SAID="$BATS_TEST_TMPDIR/threads"
	# shellcheck disable=SC2016
	ns_start '"$THREADS" 10 >"$SAID" & until grep -q ready "$SAID"; do :; done; here; wait'
	assert "$(listed "$NS_PROC/psinfo")" = "1 2" "rows"
	assert "$(table_cell 2 2 "$NS_PROC/psinfo")" = many-threads "NAME"
	assert "$(table_cell 2 4 "$NS_PROC/psinfo")" = 10 "THREADS"
}
