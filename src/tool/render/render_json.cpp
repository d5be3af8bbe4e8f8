// SPDX-License-Identifier: GPL-2.0
// Renders rows and totals as JSON, as documented in psinfo(1), JSON. Types are those
// of the cells: sizes are in bytes, and unknown values are null.
#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "model/listing.h"
#include "render/character.h"
#include "render/render.h"

namespace tool {

namespace {

/// Replaces each byte that is not valid UTF-8 with U+FFFD.
std::string as_utf8(std::string_view text)
{
	std::string result;
	while (!text.empty()) {
		auto length = first_character(text).length;
		result += length > 0 ? text.substr(0, length) : "\xef\xbf\xbd";
		text.remove_prefix(std::max<std::size_t>(length, 1));
	}
	return result;
}

std::string as_hex(std::string_view text)
{
	constexpr std::string_view digits = "0123456789abcdef";
	std::string result;
	for (unsigned char byte : text) {
		result += digits[byte >> 4U];
		result += digits[byte & 15U];
	}
	return result;
}

/// Unknown values are null.
void add_cell(Json &object, const Column &column, const Cell &cell)
{
	std::string name(column.name);

	if (const auto *time = std::get_if<std::chrono::nanoseconds>(&cell))
		add_time(object, name, *time);
	else if (column.is_time)
		object.update({{name + "_seconds", nullptr}, {name + "_ns", nullptr}});
	else if (const auto *text = std::get_if<std::string_view>(&cell))
		add_text(object, name, *text);
	else if (const auto *bytes = std::get_if<Bytes>(&cell))
		object[name] = bytes->count;
	else if (const auto *negative = std::get_if<std::int64_t>(&cell))
		object[name] = *negative;
	else if (const auto *number = std::get_if<std::uint64_t>(&cell))
		object[name] = *number;
	else
		object[name] = nullptr;
}

Json counts_to_json(const std::array<std::uint64_t, psinfo::state_count> &counts, std::uint64_t total)
{
	Json json = Json::object();
	for (auto state : psinfo::all_states)
		json[std::string(psinfo::state_word(state))] = counts[static_cast<std::size_t>(state)];
	json["TOTAL"] = total;
	return json;
}

} // namespace

void add_text(Json &object, const std::string &key, std::string_view text)
{
	auto utf8 = as_utf8(text);
	bool is_exact = utf8 == text;

	object[key] = std::move(utf8);
	if (!is_exact)
		object[key + "_hex"] = as_hex(text);
}

void add_time(Json &object, const std::string &name, std::chrono::nanoseconds time)
{
	object[name + "_seconds"] = std::chrono::duration<double>(time).count();
	object[name + "_ns"] = std::int64_t{time.count()};
}

Json json_of(const Row &row, const Columns &columns)
{
	Json json = Json::object();
	for (const auto *column : columns)
		add_cell(json, *column, column->cell(row));
	return json;
}

Json json_of(const psinfo::Totals &totals, bool threads)
{
	return {{"processes", counts_to_json(totals.processes, totals.all_processes())},
		{"threads", threads ? counts_to_json(totals.threads, totals.all_threads()) : Json()}};
}

Json json_of(const Listing &listing, const Columns &columns)
{
	Json json = Json::array();
	for (const auto *process : listing.rows)
		json.push_back(json_of(Row{*process, listing.snapshot, listing.facts}, columns));
	return json;
}

std::string render_json(const Listing &listing, const Columns &columns)
{
	return dump({{"processes", json_of(listing, columns)}});
}

std::string render_json_with_totals(const Listing &listing, const Columns &columns, bool threads)
{
	return dump({{"processes", json_of(listing, columns)}, {"totals", json_of(listing.snapshot.totals, threads)}});
}

std::string dump(const Json &json)
{
	return json.dump(2, ' ', true, Json::error_handler_t::replace) + '\n';
}

} // namespace tool
