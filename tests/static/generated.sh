# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Parts of files that `make fields` generates. Each is between two lines, of which one
# contains "The WHAT, by make fields" and the other "End of the WHAT". Sourced, after
# tap.sh.

# replaced FILE WHAT PRINT: the file, with what the function PRINT prints as this part
replaced() {
	local generated
	generated=$("$3") || return
	generated=$generated what=$2 awk '
		index($0, "End of the " ENVIRON["what"]) { inside = 0; ends++ }
		!inside { print }
		index($0, "The " ENVIRON["what"] ", by make fields") { inside = 1; begins++; print ENVIRON["generated"] }
		END { exit !(begins == 1 && ends == 1 && !inside) }' "$1"
}

# generate WHAT [--write]: for each line "FILE PRINT" of its input, one result: whether
# the part of the file is what PRINT prints. --write writes the files instead.
generate() {
	local what=$1 file print new difference status
	while read -r file print; do
		status=0
		new=$(replaced "$file" "$what" "$print" && echo .) || status=1
		if [[ ${2:-} == --write && $status == 0 ]]; then
			printf '%s' "${new%.}" >"$file"
		elif ((status)); then
			tap 1 "$file: the $what" "cannot generate them, or there is not exactly one pair of marker lines"
		else
			difference=$(diff "$file" <(printf '%s' "${new%.}")) || status=1
			tap "$status" "$file: the $what (make fields)" "$difference"
		fi
	done
}
