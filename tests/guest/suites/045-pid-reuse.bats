#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# A PID can be reused while the table is being collected. PARENT must never name
# a process that was created after its child. programs/reuse-pid.cpp forces this
# race: it chooses the PIDs and interrupts the reader.

load common

LONGEST=60

# reuse WHAT HITS CROWD [MODULE]: repeats until the race was hit HITS times, with the
# right result each time. The hit rate depends on the emulator; too few hits are a
# skip.
reuse() {
	columns_set pid,name,stat,ppid,parent,nice
	# Between the two PIDs, so that the walk takes a while from one to the other.
	start crowd "$3"
	[[ $1 != log ]] || module_unload
	run timeout --signal=KILL $((LONGEST + 90)) "$BIN/reuse-pid" "$1" "$2" "$LONGEST" "${@:4}"
	echo "# ${output//$'\n'/ }" >&3
	if [[ $status -ne 0 && $output =~ ^hits\ [0-9]+\ tries\ [0-9]+$ ]]; then
		skip "not here: the moment is hit too rarely ($output)"
	fi
	assert "$status" -eq 0 "status of reuse-pid, which says: $output"
}

@test "if the PID of an exited parent is reused, its child is listed with its new parent" {
	reuse parent 5 1500
}

@test "PARENT of a child that has exited along with its parent is None, even if both PIDs are reused" {
	reuse family 5 1500
}

@test "a parent created during the walk is None once it has exited, even if its PID is reused" {
	reuse late 2 1500
}

@test "log=<pid> never names a process created after the child as its parent" {
	reuse log 1 1500 "$KO"
}
