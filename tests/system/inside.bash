# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Assertions and helpers of the package tests, sourced inside the system under test.
# An assertion that does not hold ends the test with a message.

# shellcheck disable=SC2034 # for those that source it
FIRST=$(cat /.first-kernel 2>/dev/null) SECOND=$(cat /.second-kernel 2>/dev/null)
DEB=/packages/psinfo-dkms.deb
NEWER=/newer/psinfo-dkms.deb
said=/tmp/said
export DEBIAN_FRONTEND=noninteractive

# as_packaged FILE.deb: the installed files are those of the package. If the power fails
# between the renaming of a conffile and the record of its checksum, dpkg has
# "newconffile" in its place for good; such a file is compared with the package's.
as_packaged() {
	local line file
	dpkg --verify psinfo-dkms >"$said" 2>&1 || true
	while read -r line; do
		file=/${line#*/}
		[[ $line == "??5?????? c /"* ]] &&
			dpkg-query -W -f '${Conffiles}\n' psinfo-dkms | grep -qx " *$file newconffile" &&
			dpkg-deb --fsys-tarfile "$1" | tar -xO ".$file" | cmp -s - "$file" || return 1
	done <"$said"
}

wrong() {
	echo "wrong: $*"
	[[ ! -s $said ]] || sed 's/^/  apt said: /' "$said" | grep -v 'Reading database' | tail -25
	exit 1
}

# apt ARGUMENT...: must succeed and leave no package half installed; keeps the output
apt() {
	local status=0
	apt-get -q -y -o DPkg::Path= "$@" >"$said" 2>&1 </dev/null || status=$?
	((status == 0)) || wrong "apt-get $* ended with $status"
	[[ -z $(dpkg --audit) ]] || wrong "after apt-get $*, dpkg --audit says: $(dpkg --audit)"
}

# An apt run prints one verdict, and builds at most once for each kernel.
once() {
	[[ $(grep -cE '^psinfo: (ACTIVE|NOT ACTIVE|not loaded)' "$said") == 1 ]] || wrong "the output does not have exactly one verdict"
	[[ -z $(grep '^psinfo: building for' "$said" | sort | uniq -d) ]] || wrong "built twice"
}
says() { grep -qF -- "$1" "$said" || wrong "the output lacks: $1"; }
says_not() { ! grep -qF -- "$1" "$said" || wrong "the output contains: $1"; }
verdict() { grep -qF -- "$1" /var/lib/psinfo/verdict || wrong "the verdict lacks '$1': $(cat /var/lib/psinfo/verdict)"; }

# The module's version: the package's without epoch and revision
upstream() {
	local version=${1#*:}
	echo "${version%-*}"
}
built() {
	local kernel file version
	version=$(upstream "$(dpkg-query -W -f '${Version}' psinfo-dkms)")
	for kernel; do
		file=$(find "/lib/modules/$kernel/updates/dkms" -name 'psinfo.ko*' 2>/dev/null || true)
		[[ -n $file ]] || wrong "no module for $kernel"
		[[ $(modinfo -F version "$file") == "$version" ]] || wrong "the module for $kernel has another version"
		[[ $(modinfo -F vermagic "$file") == "$kernel "* ]] || wrong "the module is not for $kernel"
		dkms status psinfo -k "$kernel" | grep -q "^psinfo/$version.*: installed" || wrong "dkms does not list the module for $kernel"
		modinfo -k "$kernel" psinfo >/dev/null || wrong "modinfo does not find the module for $kernel"
	done
}
not_built() {
	local kernel
	for kernel; do
		[[ -z $(find "/lib/modules/$kernel" -name 'psinfo.ko*' 2>/dev/null) ]] || wrong "there is a module for $kernel"
	done
}
has_initramfs() { [[ -s /boot/initrd.img-$1 ]] || wrong "$1 has no initramfs"; }

# Files of psinfo that an administrator would find. The archive and the files of the
# tests are not part of the system.
traces() {
	find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /packages -o -path /newer -o -path /tests \
		-o -path /tmp -o -path /root -o -path /.ready \) -prune -o -iname '*psinfo*' -print
}
no_trace() { [[ -z $(traces) ]] || wrong "left behind: $(traces | paste -sd' ')"; }

# After a removal, only files that an administrator may have changed stay.
only_conffiles() {
	local left
	left=$(traces | grep -vE '^/(etc/modprobe\.d/psinfo\.conf|etc/systemd/system/timers\.target\.wants/.*|var/lib/dpkg/.*|var/lib/systemd/deb-systemd-helper-enabled/.*)$' || true)
	[[ -z $left ]] || wrong "left behind: $left"
}

# pretend KERNEL [MACHINE [ARCHITECTURE]]: pretends that this kernel is running
pretend() {
	local kernel=$1 machine=${2:-} architecture=${3:-}
	mkdir -p /usr/local/bin
	cat >/usr/local/bin/uname <<-SCRIPT
		#!/bin/sh
		case \$1 in
		-r) echo $kernel ;;
		-m) echo ${machine:-$(/usr/bin/uname -m)} ;;
		*) exec /usr/bin/uname "\$@" ;;
		esac
	SCRIPT
	script systemd-detect-virt 'exit 1'
	script readlink '[ "$*" != /proc/self/ns/pid ] || exec echo "pid:[4026531836]"' 'exec /usr/bin/readlink "$@"'
	[[ -z $architecture ]] || cat >/usr/local/bin/dpkg <<-SCRIPT
		#!/bin/sh
		[ "\$1" = --print-architecture ] && echo $architecture && exit
		exec /usr/bin/dpkg "\$@"
	SCRIPT
	chmod +x /usr/local/bin/*
}

# script FILE LINE...: creates a program in the system's PATH
script() {
	printf '%s\n' '#!/bin/sh' "${@:2}" >"/usr/local/bin/$1"
	chmod +x "/usr/local/bin/$1"
}

# fake_module [SECONDS]: pretends that the module is loaded, with a call that does not
# return: rmmod ends when /tmp/end exists. After SECONDS (default 300) that is created,
# to end tests that wait for rmmod. /tmp/rmmod and /tmp/modprobe get a line per call.
fake_module() {
	mkdir -p /sys/module/psinfo
	echo live >/sys/module/psinfo/initstate
	script rmmod 'trap : TERM HUP' 'echo going >/sys/module/psinfo/initstate' 'echo $$ >>/tmp/rmmod' \
		'until [ -e /tmp/end ]; do sleep 0.1; done' 'rm -r /sys/module/psinfo'
	script modprobe '[ "$*" = "-b psinfo" ] || exec /sbin/modprobe "$@"' 'echo >>/tmp/modprobe' \
		'mkdir /sys/module/psinfo' 'echo live >/sys/module/psinfo/initstate'
	(sleep "${1:-300}" && touch /tmp/end) >/dev/null 2>&1 &
}
in_time() { [[ ! -e /tmp/end ]] || wrong "it waited for rmmod"; }
calls() {
	touch "/tmp/$1"
	[[ $(wc -l <"/tmp/$1") == "$2" ]] || wrong "$(wc -l <"/tmp/$1") calls of $1, not $2"
}
waits() {
	local i
	for ((i = 0; i < 1800; i++)); do
		! "$@" || return 0
		sleep 0.1
	done
	wrong "timed out waiting for: $*"
}
no_helper() { ! pgrep dkms-helper >/dev/null; }
# trigger: runs the trigger, as dpkg does at the end of a run that installs a kernel
trigger() {
	dpkg-trigger --by-package=dpkg /lib/modules
	dpkg --triggers-only psinfo-dkms >"$said" 2>&1 </dev/null || wrong "the trigger failed"
}
# change_kernel FILE: changes this file of the first kernel's headers, like an update
change_kernel() {
	local line=''
	[[ $1 != Module.symvers ]] || line=$'0x00000001\tpsinfo_test\tvmlinux\tEXPORT_SYMBOL\t'
	echo "$line" >>"/lib/modules/$FIRST/build/$1"
}
helper() { /usr/libexec/psinfo/dkms-helper "$@" >"$said" 2>&1; }

# stack PID[/task/TID] LINE...: fakes the kernel stack of the task
stack() {
	local task=$1 file
	[[ $task == */* ]] || task=$task/task/$task
	file=$(mktemp)
	printf '[<0>] %s\n' "${@:2}" >"$file"
	mount --bind "$file" "/proc/$task/stack"
}

# package NAME [FILE...]: installs a package with these files
package() {
	local name=$1 tree
	shift
	tree=$(mktemp -d)
	mkdir "$tree/DEBIAN"
	printf '%s\n' "Package: $name" 'Version: 1' 'Architecture: all' 'Maintainer: nobody <nobody@localhost>' \
		'Description: made by a test' >"$tree/DEBIAN/control"
	for file; do
		mkdir -p "$tree/$(dirname "$file")"
		echo >"$tree/$file"
	done
	dpkg-deb -b "$tree" "/tmp/$name.deb" >/dev/null
	dpkg -i "/tmp/$name.deb" >/dev/null
}

# known_to_apt NAME...: pretends that apt can install these packages
known_to_apt() {
	local name
	mkdir -p /srv/more
	for name; do
		printf '%s\n' "Package: $name" 'Version: 1' 'Architecture: all' 'Maintainer: nobody <nobody@localhost>' \
			"Filename: ./$name.deb" 'Size: 1' 'SHA256: 0' 'Description: made by a test' ''
	done >/srv/more/Packages
	echo 'deb [trusted=yes] file:/srv/more ./' >/etc/apt/sources.list.d/more.list
	apt-get -q update >/dev/null 2>&1
}
