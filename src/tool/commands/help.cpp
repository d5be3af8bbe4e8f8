// SPDX-License-Identifier: GPL-2.0
// `psinfo help [COMMAND]`: displays the same as --help of that command.
#include "commands/help.h"

#include <algorithm>
#include <ostream>

#include <CLI/CLI.hpp>

#include "cli/command_line.h"

namespace tool {

void add_help_options(CLI::App &app, HelpOptions &options)
{
	app.add_option("COMMAND", options.command, "The command (default: psinfo itself)")->type_name("");
}

Outcome run_help(const Context &context, const HelpOptions &options)
{
	auto names = command_names();

	if (!options.command.empty() && std::find(names.begin(), names.end(), options.command) == names.end())
		return unknown_command(options.command);
	context.out << help_of(options.command);
	return {};
}

} // namespace tool
