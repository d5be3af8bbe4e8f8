// SPDX-License-Identifier: GPL-2.0
// others-run: whether other tasks can run during calls to /proc/psinfo. During each
// call a thread with real-time priority sleeps 0.05 ms at a time. Prints "CALL TIMES",
// how often that thread ran during a call on average; one of them is at the return of
// the call. The calls are "take", the read that takes the snapshot; "seek", a read
// that formats the whole table on its way to an offset beyond its end; and "query",
// all groups of all processes. Only meaningful on one processor, in a kernel with
// voluntary preemption.
#include "process.h"
#include "query.h"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <thread>
#include <vector>

#include <sched.h>

namespace {

constexpr int calls = 50;
constexpr std::chrono::microseconds short_time{50};

std::atomic<unsigned> runs = 0;

void run_often(const std::atomic<bool> &stop)
{
	const sched_param priority = {.sched_priority = 50};
	if (sched_setscheduler(0, SCHED_FIFO, &priority) != 0)
		process::die("sched_setscheduler");
	while (!stop) {
		std::this_thread::sleep_for(short_time);
		++runs;
	}
}

// Each call uses a new file, on which before(fd) is called first.
template <typename Before, typename Call> void measure(const char *name, Before before, Call call)
{
	unsigned sum = 0;
	for (int i = 0; i < calls; ++i) {
		const Descriptor fd("/proc/psinfo");
		before(fd);
		const unsigned begin = runs;
		call(fd);
		sum += runs - begin;
	}
	std::printf("%s %.1f\n", name, static_cast<double>(sum) / calls);
}

// Formats only the first element of the table.
void take(int fd)
{
	char byte;
	process::need(pread(fd, &byte, 1, 0) == 1, "pread");
}

void seek(int fd)
{
	char byte;
	process::need(pread(fd, &byte, 1, 1 << 30) == 0, "pread beyond the end");
}

void query(int fd)
{
	static std::vector<psinfo_record> records(4096);
	psinfo_query query = whole_query();
	query.groups = all_groups;
	set_buffer(query, records.data(), records.size());
	process::need(ask(fd, query) == 0 && query.cursor == 0, "one query for all processes");
}

} // namespace

int main()
{
	const auto nothing = [](int) {};
	std::atomic<bool> stop = false;
	std::thread other([&] { run_often(stop); });
	try {
		while (!runs)
			process::nap(0.001);
		measure("take", nothing, take);
		measure("seek", take, seek);
		measure("query", nothing, query);
	} catch (const std::exception &error) {
		std::fprintf(stderr, "others-run: %s\n", error.what());
		_exit(1);
	}
	stop = true;
	other.join();
	return 0;
}
