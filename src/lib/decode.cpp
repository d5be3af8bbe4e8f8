// SPDX-License-Identifier: MIT
// Converts between the binary records of <psinfo/abi.h> and values.
#include "decode.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace psinfo {

namespace {

struct Group {
	bool Groups::*member;
	std::uint32_t bit;
	std::size_t size; ///< of the shortest record that contains it
};

constexpr std::array<Group, 5> all_groups = {{
	{&Groups::credentials, PSINFO_GROUP_CRED, PSINFO_RECORD_SIZE_CRED},
	{&Groups::scheduling, PSINFO_GROUP_SCHED, PSINFO_RECORD_SIZE_SCHED},
	{&Groups::times, PSINFO_GROUP_TIMES, PSINFO_RECORD_SIZE_TIMES},
	{&Groups::memory, PSINFO_GROUP_MEMORY, PSINFO_RECORD_SIZE_MEMORY},
	{&Groups::cgroup, PSINFO_GROUP_CGROUP, PSINFO_RECORD_SIZE_CGROUP},
}};
static_assert(sizeof(psinfo_query) == PSINFO_QUERY_SIZE_VER1);
static_assert(sizeof(psinfo_info) == PSINFO_INFO_SIZE_VER1);

State state_at(std::size_t index)
{
	return index < state_count ? all_states[index] : State::Other;
}

std::string name_of(const psinfo_record &record)
{
	const auto *end = std::find(std::begin(record.name), std::end(record.name), 0);
	return {std::begin(record.name), end};
}

/// The cast is safe: 2^63 nanoseconds are 292 years.
std::chrono::nanoseconds nanoseconds_of(std::uint64_t count)
{
	return std::chrono::nanoseconds(static_cast<std::int64_t>(count));
}

bool is_possible(const psinfo_record &record)
{
	constexpr std::uint32_t max = std::numeric_limits<std::int32_t>::max();
	const auto is_pid_or_0 = [](std::uint32_t number) { return number <= max; };
	return record.pid != 0 && record.tgid != 0 && is_pid_or_0(record.pid) && is_pid_or_0(record.tgid) &&
	       is_pid_or_0(record.ppid) && is_pid_or_0(record.tracer) && is_pid_or_0(record.session) &&
	       is_pid_or_0(record.pgrp);
}

Process identity_of(const psinfo_record &record)
{
	Process process;
	process.pid = static_cast<std::int32_t>(record.pid);
	process.tgid = static_cast<std::int32_t>(record.tgid);
	process.ppid = static_cast<std::int32_t>(record.ppid);
	process.tracer = static_cast<std::int32_t>(record.tracer);
	process.session = static_cast<std::int32_t>(record.session);
	process.pgrp = static_cast<std::int32_t>(record.pgrp);
	process.start = BootTime(record.start_ns);
	process.flags = record.flags;
	process.state = state_at(record.state);
	process.name = name_of(record);
	return process;
}

Scheduling scheduling_of(const psinfo_record &record)
{
	return {
		.prio = record.prio,
		.static_prio = record.static_prio,
		.normal_prio = record.normal_prio,
		.nice = record.nice,
		.rt_priority = record.rt_priority,
		.policy = record.policy,
		.cpu = record.cpu,
		.cpus_allowed = record.cpus_allowed,
	};
}

Times times_of(const psinfo_record &record)
{
	return {
		.utime = nanoseconds_of(record.utime_ns),
		.stime = nanoseconds_of(record.stime_ns),
		.runtime = nanoseconds_of(record.runtime_ns),
		.nvcsw = record.nvcsw,
		.nivcsw = record.nivcsw,
		.min_flt = record.min_flt,
		.maj_flt = record.maj_flt,
		.threads = record.threads,
	};
}

Groups groups_of(std::uint32_t bits)
{
	Groups groups;
	for (const auto &group : all_groups)
		groups.*group.member = bits & group.bit;
	return groups;
}

Process process_of(const psinfo_record &record, std::uint32_t asked)
{
	auto process = identity_of(record);
	process.withheld = groups_of(asked & record.groups_withheld);
	const auto groups = asked & ~record.groups_withheld;
	if (groups & PSINFO_GROUP_CRED)
		process.credentials = Credentials{record.uid, record.euid, record.gid, record.egid};
	if (groups & PSINFO_GROUP_SCHED)
		process.scheduling = scheduling_of(record);
	if (groups & PSINFO_GROUP_TIMES)
		process.times = times_of(record);
	if (groups & PSINFO_GROUP_MEMORY)
		process.memory = Memory{record.vsize_bytes, record.rss_bytes, record.swap_bytes};
	if (groups & PSINFO_GROUP_CGROUP)
		process.cgroup = record.cgroup;
	return process;
}

} // namespace

std::uint32_t group_bits(const Groups &groups)
{
	std::uint32_t bits = 0;
	for (const auto &group : all_groups) {
		if (groups.*group.member)
			bits |= group.bit;
	}
	return bits;
}

std::size_t record_size(std::uint32_t groups)
{
	std::size_t size = PSINFO_RECORD_SIZE_IDENTITY;
	for (const auto &group : all_groups) {
		if (groups & group.bit)
			size = std::max(size, group.size);
	}
	return size;
}

Error invalid_reply(std::string problem)
{
	return {Error::Kind::Malformed, "decode", "the module's reply", std::move(problem)};
}

std::optional<Error> decode_records(std::span<const std::byte> bytes, std::size_t count, const Layout &layout,
				    std::vector<Process> &processes)
{
	const auto known = std::min(layout.stride, layout.known);
	if (known < record_size(layout.groups))
		return invalid_reply("the records are shorter than their groups");
	if (count > bytes.size() / layout.stride)
		return invalid_reply("it claims more records than the buffer can hold");

	for (std::size_t i = 0; i < count; i++) {
		psinfo_record record{};
		const auto from = bytes.subspan(i * layout.stride, std::min(known, sizeof(record)));
		std::memcpy(&record, from.data(), from.size());
		if (!is_possible(record))
			return invalid_reply("a record has an impossible pid");
		processes.push_back(process_of(record, layout.groups));
	}
	return std::nullopt;
}

void add_totals(const psinfo_query &answer, Totals &totals)
{
	for (std::size_t i = 0; i < PSINFO_STATES_MAX; i++) {
		const auto state = static_cast<std::size_t>(state_at(i));
		totals.processes.at(state) += answer.processes[i];
		totals.threads.at(state) += answer.threads[i];
	}
}

} // namespace psinfo
