# SPDX-License-Identifier: GPL-2.0
# fish completion of psinfo(1). tests/unit/names.cpp explains the table.

# The names of the command, by make fields
set -g __psinfo_names '
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
set -g __psinfo_rows (string split \n $__psinfo_names)

function __psinfo_words -d 'Print the names in rows of this kind'
    string replace -rf "^$argv[1]\|([^|]*).*" '$1' $__psinfo_rows | string split ' '
end
set -g __psinfo_commands (__psinfo_words command)

function __psinfo_in -d 'Test whether the command typed is one of these; "list" means none'
    for word in (commandline -opc)[2..]
        if contains -- $word $__psinfo_commands
            contains -- $word $argv
            return
        end
    end
    contains -- list $argv
end

function __psinfo_pids
    string match -r '[0-9]+$' /proc/*
end

function __psinfo_values -d 'Print the values of an option or argument'
    switch $argv[1]
        case COLUMNS
            __fish_complete_list , '__psinfo_words columns'
        case STATES
            __fish_complete_list , '__psinfo_words state'
        case USERS
            __fish_complete_list , __fish_complete_users
        case PIDS
            __fish_complete_list , __psinfo_pids
        case PID
            __psinfo_pids
        case COMMAND
            string replace -rf '^command\|(.*)\|' '$1'\t $__psinfo_rows
        case '*' # lower-case words are the values to choose from
            string match -r '^[a-z]+$' -- $argv
    end
end

complete -c psinfo -f
for row in (string match -r '^(?:argument|option)\|.*' $__psinfo_rows)
    set -l cells (string split '|' $row) # kind, names, value, commands, description
    set -l options
    for name in (string split ' ' -- $cells[2])
        switch $name
            case '--*'
                set -a options -l (string sub -s 3 -- $name)
            case '-*'
                set -a options -s (string sub -s 2 -- $name)
        end
    end
    switch $cells[1]:$cells[3]
        case 'argument:*'
            set options -a "(__psinfo_values $cells[3])"
        case 'option:'
            set -a options -d $cells[5]
        case option:FILE
            set -a options -rF -d $cells[5]
        case '*'
            set -a options -x -a "(__psinfo_values $cells[3])" -d $cells[5]
    end
    complete -c psinfo -n "__psinfo_in $cells[4]" $options
end
