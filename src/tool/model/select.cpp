// SPDX-License-Identifier: GPL-2.0
// Selects and sorts rows.
#include "model/select.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <numeric>

#include "model/parse.h"

namespace tool {

namespace {

using psinfo::Process;
using psinfo::Query;

template <typename Value> bool has(const std::vector<Value> &wanted, Value value)
{
	return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

template <typename Value> std::optional<Value> single(const std::vector<Value> &wanted)
{
	return wanted.size() == 1 ? std::optional(wanted[0]) : std::nullopt;
}

bool has_user(const Filter &filter, const Process &process)
{
	return filter.uids.empty() || (process.credentials && has(filter.uids, process.credentials->uid));
}

/// The user, if there is exactly one. Not the overflow id: the module compares kernel
/// ids and would omit processes of unmapped users, which are shown with that id.
std::optional<std::uint32_t> user_for_source(const Filter &filter)
{
	auto uid = single(filter.uids);
	return uid == filter.overflow_uid ? std::nullopt : uid;
}

bool is_of_kind(Query::Kind kind, const Process &process)
{
	return kind == Query::Kind::All || (kind == Query::Kind::KernelThreads) == process.is_kernel_thread();
}

/// Returns -1, 0 or 1. Unknown values come last in both directions.
int compare(const Cell &left, const Cell &right, bool descending)
{
	bool left_is_nothing = left.index() == 0;
	bool right_is_nothing = right.index() == 0;

	if (left_is_nothing || right_is_nothing)
		return int{left_is_nothing} - int{right_is_nothing};
	int order = int{right < left} - int{left < right};
	return descending ? -order : order;
}

Cell key_of(const Column &column, const Row &row)
{
	return (column.sort_key ? column.sort_key : column.cell)(row);
}

bool begins_as(std::string_view word, std::string_view text)
{
	auto is_same = [](unsigned char a, unsigned char b) { return std::toupper(a) == std::toupper(b); };
	return text.size() <= word.size() && std::equal(text.begin(), text.end(), word.begin(), is_same);
}

/// Case matters only for a letter that is used in both: t is TRACED and T STOPPED, but
/// d is D.
psinfo::StateSet parse_letter(char letter)
{
	auto upper = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
	for (char wanted : {letter, upper})
		for (auto state : psinfo::all_states)
			if (psinfo::state_letter(state) == wanted)
				return state;
	return {};
}

psinfo::StateSet parse_state(std::string_view text)
{
	psinfo::StateSet found;

	if (text.size() == 1)
		return parse_letter(text[0]);
	for (auto state : psinfo::all_states)
		if (!text.empty() && begins_as(psinfo::state_word(state), text))
			found = found | state;
	return found;
}

} // namespace

Query query_of(const Filter &filter, psinfo::Groups groups, bool threads)
{
	Query query;

	query.uid = user_for_source(filter);
	query.groups = groups;
	query.groups.credentials |= !filter.uids.empty() && !query.uid;
	query.threads = threads;
	query.states = filter.states;
	query.pid = single(filter.pids);
	query.parent = single(filter.parents);
	query.kind = filter.kind;
	return query;
}

bool is_query(const Filter &filter)
{
	return (filter.uids.empty() || user_for_source(filter)) && filter.pids.size() <= 1 &&
	       filter.parents.size() <= 1;
}

bool lets_all_through(const Filter &filter)
{
	return !filter.states && filter.uids.empty() && filter.pids.empty() && filter.parents.empty() &&
	       filter.kind == Query::Kind::All;
}

bool matches(const Filter &filter, const Process &process)
{
	return (!filter.states || filter.states->contains(process.state)) && has(filter.pids, process.tgid) &&
	       has(filter.parents, process.ppid) && has_user(filter, process) && is_of_kind(filter.kind, process);
}

void keep(const Filter &filter, bool threads, psinfo::Snapshot &snapshot)
{
	std::erase_if(snapshot.processes, [&](const Process &process) { return !matches(filter, process); });
	snapshot.totals = {};
	for (const auto &process : snapshot.processes) {
		auto state = static_cast<std::size_t>(process.state);
		snapshot.totals.processes[state] += !process.is_thread();
		snapshot.totals.threads[state] += threads;
	}
}

std::vector<const Process *> sorted(const psinfo::Snapshot &snapshot, const Facts &facts,
				    const std::vector<SortKey> &keys)
{
	struct Sortable {
		const Process *process;
		Cell key;
	};
	std::vector<const Process *> rows;
	std::transform(snapshot.processes.begin(), snapshot.processes.end(), std::back_inserter(rows),
		       [](const Process &process) { return &process; });

	// Sort by the last key first: the sort is stable, so that the first key wins.
	for (std::size_t i = keys.size(); i-- > 0;) {
		const auto &key = keys[i];
		std::vector<Sortable> sortables;
		sortables.reserve(rows.size());
		for (const auto *process : rows)
			sortables.push_back({process, key_of(*key.column, {*process, snapshot, facts})});
		std::stable_sort(sortables.begin(), sortables.end(), [&](const auto &left, const auto &right) {
			return compare(left.key, right.key, key.descending) < 0;
		});
		std::transform(sortables.begin(), sortables.end(), rows.begin(),
			       [](const Sortable &sortable) { return sortable.process; });
	}
	return rows;
}

std::optional<psinfo::StateSet> parse_states(std::string_view text, std::string &ret_unknown)
{
	psinfo::StateSet states;

	for (auto part : split(text)) {
		auto state = parse_state(part);
		if (state.empty()) {
			ret_unknown = part;
			return std::nullopt;
		}
		states = states | state;
	}
	return states;
}

} // namespace tool
