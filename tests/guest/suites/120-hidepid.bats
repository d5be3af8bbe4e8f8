#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Through a procfs mount with hidepid=, psinfo shows a reader exactly the
# processes whose /proc/<pid>/stat is readable by that reader through the same
# mount. A fixed cast of processes (programs/cast.cpp) covers every branch of the
# rule. programs/see-which.cpp opens the file as a given reader, compares, and
# also checks each row's PPID, UID and PARENT.

bats_require_minimum_version 1.5.0
load common

READERS=(root root-no-ptrace alice alice-ptrace alice-userns bob)
COLUMNS_WANTED=pid,ppid,uid,name,stat,parent
GROUP=2000

setup_file() { cast_begins "$(type -P cat)"; }
teardown_file() { cast_ends; }

# proc_with OPTIONS: mounts a procfs with these options, replacing the last one
proc_with() {
	unmount_proc
	mount -t proc -o "$1" proc "$MOUNT"
	columns_set "$COLUMNS_WANTED"
}

# see READER [GROUP]: sets SHOWN to the names of the processes it sees
see() {
	run "$BIN/see-which" "$MOUNT" "$@"
	[[ $status -eq 0 ]] || fail "$output"
	SHOWN=" ${lines[-1]}"
}

shows() {
	local name
	for name; do [[ $SHOWN == *" $name "* ]] || fail "$name should be shown, among$SHOWN" || return 1; done
}
hides() {
	local name
	for name; do [[ $SHOWN != *" $name "* ]] || fail "$name should be hidden, among$SHOWN" || return 1; done
}

# matrix HIDEPID: tests all readers, with and without gid=, inside and outside
# of that group. Without gid= it is group 0. Prints every combination that is
# wrong.
matrix() {
	local gid reader group wrong=0
	for gid in "" ",gid=$GROUP"; do
		proc_with "hidepid=$1$gid"
		for reader in "${READERS[@]}" to-root:alice; do
			for group in "" "$([[ $gid ]] && echo "$GROUP" || echo 0)"; do
				# shellcheck disable=SC2086
				run "$BIN/see-which" "$MOUNT" "$reader" $group
				[[ $status -ne 0 ]] || continue
				wrong=1
				printf '\nhidepid=%s%s, read by %s %s:\n%s\n' "$1" "$gid" "$reader" "${group:+of group $group}" "$output"
			done
		done
	done
	unmount_proc
	[[ $wrong -eq 0 ]]
}

@test "hidepid=0 hides no process from any reader" {
	matrix 0
	proc_with hidepid=0
	see bob
	shows of-root of-alice a-undumpable a-set-uid a-zombie-undump
}

@test "hidepid=1 shows every reader exactly the processes whose stat is readable, for every group" {
	matrix 1
}

@test "hidepid=2 shows every reader exactly the processes whose stat is readable, for every group" {
	matrix 2
}

@test "hidepid=4 shows every reader exactly the processes whose stat is readable, for every group" {
	matrix 4
}

@test "the named hidepid values have the effect of the numbers" {
	local name
	for name in off noaccess invisible ptraceable; do
		proc_with "hidepid=$name,gid=$GROUP"
		see alice
		shows of-alice
		if [[ $name = off ]]; then shows of-bob; else hides of-bob; fi
		see alice "$GROUP"
		if [[ $name = ptraceable ]]; then hides of-bob; else shows of-bob; fi
	done
}

@test "a user does not see processes of others, nor those that have or had more privileges" {
	proc_with hidepid=2
	see alice
	shows of-alice child-of-alice a-exec a-userns a-zombie a-lost-leader
	hides of-root of-bob cast a-undumpable a-suid-0 a-uid-bob a-euid-bob a-suid-bob a-gid-bob \
		a-egid-bob a-sgid-bob a-capability a-set-uid b-zombie init bats
	see bob
	shows b-zombie of-bob
	hides of-root of-alice child-of-alice a-exec a-uid-bob a-egid-bob a-zombie
	see root
	shows of-root of-alice of-bob a-undumpable a-set-uid a-capability a-userns cast
	see alice-ptrace
	shows of-root of-alice of-bob a-undumpable a-set-uid a-capability a-userns cast
	see alice-userns
	hides of-root of-alice of-bob cast a-userns
	# Without gid= group 0 sees everything, and this reader is in it.
	proc_with "hidepid=2,gid=$GROUP"
	see root-no-ptrace
	hides of-root of-alice of-bob cast
}

@test "a member of the gid= group sees everything with hidepid=2, and no more than others with 4" {
	proc_with "hidepid=2,gid=$GROUP"
	see bob "$GROUP"
	shows of-root of-alice a-undumpable a-set-uid
	see root-no-ptrace "$GROUP"
	shows of-root of-alice
	proc_with "hidepid=4,gid=$GROUP"
	see bob "$GROUP"
	shows of-bob
	hides of-root of-alice
}

@test "kernel threads are hidden from a user, and the totals count only visible processes" {
	proc_with hidepid=2
	setpriv --reuid 1000 --regid 1000 --clear-groups cat "$MOUNT/psinfo" >"$BATS_TEST_TMPDIR/table"
	assert "$(table_cell 2 1 "$BATS_TEST_TMPDIR/table")" = "" "the row of kthreadd"
	assert "$(table_total IDLE "$BATS_TEST_TMPDIR/table")" = 0 "IDLE"
	assert "$(table_total TOTAL "$BATS_TEST_TMPDIR/table")" = \
		"$(table_rows "$BATS_TEST_TMPDIR/table" | wc -l)" "TOTAL"
	assert "$(table_total TOTAL "$BATS_TEST_TMPDIR/table")" -lt 15 "TOTAL"
}

@test "a visible process whose parent is hidden has PARENT None and its true PPID" {
	local pid parent
	pid=$(table_rows | awk -F ' *[|] *' '$2 == "of-alice" { print $1 + 0 }')
	parent=$(<"$STAGE/pid")
	proc_with hidepid=2
	setpriv --reuid 1000 --regid 1000 --clear-groups cat "$MOUNT/psinfo" >"$BATS_TEST_TMPDIR/table"
	assert "$(table_cell "$pid" 2 "$BATS_TEST_TMPDIR/table")" = "$parent" "PPID"
	assert "$(table_cell "$pid" 6 "$BATS_TEST_TMPDIR/table")" = None "PARENT"
	run -0 grep child-of-alice "$BATS_TEST_TMPDIR/table"
	assert "$output" =~ \|\ of-alice$ "the row of its child"
}

@test "a descriptor opened by a user shows only what the user may see, even if root reads it first" {
	proc_with hidepid=2
	see to-root:alice
	shows of-alice
	hides of-root of-bob cast
	# The set-uid program reads a descriptor that alice has opened.
	# shellcheck disable=SC2016
	setpriv --reuid 1000 --regid 1000 --clear-groups bash -c 'exec "$1" <"$2"' \
		bash "$STAGE/set-uid-cat" "$MOUNT/psinfo" >"$BATS_TEST_TMPDIR/table"
	run -0 grep -c 'of-alice' "$BATS_TEST_TMPDIR/table"
	run ! grep -E '(of-root|of-bob|kthreadd|a-set-uid) ' "$BATS_TEST_TMPDIR/table"
	# execve() has changed the opener's credentials, so it is hidden, too.
	run ! grep -E ' set-uid-cat ' "$BATS_TEST_TMPDIR/table"
}

@test "a descriptor opened by root shows a user what root sees" {
	proc_with hidepid=2
	setpriv --reuid 1000 --regid 1000 --clear-groups cat <"$MOUNT/psinfo" >"$BATS_TEST_TMPDIR/table"
	run -0 grep -Ec ' (of-root|of-bob|kthreadd) ' "$BATS_TEST_TMPDIR/table"
}

@test "a descriptor opened before a remount with hidepid= hides what the mount now hides" {
	# shellcheck disable=SC2016
	local as_alice=(setpriv --reuid 1000 --regid 1000 --clear-groups bash -c '
		exec 8<"$1/psinfo" 9<"$1/psinfo"
		"$2/query-list" on=- <&8 | grep -c "name=of-bob "
		echo opened
		read -r _
		"$2/query-list" on=- <&8 | grep -c "name=of-bob "
		grep -c "of-bob" <&9' bash "$MOUNT" "$BIN")
	proc_with hidepid=0
	coproc ALICE { "${as_alice[@]}" 2>&1 3>&-; }
	track "$ALICE_PID"
	exec {from}<&"${ALICE[0]}" {to}>&"${ALICE[1]}"
	read -r -t 60 before <&"$from"
	assert "$before" = 1 "records of bob before the remount"
	read -r -t 60 before <&"$from"
	mount -o remount,hidepid=2 "$MOUNT"
	echo go >&"$to"
	read -r -t 60 after <&"$from"
	assert "$after" = 0 "records of bob after the remount"
	read -r -t 60 after <&"$from"
	assert "$after" = 0 "rows of bob in a table that is first read after the remount"
}

@test "with the fallback for unknown kernels, a user sees only the reading process" {
	module_swap "$KO_UNKNOWN"
	mount -t proc -o hidepid=2 proc "$MOUNT"
	setpriv --reuid 1000 --regid 1000 --clear-groups cat "$MOUNT/psinfo" >"$BATS_TEST_TMPDIR/alice"
	cat "$MOUNT/psinfo" >"$BATS_TEST_TMPDIR/root"
	unmount_proc
	assert "$(table_rows "$BATS_TEST_TMPDIR/alice" | awk -F ' *[|] *' '{ print $2 }')" = cat "names that alice sees"
	run -0 grep -cE ' (of-root|of-alice|of-bob|a-undumpable) ' "$BATS_TEST_TMPDIR/root"
	assert "$output" -ge 4 "rows that root sees"
}

@test "a non-dumpable process sees itself, whichever of its threads opens the file" {
	local change
	proc_with hidepid=2
	for change in keepcaps setresuid; do
		run -0 "$BIN/see-self" "$MOUNT" "$change"
		assert "$output" = seen "after $change in the thread that opens it"
	done
}

@test "each procfs mount applies its own hidepid=" {
	local own=$BATS_TEST_TMPDIR/proc
	mkdir "$own"
	chmod 755 "$BATS_RUN_TMPDIR" "${BATS_TEST_TMPDIR%/*}" "$BATS_TEST_TMPDIR" "$own"
	proc_with hidepid=2
	mount -t proc -o hidepid=0 proc "$own"
	run setpriv --reuid 1000 --regid 1000 --clear-groups grep -c of-bob "$own/psinfo" "$MOUNT/psinfo" "$PSINFO"
	umount "$own"
	assert "$output" = "$own/psinfo:1
$MOUNT/psinfo:0
$PSINFO:1" "rows of bob in the three mounts"
}

@test "in a user's own user namespace, mapped IDs are shown, and 65534 for all others" {
	local table=$BATS_TEST_TMPDIR/table
	columns_set pid,uid,name,stat
	setpriv --reuid 1000 --regid 1000 --clear-groups unshare --map-root-user cat "$PSINFO" >"$table"
	# shellcheck disable=SC2016
	run -0 awk -F ' *[|] *' '$3 ~ /^(of-(alice|bob|root)|kthreadd)$/ { print $3, $2 + 0 }' "$table"
	assert "$(sort <<<"$output" | xargs)" = "kthreadd 65534 of-alice 0 of-bob 65534 of-root 65534" "UID"
}

@test "a mount with subset=pid has no psinfo" {
	proc_with subset=pid
	[[ -e $MOUNT/self/stat ]] || fail "this is no procfs"
	[[ ! -e $MOUNT/psinfo ]] || fail "psinfo is there"
	run cat "$MOUNT/psinfo"
	assert "$output" =~ "No such file" "what cat says"
}
