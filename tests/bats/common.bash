# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What is unused here is used by the suites.
# shellcheck disable=SC2034,SC2119,SC2120
#
# What every suite shares. Loaded with `load common`. It runs as root inside a
# guest whose kernel is the module's; each test starts with the module loaded
# with its default parameters and ends with a look into the kernel log.

PSINFO=/proc/psinfo
PARAMETERS=/sys/module/psinfo/parameters
KO=/root/psinfo.ko
KO_DEBUG=/root/psinfo-debug.ko
KO_UNKNOWN=/root/psinfo-unknown.ko
TESTMOD=/root/tests/testmod.ko
BIN=/root/tests/bin
DEFAULT_COLUMNS=pid,name,stat,parent

# What the kernel log of a healthy test never holds.
TROUBLE='WARNING:|BUG:|Oops|Call [Tt]race|rcu.*stall|soft lockup|hung_task|blocked for more than|UBSAN|KASAN|suspected memory leaks|leak detector disabled|general protection|Unable to handle'

# --- Saying what is expected -------------------------------------------------

# fail MESSAGE...: ends the test with a message
fail() {
	printf '%s\n' "$*" >&2
	return 1
}

# assert ACTUAL OPERATOR EXPECTED WHAT: prints both sides where they differ.
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

# refused WHY COMMAND...: the command fails, and says WHY (a part of it)
refused() {
	local why=$1 said
	shift
	if said=$("$@" 2>&1); then
		fail "this was not refused: $*"
	else
		assert "$said" =~ "$why" "what is said of: $*"
	fi
}

# wait_for SECONDS CONDITION...: until the command succeeds, or the test fails
wait_for() {
	local deadline=$((SECONDS + $1))
	shift
	until "$@"; do
		[[ $SECONDS -lt $deadline ]] || fail "waited in vain for: $*" || return 1
		sleep 0.05
	done
}

# --- The kernel log ------------------------------------------------------------

# log_mark: everything in the kernel log from here on belongs to this test
log_mark() {
	LOG_MARK="psinfo-test mark $BASHPID-$RANDOM-$RANDOM"
	echo "$LOG_MARK" >/dev/kmsg
}

# log_since_mark: the kernel log since log_mark, without time stamps, and without
# the titles of reports about data races, which are judged for the guest as a whole
# (run-guest)
log_since_mark() {
	dmesg -t | awk -v mark="$LOG_MARK" '
		found && !/^BUG: KCSAN:/
		index($0, mark) { found = 1 }
	'
}

# our_lines: what psinfo has written to the kernel log since log_mark. The
# kernel's own "psinfo: `VALUE' invalid for parameter `NAME'" is not ours.
our_lines() {
	dmesg -t | awk -v mark="$LOG_MARK" 'found && /^psinfo: [^`]/; index($0, mark) { found = 1 }'
}

# logged REGEX...: since log_mark psinfo has written these lines and no other
logged() {
	local lines i=0 regex
	mapfile -t lines < <(our_lines)
	for regex; do
		assert "${lines[i]:-(nothing)}" =~ "$regex" "line $((i + 1)) of psinfo in the kernel log"
		i=$((i + 1))
	done
	assert "${lines[*]:i}" = "" "what psinfo has written beside that"
}

# kept_by_kasan: how many KiB may lie in its quarantine, freed and not free; what
# is lost in such a kernel, kmemleak finds. All symbols of a kernel take a quarter
# of a second to read, so not where every test begins.
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

# module_swap FILE [PARAMETER...]: this build of the module until the end of the test
module_swap() {
	[[ -e $1 ]] || skip "not here: $1"
	! module_loaded || module_unload
	insmod "$@"
	SWAPPED=yes
}

# is_open_in PID: whether the process has the module's file open
is_open_in() { [[ $(readlink "/proc/$1"/fd/*) == */psinfo* ]]; }

columns_set() { echo "$1" >"$PARAMETERS/columns"; }

# --- Processes that a test makes -------------------------------------------------

# track PID...: killed at the end of the test, also when it fails
track() { TRACKED+=("$@"); }

# at_end COMMAND...: runs at the end of the test, also when it fails, before its
# processes are killed; what came last goes first
at_end() { AT_END=("$(printf '%q ' "$@")" "${AT_END[@]}"); }

# start PROGRAM ARGUMENT...: runs a helper program beside the test until its end.
# ANSWER is the first line that it prints, STARTED its PID, REST a descriptor to
# read what it prints after that.
start() {
	exec {REST}< <(exec "$BIN/$1" "${@:2}" 3>&-)
	STARTED=$!
	track "$STARTED"
	read -r -t 60 -u "$REST" ANSWER || fail "$* gave no answer"
}

# testmod_load ACT: what only a kernel can do (tests/guest/testmod); it is
# removed at the end of the test
testmod_load() {
	[[ -e $TESTMOD ]] || skip "not here: $TESTMOD"
	insmod "$TESTMOD" act="$1"
}

# --- The cast: processes of several users (helpers/cast.cpp) ---------------------

# On the root file system: others do not honour the set-user-id bit.
STAGE=/var/psinfo-stage
MOUNT=$STAGE/proc

# cast_begins PROGRAM: once for a suite; $STAGE/pid is the PID of their parent,
# $MOUNT an empty directory, $STAGE/set-uid-* the program with its bit set
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

# state_is PID LETTER: what /proc says
state_is() { [[ $(<"/proc/$1/stat") =~ .*\)\ (.) && ${BASH_REMATCH[1]} == "$2" ]]; }

# --- The table --------------------------------------------------------------------

# table_rows [FILE]: the rows only, without header, rules and totals
table_rows() {
	awk '/^-+$/ { rules++; next } rules == 1' "${1:-$PSINFO}"
}

# table_row PID [FILE]: the row of one process, nothing if there is none
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

# table_total WORD [FILE]: a number of the lines below the table
table_total() {
	tr '\t' '\n' <"${2:-$PSINFO}" | sed -n "s/^$1: //p"
}

# --- Memory that nobody points to any more (in a kernel with kmemleak) ----------

KMEMLEAK=/sys/kernel/debug/kmemleak

# leaks_begin: what there is up to now does not count. It is looked for when it is
# asked for, and not by a thread that beside a storm holds up RCU for a minute.
leaks_begin() {
	mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
	[[ -e $KMEMLEAK ]] || return 0
	echo scan=off >"$KMEMLEAK"
	echo clear >"$KMEMLEAK"
}

# no_leak: the kernel finds no memory that has been lost since. It looks three
# times, as it may take for lost what a processor holds just then.
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
	# A process that it holds could not be killed.
	[[ ! -d /sys/module/testmod ]] || rmmod testmod
	for pid in "${TRACKED[@]}"; do
		kill -CONT "$pid" 2>/dev/null || true
		kill -KILL "$pid" 2>/dev/null || true
	done
	# Only now: some may not get to run, not even to end, while others do.
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
