// SPDX-License-Identifier: GPL-2.0
// Parses the text of /proc/psinfo and reports its first error: in its format,
// the order of PIDs, or totals that are not the sum of the rows. Fast enough to
// check every read during a storm of processes.
//
//   std::string problem;
//   const auto text = table::read_whole("/proc/psinfo");
//   const auto table = table::parse(text.bytes, problem);
//   if (!table) complain(problem);
//   for (const auto &row : table->rows) use(row.pid, table->cell(row, "NAME"));
#pragma once

#include "states.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace table {

struct Contents {
	std::string bytes; // what was read before end of file or an error
	int error = 0; // errno of the open() or read() that failed
};

inline Contents read_descriptor(int fd, std::size_t piece = 1 << 17)
{
	Contents contents;
	std::size_t have = 0;
	for (;;) {
		contents.bytes.resize(have + piece);
		const ssize_t got = read(fd, contents.bytes.data() + have, piece);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			contents.error = errno;
		if (got <= 0)
			break;
		have += static_cast<std::size_t>(got);
	}
	contents.bytes.resize(have);
	return contents;
}

inline Contents read_whole(const std::string &path, std::size_t piece = 1 << 17)
{
	const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return {{}, errno};
	Contents contents = read_descriptor(fd, piece);
	close(fd);
	return contents;
}

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
	std::vector<std::string_view> cells; // without their padding
};

// Refers to the text that was parsed, which must outlive it.
struct Table {
	std::vector<std::string_view> headers;
	std::vector<Row> rows; // in PID order

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

namespace detail {

inline constexpr std::string_view separator = " | ";

inline std::string_view trimmed(std::string_view cell)
{
	while (!cell.empty() && cell.front() == ' ')
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
		for (++at; at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80; ++at)
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

// Splits by the widths of the header, because names may contain anything.
inline bool parse_row(std::string_view line, const std::vector<std::size_t> &widths, std::size_t pid_column, Row &row)
{
	row.line = line;
	for (const std::size_t width : widths) {
		const auto cell = take(line, width);
		if (!cell || take(line, separator.size()) != separator)
			return false;
		row.cells.push_back(trimmed(*cell));
	}
	row.cells.push_back(trimmed(line));
	row.pid = number(row.cells[pid_column]).value_or(0);
	return row.pid > 0;
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

} // namespace detail

// The text must have the columns PID and STAT. On error returns nothing and sets
// `problem`.
inline std::optional<Table> parse(std::string_view text, std::string &problem)
{
	using namespace detail;
	Table table;
	const auto wrong = [&](std::string what) {
		problem = std::move(what);
		return std::nullopt;
	};

	auto line = next_line(text);
	if (!is_rule(line, '=', 0))
		return wrong("the first line is not a rule of '='");
	const std::size_t width = line->size();

	line = next_line(text);
	if (!line)
		return wrong("there is no header");
	std::vector<std::size_t> widths;
	std::string_view header = *line;
	for (std::size_t at; (at = header.find(separator)) != header.npos;) {
		widths.push_back(at);
		table.headers.push_back(trimmed(header.substr(0, at)));
		header.remove_prefix(at + separator.size());
	}
	table.headers.push_back(trimmed(header));
	const auto pid_column = table.column("PID"), stat_column = table.column("STAT");
	if (!pid_column || !stat_column)
		return wrong("the header should name PID and STAT: " + std::string(*line));
	if (!is_rule(next_line(text), '-', width))
		return wrong("below the header is no rule of '-' of the same width");

	std::array<long long, state_words.size()> counted{};
	while ((line = next_line(text)) && !is_rule(line, '-', width)) {
		Row row;
		row.cells.reserve(table.headers.size());
		if (!parse_row(*line, widths, *pid_column, row))
			return wrong("not a row: " + std::string(*line));
		if (!table.rows.empty() && table.rows.back().pid >= row.pid)
			return wrong("PIDs do not ascend:\n" + std::string(table.rows.back().line) + "\n" +
				     std::string(*line));
		std::size_t state = 0;
		while (state < state_words.size() && state_words[state] != row.cells[*stat_column])
			++state;
		if (state == state_words.size())
			return wrong("no state word: " + std::string(*line));
		++counted[state];
		table.rows.push_back(std::move(row));
	}
	if (!line)
		return wrong("the text ends within the rows");

	const std::string wanted = totals_of(counted, table.rows.size());
	if (!text.starts_with(wanted))
		return wrong("the rows add up to\n" + wanted + "but the table says\n" + std::string(text));
	text.remove_prefix(wanted.size());
	if (!is_rule(next_line(text), '=', width))
		return wrong("the last line is not a rule of '=' of the same width");
	if (!text.empty())
		return wrong("there is text behind the last rule");
	return table;
}

} // namespace table
