// SPDX-License-Identifier: GPL-2.0
// Parses the text of /proc/psinfo and reports its first error: in its format,
// the order of PIDs, or totals that are not the sum of the rows. Cells are found at
// the positions of the separators in the header, counted in characters. Fast enough
// to check every read during a storm of processes.
//
//   std::string problem;
//   const auto text = read_whole("/proc/psinfo");
//   const auto table = table::parse(text.bytes, problem);
//   if (!table) complain(problem);
//   for (const auto &row : table->rows) use(row.pid, table->cell(row, "NAME"));
#pragma once

#include "files.h"
#include "states.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace table {

inline std::optional<long long> number(std::string_view text)
{
	long long value = 0;
	const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
	if (text.empty() || error != std::errc() || end != text.data() + text.size())
		return std::nullopt;
	return value;
}

struct Row {
	long long pid = 0;
	std::string_view line;
	std::vector<std::string_view> cells; // without their padding, escaped
};

// Refers to the text that was parsed, which must outlive it.
struct Table {
	std::vector<std::string_view> headers;
	std::vector<Row> rows; // in PID order
	std::array<long long, state_words.size()> totals{}; // by state

	std::optional<std::size_t> column(std::string_view header) const
	{
		for (std::size_t i = 0; i < headers.size(); ++i)
			if (headers[i] == header)
				return i;
		return std::nullopt;
	}

	// Empty if there is no such column
	std::string_view cell(const Row &row, std::string_view header) const
	{
		const auto at = column(header);
		return at ? row.cells[*at] : std::string_view();
	}

	const Row *find(long long pid) const
	{
		std::size_t low = 0, high = rows.size();
		while (low < high) {
			const std::size_t middle = (low + high) / 2;
			if (rows[middle].pid == pid)
				return &rows[middle];
			if (rows[middle].pid < pid)
				low = middle + 1;
			else
				high = middle;
		}
		return nullptr;
	}
};

// Such columns are left-aligned, and their cells may begin with spaces.
inline bool is_text_column(std::string_view header)
{
	return header == "NAME" || header == "STAT" || header == "STATE" || header == "PARENT";
}

inline bool is_continuation(char byte)
{
	return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

// In UTF-8 characters
inline std::size_t width_of(std::string_view text)
{
	return text.size() - static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_continuation));
}

// The two lines of totals and the line TOTAL
inline std::string totals_of(const std::array<long long, state_words.size()> &counted, std::size_t rows)
{
	constexpr std::size_t ends_first_line = 3, ends_second_line = state_words.size() - 1;
	std::string text;
	for (std::size_t i = 0; i < state_words.size(); ++i) {
		text.append(state_words[i]).append(": ").append(std::to_string(counted[i]));
		text += i == ends_first_line || i == ends_second_line ? '\n' : '\t';
	}
	return text.append("TOTAL: ").append(std::to_string(rows)).append("\n");
}

namespace detail {

inline constexpr std::string_view separator = " | ";

struct Layout {
	std::size_t width; // of the rules
	std::vector<std::size_t> widths; // of the columns before the last one
	std::vector<bool> are_text; // the columns
};

inline std::string_view trimmed(std::string_view cell, bool is_text)
{
	while (!is_text && !cell.empty() && cell.front() == ' ')
		cell.remove_prefix(1);
	while (!cell.empty() && cell.back() == ' ')
		cell.remove_suffix(1);
	return cell;
}

// Removes that many UTF-8 characters from the text; nothing if it has fewer.
inline std::optional<std::string_view> take(std::string_view &text, std::size_t characters)
{
	std::size_t at = 0;
	for (; characters; --characters) {
		if (at >= text.size())
			return std::nullopt;
		for (++at; at < text.size() && is_continuation(text[at]); ++at)
			continue;
	}
	const auto taken = text.substr(0, at);
	text.remove_prefix(at);
	return taken;
}

// The next line without its newline; nothing at the end, or if it has no newline
inline std::optional<std::string_view> next_line(std::string_view &text)
{
	const auto at = text.find('\n');
	if (at == text.npos)
		return std::nullopt;
	const auto line = text.substr(0, at);
	text.remove_prefix(at + 1);
	return line;
}

inline bool is_rule(const std::optional<std::string_view> &line, char stroke, std::size_t width)
{
	return line && line->size() >= 80 && (!width || line->size() == width) &&
	       line->find_first_not_of(stroke) == line->npos;
}

inline void parse_header(std::string_view header, Table &table, Layout &layout)
{
	for (std::size_t at; (at = header.find(separator)) != header.npos;) {
		layout.widths.push_back(at);
		table.headers.push_back(trimmed(header.substr(0, at), false));
		header.remove_prefix(at + separator.size());
	}
	table.headers.push_back(trimmed(header, false));
	for (const auto name : table.headers)
		layout.are_text.push_back(is_text_column(name));
}

// Splits by the widths of the header, because names may contain anything.
inline bool parse_row(std::string_view line, const Layout &layout, std::size_t pid_column, Row &row)
{
	row.line = line;
	for (std::size_t i = 0; i < layout.widths.size(); ++i) {
		const auto cell = take(line, layout.widths[i]);
		if (!cell || take(line, separator.size()) != separator)
			return false;
		row.cells.push_back(trimmed(*cell, layout.are_text[i]));
	}
	row.cells.push_back(trimmed(line, layout.are_text.back()));
	row.pid = number(row.cells[pid_column]).value_or(0);
	return row.pid > 0;
}

// Parses the rows, the rule after them, and counts them by state. Returns the problem,
// or an empty string.
inline std::string parse_rows(std::string_view &text, const Layout &layout, Table &table)
{
	const auto pid_column = *table.column("PID"), stat_column = *table.column("STAT");
	std::optional<std::string_view> line;

	while ((line = next_line(text)) && !is_rule(line, '-', layout.width)) {
		Row row;
		row.cells.reserve(table.headers.size());
		if (!parse_row(*line, layout, pid_column, row))
			return "not a row: " + std::string(*line);
		if (!table.rows.empty() && table.rows.back().pid >= row.pid)
			return "PIDs do not ascend:\n" + std::string(table.rows.back().line) + "\n" +
			       std::string(*line);
		const auto word = std::find(state_words.begin(), state_words.end(), row.cells[stat_column]);
		if (word == state_words.end())
			return "no state word: " + std::string(*line);
		++table.totals[static_cast<std::size_t>(word - state_words.begin())];
		table.rows.push_back(std::move(row));
	}
	return line ? "" : "the text ends within the rows";
}

} // namespace detail

// The text must have the columns PID and STAT. On error returns nothing and sets
// `problem`.
inline std::optional<Table> parse(std::string_view text, std::string &problem)
{
	using namespace detail;
	Table table;
	Layout layout;
	const auto wrong = [&](std::string what) {
		problem = std::move(what);
		return std::nullopt;
	};

	auto line = next_line(text);
	if (!is_rule(line, '=', 0))
		return wrong("the first line is not a rule of '='");
	layout.width = line->size();
	line = next_line(text);
	if (!line)
		return wrong("there is no header");
	parse_header(*line, table, layout);
	if (!table.column("PID") || !table.column("STAT"))
		return wrong("the header should name PID and STAT: " + std::string(*line));
	if (!is_rule(next_line(text), '-', layout.width))
		return wrong("below the header is no rule of '-' of the same width");
	if (auto what = parse_rows(text, layout, table); !what.empty())
		return wrong(std::move(what));

	const std::string wanted = totals_of(table.totals, table.rows.size());
	if (!text.starts_with(wanted))
		return wrong("the rows add up to\n" + wanted + "but the table says\n" + std::string(text));
	text.remove_prefix(wanted.size());
	if (!is_rule(next_line(text), '=', layout.width))
		return wrong("the last line is not a rule of '=' of the same width");
	if (!text.empty())
		return wrong("there is text after the last rule");
	return table;
}

// The same; throws on any error.
inline Table must_parse(std::string_view text)
{
	std::string problem;
	auto table = parse(text, problem);
	if (!table)
		throw std::runtime_error(problem + "\n" + std::string(text));
	return std::move(*table);
}

// The bytes of a name that psinfo shows escaped
inline std::string unescape(std::string_view shown)
{
	std::string name;
	for (std::size_t i = 0; i < shown.size(); ++i) {
		if (shown[i] != '\\') {
			name += shown[i];
		} else if (shown.substr(i + 1, 1) == "n" || shown.substr(i + 1, 1) == "\\") {
			name += shown[++i] == 'n' ? '\n' : '\\';
		} else if (i + 3 < shown.size()) {
			name += static_cast<char>((shown[i + 1] - '0') << 6 | (shown[i + 2] - '0') << 3 |
						  (shown[i + 3] - '0'));
			i += 3;
		} else {
			throw std::runtime_error("a broken escape: " + std::string(shown));
		}
	}
	return name;
}

} // namespace table
