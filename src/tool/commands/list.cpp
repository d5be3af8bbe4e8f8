// SPDX-License-Identifier: GPL-2.0
// `psinfo`: lists processes, or threads.
#include "commands/list.h"

#include <ostream>

#include <CLI/CLI.hpp>

#include "cli/options.h"
#include "cli/suggest.h"
#include "model/listing.h"
#include "model/select.h"
#include "render/format.h"
#include "render/render.h"

namespace tool {

namespace {

std::string render_with_totals(const Listing &listing, const Columns &columns, const Style &style, bool threads)
{
	if (style.format == Format::Json)
		return render_json_with_totals(listing, columns, threads);
	return render(listing, columns, style) + render_summary(listing.snapshot.totals, threads);
}

Outcome unknown_column(const char *option, const std::string &name)
{
	std::vector<std::string> names;
	for (const auto &column : all_columns())
		names.emplace_back(column.name);
	return wrong_usage(std::string(option) + ": unknown column '" + escaped(name) + "'",
			   suggestion(name, names, "'psinfo --help' lists the columns"));
}

std::string joined(const std::vector<std::string> &lists)
{
	return CLI::detail::join(lists, ",");
}

bool is_values(Format format)
{
	return format == Format::Csv || format == Format::Raw;
}

} // namespace

void add_column_options(CLI::App &app, ColumnOptions &options)
{
	app.add_option("-o,--output", options.output, "Columns to print; +COLUMNS: in addition to the default ones")
		->type_name("COLUMNS")
		->allow_extra_args(false);
	app.add_option("--sort", options.sort, "Columns to sort by; -COLUMN: in descending order")
		->type_name("COLUMNS")
		->allow_extra_args(false);
	app.footer([] { return "Columns:\n" + columns_help(); });
}

Outcome read_columns(const ColumnOptions &options, const Columns &defaults, Columns &ret_columns,
		     std::vector<SortKey> &ret_sort)
{
	std::string unknown;

	ret_columns = options.output.empty() ? defaults : parse_columns(joined(options.output), defaults, unknown);
	if (ret_columns.empty())
		return unknown_column("--output", unknown);
	if (options.sort.empty())
		return {};
	ret_sort = parse_sort(joined(options.sort), unknown);
	if (ret_sort.empty())
		return unknown_column("--sort", unknown);
	return {};
}

void add_list_options(CLI::App &app, ListOptions &options)
{
	add_column_options(app, options.columns);
	app.add_flag("--totals", options.totals, "Also print the number in each state");
}

Outcome check_list(const CommonOptions &common, const ListOptions &options)
{
	Columns columns;
	std::vector<SortKey> sort;

	if (options.totals && is_values(common.format))
		return wrong_usage("--totals cannot be combined with --csv or --raw", "try 'psinfo totals --csv'");
	return read_columns(options.columns, default_columns(common.threads), columns, sort);
}

Outcome run_list(const Context &context, const ListOptions &options)
{
	const CommonOptions &common = context.common;
	Columns columns;
	std::vector<SortKey> sort;

	auto outcome = read_columns(options.columns, default_columns(common.threads), columns, sort);
	if (outcome.exit != Exit::Done)
		return outcome;

	Listing listing;
	Collector collector(*context.source);
	if (auto error = collector.collect({common.filter, columns, sort, common.threads}, listing))
		return outcome_of_source(*error, context.source->name());

	Style style{common.format, common.headings, common.colour, common.width};
	context.out << (options.totals ? render_with_totals(listing, columns, style, common.threads) :
					 render(listing, columns, style));
	return outcome_of_search(common.filter, !listing.rows.empty());
}

} // namespace tool
