#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Open tables hold kernel memory. The module limits it: max_mib in total, half of
# it per user, a quarter reserved for root. Beyond a user's share, reads fail with
# ENOBUFS. When the budget is exhausted, the oldest tables of the user with the most
# memory are revoked (ESTALE), so that other users can still read. Failing
# reads leak nothing, and closing frees everything (programs/hoard.cpp). With
# max_mib=1, a user's share is one to two dozen tables.

bats_require_minimum_version 1.5.0
load common

ALICE=1000 BOB=1001 NOBODY=65534
MANY=1000

declare -gA TO_HOLDER
max_mib() { echo "$1" >"$PARAMETERS/max_mib"; }
teardown_file() { max_mib 64; }

# hold UID MOST: starts a process that holds up to MOST tables until it is killed;
# sets HOLDER to its PID and HELD to its output
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

# can_hold UID: how many tables the user can have open, or the complete output if the
# last read did not fail with ENOBUFS
can_hold() {
	local said
	said=$("$BIN/hoard" tell "$1" "$MANY")
	[[ $said =~ ^held\ ([0-9]+)\ ENOBUFS$ ]] && said=${BASH_REMATCH[1]}
	echo "$said"
}

# more_processes: makes tables larger, so that a remainder of a share that was too
# small for the last table is also too small for the next one
more_processes() {
	start crowd "${1:-100}"
	CROWD=$STARTED
}
table_lacks() { ! grep -q "| $1 " "$PSINFO"; }
fewer_processes() {
	kill -TERM "$CROWD"
	wait_for 60 table_lacks psinfo-crowd
}

# Tolerates 10 % and one table: the processes of a test come and go, and a table may
# need one more page.
assert_near() {
	assert "$1" -ge $(($2 * 9 / 10 - 1)) "$3"
	assert "$1" -le $(($2 * 11 / 10 + 1)) "$3"
}

@test "a user with too many open tables gets ENOBUFS, and can open as many again after closing them" {
	local first
	max_mib 1
	first=$(can_hold $ALICE)
	assert "$first" -ge 3 "tables that alice can keep"
	assert "$first" -le 80 "tables that alice can keep"
	assert_near "$(can_hold $ALICE)" "$first" "tables that alice can keep the second time"
}

@test "repeated failures leak nothing, and closing some tables is enough to read again" {
	max_mib 1
	run -0 "$BIN/hoard" retry $ALICE $MANY
	assert "${lines[0]}" =~ ^held\ [0-9]+\ ENOBUFS$ "before"
	assert "${lines[1]}" = "${lines[0]}" "after"
}

@test "while one user has used up its share, other users and root can read" {
	max_mib 1
	hold $ALICE $MANY
	assert "$HELD" =~ ENOBUFS "what alice got"
	more_processes
	assert "$(can_hold $ALICE)" -eq 0 "tables that alice can have beyond"
	run setpriv --reuid "$ALICE" --regid "$ALICE" --clear-groups cat "$PSINFO"
	assert "$status" = 1 "status of cat"
	assert "$output" =~ "No buffer space available" "what cat says"
	assert "$(can_hold $BOB)" -ge 1 "tables that bob can have"
	cat "$PSINFO" >/dev/null
	let_go "$HOLDER"
	fewer_processes
}

# hold_yielding UID [MOST]: holds as many tables as possible, until let_see
hold_yielding() {
	rm -f "$BATS_TEST_TMPDIR/yields.$1"
	exec {to_holder}> >(exec "$BIN/hoard" yields "$1" "${2:-$MANY}" >"$BATS_TEST_TMPDIR/yields.$1" 2>&1 3>&-)
	TO_HOLDER[$1]=$to_holder
	track $!
	wait_for 30 grep -qs '^held' "$BATS_TEST_TMPDIR/yields.$1"
	HELD=$(<"$BATS_TEST_TMPDIR/yields.$1")
}
# let_see UID: sets STALE to how many of these tables were revoked
let_see() {
	local said to_holder=${TO_HOLDER[$1]}
	echo >&"$to_holder"
	exec {to_holder}>&-
	wait_for 30 eval "(( \$(wc -l <'$BATS_TEST_TMPDIR/yields.$1') == 2 ))"
	said=$(tail -1 "$BATS_TEST_TMPDIR/yields.$1")
	[[ $said =~ ^held\ [0-9]+\ stale\ ([0-9]+)$ ]] || fail "$said"
	STALE=${BASH_REMATCH[1]}
}

@test "users at the limit together share three quarters of the budget; a quarter is reserved for root" {
	local alone third
	max_mib 1
	alone=$(can_hold $ALICE)
	hold $ALICE $MANY
	hold $BOB $MANY
	assert "$HELD" =~ ENOBUFS "what bob got"
	# A user's share is half of the budget; together users have three quarters.
	assert_near "$(cut -d' ' -f2 <<<"$HELD")" $((alone * 3 / 4)) "tables that bob could have beside alice"
	third=$(can_hold $NOBODY)
	assert "$third" -ge $((alone / 3)) "tables that a third user can have beside both"
	assert "$third" -le $((alone * 2 / 3)) "tables that a third user can have beside both"
	assert "$(can_hold 0)" -ge $((alone / 2 - 1)) "tables that root can have"
}

@test "the oldest tables of the user with the most memory are revoked (ESTALE) and can be reopened" {
	max_mib 1
	hold_yielding $ALICE
	assert "$HELD" =~ ENOBUFS "what alice got"
	let_see $ALICE
	assert "$STALE" -eq 0 "tables taken back while there is room"
	hold_yielding $NOBODY 1
	hold_yielding $ALICE
	hold $BOB $MANY
	let_see $ALICE
	assert "$STALE" -ge 1 "tables taken back from alice"
	let_see $NOBODY
	assert "$STALE" -eq 0 "tables taken back from a third user, who holds least"
	run -0 setpriv --reuid "$NOBODY" --regid "$NOBODY" --clear-groups cat "$PSINFO"
	assert "${lines[-1]}" =~ ^=+$ "the last line of a whole table"
}

@test "of concurrent reads that exceed the budget together, some succeed and all others get ESTALE" {
	local round uid readers said
	start crowd 1700
	module_swap "$KO_DEBUG" race_window_us=300
	max_mib 1
	columns_set all
	# Three rounds: what one round revokes must not affect the next one.
	for round in 1 2 3; do
		readers=()
		for uid in 5001 5002 5003 5004; do
			setpriv --reuid "$uid" --regid "$uid" --clear-groups cat "$PSINFO" >"$BATS_TEST_TMPDIR/of.$uid" 2>&1 3>&- &
			readers+=("$!")
		done
		track "${readers[@]}"
		for uid in "${readers[@]}"; do wait "$uid" || true; done
		said=$(grep -ah '^TOTAL: \|^cat:' "$BATS_TEST_TMPDIR"/of.*)
		assert "$said" =~ TOTAL: "round $round"
		assert "$said" =~ 'Stale file handle' "round $round"
		assert "$(grep -vc '^TOTAL: \|Stale file handle$' <<<"$said" || true)" = 0 "readers who met something else, round $round: $said"
	done
}

@test "many users with one table each do not prevent others from reading" {
	local crowd
	max_mib 1
	columns_set all
	"$BIN/hoard" crowd 5000 200 >"$BATS_TEST_TMPDIR/crowd" 2>&1 3>&- &
	crowd=$!
	track "$crowd"
	wait_for 60 grep -q '^held' "$BATS_TEST_TMPDIR/crowd"
	assert "$(<"$BATS_TEST_TMPDIR/crowd")" = "held 200" "users that could take a table"
	run -0 setpriv --reuid "$ALICE" --regid "$ALICE" --clear-groups cat "$PSINFO"
	assert "${lines[-1]}" =~ ^=+$ "the last line of alice's table"
	assert "$(can_hold $BOB)" -ge 1 "tables that bob can have"
	kill -KILL "$crowd"
	wait_for 60 table_lacks hoard
}

@test "containers in user namespaces created by root have separate shares" {
	local tenant=$BATS_TEST_TMPDIR/tenant
	# tenant COMMAND...: runs as uid 0 of a new user namespace that root created
	cat >"$tenant" <<-'SH'
		#!/bin/bash
		exec unshare --user --map-user=0 --map-group=0 setpriv --bounding-set=-all "$@"
	SH
	chmod +x "$tenant"
	max_mib 1
	"$tenant" "$BIN/hoard" hold - $MANY >"$BATS_TEST_TMPDIR/first" 2>&1 3>&- &
	track $!
	wait_for 30 grep -q '^held' "$BATS_TEST_TMPDIR/first"
	assert "$(<"$BATS_TEST_TMPDIR/first")" =~ ENOBUFS "what the first tenant got"
	run -0 "$tenant" "$BIN/hoard" tell - $MANY
	assert "$output" =~ '^held [0-9]+ ENOBUFS$' "what the second tenant got"
	assert "$(cut -d' ' -f2 <<<"$output")" -ge 3 "tables of the second tenant"
}

@test "root can read a table larger than its reserve, however much memory users hold" {
	max_mib 1
	columns_set all
	more_processes 2500
	hold $ALICE $MANY
	hold $BOB $MANY
	cat "$PSINFO" >"$BATS_TEST_TMPDIR/table" || fail "root cannot read: $?"
	assert "$(table_total TOTAL "$BATS_TEST_TMPDIR/table")" -ge 2500 "processes"
	max_mib 64
	fewer_processes
}

free_kib() { awk '$1 == "MemFree:" { print $2 }' /proc/meminfo; }

# settled_free: the same once it is stable: the memory of exited processes is freed
# later, some of it after seconds
settled_free() {
	local before=-1 now calm=0
	for _ in {1..100}; do
		now=$(free_kib)
		((now - before < 128 && before - now < 128)) && calm=$((calm + 1)) || calm=0
		((calm < 8)) || break
		before=$now
		sleep 0.2
	done
	echo "$now"
}

# alice_takes: fills alice's share and empties it again; sets HELD_TABLES, and MOST and
# LEAST to what the kernel's free memory lost and got back, in KiB
alice_takes() {
	local before after released
	before=$(settled_free)
	hold $ALICE $MANY
	after=$(free_kib)
	assert "$HELD" =~ ENOBUFS "what alice got"
	HELD_TABLES=$(cut -d' ' -f2 <<<"$HELD")
	let_go "$HOLDER"
	released=$(settled_free)
	# Other processes also allocate and free memory, which is in one of the differences.
	MOST=$((before - after)) LEAST=$((released - after))
	((MOST >= LEAST)) || { MOST=$LEAST LEAST=$((before - after)); }
	echo "# 8192 KiB charged for $HELD_TABLES tables took $((before - after)) KiB and gave back $((released - after))" >&3
}

@test "the memory charged for tables matches the memory allocated" {
	local round limit
	max_mib 16
	# Some hundred rows each, so that they dominate the memory of a table
	more_processes 250
	sync
	echo 3 >/proc/sys/vm/drop_caches
	for round in 1 2 3 4 5; do
		alice_takes
		# Like every open file in /proc, a table also needs some KiB for its
		# structures and for the buffer of seq_file.
		limit=$((8192 + 1024 + 8 * HELD_TABLES + $(kept_by_kasan)))
		assert "$HELD_TABLES" -le 300 "tables in 8192 KiB"
		# What others do differs each time; a wrong charge does not.
		((round < 5 && (MOST < 7000 || LEAST > limit))) || break
	done
	assert "$MOST" -ge 7000 "KiB taken for 8192 charged"
	assert "$LEAST" -le "$limit" "KiB taken for 8192 charged"
	fewer_processes
}

@test "memory for tables and queries is allocated in single pages" {
	local tracing=/sys/kernel/tracing
	if ! mountpoint -q "$tracing"; then
		mount -t tracefs tracefs "$tracing" 2>/dev/null || skip "not here: no tracefs"
		at_end umount "$tracing"
	fi
	[[ -d $tracing/events/kmem/mm_page_alloc ]] || skip "not here: no events of the page allocator"
	at_end eval "echo $(awk '{ print $1 }' "$tracing/buffer_size_kb") >$tracing/buffer_size_kb"
	at_end eval "echo 0 >$tracing/events/kmem/mm_page_alloc/enable; echo 0 >$tracing/options/stacktrace; echo >$tracing/trace"
	max_mib 64
	columns_set all
	more_processes 1500
	echo 16384 >"$tracing/buffer_size_kb"
	echo 1 >"$tracing/options/stacktrace"
	echo 1 >"$tracing/events/kmem/mm_page_alloc/enable"
	cat "$PSINFO" >/dev/null
	"$BIN/query-list" >/dev/null
	echo 0 >"$tracing/events/kmem/mm_page_alloc/enable"
	# Each event is followed by its stack. Slabs and, since 7.3, vmalloc() may try
	# higher orders opportunistically, without direct reclaim, so that nothing is
	# compacted or written out for them. Only allocations above order 0 with direct
	# reclaim count, except for slabs, whose objects may be larger than a page, and
	# page faults in the reader's own buffer.
	awk '/mm_page_alloc:/ {
		order = $0; sub(/.*order=/, "", order); order += 0
		if (!/GFP_(KERNEL|USER|HIGHUSER|NOFS|NOIO)|GFP_(DIRECT_)?RECLAIM/) order = 0
		slab = 0; next
	     }
	     /slab|handle_mm_fault/ { slab = 1 }
	     /=> psinfo_/ && !slab { seen[order]++; slab = 1 }
	     END { for (o in seen) print o, seen[o] }' "$tracing/trace" >"$BATS_TEST_TMPDIR/orders"
	assert "$(cut -d' ' -f1 "$BATS_TEST_TMPDIR/orders")" = 0 "orders of what psinfo allocated"
	assert "$(cut -d' ' -f2 "$BATS_TEST_TMPDIR/orders")" -ge 50 "pages that psinfo allocated"
	fewer_processes
}

@test "root is limited by max_mib, not by a user's share" {
	local alice
	max_mib 1
	alice=$(can_hold $ALICE)
	assert_near "$(can_hold 0)" $((2 * alice)) "tables that root can keep"
}

@test "a user gets no second share in a user namespace" {
	max_mib 1
	hold $ALICE $MANY
	more_processes
	run -0 setpriv --reuid "$ALICE" --regid "$ALICE" --clear-groups \
		unshare --map-root-user "$BIN/hoard" tell - $MANY
	assert "$output" = "held 0 ENOBUFS" "what alice can have as root of her user namespace"
	fewer_processes
}

@test "a table opened by a user is charged to the user even if a set-uid program reads it" {
	local stage=/var/psinfo-limits
	mkdir -p "$stage"
	install -m 4755 "$(type -P cat)" "$stage/set-uid-cat"
	max_mib 1
	# shellcheck disable=SC2016
	local as_alice=(setpriv --reuid "$ALICE" --regid "$ALICE" --clear-groups
		bash -c 'exec "$1" <"$2"' bash "$stage/set-uid-cat" "$PSINFO")
	run -0 "${as_alice[@]}"
	hold $ALICE $MANY
	more_processes
	run "${as_alice[@]}"
	rm -rf "$stage"
	fewer_processes
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
	assert "$(can_hold $BOB)" -ge 1 "tables of bob, although alice has more than there is"
	let_go "$HOLDER"
	assert_near "$(can_hold $ALICE)" $((first / 2)) "tables with 1 MiB"
}

@test "killed readers release all their memory" {
	local first
	max_mib 1
	first=$(can_hold $ALICE)
	hold $ALICE $MANY
	let_go "$HOLDER"
	assert_near "$(can_hold $ALICE)" "$first" "tables after the holder was killed"
	run -0 "$BIN/hoard" killed $ALICE 200
	assert_near "$(can_hold $ALICE)" "$first" "tables after 200 readers were killed"
}

@test "unloading releases the memory of open tables, and closing them later does not release it again" {
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

@test "2,000 reads leak no kernel memory" {
	local grown unaccounted kept
	kept=$(kept_by_kasan)
	max_mib 64
	run -0 "$BIN/hoard" cycle $ALICE 2000
	echo "# $output" >&3
	read -r _ grown _ unaccounted <<<"$output"
	# Losing one byte in a thousand at every read would be about 80 KiB.
	assert "$grown" -le $((300 + kept)) "KiB more of slabs, vmalloc and page tables"
	assert "$unaccounted" -le $((16384 + kept)) "KiB less of free memory"
}

@test "root can hold at least 1,000 tables, until EMFILE or ENOBUFS" {
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
	# 300 times some pages of rows and text; inexact because of per-CPU caches
	assert "$((before - after))" -ge $((300 * 12 * 1024)) "bytes charged for 300 tables"
}
