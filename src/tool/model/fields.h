// SPDX-License-Identifier: GPL-2.0
// The columns: for -o, --sort, --help, the table, CSV, JSON and the groups to query.
#ifndef PSINFO_TOOL_FIELDS_H
#define PSINFO_TOOL_FIELDS_H

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <psinfo/psinfo.h>

#include "model/users.h"

namespace tool {

struct Bytes {
	std::uint64_t count;
	bool operator==(const Bytes &) const = default;
	bool operator<(const Bytes &other) const { return count < other.count; }
};

/// The value of a column in a row. monostate: unknown. Texts are raw, and valid as
/// long as the snapshot and the facts that they come from.
using Cell =
	std::variant<std::monostate, std::int64_t, std::uint64_t, std::chrono::nanoseconds, Bytes, std::string_view>;

/// Data of rows beyond the process itself. Filled before the rows are used, as far as
/// the columns need it.
struct Facts {
	psinfo::BootTime now{}; ///< for elapsed times
	bool initial_namespace = false; ///< where the parent of 1 and 2 is swapper/0
	std::map<std::int32_t, psinfo::Process> parents; ///< parents not in the snapshot, by pid
	std::map<std::int32_t, std::string> args; ///< command lines, by pid
	std::shared_ptr<Users> users; ///< caches names across listings
};

struct Row {
	const psinfo::Process &process;
	const psinfo::Snapshot &snapshot;
	const Facts &facts;
};

enum class Align : std::uint8_t { Left, Right };

/// What a column needs besides groups; see listing.h.
struct Needs {
	bool parents = false;
	bool args = false;
	Needs operator|(const Needs &other) const { return {parents || other.parents, args || other.args}; }
	bool operator==(const Needs &) const = default;
};

struct Column {
	std::string_view name; ///< for -o and --sort; key in JSON; heading in CSV
	std::string_view heading;
	std::string_view description;
	Align align;
	psinfo::Groups groups;
	Cell (*cell)(const Row &row);
	Cell (*sort_key)(const Row &row) = nullptr; ///< null: same as cell
	std::string_view nothing = "-"; ///< shown for an unknown value
	bool shows_state = false; ///< in the colour of the state
	Needs needs = {};
	bool is_time = false; ///< its cells are times: two keys in JSON
};

[[nodiscard]] std::span<const Column> all_columns();
[[nodiscard]] const Column *find_column(std::string_view name); ///< or null

using Columns = std::vector<const Column *>;

struct SortKey {
	const Column *column;
	bool descending = false;
	bool operator==(const SortKey &) const = default;
};

/// Parses "pid,name"; "+rss" is @defaults followed by rss. A later + is ignored, so
/// that joined lists work: "pid,+rss". If the result is empty, @ret_unknown is the
/// unknown name.
[[nodiscard]] Columns parse_columns(std::string_view text, const Columns &defaults, std::string &ret_unknown);
/// Parses "-rss,pid": by rss, the largest first, then by pid. @ret_unknown: as above.
[[nodiscard]] std::vector<SortKey> parse_sort(std::string_view text, std::string &ret_unknown);

[[nodiscard]] Columns default_columns(bool threads);

[[nodiscard]] psinfo::Groups groups_of(const Columns &shown, const std::vector<SortKey> &sort);
[[nodiscard]] Needs needs_of(const Columns &shown, const std::vector<SortKey> &sort);

/// The list of columns for --help, one line each.
[[nodiscard]] std::string columns_help();

} // namespace tool

#endif // PSINFO_TOOL_FIELDS_H
