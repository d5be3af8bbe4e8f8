// SPDX-License-Identifier: GPL-2.0
// The commands: a row for each.
#ifndef PSINFO_TOOL_COMMANDS_H
#define PSINFO_TOOL_COMMANDS_H

#include <functional>
#include <vector>

#include "command.h"

namespace CLI {
class App;
}

namespace tool {

struct Command {
	enum class Sources { None, One, Both };

	const char *name; ///< "" for the list
	const char *description;
	Sources sources;
	unsigned taken; ///< takes::...
	std::function<void(CLI::App &)> add_options; ///< its own
	std::function<Outcome(const Context &)> run;
};

/// The list, which needs no name, is the first. Each keeps what its own options say.
[[nodiscard]] std::vector<Command> all_commands();

} // namespace tool

#endif // PSINFO_TOOL_COMMANDS_H
