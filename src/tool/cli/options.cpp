// SPDX-License-Identifier: GPL-2.0
// The options that commands share.
#include "cli/options.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdlib>

#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "model/parse.h"
#include "model/select.h"
#include "model/users.h"
#include "render/format.h"

namespace tool {

namespace {

using psinfo::Query;

std::string variable(const char *name)
{
	const char *value = std::getenv(name);
	return value ? value : "";
}

std::string charset()
{
	for (const char *name : {"LC_ALL", "LC_CTYPE", "LANG"})
		if (auto value = variable(name); !value.empty())
			return value;
	return "";
}

bool names_utf8(std::string locale)
{
	std::transform(locale.begin(), locale.end(), locale.begin(),
		       [](unsigned char byte) { return static_cast<char>(std::tolower(byte)); });
	return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
}

/// Adds an option whose value is one of @words.
void add_choice(CLI::App &app, const std::string &name, std::string &value, const std::string &description,
		const std::vector<std::string> &words)
{
	auto is_word = [words](const std::string &word) {
		bool is_one = std::find(words.begin(), words.end(), word) != words.end();
		return is_one ? "" : "'" + escaped(word) + "' is not one of " + CLI::detail::join(words, ", ");
	};
	app.add_option(name, value, description)
		->check(CLI::Validator(is_word, ""))
		->type_name(CLI::detail::join(words, "|"))
		->take_last();
}

bool parse_seconds(std::string_view text, double &ret_seconds)
{
	auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ret_seconds);
	return error == std::errc() && end == text.data() + text.size();
}

/// "0.1", "86400": the shortest representation
std::string as_text(double number)
{
	std::array<char, 32> digits;
	auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
	return {digits.data(), end};
}

/// Adds an option that may be given several times, each with a list.
void add_list(CLI::App &app, const std::string &name, std::vector<std::string> &values, const std::string &description,
	      const std::string &type)
{
	app.add_option(name, values, description)->allow_extra_args(false)->type_name(type)->group("Filters");
}

void add_filters(CLI::App &app, Arguments &arguments)
{
	add_list(app, "-s,--state", arguments.states, "Only processes in these states: letters (D) or words (zombie)",
		 "STATES");
	add_list(app, "-u,--user", arguments.users, "Only processes of these real users: names or ids", "USERS");
	add_list(app, "-p,--pid", arguments.pids, "Only these processes", "PIDS");
	add_list(app, "--ppid", arguments.parents, "Only children of these processes", "PIDS");
	app.add_flag("--kernel-threads", arguments.kernel_threads, "Only kernel threads")->group("Filters");
	app.add_flag("--user-processes", arguments.user_processes, "Exclude kernel threads")->group("Filters");
}

void add_formats(CLI::App &app, Arguments &arguments, unsigned taken)
{
	app.add_flag("-J,--json", arguments.json, "Print JSON");
	if (!(taken & takes::Values))
		return;
	app.add_flag("--csv", arguments.csv, "Print comma-separated values");
	app.add_flag("-r,--raw", arguments.raw, "Print exact values, separated by one space");
}

// ---- resolve the options ------------------------------------------------

Outcome read_pids(const std::vector<std::string> &lists, const char *option, std::vector<std::int32_t> &ret_pids)
{
	for (const auto &list : lists) {
		for (auto part : split(list)) {
			std::uint64_t pid = 0;
			if (!parse_number(part, INT32_MAX, pid) || pid == 0)
				return wrong_usage(std::string(option) + ": '" + escaped(part) +
						   "' is not a process id");
			ret_pids.push_back(static_cast<std::int32_t>(pid));
		}
	}
	return {};
}

Outcome read_users(const std::vector<std::string> &lists, std::vector<std::uint32_t> &ret_uids)
{
	for (const auto &list : lists) {
		for (auto part : split(list)) {
			auto uid = find_user(std::string(part));
			if (!uid)
				return wrong_usage("--user: unknown user '" + escaped(part) + "'",
						   "'getent passwd' lists the users");
			ret_uids.push_back(*uid);
		}
	}
	return {};
}

std::string all_state_words()
{
	std::string words;
	for (auto state : psinfo::all_states) {
		words += words.empty() ? "" : ", ";
		words += psinfo::state_letter(state);
		words += ' ';
		words += psinfo::state_word(state);
	}
	return words;
}

Outcome read_states(const std::vector<std::string> &lists, std::optional<psinfo::StateSet> &ret_states)
{
	for (const auto &list : lists) {
		std::string unknown;
		auto states = parse_states(list, unknown);
		if (!states)
			return wrong_usage("--state: unknown state '" + escaped(unknown) + "'",
					   "the states are " + all_state_words());
		ret_states = ret_states.value_or(psinfo::StateSet()) | *states;
	}
	return {};
}

template <typename Value> void sort_unique(std::vector<Value> &values)
{
	std::sort(values.begin(), values.end());
	values.erase(std::unique(values.begin(), values.end()), values.end());
}

Outcome read_filter(const Arguments &arguments, Filter &ret_filter)
{
	auto outcome = read_states(arguments.states, ret_filter.states);
	if (outcome.exit == Exit::Done)
		outcome = read_users(arguments.users, ret_filter.uids);
	if (outcome.exit == Exit::Done)
		outcome = read_pids(arguments.pids, "--pid", ret_filter.pids);
	if (outcome.exit == Exit::Done)
		outcome = read_pids(arguments.parents, "--ppid", ret_filter.parents);
	if (!ret_filter.uids.empty())
		ret_filter.overflow_uid = overflow_uid();
	sort_unique(ret_filter.uids);
	sort_unique(ret_filter.pids);
	sort_unique(ret_filter.parents);
	ret_filter.kind = arguments.kernel_threads ? Query::Kind::KernelThreads :
			  arguments.user_processes ? Query::Kind::UserProcesses :
						     Query::Kind::All;
	return outcome;
}

Outcome find_contradiction(const Arguments &arguments)
{
	if (int{arguments.json} + int{arguments.csv} + int{arguments.raw} > 1)
		return wrong_usage("--json, --csv and --raw are mutually exclusive");
	if (arguments.kernel_threads && arguments.user_processes)
		return wrong_usage("--kernel-threads and --user-processes are mutually exclusive");
	return {};
}

bool wants_colour(const std::string &choice, const Environment &environment)
{
	if (choice != "auto")
		return choice == "always";
	return environment.is_terminal && environment.no_color.empty() && environment.term != "dumb";
}

} // namespace

Environment current_environment()
{
	winsize size{};
	bool is_terminal = isatty(STDOUT_FILENO);
	if (is_terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
		size.ws_col = 0;
	return {is_terminal,	      isatty(STDERR_FILENO) != 0, size.ws_col,
		variable("NO_COLOR"), variable("TERM"),		  charset()};
}

/// CLI11 would read "010" as octal 8, so it gets the number without leading zeros.
void accept_integer(CLI::Option &option, std::uint64_t least, std::uint64_t most, const std::string &what)
{
	auto is_number = [=](std::string &text) -> std::string {
		std::uint64_t number = 0;
		if (!parse_number(text, most, number) || number < least)
			return "'" + escaped(text) + "' is not " + what;
		text = std::to_string(number);
		return "";
	};
	option.transform(CLI::Validator(is_number, ""));
}

void accept_pid(CLI::Option &option)
{
	accept_integer(option, 1, INT32_MAX, "a process id");
}

void add_interval(CLI::App &app, double &value, double least, double most, const std::string &standard)
{
	auto is_seconds = [=](const std::string &text) -> std::string {
		double seconds = 0;
		if (parse_seconds(text, seconds) && seconds >= least && seconds <= most)
			return "";
		return "'" + escaped(text) + "' is not a number of seconds from " + as_text(least) + " to " +
		       as_text(most);
	};
	app.add_option("-d,--interval", value, "Sampling interval in seconds (default: " + standard + ")")
		->check(CLI::Validator(is_seconds, ""))
		->type_name("SECONDS")
		->take_last();
}

void add_options(CLI::App &app, Arguments &arguments, unsigned taken)
{
	if (taken & takes::Filters)
		add_filters(app, arguments);
	if (taken & takes::Threads)
		app.add_flag("-T,--threads", arguments.threads, "List threads instead of processes");
	if (taken & (takes::Json | takes::Values))
		add_formats(app, arguments, taken);
	if (taken & takes::Headings)
		app.add_flag("-n,--noheadings", arguments.noheadings, "Print no headings");
	if (taken & takes::Source)
		add_choice(app, "--source", arguments.source,
			   "Data source; auto (default): the module, or /proc if it fails", {"auto", "module", "proc"});
	if (taken & takes::Colour)
		add_choice(app, "--color", arguments.colour,
			   "Colour states; auto: on a terminal, unless NO_COLOR is set", {"auto", "always", "never"});
}

Outcome resolve(const Arguments &arguments, const Environment &environment, CommonOptions &ret_options)
{
	ret_options.source = arguments.source == "module" ? psinfo::Choice::Module :
			     arguments.source == "proc"	  ? psinfo::Choice::Proc :
							    psinfo::Choice::Auto;
	ret_options.wants_notice = environment.has_terminal_for_errors || arguments.source == "auto";
	ret_options.format = arguments.json ? Format::Json :
			     arguments.csv  ? Format::Csv :
			     arguments.raw  ? Format::Raw :
					      Format::Table;
	ret_options.headings = !arguments.noheadings;
	ret_options.threads = arguments.threads;
	ret_options.colour = wants_colour(arguments.colour, environment);
	ret_options.utf8 = names_utf8(environment.charset);
	ret_options.width = environment.is_terminal ? environment.width : 0;
	auto outcome = find_contradiction(arguments);
	return outcome.exit == Exit::Done ? read_filter(arguments, ret_options.filter) : outcome;
}

Outcome outcome_of_search(const Filter &filter, bool has_found)
{
	return {has_found || lets_all_through(filter) ? Exit::Done : Exit::NothingFound};
}

} // namespace tool
