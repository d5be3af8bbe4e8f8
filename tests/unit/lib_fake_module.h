// SPDX-License-Identifier: GPL-2.0
// Simulates the module for unit tests: answers PSINFO_IOC_INFO and PSINFO_IOC_QUERY
// from a list of records, as documented in <psinfo/abi.h>, and validates requests
// like the kernel. Tests can make it older or newer, limit the records per call,
// and make it fail or answer wrongly.
#ifndef PSINFO_TEST_LIB_FAKE_MODULE_H
#define PSINFO_TEST_LIB_FAKE_MODULE_H

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include <psinfo/abi.h>

#include "device.h"

#define GROUP(group, ...) | PSINFO_GROUP_##group
inline constexpr std::uint32_t all_groups = 0
#include "fields.def"
	;
inline constexpr std::uint32_t all_filters = PSINFO_FILTER_STATES | PSINFO_FILTER_UID | PSINFO_FILTER_PID |
					     PSINFO_FILTER_PARENT | PSINFO_FILTER_KERNEL | PSINFO_FILTER_USER;

/// A record with different values in its fields.
inline psinfo_record sample_record(std::uint32_t pid, psinfo_state state = PSINFO_STATE_INTERRUPTIBLE)
{
	psinfo_record record{};
	record.pid = record.tgid = record.pgrp = pid;
	record.ppid = 1;
	record.session = 7;
	record.tracer = 9;
	record.start_ns = 1'000'000'007LL * pid;
	record.flags = 0x400000;
	record.state = static_cast<__u8>(state);
	const auto name = "name-" + std::to_string(pid);
	std::memcpy(record.name, name.data(), std::min<std::size_t>(name.size(), 15));
	record.uid = 1000;
	record.euid = 1001;
	record.gid = 1002;
	record.egid = 1003;
	record.prio = -51;
	record.static_prio = 115;
	record.normal_prio = 49;
	record.nice = -5;
	record.rt_priority = 50;
	record.policy = 1;
	record.cpu = 3;
	record.cpus_allowed = 4;
	record.utime_ns = 11;
	record.stime_ns = 12;
	record.runtime_ns = 13;
	record.nvcsw = 14;
	record.nivcsw = 15;
	record.min_flt = 16;
	record.maj_flt = 17;
	record.threads = 2;
	record.vsize_bytes = 1ULL << 40;
	record.rss_bytes = 4096;
	record.swap_bytes = 8192;
	record.cgroup = 0xffffffffffULL;
	return record;
}

/// The buffer of a query, in which the contract has its address as a number.
inline std::byte *buffer_of(const psinfo_query &query)
{
	return reinterpret_cast<std::byte *>(query.records); // NOLINT(performance-no-int-to-ptr)
}

class FakeModule final : public psinfo::Device {
public:
	// Configuration; must not change during a query.
	std::vector<psinfo_record> records;
	psinfo_info info{};
	std::uint32_t most_per_call = UINT32_MAX; ///< limit, whatever the capacity
	std::uint32_t record_size = sizeof(psinfo_record); ///< as this module knows it
	std::int64_t began_ns = 5'000; ///< of the first call
	/// Runs before an answer: returns an errno or 0. `call` counts queries from 0.
	std::function<int(unsigned call)> fail = [](unsigned) { return 0; };
	/// Runs after an answer, to corrupt it.
	std::function<void(unsigned call, psinfo_query &answer)> spoil = [](unsigned, psinfo_query &) {};

	// The requests.
	mutable std::atomic<unsigned> queries = 0;
	mutable psinfo_query last{}; ///< only written if `remember`
	bool remember = true;

	FakeModule()
	{
		info.abi_major = PSINFO_ABI_MAJOR;
		info.abi_minor = PSINFO_ABI_MINOR;
		info.query_size = sizeof(psinfo_query);
		info.record_size = sizeof(psinfo_record);
		info.query_flags = PSINFO_QUERY_THREADS | PSINFO_QUERY_TOTALS_ONLY;
		info.groups = all_groups;
		info.filters = all_filters;
		info.nr_states = PSINFO_NR_STATES;
		std::memcpy(info.version, "0.1.0", 6);
	}

	[[nodiscard]] int ask(unsigned long request, void *argument) const override
	{
		if (request == PSINFO_IOC_INFO)
			return answer_info(*static_cast<psinfo_info *>(argument));
		if (request != PSINFO_IOC_QUERY)
			return ENOTTY;
		auto &query = *static_cast<psinfo_query *>(argument);
		const auto call = queries++;
		if (remember)
			last = query;
		if (const int number = fail(call))
			return number;
		if (!is_valid(query))
			return EINVAL;
		answer(query, call);
		spoil(call, query);
		return 0;
	}

private:
	[[nodiscard]] int answer_info(psinfo_info &argument) const
	{
		if (argument.size != sizeof(psinfo_info))
			return EINVAL;
		argument = info;
		argument.size = sizeof(psinfo_info);
		return 0;
	}

	[[nodiscard]] static bool is_value(const psinfo_query &query, std::uint32_t filter, std::uint32_t value)
	{
		return query.filters & filter ? value > 0 && value <= INT_MAX : value == 0;
	}

	[[nodiscard]] bool is_valid(const psinfo_query &query) const
	{
		const auto both = PSINFO_FILTER_KERNEL | PSINFO_FILTER_USER;
		if (query.size != sizeof(query) || query.flags & ~info.query_flags || query.filters & ~info.filters ||
		    (query.filters & both) == both || query.states >> info.nr_states ||
		    !(query.filters & PSINFO_FILTER_STATES) != !query.states ||
		    !is_value(query, PSINFO_FILTER_PID, query.pid) ||
		    !is_value(query, PSINFO_FILTER_PARENT, query.parent))
			return false;
		if (query.flags & PSINFO_QUERY_TOTALS_ONLY)
			return !query.records && !query.capacity && !query.record_size && !query.groups &&
			       !query.cursor;
		return query.records && query.capacity && query.cursor <= INT_MAX && query.record_size % 8 == 0 &&
		       query.record_size >= PSINFO_RECORD_SIZE_IDENTITY && query.record_size <= PSINFO_RECORD_SIZE_MAX;
	}

	[[nodiscard]] static bool passes(const psinfo_query &query, const psinfo_record &record)
	{
		const bool is_kernel = record.flags & 0x00200000U;
		return (!query.states || query.states >> record.state & 1U) &&
		       (!(query.filters & PSINFO_FILTER_UID) || query.uid == record.uid) &&
		       (!query.pid || query.pid == record.tgid) && (!query.parent || query.parent == record.ppid) &&
		       (!(query.filters & PSINFO_FILTER_KERNEL) || is_kernel) &&
		       (!(query.filters & PSINFO_FILTER_USER) || !is_kernel) &&
		       (query.flags & PSINFO_QUERY_THREADS || record.pid == record.tgid);
	}

	void answer(psinfo_query &query, unsigned call) const
	{
		const bool totals_only = query.flags & PSINFO_QUERY_TOTALS_ONLY;
		auto *to = buffer_of(query);
		const auto since = query.cursor;
		query.nr_records = 0;
		query.cursor = 0;
		std::memset(query.processes, 0, sizeof(query.processes));
		std::memset(query.threads, 0, sizeof(query.threads));
		for (const auto &record : records) {
			if (record.pid < since || !passes(query, record))
				continue;
			if (!totals_only && query.nr_records == std::min(query.capacity, most_per_call)) {
				query.cursor = record.pid;
				break;
			}
			if (query.flags & PSINFO_QUERY_THREADS)
				query.threads[record.state]++;
			if (record.pid == record.tgid)
				query.processes[record.state]++;
			if (totals_only)
				continue;
			std::memset(to, 0, query.record_size);
			std::memcpy(to, &record,
				    std::min<std::size_t>({query.record_size, record_size, sizeof(record)}));
			to += query.record_size;
			query.nr_records++;
		}
		query.result = query.cursor ? PSINFO_RESULT_MORE : 0;
		query.groups_filled = query.groups & info.groups;
		query.kernel_record_size = record_size;
		query.began_ns = began_ns + 1'000LL * call;
		query.took_ns = 10;
	}
};

#endif // PSINFO_TEST_LIB_FAKE_MODULE_H
