# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Shared by all scripts in tests/: paths, progress messages and lookups in
# kernels.list. Sourced.

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
images=$repo/tests/images
# shellcheck disable=SC2034 # for those who source this
harness=$repo/tests/guest/harness
export build=$repo/build
export cache=${XDG_CACHE_HOME:-$HOME/.cache}/psinfo

# The start time of the whole run, shared by all scripts.
export PSINFO_STARTED=${PSINFO_STARTED:-$(date +%s)}

note() {
	printf '[%3d s] %s\n' "$(($(date +%s) - PSINFO_STARTED))" "$*" >&2
}

# fail STATUS SENTENCE: the sentence should also say how to fix it.
fail() {
	local status=$1
	shift
	printf 'psinfo: %s\n' "$*" >&2
	exit "$status"
}

# working LABEL LOG COMMAND...: runs the command with its output in LOG and prints
# a progress message every 10 seconds.
working() {
	local label=$1 log=$2 status=0 beat
	shift 2
	note "$label"
	(
		# Neither this loop nor its sleep may outlive the caller, or keep its
		# pipes and locks open.
		exec >/dev/null
		trap 'kill "$!" 2>/dev/null; exit' TERM
		while :; do
			sleep 10 &
			wait "$!"
			note "  ... still: $label"
		done
	) &
	beat=$!
	"$@" >"$log" 2>&1 || status=$?
	kill "$beat" 2>/dev/null || true
	wait "$beat" 2>/dev/null || true
	return "$status"
}

# locked NAME COMMAND...: runs the command while holding the lock NAME.
locked() {
	local name=$1 fd status=0
	shift
	mkdir -p "$cache/locks"
	exec {fd}>"$cache/locks/$name"
	if ! flock -n "$fd"; then
		note "waiting for another run that is creating $name"
		flock "$fd"
	fi
	"$@" || status=$?
	exec {fd}>&-
	return "$status"
}

# keeps_builds: whether to store builds in the cache. With PSINFO_KEEP_BUILDS=no
# nothing is stored, but existing entries are still used.
keeps_builds() { [[ ${PSINFO_KEEP_BUILDS:-yes} == yes ]]; }

# need PROGRAM PACKAGE [LIST]: fails if the program is missing. `make deps`, or
# `tests/deps LIST`, must install the package; tests/static/lint checks that.
need() {
	local by='make deps'
	[[ -z ${3:-} ]] || by="tests/deps $3"
	command -v "$1" >/dev/null || fail 2 "the program '$1' is missing; \`$by\` installs it (Debian package $2)."
}

kernel_rows() {
	grep -v '^#' "$images/kernels.list" | grep .
}

# kernel_names [WHEN...]: the kernels with one of these WHEN values; by default all
# kernels built by Debian.
# shellcheck disable=SC2120
kernel_names() {
	local name flavour when
	while read -r name _ _ flavour _ when _; do
		if (($#)); then
			[[ " $* " != *" $when "* ]] || echo "$name"
		else
			is_from_source "$flavour" || echo "$name"
		fi
	done < <(kernel_rows)
}

# is_from_source FLAVOUR: whether from-source.sh builds the kernel, not Debian
is_from_source() {
	[[ -e $images/flavours/$1.config ]]
}
# For building them and their modules: they have no BTF, and kbuild would warn if the
# version of pahole differs from the one at their build, or if there is none.
# shellcheck disable=SC2034
from_source_make_arguments=(PAHOLE=none)

# kernel_load NAME [NAMES]: sets K_NAME K_SUITE K_ARCH K_FLAVOUR K_MACHINE K_WHEN
# K_CMDLINE; K_TOOLS, the suite of the compiler, because backports have none of their
# own; and K_MODULE, the first name with the same kernel (two boards may share one).
kernel_load() {
	local row
	row=$(kernel_rows | awk -v name="$1" '$1 == name')
	[[ -n $row ]] || fail 2 "there is no kernel called '$1'; the names are: ${2:-$(kernel_names | paste -sd' ')}."
	read -r K_NAME K_SUITE K_ARCH K_FLAVOUR K_MACHINE K_WHEN K_CMDLINE <<<"$row"
	K_TOOLS=${K_SUITE%-backports}
	K_MODULE=$(kernel_rows | awk -v s="$K_SUITE" -v a="$K_ARCH" -v f="$K_FLAVOUR" \
		'$2 == s && $3 == a && $4 == f { print $1; exit }')
	export K_NAME K_SUITE K_ARCH K_FLAVOUR K_MACHINE K_WHEN K_CMDLINE K_TOOLS K_MODULE
}

# triplet ARCH: the GNU triplet of a Debian architecture
triplet() {
	case $1 in
	amd64) echo x86_64-linux-gnu ;;
	arm64) echo aarch64-linux-gnu ;;
	armhf) echo arm-linux-gnueabihf ;;
	armel) echo arm-linux-gnueabi ;;
	*) fail 2 "unknown architecture '$1' in kernels.list; add it to triplet() in tests/lib.sh." ;;
	esac
}
