# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bash completion of psinfo(1). tests/unit/names.cpp explains the table.

# The names of the command, by make fields
_psinfo_names='
command|show|Show one process in full, with its relatives and threads
command|tree|Show processes as a tree of parents and children
command|totals|Count processes and threads by state
command|watch|Show a list that is refreshed regularly
command|stuck|Find threads stuck in state D, and zombies that are not reaped
command|metrics|Print totals for Prometheus, as OpenMetrics text
command|doctor|Diagnose the module
command|verify|Check the module against /proc
command|help|Display help for a command
argument||COMMAND|list help|The command
option|-h --help||list show tree totals watch stuck metrics doctor verify help|Display this help and exit
option|-V --version||list|Display the version and exit
option|-s --state|STATES|list tree totals watch|Only processes in these states
option|-u --user|USERS|list tree totals watch|Only processes of these real users
option|-p --pid|PIDS|list tree totals watch|Only these processes
option|--ppid|PIDS|list tree totals watch|Only children of these processes
option|--kernel-threads||list tree totals watch|Only kernel threads
option|--user-processes||list tree totals watch|Exclude kernel threads
option|-T --threads||list tree watch|List threads instead of processes
option|-J --json||list show tree totals stuck doctor verify|Print JSON
option|--csv||list totals|Print comma-separated values
option|-r --raw||list totals|Print exact values, separated by one space
option|-n --noheadings||list totals stuck|Print no headings
option|--source|auto module proc|list show tree totals watch stuck metrics|Data source
option|--color|auto always never|list show tree watch|Colour states
option|-o --output|COLUMNS|list watch|Columns to print
option|--sort|COLUMNS|list watch|Columns to sort by
option|--totals||list|Also print the number in each state
argument||PID|show|The process to show
argument||PID|tree|Only this process and its descendants
option|-d --interval|SECONDS|watch stuck|Sampling interval in seconds
option|--samples|N|stuck|Number of samples
option|--output|FILE|metrics|Replace FILE atomically instead of writing to standard output
columns|pid tgid ppid tracer session pgrp start elapsed flags state stat name
columns|uid user euid euser gid group egid prio static_prio normal_prio nice
columns|rt_priority policy cpu cpus_allowed utime stime time runtime nvcsw
columns|nivcsw min_flt maj_flt threads vsize rss swap cgroup parent args
state|running|R
state|interruptible|S
state|uninterruptible|D
state|stopped|T
state|traced|t
state|zombie|Z
state|dead|X
state|idle|I
state|parked|P
state|others|?
'
# End of the names of the command

# _psinfo_words KIND: the names in rows of this kind
_psinfo_words() {
	local kind words
	while IFS='|' read -r kind words _; do
		[[ $kind != "$1" ]] || printf '%s ' "$words"
	done <<<"$_psinfo_names"
}

# _psinfo_options_of COMMAND: the names of its options
_psinfo_options_of() {
	local kind names commands
	while IFS='|' read -r kind names _ commands _; do
		[[ $kind != option || " $commands " != *" $1 "* ]] || printf '%s ' "$names"
	done <<<"$_psinfo_names"
}

# _psinfo_value KIND COMMAND NAME: the value of its option or argument. Without a
# COMMAND, which may follow the option, the value of any option with this name.
_psinfo_value() {
	local kind names value commands
	while IFS='|' read -r kind names value commands _; do
		[[ $kind == "$1" && " $names " == *" $3 "* ]] || continue
		[[ -z $2 || " $commands " == *" $2 "* ]] && echo "$value" && return
	done <<<"$_psinfo_names"
	return 1
}

# The command that was typed already, or "list".
_psinfo_command() {
	local word commands
	commands=" $(_psinfo_words command) "
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		[[ $commands != *" $word "* ]] || { echo "$word" && return; }
	done
	echo list
}

# _psinfo_complete WORDS: the last part of a list with commas, or a whole word
_psinfo_complete() {
	local part=${cur##*,}
	part=${part#[-+]}
	local before=${cur%"$part"}
	mapfile -t COMPREPLY < <(compgen -P "$before" -W "$1" -- "$part")
}

_psinfo_complete_list() {
	compopt -o nospace 2>/dev/null
	_psinfo_complete "$1"
}

_psinfo_pids() {
	local directories=(/proc/[0-9]*)
	echo "${directories[@]#/proc/}"
}

_psinfo() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command value
	if [[ $cur == = ]]; then
		cur=''
	elif [[ $prev == = ]]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	command=$(_psinfo_command)
	value=$(_psinfo_value option "$command" "$prev" || _psinfo_value option '' "$prev")
	COMPREPLY=()
	if [[ -z $value && $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_psinfo_options_of "$command")" -- "$cur")
		return
	fi
	case ${value:-$(_psinfo_value argument "$command" '')} in
	COLUMNS) _psinfo_complete_list "$(_psinfo_words columns)" ;;
	STATES) _psinfo_complete_list "$(_psinfo_words state)" ;;
	USERS) _psinfo_complete_list "$(compgen -u)" ;;
	PIDS) _psinfo_complete_list "$(_psinfo_pids)" ;;
	PID) _psinfo_complete "$(_psinfo_pids)" ;;
	COMMAND) _psinfo_complete "$(_psinfo_words command)" ;;
	FILE) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	[a-z]*) _psinfo_complete "$value" ;; # words to choose from
	esac
}

complete -F _psinfo psinfo
