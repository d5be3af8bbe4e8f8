// SPDX-License-Identifier: GPL-2.0
// cost WHAT [REPEAT]: what one look at all processes costs, from open to close,
// as nanoseconds per process: the least of REPEAT times (default 50). In a guest
// whose clock counts instructions (guest --icount) that is instructions.
//
//	query      records with the identity
//	all        records with all groups
//	totals     totals only
//	text       read()
//	run COMMAND ARGUMENT...   the command from fork to its end, the least of five
#include "query.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include <sys/wait.h>

namespace {

std::vector<char> buffer(8 << 20);

long long now()
{
	timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

void by_query(psinfo_query query)
{
	const Descriptor fd(psinfo_path);
	if (query.record_size) {
		query.records = reinterpret_cast<std::uintptr_t>(buffer.data());
		query.capacity = static_cast<std::uint32_t>(buffer.size() / query.record_size);
	}
	if (ask(fd, query) || query.cursor)
		throw failure("PSINFO_IOC_QUERY");
}

void by_read()
{
	const Descriptor fd(psinfo_path);
	while (read(fd, buffer.data(), 128 << 10) > 0)
		continue;
}

void look(const std::string &what)
{
	psinfo_query query = whole_query();
	if (what == "query")
		query.record_size = PSINFO_RECORD_SIZE_IDENTITY;
	else if (what == "all")
		query.record_size = sizeof(psinfo_record), query.groups = PSINFO_GROUPS_ALL;
	else if (what == "totals")
		query.flags = PSINFO_QUERY_TOTALS_ONLY;
	else if (what == "text")
		return by_read();
	else
		throw std::runtime_error("usage: cost query|all|totals|text [REPEAT], cost run COMMAND...");
	by_query(query);
}

void run(char **command)
{
	const pid_t child = fork();
	if (child < 0)
		throw failure("fork");
	if (child == 0) {
		const int nowhere = open("/dev/null", O_WRONLY);
		dup2(nowhere, 1);
		execvp(command[0], command);
		_exit(127);
	}
	int status = 0;
	if (waitpid(child, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		throw std::runtime_error(std::string(command[0]) + " failed");
}

std::uint32_t processes()
{
	const Descriptor fd(psinfo_path);
	psinfo_query query = whole_query();
	query.flags = PSINFO_QUERY_TOTALS_ONLY;
	if (ask(fd, query))
		throw failure("PSINFO_IOC_QUERY");
	std::uint32_t all = 0;
	for (const auto count : query.processes)
		all += count;
	return all;
}

} // namespace

int main(int argc, char **argv)
try {
	const std::string what = argc > 1 ? argv[1] : "";
	const bool runs = what == "run" && argc > 2;
	const int repeat = runs ? 5 : argc > 2 ? std::atoi(argv[2]) : 50;
	std::fill(buffer.begin(), buffer.end(), 1);	// its pages are there
	long long least = -1;
	for (int i = 0; i < repeat; ++i) {
		const long long start = now();
		runs ? run(argv + 2) : look(what);
		const long long took = now() - start;
		if (least < 0 || took < least)
			least = took;
	}
	const std::uint32_t count = processes();
	std::printf("%s %.1f %u\n", what.c_str(), static_cast<double>(least) / count, count);
	return 0;
} catch (const std::exception &error) {
	std::fprintf(stderr, "cost: %s\n", error.what());
	return 1;
}
