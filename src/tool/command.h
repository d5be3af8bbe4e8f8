// SPDX-License-Identifier: GPL-2.0
// What every command of psinfo gets and gives back.
//
// A command NAME is two functions in commands/NAME.h:
//
//	struct NameOptions { ... };	// as parsed; the defaults are initialisers
//	void add_name_options(CLI::App &app, NameOptions &options);
//	Outcome run_name(const Context &context, const NameOptions &options);
//
// and a row in commands.cpp, which says which sources it needs and which of the
// options that commands share it takes. It writes its result to context.out and
// nothing to stderr: what went wrong is returned, and main() prints it.
// It need not check whether writing worked; main() does that, too. It writes only
// once its source has answered all that it asks: a command whose source fails is
// run again with another one.
#ifndef PSINFO_TOOL_COMMAND_H
#define PSINFO_TOOL_COMMAND_H

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <psinfo/psinfo.h>

namespace CLI {
class App;
}

namespace tool {

/// What the shell sees.
enum class Exit {
	Done = 0,
	Unreadable = 1, ///< data could not be read or written; verify: they differ
	NothingFound = 1, ///< a selection was given, and no process matched it
	Usage = 2, ///< wrong usage
	Abi = 3, ///< the module speaks another version of the contract
};

/// How a command ended. {} is success. If there is a message, main() prints
/// "psinfo: MESSAGE" and below it "hint: HINT", if there is one.
struct Outcome {
	Exit exit = Exit::Done;
	std::string message = {}; ///< "cannot open /proc/psinfo: Permission denied"; may be empty
	std::string hint = {}; ///< what to do next; may be empty
};

/// The words, the hint and the exit code for an error of the source with that name.
[[nodiscard]] Outcome outcome_of(const psinfo::Error &error, std::string_view source);
/// "the module is not loaded", or what could not be done with it.
[[nodiscard]] std::string reason_of(const psinfo::Error &module_error);
/// One line: that /proc is read instead of the module, why, and what helps.
[[nodiscard]] std::string fallback_warning(const psinfo::Error &module_error);
[[nodiscard]] Outcome wrong_usage(std::string message, std::string hint = "");

enum class Format { Table, Json, Csv, Raw };

/// Which processes; what is empty lets all through. See select.h.
struct Filter {
	std::optional<psinfo::StateSet> states;
	std::vector<std::uint32_t> uids; ///< real user ids
	std::uint32_t overflow_uid = 65534; ///< see users.h
	std::vector<std::int32_t> pids;
	std::vector<std::int32_t> parents;
	psinfo::Query::Kind kind = psinfo::Query::Kind::All;
};

/// The options that commands share, understood. A command that does not take an
/// option finds its default here.
struct Common {
	psinfo::Choice source = psinfo::Choice::Auto; ///< --source
	bool wants_notice = false; ///< say it if the module is not loaded: stderr is a terminal, or --source=auto
	Format format = Format::Table; ///< --json, --csv, --raw
	bool headings = true; ///< not --noheadings
	bool threads = false; ///< --threads
	bool colour = false; ///< --color, NO_COLOR and whether stdout is a terminal
	bool utf8 = false; ///< the locale's character set is UTF-8
	std::size_t width = 0; ///< of the terminal; 0: stdout is none
	Filter filter; ///< --state, --user, --ppid, --pid, --kernel-threads, ...
};

struct Context {
	/// What --source chose; for verify: the module. Never null, but for commands
	/// that need none (doctor, help).
	const psinfo::Source *source = nullptr;
	const psinfo::Source *other = nullptr; ///< verify: /proc; else null
	std::ostream &out; ///< stdout, or a string in tests; no need to flush
	const Common &common;
	const psinfo::Error *module_error = nullptr; ///< why @source is /proc instead of the module, or null
};

/// What a name, or any other text from outside, looks like when it is shown:
/// control bytes, backslashes, invalid UTF-8 and invisible characters become \n,
/// \\ or \ooo, as in /proc/psinfo (which also escapes its separator). The result is
/// valid UTF-8 and one line.
[[nodiscard]] std::string escaped(std::string_view text);

/// "root", or "1000" if nobody has that id.
[[nodiscard]] std::string user_name(std::uint32_t uid);

} // namespace tool

#endif // PSINFO_TOOL_COMMAND_H
