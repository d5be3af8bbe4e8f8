// SPDX-License-Identifier: GPL-2.0
// Parsing and resolving the shared options, and some commands.
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <gtest/gtest.h>

#include "cli/commands.h"
#include "cli/options.h"
#include "commands/list.h"
#include "commands/totals.h"
#include "model/users.h"
#include "tool_fixture.h"

namespace {

using namespace tool_test;
using psinfo::StateSet;
using tool::Arguments;
using tool::CommonOptions;
using tool::Environment;
using tool::Exit;
using tool::Format;

constexpr unsigned everything = ~0U;

/// The arguments of @line, whose words are separated by spaces.
Arguments parsed(const std::string &line)
{
	Arguments arguments;
	CLI::App app;
	tool::add_options(app, arguments, everything);
	app.parse(line);
	return arguments;
}

CommonOptions resolved(const std::string &line, const Environment &environment = {})
{
	CommonOptions common;
	auto outcome = tool::resolve(parsed(line), environment, common);
	EXPECT_EQ(outcome.exit, Exit::Done) << outcome.message;
	return common;
}

tool::Outcome refused(const std::string &line)
{
	CommonOptions common;
	return tool::resolve(parsed(line), {}, common);
}

TEST(Options, HaveDefaults)
{
	auto common = resolved("");
	EXPECT_EQ(common.source, psinfo::Choice::Auto);
	EXPECT_FALSE(common.wants_notice);
	EXPECT_EQ(common.format, Format::Table);
	EXPECT_TRUE(common.headings);
	EXPECT_FALSE(common.threads);
	EXPECT_FALSE(common.colour);
	EXPECT_FALSE(common.utf8);
	EXPECT_EQ(common.width, 0U);
	EXPECT_TRUE(tool::lets_all_through(common.filter));
}

TEST(Options, AreAcceptedInBothSpellings)
{
	for (const char *line : {"-J -n -T --source proc", "--json --noheadings --threads --source=proc"}) {
		auto common = resolved(line);
		EXPECT_EQ(common.format, Format::Json);
		EXPECT_FALSE(common.headings);
		EXPECT_TRUE(common.threads);
		EXPECT_EQ(common.source, psinfo::Choice::Proc);
	}
	EXPECT_EQ(resolved("-r").format, Format::Raw);
	EXPECT_EQ(resolved("--csv").format, Format::Csv);
	EXPECT_EQ(resolved("--source=proc --source=module").source, psinfo::Choice::Module) << "the last one counts";
}

TEST(Options, ListsAccumulate)
{
	auto filter = resolved("-s R,D -s zombie -p 1,2 -p 2 --ppid 7 -u root,4000000009").filter;
	EXPECT_EQ(filter.states, StateSet(State::Running) | State::Uninterruptible | State::Zombie);
	EXPECT_EQ(filter.pids, (std::vector<std::int32_t>{1, 2}));
	EXPECT_EQ(filter.parents, (std::vector<std::int32_t>{7}));
	EXPECT_EQ(filter.uids, (std::vector<std::uint32_t>{0, 4000000009}));
	EXPECT_EQ(resolved("--kernel-threads").filter.kind, psinfo::Query::Kind::KernelThreads);
	EXPECT_EQ(resolved("--user-processes").filter.kind, psinfo::Query::Kind::UserProcesses);
}

TEST(Options, ThatAreInvalidAreWrongUsage)
{
	for (const char *line : {"-s Q", "-s R,", "-u no-such-user", "-p 0", "-p x", "-p 1,-2", "--ppid 2147483648",
				 "-J --csv", "-r -J", "--kernel-threads --user-processes"}) {
		auto outcome = refused(line);
		EXPECT_EQ(outcome.exit, Exit::Usage) << line;
		EXPECT_FALSE(outcome.message.empty()) << line;
		EXPECT_FALSE(outcome.hint.empty()) << line;
	}
	EXPECT_EQ(refused("-s Q").message, "--state: unknown state 'Q'");
	for (auto state : psinfo::all_states) {
		auto entry = psinfo::state_letter(state) + (" " + std::string(psinfo::state_word(state)));
		EXPECT_NE(refused("-s Q").hint.find(entry), std::string::npos) << entry;
	}
	EXPECT_EQ(refused("-u no-such-user").message, "--user: unknown user 'no-such-user'");
	EXPECT_EQ(refused("-p x").message, "--pid: 'x' is not a process id");
	EXPECT_EQ(refused("-J --csv").message, "--json, --csv and --raw are mutually exclusive");
	EXPECT_EQ(refused("-J --csv").hint, "try 'psinfo --help' for more information");
	EXPECT_THROW(parsed("--source=elsewhere"), CLI::ParseError);
	EXPECT_THROW(parsed("--color=sometimes"), CLI::ParseError);
	EXPECT_THROW(parsed("--nope"), CLI::ParseError);
	EXPECT_THROW(parsed("-s R surplus"), CLI::ParseError);
}

TEST(Colour, IsUsedOnTerminalsUnlessDisabledOrElsewhereIfForced)
{
	Environment terminal;
	terminal.is_terminal = true;
	terminal.term = "xterm";
	EXPECT_TRUE(resolved("", terminal).colour);
	EXPECT_FALSE(resolved("--color=never", terminal).colour);
	EXPECT_FALSE(resolved("", {}).colour);
	EXPECT_TRUE(resolved("--color always", {}).colour);

	Environment no_color = terminal;
	no_color.no_color = "1";
	EXPECT_FALSE(resolved("", no_color).colour);
	EXPECT_TRUE(resolved("--color=always", no_color).colour);
	Environment dumb = terminal;
	dumb.term = "dumb";
	EXPECT_FALSE(resolved("", dumb).colour);
}

TEST(Notice, IsShownOnTerminalsAndWithSourceAuto)
{
	Environment terminal;
	terminal.has_terminal_for_errors = true;
	EXPECT_TRUE(resolved("", terminal).wants_notice);
	EXPECT_TRUE(resolved("--source=auto", {}).wants_notice);
	EXPECT_FALSE(resolved("--source=proc", {}).wants_notice);
	EXPECT_EQ(resolved("--source=auto", {}).source, psinfo::Choice::Auto);
}

TEST(Environment, DeterminesWidthAndCharset)
{
	Environment environment;
	environment.width = 80;
	environment.charset = "de_DE.UTF-8";
	EXPECT_TRUE(resolved("", environment).utf8);
	EXPECT_EQ(resolved("", environment).width, 0U) << "no terminal, no width";
	environment.is_terminal = true;
	EXPECT_EQ(resolved("", environment).width, 80U);
	environment.charset = "C.utf8";
	EXPECT_TRUE(resolved("", environment).utf8);
	environment.charset = "C";
	EXPECT_FALSE(resolved("", environment).utf8);
}

// ---- commands as a whole --------------------------------------------------

TEST(Commands, HaveTheExpectedNamesAndADescription)
{
	std::vector<std::string> names;
	for (const auto &command : tool::all_commands()) {
		names.emplace_back(command.name);
		EXPECT_NE(std::string(command.description), "");
		CLI::App app;
		Arguments arguments;
		tool::add_options(app, arguments, command.taken); // throws if two options have one name
		command.add_options(app);
	}
	EXPECT_EQ(names, (std::vector<std::string>{"", "show", "tree", "totals", "watch", "stuck", "metrics", "doctor",
						   "verify", "help"}));
}

TEST(OverflowUid, IsReadFromTheKernelOrTheDefault)
{
	std::string path = testing::TempDir() + "psinfo-overflowuid-XXXXXX";
	close(mkstemp(path.data()));
	EXPECT_EQ(tool::overflow_uid(path), 65534U) << "empty";
	std::ofstream(path) << "4711\n";
	EXPECT_EQ(tool::overflow_uid(path), 4711U);
	std::remove(path.c_str());
	EXPECT_EQ(tool::overflow_uid(path), 65534U) << "missing";
}

TEST(ListCommand, RefusesUnknownColumns)
{
	FakeSource source;
	std::ostringstream out;
	CommonOptions common;
	auto outcome = tool::run_list({&source, nullptr, out, common}, {{{"pid,nope"}, {}}, false});
	EXPECT_EQ(outcome.exit, Exit::Usage);
	EXPECT_EQ(outcome.message, "--output: unknown column 'nope'");
	outcome = tool::run_list({&source, nullptr, out, common}, {{{}, {"a\nb"}}, false});
	EXPECT_EQ(outcome.message, "--sort: unknown column 'a\\nb'");
	EXPECT_EQ(outcome.hint, "'psinfo --help' lists the columns");
	outcome = tool::run_list({&source, nullptr, out, common}, {{{"pid,nmae"}, {}}, false});
	EXPECT_EQ(outcome.hint, "did you mean 'name'? If not, 'psinfo --help' lists the columns");
	EXPECT_TRUE(source.asked.empty());
	EXPECT_EQ(out.str(), "");
}

TEST(ListCommand, PrintsTotalsBelowOnRequest)
{
	FakeSource source;
	std::ostringstream out;
	CommonOptions common;
	common.filter.states = StateSet(State::Zombie);
	EXPECT_EQ(tool::run_list({&source, nullptr, out, common}, {{{"pid,name"}, {}}, true}).exit, Exit::Done);
	EXPECT_EQ(out.str(), "PID NAME\n"
			     " 20 defunct one\n"
			     "RUNNING: 0\tINTERRUPTIBLE: 0\tUNINTERRUPTIBLE: 0\tSTOPPED: 0\n"
			     "TRACED: 0\tZOMBIE: 1\tDEAD: 0\tIDLE: 0\tPARKED: 0\tOTHERS: 0\n"
			     "TOTAL: 1\n");
}

TEST(ListCommand, ReturnsTheExitStatusOfTheError)
{
	FakeSource source;
	source.error = psinfo::Error::from_errno(EIO, "query", "/proc/psinfo");
	source.error->kind = psinfo::Error::Kind::Abi;
	std::ostringstream out;
	CommonOptions common;
	EXPECT_EQ(tool::run_list({&source, nullptr, out, common}, {}).exit, Exit::Abi);
	source.error->kind = psinfo::Error::Kind::Unreadable;
	auto outcome = tool::run_list({&source, nullptr, out, common}, {});
	EXPECT_EQ(outcome.exit, Exit::Unreadable);
	EXPECT_EQ(outcome.message, "cannot query /proc/psinfo: Input/output error");
}

TEST(TotalsCommand, LetsTheSourceCountIfItCan)
{
	FakeSource source;
	std::ostringstream out;
	CommonOptions common;
	EXPECT_EQ(tool::run_totals({&source, nullptr, out, common}, {}).exit, Exit::Done);
	common.filter.pids = {1, 20};
	EXPECT_EQ(tool::run_totals({&source, nullptr, out, common}, {}).exit, Exit::Done);

	ASSERT_EQ(source.asked.size(), 2U);
	EXPECT_TRUE(source.asked[0].totals_only);
	EXPECT_FALSE(source.asked[1].totals_only);
	EXPECT_NE(out.str().find("TOTAL                    6          6\n"), std::string::npos) << out.str();
	EXPECT_NE(out.str().find("TOTAL                    2          2\n"), std::string::npos) << out.str();
}

} // namespace
