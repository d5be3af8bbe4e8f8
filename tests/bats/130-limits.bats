#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Open tables hold kernel memory. The module bounds how much: max_mib in all,
# half of it per user, a quarter kept for root; beyond that reading fails with
# ENOBUFS and loses nothing, and closing gives everything back
# (helpers/hoard.cpp). With max_mib=1 a dozen tables are a user's share.

bats_require_minimum_version 1.5.0
load common

ALICE=1000 BOB=1001 NOBODY=65534
MANY=1000

max_mib() { echo "$1" >"$PARAMETERS/max_mib"; }
teardown_file() { max_mib 64; }

# hold UID MOST: keeps that many tables until it is killed; sets HOLDER and HELD
hold() {
	local said
	said=$(mktemp "$BATS_TEST_TMPDIR/held.XXXXXX")
	"$BIN/hoard" hold "$1" "$2" >"$said" 2>&1 3>&- &
	HOLDER=$!
	track "$HOLDER"
	wait_for 30 grep -q '^held' "$said"
	HELD=$(<"$said")
}

let_go() {
	kill -KILL "$1"
	wait "$1" || true
}

# can_hold UID: how many tables the user can have open, or the whole answer if
# it ended otherwise than with ENOBUFS
can_hold() {
	local said
	said=$("$BIN/hoard" tell "$1" "$MANY")
	[[ $said =~ ^held\ ([0-9]+)\ ENOBUFS$ ]] && said=${BASH_REMATCH[1]}
	echo "$said"
}

# The processes of a test come and go, and a table may need a page more.
assert_near() {
	assert "$1" -ge $(($2 * 9 / 10 - 1)) "$3"
	assert "$1" -le $(($2 * 11 / 10 + 1)) "$3"
}

@test "a user who keeps too many tables open gets ENOBUFS, and all back on closing them" {
	local first
	max_mib 1
	first=$(can_hold $ALICE)
	assert "$first" -ge 3 "tables that alice can keep"
	assert "$first" -le 40 "tables that alice can keep"
	assert_near "$(can_hold $ALICE)" "$first" "tables that alice can keep the second time"
}

@test "failing again and again loses nothing, and giving back some is enough to read again" {
	max_mib 1
	run -0 "$BIN/hoard" retry $ALICE $MANY
	assert "${lines[0]}" =~ ^held\ [0-9]+\ ENOBUFS$ "before"
	assert "${lines[1]}" = "${lines[0]}" "after"
}

@test "while one user holds all of its share, others and root can read" {
	max_mib 1
	hold $ALICE $MANY
	assert "$HELD" =~ ENOBUFS "what alice got"
	assert "$(can_hold $ALICE)" -eq 0 "tables that alice can have beyond"
	assert "$(can_hold $BOB)" -ge 1 "tables that bob can have"
	cat "$PSINFO" >/dev/null
	run setpriv --reuid "$ALICE" --regid "$ALICE" --clear-groups cat "$PSINFO"
	assert "$status" = 1 "status of cat"
	assert "$output" =~ "No buffer space available" "what cat says"
}

@test "all users together leave a quarter to root" {
	local alone
	max_mib 1
	alone=$(can_hold $ALICE)
	hold $ALICE $MANY
	hold $BOB $MANY
	assert "$HELD" =~ ENOBUFS "what bob got"
	# The share is half of all, and a quarter of all is left to him.
	assert "$(cut -d' ' -f2 <<<"$HELD")" -lt "$alone" "tables that bob could have"
	assert "$(can_hold $NOBODY)" -eq 0 "tables that a third user can have"
	assert "$(can_hold 0)" -ge $((alone / 2 - 1)) "tables that root can have"
}

@test "root is not bounded by a share, but by max_mib" {
	local alice
	max_mib 1
	alice=$(can_hold $ALICE)
	assert_near "$(can_hold 0)" $((2 * alice)) "tables that root can keep"
}

@test "a user namespace gives a user no second share" {
	max_mib 1
	hold $ALICE $MANY
	run -0 setpriv --reuid "$ALICE" --regid "$ALICE" --clear-groups \
		unshare --map-root-user "$BIN/hoard" tell - $MANY
	assert "$output" = "held 0 ENOBUFS" "what alice can have as root of her user namespace"
}

@test "a table that a user opened counts as the user's when a set-uid program reads it" {
	local stage=/var/psinfo-limits
	mkdir -p "$stage"
	install -m 4755 "$(type -P cat)" "$stage/set-uid-cat"
	max_mib 1
	# shellcheck disable=SC2016
	local as_alice=(setpriv --reuid "$ALICE" --regid "$ALICE" --clear-groups
		bash -c 'exec "$1" <"$2"' bash "$stage/set-uid-cat" "$PSINFO")
	run -0 "${as_alice[@]}"
	hold $ALICE $MANY
	run "${as_alice[@]}"
	rm -rf "$stage"
	assert "$status" = 1 "status of the set-uid cat"
	assert "$output" =~ "No buffer space available" "what it says"
}

@test "max_mib can be changed while tables are open" {
	local first
	max_mib 2
	hold $ALICE $MANY
	first=$(cut -d' ' -f2 <<<"$HELD")
	assert "$(can_hold $ALICE)" -eq 0 "more tables with 2 MiB"
	max_mib 4
	assert_near "$(can_hold $ALICE)" "$first" "more tables with 4 MiB"
	max_mib 1
	assert "$(can_hold $ALICE)" -eq 0 "more tables with 1 MiB"
	assert "$(can_hold $BOB)" -eq 0 "tables of bob, as alice has more than there is"
	let_go "$HOLDER"
	assert_near "$(can_hold $ALICE)" $((first / 2)) "tables with 1 MiB"
}

@test "readers that are killed leave nothing behind" {
	local first
	max_mib 1
	first=$(can_hold $ALICE)
	hold $ALICE $MANY
	let_go "$HOLDER"
	assert_near "$(can_hold $ALICE)" "$first" "tables after the holder was killed"
	run -0 "$BIN/hoard" killed $ALICE 200
	assert_near "$(can_hold $ALICE)" "$first" "tables after 200 readers were killed"
}

@test "unloading gives back what is held, and what is closed later is not given back twice" {
	local first held
	max_mib 1
	hold $ALICE $MANY
	held=$HOLDER
	first=$(cut -d' ' -f2 <<<"$HELD")
	module_unload
	module_load max_mib=1
	assert_near "$(can_hold $ALICE)" "$first" "tables beside those of the module that is gone"
	hold $ALICE 2
	let_go "$held"
	assert_near "$(can_hold $ALICE)" $((first - 2)) "tables beside two, after the old ones were closed"
}

@test "2,000 reads do not grow the memory of the kernel" {
	local grown unaccounted kept
	kept=$(kept_by_kasan)
	max_mib 64
	run -0 "$BIN/hoard" cycle $ALICE 2000
	echo "# $output" >&3
	read -r _ grown _ unaccounted <<<"$output"
	# One byte in a thousand lost at every read would be some 80 KiB.
	assert "$grown" -le $((300 + kept)) "KiB more of slabs, vmalloc and page tables"
	assert "$unaccounted" -le $((16384 + kept)) "KiB less of free memory"
}

@test "as many tables as a process may have descriptors are fine" {
	max_mib 1024
	run -0 "$BIN/hoard" tell 0 100000
	assert "$output" =~ '^held [0-9]{4,} (EMFILE|ENOBUFS)$' "what root got"
	max_mib 64
	cat "$PSINFO" >/dev/null
}

@test "tables are charged to the memory cgroup of the reader" {
	local group=/sys/fs/cgroup/psinfo-test before after
	mkdir "$group"
	if [[ ! -e $group/memory.current ]]; then
		rmdir "$group"
		skip "not here: no memory controller in cgroup v2"
	fi
	max_mib 64
	# shellcheck disable=SC2016
	bash -c 'echo $$ >"$1/cgroup.procs"; exec "$2" hold 0 300' bash "$group" "$BIN/hoard" \
		>"$BATS_TEST_TMPDIR/said" 3>&- &
	track $!
	wait_for 30 grep -q '^held 300 nothing' "$BATS_TEST_TMPDIR/said"
	before=$(<"$group/memory.current")
	kill -KILL $!
	wait $! || true
	after=$(<"$group/memory.current")
	rmdir "$group"
	# 300 times 256 rows; what is kept per processor makes it inexact.
	assert "$((before - after))" -ge $((300 * 20 * 1024)) "bytes charged for 300 tables"
}
