// SPDX-License-Identifier: GPL-2.0
// Queries /proc/psinfo by ioctl, directly according to psinfo/abi.h.
//
//   const Descriptor fd(psinfo_path);
//   psinfo_query query = whole_query();
//   query.groups = PSINFO_GROUP_CRED;
//   for (const auto &record : pass(fd, query, 256).records)
//   	use(record.pid, record.uid);
#pragma once

#include "files.h"
#include "states.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <numeric>
#include <type_traits>

#include <sys/ioctl.h>

#include "../../../src/uapi/psinfo/abi.h"

// All bits known here; the public header has no such masks.
#define GROUP(group, ...) | PSINFO_GROUP_##group
inline constexpr std::uint32_t all_groups = 0
#include "../../../src/uapi/fields.def"
	;
inline constexpr std::uint32_t all_filters = PSINFO_FILTER_STATES | PSINFO_FILTER_UID | PSINFO_FILTER_PID |
					     PSINFO_FILTER_PARENT | PSINFO_FILTER_KERNEL | PSINFO_FILTER_USER;
inline constexpr std::uint32_t all_query_flags = PSINFO_QUERY_THREADS | PSINFO_QUERY_TOTALS_ONLY;

inline psinfo_query whole_query()
{
	psinfo_query query = {};
	query.size = sizeof(query);
	return query;
}

// Returns 0 or errno.
inline int ask(int fd, psinfo_query &query)
{
	return ioctl(fd, PSINFO_IOC_QUERY, &query) ? errno : 0;
}

// The same; throws if the call fails.
inline void must_ask(int fd, psinfo_query &query)
{
	errno = ask(fd, query);
	if (errno)
		throw failure("PSINFO_IOC_QUERY");
}

inline void set_buffer(psinfo_query &query, void *records, std::size_t capacity,
		       std::size_t record_size = sizeof(psinfo_record))
{
	query.records = reinterpret_cast<std::uintptr_t>(records);
	query.capacity = static_cast<std::uint32_t>(capacity);
	query.record_size = static_cast<std::uint32_t>(record_size);
}

inline void filter_by_pid(psinfo_query &query, pid_t pid)
{
	query.filters |= PSINFO_FILTER_PID;
	query.pid = static_cast<std::uint32_t>(pid);
}

inline void filter_by_parent(psinfo_query &query, pid_t parent)
{
	query.filters |= PSINFO_FILTER_PARENT;
	query.parent = static_cast<std::uint32_t>(parent);
}

// The answer to one call for totals only, with the filters of `query`
inline psinfo_query ask_totals(int fd, psinfo_query query = whole_query())
{
	query.groups = 0;
	query.flags |= PSINFO_QUERY_TOTALS_ONLY;
	must_ask(fd, query);
	return query;
}

inline std::uint32_t sum(const std::uint32_t (&totals)[PSINFO_STATES_MAX])
{
	return std::accumulate(std::begin(totals), std::end(totals), 0u);
}

inline bool is_same(const psinfo_query &one, const psinfo_query &other)
{
	return std::memcmp(&one, &other, sizeof(one)) == 0;
}

// ---- a complete pass ---------------------------------------------------------

using Totals = std::array<std::uint64_t, PSINFO_STATES_MAX>;

struct Pass {
	std::vector<psinfo_record> records;
	Totals processes{}, threads{}; // of all calls
	unsigned calls = 0;
	int error = 0; // errno of the call that failed
	std::string problem; // an inconsistency, or empty
};

// Adds the records of one call to the totals.
inline void count_records(const psinfo_record *record, std::size_t nr, bool threads, Totals &processes,
			  Totals &nr_threads)
{
	for (; nr; --nr, ++record) {
		if (threads)
			++nr_threads[record->state % PSINFO_STATES_MAX];
		if (!threads || record->pid == record->tgid)
			++processes[record->state % PSINFO_STATES_MAX];
	}
}

// An inconsistency within one call, or with the preceding one; empty if none
inline std::string wrong_with(const psinfo_query &answer, const psinfo_record *records, std::uint32_t last_pid)
{
	Totals processes{}, threads{};
	if (answer.nr_records > answer.capacity)
		return std::to_string(answer.nr_records) + " records for " + std::to_string(answer.capacity);
	count_records(records, answer.nr_records, answer.flags & PSINFO_QUERY_THREADS, processes, threads);
	for (std::size_t i = 0; i < PSINFO_STATES_MAX; ++i)
		if (processes[i] != answer.processes[i] || threads[i] != answer.threads[i])
			return "the totals of a call are not the sum of its records, in state " + std::to_string(i) +
			       ": " + std::to_string(answer.processes[i]) + " and " +
			       std::to_string(answer.threads[i]) + ", not " + std::to_string(processes[i]) + " and " +
			       std::to_string(threads[i]);
	for (std::uint32_t i = 0; i < answer.nr_records; last_pid = records[i++].pid)
		if (records[i].pid <= last_pid)
			return std::to_string(records[i].pid) + " comes after " + std::to_string(last_pid);
	if (answer.cursor && answer.cursor <= last_pid)
		return "the cursor is " + std::to_string(answer.cursor) + ", and the last PID " +
		       std::to_string(last_pid);
	if (!!(answer.result & PSINFO_RESULT_MORE) != !!answer.cursor)
		return "RESULT_MORE does not say whether there is a cursor";
	return {};
}

// Makes a pass with this buffer size and the other parameters from `query`.
inline Pass take_pass(int fd, psinfo_query query, std::uint32_t capacity)
{
	std::vector<psinfo_record> buffer(capacity);
	Pass pass;
	set_buffer(query, buffer.data(), capacity);
	query.cursor = 0;
	do {
		pass.error = ask(fd, query);
		if (pass.error)
			return pass;
		if (pass.problem.empty())
			pass.problem =
				wrong_with(query, buffer.data(), pass.records.empty() ? 0 : pass.records.back().pid);
		pass.records.insert(pass.records.end(), buffer.begin(),
				    buffer.begin() + std::min(query.nr_records, capacity));
		for (std::size_t i = 0; i < PSINFO_STATES_MAX; ++i) {
			pass.processes[i] += query.processes[i];
			pass.threads[i] += query.threads[i];
		}
		++pass.calls;
	} while (query.cursor && pass.problem.empty());
	return pass;
}

// The same; throws on any error or inconsistency.
inline Pass pass(int fd, const psinfo_query &query, std::uint32_t capacity)
{
	Pass pass = take_pass(fd, query, capacity);
	errno = pass.error;
	if (pass.error)
		throw failure("PSINFO_IOC_QUERY");
	if (!pass.problem.empty())
		throw std::runtime_error(pass.problem);
	return pass;
}

// `pid` may be a pid_t.
inline const psinfo_record *find_record(const std::vector<psinfo_record> &records, std::int64_t pid)
{
	const auto at =
		std::lower_bound(records.begin(), records.end(), pid,
				 [](const psinfo_record &record, std::int64_t wanted) { return record.pid < wanted; });
	return at != records.end() && at->pid == pid ? &*at : nullptr;
}

inline std::string name_of(const psinfo_record &record)
{
	const auto *name = reinterpret_cast<const char *>(record.name);
	return std::string(name, strnlen(name, sizeof(record.name)));
}

inline char letter_of(const psinfo_record &record)
{
	return record.state < state_letters.size() ? state_letters[record.state] : '?';
}

// ---- the fields of a record ----------------------------------------------------

struct RecordField {
	const char *name;
	std::uint32_t group; // 0: the identity
	std::size_t offset, size;
	bool is_signed;

	bool is_reserved() const { return std::string_view(name).starts_with("reserved"); }
	bool is_name() const { return size == 16; }
};

constexpr std::uint32_t PSINFO_GROUP_IDENTITY = 0;
constexpr std::uint32_t whole_record = sizeof(psinfo_record);

// clang-format off
inline constexpr RecordField record_fields[] = {
#define RESERVED(group, member)                                                                                        \
	RecordField                                                                                                    \
	{                                                                                                              \
		#member, PSINFO_GROUP_##group, offsetof(psinfo_record, member), sizeof(psinfo_record::member),         \
			std::is_signed_v<decltype(psinfo_record::member)>                                              \
	},
#define FIELD(group, name, member, ...) RESERVED(group, member)
#include "../../../src/uapi/fields.def"
};
// clang-format on

// Fails to compile if a field is added to the header but not to fields.def.
constexpr std::size_t size_of_all_fields()
{
	std::size_t size = 0;
	for (const auto &field : record_fields)
		size += field.size;
	return size;
}
static_assert(size_of_all_fields() == sizeof(psinfo_record));

// The number in a field; 0 for the name
inline long long value_of(const RecordField &field, const psinfo_record &record)
{
	const char *at = reinterpret_cast<const char *>(&record) + field.offset;
	std::uint64_t value = 0;
	if (field.size > sizeof(value))
		return 0;
	for (std::size_t i = 0; i < field.size; ++i) // guests are little-endian
		value |= std::uint64_t{static_cast<unsigned char>(at[i])} << 8 * i;
	const auto shift = 8 * (sizeof(value) - field.size);
	const auto number = static_cast<long long>(value << shift);
	return field.is_signed ? number >> shift : static_cast<long long>(value);
}

// The record size needed for these groups
inline std::uint32_t record_size_for(std::uint32_t groups)
{
	std::uint32_t size = PSINFO_RECORD_SIZE_IDENTITY;
#define GROUP(group, ...)                  \
	if (groups & PSINFO_GROUP_##group) \
		size = std::max<std::uint32_t>(size, PSINFO_RECORD_SIZE_##group);
#include "../../../src/uapi/fields.def"
	return size;
}
