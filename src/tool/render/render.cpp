// SPDX-License-Identifier: GPL-2.0
// Renders rows as a table, as raw values and as CSV.
#include "render/render.h"

#include <algorithm>
#include <array>

#include "model/listing.h"
#include "render/format.h"

namespace tool {

namespace {

template <typename... Cases> struct Overloaded : Cases... {
	using Cases::operator()...;
};
template <typename... Cases> Overloaded(Cases...) -> Overloaded<Cases...>;

/// Exact values, for programs.
void append_value(std::string &to, const Cell &cell, std::string_view also_escaped)
{
	std::visit(Overloaded{
			   [](std::monostate) {},
			   [&](std::int64_t number) { append_number(to, number); },
			   [&](std::uint64_t number) { append_number(to, number); },
			   [&](std::chrono::nanoseconds time) { append_seconds(to, time); },
			   [&](Bytes bytes) { append_number(to, bytes.count); },
			   [&](std::string_view text) { append_escaped(to, text, also_escaped); },
		   },
		   cell);
}

/// The text of all cells of a table, and the length and width of each cell.
struct Cells {
	struct Piece {
		std::size_t length;
		std::size_t width;
	};
	std::string text;
	std::vector<Piece> pieces;
	std::vector<std::size_t> widths; ///< of the columns

	explicit Cells(std::size_t columns) : widths(columns) {}

	template <typename Append> void add(std::size_t column, const Append &append)
	{
		std::size_t before = text.size();
		std::size_t width = append(text);
		pieces.push_back({text.size() - before, width});
		widths[column] = std::max(widths[column], width);
	}
};

Cells cells_of(const Listing &listing, const Columns &columns, bool headings)
{
	Cells cells(columns.size());
	cells.pieces.reserve((listing.rows.size() + 1) * columns.size());

	for (std::size_t i = 0; headings && i < columns.size(); i++)
		cells.add(i, [&](std::string &to) { return append_escaped(to, columns[i]->heading); });
	for (const auto *process : listing.rows) {
		Row row{*process, listing.snapshot, listing.facts};
		for (std::size_t i = 0; i < columns.size(); i++)
			cells.add(i, [&](std::string &to) {
				return append_cell(to, columns[i]->cell(row), columns[i]->nothing);
			});
	}
	return cells;
}

/// Lays out lines, and cuts them to the width of the terminal.
class Lines {
public:
	Lines(std::string &to, const Style &style) : to_(to), style_(style) {}

	void begin()
	{
		to_ += style_.indent;
		left_ = style_.width ? style_.width - std::min(style_.width, style_.indent.size()) : SIZE_MAX;
	}

	void add(const Column &column, std::string_view text, std::size_t shown, std::size_t width, bool is_last,
		 std::string_view colour)
	{
		std::size_t padding = width - std::min(width, shown);

		if (column.align == Align::Right)
			add_spaces(padding);
		to_ += colour;
		add_text(text, shown);
		to_ += colour.empty() ? colour : colour_end;
		if (!is_last)
			add_spaces((column.align == Align::Left ? padding : 0) + 1);
	}

	void end() { to_ += '\n'; }

private:
	void add_text(std::string_view text, std::size_t shown)
	{
		to_ += shown <= left_ ? text : cut_to_width(text, left_);
		left_ -= std::min(left_, shown);
	}

	void add_spaces(std::size_t count)
	{
		to_.append(std::min(left_, count), ' ');
		left_ -= std::min(left_, count);
	}

	std::string &to_;
	const Style &style_;
	std::size_t left_ = 0;
};

std::string render_table(const Listing &listing, const Columns &columns, const Style &style)
{
	Cells cells = cells_of(listing, columns, style.headings);
	std::string result;
	Lines lines(result, style);
	const char *text = cells.text.data();
	std::size_t row = 0;

	result.reserve(cells.text.size() + cells.pieces.size() * 8);
	for (std::size_t i = 0; i < cells.pieces.size(); i += columns.size(), row++) {
		bool is_heading = style.headings && i == 0;
		std::size_t index = row - (style.headings ? 1 : 0);
		lines.begin();
		for (std::size_t column = 0; column < columns.size(); column++) {
			auto [length, width] = cells.pieces[i + column];
			bool has_colour = style.colour && !is_heading && columns[column]->shows_state;
			lines.add(*columns[column], {text, length}, width, cells.widths[column],
				  column + 1 == columns.size(),
				  has_colour ? colour_of(listing.rows[index]->state) : "");
			text += length;
		}
		lines.end();
	}
	return result;
}

void append_csv(std::string &to, const std::string &value)
{
	if (value.find_first_of("\",\n\r") == std::string::npos) {
		to += value;
		return;
	}
	to += '"';
	for (char byte : value)
		to += byte == '"' ? std::string_view("\"\"") : std::string_view(&byte, 1);
	to += '"';
}

void append_raw(std::string &to, const std::string &value)
{
	to += value.empty() ? "-" : value;
}

/// A format for programs.
struct Dialect {
	char between;
	std::string_view also_escaped;
	std::string_view Column::*heading;
	void (*append)(std::string &to, const std::string &value);
};
constexpr Dialect csv = {',', "", &Column::name, append_csv};
constexpr Dialect raw = {' ', " ", &Column::heading, append_raw};

std::string render_values(const Listing &listing, const Columns &columns, bool headings, const Dialect &dialect)
{
	std::string result;
	std::string value;

	auto add = [&](std::size_t column) {
		if (column > 0)
			result += dialect.between;
		dialect.append(result, value);
	};
	for (std::size_t i = 0; headings && i < columns.size(); i++) {
		value = columns[i]->*dialect.heading;
		add(i);
	}
	if (headings)
		result += '\n';
	for (const auto *process : listing.rows) {
		for (std::size_t i = 0; i < columns.size(); i++) {
			value.clear();
			append_value(value, columns[i]->cell({*process, listing.snapshot, listing.facts}),
				     dialect.also_escaped);
			add(i);
		}
		result += '\n';
	}
	return result;
}

} // namespace

std::size_t append_cell(std::string &to, const Cell &cell, std::string_view nothing)
{
	std::size_t before = to.size();
	auto is_ascii = [&] { return to.size() - before; };

	return std::visit(Overloaded{
				  [&](std::monostate) { return to += nothing, is_ascii(); },
				  [&](std::int64_t number) { return append_number(to, number), is_ascii(); },
				  [&](std::uint64_t number) { return append_number(to, number), is_ascii(); },
				  [&](std::chrono::nanoseconds time) { return append_time(to, time), is_ascii(); },
				  [&](Bytes bytes) { return append_size(to, bytes.count), is_ascii(); },
				  [&](std::string_view text) { return append_escaped(to, text); },
			  },
			  cell);
}

std::string_view colour_of(psinfo::State state)
{
	static constexpr std::array<std::string_view, psinfo::state_count> colours = {
		"\033[32m", // RUNNING: green
		"",
		"\033[1;31m", // UNINTERRUPTIBLE: red
		"\033[33m", // STOPPED: yellow
		"\033[36m", // TRACED: cyan
		"\033[35m", // ZOMBIE: magenta
		"\033[35m", // DEAD
		"\033[2m", // IDLE: faint
		"\033[2m", // PARKED
		"\033[1;33m", // OTHERS
	};
	return colours[std::min(static_cast<std::size_t>(state), colours.size() - 1)];
}

std::string render(const Listing &listing, const Columns &columns, const Style &style)
{
	switch (style.format) {
	case Format::Json:
		return render_json(listing, columns);
	case Format::Csv:
		return render_values(listing, columns, style.headings, csv);
	case Format::Raw:
		return render_values(listing, columns, style.headings, raw);
	case Format::Table:
		break;
	}
	return render_table(listing, columns, style);
}

} // namespace tool
