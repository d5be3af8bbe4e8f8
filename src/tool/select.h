// SPDX-License-Identifier: GPL-2.0
// Which rows, and in which order. Pure functions.
#ifndef PSINFO_TOOL_SELECT_H
#define PSINFO_TOOL_SELECT_H

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <psinfo/psinfo.h>

#include "command.h"
#include "fields.h"

namespace tool {

/// What the source can be asked: of a filter with several users, pids or parents, or
/// with the overflow id, only the rest; those are for keep(), and query.groups has what
/// it needs.
[[nodiscard]] psinfo::Query query_of(const Filter &filter, psinfo::Groups groups, bool threads);
/// Whether the source does all of it, so that keep() changes nothing.
[[nodiscard]] bool is_query(const Filter &filter);
[[nodiscard]] bool lets_all_through(const Filter &filter);

/// How a command ends that has found processes or not: if there are none although a
/// selection was given, as pgrep and ps do.
[[nodiscard]] Outcome outcome_of_search(const Filter &filter, bool has_found);

/// As the source judges: threads by their own state and user, by the pid and the
/// parent of their process.
[[nodiscard]] bool matches(const Filter &filter, const psinfo::Process &process);
/// Takes away what does not match and counts the rest anew.
void keep(const Filter &filter, bool threads, psinfo::Snapshot &snapshot);

/// The processes of the snapshot, by the keys; equal ones in the order of pid.
[[nodiscard]] std::vector<const psinfo::Process *> sorted(const psinfo::Snapshot &snapshot, const Facts &facts,
							  const std::vector<SortKey> &keys);

/// "R,zombie,D": letters as of /proc/<pid>/stat, or words (any case, or how a word
/// begins). Nothing, and the part that is none in @ret_unknown, if one is neither.
[[nodiscard]] std::optional<psinfo::StateSet> parse_states(std::string_view text, std::string &ret_unknown);

} // namespace tool

#endif // PSINFO_TOOL_SELECT_H
