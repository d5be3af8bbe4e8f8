#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Creates processes in every state and checks their rows, and that the
# totals change by exactly these processes.

load common

# made KIND WORD...: the processes of that kind are listed with these words,
# one each, and counted in exactly these totals
made() {
	local kind=$1 pids count=() word
	shift
	start make-process "$kind"
	read -r -a pids <<<"$ANSWER"
	cat "$PSINFO" >"$BATS_TEST_TMPDIR/table"
	for word; do
		assert "$(table_cell "${pids[${#count[@]}]}" 3 "$BATS_TEST_TMPDIR/table")" = "$word" "state of a process made by $kind"
		count+=("$word=1")
	done
	"$BIN/count-process" "$kind" "${count[@]}"
}

# made_in_kernel ACT THREAD WORD: the same for a kernel thread of testmod.
# The total of IDLE is not checked, as other threads enter that state, too.
made_in_kernel() {
	local pid before after
	before=$(table_total "$3")
	testmod_load "$1"
	wait_for 20 thread_is "$2" "$3"
	pid=$(pid_called "$2")
	after=$(table_total "$3")
	assert "$(table_cell "$pid" 4)" = kthreadd "parent of $2"
	[[ $3 == IDLE ]] || assert "$after" = $((before + 1)) "the total of $3"
	rmmod testmod
	assert "$(table_row "$pid")" = "" "its row when it has gone"
	[[ $3 == IDLE ]] || assert "$(table_total "$3")" = "$before" "the total of $3 when it has gone"
}

pid_called() { table_rows | awk -F ' +[|] +' -v name="$1" '$2 == name { print $1 + 0 }'; }

# thread_is NAME WORD
thread_is() { table_rows | awk -F ' +[|] +' -v name="$1" -v word="$2" '$2 == name && $3 == word { found = 1 } END { exit !found }'; }

@test "a process in a busy loop is RUNNING" {
	made running RUNNING
}

@test "a sleeping process is INTERRUPTIBLE" {
	made sleeping INTERRUPTIBLE
}

@test "a process that waits in vfork() is UNINTERRUPTIBLE, and its sleeping child INTERRUPTIBLE" {
	made vfork UNINTERRUPTIBLE INTERRUPTIBLE
}

@test "a stopped process is STOPPED until it is continued" {
	made stopped STOPPED
	start make-process sleeping
	kill -STOP "$ANSWER"
	wait_for 20 state_is "$ANSWER" T
	assert "$(table_cell "$ANSWER" 3)" = STOPPED "state"
	kill -CONT "$ANSWER"
	wait_for 20 state_is "$ANSWER" S
	assert "$(table_cell "$ANSWER" 3)" = INTERRUPTIBLE "state after SIGCONT"
}

@test "a process in a ptrace stop is TRACED" {
	made traced TRACED
}

@test "a process that has exited and is not reaped is a ZOMBIE" {
	made zombie ZOMBIE
}

@test "a process whose main thread has exited before its other threads is a ZOMBIE" {
	made zombie-leader ZOMBIE
}

@test "an idle kernel thread is IDLE" {
	made_in_kernel idle psinfo_idle IDLE
}

@test "a parked kernel thread is PARKED" {
	made_in_kernel park psinfo_parked PARKED
}

@test "a kernel thread in uninterruptible sleep is UNINTERRUPTIBLE" {
	made_in_kernel dstate psinfo_dstate UNINTERRUPTIBLE
}

@test "kernel threads are listed with kthreadd as their parent" {
	local threads
	assert "$(table_cell 2 2)" = kthreadd "name of PID 2"
	threads=$(table_rows | awk -F ' +[|] +' '$4 == "kthreadd"' | wc -l)
	assert "$threads" -ge 15 "children of kthreadd"
	assert "$(table_rows | awk -F ' +[|] +' '$4 == "kthreadd" && $3 == "IDLE"' | wc -l)" -ge 5 "idle ones"
}

@test "the reading process is RUNNING" {
	cat "$PSINFO" >"$BATS_TEST_TMPDIR/table"
	assert "$(grep -cE '^ *[0-9]+ \| cat  .* RUNNING ' "$BATS_TEST_TMPDIR/table")" = 1 "rows of a cat that runs"
}

@test "with one process of each kind, OTHERS is 0 and TOTAL equals the number of rows" {
	local kind
	for kind in running sleeping vfork stopped traced zombie zombie-leader; do
		start make-process "$kind"
	done
	cat "$PSINFO" >"$BATS_TEST_TMPDIR/table"
	assert "$(table_total OTHERS "$BATS_TEST_TMPDIR/table")" = 0 OTHERS
	assert "$(table_total STOPPED "$BATS_TEST_TMPDIR/table")" = 1 STOPPED
	assert "$(table_total TRACED "$BATS_TEST_TMPDIR/table")" = 1 TRACED
	assert "$(table_total ZOMBIE "$BATS_TEST_TMPDIR/table")" -ge 2 ZOMBIE
	assert "$(table_total TOTAL "$BATS_TEST_TMPDIR/table")" = "$(table_rows "$BATS_TEST_TMPDIR/table" | wc -l)" TOTAL
	"$BIN/compare-psinfo" table
}
