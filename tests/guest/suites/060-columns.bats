#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The parameter columns=: accepted and rejected values and their effect; and
# max_mib=, which is validated the same way.

load common

COMPLAINTS=()
# The columns of fields.def, by make fields
ALL=pid,tgid,ppid,start,flags,state,stat,name,uid,prio,static_prio,normal_prio,nice,rt_priority,policy,cpu,utime,stime,nvcsw,nivcsw,threads,rss,parent
# End of the columns of fields.def

# header_words: the header line in the syntax of columns=
header_words() {
	local line
	{ read -r _ && IFS= read -r line; } <"$PSINFO"
	line=${line// /}
	line=${line//|/,}
	echo "${line,,}"
}

write_to() { printf '%s\n' "$2" >"$1"; }

# refuses PARAMETER VALUE REGEX: writing it fails with EINVAL and changes
# nothing. Adds the expected line of the kernel log to COMPLAINTS.
refuses() {
	local parameter=$1 value=$2 before after
	before=$(<"$PARAMETERS/$parameter")
	refused 'Invalid argument' write_to "$PARAMETERS/$parameter" "$value"
	after=$(<"$PARAMETERS/$parameter")
	assert "$after" = "$before" "$parameter after writing '${value:0:60}'"
	COMPLAINTS+=("^psinfo: $parameter: .*$3")
}

@test "the default columns are pid, name, stat and parent" {
	module_unload
	module_load
	assert "$(<"$PARAMETERS/columns")" = pid,name,stat,parent "columns"
	assert "$(header_words)" = pid,name,stat,parent "header"
}

@test "columns are shown in the requested order" {
	local list
	for list in parent,pid rss,name,state,pid name,stat,parent,pid tgid,ppid,pid; do
		columns_set "$list"
		assert "$(<"$PARAMETERS/columns")" = "$list" "columns"
		assert "$(header_words)" = "$list" "header"
	done
}

@test "each column can be shown alone, with a row for each process" {
	local name header rows
	for name in ${ALL//,/ }; do
		columns_set "$name"
		mapfile -t rows <"$PSINFO"
		header=${rows[1]}
		assert "${header,,}" = "$name" "header"
		[[ ${rows[-2]} =~ ^TOTAL:\ ([0-9]+)$ ]] || fail "no TOTAL with $name"
		assert "${#rows[@]}" = $((BASH_REMATCH[1] + 8)) "lines of the table of $name"
		[[ $name == name || ${rows[4]} =~ ^\ *[^\ ]+$ ]] || fail "a row of $name: '${rows[4]}'"
	done
}

@test "columns=all selects every column" {
	columns_set all
	assert "$(<"$PARAMETERS/columns")" = "$ALL" "columns"
	assert "$(header_words)" = "$ALL" "header"
	columns_set "$ALL"
	assert "$(header_words)" = "$ALL" "header"
}

@test "the value read from the parameter columns can be written back" {
	columns_set rss,pid
	cat "$PARAMETERS/columns" >"$BATS_TEST_TMPDIR/columns"
	columns_set all
	cat "$BATS_TEST_TMPDIR/columns" >"$PARAMETERS/columns"
	assert "$(header_words)" = rss,pid "header"
}

@test "a list with an error is rejected as a whole, and the log names the error" {
	columns_set name,pid
	refuses columns pid,nonsense,name '"nonsense"'
	refuses columns '' '""'
	refuses columns pid, '""'
	refuses columns ,pid '""'
	refuses columns pid,,name '""'
	refuses columns pid,name,pid '"pid"'
	refuses columns all,pid '"all"'
	refuses columns pid,all '"all"'
	refuses columns PID '"PID"'
	refuses columns 'pid, name' '" name"'
	refuses columns 'pid name' '"pid name"'
	logged "${COMPLAINTS[@]}"
	assert "$(header_words)" = name,pid "header"
}

@test "an invalid column name with unusual bytes is logged as one line of plain text" {
	refuses columns $'\e[31mred' '"[^"]*red" is not a column'
	refuses columns $'bell\abell' '"bell[^"]+bell" is not a column'
	refuses columns $'euro\xe2\x82\xac\xff' '"euro[^"]*" is not a column'
	logged "${COMPLAINTS[@]}"
	assert "$(our_lines | tr -d ' -~\n' | wc -c)" = 0 "bytes in the log that are not plain text"
}

@test "a list of 5,000 bytes is refused" {
	local name list
	printf -v name '%5000s' ''
	refuses columns "${name// /x}" '"x'
	printf -v list '%625s' ''
	refuses columns "pid${list// /,pid,pid}" '"pid"'
	logged "${COMPLAINTS[@]}"
}

@test "columns can be chosen at load" {
	module_unload
	module_load columns=rss,pid
	assert "$(header_words)" = rss,pid "header"
	module_unload
	module_load columns=all
	assert "$(header_words)" = "$ALL" "header"
	module_unload
}

@test "loading fails with an invalid list of columns" {
	local list long
	printf -v long '%5000s' ''
	module_unload
	log_mark
	for list in pid,nonsense pid,pid 'pid,' all,pid '' "${long// /x}"; do
		refused 'Invalid parameters' module_load "columns=$list"
		! module_loaded || fail "it is loaded with columns=${list:0:60}"
		[[ ! -e $PSINFO ]] || fail "$PSINFO is there with columns=${list:0:60}"
	done
	logged '^psinfo: columns: .*"nonsense"' '^psinfo: columns: .*"pid"' '^psinfo: columns: .*""' \
		'^psinfo: columns: .*"all"' '^psinfo: columns: .*""' '^psinfo: columns: .*"x{20,60}"'
}

@test "the parameters columns and max_mib are writable only by root" {
	assert "$(stat -c '%a %u:%g' "$PARAMETERS/columns" "$PARAMETERS/max_mib")" = $'644 0:0\n644 0:0' "modes"
	refused 'Permission denied' setpriv --reuid=1000 --regid=1000 --clear-groups \
		bash -c "echo pid >$PARAMETERS/columns"
	assert "$(<"$PARAMETERS/columns")" = "$DEFAULT_COLUMNS" "columns"
	assert "$(setpriv --reuid=1000 --regid=1000 --clear-groups cat "$PARAMETERS/columns")" = "$DEFAULT_COLUMNS" "columns, read by another user"
}

@test "a table that is being read keeps its columns when the parameter changes" {
	local fd rule header rest
	exec {fd}<"$PSINFO"
	read -r -u "$fd" rule
	columns_set rss
	IFS= read -r -u "$fd" header
	rest=$(cat <&"$fd")
	assert "$rule" =~ '^={80}$' "rule"
	assert "$header" = "PID   | NAME                           | STAT            | PARENT" "header"
	assert "$rest" =~ ' 2 \| kthreadd +\| [A-Z]+ +\| swapper/0' "rows"
	assert "$(header_words)" = rss "header of a new read"
}

@test "max_mib accepts only values from 1 to 1024" {
	local value
	for value in 1 1024 64; do
		echo "$value" >"$PARAMETERS/max_mib"
		assert "$(<"$PARAMETERS/max_mib")" = "$value" max_mib
	done
	for value in 0 1025 -1 4294967297 99999999999999999999 64x nonsense ''; do
		refuses max_mib "$value" "from 1 to 1024, not \"$value\""
	done
	logged "${COMPLAINTS[@]}"
}

@test "max_mib can be set at load, and an invalid value prevents loading" {
	module_unload
	module_load max_mib=7
	assert "$(<"$PARAMETERS/max_mib")" = 7 max_mib
	module_unload
	log_mark
	refused 'Invalid parameters|Invalid argument' module_load max_mib=0
	! module_loaded || fail "it is loaded with max_mib=0"
	logged '^psinfo: max_mib: .* from 1 to 1024'
}
