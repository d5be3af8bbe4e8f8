// SPDX-License-Identifier: GPL-2.0
// `psinfo stuck`: what does not get on. Threads in state D that never ran over
// several samples, with how long that is at least; and zombies, under the
// process that does not reap them.
#ifndef PSINFO_TOOL_COMMANDS_STUCK_H
#define PSINFO_TOOL_COMMANDS_STUCK_H

#include <chrono>
#include <string>
#include <vector>

#include "command.h"

namespace tool {

struct StuckOptions {
	unsigned samples = 3;
	double interval = 1.0; ///< seconds from one sample to the next
};

void add_stuck_options(CLI::App &app, StuckOptions &options);
Outcome run_stuck(const Context &context, const StuckOptions &options);

/// A thread that was in state D in the last sample, and did not run since
/// the first one of those for which that is so.
struct Sleeper {
	psinfo::Process thread;
	std::chrono::nanoseconds at_least{};
	std::string parent; ///< name of the process' parent; empty: not seen
};

/// Zombies that one process should reap: their parent, or who traces them.
struct Unreaped {
	std::int32_t holder = 0;
	std::string name; ///< the holder's; empty: not seen
	std::vector<psinfo::Process> zombies; ///< never empty; the oldest is the first
};

struct Stuck {
	unsigned samples = 0;
	std::chrono::nanoseconds span{}; ///< from the first sample to the last
	psinfo::BootTime now{}; ///< of the last sample
	std::vector<Sleeper> sleepers; ///< who slept longest is the first
	unsigned passing = 0; ///< threads that were in state D as well, but got on
	std::vector<Unreaped> unreaped; ///< who has most zombies is the first
};

/// What a sample has to hold.
[[nodiscard]] psinfo::Query stuck_query();

/// The samples, of which there is at least one, hold what stuck_query() asks for;
/// everybody is who gives the names of parents. With a single sample every thread
/// in state D counts, for at least no time.
[[nodiscard]] Stuck find_stuck(const std::vector<psinfo::Snapshot> &samples, const psinfo::Snapshot &everybody);

[[nodiscard]] std::string stuck_text(const Stuck &stuck, bool headings);
[[nodiscard]] std::string stuck_json(const Stuck &stuck);

} // namespace tool

#endif // PSINFO_TOOL_COMMANDS_STUCK_H
