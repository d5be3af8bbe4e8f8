#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# ioctl() shows a reader the same processes as read(): those that the procfs mount
# shows to the opener of the file. 120-hidepid.bats compares both with /proc for
# every reader (programs/see-which.cpp). This suite tests what only the query has:
# totals, filters, and ids in namespaces.

bats_require_minimum_version 1.5.0
load common

AS_ALICE=(setpriv --reuid 1000 --regid 1000 --clear-groups)

setup_file() {
	cast_begins "$BIN/query-list"
	mount -t proc -o hidepid=2 proc "$MOUNT"
	look_as_alice
}

# look_as_alice: sets HERS to the names, HER_PIDS to the PIDs of the cast whose stat
# alice can read there, and HER_ZOMBIES to the names of the zombies among them
look_as_alice() {
	local stats
	export HERS HER_ZOMBIES HER_PIDS
	# shellcheck disable=SC2016
	stats=$("${AS_ALICE[@]}" bash -c 'cat "$1"/[0-9]*/stat' bash "$MOUNT" 2>/dev/null |
		sed -nE 's/^([0-9]+) \(((a|b|of|child-of)-[^)]*)\) (.).*/\1 \2 \4/p')
	HERS=$(cut -d' ' -f2 <<<"$stats" | sort | xargs)
	HER_ZOMBIES=$(awk '$3 == "Z" { print $2 }' <<<"$stats" | sort | xargs)
	HER_PIDS=$(cut -d' ' -f1 <<<"$stats" | xargs)
	assert "$HERS" =~ a-exec.*a-lost-leader.*a-zombie.*child-of-alice\ of-alice "what alice can read"
	[[ $HERS != *bob* && $HERS != *root* ]] || fail "what alice can read: $HERS"
}

teardown_file() { cast_ends; }

# of NAME: the PID of a process of the cast
of() { "$BIN/query-list" only=pid,name | sed -nE "s/^pid=([0-9]+) name=$1\$/\1/p"; }

# hers WORD...: a query by alice through the mount with hidepid=2
hers() { "${AS_ALICE[@]}" "$BIN/query-list" on="$MOUNT/psinfo" "$@"; }

# names_of WORD...: the names that a query by alice shows, except query-list itself
names_of() { hers only=name "$@" | sed 's/^name=//' | grep -v '^query-list$' | sort | xargs; }

# her_threads: how many threads of her processes she can see now. Kernels that do not
# record whether an exited thread was dumpable show the leader of a-lost-undump,
# but not its remaining thread.
her_threads() {
	local pid threads=0 several
	for pid in $HER_PIDS; do
		several=$(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 | wc -l)
		[[ $(<"/proc/$pid/comm") != a-lost-undump ]] || several=1
		threads=$((threads + several))
	done
	echo "$threads"
}

children_of() { xargs <"/proc/$1/task/$1/children"; }
has_child() { [[ -n $(children_of "$1") ]]; }

@test "a query and the table show a user the same processes, exactly those whose stat is readable" {
	columns_set pid,name,stat
	"${AS_ALICE[@]}" cat "$MOUNT/psinfo" >"$BATS_TEST_TMPDIR/table"
	assert "$(table_rows "$BATS_TEST_TMPDIR/table" | awk -F ' *[|] *' '$2 != "cat" { print $2 }' | sort | xargs)" = \
		"$HERS" "names in the table"
	assert "$(names_of)" = "$HERS" "names of the query"
}

@test "hidden processes are not found by PID, user, parent or state, and are not counted" {
	local bob zombie zombies all words
	bob=$(of of-bob)
	zombie=$(of b-zombie)
	all=$(hers totals)
	assert "$all" =~ IDLE=0.*\ TOTAL=$(($(wc -w <<<"$HERS") + 1))\ THREADS=0$ "her totals"
	for words in "pid=$bob" "pid=$zombie" pid=2 uid=0 uid=1001 parent=2 kernel; do
		assert "$(names_of "$words")" = "" "what is found by $words"
		assert "$(names_of threads "$words")" = "" "threads found by $words"
		assert "$(hers totals "$words")" =~ TOTAL=0\ THREADS=0$ "totals by $words"
		assert "$(hers threads totals "$words")" =~ TOTAL=0\ THREADS=0$ "totals of threads by $words"
		# Make sure that such processes exist.
		[[ -n $("$BIN/query-list" "$words") ]] || fail "root finds nothing by $words"
	done
	assert "$(names_of states=Z)" = "$HER_ZOMBIES" "her zombies"
	zombies=$(wc -w <<<"$HER_ZOMBIES")
	assert "$(hers totals states=Z)" =~ ZOMBIE="$zombies".*TOTAL="$zombies"\  "totals of her zombies"
	assert "$(names_of pid="$(of of-alice)")" = of-alice "what is found by a PID of hers"
	assert "$(names_of parent="$(of of-alice)")" = child-of-alice "children of a process of hers"
	# The parent's PID is no secret, although it is hidden: stat shows it.
	assert "$(names_of parent="$(<"$STAGE/pid")")" =~ of-alice "children of a hidden process"
}

@test "threads of hidden processes are hidden from a user, and the user's own threads are not" {
	local leader before said
	leader=$(of a-lost-leader)
	assert "$(hers threads pid="$leader" | wc -l)" = 2 "threads of her lost leader"
	# Threads that were killed by execve() may not have exited yet.
	for _ in {1..10}; do
		before=$(her_threads)
		said=$(hers threads totals)
		[[ $(her_threads) != "$before" ]] || break
	done
	assert "$said" =~ THREADS=$((before + 1))$ "all her threads"
}

@test "a descriptor shows what its opener may see, whether a user or root queries it" {
	# The opener has executed a set-uid program, so it is not among them.
	# shellcheck disable=SC2016
	run -0 "${AS_ALICE[@]}" bash -c 'exec "$1" on=- only=name <"$2"' bash "$STAGE/set-uid-query-list" "$MOUNT/psinfo"
	assert "$(sed 's/^name=//' <<<"$output" | sort | xargs)" = "$HERS" "what root is shown"
	run -0 "${AS_ALICE[@]}" "$BIN/query-list" on=- only=name <"$MOUNT/psinfo"
	assert "$output" =~ name=of-bob "what alice is shown"
	assert "$output" =~ name=kthreadd "what alice is shown"
}

@test "queries show, find and count for every reader exactly the processes whose stat is readable" {
	local reader
	columns_set pid,ppid,uid,name,stat,parent
	for reader in root root-no-ptrace alice alice-ptrace alice-userns bob to-root:alice to-root:alice-userns; do
		run "$BIN/see-which" "$MOUNT" "$reader"
		[[ $status -eq 0 ]] || fail "$output"
	done
}

@test "IDs in records and in the uid filter are those of the opener's user namespace" {
	local in_hers=("${AS_ALICE[@]}" unshare --map-root-user)
	run -0 "${in_hers[@]}" "$BIN/query-list" only=uid,euid,gid,egid,name
	assert "$output" =~ "name=of-alice uid=0 euid=0 gid=0 egid=0" "the ids of alice"
	assert "$output" =~ "name=of-bob uid=65534 euid=65534 gid=65534 egid=65534" "the ids of bob"
	assert "$output" =~ "name=of-root uid=65534 euid=65534 gid=65534 egid=65534" "the ids of root"
	assert "$output" =~ "name=a-uid-bob uid=65534 euid=0 gid=0 egid=0" "the ids of one who is bob and alice"
	assert "$output" =~ "name=a-egid-bob uid=0 euid=0 gid=0 egid=65534" "the ids of one in a group of bob"
	run -0 "${in_hers[@]}" "$BIN/query-list" uid=0 only=name
	assert "$output" =~ name=of-alice "who is of user 0"
	[[ $output != *of-root* && $output != *of-bob* ]] || fail "who is of user 0: $output"
	run -0 "${in_hers[@]}" "$BIN/query-list" uid=1000 only=name
	assert "$output" = "" "who is of user 1000"
}

@test "the uid filter compares the real user ID" {
	run -0 "$BIN/query-list" uid=1001 only=name
	assert "$output" =~ name=a-uid-bob "who is of user 1001"
	assert "$output" =~ name=of-bob "who is of user 1001"
	[[ ! $output =~ a-(euid|suid)-bob ]] || fail "who is of user 1001: $output"
}

@test "a descriptor shows IDs of its opener's user namespace, not of the caller's" {
	local theirs
	exec {theirs}<"$PSINFO"
	run -0 "${AS_ALICE[@]}" unshare --map-root-user "$BIN/query-list" on=- pid="$(of of-bob)" only=uid <&"$theirs"
	exec {theirs}<&-
	assert "$output" = uid=1001 "the user of of-bob for a descriptor from outside"
}

@test "in a PID namespace PIDs are its own, and those of outside processes are 0" {
	local said=$BATS_TEST_TMPDIR/said inside
	# shellcheck disable=SC2016
	unshare --pid --fork --kill-child --mount-proc bash -c 'sleep 1000 & wait' 3>&- &
	track $!
	wait_for 20 has_child "$!"
	inside=$(children_of "$!")
	wait_for 20 test -e "/proc/$inside/root/proc/2/stat"
	run -0 "$BIN/query-list" on="/proc/$inside/root/proc/psinfo" only=pid,tgid,ppid
	assert "$output" = "pid=1 tgid=1 ppid=0
pid=2 tgid=2 ppid=1" "records by the /proc inside"
	run -0 "$BIN/query-list" on="/proc/$inside/root/proc/psinfo" pid="$inside"
	assert "$output" = "" "what is found by the number outside"
	run -0 "$BIN/query-list" on="/proc/$inside/root/proc/psinfo" totals
	assert "$output" =~ TOTAL=2\ THREADS=0$ "totals inside"
	run -0 "$BIN/query-list" on="/proc/$inside/root/proc/psinfo" parent=1 only=pid
	assert "$output" = pid=2 "children of 1 inside"

	# Session, process group and tracer are outside of the namespace.
	"$BIN/query-list" on="/proc/$inside/root/proc/psinfo" pid=1 only=tracer,session,pgrp >"$said"
	assert "$(<"$said")" = "tracer=0 session=0 pgrp=0" "numbers from outside"
	assert "$("$BIN/query-list" pid="$inside" only=session)" = \
		"session=$(awk '{ print $6 }' "/proc/$inside/stat")" "the session outside"
}

@test "queries in a PID namespace whose PID 1 has exited return no processes" {
	local inside descriptor
	unshare --pid --fork --kill-child --mount-proc sleep 1000 3>&- &
	track $!
	wait_for 20 has_child "$!"
	inside=$(children_of "$!")
	wait_for 20 grep -q sleep "/proc/$inside/comm"
	exec {descriptor}<"/proc/$inside/root/proc/psinfo"
	run -0 "$BIN/query-list" on=- only=pid <&"$descriptor"
	assert "$output" = pid=1 "records before"
	kill -KILL "$inside"
	wait_for 20 test ! -e "/proc/$inside"
	run -0 "$BIN/query-list" on=- <&"$descriptor"
	assert "$output" = "" "records after"
	run -0 "$BIN/query-list" on=- totals <&"$descriptor"
	assert "$output" =~ TOTAL=0\ THREADS=0$ "totals after"
	exec {descriptor}<&-
}
