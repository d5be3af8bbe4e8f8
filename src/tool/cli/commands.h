// SPDX-License-Identifier: GPL-2.0
// The table of commands, one row each.
#ifndef PSINFO_TOOL_COMMANDS_H
#define PSINFO_TOOL_COMMANDS_H

#include <functional>
#include <vector>

#include "cli/command.h"

namespace CLI {
class App;
}

namespace tool {

struct Command {
	enum class Sources {
		None,
		One, ///< run again from /proc if the module fails
		Lasting, ///< one; the command itself replaces it if it fails
		Both,
	};

	const char *name; ///< "" for the list
	const char *description;
	Sources sources;
	unsigned taken; ///< takes::...
	std::function<void(CLI::App &)> add_options; ///< its own
	std::function<Outcome(const Context &)> run;
	std::function<Outcome(const CommonOptions &)> check; ///< checks its options before a source is opened
	bool is_unattended = false; ///< run by a timer: no warnings about the source
};

/// The list, which has no name, comes first. Each command holds its parsed options.
[[nodiscard]] std::vector<Command> all_commands();

} // namespace tool

#endif // PSINFO_TOOL_COMMANDS_H
