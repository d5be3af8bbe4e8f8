// SPDX-License-Identifier: GPL-2.0
// Expected values of record fields, read from /proc independently of fields.def. To test
// a new field, add a row to `rules`.
#pragma once

#include "comparison.h"
#include "process.h"
#include "query.h"

#include <optional>

#include <sys/stat.h>

inline constexpr long long ns_per_tick = 10'000'000;

// ---- other files of /proc than stat and status ------------------------------------

// Nothing if the thread has exited
inline std::optional<long long> schedstat_at(const std::string &directory)
{
	const auto text = read_if_there(directory + "/schedstat");
	if (!text)
		return {};
	return std::atoll(text->c_str());
}

// A process's schedstat covers only its first thread: sum up all of them. None of
// these processes has threads that have exited.
inline std::optional<long long> runtime(const Seen &seen)
{
	if (seen.directory.find("/task/") != std::string::npos)
		return schedstat_at(seen.directory);
	std::optional<long long> sum;
	for (const pid_t thread : list_threads(seen.stat.pid)) {
		const auto one = schedstat_at(seen.directory + "/task/" + std::to_string(thread));
		if (!one)
			return {};
		sum = sum.value_or(0) + *one;
	}
	return sum;
}

// The path of its cgroup, or empty
inline std::string cgroup_path(const Seen &seen)
{
	const auto text = read_if_there(seen.directory + "/cgroup");
	for (const auto &line : lines_of(text.value_or("")))
		if (line.starts_with("0::"))
			return line.substr(3);
	return {};
}

// The inode of its cgroup's directory; 0 if the path leads out of the namespace.
inline long long cgroup(const Seen &seen)
{
	struct stat found;
	const std::string path = cgroup_path(seen);
	if (path.empty() || path.starts_with("/.."))
		return 0;
	if (stat(("/sys/fs/cgroup" + path).c_str(), &found) < 0)
		throw failure("cgroup " + path + " of " + seen.directory);
	return static_cast<long long>(found.st_ino);
}

inline long long groups_withheld(const Seen &seen)
{
	return cgroup_path(seen).starts_with("/..") ? PSINFO_GROUP_CGROUP : 0;
}

inline long long processors_allowed(const Seen &seen)
{
	long long count = 0;
	for (const char digit : seen.status.at("Cpus_allowed"))
		if (std::isxdigit(static_cast<unsigned char>(digit)))
			count += __builtin_popcount(
				static_cast<unsigned>(std::stoi(std::string(1, digit), nullptr, 16)));
	return count;
}

// ---- field by field ------------------------------------------------------------------

struct Rule {
	const char *field; // the member of psinfo_record
	Course course;
	// In /proc's unit. Nothing if the process has exited.
	std::function<std::optional<long long>(const Seen &)> value;
	long long unit = 1; // that of /proc, in units of the field
	// If the field is 0 in all processes of a guest: gives this process another value
	void (*vary)() = nullptr;
};

inline const Rule rules[] = {
	{"pid", Course::Fixed, [](const Seen &seen) { return seen.stat.pid; }},
	{"tgid", Course::Fixed, word("Tgid")},
	{"ppid", Course::Changes, field(4)},
	{"tracer", Course::Changes, word("TracerPid")},
	{"session", Course::Changes, field(6)},
	{"pgrp", Course::Changes, field(5)},
	{"start_ns", Course::Fixed, field(22), ns_per_tick},
	{"flags", Course::Changes, field(9)},
	{"state", Course::Changes,
	 [](const Seen &seen) { return static_cast<long long>(state_letters.find(seen.stat.state)); }},
	{"groups_withheld", Course::Changes, groups_withheld},
	{"uid", Course::Changes, word("Uid", 1)},
	{"euid", Course::Changes, word("Uid", 2)},
	{"gid", Course::Changes, word("Gid", 1)},
	{"egid", Course::Changes, word("Gid", 2)},
	{"prio", Course::Changes, field(18)},
	{"static_prio", Course::Changes, static_priority},
	{"normal_prio", Course::Changes, normal_priority},
	{"nice", Course::Changes, field(19)},
	{"rt_priority", Course::Changes, field(40)},
	{"policy", Course::Changes, field(41)},
	{"cpu", Course::Changes, field(39)},
	{"cpus_allowed", Course::Changes, processors_allowed},
	// Either may decrease when the ratio of the two changes.
	{"utime_ns", Course::Wanders, field(14), ns_per_tick},
	{"stime_ns", Course::Wanders, field(15), ns_per_tick},
	{"runtime_ns", Course::Rises, runtime},
	{"nvcsw", Course::Rises, word("voluntary_ctxt_switches")},
	{"nivcsw", Course::Rises, word("nonvoluntary_ctxt_switches")},
	{"min_flt", Course::Rises, field(10)},
	{"maj_flt", Course::Rises, field(12)},
	{"threads", Course::Wanders, field(20)},
	{"vsize_bytes", Course::Wanders, field(23)},
	{"rss_bytes", Course::Wanders, word("VmRSS"), 1024},
	{"swap_bytes", Course::Wanders, word("VmSwap"), 1024},
	{"cgroup", Course::Changes, cgroup},
};

inline const Rule &rule_of(std::string_view field)
{
	for (const auto &rule : rules)
		if (rule.field == field)
			return rule;
	throw std::runtime_error("the field " + std::string(field) + " has no rule in known.h");
}

// Starts a process for each rule that has such a function. They end with this program.
inline void start_varied()
{
	for (const auto &rule : rules)
		if (rule.vary)
			process::start_named("psinfo-varied", rule.vary);
}
