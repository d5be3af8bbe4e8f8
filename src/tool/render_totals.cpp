// SPDX-License-Identifier: GPL-2.0
// Totals per state: as a table of their own, and as the lines below a list.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "render.h"
#include "text.h"

namespace tool {

namespace {

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

} // namespace

std::string render_totals(const psinfo::Totals &totals, const Style &style)
{
	switch (style.format) {
	case Format::Json:
		return dump({{"totals", json_of(totals)}});
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

} // namespace tool
