# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Builds kernels that Debian does not ship from Debian's linux-source, with the
# suite's own compiler. A flavour is a file flavours/FLAVOUR.config, merged over
# flavours/common.config and flavours/common-ARCH.config. Sourced by fetch.
#
# shellcheck disable=SC2154 # images, cache, ready and the K_* come from elsewhere

# Increment when the functions below build another kernel from the same options.
from_source_way=2

# The requested configuration
from_source_wanted() {
	cat "$images/flavours/common.config" "$images/flavours/common-$K_ARCH.config" "$images/flavours/$K_FLAVOUR.config"
}

# from_source_place: the cache directory of the kernel that K_* names. It depends
# on the configuration and on how the kernel is built.
from_source_place() {
	local key
	key=$({
		echo "$from_source_way"
		from_source_wanted
	} | sha256sum | cut -c1-12)
	echo "$cache/kernels/$K_MODULE-$key"
}

# Installs the compilers into the suite's root.
from_source_tools() {
	local root=$cache/roots/$K_TOOLS source packages cross=()
	[[ ! -e $root/$ready/from-source-$K_SUITE-$K_ARCH ]] || return 0
	mkdir -p "$cache/roots"
	[[ $K_ARCH == amd64 ]] || cross=("gcc-$(triplet "$K_ARCH" | tr _ -)")
	packages=$(closure "$K_SUITE" amd64 "$tools_leave_out" gcc "${cross[@]}" libc6-dev bison flex bc xz-utils libelf-dev "${tools[@]}") || return 1
	# shellcheck disable=SC2086
	root_add "$K_TOOLS" "$K_SUITE" $packages || return 1
	source=$(in_suite "$K_SUITE" amd64 apt-cache depends linux-source |
		sed -nE 's/^ *Depends: (linux-source-[0-9.]+).*/\1/p' | head -1)
	[[ -n $source ]] || return 1
	echo "$source" >"$root/$ready/from-source-$K_SUITE-$K_ARCH"
}

# Prints requested options that are missing from the final configuration: Kconfig
# silently drops an option whose dependencies are not met. `# or CONFIG_...` below
# an option is its name in other kernels; one of the two suffices.
from_source_missing() {
	awk 'FNR == NR { have[$0]; next }
		sub(/^# or CONFIG_/, "CONFIG_") { if ($0 in have) delete missing[asked]; next }
		/^CONFIG_/ { asked = $0; if (!($0 in have)) missing[$0] }
		END { for (line in missing) print line }' "$1" <(from_source_wanted)
}

from_source_fetch() {
	local temporary=$1 source=$2
	note "fetching $source"
	download "$K_SUITE" "$temporary/debs" "$source:amd64" || return 1
	unpack "$temporary" "$temporary"/debs/*.deb "./usr/src/$source.tar.xz" || return 1
	tar -x -J -f "$temporary/usr/src/$source.tar.xz" -C "$temporary" --exclude='*/arch/*/boot/dts' \
		--exclude='*/Documentation/*/*' || return 1
	rm -rf "${temporary:?}"/{debs,usr}
}

from_source_make() {
	local place=$1 root=$cache/roots/$K_TOOLS source temporary tree inside version missing make arch image
	[[ ! -e $place/resolved ]] || return 0
	case $K_ARCH in
	amd64) arch=x86 image=bzImage ;;
	arm64) arch=arm64 image=Image ;;
	*) fail 2 "unsupported architecture $K_ARCH; add it to tests/images/from-source.sh." ;;
	esac
	source=$(<"$root/$ready/from-source-$K_SUITE-$K_ARCH")
	mkdir -p "$cache/kernels" "$root/usr/src"
	temporary=$(mktemp -d "$root/usr/src/.new.XXXXXX")
	# shellcheck disable=SC2064
	trap "rm -rf '$temporary'" EXIT
	twice "$K_SUITE" amd64 from_source_fetch "$temporary" "$source"
	tree=$temporary/$source inside=/usr/src/${temporary##*/}/$source
	from_source_wanted | sed 's/^# or CONFIG_/CONFIG_/' >"$tree/wanted.config"
	printf 'CONFIG_LOCALVERSION="-%s"\n' "$K_FLAVOUR" >>"$tree/wanted.config"
	make=("$images/in-root" "$K_TOOLS" make -C "$inside" -j"${PSINFO_JOBS:-$(nproc)}" ARCH="$arch"
		KBUILD_BUILD_USER=psinfo KBUILD_BUILD_HOST=psinfo "${from_source_make_arguments[@]}")
	[[ $K_ARCH == amd64 ]] || make+=(CROSS_COMPILE="$(triplet "$K_ARCH")-")
	"${make[@]}" tinyconfig >"$place.log" 2>&1 &&
		"$images/in-root" "$K_TOOLS" bash -c "cd $inside && scripts/kconfig/merge_config.sh -m .config wanted.config" >>"$place.log" 2>&1 &&
		"${make[@]}" olddefconfig >>"$place.log" 2>&1 || return 1
	missing=$(from_source_missing "$tree/.config")
	[[ -z $missing ]] || {
		note "options missing from the configuration of $K_NAME: $(paste -sd' ' <<<"$missing")"
		return 1
	}
	working "building the kernel of $K_NAME (15 minutes or more)" "$place.build.log" "${make[@]}" "$image" modules || {
		grep -E 'error|Error' "$place.build.log" | head -5 | sed 's/^/    /' >&2
		return 1
	}
	version=$(<"$tree/include/config/kernel.release")
	[[ $version == *-"$K_FLAVOUR" ]] || return 1
	rm -rf "$place.new"
	mkdir -p "$place.new/modules"
	cp "$tree/arch/$arch/boot/$image" "$place.new/vmlinuz"
	cp "$tree/.config" "$place.new/config"
	find "$tree" -name 'brd.ko' -exec cp {} "$place.new/modules/" \;
	# Use the board's device tree from Debian's kernel of the same version.
	[[ $K_ARCH != arm64 ]] || cp "$("$0" image raspi3b)/bcm2837-rpi-3-b.dtb" "$place.new/"
	# Keep only what is needed to build modules.
	(cd "$tree" && rm -rf block certs crypto drivers fs init io_uring ipc kernel lib mm net rust samples security sound usr virt Documentation &&
		find arch -mindepth 1 -maxdepth 1 -type d ! -name "$arch" -exec rm -rf {} + &&
		find tools -mindepth 1 -maxdepth 1 ! -name objtool -exec rm -rf {} + &&
		find . \( -name '*.o' -o -name '*.a' -o -name '.*.cmd' -o -name '*.rst' -o -name 'vmlinux*' \) -type f -delete &&
		find arch -name '*.[cS]' -delete)
	rm -rf "$root/usr/src/linux-headers-$version"
	mv "$tree" "$root/usr/src/linux-headers-$version"
	rm -rf "$temporary"
	echo "$version" >"$place.new/resolved"
	mv -T "$place.new" "$place"
	# Remove kernels of other configurations, unless possibly in use.
	find "$cache/kernels" -mindepth 1 -maxdepth 1 -name "$K_MODULE-*" ! -path "$place*" -mmin +60 -exec rm -rf {} +
}

# from_source: builds the kernel described by K_* unless it is cached; sets place.
from_source() {
	place=$(from_source_place)
	[[ ! -e $place/resolved || ! -d $cache/roots/$K_TOOLS/usr/src/linux-headers-$(<"$place/resolved") ]] || return 0
	rm -f "$place/resolved"
	[[ -e $cache/roots/$K_TOOLS/$ready/from-source-$K_SUITE-$K_ARCH ]] ||
		twice "$K_SUITE" amd64 locked "root-$K_TOOLS" from_source_tools
	# One at a time, because each build uses all processors.
	locked kernel-from-source from_source_make "$place" ||
		fail 1 "cannot build the kernel of $K_NAME; see $place.log and $place.build.log."
}
