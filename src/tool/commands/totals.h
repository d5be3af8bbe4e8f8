// SPDX-License-Identifier: GPL-2.0
// `psinfo totals`: prints the number of processes and threads in each state.
#ifndef PSINFO_TOOL_COMMANDS_TOTALS_H
#define PSINFO_TOOL_COMMANDS_TOTALS_H

#include "cli/command.h"

namespace tool {

struct TotalsOptions {};

void add_totals_options(CLI::App &app, TotalsOptions &options);
Outcome run_totals(const Context &context, const TotalsOptions &options);

} // namespace tool

#endif // PSINFO_TOOL_COMMANDS_TOTALS_H
