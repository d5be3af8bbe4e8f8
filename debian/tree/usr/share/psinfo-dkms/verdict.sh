# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2034,SC2154 # dkms-helper and its parts share variables
# Part of dkms-helper: reports what is active and what is not, why, and what to do.

# owner_of PATH: prints the package that owns this path below /lib/modules
owner_of() {
	for top in /lib/modules /usr/lib/modules; do
		owner=$(dpkg-query -S "$top/$1" 2>/dev/null | grep -v '^diversion ' | head -n 1)
		[ -n "$owner" ] && print "${owner%%[:,]*}" && return 0
	done
	return 1
}

is_known() { apt-cache show --no-all-versions "$1" 2>/dev/null | grep -q '^Package:'; }

# flavour KERNEL: its name without the parts that are versions. The first kernels of
# Raspberry Pi OS bookworm were numbered: 6.1.0-rpi4-rpi-v8.
flavour() {
	rest=$1
	while :; do
		case $rest in
		686-*) break ;;
		[0-9]*-* | rc[0-9]*-* | rpi[0-9]*-rpi-*) rest=${rest#*-} ;;
		*) break ;;
		esac
	done
	# Raspberry Pi 1 and Zero with bullseye: 6.1.21+
	case $rest in
	[0-9]*+) rest=+ ;;
	esac
	print "$rest"
}

# of_bullseye KERNEL: whether it is of the series with all flavours in one package
of_bullseye() {
	case $1 in
	*-v[678]*+ | *.[0-9]*+) return 0 ;;
	*) return 1 ;;
	esac
}

# known PACKAGE...: prints those that apt knows
known() {
	for package; do
		! is_known "$package" || printf '%s ' "$package"
	done | sed 's/ $//'
}

# headers_of KERNEL: the package with its headers, and the metapackage for those of its
# successors, if apt knows them. The metapackage alone does not help this kernel.
headers_of() {
	if of_bullseye "$1"; then
		known raspberrypi-kernel-headers
	elif is_known "linux-headers-$1"; then
		known "linux-headers-$1" "linux-headers-$(flavour "$1")"
	fi
}

# upgrade_of KERNEL: the packages that install a newer kernel of its flavour and its
# headers, if apt knows both
upgrade_of() {
	if of_bullseye "$1"; then
		set -- raspberrypi-kernel raspberrypi-kernel-headers
	else
		set -- "linux-image-$(flavour "$1")" "linux-headers-$(flavour "$1")"
	fi
	! is_known "$1" || ! is_known "$2" || print "$*"
}

# 32-bit user space on a 64-bit kernel, whose headers cannot be installed here
is_32_on_64() {
	case $(uname -m)/$(dpkg --print-architecture) in
	aarch64/armhf | aarch64/armel | x86_64/i386) return 0 ;;
	esac
	return 1
}

# The newest bootable kernel of the running one's flavour, if it is newer: a new kernel
# is installed, but the old one is still running.
newer_kernel() {
	for kernel in $(kernels); do
		[ "$(flavour "$kernel")" = "$(flavour "$running")" ] && has_image "$kernel" && print "$kernel"
	done | { cat; print "$running"; } | sort -V | tail -n 1 | grep -vxF "$running"
}

# Each check sets status (ok; bad: it prevents psinfo from working; note), and as
# sentences found, the finding, and hint, what to do about it.

check_package() {
	hint=''
	# shellcheck disable=SC2016 # dpkg's
	case $(dpkg-query -W -f '${Status}' "$name-dkms" 2>/dev/null) in
	*' ok installed' | *' ok triggers-pending' | *' ok triggers-awaited')
		status=ok found="$name-dkms $version is installed"
		;;
	*)
		status=bad found="$name-dkms $version is only partly installed" hint="To finish the installation: sudo dpkg --configure -a"
		;;
	esac
}

check_kernel() {
	status=bad hint=''
	if ! owns_kernel; then
		found="the running kernel $running does not belong to this system, which is a $outside"
		hint="Install the module outside the $outside, on the system that runs this kernel."
	elif is_32_on_64; then
		found="this is a 32-bit system on a 64-bit kernel, whose headers cannot be installed here"
		hint="Use a 64-bit system, or use ps and top, which show the same information."
	else
		status=ok found="$running is running"
	fi
}

check_headers() {
	status=ok hint=''
	if ! owns_kernel; then
		status=note found="not needed here"
	elif has_headers "$running"; then
		found="the headers of $running are installed"
	elif is_built "$running"; then
		found="not installed, but the module is already built"
	else
		status=bad
		missing_headers
	fi
}

missing_headers() {
	packages=$(headers_of "$running")
	# A reboot helps if the newer kernel has the module, or headers to build it. If apt
	# has no headers for the running one, it is suggested anyway. With bullseye's kernels,
	# the headers that apt has are those of the newest one.
	if newer=$(newer_kernel) && { is_built "$newer" || has_headers "$newer" || [ -z "$packages" ] || of_bullseye "$running"; }; then
		found="the headers of the running kernel are not installed, but a newer kernel is"
		if is_built "$newer"; then
			hint="The module is built for $newer: reboot into it."
		else
			hint="Reboot into $newer."
		fi
		return
	fi
	upgrade=$(upgrade_of "$running")
	found="its headers are missing"
	if ! owner_of "$running" >/dev/null && ! owner_of "$running/kernel" >/dev/null; then
		found="it does not come from a package (rpi-update, or built by hand?), so there are no headers for it"
		[ -z "$upgrade" ] || hint="To return to the packaged kernel: sudo apt install --reinstall $upgrade, then reboot."
	# Headers may be installed, but of another version.
	elif of_bullseye "$running" && [ -n "$(headers_elsewhere)" ] && [ -n "$upgrade" ]; then
		found="its headers are missing, and the installed ones are for another kernel"
		hint="To install a kernel that has them: sudo apt install $upgrade, then reboot."
	elif [ -n "$packages" ]; then
		hint="To install them: sudo apt install $packages"
	elif [ -n "$upgrade" ]; then
		found="its headers are missing, and apt no longer has them"
		hint="To install a kernel that has them: sudo apt install $upgrade, then reboot."
	else
		found="its headers are missing, and apt has no package with them"
		hint="Try again after: sudo apt update"
	fi
}

# Kernels of which only the headers are installed
headers_elsewhere() {
	for kernel in $(kernels); do
		! has_headers "$kernel" || has_image "$kernel" || print "$kernel"
	done
}

check_built() {
	status=ok hint='' found="built for: $built"
	is_built "$running" && owns_kernel && return
	status=note found="built for: ${built:-no kernel yet}"
	owns_kernel || return
	status=bad
	if [ -z "$version" ]; then
		found="its source is not installed"
	elif [ -e "$no_builds" ]; then
		found="$no_builds disables DKMS builds"
	elif ! has_headers "$running"; then
		found="it is not built, because the headers are missing"
	elif ! command -v dkms >/dev/null; then
		found="dkms is not installed" hint="To install it: sudo apt install dkms"
	elif [ -e "$(log_of "$running")" ] && has_incomplete_headers "$running"; then
		found="it could not be built, and the headers of $running are incomplete"
		package=$(owner_of "$running/build") && is_known "$package" && hint="To reinstall them: sudo apt install --reinstall $package. "
		hint="${hint}See $(log_of "$running")"
	elif [ -e "$(log_of "$running")" ]; then
		found="it could not be built" hint="See $(log_of "$running")"
	else
		found="it is not built" hint="To build it: sudo $helper setup"
	fi
}

check_boot() {
	status=ok found="nothing prevents loading it" hint=''
	list=$(blacklist)
	mask=$(boot_mask)
	if [ -n "$list" ]; then
		found="it is blacklisted: $list"
	elif [ -n "$mask" ]; then
		found="automatic loading is disabled by $mask"
	else
		return
	fi
	status=bad
	! is_loaded || is_going || status=note
}

# The three steps that make the firmware trust the key of DKMS
how_to_enrol() {
	key=/var/lib/dkms/mok.pub
	[ -e "$key" ] || key="the DKMS key (see dkms(8))"
	print "To enrol the signing key: 1. sudo mokutil --import $key, and choose a password; 2. reboot; 3. in the menu that appears before the system boots, choose Enroll MOK and enter that password."
}

check_loaded() {
	status=bad hint=''
	if ! owns_kernel; then
		status=note found="not checked here"
	elif is_going; then
		check_going
	elif is_loaded && ! answers; then
		found="it is loaded, but $proc cannot be read"
	elif is_loaded && is_built "$running" && ! is_current; then
		found="version $(loaded_version) is loaded, but it is not the module that was built"
		hint="To replace it now, instead of at the next boot: sudo $helper setup"
	elif is_loaded; then
		status=ok found="version $(loaded_version) is loaded"
	elif ! is_built "$running"; then
		found="it is not loaded"
	elif is_blacklisted || [ -n "$(boot_mask)" ]; then
		found="it is built, but not loaded" hint="To load it now: sudo modprobe $name"
	elif [ "$(cat /proc/sys/kernel/modules_disabled 2>/dev/null)" = 1 ]; then
		found="it is built, but no module can be loaded until the next boot (kernel.modules_disabled)"
	else
		case $why_not_loaded in
		*'ey was rejected'* | *'equired key not'* | *'peration not permitted'*)
			found="it is built, but the kernel rejects it because its signature is not trusted (Secure Boot): $why_not_loaded"
			hint=$(how_to_enrol)
			;;
		'')
			found="it is built, but not loaded" hint="To load it: sudo modprobe $name"
			! wants_signatures || hint=$(how_to_enrol)
			;;
		*) found="it is built, but cannot be loaded: $why_not_loaded" ;;
		esac
	fi
}

# Avoid why_still_going if possible: its search takes up to 20 seconds.
check_going() {
	if is_built "$running" && ! is_blacklisted && [ -z "$(boot_mask)" ]; then
		found=$(why_still_going)
	else
		found="the old module is still being unloaded, and no new one will be loaded"
	fi
}

check_others() {
	status=ok found="" hint=''
	for kernel in $(kernels); do
		[ "$kernel" != "$running" ] && ! is_built "$kernel" && has_image "$kernel" || continue
		why=''
		[ ! -e "$(log_of "$kernel")" ] || why=" (see $(log_of "$kernel"))"
		found="${found:+$found, }$kernel$why"
	done
	[ -z "$found" ] || status=note found="not built for: $found"
}

check_disk() {
	status=ok found='' hint=''
	! owns_kernel || [ "$(findmnt -no FSTYPE / 2>/dev/null)" != overlay ] ||
		status=note found="the root file system is an overlay: the installation will not survive a reboot"
}

checks="package kernel headers built boot loaded others disk"

# A check's result is kept when it first runs: some ask apt, or wait for a search.
for check in $checks; do
	unset "status_$check"
done

# result_of CHECK: sets status, found and hint to what that check finds
result_of() {
	if eval "[ -z \"\${status_$1-}\" ]"; then
		"check_$1"
		eval "status_$1=\$status found_$1=\$found hint_$1=\$hint"
	fi
	eval "status=\$status_$1 found=\$found_$1 hint=\$hint_$1"
}

loaded_version() { cat "/sys/module/$name/version" 2>/dev/null; }

# why_still_going: for a module that is built and not blacklisted
why_still_going() {
	if [ -e "$run/reload" ]; then
		print "cannot unload the old module yet: $(why_not_unloaded "The new one will be loaded") Until then $proc is missing; the command psinfo reads /proc."
	else
		print "cannot unload the module yet: $(why_not_unloaded "It will be unloaded")"
	fi
}

# The first bad check, preceded by what blocks the unloading of an old module
why_not_active() {
	result_of loaded
	going=''
	! is_going || going=$found
	for what in kernel headers built boot loaded; do
		result_of "$what"
		[ "$status" != bad ] || break
	done
	[ "$what" != loaded ] || going=''
	print "${going:+$going: }$found${hint:+. $hint}"
}

answers() { grep -q '^TOTAL: ' "$proc" 2>/dev/null; }

# verdict: prints one sentence
verdict() {
	if ! owns_kernel; then
		print "not loaded, because the running kernel does not belong to this system ($outside). Built for: ${built:-no kernel yet}"
	elif ! answers; then
		print "NOT ACTIVE on $running: $(why_not_active)"
	elif is_built "$running" && ! is_current; then
		print "ACTIVE on $running, but still version $(loaded_version) until the next boot"
	elif ! is_built "$running" && [ "$(loaded_version)" != "$version" ]; then
		result_of headers
		[ "$status" = bad ] || result_of built
		print "ACTIVE on $running, but still version $(loaded_version), not $version: $found${hint:+. $hint}"
	elif ! is_built "$running"; then
		result_of headers
		[ "$status" = bad ] || result_of built
		print "ACTIVE on $running, possibly only until the next boot: $found${hint:+. $hint}"
	else
		print "ACTIVE on $running. Try: cat $proc"
	fi
}

report() {
	say "$(verdict)"
	owns_kernel || return 0
	say "built for: ${built:-no kernel yet}"
	for what in others disk; do
		result_of "$what"
		[ -z "$found" ] || say "$found"
	done
}

# For programs: KEY=VALUE lines. check.NAME is ok, bad or note; check.NAME.found and
# check.NAME.hint are sentences.
facts() {
	print "version=$version"
	print "kernel=$running"
	print "outside=$outside"
	print "built=$built"
	if is_going; then
		echo "loaded=going"
	elif is_loaded; then
		echo "loaded=yes"
	else
		echo "loaded=no"
	fi
	print "loaded_version=$(loaded_version)"
	active=no
	! answers || active=yes
	print "active=$active"
	for what in $checks; do
		result_of "$what"
		# Missing inputs of the next build are not a fault while the module works.
		case $active/$what/$status in
		yes/kernel/bad | yes/headers/bad | yes/built/bad) status=note ;;
		esac
		print "check.$what=$status"
		print "check.$what.found=$found"
		print "check.$what.hint=$hint"
	done
	print "verdict=$(verdict)"
}
