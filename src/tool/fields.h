// SPDX-License-Identifier: GPL-2.0
// The columns. One row per column in one table feeds -o, --sort, --help, the
// table, CSV, JSON and which groups are asked for.
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

#include "users.h"

namespace tool {

struct Bytes {
	std::uint64_t count;
	bool operator==(const Bytes &) const = default;
	bool operator<(const Bytes &other) const { return count < other.count; }
};

/// What stands where a row and a column meet. Nothing: not known. Texts are raw,
/// and live as long as the snapshot and the facts that they come from.
using Cell =
	std::variant<std::monostate, std::int64_t, std::uint64_t, std::chrono::nanoseconds, Bytes, std::string_view>;

/// What rows say beyond the process itself. Filled before rows are looked at,
/// as far as the columns need it.
struct Facts {
	psinfo::BootTime now{}; ///< for what has elapsed
	bool initial_namespace = false; ///< the parent of 1 and 2 is the kernel
	std::map<std::int32_t, psinfo::Process> parents; ///< that are not in the snapshot
	std::map<std::int32_t, std::string> args; ///< command lines, by pid
	std::shared_ptr<Users> users; ///< remembers names from one listing to the next
};

struct Row {
	const psinfo::Process &process;
	const psinfo::Snapshot &snapshot;
	const Facts &facts;
};

enum class Align : std::uint8_t { Left, Right };

/// What a column needs beside groups; see collect.h.
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
	Cell (*sort_key)(const Row &row) = nullptr; ///< null: as cell
	std::string_view nothing = "-"; ///< shown where there is nothing
	bool shows_state = false; ///< in the colour of the state
	Needs needs = {};
	bool is_time = false; ///< its cells are times: in JSON it is two keys
};

[[nodiscard]] std::span<const Column> all_columns();
[[nodiscard]] const Column *find_column(std::string_view name); ///< or null

using Columns = std::vector<const Column *>;

struct SortKey {
	const Column *column;
	bool descending = false;
	bool operator==(const SortKey &) const = default;
};

/// The columns of "pid,name"; "+rss" is @defaults and then rss. A + later in the list
/// changes nothing: "pid,+rss" is two lists joined. @ret_unknown is the name that is
/// none, if the result is empty.
[[nodiscard]] Columns parse_columns(std::string_view text, const Columns &defaults, std::string &ret_unknown);
/// "-rss,pid": by rss, the largest first, then by pid. As above.
[[nodiscard]] std::vector<SortKey> parse_sort(std::string_view text, std::string &ret_unknown);

[[nodiscard]] Columns default_columns(bool threads);

[[nodiscard]] psinfo::Groups groups_of(const Columns &shown, const std::vector<SortKey> &sort);
[[nodiscard]] Needs needs_of(const Columns &shown, const std::vector<SortKey> &sort);

/// The list of columns for --help, one line each.
[[nodiscard]] std::string columns_help();

} // namespace tool

#endif // PSINFO_TOOL_FIELDS_H
