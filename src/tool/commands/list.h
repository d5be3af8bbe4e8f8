// SPDX-License-Identifier: GPL-2.0
// `psinfo`: lists processes, or threads.
#ifndef PSINFO_TOOL_COMMANDS_LIST_H
#define PSINFO_TOOL_COMMANDS_LIST_H

#include "command.h"
#include "fields.h"

namespace tool {

struct ListOptions {
	std::string output; ///< columns; empty: the default ones
	std::string sort; ///< columns; empty: as they come, by pid
	bool totals = false;
};

void add_list_options(CLI::App &app, ListOptions &options);
Outcome run_list(const Context &context, const ListOptions &options);

/// --output and --sort, which watch has, too.
void add_column_options(CLI::App &app, std::string &output, std::string &sort);
[[nodiscard]] Outcome read_columns(const std::string &output, const std::string &sort, const Columns &defaults,
				   Columns &ret_columns, std::vector<SortKey> &ret_sort);

} // namespace tool

#endif // PSINFO_TOOL_COMMANDS_LIST_H
