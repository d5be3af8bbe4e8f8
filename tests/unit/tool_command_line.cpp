// SPDX-License-Identifier: GPL-2.0
// The command line: options before and after a command, help, and error messages.
#include <map>
#include <sstream>

#include <CLI/CLI.hpp>
#include <gtest/gtest.h>

#include "cli/command_line.h"
#include "cli/suggest.h"
#include "model/fields.h"

namespace {

using tool::Command;
using tool::Exit;
using tool::Outcome;
using Words = std::vector<std::string>;

Words words_of(const std::string &line)
{
	std::istringstream stream(line);
	Words words;
	for (std::string word; stream >> word;)
		words.push_back(word);
	return words;
}

/// Every option of the command, and whether it takes a value.
std::map<std::string, bool> options_of(const Command &command)
{
	tool::Arguments scratch;
	auto app = tool::app_of(command, scratch);
	std::map<std::string, bool> options;
	for (const auto *option : app->get_options()) {
		bool takes_value = option->get_items_expected_max() > 0;
		for (const auto &name : option->get_lnames())
			options.emplace("--" + name, takes_value);
		for (const auto &name : option->get_snames())
			options.emplace("-" + name, takes_value);
	}
	return options;
}

/// The options of all commands.
std::map<std::string, bool> all_options()
{
	std::map<std::string, bool> options;
	for (const auto &command : tool::all_commands())
		options.merge(options_of(command));
	return options;
}

struct Effect {
	Outcome outcome;
	std::string stored; ///< all values, as text; empty for wrong usage
	bool operator==(const Effect &other) const
	{
		return outcome.exit == other.outcome.exit && outcome.message == other.outcome.message &&
		       outcome.hint == other.outcome.hint && stored == other.stored;
	}
};

std::ostream &operator<<(std::ostream &to, const Effect &effect)
{
	return to << effect.stored << effect.outcome.message;
}

Effect effect_of(const Words &words)
{
	tool::CommandLine line{};
	auto outcome = tool::parse_command_line(words, line);
	if (outcome.exit != Exit::Done)
		return {outcome, ""};
	auto list = [](const std::vector<std::string> &values) {
		std::string text;
		for (const auto &value : values)
			text += value + ",";
		return text + ";";
	};
	const auto &all = line.arguments;
	std::string effect = std::string(line.command.name) + ";" + all.source + ";" + all.colour + ";";
	for (bool flag :
	     {all.json, all.csv, all.raw, all.noheadings, all.threads, all.kernel_threads, all.user_processes})
		effect += flag ? '1' : '0';
	effect += list(all.states) + list(all.users) + list(all.pids) + list(all.parents) + line.text;
	// Only the command has its own options, but CLI11 can print their values.
	CLI::App app;
	line.command.add_options(app);
	for (auto *option : app.get_options()) {
		if (!option->nonpositional() || option->get_items_expected_max() == 0)
			continue;
		option->capture_default_str();
		effect += option->get_name() + "=" + option->get_default_str() + ";";
	}
	return {outcome, effect};
}

/// A value that is valid for the option, or at least refused with the same message in
/// each case.
std::string value_for(const std::string &spelling)
{
	if (spelling == "--source")
		return "proc";
	if (spelling == "--color")
		return "never";
	if (spelling == "-s" || spelling == "--state")
		return "D";
	return "7";
}

Words joined(Words words, const Words &more)
{
	words.insert(words.end(), more.begin(), more.end());
	return words;
}

TEST(CommandLine, OptionsMeanTheSameBeforeAndAfterACommandOrAreRefused)
{
	unsigned taken = 0;
	unsigned refused = 0;
	const auto options = all_options();
	for (const auto &name : tool::command_names()) {
		const Words command = name == "show" ? Words{name, "1"} : Words{name};
		const auto without = effect_of(command);
		EXPECT_EQ(without.outcome.exit, Exit::Done) << name;
		for (const auto &[spelling, takes_value] : options) {
			const Words option = takes_value ? Words{spelling, value_for(spelling)} : Words{spelling};
			const auto before = effect_of(joined(option, command));
			EXPECT_EQ(before, effect_of(joined(command, option))) << spelling << ' ' << name;
			if (before.outcome.exit == Exit::Done) {
				taken++;
				EXPECT_NE(before, without) << spelling << " before " << name << " is dropped";
			} else {
				refused++;
				EXPECT_EQ(before.outcome.exit, Exit::Usage);
				EXPECT_NE(before.outcome.message.find("'" + spelling + "'"), std::string::npos)
					<< before.outcome.message;
				EXPECT_FALSE(before.outcome.hint.empty());
			}
		}
	}
	EXPECT_GT(taken, 50U);
	EXPECT_GT(refused, 50U);
}

TEST(CommandLine, AnOptionTakesAValueInAllCommandsOrInNone)
{
	std::map<std::string, bool> known;
	for (const auto &command : tool::all_commands())
		for (const auto &[spelling, takes_value] : options_of(command))
			EXPECT_EQ(known.emplace(spelling, takes_value).first->second, takes_value) << spelling;
}

tool::CommandLine parsed(const std::string &words)
{
	tool::CommandLine line{};
	auto outcome = tool::parse_command_line(words_of(words), line);
	EXPECT_EQ(outcome.exit, Exit::Done) << words << ": " << outcome.message;
	return line;
}

TEST(CommandLine, TheCommandIsTheFirstWordThatIsNotAnOptionOrItsValue)
{
	EXPECT_STREQ(parsed("").command.name, "");
	EXPECT_STREQ(parsed("tree").command.name, "tree");
	EXPECT_STREQ(parsed("-u tree").command.name, "");
	EXPECT_STREQ(parsed("-u tree tree").command.name, "tree");
	EXPECT_STREQ(parsed("-Ts watch tree").command.name, "tree");
	EXPECT_STREQ(parsed("--user=watch -Tuwatch tree").command.name, "tree");
	EXPECT_STREQ(parsed("--output x metrics").command.name, "metrics");
	EXPECT_STREQ(parsed("--interval 3 watch").command.name, "watch");
	EXPECT_STREQ(parsed("-- watch").command.name, "watch");
	EXPECT_STREQ(parsed("-J -- show 1").command.name, "show");
	EXPECT_STREQ(parsed("-u watch --").command.name, "");
}

TEST(CommandLine, ListsAccumulateOnBothSidesOfTheCommand)
{
	auto line = parsed("-s R -p 1 tree -s D --pid=2");
	EXPECT_EQ(line.arguments.states, (Words{"R", "D"}));
	EXPECT_EQ(line.arguments.pids, (Words{"1", "2"}));
	EXPECT_EQ(parsed("--source proc tree --source module").arguments.source, "module") << "the last one counts";
	const auto columns = effect_of(words_of("-o pid --sort uid watch -o name --sort=-rss")).stored;
	EXPECT_NE(columns.find("pid,name"), std::string::npos) << columns;
	EXPECT_NE(columns.find("uid,-rss"), std::string::npos) << columns;
}

TEST(CommandLine, AcceptsTheUsualSpellings)
{
	for (const char *words :
	     {"-nJ -sD -u root", "-n -J -s D -uroot", "-J --state D --user=root --noheadings", "-nJs D -uroot"}) {
		const auto all = parsed(words).arguments;
		EXPECT_TRUE(all.json && all.noheadings) << words;
		EXPECT_EQ(all.states, Words{"D"}) << words;
		EXPECT_EQ(all.users, Words{"root"}) << words;
	}
	parsed("--sort -rss -o +rss");
	parsed("-J -J");
	parsed("show -J 1");
	parsed("show -J -- 1");
	parsed("tree");
}

Outcome wrong(const std::string &words)
{
	tool::CommandLine line{};
	auto outcome = tool::parse_command_line(words_of(words), line);
	EXPECT_EQ(outcome.exit, Exit::Usage) << words;
	return outcome;
}

TEST(CommandLine, ErrorsAreOneSentenceAndAHint)
{
	struct {
		const char *words;
		const char *message;
		const char *hint;
	} const rows[] = {
		{"wach", "unknown command 'wach'",
		 "did you mean 'watch'? If not, try 'psinfo --help' for more information"},
		{"-J wach", "unknown command 'wach'",
		 "did you mean 'watch'? If not, try 'psinfo --help' for more information"},
		{"frobnicate", "unknown command 'frobnicate'", "try 'psinfo --help' for more information"},
		{"-- wach", "unknown command 'wach'",
		 "did you mean 'watch'? If not, try 'psinfo --help' for more information"},
		{"-- wach watch", "unknown command 'wach'",
		 "did you mean 'watch'? If not, try 'psinfo --help' for more information"},
		{"-- watch --json", "unexpected argument '--json' for 'psinfo watch'",
		 "try 'psinfo watch --help' for more information"},
		{"1234", "unknown command '1234'", "try 'psinfo show 1234' or 'psinfo -p 1234'"},
		{"--jsno", "unknown option '--jsno'",
		 "did you mean '--json'? If not, try 'psinfo --help' for more information"},
		{"tree --thread", "unknown option '--thread' for 'psinfo tree'",
		 "did you mean '--threads'? If not, try 'psinfo tree --help' for more information"},
		{"--sample 3 stuck", "unknown option '--sample'", "try 'psinfo --help' for more information"},
		{"stuck --sample 3", "unknown option '--sample' for 'psinfo stuck'",
		 "did you mean '--samples'? If not, try 'psinfo stuck --help' for more information"},
		{"tree --csv", "unknown option '--csv' for 'psinfo tree'",
		 "it is an option of 'psinfo', 'psinfo totals'"},
		{"--csv tree", "unknown option '--csv' for 'psinfo tree'",
		 "it is an option of 'psinfo', 'psinfo totals'"},
		{"-o x metrics", "unknown option '-o' for 'psinfo metrics'",
		 "it is an option of 'psinfo', 'psinfo watch'"},
		{"-nZ", "unknown option '-Z'", "try 'psinfo --help' for more information"},
		{"--x\x1b[2J", "unknown option '--x\\033[2J'", "try 'psinfo --help' for more information"},
		{"watch --interval", "option '--interval' requires an argument",
		 "try 'psinfo watch --help' for more information"},
		{"watch -d", "option '-d' requires an argument", "try 'psinfo watch --help' for more information"},
		{"--output=", "option '--output' requires an argument", "try 'psinfo --help' for more information"},
		{"-p {}", "option '-p' requires an argument", "try 'psinfo --help' for more information"},
		{"--json=yes", "option '--json' doesn't allow an argument", "try 'psinfo --help' for more information"},
		{"watch --interval 0", "--interval: '0' is not a number of seconds from 0.1 to 86400",
		 "try 'psinfo watch --help' for more information"},
		{"stuck -d nan", "--interval: 'nan' is not a number of seconds from 0.01 to 3600",
		 "try 'psinfo stuck --help' for more information"},
		{"stuck --samples 2.5", "--samples: '2.5' is not a whole number from 1 to 1000",
		 "try 'psinfo stuck --help' for more information"},
		{"--source=prco", "--source: 'prco' is not one of auto, module, proc",
		 "try 'psinfo --help' for more information"},
		{"show", "missing argument for 'psinfo show': PID is required",
		 "try 'psinfo show --help' for more information"},
		{"show -1", "unknown option '-1' for 'psinfo show'", "try 'psinfo show --help' for more information"},
		{"show 0", "PID: '0' is not a process id", "try 'psinfo show --help' for more information"},
		{"show 1 2", "unexpected argument '2' for 'psinfo show'",
		 "try 'psinfo show --help' for more information"},
		{"tree x\\y", "PID: 'x\\\\y' is not a process id", "try 'psinfo tree --help' for more information"},
	};
	for (const auto &row : rows) {
		auto outcome = wrong(row.words);
		EXPECT_EQ(outcome.message, row.message) << row.words;
		EXPECT_EQ(outcome.hint, row.hint) << row.words;
	}
}

TEST(CommandLine, NumbersAreDecimalEvenWithLeadingZeros)
{
	auto effect = effect_of({"stuck", "--samples", "010"});
	EXPECT_NE(effect.stored.find("--samples=10;"), std::string::npos) << effect;
}

TEST(Help, IsThatOfTheCommandInEitherOrder)
{
	auto help = tool::help_of("tree");
	EXPECT_NE(help.find("Usage: psinfo tree [OPTIONS] [PID]"), std::string::npos) << help;
	EXPECT_EQ(parsed("tree --help").text, help);
	EXPECT_EQ(parsed("--help tree").text, help);
	EXPECT_EQ(parsed("-h tree").text, help);
	EXPECT_EQ(parsed("show --help").text, tool::help_of("show")) << "without the PID that show needs";
	EXPECT_EQ(parsed("--help").text, tool::help_of(""));
	EXPECT_EQ(parsed("--version").text, "psinfo " PSINFO_VERSION "\n");
	for (const auto &name : tool::command_names())
		EXPECT_NE(tool::help_of("").find("\n  " + name + " "), std::string::npos) << name;
}

TEST(Help, ListsEveryOptionAndTheColumns)
{
	for (const auto &command : tool::all_commands())
		for (const auto &[spelling, takes_value] : options_of(command))
			EXPECT_NE(tool::help_of(command.name).find(spelling), std::string::npos) << spelling;
	for (const char *command : {"", "watch"})
		EXPECT_NE(tool::help_of(command).find("\nColumns:\n" + tool::columns_help()), std::string::npos);
}

TEST(Help, IsAlsoACommand)
{
	auto help = [](const std::string &words, Exit exit) {
		auto line = parsed(words);
		std::ostringstream out;
		tool::CommonOptions common;
		auto outcome = line.command.run({nullptr, nullptr, out, common});
		EXPECT_EQ(outcome.exit, exit) << words;
		return out.str() + outcome.message + outcome.hint;
	};
	EXPECT_EQ(help("help", Exit::Done), tool::help_of(""));
	EXPECT_EQ(help("help watch", Exit::Done), tool::help_of("watch"));
	EXPECT_EQ(help("help help", Exit::Done), tool::help_of("help"));
	EXPECT_EQ(help("help wach", Exit::Usage),
		  "unknown command 'wach'did you mean 'watch'? If not, try 'psinfo --help' for more information");
}

TEST(Suggestion, IsTheNearestWord)
{
	const Words words = {"name", "nice", "normal_prio", "user", "uid"};
	EXPECT_EQ(tool::nearest("nmae", words), "name") << "swapped";
	EXPECT_EQ(tool::nearest("nam", words), "name") << "missing";
	EXPECT_EQ(tool::nearest("usser", words), "user") << "too many";
	EXPECT_EQ(tool::nearest("nicf", words), "nice") << "wrong";
	EXPECT_EQ(tool::nearest("normalprioo", words), "normal_prio") << "two";
	EXPECT_EQ(tool::nearest("frobnicate", words), "");
	EXPECT_EQ(tool::nearest("user", words), "") << "the word itself";
	EXPECT_EQ(tool::nearest("x", words), "") << "every letter would be near";
	EXPECT_EQ(tool::nearest("", words), "");
}

} // namespace
