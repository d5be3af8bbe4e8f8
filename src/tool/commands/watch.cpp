// SPDX-License-Identifier: GPL-2.0
// `psinfo watch`: shows a list that is refreshed regularly.
#include "commands/watch.h"

#include <algorithm>

#include <unistd.h>

#include <CLI/CLI.hpp>

#include "cli/options.h"
#include "model/following.h"
#include "model/listing.h"
#include "model/parse.h"
#include "render/render.h"
#include "ui/screen.h"

namespace tool {

namespace {

using Milliseconds = std::chrono::milliseconds;

/// Each delays drawing and the handling of keys by 50 ms.
constexpr std::size_t most_slow_args = 6;

/// The current layout of the screen.
struct Picture {
	std::size_t rows = 0; ///< number of processes, visible or not
	std::size_t above = 0; ///< lines above the first row
};

std::size_t page_of(const Screen &screen, const Picture &picture)
{
	return screen.height() > picture.above ? screen.height() - picture.above : 0;
}

void draw_above(Screen &screen, const View &view, const Following &source, const std::vector<std::string> &summary)
{
	std::size_t row = 0;

	screen.line(row++, title_of(view, source.name(), source.module_error()), Screen::Style::Bold);
	for (const auto &line : summary)
		screen.line(row++, line);
}

void draw_rows(Screen &screen, const View &view, const Listing &listing, std::size_t above)
{
	Style style;
	style.width = screen.width();
	auto text = render(listing, view.columns, style);
	auto lines = split(text, '\n');

	screen.line(above - 1, lines[0], Screen::Style::Reverse);
	for (std::size_t i = 0; i < listing.rows.size(); i++)
		screen.line(above + i, lines[i + 1], listing.rows[i]->state);
}

void draw_help(Screen &screen, std::size_t row)
{
	for (const auto &line : key_help())
		screen.line(row++, line);
}

/// Title, headings, and at least one line of totals: lines that are not used for rows.
constexpr std::size_t least_above = 3;

/// Takes a snapshot and draws it. The number of lines for the totals is known only
/// after the rows were collected.
std::optional<psinfo::Error> draw(Screen &screen, Collector &collector, const View &view, const Following &source,
				  Picture &ret_picture)
{
	Listing listing;
	Wanted wanted{view.filter,   view.columns, view.sort,
		      view.threads,  view.first,   page_of(screen, {0, least_above}),
		      most_slow_args};
	if (auto error = collector.collect(wanted, listing))
		return error;

	auto summary = summary_lines(listing.snapshot.totals, view.threads, screen.width(),
				     std::max<std::size_t>(screen.height() / 3, 1));
	ret_picture = {listing.snapshot.processes.size(), summary.size() + 2}; // title and headings
	listing.rows.resize(std::min(listing.rows.size(), page_of(screen, ret_picture)));
	screen.clear();
	draw_above(screen, view, source, summary);
	if (view.shows_help)
		draw_help(screen, ret_picture.above);
	else
		draw_rows(screen, view, listing, ret_picture.above);
	screen.show();
	return std::nullopt;
}

/// Handles all keys that were typed meanwhile before the next snapshot.
void wait_and_act(Screen &screen, Milliseconds interval, const Picture &picture, View &view)
{
	constexpr unsigned most_at_once = 100;
	auto action = screen.wait(interval);

	for (unsigned i = 0; i < most_at_once && action != Action::None; i++) {
		act(action, picture.rows, page_of(screen, picture), view);
		action = view.is_over ? Action::None : screen.wait(Milliseconds(0));
	}
	act(Action::None, picture.rows, page_of(screen, picture), view);
}

/// If the list has shrunk to above the scroll position, scrolls back to its last page.
std::optional<psinfo::Error> draw_what_there_is(Screen &screen, Collector &collector, View &view,
						const Following &source, Picture &ret_picture)
{
	auto error = draw(screen, collector, view, source, ret_picture);
	if (error || view.first == 0 || view.first < ret_picture.rows)
		return error;
	act(Action::Last, ret_picture.rows, page_of(screen, ret_picture), view);
	return draw(screen, collector, view, source, ret_picture);
}

/// Goes on if the module is upgraded meanwhile.
std::optional<psinfo::Error> watch(Screen &screen, Following &source, Milliseconds interval, View &view)
{
	Collector collector(source);
	Picture picture;

	while (!view.is_over) {
		source.prefer_module();
		auto error = draw_what_there_is(screen, collector, view, source, picture);
		if (error && source.reopen())
			error = draw_what_there_is(screen, collector, view, source, picture);
		if (error)
			return error;
		wait_and_act(screen, interval, picture, view);
	}
	return std::nullopt;
}

Outcome choose_columns(const WatchOptions &options, View &view)
{
	std::string unknown;
	auto defaults = parse_columns("pid,user,stat,time,rss,threads,name,parent", {}, unknown);
	auto columns = options.columns;

	if (columns.sort.empty())
		columns.sort = {"-time"};
	return read_columns(columns, defaults, view.columns, view.sort);
}

Outcome no_terminal(const char *problem)
{
	const psinfo::Error error{psinfo::Error::Kind::Invalid, "watch", "processes", problem};
	return wrong_usage(error.message(), "'psinfo' without 'watch' prints the list once");
}

} // namespace

void add_watch_options(CLI::App &app, WatchOptions &options)
{
	add_column_options(app, options.columns);
	add_interval(app, options.interval, 0.1, 86400, "2");
}

Outcome check_watch(const CommonOptions & /*common*/, const WatchOptions &options)
{
	View view;

	auto outcome = choose_columns(options, view);
	if (outcome.exit == Exit::Done && (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)))
		return no_terminal("standard input or output is not a terminal");
	return outcome;
}

Outcome run_watch(const Context &context, const WatchOptions &options)
{
	View view;
	view.filter = context.common.filter;
	view.given_states = view.filter.states;
	view.threads = context.common.threads;

	auto outcome = choose_columns(options, view);
	if (outcome.exit != Exit::Done)
		return outcome;
	auto screen = Screen::open(context.common.colour);
	if (!screen)
		return no_terminal("$TERM is not a known terminal type");
	auto interval = std::chrono::duration_cast<Milliseconds>(std::chrono::duration<double>(options.interval));
	Following source(*context.source, context.common.source);
	auto error = watch(*screen, source, interval, view);
	return error ? outcome_of_source(*error, source.name()) : Outcome();
}

} // namespace tool
