// SPDX-License-Identifier: GPL-2.0
// Parses the text of /proc/psinfo into cells, at the positions of the separators
// in the header line, counted in characters. Any deviation from this layout is an
// error that contains the line.
#pragma once

#include "files.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

struct Table {
	std::vector<std::string> columns; // the words of the header
	std::vector<std::vector<std::string>> rows; // cells without their padding
	std::map<std::string, long> totals; // by state word, and TOTAL

	std::size_t column(const std::string &name) const
	{
		const auto at = std::find(columns.begin(), columns.end(), name);
		if (at == columns.end())
			throw std::runtime_error("the table has no column " + name);
		return static_cast<std::size_t>(at - columns.begin());
	}
};

inline bool is_text_column(const std::string &name)
{
	return name == "NAME" || name == "STAT" || name == "STATE" || name == "PARENT";
}

inline bool is_continuation(char byte)
{
	return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

inline std::size_t width_of(std::string_view text)
{
	return static_cast<std::size_t>(
		std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

// The byte offset of character number `place`
inline std::size_t byte_of(std::string_view line, std::size_t place)
{
	std::size_t at = 0;
	for (; at < line.size(); ++at)
		if (!is_continuation(line[at]) && place-- == 0)
			break;
	return at;
}

inline std::string trim(std::string_view cell, bool is_text)
{
	while (!cell.empty() && cell.back() == ' ')
		cell.remove_suffix(1);
	while (!is_text && !cell.empty() && cell.front() == ' ')
		cell.remove_prefix(1);
	return std::string(cell);
}

inline std::vector<std::string> cut(std::string_view line, const std::vector<std::size_t> &bars,
				    const std::vector<std::string> &columns)
{
	std::vector<std::string> cells;
	std::size_t from = 0;
	for (std::size_t i = 0; i <= bars.size(); ++i) {
		const bool is_last = i == bars.size();
		const std::size_t to = is_last ? line.size() : byte_of(line, bars[i]);
		if (!is_last && line.substr(to, 3) != " | ")
			throw std::runtime_error("no bar at character " + std::to_string(bars[i] + 1) + ": " +
						 std::string(line));
		cells.push_back(trim(line.substr(from, to - from), is_text_column(columns[i])));
		from = to + 3;
	}
	return cells;
}

inline bool is_rule(std::string_view line, char stroke)
{
	return line.size() >= 80 && line.find_first_not_of(stroke) == line.npos;
}

inline void parse_header(const std::string &line, Table &table, std::vector<std::size_t> &ret_bars)
{
	std::size_t from = 0, at;
	while ((at = line.find(" | ", from)) != line.npos) {
		ret_bars.push_back(at);
		table.columns.push_back(trim(std::string_view(line).substr(from, at - from), true));
		from = at + 3;
	}
	table.columns.push_back(line.substr(from));
}

inline void parse_totals(std::string_view line, Table &table)
{
	while (!line.empty()) {
		const auto end = std::min(line.find('\t'), line.size());
		const std::string_view part = line.substr(0, end);
		const auto colon = part.find(": ");
		if (colon == part.npos)
			throw std::runtime_error("no total: " + std::string(part));
		table.totals[std::string(part.substr(0, colon))] = std::stol(std::string(part.substr(colon + 2)));
		line.remove_prefix(std::min(end + 1, line.size()));
	}
}

inline Table parse_table(const std::string &text)
{
	const auto lines = lines_of(text);
	std::vector<std::size_t> bars;
	Table table;

	if (text.empty() || text.back() != '\n' || lines.size() < 8 || !is_rule(lines[0], '=') ||
	    !is_rule(lines[2], '-') || !is_rule(lines.back(), '='))
		throw std::runtime_error("this is no table of psinfo:\n" + text);
	parse_header(lines[1], table, bars);

	std::size_t at = 3;
	for (; at < lines.size() && !is_rule(lines[at], '-'); ++at)
		table.rows.push_back(cut(lines[at], bars, table.columns));
	for (++at; at + 1 < lines.size(); ++at)
		parse_totals(lines[at], table);
	return table;
}

inline Table read_table()
{
	return parse_table(read_file(psinfo_path));
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
