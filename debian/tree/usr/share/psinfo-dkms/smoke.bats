# SPDX-License-Identifier: GPL-2.0
# Checks an installation. It only reads, changes nothing, and does not need root.
#
#   bats /usr/share/psinfo-dkms/smoke.bats

bats_require_minimum_version 1.5.0

PSINFO=/proc/psinfo

setup() { table=$BATS_TEST_TMPDIR/table; }

fail() {
	echo "$*"
	return 1
}

# needs COLUMN...: skips the test if the module's parameter "columns" lacks one of them
needs() {
	local name
	for name; do
		head -n 2 "$PSINFO" | tail -n 1 | grep -qw "$name" || skip "the table has no column $name"
	done
}

# column NAME: its cells in the table, one per line
column() {
	awk -F ' *[|] *' -v name="$1" '
		FNR == 2 { for (i = 1; i <= NF; i++) if ($i == name) at = i }
		/^-+$/ { rules++; next }
		rules == 1 { gsub(/^ +| +$/, "", $at); print $at }' "$table"
}

# total WORD: the number after this word below the table
total() { tail -n 4 "$table" | tr '\t' '\n' | sed -n "s/^$1: //p"; }

@test "the module is loaded, with the version of the package" {
	[[ -d /sys/module/psinfo ]] || fail "the module is not loaded: $(cat /var/lib/psinfo/verdict)"
	local version
	# shellcheck disable=SC2016 # dpkg's
	version=$(dpkg-query -W -f '${Version}' psinfo-dkms)
	version=${version#*:} version=${version%-*} # epoch and revision are the package's
	[[ $(</sys/module/psinfo/version) == "$version" ]] || fail "version $(</sys/module/psinfo/version) is loaded, not $version"
}

@test "the package's last report is ACTIVE" {
	grep -q "^psinfo: ACTIVE on $(uname -r)" /var/lib/psinfo/verdict || fail "$(cat /var/lib/psinfo/verdict)"
}

@test "DKMS has installed the module for the running kernel" {
	command -v dkms >/dev/null || PATH+=:/usr/sbin
	dkms status psinfo -k "$(uname -r)" | grep -q ': installed' || fail "$(dkms status psinfo)"
}

@test "the table begins and ends with ruled lines and has totals" {
	cat "$PSINFO" >"$table"
	[[ $(head -n 1 "$table") =~ ^={80}$ && $(sed -n 3p "$table") =~ ^-+$ ]] || fail "$(head -n 3 "$table")"
	[[ $(tail -n 5 "$table" | head -n 1) =~ ^-+$ && $(tail -n 1 "$table") =~ ^={80}$ ]] || fail "$(tail -n 5 "$table")"
	[[ $(total TOTAL) -ge 2 ]] || fail "TOTAL: $(total TOTAL)"
}

@test "the totals equal the row counts, also when the table is read in small pieces" {
	needs PID STAT
	local size word
	for size in 7 100 4096 1048576; do
		dd if="$PSINFO" of="$table" bs="$size" status=none
		[[ $(total TOTAL) == "$(column PID | wc -l)" ]] || fail "in pieces of $size: TOTAL: $(total TOTAL)"
		for word in RUNNING INTERRUPTIBLE UNINTERRUPTIBLE STOPPED TRACED ZOMBIE DEAD IDLE PARKED; do
			[[ $(total "$word") == "$(column STAT | grep -cx "$word")" ]] ||
				fail "in pieces of $size: $word: $(total "$word")"
		done
	done
}

@test "this process is listed once, with its name and its parent's name" {
	needs PID NAME PARENT
	cat "$PSINFO" >"$table"
	# A subshell has another BASHPID.
	local self=$BASHPID parent at
	parent=$(awk '$1 == "PPid:" { print $2 }' "/proc/$self/status")
	[[ $(column PID | grep -cx "$self") == 1 ]] || fail "$(grep -w "$self" "$table")"
	at=$(column PID | grep -nx "$self" | cut -d: -f1)
	[[ $(column NAME | sed -n "${at}p") == "$(<"/proc/$self/comm")" ]] || fail "name in the table: $(column NAME | sed -n "${at}p")"
	[[ $(column PARENT | sed -n "${at}p") == "$(<"/proc/$parent/comm")" ]] || fail "parent in the table: $(column PARENT | sed -n "${at}p")"
}

@test "the table has every process that /proc shows" {
	needs PID
	cat "$PSINFO" >"$table"
	local self=$BASHPID pid
	for pid in /proc/[0-9]*; do
		pid=${pid#/proc/}
		# It may have started after the table was read, or exited.
		column PID | grep -qx "$pid" || [[ $pid -gt $self || ! -e /proc/$pid/stat ]] || fail "no row for process $pid"
	done
}

@test "psinfo verify finds no differences from /proc" {
	command -v psinfo >/dev/null || skip "the package psinfo is not installed"
	psinfo verify
}
