// SPDX-License-Identifier: GPL-2.0
// `psinfo verify`: compares every field of every process in the module and in /proc.
// The module is queried between two snapshots of /proc. Values that do not fit
// between these are compared again, because many change all the time; only values
// that never fit are differences.
#ifndef PSINFO_TOOL_COMMANDS_VERIFY_H
#define PSINFO_TOOL_COMMANDS_VERIFY_H

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"

namespace tool {

struct VerifyOptions {};

void add_verify_options(CLI::App &app, VerifyOptions &options);
Outcome run_verify(const Context &context, const VerifyOptions &options);

/// The module's snapshot, and those of /proc before and after it.
struct Samples {
	psinfo::Snapshot before;
	psinfo::Snapshot module;
	psinfo::Snapshot after;
};

struct Difference {
	std::int32_t pid = 0; ///< 0: of the snapshot as a whole
	std::string name; ///< of the process
	std::string field; ///< "ppid"; "process" if only one source has it
	std::string module; ///< the module's value
	std::string proc; ///< "5", or "5 .. 7" if it changed from 5 to 7
	bool operator==(const Difference &) const = default;
};

struct Comparison {
	std::size_t processes = 0; ///< that were compared
	std::size_t fields = 0;
	std::size_t passing = 0; ///< not compared: created or exited meanwhile
	std::vector<Difference> differences; ///< sorted by pid
};

/// A clock tick, the unit of times in /proc.
[[nodiscard]] std::chrono::nanoseconds clock_tick();

/// Compares every process and every field of the samples, except what /proc cannot
/// show (an empty optional there).
[[nodiscard]] Comparison compare(const Samples &samples, std::chrono::nanoseconds tick);

/// Takes samples of one process, or of all if @pid is empty.
using TakeSamples = std::function<psinfo::Result<Samples>(std::optional<std::int32_t> pid)>;

/// Compares all, and then the differences again, up to `attempts` times with a pause
/// before each.
[[nodiscard]] psinfo::Result<Comparison> verify(const TakeSamples &take, std::chrono::nanoseconds tick,
						unsigned attempts, std::chrono::milliseconds pause);

[[nodiscard]] std::string comparison_text(const Comparison &comparison);
[[nodiscard]] std::string comparison_json(const Comparison &comparison);

} // namespace tool

#endif // PSINFO_TOOL_COMMANDS_VERIFY_H
