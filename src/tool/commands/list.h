// SPDX-License-Identifier: GPL-2.0
// `psinfo`: lists processes, or threads.
#ifndef PSINFO_TOOL_COMMANDS_LIST_H
#define PSINFO_TOOL_COMMANDS_LIST_H

#include "cli/command.h"
#include "model/fields.h"

namespace tool {

/// --output and --sort, also used by watch: one list for each time that they were given.
struct ColumnOptions {
	std::vector<std::string> output; ///< empty: the default columns
	std::vector<std::string> sort; ///< empty: by pid
};

struct ListOptions {
	ColumnOptions columns;
	bool totals = false;
};

void add_list_options(CLI::App &app, ListOptions &options);
/// Wrong usage, or success.
Outcome check_list(const CommonOptions &common, const ListOptions &options);
Outcome run_list(const Context &context, const ListOptions &options);

void add_column_options(CLI::App &app, ColumnOptions &options);
[[nodiscard]] Outcome read_columns(const ColumnOptions &options, const Columns &defaults, Columns &ret_columns,
				   std::vector<SortKey> &ret_sort);

} // namespace tool

#endif // PSINFO_TOOL_COMMANDS_LIST_H
