#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Checks that the command line from kernels.list takes effect. Otherwise a
# parameter that a kernel no longer supports would be ignored, and the suites would
# pass on an ordinary kernel.

load common

@test "the kernel parameters from kernels.list take effect" {
	local parameter
	for parameter in $PSINFO_CMDLINE; do
		case $parameter in
		preempt=full)
			dmesg | grep 'Dynamic Preempt: full' || fail "the kernel is not fully preemptible"
			;;
		cgroup_disable=memory)
			! grep -w memory /sys/fs/cgroup/cgroup.controllers || fail "there is a memory cgroup"
			;;
		init_on_alloc=0)
			dmesg | grep 'mem auto-init:.* heap alloc:off' || fail "memory is zeroed when it is allocated"
			;;
		slub_debug=P | slub_debug=P,kmalloc-*)
			assert "$(</sys/kernel/slab/kmalloc-1k/poison)" = 1 "poison of kmalloc-1k"
			;;
		page_poison=1)
			# The kernel has no other indication of it.
			! dmesg | grep 'Unknown kernel command line parameters.*[" ]page_poison=' || fail "free pages are not poisoned"
			;;
		*) fail "nothing here checks $parameter" ;;
		esac
	done
}
