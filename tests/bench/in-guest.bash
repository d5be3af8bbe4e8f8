# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The part of `bench` that runs in the guest, whose clock counts instructions
#
#   in-guest.bash SIZE[xTHREADS]...
#
# For each size, creates SIZE processes with THREADS threads each and prints one line
# per peer:
#
#   PROCESSES THREADS PEER INSTRUCTIONS CALLS BYTES ALLOCATIONS
#
# PROCESSES approximates the number of all processes. INSTRUCTIONS are per process, from
# open to close. The rest are totals, or "-" if not measured. A kernel without type
# information (BTF) has no BPF iterators.
set -euo pipefail
bin=/root/tests/bin
peers=/root/files/peers # cost and effort that know all peers

for name in pid_max threads-max; do echo 200000 >"/proc/sys/kernel/$name"; done
echo 1024 >/sys/module/psinfo/parameters/max_mib

crowd() {
	rm -f /tmp/crowd
	"$bin/crowd" "$@" >/tmp/crowd &
	crowd=$!
	until grep -q ready /tmp/crowd 2>/dev/null; do
		kill -0 "$crowd" || exit 1
		sleep 0.2
	done
}

# peer NAME TIMES EFFORT ARGUMENT...: runs cost TIMES times, and effort if not empty
peer() {
	local name=$1 times=$2 effort=$3 cost said='- - -'
	shift 3
	read -r _ cost _ < <("$peers/cost" -n "$times" "$@")
	[[ -z $effort ]] || said=$("$peers/effort" "$@")
	echo "$processes $threads $name $cost $said"
}

for size; do
	threads=1
	[[ $size != *x* ]] || threads=${size#*x}
	crowd "${size%x*}" "$threads"
	# Repeat expensive peers less often, and count their calls only where that does
	# not take minutes.
	times=3 effort=yes
	((${size%x*} <= 1000)) || times=1 effort=''

	# The walk alone, measured inside the kernel, without open and close.
	insmod /root/tests/testmod.ko act=walk
	rmmod testmod
	read -r took processes < <(dmesg -t | sed -nE 's/^testmod: walk: ([0-9]+) ns for ([0-9]+) processes$/\1 \2/p' | tail -n 1)
	echo "$processes $threads walk $(awk "BEGIN { printf \"%.1f\", $took / $processes }") 0 0 0"

	peer totals 20 yes totals
	peer query 20 yes query
	peer all 20 yes all
	echo pid,ppid,name,stat,start >/sys/module/psinfo/parameters/columns
	peer text 10 yes text
	echo pid,name,stat,parent >/sys/module/psinfo/parameters/columns
	peer table 10 yes text
	peer psinfo "$times" yes run "$bin/psinfo" -n -r -o pid,ppid,name,state,start
	if [[ -e /sys/kernel/btf/vmlinux ]]; then
		peer bpf-binary 10 yes bpf-binary
		peer bpf-text 10 yes bpf-text
	fi
	peer libproc2 "$times" "$effort" libproc2
	peer stat "$times" "$effort" stat
	peer status "$times" "$effort" status
	peer ps "$times" "$effort" run ps -e -o pid,ppid,comm,s,lstart
	kill -TERM "$crowd"
	wait "$crowd" || true
done
