# SPDX-License-Identifier: GPL-2.0
# fish completion of psinfo(1). tests/tool-names compares the tables with --help.

set -g __psinfo_commands show tree totals watch stuck metrics doctor verify help
# The columns of fields.def, by make fields
set -g __psinfo_columns \
    pid tgid ppid tracer session pgrp start elapsed flags state stat name \
    uid user euid euser gid group egid prio static_prio normal_prio nice \
    rt_priority policy cpu cpus_allowed utime stime time runtime nvcsw \
    nivcsw min_flt maj_flt threads vsize rss swap cgroup parent args
# End of the columns of fields.def
set -g __psinfo_states \
    running interruptible uninterruptible stopped traced zombie dead idle \
    parked others

function __psinfo_in -d 'Test whether the command typed is one of these; "list" means none'
    for word in (commandline -opc)[2..]
        if contains -- $word $__psinfo_commands
            contains -- $word $argv
            return
        end
    end
    contains -- list $argv
end

function __psinfo_print
    printf '%s\n' $argv
end

function __psinfo_pids
    string match -r '[0-9]+$' /proc/*
end

complete -c psinfo -f
complete -c psinfo -n '__psinfo_in list' -a show -d 'Show one process in full, with its relatives and threads'
complete -c psinfo -n '__psinfo_in list' -a tree -d 'Show processes as a tree of parents and children'
complete -c psinfo -n '__psinfo_in list' -a totals -d 'Count processes and threads by state'
complete -c psinfo -n '__psinfo_in list' -a watch -d 'Show a list that is refreshed regularly'
complete -c psinfo -n '__psinfo_in list' -a stuck -d 'Find threads stuck in state D, and zombies that are not reaped'
complete -c psinfo -n '__psinfo_in list' -a metrics -d 'Print totals for Prometheus, as OpenMetrics text'
complete -c psinfo -n '__psinfo_in list' -a doctor -d 'Diagnose the module'
complete -c psinfo -n '__psinfo_in list' -a verify -d 'Check the module against /proc'
complete -c psinfo -n '__psinfo_in list' -a help -d 'Display help for a command'
complete -c psinfo -n '__psinfo_in help' -a '$__psinfo_commands'
complete -c psinfo -n '__psinfo_in show tree' -a '(__psinfo_pids)'

complete -c psinfo -n '__psinfo_in list show tree totals watch stuck metrics doctor verify help' -s h -l help -d 'Display help and exit'
complete -c psinfo -n '__psinfo_in list' -s V -l version -d 'Display the version and exit'
complete -c psinfo -n '__psinfo_in list watch' -s o -l output -x -a '(__fish_complete_list , "__psinfo_print $__psinfo_columns")' -d 'Columns to print'
complete -c psinfo -n '__psinfo_in metrics' -l output -r -F -d 'Replace this file'
complete -c psinfo -n '__psinfo_in list watch' -l sort -x -a '(__fish_complete_list , "__psinfo_print $__psinfo_columns")' -d 'Columns to sort by'
complete -c psinfo -n '__psinfo_in list tree watch' -s T -l threads -d 'List threads instead of processes'
complete -c psinfo -n '__psinfo_in list' -l totals -d 'Also print the number in each state'
complete -c psinfo -n '__psinfo_in list show tree totals stuck doctor verify' -s J -l json -d 'Print JSON'
complete -c psinfo -n '__psinfo_in list totals' -l csv -d 'Print comma-separated values'
complete -c psinfo -n '__psinfo_in list totals' -s r -l raw -d 'Print exact values'
complete -c psinfo -n '__psinfo_in list totals stuck' -s n -l noheadings -d 'Print no headings'
complete -c psinfo -n '__psinfo_in list show tree watch' -l color -x -a 'auto always never' -d 'Colour states'
complete -c psinfo -n '__psinfo_in list tree totals watch' -s s -l state -x -a '(__fish_complete_list , "__psinfo_print $__psinfo_states")' -d 'Only processes in these states'
complete -c psinfo -n '__psinfo_in list tree totals watch' -s u -l user -x -a '(__fish_complete_list , __fish_complete_users)' -d 'Only processes of these real users'
complete -c psinfo -n '__psinfo_in list tree totals watch' -s p -l pid -x -a '(__fish_complete_list , __psinfo_pids)' -d 'Only these processes'
complete -c psinfo -n '__psinfo_in list tree totals watch' -l ppid -x -a '(__fish_complete_list , __psinfo_pids)' -d 'Only children of these processes'
complete -c psinfo -n '__psinfo_in list tree totals watch' -l kernel-threads -d 'Only kernel threads'
complete -c psinfo -n '__psinfo_in list tree totals watch' -l user-processes -d 'Exclude kernel threads'
complete -c psinfo -n '__psinfo_in list show tree totals watch stuck metrics' -l source -x -a 'auto module proc' -d 'Data source'
complete -c psinfo -n '__psinfo_in watch stuck' -s d -l interval -x -d 'Sampling interval in seconds'
complete -c psinfo -n '__psinfo_in stuck' -l samples -x -d 'Number of samples'
