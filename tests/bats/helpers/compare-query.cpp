// SPDX-License-Identifier: GPL-2.0
// compare-query processes|threads [LEAST]: compares every field of every record
// of the query with stat, status, schedstat and cgroup in /proc/<pid>/, or for
// threads in /proc/<pid>/task/<tid>/, as described in comparison.h. At least LEAST
// (default 30) must have been compared. Cgroups are looked up in /sys/fs/cgroup.
#include "comparison.h"
#include "query.h"

#include <optional>
#include <sys/stat.h>

namespace {

constexpr int least_rounds = 3;
constexpr int most_rounds = 40;
constexpr std::uint32_t capacity = 50; // several calls per pass
constexpr long long ns_per_tick = 10'000'000;

// ---- other files of /proc than stat and status ------------------------------------

// Nothing if the thread has exited
std::optional<long long> schedstat_at(const std::string &directory)
{
	const auto text = read_if_there(directory + "/schedstat");
	if (!text)
		return {};
	return std::atoll(text->c_str());
}

// A process's schedstat covers only its first thread: sum up all of them. None of
// these processes has threads that have exited.
std::optional<long long> runtime(const Seen &seen)
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
std::string cgroup_path(const Seen &seen)
{
	const auto text = read_if_there(seen.directory + "/cgroup");
	for (const auto &line : lines_of(text.value_or("")))
		if (line.starts_with("0::"))
			return line.substr(3);
	return {};
}

// The inode of its cgroup's directory; 0 if the path leads out of the namespace.
long long cgroup(const Seen &seen)
{
	struct stat found;
	const std::string path = cgroup_path(seen);
	if (path.empty() || path.starts_with("/.."))
		return 0;
	if (stat(("/sys/fs/cgroup" + path).c_str(), &found) < 0)
		throw failure("cgroup " + path + " of " + seen.directory);
	return static_cast<long long>(found.st_ino);
}

long long groups_withheld(const Seen &seen)
{
	return cgroup_path(seen).starts_with("/..") ? PSINFO_GROUP_CGROUP : 0;
}

long long processors_allowed(const Seen &seen)
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
	const char *field;
	Course course;
	Known value;
	long long unit = 1; // that of /proc, in units of the field
};

const Rule rules[] = {
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
	{"nvcsw", Course::Rises, word("voluntary_ctxt_switches")},
	{"nivcsw", Course::Rises, word("nonvoluntary_ctxt_switches")},
	{"min_flt", Course::Rises, field(10)},
	{"maj_flt", Course::Rises, field(12)},
	{"threads", Course::Wanders, field(20)},
	{"vsize_bytes", Course::Wanders, field(23)},
	{"rss_bytes", Course::Wanders, word("VmRSS"), 1024},
	{"swap_bytes", Course::Wanders, word("VmSwap"), 1024},
};

// Values that are not in stat and status
struct Beyond {
	long long runtime, cgroup;
};

struct Sight {
	Look look;
	std::map<pid_t, Beyond> beyond;
};

Sight take_sight(bool threads)
{
	Sight sight{threads ? look_at_threads() : look_around(), {}};
	// A process may have exited since its stat was read.
	std::erase_if(sight.look, [&](const auto &entry) {
		const auto used = runtime(entry.second);
		if (used)
			sight.beyond[entry.first] = {*used, cgroup(entry.second)};
		return !used;
	});
	return sight;
}

const Rule *rule_of(const RecordField &field)
{
	for (const auto &rule : rules)
		if (std::string_view(rule.field) == field.name)
			return &rule;
	return nullptr;
}

class Comparison {
public:
	explicit Comparison(bool threads) : threads_(threads) {}

	void round()
	{
		psinfo_query query = whole_query();
		query.groups = all_groups;
		query.flags = threads_ ? PSINFO_QUERY_THREADS : 0;

		const Sight before = take_sight(threads_);
		const Pass answer = pass(Descriptor(psinfo_path), query, capacity);
		const Sight after = take_sight(threads_);
		for (const auto &record : answer.records)
			compare(record, before, after);
		findings.end_list(before.look, after.look);
	}

	Findings findings{"the query", "/proc"};

private:
	void compare(const psinfo_record &record, const Sight &before, const Sight &after)
	{
		const auto pid = static_cast<pid_t>(record.pid);
		if (!findings.list(pid, before.look, after.look))
			return;
		const Seen &b = before.look.at(pid), &a = after.look.at(pid);
		for (const auto &field : record_fields)
			compare_field(field, record, b, a);
		findings.settle(pid, "runtime_ns", Course::Rises, static_cast<long long>(record.runtime_ns),
				before.beyond.at(pid).runtime, after.beyond.at(pid).runtime);
		findings.settle(pid, "cgroup", Course::Changes, static_cast<long long>(record.cgroup),
				before.beyond.at(pid).cgroup, after.beyond.at(pid).cgroup);
		findings.settle_times(pid, static_cast<long long>(record.utime_ns) / ns_per_tick,
				      static_cast<long long>(record.stime_ns) / ns_per_tick, b, a);
	}

	void compare_field(const RecordField &field, const psinfo_record &record, const Seen &before, const Seen &after)
	{
		const auto pid = static_cast<pid_t>(record.pid);
		const std::string name = field.name;
		if (field.is_reserved())
			return findings.settle(pid, name, Course::Fixed, value_of(field, record), 0, 0);
		if (field.is_name())
			return compare_names(pid, record, before, after);
		if (name == "runtime_ns" || name == "cgroup")
			return;
		const Rule *rule = rule_of(field);
		if (!rule)
			throw std::runtime_error("nothing is known to compare the field " + name + " with");
		long long shown = value_of(field, record), low = rule->value(before), high = rule->value(after);
		// /proc truncates times to ticks; sizes in KiB are exact. A start time
		// below the zero of a time namespace wraps around in /proc.
		if (rule->unit == ns_per_tick)
			shown = static_cast<long long>(static_cast<unsigned long long>(shown) / ns_per_tick);
		else
			low *= rule->unit, high *= rule->unit;
		findings.settle(pid, name, rule->course, shown, low, high);
	}

	void compare_names(pid_t pid, const psinfo_record &record, const Seen &before, const Seen &after)
	{
		const std::string name = name_of(record), b = held_name(before.stat), a = held_name(after.stat);
		findings.settle(pid, "name", name == b || name == a, false, name, b, a);
		for (std::size_t i = name.size(); i < sizeof(record.name); ++i)
			if (record.name[i])
				return findings.problem(pid, "there is something behind its name");
	}

	bool threads_;
};

} // namespace

int main(int argc, char **argv)
try {
	const std::string what = argc > 1 ? argv[1] : "";
	if (what != "processes" && what != "threads")
		throw std::runtime_error("usage: compare-query processes|threads [LEAST]");
	Comparison comparison(what == "threads");
	return compare_in_rounds(
		comparison.findings, [&] { comparison.round(); }, least_rounds, most_rounds,
		argc > 2 ? static_cast<std::size_t>(std::atoi(argv[2])) : 30);
} catch (const std::exception &error) {
	std::fprintf(stderr, "compare-query: %s\n", error.what());
	return 1;
}
