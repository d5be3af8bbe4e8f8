# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Shared by the tests of whole systems. Sourced after tests/lib.sh.
#
# shellcheck disable=SC2154 # repo comes from there

need_root() {
	((EUID == 0)) || fail 2 "tests of whole systems require root; run this with sudo."
}

# two_versions DIRECTORY: builds the package in DIRECTORY/packages, and with a higher
# version, to upgrade to, in DIRECTORY/newer. Sets version to that of the module.
two_versions() {
	"$repo/tests/system/deb" --reuse --module "$1/packages" >/dev/null
	version=$(dpkg-deb -f "$1/packages/psinfo-dkms.deb" Version)
	version=${version%-*}
	# The epoch is not part of the module's version.
	"$repo/tests/system/deb" --reuse --module --version "1:$version+newer-1" "$1/newer" >/dev/null
}
