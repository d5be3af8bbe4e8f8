#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# PARENT names the real parent, whatever has happened to it.

load common

# family KIND [NAME]: creates it; sets PIDS to its processes
family() {
	start make-process "$@"
	read -r -a PIDS <<<"$ANSWER"
	track "${PIDS[@]}"
}

# parent_is PID NAME WHAT: the PARENT of a process is NAME
parent_is() { assert "$(table_cell "$1" 4)" = "$2" "parent of $3"; }

# parent_has PID PARENT: the PPID of a process is PARENT
parent_has() {
	columns_set pid,ppid
	assert "$(table_cell "$1" 2)" = "$2" "PPID of $1"
	columns_set "$DEFAULT_COLUMNS"
}

@test "a child is listed with the name and PID of its parent" {
	family child some-name
	parent_is "${PIDS[0]}" some-name "a child"
	parent_is "${PIDS[1]}" make-process "its parent"
	parent_has "${PIDS[0]}" "${PIDS[1]}"
}

@test "when a parent renames itself, its children are listed with its new name" {
	start make-process sleeping
	parent_is "$STARTED" "$(</proc/$BASHPID/comm)" "a child of this shell"
	printf another-name >/proc/$BASHPID/comm
	parent_is "$STARTED" another-name "a child of this shell, later"
}

@test "a traced process has its real parent, not the tracer" {
	family traced-by-other real-parent
	assert "$(table_cell "${PIDS[0]}" 3)" = TRACED "its state"
	assert "$(sed -n 's/^TracerPid:\t//p' "/proc/${PIDS[0]}/status")" = "${PIDS[2]}" "the tracer"
	parent_is "${PIDS[0]}" real-parent "a traced process"
	parent_has "${PIDS[0]}" "${PIDS[1]}"
}

@test "an orphan is listed with PID 1 as its parent" {
	family orphan
	parent_is "${PIDS[0]}" "$(</proc/1/comm)" "an orphan"
	parent_has "${PIDS[0]}" 1
}

@test "an orphan under a subreaper is listed with the subreaper as its parent" {
	family orphan-with-subreaper takes-orphans
	parent_is "${PIDS[0]}" takes-orphans "an orphan"
	parent_has "${PIDS[0]}" "${PIDS[1]}"
}

@test "a zombie keeps its parent, and its child is reparented to PID 1" {
	family zombies-child walking-dead
	assert "$(table_cell "${PIDS[1]}" 3)" = ZOMBIE "state of the parent"
	parent_is "${PIDS[1]}" make-process "a zombie"
	parent_is "${PIDS[0]}" "$(</proc/1/comm)" "its child"
}

@test "PARENT of a process forked by a thread is the name of the process, not of the thread" {
	family threads-child whole-process
	parent_is "${PIDS[0]}" whole-process "a thread's child"
	parent_has "${PIDS[0]}" "${PIDS[1]}"
}

@test "a process whose main thread is a zombie is still the parent of its children" {
	family zombie-leaders-child headless
	assert "$(table_cell "${PIDS[1]}" 3)" = ZOMBIE "state of the parent"
	parent_is "${PIDS[0]}" headless "its child"
	parent_has "${PIDS[0]}" "${PIDS[1]}"
}

@test "only PIDs 1 and 2 have swapper/0 as their parent, and no process has None" {
	parent_is 1 swapper/0 "PID 1"
	parent_is 2 swapper/0 "PID 2"
	parent_has 1 0
	assert "$(table_rows | awk -F ' +[|] +' '$4 == "swapper/0"' | wc -l)" = 2 "children of swapper/0"
	assert "$(table_rows | awk -F ' +[|] +' '$4 == "None"' | wc -l)" = 0 "processes without a parent"
}
