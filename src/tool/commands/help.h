// SPDX-License-Identifier: GPL-2.0
// `psinfo help [COMMAND]`: displays the same as --help of that command.
#ifndef PSINFO_TOOL_COMMANDS_HELP_H
#define PSINFO_TOOL_COMMANDS_HELP_H

#include <string>

#include "cli/command.h"

namespace tool {

struct HelpOptions {
	std::string command; ///< empty: psinfo as a whole
};

void add_help_options(CLI::App &app, HelpOptions &options);
Outcome run_help(const Context &context, const HelpOptions &options);

} // namespace tool

#endif // PSINFO_TOOL_COMMANDS_HELP_H
