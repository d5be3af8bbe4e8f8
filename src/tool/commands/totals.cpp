// SPDX-License-Identifier: GPL-2.0
// `psinfo totals`: prints the number of processes and threads in each state.
#include "commands/totals.h"

#include <ostream>

#include "cli/options.h"
#include "model/select.h"
#include "render/render.h"

namespace tool {

void add_totals_options(CLI::App &, TotalsOptions &)
{
}

Outcome run_totals(const Context &context, const TotalsOptions &)
{
	const CommonOptions &common = context.common;
	auto query = query_of(common.filter, {}, true);
	query.totals_only = is_query(common.filter);

	auto snapshot = context.source->take(query);
	if (!snapshot)
		return outcome_of_source(snapshot.error(), context.source->name());
	if (!query.totals_only)
		keep(common.filter, true, *snapshot);
	context.out << render_totals(snapshot->totals, {common.format, common.headings});
	return outcome_of_search(common.filter, snapshot->totals.all_threads() > 0);
}

} // namespace tool
