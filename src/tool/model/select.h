// SPDX-License-Identifier: GPL-2.0
// Selects and sorts rows. Pure functions.
#ifndef PSINFO_TOOL_SELECT_H
#define PSINFO_TOOL_SELECT_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <psinfo/psinfo.h>

#include "model/fields.h"

namespace tool {

/// Which processes to select; an empty member matches all.
struct Filter {
	std::optional<psinfo::StateSet> states;
	std::vector<std::uint32_t> uids; ///< real user ids
	std::uint32_t overflow_uid = 65534; ///< see users.h
	std::vector<std::int32_t> pids;
	std::vector<std::int32_t> parents;
	psinfo::Query::Kind kind = psinfo::Query::Kind::All;
};

/// The part of the filter that a source can apply. Several users, pids or parents, and
/// the overflow id, are left to keep(); query.groups includes what that needs.
[[nodiscard]] psinfo::Query query_of(const Filter &filter, psinfo::Groups groups, bool threads);
/// Whether the source applies all of the filter, so that keep() would change nothing.
[[nodiscard]] bool is_query(const Filter &filter);
[[nodiscard]] bool lets_all_through(const Filter &filter);

/// The same rules as those of the sources: state and user are the thread's own, pid and
/// parent those of its process.
[[nodiscard]] bool matches(const Filter &filter, const psinfo::Process &process);
/// Removes records that do not match and recomputes the totals.
void keep(const Filter &filter, bool threads, psinfo::Snapshot &snapshot);

/// The processes of the snapshot, sorted by the keys, then by pid.
[[nodiscard]] std::vector<const psinfo::Process *> sorted(const psinfo::Snapshot &snapshot, const Facts &facts,
							  const std::vector<SortKey> &keys);

/// Parses "R,zombie,D": letters as in /proc/<pid>/stat, or words (any case, or only
/// their beginning). If a part is neither, returns nothing and sets @ret_unknown to it.
[[nodiscard]] std::optional<psinfo::StateSet> parse_states(std::string_view text, std::string &ret_unknown);

} // namespace tool

#endif // PSINFO_TOOL_SELECT_H
