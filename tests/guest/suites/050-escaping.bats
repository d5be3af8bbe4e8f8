#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Names with arbitrary bytes: one line per process, no raw terminal escapes,
# columns aligned by characters.

load common

# Per row: the name, how it is shown, and the number of characters shown
NAMES=(
	$'two\nlines'			'two\nlines'			10
	'back\slash'			'back\\slash'			11
	'\n'				'\\n'				3
	$'tab\there'			'tab\011here'			11
	$'\e[2J\e[31mred'		'\033[2J\033[31mred'		18
	$'del\x7f'			'del\177'			7
	$'\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01'
	'\001\001\001\001\001\001\001\001\001\001\001\001\001\001\001'	60
	$'return\r'			'return\015'			10
	$'h\xc3\xa9\xc3\xa9'		$'h\xc3\xa9\xc3\xa9'		3
	$'\xe2\x82\xacuro'		$'\xe2\x82\xacuro'		4
	$'\xf0\x9d\x84\x9eclef'		$'\xf0\x9d\x84\x9eclef'		5
	$'cut\xe2\x82'			'cut\342\202'			11
	$'fourteen bytes\xc3\xa9'	'fourteen bytes\303'		18
	$'\xa9alone'			'\251alone'			9
	$'long\xc0\xaf'			'long\300\257'			12
	$'half\xed\xa0\x80'		'half\355\240\200'		16
	$'high\xf4\x90\x80\x80'		'high\364\220\200\200'		20
	$'c1\xc2\x9b2J'			'c1\302\2332J'			12
	$'turn\xe2\x80\xaeed'		'turn\342\200\256ed'		18
	$'line\xe2\x80\xa8'		'line\342\200\250'		16
	$'dots\xe2\x80\xa6'		$'dots\xe2\x80\xa6'		5
	$'nbsp\xc2\xa0'			$'nbsp\xc2\xa0'			5
	$'\xff\xfe'			'\377\376'			8
	''				''				0
	# the separator of columns
	'a | b'				'a \174 b'			8
	'x | ZOMBIE | y'		'x \174 ZOMBIE \174 y'		20
	# direction marks, zero-width characters, a tag, a soft hyphen
	$'ltr\xe2\x80\x8emark'		'ltr\342\200\216mark'		19
	$'rtl\xe2\x80\x8f'		'rtl\342\200\217'		15
	$'alm\xd8\x9c'			'alm\330\234'			11
	$'zero\xe2\x80\x8bwidth'	'zero\342\200\213width'		21
	$'\xef\xbb\xbfbom'		'\357\273\277bom'		15
	$'tag\xf3\xa0\x81\xa1'	'tag\363\240\201\241'		19
	$'soft\xc2\xadhyphen'		'soft\302\255hyphen'		18
	' first'			' first'			6
	'%s%n%d'			'%s%n%d'			6
	'fifteen letters'		'fifteen letters'		15
)

# make_names: creates a process for each name; sets PIDS in the same order
make_names() {
	local names=() i
	for ((i = 0; i < ${#NAMES[@]}; i += 3)); do
		names+=("${NAMES[i]}")
	done
	start make-process sleeping "${names[@]}"
	read -r -a PIDS <<<"$ANSWER"
	assert "${#PIDS[@]}" = "${#names[@]}" "processes"
}

# expected_rows: the rows of a table whose NAME column is 60 characters wide
expected_rows() {
	local i
	for i in "${!PIDS[@]}"; do
		printf '%5d | %s%*s | INTERRUPTIBLE   | make-process\n' \
			"${PIDS[i]}" "${NAMES[i * 3 + 1]}" $((60 - NAMES[i * 3 + 2])) ''
	done | sort -n
}

@test "each name is on one line, escaped, and padded by its number of characters" {
	make_names
	cat "$PSINFO" >"$BATS_TEST_TMPDIR/table"
	assert "$(sed -n 2p "$BATS_TEST_TMPDIR/table")" = "$(printf 'PID   | %-60s | STAT            | PARENT' NAME)" "header"
	expected_rows >"$BATS_TEST_TMPDIR/expected"
	awk -v pids="$ANSWER" '
		BEGIN { n = split(pids, list); while (n) wanted[list[n--]] = 1 }
		/^ *[0-9]+ [|] / && $1 in wanted
	' "$BATS_TEST_TMPDIR/table" | diff "$BATS_TEST_TMPDIR/expected" - || fail "expected < and got >"
	"$BIN/compare-psinfo" table
}

@test "the only control characters in the table are newlines and, in the totals, tabs" {
	make_names
	cat "$PSINFO" >"$BATS_TEST_TMPDIR/table"
	table_rows "$BATS_TEST_TMPDIR/table" >"$BATS_TEST_TMPDIR/rows"
	assert "$(tr -d '\n\t -~\200-\377' <"$BATS_TEST_TMPDIR/table" | wc -c)" = 0 "control characters"
	assert "$(tr -dc '\t' <"$BATS_TEST_TMPDIR/rows" | wc -c)" = 0 "tabs in rows"
	assert "$(wc -l <"$BATS_TEST_TMPDIR/rows")" = "$(table_total TOTAL "$BATS_TEST_TMPDIR/table")" "lines and rows"
}

@test "the column separator in a name is escaped and forges no cell" {
	start make-process sleeping 'x | ZOMBIE | y'
	assert "$(table_cell "$ANSWER" 3)" = INTERRUPTIBLE "STAT of a process that calls itself a zombie"
	assert "$(table_row "$ANSWER" | tr -dc '|' | wc -c)" = 3 "separators in its row"
	# README.md and psinfo(5) document splitting rows at " | ".
	assert "$(awk -F ' [|] ' -v pid="$ANSWER" '$1 == pid { print NF }' "$PSINFO")" = 4 "cells in its row"
}

@test "a parent's name is escaped, and padded unless PARENT is the last column" {
	start make-process child $'par\nent\e'
	assert "$(table_row "${ANSWER% *}")" = \
		"$(printf '%5d | %-30s | %-15s | %s' "${ANSWER% *}" psinfo-child INTERRUPTIBLE 'par\nent\033')" "row"
	columns_set parent,name,pid
	assert "$(grep " ${ANSWER% *}\$" "$PSINFO")" = \
		"$(printf '%-15s | %-30s | %5d' 'par\nent\033' psinfo-child "${ANSWER% *}")" "row"
}

@test "an escaped parent name is shown in full and widens the PARENT column" {
	start make-process child $'\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02'
	assert "$(table_row "${ANSWER% *}")" =~ ' \| (\\002){15}$' "row"
	"$BIN/compare-psinfo" table
	columns_set parent,pid
	assert "$(sed -n 2p "$PSINFO")" = "$(printf '%-60s | %s' PARENT PID)" "header"
}
