// SPDX-License-Identifier: GPL-2.0
// exec-while-summed MOUNT PROGRAM: alice queries MOUNT/psinfo for the times of one of
// her processes with very many threads. While they are summed up, which takes two
// seconds in the DEBUG module (race_window_us=1000), that process executes PROGRAM.
//
// Prints "records N". If PROGRAM is set-uid, alice must not see the process.
#include "process.h"
#include "query.h"

#include <chrono>
#include <future>
#include <iostream>
#include <optional>
#include <thread>

namespace {

constexpr int nr_threads = 300; // more than PSINFO_BATCH

[[noreturn]] void be_large(process::Pipe &ready, process::Pipe &wanted, const char *program)
{
	for (int i = 1; i < nr_threads; ++i)
		std::thread(process::sleep_forever).detach();
	ready.send('x');
	wanted.receive<char>("the parent");
	execl(program, program, "1000", nullptr);
	process::die(program);
}

std::size_t records_of(int fd, pid_t pid)
{
	psinfo_query query = whole_query();
	query.groups = PSINFO_GROUP_TIMES;
	filter_by_pid(query, pid);
	return pass(fd, query, 4).records.size();
}

// The number of records, or nothing if execve() came before the sum
std::optional<std::size_t> records_meanwhile(int fd, const char *program)
{
	process::Pipe ready, wanted;
	const pid_t large = process::start([&] { be_large(ready, wanted, program); });
	ready.receive<char>("the process with many threads");

	const auto asked = std::chrono::steady_clock::now();
	auto records = std::async(std::launch::async, [&] { return records_of(fd, large); });
	process::nap(0.2);
	wanted.send('x');
	const auto count = records.get();
	const bool was_slow = std::chrono::steady_clock::now() - asked >= std::chrono::seconds(2);
	process::end({large});
	return was_slow ? std::optional(count) : std::nullopt;
}

} // namespace

int main(int argc, char **argv)
{
	if (argc != 3)
		throw std::runtime_error("usage: exec-while-summed MOUNT PROGRAM");
	process::become(process::alice);
	const Descriptor fd(std::string(argv[1]) + "/psinfo");
	std::optional<std::size_t> count;
	for (int i = 0; i < 5 && !count; ++i)
		count = records_meanwhile(fd, argv[2]);
	if (!count)
		throw std::runtime_error("the times were not summed up slowly, if at all");
	std::cout << "records " << *count << std::endl;
	return 0;
}
