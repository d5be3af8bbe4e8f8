#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# bats file_tags=together
#
# PSINFO_IOC_QUERY: its values compared with /proc, filters and totals, passes with
# any buffer size during a storm of processes, and its use of kernel memory. For the
# details of the contract see 160-query-contract.bats, for visibility
# 170-query-visibility.bats.

bats_require_minimum_version 1.5.0
load common

STORM_SECONDS=${STORM_SECONDS:-10}

# odd_processes: like those of 090-differential.bats, and a process with several
# threads; sets ODD to the PIDs of some of them
odd_processes() {
	ODD=()
	start make-process odd
	start make-process running
	start make-process vfork
	ODD+=("${ANSWER% *}")
	start make-process stopped
	start make-process traced-by-other
	ODD+=("${ANSWER%% *}" "$STARTED")
	start make-process zombie
	ODD+=("$ANSWER")
	start make-process zombie-leader
	ODD+=("$ANSWER")
	start make-process zombie-leaders-child
	track "${ANSWER% *}"
	start make-process threads-child
	start make-process sleeping $'odd\n| \\name\e' $'\xe2\x82\xac\xff' '' ' ) R 1 ('
	start many-threads 5
	ODD+=("$STARTED")
}

# in_cgroup NAME: moves the test, and processes it starts later, to this cgroup
in_cgroup() {
	mkdir -p "/sys/fs/cgroup/$1"
	echo "$BASHPID" >"/sys/fs/cgroup/$1/cgroup.procs"
}

# well COMMAND...: `run` for a program that must exit with 0; otherwise the test fails
# with its output
well() {
	run "$@"
	[[ $status -eq 0 ]] || fail "$output"
}

# swapped_bytes PID: its VmSwap from status, in bytes
swapped_bytes() { awk '$1 == "VmSwap:" { print $2 * 1024 }' "/proc/$1/status"; }

# count WORD: the number after WORD in the output of the last `run`
count() { sed -nE "s/.*(^| )$1 ([0-9]+)( .*|\$)/\\2/p" <<<"$output"; }

# well_until COUNTS COMMAND...: runs the command until its counts, such as "reads=100
# deeds=50", have added up to these: a busy machine gives one run too little time
well_until() {
	local -A sum=()
	local counts=$1 round one word missing
	shift
	for round in {1..20}; do
		well "$@"
		missing=''
		for one in $counts; do
			word=${one%=*}
			sum[$word]=$((${sum[$word]:-0} + $(count "$word")))
			((sum[$word] >= ${one#*=})) || missing+=" $word=${sum[$word]}"
		done
		[[ -n $missing ]] || break
	done
	echo "# ${output//$'\n'/ } ($round rounds)" >&3
	assert "$missing" = "" "of $counts, after $round rounds"
}

teardown_file() {
	local group
	echo "$BASHPID" >/sys/fs/cgroup/cgroup.procs
	for group in /sys/fs/cgroup/psinfo-*/*/ /sys/fs/cgroup/psinfo-*/; do
		[[ ! -d $group ]] || rmdir "$group"
	done
}

@test "every field of every process matches stat, status, schedstat and cgroup" {
	in_cgroup psinfo-odd/inner
	odd_processes
	start many-threads 600 1
	well "$BIN/compare-psinfo" processes 30 every-field
	echo "# $output" >&3
}

@test "every field of every thread matches its own stat, status, schedstat and cgroup" {
	in_cgroup psinfo-odd/inner
	odd_processes
	well "$BIN/compare-psinfo" threads 80 every-field
	echo "# $output" >&3
}

@test "swap usage matches status, in the query and in psinfo" {
	local swap=/dev/ram0
	[[ -b $swap ]] || insmod /root/modules/brd.ko rd_nr=1 rd_size=65536 || skip "not here: no RAM disk"
	mkswap "$swap" >/dev/null 2>&1
	swapon "$swap"
	at_end swapoff "$swap"
	start make-process swapped
	# Pages may be swapped out meanwhile: repeat until both reads agree.
	local before after tool tries
	for ((tries = 0; tries < 20; tries++)); do
		before=$(swapped_bytes "$ANSWER")
		well "$BIN/query-list" pid="$ANSWER" only=swap_bytes
		tool=$("$BIN/psinfo" -rn -o pid,swap | awk -v pid="$ANSWER" '$1 == pid { print $2 }')
		after=$(swapped_bytes "$ANSWER")
		[[ $before != "$after" ]] || break
		sleep 0.5
	done
	assert "$after" = "$before" "in swap, looked at before and after, $tries times"
	assert "$output" = "swap_bytes=$after" "in swap"
	assert "$tool" = "$after" "SWAP of the tool"
	assert "$after" -ge 15000000 "bytes in swap"
	well "$BIN/compare-psinfo" processes 20
	"$BIN/psinfo" verify
}

@test "in a PID namespace every field matches the /proc mounted there" {
	# shellcheck disable=SC2016
	well unshare --pid --fork --kill-child --mount-proc bash -c '
		for kind in odd traced-by-other zombie zombie-leader threads-child family; do
			"$1/make-process" "$kind" >"$2.$kind" 3>&- &
			until [[ -s $2.$kind ]]; do sleep 0.1; done
		done
		"$1/compare-psinfo" processes 20 && "$1/compare-psinfo" threads 40
	' bash "$BIN" "$BATS_TEST_TMPDIR/kind"
	echo "# ${lines[*]}" >&3
}

# Before 5.11, stat ignores the time namespace in the start time.
stat_is_by_time_namespace() {
	local major minor
	IFS=.- read -r major minor _ < <(uname -r)
	((major > 5 || (major == 5 && minor >= 11)))
}

@test "in a time namespace start times match stat" {
	unshare --time --boottime 1000000 true || skip "not here: no time namespaces"
	stat_is_by_time_namespace || skip "not here: stat does not know time namespaces before 5.11"
	well unshare --time --boottime 1000000 --fork "$BIN/compare-psinfo" processes
}

@test "with a negative time namespace offset, older processes have negative start times and stay parents" {
	local uptime compare=true
	# shellcheck disable=SC2016 # expanded by another shell
	! stat_is_by_time_namespace || compare='"$1/compare-psinfo" processes >&2 && "$1/psinfo" verify >&2'
	unshare --time --boottime 1000000 true || skip "not here: no time namespaces"
	start make-process sleeping early
	sleep 2
	read -r uptime _ </proc/uptime
	# shellcheck disable=SC2016
	well unshare --time --boottime "-${uptime%.*}" --fork bash -c '
		"$1/query-list" pid=1 only=start_ns && (sleep 5 >/dev/null 2>&1 3>&- & echo "late=$!") &&
			sleep 0.2 && cat /proc/psinfo && eval "$2"' bash "$BIN" "$compare"
	assert "${lines[0]}" =~ ^start_ns=-[0-9]+$ "start of process 1"
	printf '%s\n' "${lines[@]}" >"$BATS_TEST_TMPDIR/table"
	assert "$(table_cell "$ANSWER" 4 "$BATS_TEST_TMPDIR/table")" = make-process "parent of a process from before"
	assert "$(table_cell 2 4 "$BATS_TEST_TMPDIR/table")" = swapper/0 "parent of kthreadd"
	# An orphan with a start time above 0; process 1 started below 0.
	assert "$(table_cell "${lines[1]#late=}" 4 "$BATS_TEST_TMPDIR/table")" = "$(</proc/1/comm)" "parent of the orphan"
}

@test "cgroups outside of the reader's cgroup namespace are withheld, and those inside are not" {
	local said=$BATS_TEST_TMPDIR/said
	# Some of their cgroups have the same depth as those inside.
	in_cgroup psinfo-odd/inner
	odd_processes
	# shellcheck disable=SC2016
	bash -c 'mkdir -p /sys/fs/cgroup/psinfo-ns/inner
		echo $$ >/sys/fs/cgroup/psinfo-ns/cgroup.procs
		exec unshare --cgroup --mount bash -c '\''
			umount /sys/fs/cgroup
			mount -t cgroup2 cgroup2 /sys/fs/cgroup
			sleep 1000 3>&- &
			trap "kill $!" EXIT
			echo $! >/sys/fs/cgroup/inner/cgroup.procs
			"$1/compare-psinfo" processes >&2 || exit
			"$1/query-list" pid=$! only=cgroup || exit
			"$1/query-list" pid=1 only=cgroup
		'\'' bash "$1"' bash "$BIN" >"$said" 2>"$said.compared" || fail "$(cat "$said.compared" "$said")"
	mapfile -t lines <"$said"
	assert "${lines[0]}" = "cgroup=$(stat -c %i /sys/fs/cgroup/psinfo-ns/inner)" "cgroup of a process inside, $(<"$said.compared")"
	assert "${lines[1]}" = cgroup=0 "cgroup of a process outside"
}

@test "cgroups are withheld by the cgroup namespace of the descriptor's opener, not of the caller" {
	in_cgroup psinfo-odd/inner
	# shellcheck disable=SC2016
	well unshare --cgroup bash -c 'exec <"$1"; exec nsenter --cgroup=/proc/1/ns/cgroup \
		"$2/query-list" on=- pid=1 only=cgroup' bash "$PSINFO" "$BIN"
	assert "$output" = cgroup=0 "cgroup of 1"
	well "$BIN/query-list" pid=1 only=cgroup
	assert "$output" != cgroup=0 "cgroup of 1 for an opener outside"
}

@test "filters select what they specify, alone and combined, and totals count only that" {
	odd_processes
	well "$BIN/query-filters" "${ODD[@]}"
	echo "# $output" >&3
}

@test "a totals-only query counts the same processes as the table" {
	local i table=$BATS_TEST_TMPDIR/table
	odd_processes
	# Retry, because processes come and go and change state. The program that
	# queries and the one that reads are counted alike.
	for i in {1..100}; do
		cat "$PSINFO" >"$table"
		"$BIN/query-list" totals >"$table.totals"
		[[ "$(tail -4 "$table" | head -3 | tr '\t\n' '  ' | sed 's/: /=/g')THREADS=0" != "$(<"$table.totals")" ]] || break
	done
	[[ $i -lt 100 ]] || fail "in none of $i tries: $(<"$table.totals") $(tail -5 "$table")"
	assert "$(<"$table.totals")" =~ STOPPED=1\ TRACED=1\ ZOMBIE=3 "the totals"
}

@test "during forks, exits and execve(), each long-lived process is in every pass once, at each capacity" {
	# execs: execve calls from a thread
	well_until "reads=100 deeds=50 execs=20" "$BIN/storm-forks" query "$STORM_SECONDS"
}

@test "in a PID namespace without other processes, a process is in every pass while its threads call execve" {
	well_until "reads=200" unshare --pid --fork --kill-child --mount-proc "$BIN/storm-forks" query "$STORM_SECONDS"
}

@test "while PIDs are reused quickly, each long-lived process is in every pass exactly once" {
	at_end eval "echo $(</proc/sys/kernel/pid_max) >/proc/sys/kernel/pid_max"
	echo 450 >/proc/sys/kernel/pid_max
	well_until "deeds=50" "$BIN/storm-forks" query "$STORM_SECONDS"
}

@test "threads that query and read one descriptor concurrently get correct results" {
	well_until "passes=100" "$BIN/query-together" 5
}

# stalls: whether a query can be blocked while it writes to its buffer
stalls() { [[ $("$BIN/query-stall" possible 2>&1) != *userfaultfd* ]]; }

@test "a program killed while its query is blocked on the buffer exits" {
	stalls || skip "not here: no userfaultfd"
	for _ in {1..5}; do
		start query-stall forever
		assert "$ANSWER" = stalled "what it says"
		kill -KILL "$STARTED"
		wait_for 10 test ! -e "/proc/$STARTED"
	done
	"$BIN/query-list" >/dev/null
}

# killed_at_once COMMAND...: its call to /proc/psinfo takes three seconds, because the
# DEBUG module waits a millisecond for each process, but must end when it is killed
killed_at_once() {
	local pid killed took status=0
	# On a busy machine the call may end before this process runs again: call once more.
	for _ in {1..10}; do
		"$@" >/dev/null 2>&1 3>&- &
		pid=$!
		track "$pid"
		wait_for 30 eval "is_open_in $pid || [[ ! -d /proc/$pid ]]"
		! is_open_in "$pid" || break
	done
	sleep 0.3
	kill -KILL "$pid"
	killed=${EPOCHREALTIME/./}
	wait "$pid" || status=$?
	took=$(((${EPOCHREALTIME/./} - killed) / 1000))
	echo "# ${1##*/} ended $took ms after it was killed" >&3
	assert "$status" = 137 "status of $1"
	assert "$took" -lt 1500 "milliseconds that $1 went on"
}

@test "programs killed during a walk exit promptly" {
	start crowd 3000
	module_swap "$KO_DEBUG" race_window_us=1000
	killed_at_once cat "$PSINFO"
	killed_at_once "$BIN/query-list" capacity=10000
}

@test "a query over 3,000 processes holds at most 128 KiB of kernel memory" {
	local few
	stalls || skip "not here: no userfaultfd"
	well "$BIN/query-stall" memory
	few=$output
	start crowd 3000
	well "$BIN/query-stall" memory
	echo "# $few; $output" >&3
	kill -TERM "$STARTED"
	wait_for 60 eval "! [[ -d /proc/$STARTED ]]"
	assert "$(count of)" -ge 3000 "processes"
	# All records together would be 600 KiB.
	assert "$(count held)" -le 128 "KiB held with many processes"
}

@test "2,000 queries and incomplete passes leak no kernel memory" {
	local grown unaccounted kept
	kept=$(kept_by_kasan)
	well "$BIN/hoard" ask 1000 2000
	echo "# $output" >&3
	read -r _ grown _ unaccounted <<<"$output"
	# Losing one byte in a thousand at every query would be about 80 KiB.
	assert "$grown" -le $((300 + kept)) "KiB more of slabs, vmalloc and page tables"
	assert "$unaccounted" -le $((16384 + kept)) "KiB less of free memory"
}

@test "queries do not use the memory budget for open tables" {
	echo 1 >"$PARAMETERS/max_mib"
	"$BIN/hoard" hold 1000 1000 >"$BATS_TEST_TMPDIR/held" 2>&1 3>&- &
	track $!
	wait_for 30 grep -q '^held' "$BATS_TEST_TMPDIR/held"
	run setpriv --reuid 1000 --regid 1000 --clear-groups cat "$PSINFO"
	assert "$output" =~ "No buffer space" "what cat says"
	well setpriv --reuid 1000 --regid 1000 --clear-groups "$BIN/query-list" pid=1 only=pid
	echo 64 >"$PARAMETERS/max_mib"
	assert "$output" = pid=1 "the record of 1"
}

@test "queries on a descriptor opened before unloading fail with ENOTTY, even after loading again" {
	local stale
	exec {stale}<"$PSINFO"
	well "$BIN/query-list" on=- pid=1 only=pid <&"$stale"
	module_unload
	run -1 "$BIN/query-list" on=- pid=1 <&"$stale"
	assert "$output" =~ "Inappropriate ioctl" "what a query says"
	module_load
	run -1 "$BIN/query-list" on=- pid=1 <&"$stale"
	assert "$output" =~ "Inappropriate ioctl" "what a query says later"
	exec {stale}<&-
}
