// SPDX-License-Identifier: GPL-2.0
// Generates the table of the default columns from /proc/<pid>/stat.
#pragma once

#include "procfs.h"
#include "table.h"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <utility>

#include "../../../src/uapi/invisible.h"

namespace rendering {

using Stats = std::map<pid_t, Stat>;

inline Stats all_stats()
{
	Stats stats;
	for (const pid_t pid : list_pids())
		if (auto stat = stat_of(pid))
			stats.emplace(pid, std::move(*stat));
	return stats;
}

// The length of the UTF-8 character that begins here if it is shown unescaped,
// else 0: if it is truncated, overlong, a surrogate, too large, a control or
// invisible character, a backslash or the column separator.
inline std::size_t bytes_of_character(std::string_view text)
{
	const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
	const unsigned first = byte(0);
	const std::size_t length = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	if (length == 1)
		return first >= ' ' && first <= '~' && first != '\\' && first != '|';
	char32_t character = first & (0xff >> (length + 1));
	for (std::size_t i = 1; i < length; ++i) {
		if ((byte(i) & 0xc0) != 0x80)
			return 0;
		character = character << 6 | (byte(i) & 0x3f);
	}
	const char32_t least = length == 2 ? 0xa0 : length == 3 ? 0x800 : 0x10000;
	const bool is_surrogate = character >= 0xd800 && character < 0xe000;
	constexpr std::pair<char32_t, char32_t> invisible[] = PSINFO_INVISIBLE_RANGES;
	const bool is_invisible = std::any_of(std::begin(invisible), std::end(invisible), [=](const auto &range) {
		return character >= range.first && character <= range.second;
	});
	return first >= 0xf8 || character < least || is_surrogate || is_invisible || character > 0x10ffff ? 0 : length;
}

inline std::string escape(const std::string &name)
{
	std::string text;
	for (std::size_t i = 0; i < name.size();) {
		const std::size_t length = bytes_of_character(std::string_view(name).substr(i));
		char octal[5];
		std::snprintf(octal, sizeof(octal), "\\%03o", static_cast<unsigned char>(name[i]));
		if (length > 0)
			text += name.substr(i, length);
		else
			text += name[i] == '\\' ? "\\\\" : name[i] == '\n' ? "\\n" : octal;
		i += std::max<std::size_t>(length, 1);
	}
	return text;
}

struct Row {
	std::string pid, name, word, parent;
};

inline std::vector<Row> rows_of(const Stats &stats)
{
	std::vector<Row> rows;
	for (const auto &[pid, stat] : stats) {
		const auto parent = stats.find(static_cast<pid_t>(stat.field[4]));
		rows.push_back({std::to_string(pid), escape(held_name(stat)), state_word(stat.state),
				stat.field[4] == 0    ? "swapper/0" :
				parent == stats.end() ? "None" :
							escape(held_name(parent->second))});
	}
	return rows;
}

inline std::string padded(std::string text, std::size_t width, bool to_the_right = false)
{
	if (table::width_of(text) < width)
		text.insert(to_the_right ? 0 : text.size(), width - table::width_of(text), ' ');
	return text;
}

inline std::string totals_of(const std::vector<Row> &rows)
{
	std::array<long long, state_words.size()> counted;
	std::transform(state_words.begin(), state_words.end(), counted.begin(), [&](std::string_view word) {
		return std::count_if(rows.begin(), rows.end(), [=](const Row &row) { return row.word == word; });
	});
	return table::totals_of(counted, rows.size());
}

struct Widths {
	std::size_t pid = 5, name = 30, stat = 15, parent = 15;

	std::size_t line() const { return pid + 3 + name + 3 + stat + 3 + parent; }
};

inline Widths widths_of(const std::vector<Row> &rows)
{
	Widths widths;
	for (const Row &row : rows) {
		widths.pid = std::max(widths.pid, row.pid.size());
		widths.name = std::max(widths.name, table::width_of(row.name));
		widths.parent = std::max(widths.parent, table::width_of(row.parent));
	}
	return widths;
}

inline std::string table_of(const std::vector<Row> &rows)
{
	const Widths widths = widths_of(rows);
	const std::size_t rule = std::max<std::size_t>(80, widths.line());
	const std::string thick = std::string(rule, '=') + "\n", thin = std::string(rule, '-') + "\n";

	std::string text = thick + padded("PID", widths.pid) + " | " + padded("NAME", widths.name) + " | " +
			   padded("STAT", widths.stat) + " | PARENT\n" + thin;
	for (const Row &row : rows)
		text += padded(row.pid, widths.pid, true) + " | " + padded(row.name, widths.name) + " | " +
			padded(row.word, widths.stat) + " | " + row.parent + "\n";
	return text + thin + totals_of(rows) + thick;
}

} // namespace rendering
