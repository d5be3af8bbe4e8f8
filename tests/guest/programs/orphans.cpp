// SPDX-License-Identifier: GPL-2.0
// orphans SECONDS: processes are orphaned as fast as possible, their parents being
// reaped at once, while others query /proc/psinfo and read its table. In this PID
// namespace every user process except process 1 always has a parent: any record
// with ppid 0, and any row with PARENT swapper/0, is wrong.
//
// Prints "reads N orphans N"; fails with the first wrong one. Needs the columns
// pid, name, stat and parent.
#include "process.h"
#include "query.h"
#include "table.h"

#include <atomic>
#include <iostream>

namespace {

constexpr int nr_makers = 3, nr_queriers = 2, nr_readers = 1;
constexpr std::uint32_t kernel_thread = 0x00200000; // PF_KTHREAD

struct Shared {
	std::atomic<unsigned> reads, orphans, lies;
	std::atomic<bool> stop;
	char lie[200];
};

Shared *shared;

void note_lie(const std::string &what)
{
	if (shared->lies++ == 0)
		std::snprintf(shared->lie, sizeof(shared->lie), "%s", what.c_str());
}

// Forks a parent that forks a child and exits. The subreaper is the main process,
// which ignores SIGCHLD, so that the kernel reaps the orphans.
void make_orphans()
{
	while (!shared->stop) {
		const pid_t parent = fork();
		if (parent == 0) {
			if (fork() == 0) {
				process::nap(0.002);
				_exit(0);
			}
			_exit(0);
		}
		if (parent > 0)
			++shared->orphans;
		process::nap(0.0005);
	}
}

void query_all()
{
	while (!shared->stop) {
		for (const auto &record : pass(Descriptor(psinfo_path), whole_query(), 256).records)
			if (!record.ppid && record.pid != 1 && !(record.flags & kernel_thread))
				note_lie("process " + std::to_string(record.pid) + " '" + name_of(record) +
					 "' has ppid 0");
		++shared->reads;
	}
}

void read_table()
{
	while (!shared->stop) {
		const auto text = read_whole("/proc/psinfo");
		process::need(text.error == 0, "read /proc/psinfo");
		std::size_t at = 0;
		while ((at = text.bytes.find("| swapper/0\n", at)) != std::string::npos) {
			const auto line = text.bytes.rfind('\n', at) + 1;
			const int pid = std::atoi(text.bytes.c_str() + line);
			if (pid != 1 && pid != 2)
				note_lie(text.bytes.substr(line, 80));
			++at;
		}
		++shared->reads;
	}
}

} // namespace

int main(int argc, char **argv)
{
	const double seconds = argc > 1 ? std::atof(argv[1]) : 5;
	shared = process::share<Shared>();
	process::need(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0, "PR_SET_CHILD_SUBREAPER");
	process::set_name("orphans");

	std::vector<pid_t> players;
	const auto play = [&](int count, void (*part)()) {
		for (int i = 0; i < count; ++i)
			players.push_back(process::start([=] {
				signal(SIGCHLD, SIG_IGN);
				part();
			}));
	};
	play(nr_makers, make_orphans);
	play(nr_queriers, query_all);
	play(nr_readers, read_table);
	signal(SIGCHLD, SIG_IGN);

	for (const double end = process::now() + seconds; process::now() < end && !shared->lies;)
		process::nap(0.05);
	shared->stop = true;
	process::end(players);
	std::cout << "reads " << shared->reads << " orphans " << shared->orphans << std::endl;
	if (shared->lies)
		throw std::runtime_error(std::to_string(shared->lies) + " lies, the first: " + shared->lie);
	return 0;
}
