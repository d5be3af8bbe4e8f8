# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2034,SC2154 # dkms-helper and its parts share variables
# Part of dkms-helper: builds the module by DKMS.

may_build() {
	command -v dkms >/dev/null && [ -n "$version" ] && [ ! -e "$no_builds" ]
}

# dkms_does COMMAND KERNEL ARGUMENT...: without --verbose dkms draws dots by a process
# that may outlive it.
dkms_does() {
	does=$1 for=$2
	shift 2
	dkms "$does" --verbose -m "$name" -v "$version" -k "$for" "$@"
}

# make_module KERNEL: by DKMS. The old file stays until the new one is there,
# unless DKMS has it on record for this version: then it insists that all is done. One
# process at a time: the module is one source to the compiler, which takes 99 MB.
make_module() {
	if [ -e "$dkms_tree/$version/$1" ] || is_known_to_dkms "$1"; then
		dkms_does remove "$1"
		rm -rf "${dkms_tree:?}/$version/$1"
		dkms_links "$1" | while read -r link; do
			rm "$link"
		done
	fi
	# Removing the module from its last kernel also deregisters it.
	[ -e "$dkms_tree/$version/source" ] || dkms add -m "$name" -v "$version"
	dkms_does build "$1" -j 1 || return
	# DKMS would not replace what is as new.
	rm -f "/lib/modules/$1/updates/dkms/$name.ko"*
	dkms_does install "$1"
}

# keep DIRECTORY KERNEL WORD...: one line about a build, of which a power cut leaves
# either all or nothing that counts
keep() {
	mkdir -p "$state/$1" && print "$3 $4 $5" >"$state/$1/$2.new" && mv "$state/$1/$2.new" "$state/$1/$2"
}

# failed_by_chance LOG: what can succeed the next time: a full disk, which may keep the
# log from saying so, or a process that was killed
failed_by_chance() {
	grep -qE 'No space left on device|Cannot allocate memory|Killed|Terminated|Error 1(30|37|43)' "$1" ||
		df -Pk "$state" "$dkms_tree" /lib/modules "${TMPDIR:-/tmp}" 2>/dev/null | awk 'NR > 1 && $4 < 20000 { full = 1 } END { exit !full }'
}

# restore KERNEL FILE: puts the module back that was set aside
restore() {
	mkdir -p "${2%/*}" && mv "$state/old.new" "$2" && depmod "$1"
}

# build_for KERNEL: does nothing if it is built, cannot be, or has failed before
# in the same circumstances
build_for() {
	log=$(log_of "$1")
	if is_built "$1"; then
		rm -f "$log" "$state/failed/$1"
		return
	fi
	has_headers "$1" && ! is_being_removed || return 0
	mkdir -p "$state"
	# DKMS removes the old module before it builds. If that fails, the old one is better
	# than none: what it was built with may fit the kernel all the same.
	old=''
	if is_intact "$1"; then
		old=$file
	fi
	headers=$(sum_of_headers "$1")
	attempt="$this_source $headers $(sum_of_circumstances "$1")"
	[ "$(cat "$state/failed/$1" 2>/dev/null)" != "$attempt" ] || return 0
	[ -z "$old" ] || cp -p "$old" "$state/old.new" || old=''
	say "building for $1 ..."
	# A lock that a process of dkms inherits may be held for longer than this lives.
	# Only a build that has failed leaves a log.
	make_module "$1" >"$log.new" 2>&1 </dev/null 9>&-
	status=$?
	# The package may have been removed meanwhile, which waits for a minute only.
	if is_being_removed; then
		return
	fi
	file=$(module_of "$1")
	if [ $status -eq 0 ] && [ -s "$file" ] && modinfo "$file" >/dev/null 2>&1; then
		keep built "$1" "$this_source" "$headers" "$(sum <"$file")"
		rm -f "$log" "$log.new" "$state/failed/$1" "$state/old.new"
		built="${built:+$built }$1"
		return
	fi
	cat "$dkms_tree/$version/build/make.log" >>"$log.new" 2>/dev/null
	mv "$log.new" "$log"
	if ! is_intact "$1"; then
		rm -f "/lib/modules/$1/updates/dkms/$name.ko"*
		[ -z "$old" ] || restore "$1" "$old"
	fi
	rm -f "$state/old.new"
	# shellcheck disable=SC2086 # three words
	failed_by_chance "$log" || keep failed "$1" $attempt
}

# What dkms failed to remove at an upgrade; it stumbles over that, too.
forget_old_versions() {
	for tree in "$dkms_tree"/*; do
		[ -L "$tree" ] || [ "$tree" = "$dkms_tree/$version" ] || rm -rf "$tree"
	done
	find "$dkms_tree" -maxdepth 1 -xtype l -delete 2>/dev/null
}

# What was built for a kernel that has gone, with image and headers
forget_old_kernels() {
	for kernel in $(kernels); do
		has_image "$kernel" || has_headers "$kernel" || remove_module "$kernel"
	done
	for record in "$state"/built/* "$state"/failed/* "$state"/build-*.log; do
		kernel=${record##*/}
		kernel=${kernel#build-}
		[ -d "/lib/modules/${kernel%.log}" ] || rm -f "$record"
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

# Headers may be there for a kernel that nobody can boot. Where there is no kernel at all,
# as in a container that only builds, they are what counts.
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
	# Where nothing can be built yet, DKMS lists it all the same.
	[ -e "$dkms_tree/$version/source" ] || dkms add -m "$name" -v "$version" >/dev/null 2>&1 </dev/null 9>&-
	# The running one comes first.
	for kernel in "$running" $(kernels_to_build_for); do
		build_for "$kernel"
	done
}
