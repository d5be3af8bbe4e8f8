// SPDX-License-Identifier: GPL-2.0
// compare-query processes|threads [LEAST]: compares every field of every record
// of the query with stat, status, schedstat and cgroup in /proc/<pid>/, or for
// threads in /proc/<pid>/task/<tid>/, as described in comparison.h. At least LEAST
// (default 30) must have been compared. Cgroups are looked up in /sys/fs/cgroup.
#include "known.h"

namespace {

constexpr int least_rounds = 3;
constexpr int most_rounds = 40;
constexpr std::uint32_t capacity = 50; // several calls per pass

// ---- field by field ------------------------------------------------------------------

// What the rules say of a process, by field
using Values = std::map<std::string, long long>;

struct Sight {
	Look look;
	std::map<pid_t, Values> values;
};

// Nothing if the process has exited since its stat was read
std::optional<Values> values_of(const Seen &seen)
{
	Values values;
	for (const auto &rule : rules) {
		const auto value = rule.value(seen);
		if (!value)
			return {};
		values[rule.field] = *value;
	}
	return values;
}

Sight take_sight(bool threads)
{
	Sight sight{threads ? look_at_threads() : look_around(), {}};
	std::erase_if(sight.look, [&](const auto &entry) {
		auto values = values_of(entry.second);
		if (values)
			sight.values[entry.first] = std::move(*values);
		return !values;
	});
	return sight;
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
		for (const auto &field : record_fields) {
			if (field.is_reserved())
				findings.settle(pid, field.name, Course::Fixed, value_of(field, record), 0, 0);
			else if (field.is_name())
				compare_names(pid, record, b, a);
			else
				compare_field(field, record, before.values.at(pid), after.values.at(pid));
		}
		findings.settle_times(pid, static_cast<long long>(record.utime_ns) / ns_per_tick,
				      static_cast<long long>(record.stime_ns) / ns_per_tick, b, a);
	}

	void compare_field(const RecordField &field, const psinfo_record &record, const Values &before,
			   const Values &after)
	{
		const Rule &rule = rule_of(field.name);
		long long shown = value_of(field, record), low = before.at(field.name), high = after.at(field.name);
		// /proc truncates times to ticks; sizes in KiB are exact. A start time
		// below the zero of a time namespace wraps around in /proc.
		if (rule.unit == ns_per_tick)
			shown = static_cast<long long>(static_cast<unsigned long long>(shown) / ns_per_tick);
		else
			low *= rule.unit, high *= rule.unit;
		findings.settle(static_cast<pid_t>(record.pid), field.name, rule.course, shown, low, high);
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
