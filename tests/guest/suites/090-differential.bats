#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Compares every process and column with /proc/<pid>/stat and status and with
# ps, including processes with unusual values.

load common

# odd_processes: scheduling policies, nice values, owners, a session, busy
# threads, states, names
odd_processes() {
	start make-process odd
	start make-process running
	start make-process vfork
	start make-process stopped
	start make-process traced-by-other
	start make-process zombie
	start make-process zombie-leader
	start make-process zombie-leaders-child
	track "${ANSWER% *}"
	start make-process threads-child
	start make-process sleeping $'odd\n| \\name\e' $'\xe2\x82\xac\xff' '' ' ) R 1 ('
}

@test "every process and column matches stat and status" {
	odd_processes
	columns_set all
	"$BIN/compare-psinfo" columns
}

@test "every process and column matches ps" {
	odd_processes
	columns_set all
	"$BIN/compare-psinfo" ps
}

@test "600 more processes are listed exactly once each, with the values of /proc" {
	start crowd 600
	columns_set all
	"$BIN/compare-psinfo" columns
	kill -TERM "$STARTED"
	wait_for 30 eval "! [[ -d /proc/$STARTED ]]"
}
