// SPDX-License-Identifier: GPL-2.0
// The command line: from the words that were typed to a command with its options.
//
//	psinfo [OPTION...] [COMMAND] [OPTION...] [ARGUMENT...]
//
// An option means the same before the command as after it: the words are parsed by
// the options of that command alone, wherever they stand. So one that the command
// does not have is refused, even if the list has it, or another command.
#ifndef PSINFO_TOOL_COMMAND_LINE_H
#define PSINFO_TOOL_COMMAND_LINE_H

#include <memory>
#include <string>
#include <vector>

#include "commands.h"
#include "options.h"

namespace tool {

struct CommandLine {
	Command command; ///< its own options are parsed
	Arguments arguments; ///< the options that commands share
	std::string text; ///< --help or --version: what to print instead of running the command
};

/// @words are those of main(), without the program's name. The outcome is a success
/// or wrong usage; only a success fills @ret_line.
[[nodiscard]] Outcome parse_command_line(const std::vector<std::string> &words, CommandLine &ret_line);

/// What --help prints. Of the list (""), it lists the commands, too.
[[nodiscard]] std::string help_of(const std::string &command);

/// Wrong usage: @word stands where a command is expected.
[[nodiscard]] Outcome unknown_command(const std::string &word);

/// The names of all commands but the list, which has none.
[[nodiscard]] std::vector<std::string> command_names();

/// "psinfo show", or "psinfo" for the list: how to call it.
[[nodiscard]] std::string full_name(const std::string &command);

} // namespace tool

#endif // PSINFO_TOOL_COMMAND_LINE_H
