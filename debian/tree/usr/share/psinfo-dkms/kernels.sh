# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2034,SC2154 # dkms-helper and its parts share variables
# Part of dkms-helper: which kernels there are, whether the running one is this
# system's, and for which of them the module is built.

# Prints what this is if the running kernel is not its own: a chroot, in which an
# image is being made, or a container.
outsider() {
	[ -e /proc/self/status ] || { echo chroot && return; }
	for sign in /run/systemd/container /.dockerenv /run/.containerenv; do
		[ ! -e "$sign" ] || { echo container && return; }
	done
	# The first PID namespace has the same number on every kernel.
	case $(readlink /proc/self/ns/pid) in
	'' | 'pid:[4026531836]') ;;
	*) echo container && return ;;
	esac
	if command -v systemd-detect-virt >/dev/null && systemd-detect-virt --quiet --container; then
		echo container && return
	fi
	# Not ischroot, to which the mount namespace of a unit of systemd's is a chroot, too.
	# Users other than root may not look at the root of process 1; if root may not either,
	# this is a container that shares the PID namespace of its host.
	root=$(stat -L -c %d:%i /proc/1/root 2>/dev/null)
	if [ -z "$root" ] && [ "$(id -u)" = 0 ]; then
		echo container
	elif [ -n "$root" ] && [ "$root" != "$(stat -L -c %d:%i /)" ]; then
		echo chroot
	fi
}

outside=$(outsider)
owns_kernel() { [ -z "$outside" ]; }

# Kernels whose modules are here, or only their headers so far.
kernels() {
	for tree in /lib/modules/*/; do
		[ -d "$tree" ] && basename "$tree"
	done | sort -V
}

# The kernel itself, that is, which can be booted.
has_image() { [ -e "/lib/modules/$1/modules.builtin" ] || [ -e "/boot/vmlinuz-$1" ]; }

has_headers() { [ -e "/lib/modules/$1/build/include" ] || [ -e "/lib/modules/$1/build/Makefile" ]; }

# Why a build may have failed, of which a compiler says only nonsense. A kernel's own
# tree is allowed to be laid out in another way, as long as builds work.
has_incomplete_headers() {
	headers=/lib/modules/$1/build
	for part in Makefile scripts/Makefile.build include/generated/autoconf.h include/config/auto.conf; do
		[ -e "$headers/$part" ] || return 0
	done
	# Some have the architecture's parts in the same tree, Debian's in another
	# one, which the Makefile includes.
	included=$(included_by "$1")
	for part in $included; do
		[ -e "$part" ] || return 0
	done
	for tree in $headers ${included%/Makefile}; do
		for part in "$tree"/arch/*/include/asm "$tree"/arch/*/include/uapi/asm; do
			[ -d "$part" ] && return 1
		done
	done
	return 0
}

module_of() {
	for file in "/lib/modules/$1/updates/dkms/$name.ko"*; do
		[ -e "$file" ] && print "$file" && return
	done
	return 0
}

sum() { sha256sum | cut -d' ' -f1; }

# The sum of what the source consists of
sum_of_source() { find "/usr/src/$name-$version" -type f -exec sha256sum {} + 2>/dev/null | sort | sum; }

# The sum of what a build takes from a kernel: an update may bring other symbols under
# the same name. "-" where nothing can be built.
sum_of_headers() {
	has_headers "$1" || { echo - && return; }
	# shellcheck disable=SC2094 # reads only
	(cd "/lib/modules/$1/build" && cat Module.symvers include/generated/utsrelease.h include/config/auto.conf) 2>/dev/null | sum
}

# The Makefiles of other trees that a kernel's headers need
included_by() { sed -n 's/^include \(\/[^ ]*\)$/\1/p' "/lib/modules/$1/build/Makefile" 2>/dev/null; }

# The sum of what else a build may fail for: the programs that build, and whether its
# headers have been installed again
sum_of_circumstances() {
	# shellcheck disable=SC2046 # paths of headers, one word each
	stat -L -c '%n %s %Z' /usr/bin/*gcc* /usr/bin/make /usr/bin/ld* /usr/sbin/dkms "/lib/modules/$1/build"/* \
		$(included_by "$1") 2>/dev/null | sum
}

# The links by which DKMS has it on record as installed for that kernel, one for each
# architecture, kernel-KERNEL-ARCH: kernel-...-rpi-v8-rt-aarch64 is of another kernel
# than kernel-...-rpi-v8-aarch64.
dkms_links() {
	for link in "$dkms_tree/kernel-$1-"*; do
		case ${link#"$dkms_tree/kernel-$1-"} in
		*-*) ;;
		*) [ ! -e "$link" ] || print "$link" ;;
		esac
	done
}

# DKMS lists it as installed, and would remove it along with the kernel.
is_known_to_dkms() { [ -n "$(dkms_links "$1")" ]; }

# is_intact KERNEL: whether its module file is, byte by byte, what was once built. Sets
# file, and source and headers to the sums of what it was built of.
is_intact() {
	file=$(module_of "$1")
	[ -n "$file" ] && { read -r source headers module; } 2>/dev/null <"$state/built/$1" || return 1
	[ "$(sum <"$file")" = "$module" ]
}

# is_whole KERNEL: the same, and that was the kernel as it is now; maybe with another
# version's source
is_whole() {
	is_intact "$1" || return 1
	! has_headers "$1" || [ "$(sum_of_headers "$1")" = "$headers" ]
}

# look: sets built, the kernels that it is built for. DKMS's own records only say that
# it once was: a power cut may have emptied the file, and a kernel may have been updated.
look() {
	this_source=$(sum_of_source)
	built=''
	for kernel in $(kernels); do
		if is_whole "$kernel" && [ "$source" = "$this_source" ] && is_known_to_dkms "$kernel"; then
			built="${built:+$built }$kernel"
		fi
	done
}

is_built() {
	case " $built " in
	*" $1 "*) return 0 ;;
	*) return 1 ;;
	esac
}

log_of() { print "$state/build-$1.log"; }
