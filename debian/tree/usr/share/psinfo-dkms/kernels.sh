# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2034,SC2154 # dkms-helper and its parts share variables
# Part of dkms-helper: which kernels are installed, whether the running one belongs
# to this system, and for which of them the module is built.

# Prints "chroot" (such as an image under construction) or "container" if the running
# kernel does not belong to this system.
outsider() {
	[ -e /proc/self/status ] || { echo chroot && return; }
	for sign in /run/systemd/container /.dockerenv /run/.containerenv; do
		[ ! -e "$sign" ] || { echo container && return; }
	done
	# The initial PID namespace has the same inode number on every kernel.
	case $(readlink /proc/self/ns/pid) in
	'' | 'pid:[4026531836]') ;;
	*) echo container && return ;;
	esac
	if command -v systemd-detect-virt >/dev/null && systemd-detect-virt --quiet --container; then
		echo container && return
	fi
	# Not ischroot, which takes the mount namespace of a systemd unit for a chroot, too.
	# Other users may not read the root directory of process 1; if root may not either,
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

# Kernels whose modules are installed, or only their headers
kernels() {
	for tree in /lib/modules/*/; do
		[ -d "$tree" ] && basename "$tree"
	done | sort -V
}

# Whether the kernel itself is installed, so that it can be booted
has_image() { [ -e "/lib/modules/$1/modules.builtin" ] || [ -e "/boot/vmlinuz-$1" ]; }

has_headers() { [ -e "/lib/modules/$1/build/include" ] || [ -e "/lib/modules/$1/build/Makefile" ]; }

# A possible cause of a failed build, for which the compiler's messages are misleading.
# Check only after a failure: headers with another layout are fine if builds work.
has_incomplete_headers() {
	headers=/lib/modules/$1/build
	for part in Makefile scripts/Makefile.build include/generated/autoconf.h include/config/auto.conf; do
		[ -e "$headers/$part" ] || return 0
	done
	# Some have the architecture's parts in the same tree, Debian's in another one,
	# which the Makefile includes.
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

# Checksum of the module's source
sum_of_source() { find "/usr/src/$name-$version" -type f -exec sha256sum {} + 2>/dev/null | sort | sum; }

# Checksum of what a build takes from a kernel: an update may change symbols without a
# new kernel name. "-" if there are no headers.
sum_of_headers() {
	has_headers "$1" || { echo - && return; }
	# shellcheck disable=SC2094 # reads only
	(cd "/lib/modules/$1/build" && cat Module.symvers include/generated/utsrelease.h include/config/auto.conf) 2>/dev/null | sum
}

# The Makefiles of other trees that a kernel's headers include
included_by() { sed -n 's/^include \(\/[^ ]*\)$/\1/p' "/lib/modules/$1/build/Makefile" 2>/dev/null; }

# Checksum of what else can make a build fail: name, size and change time of the build
# tools and of the headers
sum_of_circumstances() {
	# shellcheck disable=SC2046 # paths of headers, one word each
	stat -L -c '%n %s %Z' /usr/bin/*gcc* /usr/bin/make /usr/bin/ld* /usr/sbin/dkms "/lib/modules/$1/build"/* \
		$(included_by "$1") 2>/dev/null | sum
}

# dkms_links KERNEL: prints the links kernel-KERNEL-ARCH with which DKMS records the module
# as installed. An ARCH has no dash, so that of 6.12-rpi-v8-rt is none of 6.12-rpi-v8.
dkms_links() {
	for link in "$dkms_tree/kernel-$1-"*; do
		case ${link#"$dkms_tree/kernel-$1-"} in
		*-*) ;;
		*) [ ! -L "$link" ] || print "$link" ;;
		esac
	done
}

# Whether DKMS lists it as installed, and so will remove it along with the kernel
is_known_to_dkms() {
	dkms_links "$1" | {
		while read -r link; do
			[ ! -e "$link" ] || exit 0
		done
		exit 1
	}
}

# read_record KERNEL: sets built_source and built_headers to the checksums of the inputs of
# its last build, and built_module to that of the module. Returns 1 if nothing was built.
read_record() { { read -r built_source built_headers built_module; } 2>/dev/null <"$state/built/$1"; }

# is_intact KERNEL: whether its module file is unchanged since it was built. Sets file, and
# what read_record sets.
is_intact() {
	file=$(module_of "$1")
	[ -n "$file" ] && read_record "$1" && [ "$(sum <"$file")" = "$built_module" ]
}

# is_whole KERNEL: whether it is intact and was built for the kernel as it is now, maybe
# from the source of another version
is_whole() {
	is_intact "$1" || return 1
	! has_headers "$1" || [ "$(sum_of_headers "$1")" = "$built_headers" ]
}

# find_built: sets this_source, and built to the kernels that have the module. DKMS's own
# records are not enough: a power cut may have emptied the file, or a kernel may have been
# updated.
find_built() {
	this_source=$(sum_of_source)
	built=''
	for kernel in $(kernels); do
		if is_whole "$kernel" && [ "$built_source" = "$this_source" ] && is_known_to_dkms "$kernel"; then
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
