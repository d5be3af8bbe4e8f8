// SPDX-License-Identifier: GPL-2.0
// A small machine that the tests of the tool share, and a source that returns it.
#ifndef PSINFO_TESTS_TOOL_FIXTURE_H
#define PSINFO_TESTS_TOOL_FIXTURE_H

#include <functional>
#include <string>
#include <vector>

#include "lib/members.h"
#include "model/listing.h"
#include "model/select.h"

namespace tool_test {

using namespace std::chrono_literals;
using psinfo::Process;
using psinfo::State;

inline Process process(std::int32_t pid, std::int32_t ppid, const std::string &name, State state)
{
	Process made;
	made.pid = made.tgid = pid;
	made.ppid = ppid;
	made.name = name;
	made.state = state;
	made.start = std::chrono::seconds(pid);
	return made;
}

inline Process with_groups(Process made, std::uint32_t uid, std::chrono::nanoseconds utime, std::uint64_t resident)
{
	made.credentials = psinfo::Credentials{uid, 0, uid, 0};
	made.scheduling = psinfo::Scheduling{20, 120, {}, 0, 0, 0, 1, 4};
	made.times = psinfo::Times{utime, 1s, {}, 7, 8, 9, 10, 1};
	made.memory = psinfo::Memory{resident * 4, resident, 0};
	made.control_group = psinfo::ControlGroup{4711};
	return made;
}

template <typename Value> void fill_field(Value & /*value*/)
{
}
template <typename Value> void fill_field(std::optional<Value> &value)
{
	value = value.value_or(Value{});
}

/// Gives a value to each group and field that is empty.
inline void fill(Process &process)
{
#define GROUP(group, member, ...) \
	if (!process.member)      \
		process.member.emplace();
#include "fields.def"
#define FIELD(group, name, ...) \
	fill_field(*psinfo::field_of<psinfo::group_of_##group, &psinfo::type_of_##group::name>(process));
#include "fields.def"
}

inline Process thread_of(const Process &leader, std::int32_t pid, const std::string &name, State state)
{
	Process made = leader;
	made.pid = pid;
	made.name = name;
	made.state = state;
	made.start = std::chrono::seconds(pid);
	return made;
}

/// 1 init; 2 kthreadd, with child 3; 10 a shell, with children 20, a zombie, and 21, of
/// another user.
inline std::vector<Process> small_machine()
{
	constexpr std::uint32_t kernel_thread = 0x00200000;
	std::vector<Process> all = {
		with_groups(process(1, 0, "init", State::Interruptible), 0, 2s, 1 << 20),
		with_groups(process(2, 0, "kthreadd", State::Interruptible), 0, 0s, 0),
		with_groups(process(3, 2, "kworker/0:1", State::Idle), 0, 0s, 0),
		with_groups(process(10, 1, "bash", State::Interruptible), 4000000001, 250ms, 5 << 20),
		with_groups(process(20, 10, "defunct one", State::Zombie), 4000000001, 0s, 0),
		with_groups(process(21, 10, "evil\n\x1b[2J\\", State::Running), 4000000002, 3661s, 1536),
	};
	all[1].flags = all[2].flags = kernel_thread;
	return all;
}

/// Filters like the module, and records the queries.
class FakeSource : public psinfo::Source {
public:
	explicit FakeSource(std::vector<Process> all = small_machine()) : all_(std::move(all)) {}

	psinfo::Result<psinfo::Snapshot> take(const psinfo::Query &query) const override
	{
		asked.push_back(query);
		if (error)
			return *error;
		psinfo::Snapshot snapshot;
		snapshot.processes = all_;
		snapshot.began = 100s;
		std::erase_if(snapshot.processes, [&](const Process &one) {
			return (one.is_thread() && !query.threads) || (query.pid && one.tgid != *query.pid);
		});
		tool::Filter filter;
		filter.states = query.states;
		filter.kind = query.kind;
		if (query.uid)
			filter.uids = {*query.uid};
		if (query.parent)
			filter.parents = {*query.parent};
		tool::keep(filter, query.threads, snapshot);
		if (query.totals_only)
			snapshot.processes.clear();
		return snapshot;
	}
	std::string_view name() const override { return "module"; }

	mutable std::vector<psinfo::Query> asked;
	std::optional<psinfo::Error> error;

private:
	std::vector<Process> all_;
};

inline tool::Columns columns(std::string_view names)
{
	std::string unknown;
	return tool::parse_columns(names, {}, unknown);
}

inline std::vector<tool::SortKey> sort_keys(std::string_view names)
{
	std::string unknown;
	return names.empty() ? std::vector<tool::SortKey>() : tool::parse_sort(names, unknown);
}

} // namespace tool_test

#endif // PSINFO_TESTS_TOOL_FIXTURE_H
