// SPDX-License-Identifier: GPL-2.0
// Runs a command: opens the sources that it needs, and with --source=auto falls back
// to /proc if the module fails.
#ifndef PSINFO_TOOL_SESSION_H
#define PSINFO_TOOL_SESSION_H

#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>

#include <psinfo/psinfo.h>

#include "cli/commands.h"

namespace tool {

/// The side effects of a session; tests replace them.
struct SessionHooks {
	std::function<psinfo::Result<std::unique_ptr<psinfo::Source>>(psinfo::Choice, std::optional<psinfo::Error> *)>
		open = psinfo::open_source;
	std::function<void(const Outcome &)> warn; ///< see fallback_warning()
};

/// Runs the command. With --source=auto, if the module cannot be opened or a query
/// fails, the whole command runs from /proc, and one warning explains why, subject to
/// Command::is_unattended and CommonOptions::wants_notice.
[[nodiscard]] Outcome run_session(const Command &command, const CommonOptions &common, std::ostream &out,
				  const SessionHooks &hooks);

} // namespace tool

#endif // PSINFO_TOOL_SESSION_H
