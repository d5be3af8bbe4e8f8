// SPDX-License-Identifier: GPL-2.0
// check-answers TOPIC: tests what answers the contract in psinfo/abi.h promises, case by
// case, and prints the cases that fail.
//
//	records		records of every size, with any groups
//	answers		every byte of the answer
//	info		PSINFO_IOC_INFO
#include "contract.h"

#include <ctime>

namespace {

using namespace contract;
using checks::expect;

// ---- records -----------------------------------------------------------------------

std::string of_call(const psinfo_query &query)
{
	return "records of " + std::to_string(query.record_size) + " bytes with groups " +
	       std::to_string(query.groups) + ", flags " + std::to_string(query.flags) + ", filters " +
	       std::to_string(query.filters) + ": ";
}

void check_record(const psinfo_query &query, const unsigned char *at)
{
	psinfo_record record = {};
	std::memcpy(&record, at, std::min<std::size_t>(query.record_size, sizeof(record)));
	const std::string whose = of_call(query) + std::to_string(record.pid) + " has ";

	for (const auto &field : record_fields) {
		const bool wanted = !field.is_reserved() && (!field.group || query.groups & field.group) &&
				    !(record.groups_withheld & field.group);
		if (!wanted && field.offset < query.record_size)
			expect(is_all(at + field.offset, field.size, 0), whose + "something in " + field.name);
	}
	if (query.record_size > sizeof(record))
		expect(is_all(at + sizeof(record), query.record_size - sizeof(record), 0),
		       whose + "something after the record");
	for (std::size_t i = name_of(record).size(); i < sizeof(record.name); ++i)
		expect(record.name[i] == 0, whose + "something after its name");
	expect(!(record.groups_withheld & ~(query.groups & all_groups)),
	       whose + "a group withheld that was not asked for");
	expect(record.pid && record.tgid && record.start_ns, whose + "no PID, TGID or start");
	expect(record.state < PSINFO_STATE_OTHERS, whose + "the state " + std::to_string(record.state));
	if (query.groups & PSINFO_GROUP_SCHED)
		expect(record.cpus_allowed > 0 && record.static_prio >= 100, whose + "no processors or no priority");
	if (query.groups & PSINFO_GROUP_TIMES)
		expect(record.threads > 0, whose + "no threads");
}

void check_call(psinfo_query query)
{
	std::fill(buffer.begin(), buffer.end(), poison);
	poison_answer(query);
	const int error = ask(psinfo(), query);
	expect_error(error, 0, of_call(query));
	if (error)
		return;
	expect(query.nr_records >= 1 && query.nr_records <= query.capacity,
	       of_call(query) + std::to_string(query.nr_records) + " of them");
	expect(query.groups_filled == (query.groups & all_groups), of_call(query) + "other groups are filled");
	for (std::uint32_t i = 0; i < query.nr_records; ++i)
		check_record(query, buffer.data() + std::size_t{i} * query.record_size);
	const std::size_t written = std::size_t{query.nr_records} * query.record_size;
	expect(is_all(buffer.data() + written, buffer.size() - written, poison),
	       of_call(query) + "something was written after the last one");
}

void try_records()
{
	for (std::uint32_t groups = 0; groups <= all_groups; ++groups) {
		const std::uint32_t least = record_size_for(groups);
		for (const std::uint32_t size : {least, least + 8, whole_record, whole_record + 8, 1000u, 4096u}) {
			if (size < least)
				continue;
			psinfo_query query = for_records();
			query.groups = groups;
			query.record_size = size;
			query.capacity = static_cast<std::uint32_t>(std::min<std::size_t>(buffer.size() / size, 200));
			check_call(query);
			query.flags = PSINFO_QUERY_THREADS;
			check_call(query);
			filter_by_pid(query, getpid());
			check_call(query);
			query.capacity = 1;
			check_call(query);
		}
	}
}

// ---- the answer --------------------------------------------------------------------

std::int64_t boot_time()
{
	timespec now;
	clock_gettime(CLOCK_BOOTTIME, &now);
	return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

void check_answer(const std::string &what, psinfo_query query)
{
	constexpr std::size_t answer = offsetof(psinfo_query, nr_records), cursor = offsetof(psinfo_query, cursor);

	const auto wrong = [&](const std::string &field) { return what + ": " + field; };
	const bool threads = query.flags & PSINFO_QUERY_THREADS, totals = query.flags & PSINFO_QUERY_TOTALS_ONLY;
	poison_answer(query);
	const psinfo_query sent = query;
	const std::int64_t begin = boot_time();
	expect_error(ask(psinfo(), query), 0, what);
	const std::int64_t end = boot_time();

	expect(std::memcmp(&query, &sent, cursor) == 0, wrong("what was sent has changed"));
	static_assert(answer == cursor + sizeof(query.cursor));
	expect(query.nr_records == (totals ? 0 : query.nr_records), wrong("nr_records"));
	expect(query.nr_records <= query.capacity, wrong("nr_records"));
	expect((query.result & ~PSINFO_RESULT_MORE) == 0, wrong("result"));
	expect(!!(query.result & PSINFO_RESULT_MORE) == !!query.cursor, wrong("RESULT_MORE"));
	expect(!query.cursor || query.nr_records == query.capacity, wrong("cursor, though there was room"));
	expect(query.groups_filled == (query.groups & all_groups), wrong("groups_filled"));
	expect(query.kernel_record_size == sizeof(psinfo_record), wrong("kernel_record_size"));
	expect(begin <= query.began_ns && query.began_ns <= end, wrong("began_ns"));
	expect(query.took_ns > 0 && static_cast<std::int64_t>(query.took_ns) <= end - query.began_ns, wrong("took_ns"));
	std::uint64_t processes = 0, nr_threads = 0;
	for (std::size_t i = 0; i < PSINFO_STATES_MAX; ++i) {
		processes += query.processes[i];
		nr_threads += query.threads[i];
		if (i >= PSINFO_NR_STATES)
			expect(query.processes[i] == 0 && query.threads[i] == 0, wrong("a total without a state"));
	}
	if (!totals)
		expect((threads ? nr_threads : processes) == query.nr_records, wrong("totals"));
	expect(threads ? nr_threads >= processes : nr_threads == 0, wrong("threads"));
}

void try_answers()
{
	for (const std::uint32_t flags : {0u, PSINFO_QUERY_THREADS}) {
		const std::string kind = flags ? " of threads" : "";
		psinfo_query query = for_records();
		query.flags = flags;
		check_answer("four records" + kind, query);
		query.cursor = 2;
		check_answer("records from 2 on" + kind, query);
		query.cursor = 0;
		query.capacity = 1000;
		check_answer("all records" + kind, query);
		query.groups = 0;
		check_answer("all identities" + kind, query);
		query.groups = ~0u;
		check_answer("all groups, known or not" + kind, query);
		query.groups = 0;
		query.filters = PSINFO_FILTER_PID;
		query.pid = INT_MAX;
		check_answer("no records" + kind, query);
		query = for_totals();
		query.flags |= flags;
		check_answer("totals" + kind, query);
		query.filters = PSINFO_FILTER_KERNEL;
		check_answer("totals of kernel threads" + kind, query);
	}
}

// ---- info --------------------------------------------------------------------------

void try_info()
{
	psinfo_info info;
	std::memset(&info, poison, sizeof(info));
	info.size = sizeof(info);
	expect_error(request(PSINFO_IOC_INFO, &info), 0, "info");
	std::string version = read_file("/sys/module/psinfo/version");
	version.resize(version.find_last_not_of('\n') + 1);

	expect(info.size == sizeof(info), "size");
	expect(info.abi_major == PSINFO_ABI_MAJOR && info.abi_minor == PSINFO_ABI_MINOR, "abi");
	expect(info.query_size == sizeof(psinfo_query), "query_size");
	expect(info.record_size == sizeof(psinfo_record), "record_size");
	expect(info.query_flags == all_query_flags, "query_flags");
	expect(info.groups == all_groups, "groups");
	expect(info.filters == all_filters, "filters");
	expect(info.nr_states == PSINFO_NR_STATES, "nr_states");
	expect(info.version[sizeof(info.version) - 1] == 0, "the end of version");
	const std::string said = reinterpret_cast<const char *>(info.version);
	expect(!version.empty() && said == version, "version is '" + said + "', and in /sys '" + version + "'");
	expect(is_all(info.version + said.size(), sizeof(info.version) - said.size(), 0), "something after version");
	std::printf("version %s\n", said.c_str());
}

constexpr checks::Topic topics[] = {
	{"records", try_records},
	{"answers", try_answers},
	{"info", try_info},
};

} // namespace

int main(int argc, char **argv)
{
	return checks::run_topic(argc, argv, topics);
}
