// SPDX-License-Identifier: GPL-2.0
// The interface of psinfo's commands: their input and their outcome.
//
// A command NAME is two functions in commands/NAME.h:
//
//	struct NameOptions { ... };	// as parsed; the defaults are initialisers
//	void add_name_options(CLI::App &app, NameOptions &options);
//	Outcome run_name(const Context &context, const NameOptions &options);
//
// and a row in commands.cpp with the sources it needs and the shared options it
// takes. It writes its result to context.out and nothing to stderr: errors are
// returned, and main() prints them. It need not check for write errors; main() does
// that, too. It writes only after all queries to its source have succeeded, because
// a command whose source fails is run again with another one.
#ifndef PSINFO_TOOL_COMMAND_H
#define PSINFO_TOOL_COMMAND_H

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>

#include <psinfo/psinfo.h>

#include "model/select.h"
#include "render/render.h"

namespace CLI {
class App;
}

namespace tool {

/// Exit codes.
enum class Exit {
	Done = 0,
	Unreadable = 1, ///< data could not be read or written; verify: they differ
	NothingFound = 1, ///< a selection was given, and no process matched it
	Usage = 2, ///< wrong usage
	Abi = 3, ///< the module's interface has another version
};

/// The result of a command, and what main() prints on stderr. {} is success.
///
/// The message is one line without "psinfo: " and without a period. That of an error
/// is psinfo::Error::message(): "cannot ACTION SUBJECT: PROBLEM". That of wrong usage
/// says what is wrong with which word: "unknown option '--jsno'".
struct Outcome {
	Exit exit = Exit::Done;
	std::string message = {}; ///< "cannot open /proc/psinfo: Permission denied"; may be empty
	std::string hint = {}; ///< what to do next: one line; may be empty
};

/// The message and exit code for an error.
[[nodiscard]] Outcome outcome_of(const psinfo::Error &error, std::string hint = "");
/// The same, and the hint for an error of the source with that name.
[[nodiscard]] Outcome outcome_of_source(const psinfo::Error &error, std::string_view source);
/// Without a hint of its own, the hint is that for help with "psinfo".
[[nodiscard]] Outcome wrong_usage(std::string message, std::string hint = "");
/// "try 'COMMAND --help' for more information"
[[nodiscard]] std::string hint_at_help(const std::string &command);

/// "the module is not loaded", or the message of the error.
[[nodiscard]] std::string reason_of(const psinfo::Error &module_error);
/// The warning that /proc is read instead of the module, with reason and hint. Its exit
/// code means nothing.
[[nodiscard]] Outcome fallback_warning(const psinfo::Error &module_error);

/// What main() prints: "psinfo: MESSAGE" and, if there is a hint, "hint: HINT", each on
/// a line of its own. Empty if there is no message.
[[nodiscard]] std::string printed(const Outcome &outcome);

/// The options that commands share, resolved. An option that a command does not take
/// has its default value.
struct CommonOptions {
	psinfo::Choice source = psinfo::Choice::Auto; ///< --source
	bool wants_notice = false; ///< warn if the module is not loaded: stderr is a terminal, or --source=auto
	Format format = Format::Table; ///< --json, --csv, --raw
	bool headings = true; ///< not --noheadings
	bool threads = false; ///< --threads
	bool colour = false; ///< --color, NO_COLOR and whether stdout is a terminal
	bool utf8 = false; ///< the locale's character set is UTF-8
	std::size_t width = 0; ///< of the terminal; 0: stdout is not a terminal
	Filter filter; ///< --state, --user, --ppid, --pid, --kernel-threads, ...
};

struct Context {
	/// The source chosen by --source; for verify: the module. Null only for
	/// commands that need no source (doctor, help).
	const psinfo::Source *source = nullptr;
	const psinfo::Source *other = nullptr; ///< verify: /proc; else null
	std::ostream &out; ///< stdout, or a string in tests; no need to flush
	const CommonOptions &common;
	const psinfo::Error *module_error = nullptr; ///< why @source is /proc instead of the module, or null
};

} // namespace tool

#endif // PSINFO_TOOL_COMMAND_H
