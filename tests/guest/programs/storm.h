// SPDX-License-Identifier: GPL-2.0
// Storms: eight processes read /proc/psinfo in a loop and check each table or pass, while
// other processes continuously do something. The first wrong result is printed and ends
// the program with status 1. At the end the program prints
// "reads N rows N deeds N seen N refused N": see Counts.
#pragma once

#include "process.h"
#include "query.h"
#include "table.h"

#include <atomic>
#include <functional>
#include <iostream>

#include <poll.h>

namespace storm {

using table::Row;
using table::Table;

constexpr std::size_t nr_readers = 8;
constexpr const char *parent_name = "storm-parent";

// Shared by all processes of the storm
struct Counts {
	std::atomic<bool> stop;
	std::atomic<unsigned> reads; // tables that were complete and right
	std::atomic<unsigned> rows;
	std::atomic<unsigned> deeds; // actions of the other processes
	std::atomic<unsigned> seen; // tables that show one of them in progress
	std::atomic<unsigned> refused; // reads that failed as expected
};

// The first call must come before the first fork().
inline Counts &counts()
{
	static Counts *const shared = process::share<Counts>();
	return *shared;
}

// Returns what is wrong with a table, or an empty string.
using Check = std::function<std::string(const Table &)>;
using Records = std::vector<psinfo_record>;

struct Reader {
	std::string path = "/proc/psinfo";
	uid_t uid = 0;
	int niceness = 5; // leaves time for the other processes on a small machine
	bool module_may_go = false;
	Check check;
	// If capacity is not 0, it queries instead.
	std::uint32_t capacity = 0;
	std::uint32_t groups = 0, flags = 0;
	std::function<std::string(const Records &)> check_records;
};

[[noreturn]] inline void complain(const std::string &problem, const std::string &text = {})
{
	counts().stop = true;
	const std::string message = "storm: " + problem + "\n" + text;
	std::cerr << message << std::flush;
	_exit(1);
}

[[noreturn]] inline void complain(const std::string &problem, const Records &records)
{
	std::string text;
	for (const auto &record : records)
		text += std::to_string(record.pid) + " of " + std::to_string(record.tgid) + " " + letter_of(record) +
			" " + std::to_string(record.ppid) + " " + name_of(record) + "\n";
	complain(problem, text);
}

// Reads and checks one table. Returns 0 or errno.
inline int read_once(const Reader &reader, std::size_t piece)
{
	const auto text = read_whole(reader.path, piece);
	if (text.error)
		return text.error;
	std::string problem;
	const auto table = table::parse(text.bytes, problem);
	if (table)
		problem = reader.check(*table);
	if (!problem.empty())
		complain(problem, text.bytes);
	counts().rows += static_cast<unsigned>(table->rows.size());
	return 0;
}

inline int ask_once(const Reader &reader)
{
	const int fd = open(reader.path.c_str(), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	psinfo_query query = whole_query();
	query.groups = reader.groups;
	query.flags = reader.flags;
	const Pass answer = take_pass(fd, query, reader.capacity);
	close(fd);
	if (answer.error)
		return answer.error;
	const std::string problem = answer.problem.empty() ? reader.check_records(answer.records) : answer.problem;
	if (!problem.empty())
		complain("in calls for " + std::to_string(reader.capacity) + " with groups " +
				 std::to_string(reader.groups) + " and flags " + std::to_string(reader.flags) + ": " +
				 problem,
			 answer.records);
	counts().rows += static_cast<unsigned>(answer.records.size());
	return 0;
}

inline void read_forever(const Reader &reader, std::size_t piece)
{
	process::set_name("storm-reader");
	if (nice(reader.niceness) < 0)
		process::die("nice");
	if (reader.uid)
		process::become(reader.uid);
	while (!counts().stop) {
		const int error = reader.capacity ? ask_once(reader) : read_once(reader, piece);
		if (!error) {
			++counts().reads;
			continue;
		}
		// If the entry was removed, procfs returns EIO for read() and ENOTTY for
		// ioctl(); a query that is in progress fails with ENODEV.
		const bool is_removed =
			error == ENOENT || (reader.capacity ? error == ENOTTY || error == ENODEV : error == EIO);
		if (!reader.module_may_go || !is_removed)
			complain(std::string("reading failed: ") + std::strerror(error));
		++counts().refused;
		process::nap(0.002);
	}
}

// ---- the storm -----------------------------------------------------------------

class Storm {
public:
	Storm() { counts(); }

	template <typename Body> pid_t add(Body body)
	{
		others_.push_back(process::start(body));
		return others_.back();
	}

	pid_t add_sleeper(const char *name, uid_t uid = 0)
	{
		others_.push_back(process::start_named(name, [=] {
			if (uid)
				process::become(uid);
		}));
		return others_.back();
	}

	// Starts a process that must exit with 0 after counts().stop.
	template <typename Body> void add_reader(Body body) { readers_.push_back(process::start(body)); }

	// All of these return the program's exit status.
	int read_for(double seconds, const std::vector<Reader> &kinds, std::size_t number = nr_readers)
	{
		start_readers(kinds, number);
		return run_for(seconds);
	}

	int run_for(double seconds)
	{
		const double until = process::now() + seconds;
		while (process::now() < until && !counts().stop)
			process::nap(0.05);
		return finish();
	}

	int read_until_stdin_closes(const std::vector<Reader> &kinds)
	{
		start_readers(kinds, nr_readers);
		while (counts().reads < 100 && !counts().stop)
			process::nap(0.01);
		std::cout << "reading" << std::endl;
		pollfd in = {0, POLLIN, 0};
		char byte;
		while (!counts().stop)
			if (poll(&in, 1, 50) > 0 && read(0, &byte, 1) <= 0)
				break;
		return finish();
	}

private:
	void start_readers(const std::vector<Reader> &kinds, std::size_t number)
	{
		for (std::size_t i = 0; i < number; ++i)
			add_reader([&kinds, i] {
				read_forever(kinds[i % kinds.size()], i % nr_readers < nr_readers / 2 ? 1 << 17 : 1000);
			});
	}

	int finish()
	{
		counts().stop = true;
		bool right = true;
		for (const pid_t reader : readers_)
			right = process::wait_for(reader) == 0 && right;
		// A process that has exited on its own has failed.
		for (const pid_t other : others_) {
			if (waitpid(other, nullptr, WNOHANG) == other) {
				std::cerr << "storm: process " << other << " ended early\n";
				right = false;
			}
		}
		process::end(others_);
		std::cout << "reads " << counts().reads << " rows " << counts().rows << " deeds " << counts().deeds
			  << " seen " << counts().seen << " refused " << counts().refused << std::endl;
		return right ? 0 : 1;
	}

	std::vector<pid_t> readers_, others_;
};

} // namespace storm
