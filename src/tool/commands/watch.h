// SPDX-License-Identifier: GPL-2.0
// `psinfo watch`: shows a list that is refreshed regularly.
#ifndef PSINFO_TOOL_COMMANDS_WATCH_H
#define PSINFO_TOOL_COMMANDS_WATCH_H

#include "cli/command.h"
#include "commands/list.h"

namespace tool {

struct WatchOptions {
	ColumnOptions columns;
	double interval = 2.0; ///< seconds
};

void add_watch_options(CLI::App &app, WatchOptions &options);
/// Wrong usage, or success.
Outcome check_watch(const CommonOptions &common, const WatchOptions &options);
Outcome run_watch(const Context &context, const WatchOptions &options);

} // namespace tool

#endif // PSINFO_TOOL_COMMANDS_WATCH_H
