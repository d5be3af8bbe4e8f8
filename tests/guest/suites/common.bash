# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Variables and functions that are unused here are used by the suites.
# shellcheck disable=SC2034,SC2119,SC2120
#
# Common code of all suites, loaded with `load common`. It runs as root in a guest
# with the kernel that the module was built for. Each test starts with the module
# loaded with default parameters, and ends with a check of the kernel log.

PSINFO=/proc/psinfo
PARAMETERS=/sys/module/psinfo/parameters
KO=/root/psinfo.ko
KO_DEBUG=/root/psinfo-debug.ko
KO_UNKNOWN=/root/psinfo-unknown.ko
TESTMOD=/root/tests/testmod.ko
BIN=/root/tests/bin
DEFAULT_COLUMNS=pid,name,stat,parent

# Messages that must not appear in the kernel log
TROUBLE='WARNING:|BUG:|Oops|Call [Tt]race|rcu.*stall|soft lockup|hung_task|blocked for more than|UBSAN|KASAN|suspected memory leaks|leak detector disabled|general protection|Unable to handle'

# --- Assertions --------------------------------------------------------------

# fail MESSAGE...: ends the test with a message
fail() {
	printf '%s\n' "$*" >&2
	return 1
}

# assert ACTUAL OPERATOR EXPECTED WHAT: on failure prints both values.
# Operators: = != =~ -eq -ne -lt -le -gt -ge
assert() {
	local actual=$1 operator=$2 expected=$3 what=${4:-value} holds=0
	case $operator in
	=) [[ $actual == "$expected" ]] || holds=1 ;;
	!=) [[ $actual != "$expected" ]] || holds=1 ;;
	=~) [[ $actual =~ $expected ]] || holds=1 ;;
	-eq | -ne | -lt | -le | -gt | -ge) test "$actual" "$operator" "$expected" || holds=1 ;;
	*) fail "assert: unknown operator $operator" || return 1 ;;
	esac
	[[ $holds -eq 0 ]] || fail "$what: expected $operator '$expected', got '$actual'"
}

# refused WHY COMMAND...: the command fails, and its output matches WHY
refused() {
	local why=$1 said
	shift
	if said=$("$@" 2>&1); then
		fail "this was not refused: $*"
	else
		assert "$said" =~ "$why" "what is said of: $*"
	fi
}

# wait_for SECONDS CONDITION...: waits until the command succeeds; fails on timeout
wait_for() {
	local deadline=$((SECONDS + $1))
	shift
	until "$@"; do
		[[ $SECONDS -lt $deadline ]] || fail "timed out waiting for: $*" || return 1
		sleep 0.05
	done
}

# --- The kernel log ------------------------------------------------------------

# log_mark: writes a mark to the kernel log for the functions below
log_mark() {
	LOG_MARK="psinfo-test mark $BASHPID-$RANDOM-$RANDOM"
	echo "$LOG_MARK" >/dev/kmsg
}

# log_since_mark: the kernel log since log_mark, without time stamps and without the
# titles of KCSAN reports, which run-guest evaluates for the whole guest
log_since_mark() {
	dmesg -t | awk -v mark="$LOG_MARK" '
		found && !/^BUG: KCSAN:/
		index($0, mark) { found = 1 }
	'
}

# our_lines: the lines that psinfo has written to the kernel log since log_mark,
# without the kernel's own "psinfo: `VALUE' invalid for parameter `NAME'".
our_lines() {
	dmesg -t | awk -v mark="$LOG_MARK" 'found && /^psinfo: [^`]/; index($0, mark) { found = 1 }'
}

# logged REGEX...: since log_mark psinfo has written exactly these lines
logged() {
	local lines i=0 regex
	mapfile -t lines < <(our_lines)
	for regex; do
		assert "${lines[i]:-(nothing)}" =~ "$regex" "line $((i + 1)) of psinfo in the kernel log" || return 1
		i=$((i + 1))
	done
	assert "${lines[*]:i}" = "" "what psinfo has written beside that"
}

# kept_by_kasan: the KiB of freed memory that may still be in KASAN's quarantine. In
# such a kernel kmemleak finds leaks. Reading all symbols takes a quarter of a second,
# so do not call this in setup().
kept_by_kasan() {
	if grep -q ' kasan_quarantine_put$' /proc/kallsyms; then
		awk '$1 == "MemTotal:" { print int($2 / 16) }' /proc/meminfo
	else
		echo 0
	fi
}

# --- The module ----------------------------------------------------------------

module_loaded() { [[ -d /sys/module/psinfo ]]; }
module_load() { insmod "$KO" "$@"; }
module_unload() { rmmod psinfo; }

# module_swap FILE [PARAMETER...]: loads this build of the module for the current test
module_swap() {
	[[ -e $1 ]] || skip "not here: $1"
	! module_loaded || module_unload
	insmod "$@"
	SWAPPED=yes
}

# is_open_in PID: whether the process has the module's file open
is_open_in() { [[ $(readlink "/proc/$1"/fd/*) == */psinfo* ]]; }

columns_set() { echo "$1" >"$PARAMETERS/columns"; }

# --- Processes that a test creates -----------------------------------------------

# track PID...: kills them at the end of the test, even if it fails
track() { TRACKED+=("$@"); }

# at_end COMMAND...: runs at the end of the test, even if it fails, before its
# processes are killed; in reverse order
at_end() { AT_END=("$(printf '%q ' "$@")" "${AT_END[@]}"); }

# start PROGRAM ARGUMENT...: runs a helper program in the background until the end of
# the test. Sets ANSWER to the first line of its output, STARTED to its PID, and REST
# to a descriptor for the rest of the output.
start() {
	exec {REST}< <(exec "$BIN/$1" "${@:2}" 3>&-)
	STARTED=$!
	track "$STARTED"
	read -r -t 60 -u "$REST" ANSWER || fail "$* gave no answer"
}

# testmod_load ACT: loads tests/guest/testmod for the current test
testmod_load() {
	[[ -e $TESTMOD ]] || skip "not here: $TESTMOD"
	insmod "$TESTMOD" act="$1"
}

# --- The cast: processes of several users (programs/cast.cpp) ---------------------

# On the root file system: the others are mounted nosuid.
STAGE=/var/psinfo-stage
MOUNT=$STAGE/proc

# cast_begins PROGRAM: starts the cast, once per suite. $STAGE/pid holds the PID of
# their parent, $MOUNT is an empty directory, $STAGE/set-uid-* the set-uid program.
cast_begins() {
	rm -rf "$STAGE"
	mkdir -p "$MOUNT"
	install -m 4755 "$BIN/cast" "$STAGE/set-uid"
	install -m 755 "$BIN/cast" "$STAGE/set-uid.plain"
	install -m 4755 "$1" "$STAGE/set-uid-${1##*/}"
	"$BIN/cast" "$STAGE/set-uid" >"$STAGE/said" 2>&1 3>&- &
	echo $! >"$STAGE/pid"
	wait_for 20 grep -q ready "$STAGE/said" || fail "$(<"$STAGE/said")"
}

cast_ends() {
	kill -KILL "$(<"$STAGE/pid")"
	unmount_proc
	rm -rf "$STAGE"
}

unmount_proc() { ! mountpoint -q "$MOUNT" || umount "$MOUNT"; }

# --- States ------------------------------------------------------------------------

# state_is PID LETTER: whether /proc shows this state
state_is() { [[ $(<"/proc/$1/stat") =~ .*\)\ (.) && ${BASH_REMATCH[1]} == "$2" ]]; }

# --- The table --------------------------------------------------------------------

# table_rows [FILE]: the rows only, without header, rules and totals
table_rows() {
	awk '/^-+$/ { rules++; next } rules == 1' "${1:-$PSINFO}"
}

# table_row PID [FILE]: the row of a process, or nothing
table_row() {
	awk -v pid="$1" '/^-+$/ { rules++ } rules == 1 && $1 == pid' "${2:-$PSINFO}"
}

# table_cell PID COLUMN-NUMBER [FILE]: one cell of the table, without padding
table_cell() {
	awk -F ' [|] ' -v pid="$1" -v n="$2" '
		/^-+$/ { rules++ }
		rules == 1 && $1 + 0 == pid { gsub(/^ +| +$/, "", $n); print $n }
	' "${3:-$PSINFO}"
}

# table_total WORD [FILE]: a number from the totals below the rows
table_total() {
	tr '\t' '\n' <"${2:-$PSINFO}" | sed -n "s/^$1: //p"
}

# --- Memory leaks (in a kernel with kmemleak) -----------------------------------

KMEMLEAK=/sys/kernel/debug/kmemleak

# leaks_begin: ignores all leaks up to now. Disables the automatic scan, which would
# delay RCU for a minute during a storm; no_leak starts scans explicitly.
leaks_begin() {
	mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
	[[ -e $KMEMLEAK ]] || return 0
	echo scan=off >"$KMEMLEAK"
	echo clear >"$KMEMLEAK"
}

# no_leak: kmemleak finds no leaks since leaks_begin. It scans up to three times,
# because a pointer that is only in a register looks like a leak.
no_leak() {
	local found
	[[ -e $KMEMLEAK ]] || return 0
	for _ in {1..3}; do
		echo scan >"$KMEMLEAK"
		found=$(<"$KMEMLEAK")
		[[ -n $found ]] || return 0
		sleep 2
	done
	echo clear >"$KMEMLEAK"
	fail "memory was lost: $found"
}

# --- Before and after each test -----------------------------------------------------

setup() {
	TRACKED=()
	AT_END=()
	SWAPPED=''
	log_mark
	TEST_MARK=$LOG_MARK
	module_loaded || module_load
	columns_set "$DEFAULT_COLUMNS"
}

teardown() {
	local pid log command failed=0
	for command in "${AT_END[@]}"; do eval "$command"; done
	# First: processes blocked in testmod cannot be killed.
	[[ ! -d /sys/module/testmod ]] || rmmod testmod
	for pid in "${TRACKED[@]}"; do
		kill -CONT "$pid" 2>/dev/null || true
		kill -KILL "$pid" 2>/dev/null || true
	done
	# Wait only after killing all: some may not get to run, not even to exit,
	# while others still run.
	for pid in "${TRACKED[@]}"; do
		wait "$pid" 2>/dev/null || true
	done
	[[ -z $SWAPPED ]] || ! module_loaded || module_unload || failed=1
	LOG_MARK=${TEST_MARK:-$LOG_MARK}
	log=$(log_since_mark)
	if [[ -z ${BATS_TEST_COMPLETED:-} ]]; then
		printf 'kernel log since the test began:\n%s\n' "$log" >&2
	fi
	if [[ $log =~ $TROUBLE ]]; then
		printf 'trouble in the kernel log:\n%s\n' "$log" >&2
		return 1
	fi
	module_loaded || module_load
	return "$failed"
}
