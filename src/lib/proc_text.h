// SPDX-License-Identifier: MIT
// Parsers for the text files of procfs. Pure functions: no I/O. The tool uses them, too;
// they are not installed.
#ifndef PSINFO_LIB_PROC_TEXT_H
#define PSINFO_LIB_PROC_TEXT_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace psinfo {

/// A pid, digits only: 1 to INT_MAX, without leading zeros.
[[nodiscard]] std::optional<std::int32_t> parse_pid(std::string_view text);

/// Fields of /proc/<pid>/stat, with the names and units of proc(5).
struct Stat {
	std::int32_t pid = 0; // 1
	std::string name; // 2: raw bytes; may contain parentheses, spaces, newlines
	char state = '?'; // 3
	std::int32_t ppid = 0; // 4
	std::int32_t pgrp = 0; // 5: -1 when the process is being reaped
	std::int32_t session = 0; // 6
	std::uint32_t flags = 0; // 9
	std::uint64_t min_flt = 0; // 10
	std::uint64_t maj_flt = 0; // 12
	std::uint64_t utime = 0; // 14: clock ticks
	std::uint64_t stime = 0; // 15: clock ticks
	std::int32_t priority = 0; // 18
	std::int32_t nice = 0; // 19
	std::uint32_t num_threads = 0; // 20
	std::uint64_t starttime = 0; // 22: clock ticks since boot
	std::uint64_t vsize = 0; // 23: bytes
	std::uint32_t processor = 0; // 39
	std::uint32_t rt_priority = 0; // 40
	std::uint32_t policy = 0; // 41
};

/// Nothing if the line is malformed or has no 41st field.
[[nodiscard]] std::optional<Stat> parse_stat(std::string_view text);

/// Fields of /proc/<pid>/status that stat does not have.
struct Status {
	std::int32_t tgid = 0;
	std::int32_t tracer = 0;
	std::uint32_t uid = 0; // real
	std::uint32_t euid = 0; // effective
	std::uint32_t gid = 0;
	std::uint32_t egid = 0;
	std::uint64_t rss_kib = 0; // 0 for kernel threads and zombies
	std::uint64_t swap_kib = 0; // likewise
	std::uint32_t cpus_allowed = 0; // number of CPUs
	std::uint64_t nvcsw = 0;
	std::uint64_t nivcsw = 0;
};

/// Nothing if Tgid, TracerPid, Uid or Gid is missing, or if a line is malformed.
[[nodiscard]] std::optional<Status> parse_status(std::string_view text);

/// /proc/<pid>/task/<tid>/schedstat: CPU time in nanoseconds.
[[nodiscard]] std::optional<std::uint64_t> parse_schedstat(std::string_view text);

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
