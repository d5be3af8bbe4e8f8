// SPDX-License-Identifier: GPL-2.0
// `psinfo verify`: does the module say what /proc says, of every process and in
// every field? The module is asked between two looks at /proc; what does not fit
// between them is compared again, because much changes all the time, and only
// what never fits is a difference.
#ifndef PSINFO_TOOL_COMMANDS_VERIFY_H
#define PSINFO_TOOL_COMMANDS_VERIFY_H

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "command.h"

namespace tool {

struct VerifyOptions {};

void add_verify_options(CLI::App &app, VerifyOptions &options);
Outcome run_verify(const Context &context, const VerifyOptions &options);

/// The module's snapshot, and those of /proc before and after it.
struct Sandwich {
	psinfo::Snapshot before;
	psinfo::Snapshot module;
	psinfo::Snapshot after;
};

struct Difference {
	std::int32_t pid = 0; ///< 0: of the snapshot as a whole
	std::string name; ///< of the process
	std::string field; ///< "ppid"; "process" if only one of the two has it
	std::string module; ///< what it says
	std::string proc; ///< "5", or "5 .. 7" if it went from 5 to 7
	bool operator==(const Difference &) const = default;
};

struct Comparison {
	std::size_t processes = 0; ///< that were compared
	std::size_t fields = 0;
	std::size_t passing = 0; ///< that came or went meanwhile, so that they were not
	std::vector<Difference> differences; ///< in the order of pid
};

/// A clock tick, the unit of times in /proc.
[[nodiscard]] std::chrono::nanoseconds clock_tick();

/// Every process and every field of one sandwich. What /proc cannot show (an
/// empty optional there) is left out.
[[nodiscard]] Comparison compare(const Sandwich &sandwich, std::chrono::nanoseconds tick);

/// A sandwich of one process, or with nothing of all.
using TakeSandwich = std::function<psinfo::Result<Sandwich>(std::optional<std::int32_t> pid)>;

/// Compares again what differs, up to `attempts` times with a pause before each.
[[nodiscard]] psinfo::Result<Comparison> verify(const TakeSandwich &take, std::chrono::nanoseconds tick,
						unsigned attempts, std::chrono::milliseconds pause);

[[nodiscard]] std::string comparison_text(const Comparison &comparison);
[[nodiscard]] std::string comparison_json(const Comparison &comparison);

} // namespace tool

#endif // PSINFO_TOOL_COMMANDS_VERIFY_H
