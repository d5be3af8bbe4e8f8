// SPDX-License-Identifier: GPL-2.0
// psinfo: lists the processes of this machine and their states. Only this file prints
// messages and exits.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <ostream>

#include <unistd.h>

#include "cli/command.h"
#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/session.h"

namespace tool {

namespace {

void say(const Outcome &outcome)
{
	std::fputs(printed(outcome).c_str(), stderr);
}

Outcome run(const CommandLine &line, std::ostream &out)
{
	CommonOptions common;

	if (!line.text.empty()) {
		out << line.text;
		return {};
	}
	auto outcome = resolve(line.arguments, current_environment(), common);
	if (outcome.exit != Exit::Done)
		return outcome;
	SessionHooks hooks;
	hooks.warn = say;
	return run_session(line.command, common, out, hooks);
}

Outcome parse_and_run(int argc, char **argv, std::ostream &out)
{
	CommandLine line{};

	// argv[0] is missing if execve() was called with an empty argument list.
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
		return outcome_of(psinfo::Error::from_errno(error, "write to", "standard output"));
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
	auto outcome = tool::outcome_of({psinfo::Error::Kind::Unreadable, "run", "the command", exception.what()});

	tool::say(outcome);
	return static_cast<int>(outcome.exit);
}
