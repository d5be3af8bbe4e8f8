# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the tests of whole systems share. Sourced after tests/guest/lib.sh.
#
# shellcheck disable=SC2154 # repo comes from there

need_root() {
	((EUID == 0)) || fail 2 "whole systems are made and entered by root only; run this as root (sudo)."
}

# two_versions DIRECTORY: the package as it is in DIRECTORY/packages, and the same
# with a higher version, to upgrade to, in DIRECTORY/newer. Sets version, the module's.
two_versions() {
	"$repo/tests/lifecycle/deb" --module "$1/packages" >/dev/null
	version=$(dpkg-deb -f "$1/packages/psinfo-dkms.deb" Version)
	version=${version%-*}
	# An epoch is the package's alone.
	"$repo/tests/lifecycle/deb" --module --version "1:$version+newer-1" "$1/newer" >/dev/null
}
