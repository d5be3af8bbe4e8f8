// SPDX-License-Identifier: GPL-2.0
// Renders rows and totals as text, JSON and CSV. Pure functions; all external text
// passes through append_escaped(), and in JSON through add_text() and dump().
#ifndef PSINFO_TOOL_RENDER_H
#define PSINFO_TOOL_RENDER_H

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <psinfo/psinfo.h>

#include "model/fields.h"

namespace tool {

enum class Format { Table, Json, Csv, Raw };

/// Keys stay in the order of the columns.
using Json = nlohmann::ordered_json;

struct Listing;

struct Style {
	Format format = Format::Table;
	bool headings = true;
	bool colour = false;
	std::size_t width = 0; ///< of the terminal, to which rows of the table are cut; 0: never
	std::string_view indent = {}; ///< before each row of the table
};

[[nodiscard]] std::string render(const Listing &listing, const Columns &columns, const Style &style);
[[nodiscard]] std::string render_totals(const psinfo::Totals &totals, const Style &style);
/// The totals as in /proc/psinfo: two lines and TOTAL.
[[nodiscard]] std::string render_summary(const psinfo::Totals &totals, bool threads);
/// The same in at most @most lines of at most @width columns: with the words of the
/// states if these take no more than three lines, else with the letters. A line ends
/// with ">" if even that does not fit.
[[nodiscard]] std::vector<std::string> summary_lines(const psinfo::Totals &totals, bool threads, std::size_t width,
						     std::size_t most);

/// Appends the cell as the table shows it; returns its width.
std::size_t append_cell(std::string &to, const Cell &cell, std::string_view nothing);
/// The escape sequence that starts the state's colour; empty if it has none.
[[nodiscard]] std::string_view colour_of(psinfo::State state);
inline constexpr std::string_view colour_end = "\033[0m";

/// Adds KEY: the text, with U+FFFD for each byte that is not valid UTF-8. If there is
/// such a byte, adds KEY_hex, too: all bytes of the text, two digits each.
void add_text(Json &object, const std::string &key, std::string_view text);
/// Adds NAME_seconds, a double, and NAME_ns, an exact integer.
void add_time(Json &object, const std::string &name, std::chrono::nanoseconds time);
[[nodiscard]] Json json_of(const Row &row, const Columns &columns);
/// The threads are null unless requested.
[[nodiscard]] Json json_of(const psinfo::Totals &totals, bool threads);
/// The rows as an array.
[[nodiscard]] Json json_of(const Listing &listing, const Columns &columns);
/// {"processes": [...]}
[[nodiscard]] std::string render_json(const Listing &listing, const Columns &columns);
/// {"processes": [...], "totals": {...}}
[[nodiscard]] std::string render_json_with_totals(const Listing &listing, const Columns &columns, bool threads);
/// Indented, with a newline at the end. All of it is ASCII, so that it cannot control
/// a terminal: other characters are \uXXXX.
[[nodiscard]] std::string dump(const Json &json);

} // namespace tool

#endif // PSINFO_TOOL_RENDER_H
