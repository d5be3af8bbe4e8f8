// SPDX-License-Identifier: GPL-2.0
// Parses the command line into a command and its options.
//
//	psinfo [OPTION...] [COMMAND] [OPTION...] [ARGUMENT...]
//
// An option means the same before and after the command: all words are parsed with
// the options of that command alone. An option that the command does not have is
// refused, even if the list or another command has it.
#ifndef PSINFO_TOOL_COMMAND_LINE_H
#define PSINFO_TOOL_COMMAND_LINE_H

#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/options.h"

namespace CLI {
class App;
}

namespace tool {

struct CommandLine {
	Command command; ///< its own options are parsed
	Arguments arguments; ///< the options that commands share
	std::string text; ///< --help or --version: what to print instead of running the command
};

/// @words are the arguments of main(), without the program's name. The outcome is
/// success or wrong usage; @ret_line is set only on success.
[[nodiscard]] Outcome parse_command_line(const std::vector<std::string> &words, CommandLine &ret_line);

/// All options of @command, which store their values in it and in @arguments; both must
/// outlive the result.
[[nodiscard]] std::unique_ptr<CLI::App> app_of(const Command &command, Arguments &arguments);

/// The text of --help. For the list (""), it includes the commands.
[[nodiscard]] std::string help_of(const std::string &command);

/// Wrong usage: @word is not a command.
[[nodiscard]] Outcome unknown_command(const std::string &word);

/// The names of all commands but the list, which has none.
[[nodiscard]] std::vector<std::string> command_names();

/// "psinfo show", or "psinfo" for the list.
[[nodiscard]] std::string full_name(const std::string &command);

} // namespace tool

#endif // PSINFO_TOOL_COMMAND_LINE_H
