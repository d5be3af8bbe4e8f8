# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bash completion of psinfo(1). tests/tool-names compares the tables with --help.

_psinfo_commands='show tree totals watch stuck metrics doctor verify help'
# The columns of fields.def, by make fields
_psinfo_columns='
	pid tgid ppid tracer session pgrp start elapsed flags state stat name
	uid user euid euser gid group egid prio static_prio normal_prio nice
	rt_priority policy cpu cpus_allowed utime stime time runtime nvcsw
	nivcsw min_flt maj_flt threads vsize rss swap cgroup parent args
'
# End of the columns of fields.def
_psinfo_states='running interruptible uninterruptible stopped traced zombie dead idle
	parked others'

# Options, and the commands that accept them; "list" means no command.
_psinfo_options='
	-h --help		list show tree totals watch stuck metrics doctor verify help
	-V --version		list
	-o --output		list watch
	--output		metrics
	--sort			list watch
	-T --threads		list tree watch
	--totals		list
	-J --json		list show tree totals stuck doctor verify
	--csv			list totals
	-r --raw		list totals
	-n --noheadings		list totals stuck
	--color			list show tree watch
	-s --state		list tree totals watch
	-u --user		list tree totals watch
	-p --pid		list tree totals watch
	--ppid			list tree totals watch
	--kernel-threads	list tree totals watch
	--user-processes	list tree totals watch
	--source		list show tree totals watch stuck metrics
	-d --interval		watch stuck
	--samples		stuck
'

# The command that was typed already, or "list".
_psinfo_command() {
	local word
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case " $_psinfo_commands " in
		*" $word "*) echo "$word" && return ;;
		esac
	done
	echo list
}

_psinfo_options_of() {
	local words word
	while read -ra words; do
		[[ " ${words[*]} " == *" $1 "* ]] || continue
		for word in "${words[@]}"; do
			[[ $word != -* ]] || printf '%s\n' "$word"
		done
	done <<<"$_psinfo_options"
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
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command
	if [[ $cur == = ]]; then
		cur=''
	elif [[ $prev == = ]]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	command=$(_psinfo_command)
	COMPREPLY=()
	case $command:$prev in
	metrics:--output) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	*:-o | *:--output | *:--sort) _psinfo_complete_list "$_psinfo_columns" ;;
	*:-s | *:--state) _psinfo_complete_list "$_psinfo_states" ;;
	*:-u | *:--user) _psinfo_complete_list "$(compgen -u)" ;;
	*:-p | *:--pid | *:--ppid) _psinfo_complete_list "$(_psinfo_pids)" ;;
	*:--source) _psinfo_complete 'auto module proc' ;;
	*:--color) _psinfo_complete 'auto always never' ;;
	*:-d | *:--interval | *:--samples) ;;
	*)
		if [[ $cur == -* ]]; then
			mapfile -t COMPREPLY < <(compgen -W "$(_psinfo_options_of "$command")" -- "$cur")
		elif [[ $command == list ]]; then
			_psinfo_complete "$_psinfo_commands"
		elif [[ $command == show || $command == tree ]]; then
			_psinfo_complete "$(_psinfo_pids)"
		elif [[ $command == help ]]; then
			_psinfo_complete "$_psinfo_commands"
		fi
		;;
	esac
}

complete -F _psinfo psinfo
