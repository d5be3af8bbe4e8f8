#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# A PID can be used again while the table is being collected. PARENT never names
# a process that was created after its child. helpers/reuse-pid.cpp forces this:
# it picks the PIDs itself and interrupts the reader.

load common

LONGEST=60

# reuse WHAT HITS CROWD [MODULE]: until it has been shown so often, right each time.
# How often the moment is hit depends on the emulator; what was never hit was not
# tested, and is said.
reuse() {
	columns_set pid,name,stat,ppid,parent,nice
	# Between the two PIDs, so that it takes a while to get from one to the other.
	start crowd "$3"
	[[ $1 != log ]] || module_unload
	run timeout --signal=KILL $((LONGEST + 90)) "$BIN/reuse-pid" "$1" "$2" "$LONGEST" "${@:4}"
	echo "# ${output//$'\n'/ }" >&3
	if [[ $status -ne 0 && $output =~ ^hits\ [0-9]+\ tries\ [0-9]+$ ]]; then
		skip "not here: the moment is hit too rarely ($output)"
	fi
	assert "$status" -eq 0 "status of reuse-pid, which says: $output"
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
