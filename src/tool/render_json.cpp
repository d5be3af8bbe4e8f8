// SPDX-License-Identifier: GPL-2.0
// Rows and totals as JSON. Types are those of the cells: times are seconds, sizes
// bytes, and what is not known is null.
#include <nlohmann/json.hpp>

#include "collect.h"
#include "render.h"

namespace tool {

namespace {

struct CellToJson {
	Json operator()(std::monostate) const { return nullptr; }
	Json operator()(std::int64_t number) const { return number; }
	Json operator()(std::uint64_t number) const { return number; }
	Json operator()(std::chrono::nanoseconds time) const { return static_cast<double>(time.count()) / 1e9; }
	Json operator()(Bytes bytes) const { return bytes.count; }
	Json operator()(std::string_view text) const { return escaped(text); }
};

Json counts_to_json(const std::array<std::uint64_t, psinfo::state_count> &counts, std::uint64_t total)
{
	Json json = Json::object();
	for (auto state : psinfo::all_states)
		json[std::string(psinfo::state_word(state))] = counts[static_cast<std::size_t>(state)];
	json["TOTAL"] = total;
	return json;
}

} // namespace

Json json_of(const Cell &cell)
{
	return std::visit(CellToJson(), cell);
}

Json json_of(const Row &row, const Columns &columns)
{
	Json json = Json::object();
	for (const auto *column : columns)
		json[std::string(column->name)] = json_of(column->cell(row));
	return json;
}

Json json_of(const psinfo::Totals &totals)
{
	return {{"processes", counts_to_json(totals.processes, totals.all_processes())},
		{"threads", counts_to_json(totals.threads, totals.all_threads())}};
}

Json json_of(const Listing &listing, const Columns &columns)
{
	Json json = Json::array();
	for (const auto *process : listing.rows)
		json.push_back(json_of(Row{*process, listing.snapshot, listing.facts}, columns));
	return json;
}

std::string render_json(const Listing &listing, const Columns &columns, const psinfo::Totals *totals)
{
	Json json = {{"processes", json_of(listing, columns)}};
	if (totals)
		json["totals"] = json_of(*totals);
	return dump(json);
}

std::string dump(const Json &json)
{
	return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

} // namespace tool
