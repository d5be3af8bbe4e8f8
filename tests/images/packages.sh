# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Resolves, downloads and unpacks Debian packages with a private apt for each
# suite and architecture, without installing anything on the host. Sourced
# after lib.sh. Packages are always written as name:arch.
#
# shellcheck disable=SC2154 # cache comes from lib.sh
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# The Debian mirror that the host's apt uses; none is hard-coded.
mirror() {
	local uri
	# shellcheck disable=SC2016
	uri=$(apt-get indextargets --format '$(REPO_URI)|$(ORIGIN)|$(LABEL)' 'Created-By: Packages' |
		awk -F'|' '$2 == "Debian" && $3 == "Debian" { print $1; exit }')
	[[ -n $uri ]] || fail 3 "apt on this machine has no Debian mirror; run \`apt-get update\` as root and try again."
	echo "$uri"
}

# sources_of SUITE ARCH: the suites that apt needs to resolve packages of SUITE.
# Backports alone suffice for kernels, but not for the tools, which are amd64.
sources_of() {
	[[ $1 != *-backports || $2 != amd64 ]] || echo "${1%-backports}"
	echo "$1"
}

# apt_configure ARCH DIR NAME...: configures a private apt with these suites. Kernels
# come from backports if included, everything else from the release. Files are
# replaced atomically, because another run may be using them.
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

# index_update NAME ARCH DIR: runs apt-get update for the private apt in DIR.
index_update() {
	working "fetching the package lists of $1, $2" "$3/update.log" \
		private_apt "$3" apt-get update -q -o APT::Update::Error-Mode=any
}

# index_make SUITE ARCH DIR: fetches the lists; keeps the old ones on failure.
index_make() {
	local suite=$1 arch=$2 dir=$3 sources
	mapfile -t sources < <(sources_of "$suite" "$arch")
	mkdir -p "$dir"
	apt_configure "$arch" "$dir" "${sources[@]}"
	index_update "$@" || index_by_other_name "$@" "do not match its Release file" ||
		fail 3 "cannot fetch the package lists of Debian $suite; check the network. apt said: $(grep -E '^(E|W|Err):?' "$dir/update.log" | tail -1)"
	rm -rf "$dir/closures"
	touch "$dir/ready"
}

# index_by_other_name SUITE ARCH DIR WHY: after a point release, a mirror may have a
# new release file with old lists, or new lists without all of their packages. The
# lists under the release's other name (stable) may still be consistent. A kernel
# from there needs tools of the same version, so that name is then also added to
# the lists for the tools.
index_by_other_name() {
	local suite=$1 arch=$2 dir=$3 why=$4 sources names
	mapfile -t sources < <(sources_of "$suite" "$arch")
	mapfile -t names < <(cat "$dir"/state/lists/{partial/,}*Release 2>/dev/null | sed -n 's/^Suite: //p' | sort -u)
	[[ ${#names[@]} -eq ${#sources[@]} && ${names[*]} != "${sources[*]}" ]] || return 1
	note "the mirror's package lists of ${sources[*]}, $arch, $why; trying those of ${names[*]}"
	apt_configure "$arch" "$dir" "${names[@]}"
	index_update "${names[*]}" "$arch" "$dir" || {
		apt_configure "$arch" "$dir" "${sources[@]}"
		return 1
	}
	rm -rf "$dir/closures"
	[[ $arch == amd64 ]] || locked "apt-$suite-amd64" index_add "$suite" "${names[@]}"
}

# index_add SUITE NAME...: adds other releases to those of the suite, for tools.
index_add() {
	local suite=$1 dir=$cache/apt/$1-amd64 sources
	shift
	mapfile -t sources < <(sources_of "$suite" amd64)
	index_missing "$suite" amd64 "$dir"
	apt_configure amd64 "$dir" "${sources[@]}" "$@"
	index_update "$*" amd64 "$dir"
}

# Checks again: another run may have made the index while this one waited.
index_missing() {
	[[ -e $3/ready ]] || index_make "$@"
}

# index SUITE ARCH...: fetches missing package lists. Exits with a message on
# failure, so do not call it in a subshell.
index() {
	local suite=$1 arch
	shift
	for arch in "$@"; do
		[[ -e $cache/apt/$suite-$arch/ready ]] ||
			locked "apt-$suite-$arch" index_missing "$suite" "$arch" "$cache/apt/$suite-$arch"
	done
}

# refresh SUITE: updates the package lists. Unpacked packages stay until they
# are replaced.
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
	# Container images disable this cache; then every call takes seconds to parse.
	APT_CONFIG=$dir/apt.conf "$program" \
		-o Dir::Cache::pkgcache=pkgcache.bin -o Dir::Cache::srcpkgcache= "$@"
}

# in_suite SUITE ARCH COMMAND...: runs apt-get or apt-cache as if on a system of
# that suite and architecture without any packages installed.
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

# closure SUITE ARCH LEAVE_OUT NAME...: the packages and all their dependencies,
# except those whose name matches LEAVE_OUT. Cached until the package lists
# change: resolving takes a second, and many kernels need the same set.
closure() {
	local suite=$1 arch=$2 leave_out=$3 out known
	shift 3
	known=$cache/apt/$suite-$arch/closures/$(cksum <<<"$leave_out $*" | cut -d' ' -f1)
	if [[ ! -e $known ]]; then
		out=$(in_suite "$suite" "$arch" apt-get -s install "$@" 2>&1) || {
			note "cannot resolve the dependencies in $suite of: $*"
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
		# The build tools run on the host; everything else is for the target.
		[[ $item == linux-kbuild-* ]] && echo "$item:amd64" || echo "$item:$arch"
		while read -r next; do
			# Headers depend on their kernel; building does not need it.
			[[ $item == linux-headers-* && $next == linux-image-* ]] || queue+=("$next")
		done < <(in_suite "$suite" "$arch" apt-cache depends --no-recommends --no-suggests "$item" |
			sed -nE 's/^ *\|?Depends: (linux-(image|headers|kbuild|base|binary|modules)-[0-9][^: ]*).*/\1/p')
	done
}

# kernel_package SUITE ARCH KIND FLAVOUR: the versioned package that the suite's
# linux-KIND-FLAVOUR depends on.
kernel_package() {
	local suite=$1 arch=$2 kind=$3 flavour=$4 name
	name=$(in_suite "$suite" "$arch" apt-cache depends "linux-$kind-$flavour" |
		sed -nE "s/^ *Depends: (linux-$kind-[0-9][^: ]*).*/\1/p" | head -1)
	[[ -n $name ]] || fail 3 "Debian $suite has no linux-$kind-$flavour for $arch; correct the line in tests/images/kernels.list."
	echo "$name"
}

# unpack DIR DEB [TAR OPTION...]: extracts a package into DIR.
unpack() {
	local dir=$1 deb=$2
	shift 2
	dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$dir" --keep-directory-symlink "$@"
}

# merged_usr DIR: creates the symlinks of a merged /usr.
merged_usr() {
	local name
	mkdir -p "$1/usr"
	for name in bin sbin lib lib32 lib64 libx32; do
		mkdir -p "$1/usr/$name"
		[[ -e $1/$name ]] || ln -s "usr/$name" "$1/$name"
	done
}

# twice SUITE ARCH COMMAND...: retries with fresh package lists, because a package
# missing from the mirror means that the lists are outdated. If that does not help,
# the mirror may not have the package yet: tries the release's other name.
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
		"list packages that cannot be fetched" && "$@" && return 0
	fail 3 "cannot fetch packages of Debian $suite; check the network, or try again later."
}

# arm64 kernels are compressed in ways that QEMU's loader may not support: plain
# gzip, or an EFI program that contains the compressed kernel ("zboot").
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
