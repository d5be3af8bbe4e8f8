# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Debian packages as plain files: resolve, download and unpack them with a
# private apt for each suite and architecture, installing nothing on this
# machine. Sourced after lib.sh. A package is written name:arch throughout.
#
# shellcheck disable=SC2154 # cache comes from lib.sh
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# Where this machine gets Debian from; no mirror is written down anywhere here.
mirror() {
	local uri
	# shellcheck disable=SC2016
	uri=$(apt-get indextargets --format '$(REPO_URI)|$(ORIGIN)|$(LABEL)' 'Created-By: Packages' |
		awk -F'|' '$2 == "Debian" && $3 == "Debian" { print $1; exit }')
	[[ -n $uri ]] || fail 3 "apt on this machine knows no Debian mirror; run \`apt-get update\` as root and try again."
	echo "$uri"
}

# sources_of SUITE ARCH: the suites that apt needs to resolve packages of SUITE.
# Kernels are complete in backports; the tools, which run here, are not.
sources_of() {
	[[ $1 != *-backports || $2 != amd64 ]] || echo "${1%-backports}"
	echo "$1"
}

# apt_configure ARCH DIR NAME...: a private apt with these suites. Kernels come from
# backports where those are among them, everything else from the release. Another run
# may be using it, so each file is there as a whole or not at all.
apt_configure() {
	local arch=$1 dir=$2 uri name
	shift 2
	uri=$(mirror) || exit
	[[ -r $keyring ]] || fail 3 "Debian's archive keys are missing; \`make deps\` installs them (debian-archive-keyring)."
	mkdir -p "$dir"/{state/lists/partial,cache/archives/partial,none.d}
	: >"$dir/status"
	for name in "$@"; do echo "deb [signed-by=$keyring] $uri $name main"; done >"$dir/sources.list.new"
	mv "$dir/sources.list.new" "$dir/sources.list"
	printf 'Package: linux-*\nPin: release l=Debian Backports\nPin-Priority: 990\n' >"$dir/preferences.new"
	mv "$dir/preferences.new" "$dir/preferences"
	cat >"$dir/apt.conf.new" <<-CONF
		Dir::State "$dir/state";
		Dir::State::status "$dir/status";
		Dir::Cache "$dir/cache";
		Dir::Etc::SourceList "$dir/sources.list";
		Dir::Etc::SourceParts "$dir/none.d";
		Dir::Etc::Preferences "$dir/preferences";
		Dir::Etc::PreferencesParts "$dir/none.d";
		APT::Architecture "$arch";
		APT::Architectures { "$arch"; };
		APT::Install-Recommends "false";
		APT::Sandbox::User "";
		Acquire::Languages "none";
		Acquire::Check-Valid-Until "false";
		Acquire::Retries "1";
	CONF
	mv "$dir/apt.conf.new" "$dir/apt.conf"
}

# index_update NAME ARCH DIR: has apt fetch the lists that sources.list names.
index_update() {
	working "package lists of $1, $2" "$3/update.log" \
		private_apt "$3" apt-get update -q -o APT::Update::Error-Mode=any
}

# index_make SUITE ARCH DIR: fetches the lists; old ones stay if that fails.
index_make() {
	local suite=$1 arch=$2 dir=$3 sources
	mapfile -t sources < <(sources_of "$suite" "$arch")
	mkdir -p "$dir"
	apt_configure "$arch" "$dir" "${sources[@]}"
	index_update "$@" || index_by_other_name "$@" "do not fit its release file" ||
		fail 3 "Debian's package lists of $suite could not be fetched; is there a network? apt said: $(grep -E '^(E|W|Err):?' "$dir/update.log" | tail -1)"
	rm -rf "$dir/closures"
	touch "$dir/ready"
}

# index_by_other_name SUITE ARCH DIR WHY: where a mirror has a new release file beside
# old lists, or new lists without all of their packages, as happens after a point
# release, it may have a set that fits together under the release's other name
# (stable). A kernel of that needs tools of the same version, which then come from
# there, too.
index_by_other_name() {
	local suite=$1 arch=$2 dir=$3 why=$4 sources names
	mapfile -t sources < <(sources_of "$suite" "$arch")
	mapfile -t names < <(cat "$dir"/state/lists/{partial/,}*Release 2>/dev/null | sed -n 's/^Suite: //p' | sort -u)
	[[ ${#names[@]} -eq ${#sources[@]} && ${names[*]} != "${sources[*]}" ]] || return 1
	note "the mirror's lists of ${sources[*]}, $arch, $why; trying those of ${names[*]}"
	apt_configure "$arch" "$dir" "${names[@]}"
	index_update "${names[*]}" "$arch" "$dir" || {
		apt_configure "$arch" "$dir" "${sources[@]}"
		return 1
	}
	rm -rf "$dir/closures"
	[[ $arch == amd64 ]] || locked "apt-$suite-amd64" index_add "$suite" "${names[@]}"
}

# index_add SUITE NAME...: other releases beside the suite, for tools.
index_add() {
	local suite=$1 dir=$cache/apt/$1-amd64 sources
	shift
	mapfile -t sources < <(sources_of "$suite" amd64)
	index_missing "$suite" amd64 "$dir"
	apt_configure amd64 "$dir" "${sources[@]}" "$@"
	index_update "$*" amd64 "$dir"
}

# The one that waited for another run has nothing left to do.
index_missing() {
	[[ -e $3/ready ]] || index_make "$@"
}

# index SUITE ARCH...: the package lists are there afterwards, or the script ends
# with a sentence. To be called where a subshell would not swallow that.
index() {
	local suite=$1 arch
	shift
	for arch in "$@"; do
		[[ -e $cache/apt/$suite-$arch/ready ]] ||
			locked "apt-$suite-$arch" index_missing "$suite" "$arch" "$cache/apt/$suite-$arch"
	done
}

# refresh SUITE: takes notice of the newest packages. What was unpacked stays
# until it is replaced.
refresh() {
	local suite=$1 arch dir
	for arch in amd64 arm64 armhf armel; do
		dir=$cache/apt/$suite-$arch
		[[ -e $dir/ready ]] || continue
		locked "apt-$suite-$arch" index_make "$suite" "$arch" "$dir"
	done
	rm -rf "$cache/roots/${suite%-backports}"/.ready-*
	rm -f "$cache/images/$suite-"*/ready-*
}

private_apt() {
	local dir=$1 program=$2
	shift 2
	# Container images switch this cache off; each call would parse for seconds.
	APT_CONFIG=$dir/apt.conf "$program" \
		-o Dir::Cache::pkgcache=pkgcache.bin -o Dir::Cache::srcpkgcache= "$@"
}

# in_suite SUITE ARCH COMMAND...: apt-get or apt-cache, as on a machine of that
# suite and architecture on which nothing is installed.
in_suite() {
	local dir=$cache/apt/$1-$2
	shift 2
	private_apt "$dir" "$@"
}

# download SUITE DIR PACKAGE...: the .deb files, verified by apt.
download() {
	local suite=$1 dir=$2 arch names
	shift 2
	mkdir -p "$dir"
	for arch in $(printf '%s\n' "$@" | sed 's/.*://' | sort -u); do
		names=$(printf '%s\n' "$@" | grep ":$arch\$")
		# shellcheck disable=SC2086
		(cd "$dir" && in_suite "$suite" "$arch" apt-get download -q $names) >"$dir/log" 2>&1 || {
			note "$(grep -E '^E:' "$dir/log" | tail -1)"
			return 1
		}
	done
}

# closure SUITE ARCH LEAVE_OUT NAME...: the packages and all they depend on,
# without those whose name matches LEAVE_OUT. Remembered as long as the package
# lists stay the same: solving takes a second, and many kernels need the same.
closure() {
	local suite=$1 arch=$2 leave_out=$3 out known
	shift 3
	known=$cache/apt/$suite-$arch/closures/$(cksum <<<"$leave_out $*" | cut -d' ' -f1)
	if [[ ! -e $known ]]; then
		out=$(in_suite "$suite" "$arch" apt-get -s install "$@" 2>&1) || {
			note "$suite has no complete set of: $*"
			sed 's/^/    /' <<<"$out" | tail -5 >&2
			return 1
		}
		mkdir -p "$(dirname "$known")"
		sed -nE "s/^Inst ([^ ]+) .*/\1:$arch/p" <<<"$out" | grep -vE "^($leave_out):" >"$known.$$"
		mv "$known.$$" "$known"
	fi
	cat "$known"
}

# kernel_closure SUITE ARCH NAME: a versioned kernel package and the other
# parts of the same kernel that it needs (a release may split it in several).
kernel_closure() {
	local suite=$1 arch=$2 queue=("$3") seen=" " item next
	while ((${#queue[@]})); do
		item=${queue[0]}
		queue=("${queue[@]:1}")
		[[ $seen != *" $item "* ]] || continue
		seen+="$item "
		# The build tools run here; everything else is for the target.
		[[ $item == linux-kbuild-* ]] && echo "$item:amd64" || echo "$item:$arch"
		while read -r next; do
			# Headers name their kernel, which building does not need.
			[[ $item == linux-headers-* && $next == linux-image-* ]] || queue+=("$next")
		done < <(in_suite "$suite" "$arch" apt-cache depends --no-recommends --no-suggests "$item" |
			sed -nE 's/^ *\|?Depends: (linux-(image|headers|kbuild|base|binary|modules)-[0-9][^: ]*).*/\1/p')
	done
}

# kernel_package SUITE ARCH KIND FLAVOUR: the versioned package behind the
# linux-KIND-FLAVOUR of the suite.
kernel_package() {
	local suite=$1 arch=$2 kind=$3 flavour=$4 name
	name=$(in_suite "$suite" "$arch" apt-cache depends "linux-$kind-$flavour" |
		sed -nE "s/^ *Depends: (linux-$kind-[0-9][^: ]*).*/\1/p" | head -1)
	[[ -n $name ]] || fail 3 "Debian $suite has no linux-$kind-$flavour for $arch; correct the line in tests/guest/kernels.list."
	echo "$name"
}

# unpack DIR DEB [TAR OPTION...]: the files of one package below DIR.
unpack() {
	local dir=$1 deb=$2
	shift 2
	dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$dir" --keep-directory-symlink "$@"
}

# merged_usr DIR: the links that Debian's file systems have at the top.
merged_usr() {
	local name
	mkdir -p "$1/usr"
	for name in bin sbin lib lib32 lib64 libx32; do
		mkdir -p "$1/usr/$name"
		[[ -e $1/$name ]] || ln -s "usr/$name" "$1/$name"
	done
}

# twice SUITE ARCH COMMAND...: a package that is gone from the mirror means that
# the lists are old; fetch them again and try once more. If that does not help, the
# mirror may not have it yet.
twice() {
	local suite=$1 arch=$2
	shift 2
	index "$suite" amd64 "$arch"
	"$@" && return 0
	note "trying again with fresh package lists of $suite"
	locked "apt-$suite-amd64" index_make "$suite" amd64 "$cache/apt/$suite-amd64"
	[[ $arch == amd64 ]] ||
		locked "apt-$suite-$arch" index_make "$suite" "$arch" "$cache/apt/$suite-$arch"
	"$@" && return 0
	locked "apt-$suite-$arch" index_by_other_name "$suite" "$arch" "$cache/apt/$suite-$arch" \
		"name packages that could not be fetched" && "$@" && return 0
	fail 3 "packages of Debian $suite could not be fetched; is there a network? Try again later."
}

# arm64 kernels come packed in ways that QEMU's loader may not know: plain
# gzip, or an EFI program that carries the packed kernel ("zboot").
unpack_arm64_kernel() {
	local file=$1 offset size
	if [[ $(head -c 8 "$file" | tail -c 4) == zimg ]]; then
		offset=$(od -An -tu4 -j8 -N4 "$file" | tr -d ' ')
		size=$(od -An -tu4 -j12 -N4 "$file" | tr -d ' ')
		tail -c +$((offset + 1)) "$file" | head -c "$size" >"$file.packed" || true
		mv "$file.packed" "$file"
	fi
	case $(od -An -tx1 -N4 "$file" | tr -d ' ') in
	1f8b*) gzip -dc <"$file" >"$file.plain" ;;
	28b52ffd) zstd -qdc <"$file" >"$file.plain" ;;
	fd377a58) xz -dc <"$file" >"$file.plain" ;;
	*) return 0 ;;
	esac
	mv "$file.plain" "$file"
}
