// SPDX-License-Identifier: GPL-2.0
// The table of commands. To add one, add a row.
#include "cli/commands.h"

#include <memory>

#include "cli/options.h"
#include "commands/doctor.h"
#include "commands/help.h"
#include "commands/list.h"
#include "commands/metrics.h"
#include "commands/show.h"
#include "commands/stuck.h"
#include "commands/totals.h"
#include "commands/tree.h"
#include "commands/verify.h"
#include "commands/watch.h"

namespace tool {

namespace {

using Sources = Command::Sources;

template <typename Options>
Command command(
	const char *name, const char *description, Sources sources, unsigned taken, void (*add)(CLI::App &, Options &),
	Outcome (*run)(const Context &, const Options &),
	Outcome (*check)(const CommonOptions &, const Options &) = [](const CommonOptions &, const Options &) {
		return Outcome();
	})
{
	auto options = std::make_shared<Options>();
	return {
		name,
		description,
		sources,
		taken,
		[options, add](CLI::App &app) { add(app, *options); },
		[options, run](const Context &context) { return run(context, *options); },
		[options, check](const CommonOptions &common) { return check(common, *options); },
	};
}

Command unattended(Command command)
{
	command.is_unattended = true;
	return command;
}

constexpr unsigned formats = takes::Json | takes::Values | takes::Headings;

} // namespace

std::vector<Command> all_commands()
{
	return {
		command("", "List processes and their states", Sources::One,
			takes::Source | takes::Filters | takes::Threads | takes::Colour | formats, add_list_options,
			run_list, check_list),
		command("show", "Show one process in full, with its relatives and threads", Sources::One,
			takes::Source | takes::Json | takes::Colour, add_show_options, run_show),
		command("tree", "Show processes as a tree of parents and children", Sources::One,
			takes::Source | takes::Filters | takes::Threads | takes::Json | takes::Colour, add_tree_options,
			run_tree),
		command("totals", "Count processes and threads by state", Sources::One,
			takes::Source | takes::Filters | formats, add_totals_options, run_totals),
		command("watch", "Show a list that is refreshed regularly", Sources::Lasting,
			takes::Source | takes::Filters | takes::Threads | takes::Colour, add_watch_options, run_watch,
			check_watch),
		command("stuck", "Find threads stuck in state D, and zombies that are not reaped", Sources::One,
			takes::Source | takes::Json | takes::Headings, add_stuck_options, run_stuck),
		unattended(command("metrics", "Print totals for Prometheus, as OpenMetrics text", Sources::One,
				   takes::Source, add_metrics_options, run_metrics)),
		command("doctor", "Diagnose the module", Sources::None, takes::Json, add_doctor_options, run_doctor),
		command("verify", "Check the module against /proc", Sources::Both, takes::Json, add_verify_options,
			run_verify),
		command("help", "Display help for a command", Sources::None, 0, add_help_options, run_help),
	};
}

} // namespace tool
