// SPDX-License-Identifier: GPL-2.0
// `psinfo stuck`: finds threads and processes that make no progress: threads in
// state D that did not run over several samples, with the minimum duration; and
// zombies, grouped by the process that does not reap them.
#ifndef PSINFO_TOOL_COMMANDS_STUCK_H
#define PSINFO_TOOL_COMMANDS_STUCK_H

#include <chrono>
#include <string>
#include <vector>

#include "cli/command.h"

namespace tool {

struct StuckOptions {
	unsigned samples = 3;
	double interval = 1.0; ///< seconds between samples
};

void add_stuck_options(CLI::App &app, StuckOptions &options);
Outcome run_stuck(const Context &context, const StuckOptions &options);

/// A thread that was in state D in the last sample, and that had not run for the
/// time @at_least before it.
struct Sleeper {
	psinfo::Process thread;
	std::chrono::nanoseconds at_least{};
	std::string parent; ///< name of the process's parent; empty: not visible
};

/// Zombies that one process should reap: their parent or their tracer.
struct Unreaped {
	std::int32_t holder = 0;
	std::string name; ///< the holder's; empty: not visible
	std::vector<psinfo::Process> zombies; ///< never empty; oldest first
};

struct Stuck {
	unsigned samples = 0;
	std::chrono::nanoseconds span{}; ///< from the first sample to the last
	psinfo::BootTime now{}; ///< start of the last sample
	std::vector<Sleeper> sleepers; ///< longest sleep first
	unsigned passing = 0; ///< other threads that were in state D in a sample
	std::vector<Unreaped> unreaped; ///< most zombies first
};

/// The query for a sample.
[[nodiscard]] psinfo::Query stuck_query();

/// @samples are one or more results of stuck_query(); the names of parents are
/// taken from @processes. With a single sample, every thread in state D counts,
/// with a minimum duration of 0.
[[nodiscard]] Stuck find_stuck(const std::vector<psinfo::Snapshot> &samples, const psinfo::Snapshot &processes);

[[nodiscard]] std::string stuck_text(const Stuck &stuck, bool headings);
[[nodiscard]] std::string stuck_json(const Stuck &stuck);

} // namespace tool

#endif // PSINFO_TOOL_COMMANDS_STUCK_H
