// SPDX-License-Identifier: GPL-2.0
// The columns, made from fields.def, and the cells of those that are not fields.
#include "model/fields.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "lib/members.h"
#include "model/parse.h"

namespace tool {

namespace {

using psinfo::Credentials;
using psinfo::Groups;
using psinfo::Process;
using psinfo::Unit;

Cell cell_of(std::int32_t number)
{
	return std::int64_t{number};
}

Cell cell_of(std::uint32_t number)
{
	return std::uint64_t{number};
}

Cell cell_of(std::uint64_t number)
{
	return number;
}

Cell cell_of(std::chrono::nanoseconds time)
{
	return time;
}

Cell cell_of(std::string_view text)
{
	return text;
}

template <auto Member> Cell user(const Row &row)
{
	if (!row.process.credentials)
		return {};
	return cell_of(row.facts.users->user((*row.process.credentials).*Member));
}

Cell group(const Row &row)
{
	if (!row.process.credentials)
		return {};
	return cell_of(row.facts.users->group(row.process.credentials->gid));
}

Cell elapsed(const Row &row)
{
	return cell_of(std::max(row.facts.now - row.process.start, psinfo::BootTime::zero()));
}

Cell total_time(const Row &row)
{
	return row.process.times ? cell_of(row.process.times->utime + row.process.times->stime) : Cell();
}

Cell state_number(const Row &row)
{
	return std::uint64_t{static_cast<std::size_t>(row.process.state)};
}

/// A cell refers to its text, which therefore has to outlive it.
Cell state_letter_text(psinfo::State state)
{
	static const auto letters = [] {
		std::array<char, psinfo::state_count> all{};
		std::transform(psinfo::all_states.begin(), psinfo::all_states.end(), all.begin(), psinfo::state_letter);
		return all;
	}();
	const auto index = std::min(static_cast<std::size_t>(state), letters.size() - 1);
	return std::string_view(&letters[index], 1);
}

Cell policy_text(std::uint32_t policy)
{
	static constexpr std::array<std::string_view, 8> words = {"other", "fifo", "rr",       "batch",
								  "",	   "idle", "deadline", "ext"};
	if (policy >= words.size() || words[policy].empty())
		return cell_of(policy);
	return words[policy];
}

/// The cell of a field with that unit.
template <Unit unit, typename Value> Cell cell_in(const Value &value)
{
	if constexpr (unit == Unit::BYTES)
		return Bytes{value};
	else if constexpr (unit == Unit::POLICY)
		return policy_text(value);
	else if constexpr (unit == Unit::STATE)
		return state_letter_text(value);
	else
		return cell_of(value);
}

template <Unit unit, typename Value> Cell cell_in(const std::optional<Value> &value)
{
	return value ? cell_in<unit>(*value) : Cell();
}

template <Unit unit, auto group, auto member> Cell field(const Row &row)
{
	const auto *value = psinfo::field_of<group, member>(row.process);
	return value ? cell_in<unit>(*value) : Cell();
}

/// False for a later process that has reused the parent's pid.
bool is_parent(const Process &parent, const Process &child)
{
	return parent.start <= child.start;
}

Cell stat(const Row &row)
{
	return psinfo::state_word(row.process.state);
}

Cell parent(const Row &row)
{
	if (row.process.ppid == 0)
		return row.facts.initial_namespace ? cell_of("swapper/0") : Cell();
	const Process *found = row.snapshot.find(row.process.ppid);
	if (!found) {
		auto elsewhere = row.facts.parents.find(row.process.ppid);
		found = elsewhere == row.facts.parents.end() ? nullptr : &elsewhere->second;
	}
	return found && is_parent(*found, row.process) ? cell_of(found->name) : Cell();
}

Cell args(const Row &row)
{
	auto found = row.facts.args.find(row.process.pid);
	return found == row.facts.args.end() ? Cell() : cell_of(found->second);
}

// ---- the columns ---------------------------------------------------------

// Which groups the fields of a group need
constexpr Groups groups_for_IDENTITY{};
#define GROUP(group, member, ...) constexpr Groups groups_for_##group{.member = true};
#include "fields.def"

/// The column of a field, shown as its unit demands
constexpr Column field_column(Unit unit, Column column)
{
	if (unit == Unit::STATE) {
		column.heading = "S";
		column.sort_key = state_number;
		column.shows_state = true;
	}
	const bool is_text = unit == Unit::STATE || unit == Unit::NAME || unit == Unit::POLICY;
	column.align = is_text ? Align::Left : Align::Right;
	column.is_time = unit == Unit::TIME;
	return column;
}

// Columns that are not fields, without name, heading and description.
constexpr Column made_elapsed{"", "", "", Align::Right, {}, elapsed, nullptr, "-", false, {}, true};
constexpr Column made_stat{"", "", "", Align::Left, {}, stat, state_number, "-", true};
constexpr Column made_user{"", "", "", Align::Left, groups_for_CRED, user<&Credentials::uid>};
constexpr Column made_euser{"", "", "", Align::Left, groups_for_CRED, user<&Credentials::euid>};
constexpr Column made_group{"", "", "", Align::Left, groups_for_CRED, group};
constexpr Column made_time{"", "", "", Align::Right, groups_for_TIMES, total_time, nullptr, "-", false, {}, true};
constexpr Column made_parent{"", "", "", Align::Left, {}, parent, nullptr, "None", false, {.parents = true}};
constexpr Column made_args{"", "", "", Align::Left, {}, args, nullptr, "?", false, {.args = true}};

constexpr Column with_labels(Column column, std::string_view name, std::string_view heading,
			     std::string_view description)
{
	column.name = name;
	column.heading = heading;
	column.description = description;
	return column;
}

// In the order of --help and of psinfo show.
constexpr Column columns[] = {
#define FIELD(group, name, member, unit, origin, course, width, heading, description)           \
	field_column(Unit::unit, {#name, heading, description, Align::Left, groups_for_##group, \
				  field<Unit::unit, psinfo::group_of_##group, &psinfo::type_of_##group::name>}),
#define TOOL_COLUMN(name, heading, description) with_labels(made_##name, #name, heading, description),
#define COLUMN(name, width, heading, description) TOOL_COLUMN(name, heading, description)
#include "fields.def"
};

Columns named(std::initializer_list<std::string_view> names)
{
	Columns result;
	std::transform(names.begin(), names.end(), std::back_inserter(result), find_column);
	return result;
}

constexpr std::size_t name_width = 14; ///< in the help
static_assert(std::all_of(std::begin(columns), std::end(columns),
			  [](const Column &column) { return column.name.size() < name_width; }));

} // namespace

std::span<const Column> all_columns()
{
	return columns;
}

const Column *find_column(std::string_view name)
{
	const auto *found = std::find_if(std::begin(columns), std::end(columns),
					 [&](const Column &column) { return column.name == name; });
	return found == std::end(columns) ? nullptr : found;
}

Columns default_columns(bool threads)
{
	if (threads)
		return named({"tgid", "pid", "name", "stat", "parent"});
	return named({"pid", "name", "stat", "parent"});
}

Columns parse_columns(std::string_view text, const Columns &defaults, std::string &ret_unknown)
{
	Columns result = text.starts_with('+') ? defaults : Columns();

	for (auto name : split(text)) {
		if (name.starts_with('+'))
			name.remove_prefix(1);
		const auto *column = find_column(name);
		if (!column) {
			ret_unknown = name;
			return {};
		}
		result.push_back(column);
	}
	return result;
}

std::vector<SortKey> parse_sort(std::string_view text, std::string &ret_unknown)
{
	std::vector<SortKey> keys;

	for (auto name : split(text)) {
		bool descending = name.starts_with('-');
		if (descending || name.starts_with('+'))
			name.remove_prefix(1);
		const auto *column = find_column(name);
		if (!column) {
			ret_unknown = name;
			return {};
		}
		keys.push_back({column, descending});
	}
	return keys;
}

std::string columns_help()
{
	std::string help;

	for (const auto &column : columns) {
		help += "  ";
		help += column.name;
		help.append(name_width - column.name.size(), ' ');
		help += column.description;
		help += '\n';
	}
	return help;
}

psinfo::Groups groups_of(const Columns &shown, const std::vector<SortKey> &sort)
{
	Groups groups;
	for (const auto *column : shown)
		groups = groups | column->groups;
	for (const auto &key : sort)
		groups = groups | key.column->groups;
	return groups;
}

Needs needs_of(const Columns &shown, const std::vector<SortKey> &sort)
{
	Needs needs;
	for (const auto *column : shown)
		needs = needs | column->needs;
	for (const auto &key : sort)
		needs = needs | key.column->needs;
	return needs;
}

} // namespace tool
