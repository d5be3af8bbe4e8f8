// SPDX-License-Identifier: GPL-2.0
// `psinfo show PID`: shows everything about one process, its relatives and threads.
#ifndef PSINFO_TOOL_COMMANDS_SHOW_H
#define PSINFO_TOOL_COMMANDS_SHOW_H

#include "cli/command.h"

namespace tool {

struct ShowOptions {
	std::int32_t pid = 0;
};

void add_show_options(CLI::App &app, ShowOptions &options);
Outcome run_show(const Context &context, const ShowOptions &options);

} // namespace tool

#endif // PSINFO_TOOL_COMMANDS_SHOW_H
