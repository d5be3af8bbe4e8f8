// SPDX-License-Identifier: GPL-2.0
// Parses the command line. This file tells options, values and commands apart, so
// that errors are worded consistently; CLI11 holds the options, stores their values
// and writes --help.
#include "cli/command_line.h"

#include <algorithm>
#include <map>
#include <span>

#include <CLI/CLI.hpp>

#include "cli/suggest.h"
#include "model/parse.h"
#include "render/format.h"

namespace tool {

namespace {

using Words = std::span<const std::string>;

/// Maps "--output" or "-o" to whether it takes a value.
using Spellings = std::map<std::string, bool>;

void add_spellings(const CLI::App &app, Spellings &spellings)
{
	for (const auto *option : app.get_options()) {
		bool takes_value = option->get_items_expected_max() > 0;
		for (const auto &name : option->get_lnames())
			spellings.emplace("--" + name, takes_value);
		for (const auto &name : option->get_snames())
			spellings.emplace("-" + name, takes_value);
	}
}

Spellings spellings_of(const Command &command)
{
	Arguments scratch;
	Spellings spellings;
	add_spellings(*app_of(command, scratch), spellings);
	return spellings;
}

std::size_t count_positionals(const CLI::App &app)
{
	auto options = app.get_options([](const CLI::Option *option) { return option->get_positional(); });
	return options.size();
}

bool is_option(const std::string &word)
{
	return word.size() > 1 && word[0] == '-';
}

// ---- parse words ----------------------------------------------------------

/// One item of the command line, and how many words it takes.
struct Step {
	enum class Kind {
		Options, ///< one, or several letters in one word; with the value of the last
		Word, ///< not an option
		End, ///< "--": no options after it
		Unknown, ///< an unknown option
		NoValue, ///< an option without its value
		NeedlessValue, ///< a value for an option that takes none
	};
	Kind kind = Kind::Options;
	std::string spelling = {}; ///< of the wrong option
	std::size_t length = 1;
	std::vector<std::string> parts = {}; ///< of Options: each option and each value as a separate word
};

Step step_with_value(const std::string &spelling, std::string value, std::size_t length)
{
	// CLI11 parses "{}" as an empty list.
	if (value.empty() || value == "{}")
		return {Step::Kind::NoValue, spelling};
	return {Step::Kind::Options, "", length, {spelling, std::move(value)}};
}

Step step_with_next(const std::string &spelling, Words words)
{
	return step_with_value(spelling, words.size() > 1 ? words[1] : "", 2);
}

Step long_step(Words words, const Spellings &known)
{
	auto equals = words[0].find('=');
	auto spelling = words[0].substr(0, equals);
	auto found = known.find(spelling);

	if (found == known.end())
		return {Step::Kind::Unknown, spelling};
	if (!found->second && equals != std::string::npos)
		return {Step::Kind::NeedlessValue, spelling};
	if (!found->second)
		return {Step::Kind::Options, "", 1, {spelling}};
	if (equals != std::string::npos)
		return step_with_value(spelling, words[0].substr(equals + 1), 1);
	return step_with_next(spelling, words);
}

/// "-nr", "-opid", "-o pid", "-nro pid"
Step short_step(Words words, const Spellings &known)
{
	Step step;

	for (std::size_t i = 1; i < words[0].size(); i++) {
		auto spelling = std::string("-") + words[0][i];
		auto found = known.find(spelling);
		if (found == known.end())
			return {Step::Kind::Unknown, spelling};
		if (found->second) {
			auto rest = words[0].substr(i + 1);
			auto last = rest.empty() ? step_with_next(spelling, words) : step_with_value(spelling, rest, 1);
			last.parts.insert(last.parts.begin(), step.parts.begin(), step.parts.end());
			return last;
		}
		step.parts.push_back(spelling);
	}
	return step;
}

/// @words is the rest of the command line, at least one word.
Step step_at(Words words, const Spellings &known)
{
	if (words[0] == "--")
		return {Step::Kind::End};
	if (!is_option(words[0]))
		return {Step::Kind::Word};
	return words[0].starts_with("--") ? long_step(words, known) : short_step(words, known);
}

// ---- find the command -------------------------------------------------------

/// The options of all commands. An option takes a value in all of them or in none.
Spellings all_spellings(const std::vector<Command> &commands)
{
	Spellings spellings;
	for (const auto &command : commands)
		spellings.merge(spellings_of(command));
	return spellings;
}

const Command *find_command(const std::vector<Command> &commands, const std::string &name)
{
	auto found = std::find_if(commands.begin(), commands.end(),
				  [&](const Command &command) { return !name.empty() && command.name == name; });
	return found == commands.end() ? nullptr : &*found;
}

/// The index of the first word that is neither an option nor the value of one, also
/// after "--"; words.size() if there is none. Recognizing values takes the options of
/// all commands, which are collected only if a word may be a command.
std::size_t find_first_word(Words words, const std::vector<Command> &commands)
{
	bool may_be_there = std::any_of(words.begin(), words.end(),
					[&](const std::string &word) { return find_command(commands, word); });
	if (words.empty() || !is_option(words[0]))
		return 0;
	if (!may_be_there)
		return words.size();
	auto known = all_spellings(commands);
	std::size_t at = 0;
	while (at < words.size()) {
		auto step = step_at(words.subspan(at), known);
		if (step.kind == Step::Kind::Word)
			return at;
		if (step.kind == Step::Kind::End)
			return at + 1;
		if (step.kind != Step::Kind::Options && step.kind != Step::Kind::NeedlessValue)
			break;
		at += step.length;
	}
	return words.size();
}

// ---- report errors ------------------------------------------------------------

std::string help_hint(const std::string &command)
{
	return hint_at_help(full_name(command));
}

/// " for 'psinfo tree'"; "" for the list, which is meant if no command is named.
std::string for_command(const std::string &command)
{
	return command.empty() ? "" : " for '" + full_name(command) + "'";
}

/// The commands with this option: "'psinfo watch', 'psinfo stuck'"; "" if none.
std::string owners_of(const std::string &spelling)
{
	std::string owners;
	for (const auto &command : all_commands())
		if (spellings_of(command).contains(spelling))
			owners += (owners.empty() ? "'" : ", '") + full_name(command.name) + "'";
	return owners;
}

Outcome unknown_option(const std::string &command, const std::string &spelling, const Spellings &known)
{
	std::vector<std::string> candidates;
	for (const auto &[name, takes_value] : known)
		candidates.push_back(name);
	auto owners = owners_of(spelling);
	auto hint =
		owners.empty() ? suggestion(spelling, candidates, help_hint(command)) : "it is an option of " + owners;
	return wrong_usage("unknown option '" + escaped(spelling) + "'" + for_command(command), hint);
}

Outcome surplus_word(const std::string &command, const std::string &word)
{
	if (command.empty())
		return unknown_command(word);
	return wrong_usage("unexpected argument '" + escaped(word) + "'" + for_command(command), help_hint(command));
}

/// Rewrites the words unambiguously: each option and each value is a separate word, and
/// arguments come last.
Outcome put_in_order(const std::string &command, const CLI::App &app, Words words, std::vector<std::string> &ret_words)
{
	Spellings known;
	add_spellings(app, known);
	std::vector<std::string> others;
	std::size_t room = count_positionals(app);
	bool has_ended = false;

	for (std::size_t at = 0; at < words.size();) {
		auto step = has_ended ? Step{Step::Kind::Word} : step_at(words.subspan(at), known);
		switch (step.kind) {
		case Step::Kind::Options:
			ret_words.insert(ret_words.end(), step.parts.begin(), step.parts.end());
			break;
		case Step::Kind::Word:
			if (others.size() == room)
				return surplus_word(command, words[at]);
			others.push_back(words[at]);
			break;
		case Step::Kind::End:
			has_ended = true;
			break;
		case Step::Kind::Unknown:
			return unknown_option(command, step.spelling, known);
		case Step::Kind::NoValue:
			return wrong_usage("option '" + step.spelling + "' requires an argument", help_hint(command));
		case Step::Kind::NeedlessValue:
			return wrong_usage("option '" + step.spelling + "' doesn't allow an argument",
					   help_hint(command));
		}
		at += step.length;
	}
	if (!others.empty())
		ret_words.emplace_back("--");
	ret_words.insert(ret_words.end(), others.begin(), others.end());
	return {};
}

/// CLI11 expects the words in reverse order.
Outcome store(const std::string &command, CLI::App &app, std::vector<std::string> words, std::string &ret_text)
{
	std::reverse(words.begin(), words.end());
	try {
		app.parse(std::move(words));
	} catch (const CLI::CallForHelp &) {
		ret_text = help_of(command);
	} catch (const CLI::CallForVersion &version) {
		ret_text = std::string(version.what()) + "\n";
	} catch (const CLI::RequiredError &error) {
		return wrong_usage("missing argument" + for_command(command) + ": " + error.what(), help_hint(command));
	} catch (const CLI::ParseError &error) {
		return wrong_usage(error.what(), help_hint(command));
	}
	return {};
}

} // namespace

std::unique_ptr<CLI::App> app_of(const Command &command, Arguments &arguments)
{
	auto app = std::make_unique<CLI::App>(command.description, full_name(command.name));

	app->set_help_flag("-h,--help", "Display this help and exit");
	if (command.name[0] == '\0')
		app->set_version_flag("-V,--version", "psinfo " PSINFO_VERSION, "Display the version and exit");
	add_options(*app, arguments, command.taken);
	command.add_options(*app);
	return app;
}

std::string full_name(const std::string &command)
{
	return command.empty() ? "psinfo" : "psinfo " + command;
}

std::vector<std::string> command_names()
{
	std::vector<std::string> names;
	for (const auto &command : all_commands())
		if (command.name[0] != '\0')
			names.emplace_back(command.name);
	return names;
}

Outcome unknown_command(const std::string &word)
{
	std::uint64_t number = 0;
	if (parse_number(word, INT32_MAX, number))
		return wrong_usage("unknown command '" + word + "'",
				   "try 'psinfo show " + word + "' or 'psinfo -p " + word + "'");
	return wrong_usage("unknown command '" + escaped(word) + "'",
			   suggestion(word, command_names(), hint_at_help("psinfo")));
}

Outcome parse_command_line(const std::vector<std::string> &words, CommandLine &ret_line)
{
	auto commands = all_commands();
	auto rest = words;
	auto at = find_first_word(words, commands);
	const Command *command = &commands.front();

	if (at < words.size()) {
		command = find_command(commands, words[at]);
		if (!command)
			return unknown_command(words[at]);
		rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(at));
	}
	CommandLine line{*command, {}, ""};
	auto app = app_of(line.command, line.arguments);
	std::vector<std::string> ordered;
	auto outcome = put_in_order(command->name, *app, rest, ordered);
	if (outcome.exit == Exit::Done)
		outcome = store(command->name, *app, std::move(ordered), line.text);
	if (outcome.exit == Exit::Done)
		ret_line = std::move(line);
	return outcome;
}

std::string help_of(const std::string &command)
{
	auto commands = all_commands();
	const Command *found = find_command(commands, command);
	Arguments scratch;
	auto app = app_of(found ? *found : commands.front(), scratch);

	for (std::size_t i = 1; !found && i < commands.size(); i++)
		app->add_subcommand(commands[i].name, commands[i].description);
	return app->help();
}

} // namespace tool
