// SPDX-License-Identifier: MIT
// Parsers for the text files of procfs. Pure functions: no I/O. The tool uses them, too;
// they are not installed.
#ifndef PSINFO_LIB_PROC_TEXT_H
#define PSINFO_LIB_PROC_TEXT_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <psinfo/process.h>

namespace psinfo {

/// A pid, digits only: 1 to INT_MAX, without leading zeros.
[[nodiscard]] std::optional<std::int32_t> parse_pid(std::string_view text);

/// Sets the fields that /proc/<pid>/stat has according to fields.def: those of the
/// identity, and of the groups that are not empty in `process`. False, with some of them
/// set, if the line is malformed or has no 41st field. The process group of a process
/// that is being reaped is -1.
[[nodiscard]] bool parse_stat(std::string_view text, Process &process);

/// The same for the lines of /proc/<pid>/status. Kernel threads and zombies have no lines
/// for memory; their fields are left alone. False also if a line of the identity or of the
/// credentials is missing. The tgid of a process that is being reaped is 0.
[[nodiscard]] bool parse_status(std::string_view text, Process &process);

/// The number that a file begins with, such as /proc/<pid>/task/<tid>/schedstat: CPU time
/// in nanoseconds.
[[nodiscard]] std::optional<std::int64_t> parse_first_number(std::string_view text);

/// The cgroup2 path in /proc/<pid>/cgroup: the line that begins with "0::".
[[nodiscard]] std::optional<std::string_view> parse_cgroup(std::string_view text);

/// A mount of cgroup2.
struct CgroupMount {
	std::string root; // "/", or "/a/b" if only that subtree is mounted
	std::string point; // "/sys/fs/cgroup"
};

/// The mount of cgroup2 in /proc/self/mountinfo; of several, one of the whole tree.
[[nodiscard]] std::optional<CgroupMount> parse_mountinfo(std::string_view text);

/// Whether a path from parse_cgroup() is outside the reader's cgroup namespace.
[[nodiscard]] bool is_outside_cgroup_namespace(std::string_view path);

/// The directory of a cgroup, or nothing if it is not below the mount.
[[nodiscard]] std::optional<std::string> cgroup_directory(const CgroupMount &mount, std::string_view path);

} // namespace psinfo

#endif // PSINFO_LIB_PROC_TEXT_H
