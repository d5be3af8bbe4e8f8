// SPDX-License-Identifier: GPL-2.0
// Renders totals per state: as a table, and as the lines below a list.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "render/format.h"
#include "render/render.h"

namespace tool {

namespace {

/// Ends a line that was cut.
constexpr char missing_mark = '>';

struct Line {
	std::string_view state;
	std::uint64_t processes;
	std::uint64_t threads;
};

std::vector<Line> lines_of(const psinfo::Totals &totals)
{
	std::vector<Line> lines;
	lines.reserve(psinfo::state_count + 1);
	for (auto state : psinfo::all_states)
		lines.push_back({psinfo::state_word(state), totals.processes_in(state), totals.threads_in(state)});
	lines.push_back({"TOTAL", totals.all_processes(), totals.all_threads()});
	return lines;
}

void append_right(std::string &to, std::string_view text, std::size_t width)
{
	to.append(width - std::min(width, text.size()), ' ');
	to += text;
}

std::string render_table(const psinfo::Totals &totals, const Style &style)
{
	constexpr std::size_t state_width = 15;
	constexpr std::size_t number_width = 10;
	std::string result = style.headings ? "STATE            PROCESSES    THREADS\n" : "";

	for (const auto &line : lines_of(totals)) {
		result += line.state;
		result.append(state_width + 1 - line.state.size(), ' ');
		append_right(result, std::to_string(line.processes), number_width);
		result += ' ';
		append_right(result, std::to_string(line.threads), number_width);
		result += '\n';
	}
	return result;
}

std::string render_values(const psinfo::Totals &totals, std::string_view heading, char between)
{
	std::string result(heading);

	for (const auto &line : lines_of(totals)) {
		result += line.state;
		result += between;
		append_number(result, line.processes);
		result += between;
		append_number(result, line.threads);
		result += '\n';
	}
	return result;
}

/// "RUNNING: 1" with words, "R:1" with letters; the total comes last.
std::vector<std::string> counts_of(const psinfo::Totals &totals, bool threads, bool words)
{
	const auto &counts = threads ? totals.threads : totals.processes;
	std::string between = words ? ": " : ":";
	std::vector<std::string> items;

	items.reserve(psinfo::state_count + 1);
	for (auto state : psinfo::all_states) {
		auto &item = items.emplace_back(words ? psinfo::state_word(state) : "");
		item += words ? "" : std::string(1, psinfo::state_letter(state));
		item += between;
		append_number(item, counts[static_cast<std::size_t>(state)]);
	}
	auto &total = items.emplace_back("TOTAL" + between);
	append_number(total, threads ? totals.all_threads() : totals.all_processes());
	return items;
}

/// Puts as many items in a line as fit, at least one.
std::vector<std::string> wrapped(const std::vector<std::string> &items, std::string_view between, std::size_t width)
{
	std::vector<std::string> lines;

	for (const auto &item : items) {
		if (lines.empty() || lines.back().size() + between.size() + item.size() > width)
			lines.push_back(item);
		else
			lines.back().append(between).append(item);
	}
	return lines;
}

void mark_end(std::string &line, std::size_t width)
{
	line.resize(std::min(line.size(), width - 1));
	line += missing_mark;
}

} // namespace

std::string render_totals(const psinfo::Totals &totals, const Style &style)
{
	switch (style.format) {
	case Format::Json:
		return dump({{"totals", json_of(totals, true)}});
	case Format::Csv:
		return render_values(totals, style.headings ? "state,processes,threads\n" : "", ',');
	case Format::Raw:
		return render_values(totals, style.headings ? "STATE PROCESSES THREADS\n" : "", ' ');
	case Format::Table:
		break;
	}
	return render_table(totals, style);
}

std::string render_summary(const psinfo::Totals &totals, bool threads)
{
	const auto &counts = threads ? totals.threads : totals.processes;
	std::string result;

	for (auto state : psinfo::all_states) {
		result += psinfo::state_word(state);
		result += ": ";
		append_number(result, counts[static_cast<std::size_t>(state)]);
		bool ends_line = state == psinfo::State::Stopped || state == psinfo::all_states.back();
		result += ends_line ? '\n' : '\t';
	}
	result += "TOTAL: ";
	append_number(result, threads ? totals.all_threads() : totals.all_processes());
	result += '\n';
	return result;
}

std::vector<std::string> summary_lines(const psinfo::Totals &totals, bool threads, std::size_t width, std::size_t most)
{
	constexpr std::size_t most_by_words = 3;

	if (width == 0 || most == 0)
		return {};
	auto is_too_wide = [width](const std::string &line) { return line.size() > width; };
	auto lines = wrapped(counts_of(totals, threads, true), "  ", width);
	if (lines.size() > std::min(most, most_by_words) || std::any_of(lines.begin(), lines.end(), is_too_wide))
		lines = wrapped(counts_of(totals, threads, false), " ", width);

	bool is_cut = lines.size() > most;
	lines.resize(std::min(lines.size(), most));
	for (auto &line : lines)
		if (is_too_wide(line))
			mark_end(line, width);
	if (is_cut && lines.back().back() != missing_mark)
		mark_end(lines.back(), width);
	return lines;
}

} // namespace tool
