#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# A PID can be used again while the table is being collected. PARENT never names
# a process that was created after its child. helpers/reuse-pid.cpp forces this:
# it picks the PIDs itself and interrupts the reader.

load common

LONGEST=240

# reuse WHAT HITS CROWD [MODULE]: until it has been shown so often, right each time
reuse() {
	columns_set pid,name,stat,ppid,parent,nice
	# Between the two PIDs, so that it takes a while to get from one to the other.
	start crowd "$3"
	[[ $1 != log ]] || module_unload
	run "$BIN/reuse-pid" "$1" "$2" "$LONGEST" "${@:4}"
	assert "$status" -eq 0 "status of reuse-pid, which says: $output"
	echo "# $output" >&3
}

@test "a child whose parent has exited and left its PID to a new process is named with its new parent" {
	reuse parent 5 1500
}

@test "a child that has exited along with its parent has the parent None, whoever has their PIDs now" {
	reuse family 5 1500
}

@test "a parent created during the walk is None once it has exited, whoever has its PID now" {
	reuse late 2 1500
}

@test "log=<pid> does not call a process a parent that was created after its child" {
	reuse log 1 1500 "$KO"
}
