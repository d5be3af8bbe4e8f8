#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The psinfo command with the real module: its output matches the module and /proc,
# it finds stuck processes, and its exit status is right. Unit tests of its parts
# are in tests/unit.
#
# shellcheck disable=SC2154 # stderr and stderr_lines come from run

bats_require_minimum_version 1.5.0
load common

psinfo() { "$BIN/psinfo" "$@"; }

# cells COLUMNS PID: the values of one process, separated by single spaces
cells() { psinfo -n -r -o "$1" -p "$2"; }

@test "verify: every process and field matches /proc" {
	start make-process odd
	start make-process stopped
	start make-process traced-by-other
	start make-process zombie
	start make-process zombie-leader
	start make-process threads-child
	start make-process sleeping $'odd\n| \\name\e' $'\xe2\x82\xac\xff' '' ' ) R 1 ('
	run -0 --separate-stderr psinfo verify
	assert "$output" =~ ", 0 differ" "what it says"
	assert "$(grep -oE '[0-9]+ fields' <<<"$output" | cut -d' ' -f1)" -gt 1000 "fields compared"
}

@test "verify: fails if the module is not loaded" {
	module_unload
	run -1 --separate-stderr psinfo verify
	assert "$stderr" =~ "psinfo: cannot" "what it says"
}

# Excludes the reading processes, and kernel threads, which wake up at any time.
same_rows() {
	local others=' (cat|awk|sed|psinfo|bash|grep) | kthreadd$'
	table_rows | awk -F ' +[|] +' '{ print $1 + 0, $2, $3, $4 }' | grep -vE "$others" >"$BATS_TEST_TMPDIR/table"
	psinfo -n | sed -E 's/ +/ /g; s/^ //' | grep -vE "$others" >"$BATS_TEST_TMPDIR/list"
	diff "$BATS_TEST_TMPDIR/table" "$BATS_TEST_TMPDIR/list"
}

@test "the list has the rows of /proc/psinfo, in the same order and with the same state names" {
	start make-process odd
	start make-process stopped
	start make-process zombie
	wait_for 10 same_rows
	assert "$(grep -cE ' (STOPPED|ZOMBIE) ' "$BATS_TEST_TMPDIR/list")" -ge 2 "rows of made processes"
}

@test "psinfo prints the same with the module and from /proc" {
	local columns=pid,ppid,tgid,session,pgrp,state,stat,user,prio,nice,policy,threads,vsize,parent
	start make-process odd
	start make-process zombie
	# Retry: a shell may occasionally wake up between the two reads.
	for _ in {1..5}; do
		psinfo --source module -r -o $columns --user-processes -s S,T,Z >"$BATS_TEST_TMPDIR/module"
		psinfo --source proc -r -o $columns --user-processes -s S,T,Z >"$BATS_TEST_TMPDIR/proc"
		diff "$BATS_TEST_TMPDIR/module" "$BATS_TEST_TMPDIR/proc" && break
	done
	diff "$BATS_TEST_TMPDIR/module" "$BATS_TEST_TMPDIR/proc"
	assert "$(grep -c . "$BATS_TEST_TMPDIR/module")" -gt 5 "rows"
}

@test "without the module psinfo reads /proc, and warns on a terminal or with --source=auto" {
	start make-process stopped
	module_unload
	run -0 --separate-stderr psinfo --source auto -n -r -o pid,state -p "$ANSWER"
	assert "$output" = "$ANSWER T" "the row with --source auto"
	assert "${#stderr_lines[@]}" -eq 2 "lines on stderr"
	assert "${stderr_lines[0]}" = "psinfo: the module is not loaded; reading /proc instead" "the warning"
	assert "${stderr_lines[1]}" =~ "hint: sudo modprobe psinfo" "the hint"
	run -0 --separate-stderr psinfo -n -r -o pid,state -p "$ANSWER"
	assert "$output" = "$ANSWER T" "the row"
	assert "$stderr" = "" "stderr that is no terminal"
	run -0 script -qec "'$BIN/psinfo' -n -r -o pid,state -p $ANSWER" /dev/null
	assert "$output" =~ "the module is not loaded" "on a terminal"
	assert "$output" =~ "$ANSWER T" "on a terminal"
	run -0 --separate-stderr psinfo metrics --source auto
	assert "$stderr" = "" "stderr of metrics"
	assert "$output" =~ "psinfo_module_up 0" "the metrics"
	run -0 --separate-stderr psinfo --source proc -n -r -o pid,state -p "$ANSWER"
	assert "$output" = "$ANSWER T" "the row with --source proc"
	assert "$stderr" = "" "stderr with --source proc"
	run -1 --separate-stderr psinfo --source module
	assert "${stderr_lines[0]}" = "psinfo: cannot open /proc/psinfo: No such file or directory" "with --source module"
	assert "${stderr_lines[1]}" =~ "hint: sudo modprobe psinfo" "the hint"
}

@test "if the module may not be opened, psinfo reads /proc, with a warning" {
	local as_alice=(setpriv --reuid 1000 --regid 1000 --clear-groups)
	chmod 0400 /proc/psinfo
	at_end chmod 0444 /proc/psinfo
	"${as_alice[@]}" sleep 1000 3>&- &
	track $!
	wait_for 10 state_is $! S
	run -0 --separate-stderr "${as_alice[@]}" "$BIN/psinfo" -n -r -o pid,uid -p $!
	assert "$output" = "$! 1000" "the row"
	assert "${#stderr_lines[@]}" -eq 2 "lines on stderr"
	assert "${stderr_lines[0]}" = "psinfo: cannot open /proc/psinfo: Permission denied; reading /proc instead" "the warning"
	assert "${stderr_lines[1]}" = "hint: try again with sudo" "the hint"
	run -1 --separate-stderr "${as_alice[@]}" "$BIN/psinfo" --source module
	assert "${stderr_lines[0]}" = "psinfo: cannot open /proc/psinfo: Permission denied" "with --source module"
}

@test "if the module is unloaded while a command runs, psinfo reads /proc, with a warning" {
	local asking
	start make-process zombie
	"$BIN/psinfo" stuck --samples 3 --interval 1 >"$BATS_TEST_TMPDIR/stuck" 2>"$BATS_TEST_TMPDIR/warning" 3>&- &
	asking=$!
	track "$asking"
	wait_for 10 is_open_in "$asking"
	# It still has samples to take, each after one second.
	kill -STOP "$asking"
	module_unload
	kill -CONT "$asking"
	wait "$asking" || fail "it ended with $?"
	assert "$(<"$BATS_TEST_TMPDIR/stuck")" =~ make-process "the parent of the zombie"
	assert "$(wc -l <"$BATS_TEST_TMPDIR/warning")" -eq 2 "lines on stderr"
	assert "$(head -n 1 "$BATS_TEST_TMPDIR/warning")" =~ "psinfo: cannot query /proc/psinfo: the module " "the warning"
	assert "$(head -n 1 "$BATS_TEST_TMPDIR/warning")" =~ "; reading /proc instead" "the warning"
	assert "$(tail -n 1 "$BATS_TEST_TMPDIR/warning")" = "hint: psinfo doctor" "the hint"
}

@test "filters: states by letter and word, users by name and id, parents, kernel threads" {
	start make-process stopped
	local stopped=$ANSWER
	assert "$(psinfo -n -r -o pid -s T | grep -cx "$stopped")" = 1 "with -s T"
	assert "$(psinfo -n -r -o pid -s running,stopped | grep -cx "$stopped")" = 1 "with -s running,stopped"
	assert "$(psinfo -n -r -o pid -s S | grep -cx "$stopped")" = 0 "with -s S"
	assert "$(psinfo -n -r -o pid --ppid "$STARTED" | grep -cx "$stopped")" = 1 "with --ppid"
	assert "$(psinfo -n -r -o user --kernel-threads | sort -u)" = root "users of kernel threads"
	assert "$(psinfo -n -r -o pid --kernel-threads | grep -cx "$stopped")" = 0 "with --kernel-threads"
	setpriv --reuid 1000 --regid 1000 --clear-groups sleep 1000 3>&- &
	track $!
	wait_for 10 eval "[[ \$(psinfo -n -r -o pid,user -u alice) == '$! alice' ]]"
	assert "$(psinfo -n -r -o uid -u 1000)" = 1000 "with -u 1000"
}

@test "psinfo -J prints the requested columns of a process, with types and exact times" {
	start make-process stopped
	run -0 psinfo -J -p "$ANSWER" -o pid,state,stat,ppid,threads,uid,name,start
	assert "$output" = "$(
		cat <<-JSON
			{
			  "processes": [
			    {
			      "pid": $ANSWER,
			      "state": "T",
			      "stat": "STOPPED",
			      "ppid": $(cells ppid "$ANSWER"),
			      "threads": 1,
			      "uid": 0,
			      "name": "psinfo-made",
			      "start_seconds": $(sed -nE 's/.*"start_seconds": //p' <<<"$output" | tr -d ,),
			      "start_ns": $(cells start "$ANSWER" | awk -F. '{ print $1 substr($2 "000000000", 1, 9) }')
			    }
			  ]
			}
		JSON
	)" "the JSON"
}

@test "names are escaped in tables, CSV and JSON" {
	start make-process sleeping $'a\nb\e"'
	assert "$(psinfo -n -r -o name -p "$ANSWER")" = 'a\nb\033"' "raw"
	assert "$(psinfo -n --csv -o name -p "$ANSWER")" =~ 'a\\nb\\033""' "CSV"
	assert "$(psinfo -n -o name -p "$ANSWER")" = 'a\nb\033"' "table"
	assert "$(psinfo -J -o name -p "$ANSWER" | sed -n 's/^ *"name": //p')" = '"a\nb\u001b\""' "JSON"
	start make-process sleeping $'a\\\xff'
	assert "$(psinfo -J -o name -p "$ANSWER" | tr -d ' \n')" = \
		'{"processes":[{"name":"a\\\ufffd","name_hex":"615cff"}]}' "JSON of what is not UTF-8"
}

@test "threads: with -T each thread of a process has a row" {
	start many-threads 5 1
	assert "$(psinfo -n -r -T -o tgid -p "$STARTED" | grep -cx "$STARTED")" -ge 5 "rows of a process with threads"
	assert "$(cells threads "$STARTED")" -ge 5 "its threads"
	run -0 psinfo totals
	assert "$output" =~ "TOTAL" "the totals"
}

@test "totals: STOPPED and ZOMBIE match the table" {
	start make-process stopped
	start make-process zombie
	run -0 psinfo totals
	assert "$(awk '$1 == "STOPPED" { print $2 }' <<<"$output")" = "$(table_total STOPPED)" "STOPPED"
	assert "$(awk '$1 == "ZOMBIE" { print $2 }' <<<"$output")" = "$(table_total ZOMBIE)" "ZOMBIE"
	assert "$(awk '$1 == "TOTAL" { print $2 }' <<<"$output")" -gt 30 "TOTAL"
}

@test "show: ancestors and children, or an error for an unknown PID; tree: a process and its children" {
	start make-process stopped
	run -0 psinfo show "$STARTED"
	assert "$output" =~ "Ancestors" "the sections"
	assert "$output" =~ "$ANSWER" "its child"
	run -0 psinfo tree "$STARTED"
	assert "$output" =~ make-process "the tree"
	assert "$output" =~ "$ANSWER" "the tree"
	run -1 --separate-stderr psinfo show 4000000
	assert "${stderr_lines[0]}" = "psinfo: cannot show process 4000000: no such process is visible to you" \
		"of a process that is not there"
}

@test "stuck: processes in D with their minimum duration, and parents that do not reap zombies" {
	local stuck zombie
	start make-process vfork
	stuck=${ANSWER%% *}
	start make-process zombie
	zombie=$ANSWER
	run -0 psinfo stuck --samples 2 --interval 0.3
	assert "$output" =~ "$stuck" "the one in D"
	assert "$output" =~ "AT LEAST" "how long"
	assert "$output" =~ make-process "the parent of the zombie $zombie"
}

@test "metrics: the file is complete and world-readable, and its counts match the table" {
	local file=$BATS_TEST_TMPDIR/psinfo.prom
	start make-process stopped
	run -0 psinfo metrics --output "$file"
	assert "$(stat -c %a "$file")" = 644 "its mode"
	assert "$(sed -n 's/^psinfo_processes{state="stopped"} //p' "$file")" = "$(table_total STOPPED)" "stopped"
	assert "$(tail -n 1 "$file")" = "# EOF" "its last line"
	assert "$(find "$BATS_TEST_TMPDIR" -name '*psinfo.prom*' | wc -l)" = 1 "files"
	run -1 --separate-stderr psinfo metrics --output /nowhere/psinfo.prom
	assert "$stderr" = "psinfo: cannot create a temporary file next to /nowhere/psinfo.prom: No such file or directory" \
		"of a directory that is not there"
}

@test "doctor: reports ACTIVE with the module, and NOT ACTIVE with a reason without it" {
	run psinfo doctor
	assert "${lines[-1]}" = "psinfo: ACTIVE on $(uname -r)" "its last line with the module"
	module_unload
	run -1 psinfo doctor
	[[ ${lines[-1]} == "psinfo: NOT ACTIVE on $(uname -r): "* ]] || fail "its last line without it: ${lines[-1]}"
}

# watch_shows WORDS: redraws the screen and checks that it contains WORDS
watch_shows() {
	: >"$BATS_TEST_TMPDIR/screen"
	printf '\f' >&"$keys"
	sleep 0.3
	grep -qaF "$1" "$BATS_TEST_TMPDIR/screen"
}

@test "watch continues from /proc while the module is unloaded, and returns to it when loaded again" {
	local keys watching
	mkfifo "$BATS_TEST_TMPDIR/keys"
	TERM=xterm script -qc "stty rows 24 cols 100; '$BIN/psinfo' watch -d 0.2" /dev/null \
		<"$BATS_TEST_TMPDIR/keys" >>"$BATS_TEST_TMPDIR/screen" 3>&- &
	watching=$!
	track "$watching"
	exec {keys}>"$BATS_TEST_TMPDIR/keys"
	wait_for 20 watch_shows "psinfo: module,"
	module_unload
	wait_for 20 watch_shows "psinfo: proc ("
	module_load
	wait_for 20 watch_shows "psinfo: module,"
	printf q >&"$keys"
	wait "$watching" || fail "watch ended with $?"
}

@test "exit status: 2 for wrong usage, 1 for failed writes and no matches; no message for a closed pipe" {
	run -2 --separate-stderr psinfo --nonsense
	assert "${stderr_lines[0]}" = "psinfo: unknown option '--nonsense'" "of an unknown option"
	assert "${stderr_lines[1]}" = "hint: try 'psinfo --help' for more information" "the hint"
	run -2 --separate-stderr psinfo -o nonsense
	assert "${stderr_lines[0]}" = "psinfo: --output: unknown column 'nonsense'" "of an unknown column"
	run -1 --separate-stderr psinfo -n -p 4000000
	assert "$output$stderr" = "" "of a selection that nothing matches"
	run -1 --separate-stderr bash -c "'$BIN/psinfo' >/dev/full"
	assert "$stderr" = "psinfo: cannot write to standard output: No space left on device" "of a full disk"
	run --separate-stderr bash -c "'$BIN/psinfo' -T -o +args | head -n 1"
	assert "$stderr" = "" "of a pipe that is closed"
}

@test "with hidepid=2 a user sees no processes of others, with either source" {
	mkdir -p /mnt/proc
	mount -t proc -o hidepid=2 proc /mnt/proc
	# shellcheck disable=SC2016
	run unshare --mount bash -c 'mount --bind /mnt/proc /proc
		for source in module proc; do
			setpriv --reuid 1000 --regid 1000 --clear-groups "$1" --source $source -n -r -o pid,uid | grep -v " 1000$"
		done; true' bash "$BIN/psinfo"
	umount /mnt/proc
	assert "$output" = "" "processes of others"
}
