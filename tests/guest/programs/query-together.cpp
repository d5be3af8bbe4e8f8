// SPDX-License-Identifier: GPL-2.0
// query-together SECONDS: threads that share one descriptor query
// concurrently, each with different groups and capacity, and one reads the
// text. Each pass must be complete and consistent: processes that live
// throughout occur exactly once, with the requested fields and no others.
#include "process.h"
#include "query.h"
#include "table.h"

#include <atomic>
#include <iostream>
#include <mutex>
#include <thread>

namespace {

struct Kind {
	std::uint32_t capacity, groups, flags;
};

constexpr Kind kinds[] = {
	{1, 0, 0},
	{2, all_groups, 0},
	{7, PSINFO_GROUP_CRED, PSINFO_QUERY_THREADS},
	{4096, PSINFO_GROUP_TIMES | PSINFO_GROUP_MEMORY, 0},
	{4096, 0, PSINFO_QUERY_THREADS},
	{30, PSINFO_GROUP_SCHED | PSINFO_GROUP_CGROUP, 0},
};

std::atomic<bool> stop{false};
std::atomic<unsigned> passes{0};
std::mutex speaking;

void complain(const std::string &what)
{
	const std::lock_guard lock(speaking);
	std::cerr << "query-together: " << what << std::endl;
	stop = true;
}

std::string wrong_with(const psinfo_record &record, std::uint32_t groups)
{
	for (const auto &field : record_fields)
		if (field.group && !(groups & field.group) && value_of(field, record))
			return std::string(field.name) + " was not asked for and is " +
			       std::to_string(value_of(field, record));
	if (groups & PSINFO_GROUP_MEMORY && !record.vsize_bytes)
		return "it has no memory";
	if (groups & PSINFO_GROUP_SCHED && record.static_prio != 120)
		return "it has no priority";
	if (groups & PSINFO_GROUP_TIMES && !record.threads)
		return "it has no threads";
	return {};
}

void ask_forever(int fd, const Kind &kind, const std::vector<pid_t> &steady)
{
	psinfo_query query = whole_query();
	query.groups = kind.groups;
	query.flags = kind.flags;
	while (!stop) {
		const Pass answer = take_pass(fd, query, kind.capacity);
		std::string problem = answer.error ? std::strerror(answer.error) : answer.problem;
		for (const pid_t pid : steady) {
			const auto *record = find_record(answer.records, pid);
			if (!problem.empty())
				break;
			problem = record ? wrong_with(*record, kind.groups) : "it lives and has no record";
			if (!problem.empty())
				problem = std::to_string(pid) + ": " + problem;
		}
		if (!problem.empty())
			return complain("in calls of " + std::to_string(kind.capacity) + ": " + problem);
		++passes;
	}
}

// The text is one snapshot, and must not be affected by concurrent queries.
void read_forever(int fd)
{
	std::string first, problem;
	while (!stop) {
		if (lseek(fd, 0, SEEK_SET) < 0)
			return complain("lseek");
		const auto text = read_descriptor(fd);
		if (text.error || !table::parse(text.bytes, problem))
			return complain("the text: " + problem);
		if (!first.empty() && text.bytes != first)
			return complain("the text has changed");
		first = text.bytes;
		++passes;
	}
}

} // namespace

int main(int argc, char **argv)
{
	const double seconds = argc > 1 ? std::atof(argv[1]) : 3;
	std::vector<pid_t> steady = {getpid()};
	for (int i = 0; i < 3; ++i)
		steady.push_back(process::start(process::sleep_forever));
	const Descriptor fd(psinfo_path);
	std::vector<std::thread> threads;
	for (const auto &kind : kinds)
		threads.emplace_back([&] { ask_forever(fd, kind, steady); });
	threads.emplace_back([&] { read_forever(fd); });
	for (const double until = process::now() + seconds; process::now() < until && !stop;)
		process::nap(0.05);
	const bool is_right = !stop.exchange(true);
	for (auto &thread : threads)
		thread.join();
	steady.erase(steady.begin());
	process::end(steady);
	std::cout << "passes " << passes << std::endl;
	return is_right ? 0 : 1;
}
