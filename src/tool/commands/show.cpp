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
struct Portrait {
	Listing itself; ///< one row, with all columns
	Listing threads;
	Listing everybody; ///< for the relatives
};

struct Section {
	const char *title;
	Listing Portrait::*listing;
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

std::vector<Section> sections_of(const Portrait &portrait)
{
	Family family(portrait.everybody.snapshot);
	const auto &process = *portrait.itself.rows[0];
	auto few = few_columns(false);

	return {
		{"Ancestors", &Portrait::everybody, family.ancestors(process), few},
		{"Siblings", &Portrait::everybody, family.siblings(process), few},
		{"Children", &Portrait::everybody, family.children(process), few},
		{"Threads", &Portrait::threads, portrait.threads.rows, few_columns(true)},
	};
}

/// By the time of the second query, the PID may belong to another process.
void drop_threads_of_another(Portrait &portrait)
{
	const auto &process = *portrait.itself.rows[0];
	const auto *leader = portrait.threads.snapshot.find(process.pid);
	if (!leader || leader->start != process.start)
		portrait.threads.rows.clear();
}

Outcome query_process(const psinfo::Source &source, std::int32_t pid, Portrait &ret_portrait)
{
	Collector collector(source);
	Filter only;
	only.pids = {pid};

	auto error = collector.collect({only, every_column(), {}, false}, ret_portrait.itself);
	if (!error && ret_portrait.itself.rows.empty())
		return outcome_of({psinfo::Error::Kind::NotFound, "show", "process " + std::to_string(pid),
				   "no such process is visible to you"},
				  "'psinfo' lists the visible processes");
	if (!error)
		error = collector.collect({only, few_columns(true), {}, true}, ret_portrait.threads);
	if (!error)
		drop_threads_of_another(ret_portrait);
	if (!error)
		error = collector.collect({Filter(), few_columns(false), {}, false}, ret_portrait.everybody);
	return error ? outcome_of_source(*error, source.name()) : Outcome();
}

std::string text_of(Portrait &portrait, const Style &style)
{
	constexpr std::size_t name_width = 14;
	Row row{*portrait.itself.rows[0], portrait.itself.snapshot, portrait.itself.facts};
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
	for (auto &section : sections_of(portrait)) {
		auto &listing = portrait.*section.listing;
		listing.rows = section.rows;
		text += std::string("\n") + section.title + (section.rows.empty() ? ": none\n" : ":\n");
		if (!section.rows.empty())
			text += render(listing, section.columns, style);
	}
	return text;
}

std::string json_text_of(Portrait &portrait)
{
	Json json = {{"process", json_of(Row{*portrait.itself.rows[0], portrait.itself.snapshot, portrait.itself.facts},
					 every_column())}};

	for (auto &section : sections_of(portrait)) {
		std::string key = section.title;
		auto &listing = portrait.*section.listing;
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
	Portrait portrait;

	auto outcome = query_process(*context.source, options.pid, portrait);
	if (outcome.exit != Exit::Done)
		return outcome;
	Style style{Format::Table, true, context.common.colour, context.common.width, "  "};
	context.out << (context.common.format == Format::Json ? json_text_of(portrait) : text_of(portrait, style));
	return {};
}

} // namespace tool
