// SPDX-License-Identifier: GPL-2.0
// `psinfo show PID`: shows everything about one process, its relatives and threads.
#include "commands/show.h"

#include <algorithm>
#include <ostream>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/options.h"
#include "model/family.h"
#include "model/listing.h"
#include "render/render.h"

namespace tool {

namespace {

/// The data shown for one process.
struct Details {
	Listing itself; ///< one row, with all columns
	Listing threads;
	Listing all; ///< for the relatives
};

struct Section {
	const char *title;
	Listing Details::*listing;
	Processes rows;
	Columns columns;
};

Columns every_column()
{
	Columns columns;
	for (const auto &column : all_columns())
		columns.push_back(&column);
	return columns;
}

Columns few_columns(bool threads)
{
	if (threads)
		return {find_column("pid"), find_column("name"), find_column("stat"), find_column("cpu"),
			find_column("time")};
	return {find_column("pid"), find_column("name"), find_column("stat")};
}

std::vector<Section> sections_of(const Details &details)
{
	Family family(details.all.snapshot);
	const auto &process = *details.itself.rows[0];
	auto few = few_columns(false);

	return {
		{"Ancestors", &Details::all, family.ancestors(process), few},
		{"Siblings", &Details::all, family.siblings(process), few},
		{"Children", &Details::all, family.children(process), few},
		{"Threads", &Details::threads, details.threads.rows, few_columns(true)},
	};
}

/// By the time of the second query, the PID may belong to another process.
void drop_threads_of_another(Details &details)
{
	const auto &process = *details.itself.rows[0];
	const auto *leader = details.threads.snapshot.find(process.pid);
	if (!leader || leader->start != process.start)
		details.threads.rows.clear();
}

Outcome query_process(const psinfo::Source &source, std::int32_t pid, Details &ret_details)
{
	Collector collector(source);
	Filter only;
	only.pids = {pid};

	auto error = collector.collect({only, every_column(), {}, false}, ret_details.itself);
	if (!error && ret_details.itself.rows.empty())
		return outcome_of({psinfo::Error::Kind::NotFound, "show", "process " + std::to_string(pid),
				   "no such process is visible to you"},
				  "'psinfo' lists the visible processes");
	if (!error)
		error = collector.collect({only, few_columns(true), {}, true}, ret_details.threads);
	if (!error)
		drop_threads_of_another(ret_details);
	if (!error)
		error = collector.collect({Filter(), few_columns(false), {}, false}, ret_details.all);
	return error ? outcome_of_source(*error, source.name()) : Outcome();
}

std::string text_of(Details &details, const Style &style)
{
	constexpr std::size_t name_width = 14;
	Row row{*details.itself.rows[0], details.itself.snapshot, details.itself.facts};
	std::string text;

	for (const auto *column : every_column()) {
		bool has_colour = style.colour && column->shows_state && !colour_of(row.process.state).empty();
		text += column->name;
		text += ':';
		text.append(name_width - column->name.size(), ' ');
		text += has_colour ? colour_of(row.process.state) : "";
		append_cell(text, column->cell(row), column->nothing);
		text += has_colour ? colour_end : "";
		text += '\n';
	}
	for (auto &section : sections_of(details)) {
		auto &listing = details.*section.listing;
		listing.rows = section.rows;
		text += std::string("\n") + section.title + (section.rows.empty() ? ": none\n" : ":\n");
		if (!section.rows.empty())
			text += render(listing, section.columns, style);
	}
	return text;
}

std::string json_text_of(Details &details)
{
	Json json = {{"process", json_of(Row{*details.itself.rows[0], details.itself.snapshot, details.itself.facts},
					 every_column())}};

	for (auto &section : sections_of(details)) {
		std::string key = section.title;
		auto &listing = details.*section.listing;
		key[0] = static_cast<char>(key[0] - 'A' + 'a');
		listing.rows = section.rows;
		json[key] = json_of(listing, section.columns);
	}
	return dump(json);
}

} // namespace

void add_show_options(CLI::App &app, ShowOptions &options)
{
	auto *pid = app.add_option("PID", options.pid, "The process to show")->required()->type_name("");
	accept_pid(*pid);
}

Outcome run_show(const Context &context, const ShowOptions &options)
{
	Details details;

	auto outcome = query_process(*context.source, options.pid, details);
	if (outcome.exit != Exit::Done)
		return outcome;
	Style style{Format::Table, true, context.common.colour, context.common.width, "  "};
	context.out << (context.common.format == Format::Json ? json_text_of(details) : text_of(details, style));
	return {};
}

} // namespace tool
