# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2034,SC2154 # dkms-helper and its parts share variables
# Part of dkms-helper: builds the module with DKMS.

may_build() {
	command -v dkms >/dev/null && [ -n "$version" ] && [ ! -e "$no_builds" ]
}

# dkms_does COMMAND KERNEL ARGUMENT...: without --verbose, dkms prints dots from a process
# that may outlive it.
dkms_does() {
	does=$1 for=$2
	shift 2
	dkms "$does" --verbose -m "$name" -v "$version" -k "$for" "$@"
}

# make_module KERNEL: builds and installs it. The old file stays until the new one exists,
# unless DKMS has this version on record: it would then refuse to build it again. With
# -j 1: the module is one compilation unit, and its build takes 99 MB.
make_module() {
	if [ -e "$dkms_tree/$version/$1" ] || [ -n "$(dkms_links "$1")" ]; then
		dkms_does remove "$1"
		dkms_links "$1" | while read -r link; do
			rm "$link"
		done
		rm -rf "${dkms_tree:?}/$version/$1"
	fi
	# Removing the module from its last kernel also deregisters it.
	[ -e "$dkms_tree/$version/source" ] || dkms add -m "$name" -v "$version"
	dkms_does build "$1" -j 1 || return
	# DKMS would not replace a file that is not older.
	rm -f "/lib/modules/$1/updates/dkms/$name.ko"*
	dkms_does install "$1"
}

# keep DIRECTORY KERNEL WORD...: records a build in one line, which after a power cut is
# either complete or does not count
keep() {
	mkdir -p "$state/$1" && print "$3 $4 $5" >"$state/$1/$2.new" && mv "$state/$1/$2.new" "$state/$1/$2"
}

# failed_by_chance LOG: whether the build may succeed next time: the disk was full, which
# the log may have had no room to say, or a process was killed or got no memory
failed_by_chance() {
	grep -qE 'No space left on device|Cannot allocate memory|Killed|Terminated|Error 1(30|37|43)' "$1" ||
		df -Pk "$state" "$dkms_tree" /lib/modules "${TMPDIR:-/tmp}" 2>/dev/null | awk 'NR > 1 && $4 < 20000 { full = 1 } END { exit !full }'
}

# set_aside KERNEL: keeps a copy of its module, if that is intact, since DKMS removes
# the module before it builds. Returns 1 if there is no room for the copy.
set_aside() {
	is_intact "$1" || return 0
	mkdir -p "$state/old/$1" && cp -p "$file" "$state/old/$1/"
}

# restore KERNEL: puts the copy back if the module is damaged or missing, maybe after a
# power cut. The old module may fit the kernel even if it was built from other inputs.
restore() {
	! is_intact "$1" || return 0
	read_record "$1" || return 0
	for copy in "$state/old/$1/$name.ko"*; do
		[ -e "$copy" ] && [ "$(sum <"$copy")" = "$built_module" ] || continue
		mkdir -p "/lib/modules/$1/updates/dkms"
		cp -p "$copy" "/lib/modules/$1/updates/dkms/" 2>/dev/null && depmod "$1"
	done
}

# build_for KERNEL: does nothing if it is built, cannot be built, or failed to build in
# the same circumstances
build_for() {
	log=$(log_of "$1")
	if is_built "$1"; then
		rm -rf "$log" "$state/failed/$1" "$state/old/$1"
		return
	fi
	has_headers "$1" && ! is_being_removed || return 0
	mkdir -p "$state"
	restore "$1"
	headers=$(sum_of_headers "$1")
	attempt="$this_source $headers $(sum_of_circumstances "$1")"
	[ "$(cat "$state/failed/$1" 2>/dev/null)" != "$attempt" ] || return 0
	say "building for $1 ..."
	if ! set_aside "$1" 2>"$log.new"; then
		mv "$log.new" "$log"
		return
	fi
	# Without the lock (9), which a process of dkms might hold after this one exits.
	# Only a failed build leaves a log.
	make_module "$1" >"$log.new" 2>&1 </dev/null 9>&-
	status=$?
	# The package may have been removed meanwhile: a removal waits only for a minute.
	if is_being_removed; then
		restore "$1"
		return
	fi
	file=$(module_of "$1")
	if [ $status -eq 0 ] && [ -s "$file" ] && modinfo "$file" >/dev/null 2>&1; then
		keep built "$1" "$this_source" "$headers" "$(sum <"$file")"
		rm -rf "$log" "$log.new" "$state/failed/$1" "$state/old/$1"
		built="${built:+$built }$1"
		return
	fi
	cat "$dkms_tree/$version/build/make.log" >>"$log.new" 2>/dev/null
	mv "$log.new" "$log"
	restore "$1"
	# Without symbol versions the kernel would load a module that does not fit it.
	is_whole "$1" || { is_intact "$1" && modinfo -F vermagic "$file" | grep -qw modversions; } ||
		rm -f "/lib/modules/$1/updates/dkms/$name.ko"*
	# shellcheck disable=SC2086 # three words
	failed_by_chance "$log" || keep failed "$1" $attempt
}

# Remove what dkms failed to remove at an upgrade: dkms fails on such remains.
forget_old_versions() {
	for tree in "$dkms_tree"/*; do
		[ -L "$tree" ] || [ "$tree" = "$dkms_tree/$version" ] || rm -rf "$tree"
	done
	find "$dkms_tree" -maxdepth 1 -xtype l -delete 2>/dev/null
}

# Remove what was built for kernels that have neither image nor headers any more.
forget_old_kernels() {
	for kernel in $(kernels); do
		has_image "$kernel" || has_headers "$kernel" || remove_module "$kernel"
	done
	for record in "$state"/built/* "$state"/failed/* "$state"/old/* "$state"/build-*.log; do
		kernel=${record##*/}
		kernel=${kernel#build-}
		[ -d "/lib/modules/${kernel%.log}" ] || rm -rf "$record"
	done
	rm -f "$state"/*.new "$state"/*/*.new
}

remove_module() {
	file=$(module_of "$1")
	[ -n "$file" ] || return 0
	rm -f "$file"
	rmdir --ignore-fail-on-non-empty -p "/lib/modules/$1/updates/dkms" 2>/dev/null
	[ ! -e "/lib/modules/$1/modules.builtin" ] || depmod "$1"
}

# Not those with only headers, which cannot be booted, unless there is no bootable kernel
# at all, as in a container that only builds.
kernels_to_build_for() {
	wanted=$(for kernel in $(kernels); do
		! has_image "$kernel" || print "$kernel"
	done)
	print "${wanted:-$(kernels)}" | grep -vxF "$running"
}

build_for_all() {
	may_build || return 0
	forget_old_versions
	forget_old_kernels
	# DKMS should list the module even if it cannot be built yet.
	[ -e "$dkms_tree/$version/source" ] || dkms add -m "$name" -v "$version" >/dev/null 2>&1 </dev/null 9>&-
	for kernel in "$running" $(kernels_to_build_for); do
		build_for "$kernel"
	done
}
