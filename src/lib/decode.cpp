// SPDX-License-Identifier: MIT
// Converts between the binary records of <psinfo/abi.h> and values.
#include "decode.h"

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <limits>

#include "members.h"

namespace psinfo {

namespace {

struct Group {
	bool Groups::*member;
	std::uint32_t bit;
	std::size_t size; ///< of the shortest record that contains it
};

constexpr std::array all_groups = {
#define GROUP(group, member, ...) Group{&Groups::member, PSINFO_GROUP_##group, PSINFO_RECORD_SIZE_##group},
#include "fields.def"
};
constexpr std::uint32_t PSINFO_GROUP_IDENTITY = 0;

/// The size of a record that ends with a member.
#define SIZE_WITH(member) (offsetof(psinfo_record, member) + sizeof(psinfo_record::member))

static_assert(sizeof(psinfo_query) == PSINFO_QUERY_SIZE_VER1);
static_assert(sizeof(psinfo_info) == PSINFO_INFO_SIZE_VER1);

State state_at(std::size_t index)
{
	return index < state_count ? all_states[index] : State::Other;
}

// assign() converts a member of the record to the type of the field.

template <std::integral To, std::integral From> void assign(To &to, From from)
{
	to = static_cast<To>(from);
}

/// The cast is safe: 2^63 nanoseconds are 292 years.
template <std::integral From> void assign(std::chrono::nanoseconds &to, From from)
{
	to = std::chrono::nanoseconds(static_cast<std::int64_t>(from));
}

void assign(State &to, __u8 from)
{
	to = state_at(from);
}

template <std::size_t size> void assign(std::string &to, const __u8 (&from)[size])
{
	to.assign(std::begin(from), std::find(std::begin(from), std::end(from), 0));
}

template <typename To, typename From> void assign(std::optional<To> &to, const From &from)
{
	assign(to.emplace(), from);
}

bool is_possible(const psinfo_record &record)
{
	constexpr std::uint32_t max = std::numeric_limits<std::int32_t>::max();
	const auto is_pid_or_0 = [](std::uint32_t number) { return number <= max; };
	return record.pid != 0 && record.tgid != 0 && is_pid_or_0(record.pid) && is_pid_or_0(record.tgid) &&
	       is_pid_or_0(record.ppid) && is_pid_or_0(record.tracer) && is_pid_or_0(record.session) &&
	       is_pid_or_0(record.pgrp);
}

Groups groups_of(std::uint32_t bits)
{
	Groups groups;
	for (const auto &group : all_groups)
		groups.*group.member = bits & group.bit;
	return groups;
}

/// Sets the fields of the groups that are not empty. `record` has `known` bytes.
// NOLINTNEXTLINE(readability-function-size): a statement for each field
void assign_fields(const psinfo_record &record, std::size_t known, Process &process)
{
#define FIELD(group, name, member, ...)                                                                               \
	if (auto *to = field_of<group_of_##group, &type_of_##group::name>(process); to && known >= SIZE_WITH(member)) \
		assign(*to, record.member);
#include "fields.def"
}

/// `asked`: PSINFO_GROUP_... bits
Process process_of(const psinfo_record &record, std::size_t known, std::uint32_t asked)
{
	Process process;
	process.withheld = groups_of(asked & record.groups_withheld);
	const auto groups = asked & ~record.groups_withheld;
#define GROUP(group, member, ...)          \
	if (groups & PSINFO_GROUP_##group) \
		process.member.emplace();
#include "fields.def"
	assign_fields(record, known, process);
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

// NOLINTNEXTLINE(readability-function-size): a statement for each field
std::size_t record_size_of_all(std::uint32_t groups)
{
	std::size_t size = PSINFO_RECORD_SIZE_IDENTITY;
#define FIELD(group, name, member, ...)                                 \
	if (PSINFO_GROUP_##group == 0 || groups & PSINFO_GROUP_##group) \
		size = std::max(size, SIZE_WITH(member));
#include "fields.def"
	constexpr std::size_t multiple = 8;
	return (size + multiple - 1) / multiple * multiple;
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
		return invalid_reply("the records are too short for their groups");
	if (count > bytes.size() / layout.stride)
		return invalid_reply("it claims more records than fit in the buffer");

	for (std::size_t i = 0; i < count; i++) {
		psinfo_record record{};
		const auto from = bytes.subspan(i * layout.stride, std::min(known, sizeof(record)));
		std::memcpy(&record, from.data(), from.size());
		if (!is_possible(record))
			return invalid_reply("a record has an invalid pid");
		processes.push_back(process_of(record, known, layout.groups));
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

#undef SIZE_WITH

} // namespace psinfo
