// SPDX-License-Identifier: GPL-2.0
// psinfo: what runs on this machine and in which state. Here words are chosen
// for what went wrong, and the exit code.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <ostream>

#include <unistd.h>

#include <CLI/CLI.hpp>

#include "command.h"
#include "commands.h"
#include "options.h"
#include "output.h"

namespace tool {

namespace {

constexpr const char *fallback_notice = "psinfo: the module is not loaded, reading /proc instead "
					"(hint: sudo modprobe psinfo; psinfo doctor)\n";

void say(const std::string &text)
{
	std::fputs(text.c_str(), stderr);
}

void say(const Outcome &outcome)
{
	if (outcome.message.empty())
		return;
	say("psinfo: " + outcome.message + "\n" + (outcome.hint.empty() ? "" : "hint: " + outcome.hint + "\n"));
}

// ---- the command line ---------------------------------------------------

/// What was typed, and what of it applies.
struct Invocation {
	std::vector<Command> commands = all_commands();
	Arguments arguments;
	CLI::App app;
	const Command *chosen = nullptr;

	Invocation();
	void add_commands();
	[[nodiscard]] Outcome choose();
};

Invocation::Invocation() : app(commands.front().description, "psinfo")
{
	app.set_help_flag("-h,--help", "Print this help and exit");
	app.set_version_flag("-V,--version", "psinfo " PSINFO_VERSION, "Print the version and exit");
	add_options(app, arguments, commands.front().taken);
	commands.front().add_options(app);
	add_commands();
}

/// Options of a command are made when it is named: most runs name none.
void Invocation::add_commands()
{
	for (std::size_t i = 1; i < commands.size(); i++) {
		auto *sub = app.add_subcommand(commands[i].name, commands[i].description);
		sub->footer("");
		sub->preparse_callback([this, sub, i](std::size_t) {
			add_options(*sub, arguments, commands[i].taken);
			commands[i].add_options(*sub);
		});
	}
	app.require_subcommand(0, 1);
}

/// Options of the list do not go with a command that does not have them.
Outcome Invocation::choose()
{
	auto subs = app.get_subcommands();

	chosen = &commands.front();
	if (subs.empty())
		return {};
	for (const auto &command : commands)
		if (command.name == subs[0]->get_name())
			chosen = &command;
	for (const auto *option : app.get_options())
		if (option->count() > 0 && !subs[0]->get_option_no_throw(option->get_name()))
			return wrong_usage(option->get_name() + " does not go with 'psinfo " + chosen->name + "'",
					   std::string("psinfo ") + chosen->name + " --help");
	return {};
}

// ---- the sources --------------------------------------------------------

struct Sources {
	std::unique_ptr<psinfo::Source> source;
	std::unique_ptr<psinfo::Source> other;
};

Outcome open_into(psinfo::Choice choice, std::unique_ptr<psinfo::Source> &ret_source)
{
	auto opened = psinfo::open_source(choice);
	if (!opened)
		return outcome_of(opened.error());
	ret_source = std::move(*opened);
	if (choice == psinfo::Choice::Auto && ret_source->name() == "proc")
		say(fallback_notice);
	return {};
}

Outcome open_sources(const Command &command, const Common &common, Sources &ret_sources)
{
	if (command.sources == Command::Sources::None)
		return {};
	if (command.sources == Command::Sources::One)
		return open_into(common.source, ret_sources.source);
	auto outcome = open_into(psinfo::Choice::Module, ret_sources.source);
	return outcome.exit == Exit::Done ? open_into(psinfo::Choice::Proc, ret_sources.other) : outcome;
}

// ---- from the beginning to the end --------------------------------------

Outcome run(Invocation &invocation, std::ostream &out)
{
	Common common;
	Sources sources;

	auto outcome = invocation.choose();
	if (outcome.exit == Exit::Done)
		outcome = understand(invocation.arguments, surroundings(), common);
	if (outcome.exit == Exit::Done)
		outcome = open_sources(*invocation.chosen, common, sources);
	if (outcome.exit != Exit::Done)
		return outcome;
	return invocation.chosen->run({sources.source.get(), sources.other.get(), out, common});
}

/// --help and --version end parsing, too, and are none.
Outcome refuse(Invocation &invocation, const CLI::ParseError &error, std::ostream &out)
{
	auto subs = invocation.app.get_subcommands();
	if (error.get_exit_code() != 0)
		return wrong_usage(escaped(error.what()),
				   "psinfo " + (subs.empty() ? "" : subs[0]->get_name() + " ") + "--help");
	if (dynamic_cast<const CLI::CallForHelp *>(&error))
		out << invocation.app.help();
	else
		out << error.what() << '\n';
	return {};
}

Outcome parse_and_run(int argc, char **argv, std::ostream &out)
{
	Invocation invocation;

	try {
		invocation.app.parse(argc, argv);
	} catch (const CLI::ParseError &error) {
		return refuse(invocation, error, out);
	}
	return run(invocation, out);
}

/// Who does not want to read on has not been failed.
Outcome finish(Output &output, Outcome outcome)
{
	int error = output.finish();

	if (error == EPIPE)
		return outcome;
	if (error)
		return {Exit::Unreadable, std::string("cannot write to standard output: ") + std::strerror(error)};
	return outcome;
}

} // namespace

} // namespace tool

int main(int argc, char **argv)
try {
	tool::Output output(STDOUT_FILENO);
	std::ostream out(&output);
	auto outcome = tool::finish(output, tool::parse_and_run(argc, argv, out));

	tool::say(outcome);
	return static_cast<int>(outcome.exit);
} catch (const std::exception &exception) {
	tool::say(tool::Outcome{tool::Exit::Unreadable, std::string("cannot go on: ") + exception.what()});
	return static_cast<int>(tool::Exit::Unreadable);
}
