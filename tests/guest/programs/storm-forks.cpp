// SPDX-License-Identifier: GPL-2.0
// storm-forks SCENARIO SECONDS: a storm (storm.h) of processes that begin and end. Also
// prints "execs N".
//
//	fork	forks, exits, orphans, execve() from threads
//	query	the same, but the readers use ioctl(), in calls for 1, 2, 7 and 4096
//		records, for processes and for threads
//	exec	only execve() from threads, as fast as possible
#include "forks.h"

namespace {

using namespace storm;

// Checks that PARENT is the NAME in the row of PPID, if there is such a row and it
// is not that of a later process with the same PID.
std::string parents_agree(const Table &table)
{
	const bool inner = getppid() == 1; // the storm is process 1 of a PID namespace
	for (const Row &row : table.rows) {
		const auto ppid = table::number(table.cell(row, "PPID"));
		const auto start = table::number(table.cell(row, "START"));
		if (!ppid || !start)
			return "PPID and START should be numbers: " + std::string(row.line);
		const auto shown = table.cell(row, "PARENT");
		if (*ppid == 0) {
			if (row.pid > 2 || shown != (inner ? "None" : "swapper/0"))
				return "only 1 and 2 have PPID 0: " + std::string(row.line);
			continue;
		}
		const Row *parent = table.find(*ppid);
		if (!parent || *table::number(table.cell(*parent, "START")) > *start)
			continue;
		if (shown != table.cell(*parent, "NAME") && table.cell(*parent, "START") != table.cell(row, "START"))
			return "PARENT is not the NAME of its row:\n" + std::string(parent->line) + "\n" +
			       std::string(row.line);
	}
	return {};
}

int storm_query(double seconds)
{
	Storm storm;
	const Loopers loopers;
	std::vector<Steady> steady;

	add_sleepers(storm, "storm-sleeper", 3, steady);
	loopers.add(storm, steady);
	const auto threads = add_threads(storm, 5);
	steady.push_back({threads[0], "storm-threads"});
	for (int i = 0; i < 3; ++i)
		storm.add(fork_forever);
	const int status = storm.read_for(seconds, askers(steady, threads));
	loopers.print_count();
	return status;
}

int storm_fork(double seconds, bool only_exec)
{
	Storm storm;
	const Loopers loopers;
	std::vector<Steady> steady;
	const pid_t self = getpid();

	add_sleepers(storm, "storm-sleeper", 3, steady);
	loopers.add(storm, steady);
	// Create more after the loopers, so that those do not have the highest PIDs.
	add_sleepers(storm, "storm-sleeper", 3, steady);
	for (int i = 0; i < 3 && !only_exec; ++i)
		storm.add(fork_forever);

	Reader reader;
	reader.check = [=](const Table &table) {
		std::string problem = steady_are_there(table, steady, self);
		if (problem.empty() && table.column("START"))
			problem = parents_agree(table);
		return problem;
	};
	const int status = storm.read_for(seconds, {reader});
	loopers.print_count();
	return status;
}

} // namespace

int main(int argc, char **argv)
{
	run_again(argc, argv);
	const std::string scenario = argc > 1 ? argv[1] : "";
	const double seconds = argc > 2 ? std::atof(argv[2]) : 6;
	process::set_name(parent_name);
	if (scenario == "fork")
		return storm_fork(seconds, false);
	if (scenario == "query")
		return storm_query(seconds);
	if (scenario == "exec")
		return storm_fork(seconds, true);
	std::cerr << "storm-forks: fork | query | exec SECONDS\n";
	return 2;
}
