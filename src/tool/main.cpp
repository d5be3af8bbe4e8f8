// SPDX-License-Identifier: GPL-2.0
// psinfo: what runs on this machine and in which state. Here words are chosen
// for what went wrong, and the exit code.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <ostream>

#include <unistd.h>

#include "command.h"
#include "command_line.h"
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

Outcome run(const CommandLine &line, std::ostream &out)
{
	Common common;
	Sources sources;

	if (!line.text.empty()) {
		out << line.text;
		return {};
	}
	auto outcome = understand(line.arguments, surroundings(), common);
	if (outcome.exit == Exit::Done)
		outcome = open_sources(line.command, common, sources);
	if (outcome.exit != Exit::Done)
		return outcome;
	return line.command.run({sources.source.get(), sources.other.get(), out, common});
}

Outcome parse_and_run(int argc, char **argv, std::ostream &out)
{
	CommandLine line{};

	// argv[0] is missing if whoever called execve() gave no arguments at all.
	auto outcome = parse_command_line({argv + std::min(argc, 1), argv + argc}, line);
	return outcome.exit == Exit::Done ? run(line, out) : outcome;
}

/// EPIPE: the reader closed early; not an error.
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
