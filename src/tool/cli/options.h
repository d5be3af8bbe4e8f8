// SPDX-License-Identifier: GPL-2.0
// The options that commands share: as typed, and resolved.
#ifndef PSINFO_TOOL_OPTIONS_H
#define PSINFO_TOOL_OPTIONS_H

#include <string>
#include <vector>

#include "cli/command.h"

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace tool {

/// The shared options that a command takes, combined with |.
namespace takes {
enum : unsigned {
	Source = 1U << 0U, ///< --source
	Json = 1U << 1U, ///< --json
	Values = 1U << 2U, ///< --csv, --raw
	Headings = 1U << 3U, ///< --noheadings
	Colour = 1U << 4U, ///< --color
	Threads = 1U << 5U, ///< --threads
	Filters = 1U << 6U, ///< --state, --user, --pid, --ppid, --kernel-threads, --user-processes
};
} // namespace takes

/// The options as typed.
struct Arguments {
	std::string source; ///< empty: not given, which means auto
	std::string colour = "auto";
	bool json = false;
	bool csv = false;
	bool raw = false;
	bool noheadings = false;
	bool threads = false;
	bool kernel_threads = false;
	bool user_processes = false;
	std::vector<std::string> states; ///< one for each time that the option was given
	std::vector<std::string> users;
	std::vector<std::string> pids;
	std::vector<std::string> parents;
};

/// The environment that defaults depend on.
struct Environment {
	bool is_terminal = false; ///< stdout
	bool has_terminal_for_errors = false; ///< stderr
	std::size_t width = 0; ///< of stdout
	std::string no_color; ///< the environment variables NO_COLOR and TERM
	std::string term;
	std::string charset; ///< LC_ALL, LC_CTYPE or LANG: the first that is not empty
};

[[nodiscard]] Environment current_environment();

/// Adds options that write to @arguments, which must outlive @app.
void add_options(CLI::App &app, Arguments &arguments, unsigned taken);

/// Refuses values that are not whole decimal numbers in the range; @what completes the
/// message: "--samples: 'x' is not a whole number from 1 to 1000".
void accept_integer(CLI::Option &option, std::uint64_t least, std::uint64_t most, const std::string &what);
/// Refuses values that are not process ids.
void accept_pid(CLI::Option &option);
/// Adds -d, --interval: seconds from @least to @most; @standard is the default, which
/// @value already holds.
void add_interval(CLI::App &app, double &value, double least, double most, const std::string &standard);

/// Resolves the arguments. The outcome is success or wrong usage.
[[nodiscard]] Outcome resolve(const Arguments &arguments, const Environment &environment, CommonOptions &ret_options);

/// The outcome of a search. If a selection was given and nothing was found, it is
/// NothingFound, as with pgrep and ps.
[[nodiscard]] Outcome outcome_of_search(const Filter &filter, bool has_found);

} // namespace tool

#endif // PSINFO_TOOL_OPTIONS_H
