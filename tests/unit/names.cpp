// SPDX-License-Identifier: GPL-2.0
// Prints the names that can be typed after "psinfo". tests/static/tool-names writes this table
// into the completions and compares psinfo(1) with it. A row per line:
//
//	command|NAME|DESCRIPTION
//	argument||VALUE|COMMANDS|DESCRIPTION
//	option|NAMES|VALUE|COMMANDS|DESCRIPTION
//	columns|NAMES
//	state|NAME|LETTER
//
// VALUE is what --help calls it ("COLUMNS"), or the words to choose from ("auto module
// proc"); it is empty if the option takes no value. COMMANDS accept the option; "list"
// means no command. The columns take several rows.
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <psinfo/psinfo.h>

#include "cli/command_line.h"
#include "model/fields.h"

namespace {

struct Option {
	std::string names; ///< "-o --output"; empty for an argument
	std::string value;
	std::string description;
	bool operator==(const Option &) const = default;
};

/// With the commands that accept it.
using Options = std::vector<std::pair<Option, std::string>>;

void append(std::string &words, const std::string &word)
{
	words += (words.empty() ? "" : " ") + word;
}

/// Without the details of --help: "Number of samples (default: 3)"
std::string brief(const std::string &description)
{
	auto end = description.find_first_of(";:(");
	return description.substr(0, description.find_last_not_of(' ', end == std::string::npos ? end : end - 1) + 1);
}

std::string value_of(const CLI::Option &option)
{
	if (option.get_positional())
		return option.get_name();
	if (option.get_items_expected_max() == 0)
		return "";
	auto value = option.get_type_name();
	std::replace(value.begin(), value.end(), '|', ' ');
	return value;
}

Option described(const CLI::Option &option)
{
	std::string names;
	for (const auto &name : option.get_snames())
		append(names, "-" + name);
	for (const auto &name : option.get_lnames())
		append(names, "--" + name);
	return {names, value_of(option), brief(option.get_description())};
}

void add(Options &options, const Option &option, const std::string &command)
{
	auto found = std::find_if(options.begin(), options.end(), [&](const auto &one) { return one.first == option; });
	if (found == options.end())
		options.emplace_back(option, command);
	else
		append(found->second, command);
}

Options all_options()
{
	Options options;
	add(options, {"", "COMMAND", "The command"}, "list");
	for (const auto &command : tool::all_commands()) {
		tool::Arguments scratch;
		auto app = tool::app_of(command, scratch);
		for (const auto *option : app->get_options())
			add(options, described(*option), command.name[0] == '\0' ? "list" : command.name);
	}
	return options;
}

/// The table is in single quotes in the completions, and zsh has brackets around the
/// descriptions.
void print(const std::vector<std::string> &row)
{
	std::string line;
	for (const auto &cell : row) {
		if (cell.find_first_of("'\\[]|\n") != std::string::npos) {
			std::fprintf(stderr, "the completions cannot quote: %s\n", cell.c_str());
			std::exit(1);
		}
		line += (line.empty() ? "" : "|") + cell;
	}
	std::puts(line.c_str());
}

void print_columns()
{
	constexpr std::size_t most_in_a_row = 70;
	std::string names;
	for (const auto &column : tool::all_columns()) {
		if (names.size() + column.name.size() > most_in_a_row)
			print({"columns", std::exchange(names, "")});
		append(names, std::string(column.name));
	}
	print({"columns", names});
}

std::string lower_case(std::string text)
{
	std::transform(text.begin(), text.end(), text.begin(),
		       [](unsigned char byte) { return static_cast<char>(std::tolower(byte)); });
	return text;
}

} // namespace

int main()
{
	for (const auto &command : tool::all_commands())
		if (command.name[0] != '\0')
			print({"command", command.name, brief(command.description)});
	for (const auto &[option, commands] : all_options())
		print({option.names.empty() ? "argument" : "option", option.names, option.value, commands,
		       option.description});
	print_columns();
	for (auto state : psinfo::all_states)
		print({"state", lower_case(std::string(psinfo::state_word(state))),
		       std::string(1, psinfo::state_letter(state))});
}
