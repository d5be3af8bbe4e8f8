// SPDX-License-Identifier: GPL-2.0
// Collects rows from a source.
#include "model/listing.h"

#include <algorithm>
#include <array>
#include <set>

#include <unistd.h>

#include "model/select.h"

namespace tool {

namespace {

/// The initial PID namespace has a fixed inode number (PROC_PID_INIT_INO).
bool is_initial_namespace()
{
	constexpr std::string_view initial = "pid:[4026531836]";
	std::array<char, 64> target;
	auto length = readlink("/proc/self/ns/pid", target.data(), target.size());
	return length > 0 && std::string_view(target.data(), static_cast<std::size_t>(length)) == initial;
}

std::set<std::int32_t> missing_parents(const psinfo::Snapshot &snapshot)
{
	std::set<std::int32_t> missing;
	for (const auto &process : snapshot.processes)
		if (process.ppid && !snapshot.find(process.ppid))
			missing.insert(process.ppid);
	return missing;
}

std::vector<const psinfo::Process *> all_of(const psinfo::Snapshot &snapshot)
{
	std::vector<const psinfo::Process *> processes;
	for (const auto &process : snapshot.processes)
		processes.push_back(&process);
	return processes;
}

} // namespace

/// Parents that the filter left out are queried one by one if there are only a few.
std::optional<psinfo::Error> Collector::find_parents(Listing &listing) const
{
	constexpr std::size_t few = 8;
	auto missing = missing_parents(listing.snapshot);
	if (missing.empty())
		return std::nullopt;

	std::vector<psinfo::Query> queries;
	if (missing.size() > few)
		queries.emplace_back();
	else
		for (auto pid : missing)
			queries.emplace_back().pid = pid;
	for (const auto &query : queries) {
		auto found = source_.take(query);
		if (!found)
			return found.error();
		for (auto &process : found->processes)
			if (missing.contains(process.pid))
				listing.facts.parents.emplace(process.pid, std::move(process));
	}
	return std::nullopt;
}

std::optional<psinfo::Error> Collector::find_facts(const Needs &needs, const Wanted &wanted, Listing &listing) const
{
	listing.facts.now = listing.snapshot.began;
	if (!needs.parents)
		return std::nullopt;
	listing.facts.initial_namespace = is_initial_namespace();
	return lets_all_through(wanted.filter) ? std::nullopt : find_parents(listing);
}

/// Command lines cost most: unless they are a sort key, only those shown are read.
void Collector::choose_rows(const Wanted &wanted, Listing &listing)
{
	if (needs_of({}, wanted.sort).args)
		listing.facts.args = args_.read(all_of(listing.snapshot), wanted.most_slow);
	listing.rows = sorted(listing.snapshot, listing.facts, wanted.sort);

	auto skipped = std::min(wanted.skip, listing.rows.size());
	listing.rows.erase(listing.rows.begin(), listing.rows.begin() + static_cast<std::ptrdiff_t>(skipped));
	listing.rows.resize(std::min(wanted.most, listing.rows.size()));
	if (needs_of(wanted.columns, {}).args && !needs_of({}, wanted.sort).args)
		listing.facts.args = args_.read(listing.rows, wanted.most_slow);
}

std::optional<psinfo::Error> Collector::collect(const Wanted &wanted, Listing &listing)
{
	auto query = query_of(wanted.filter, groups_of(wanted.columns, wanted.sort), wanted.threads);
	auto taken = source_.take(query);
	if (!taken)
		return taken.error();

	listing.snapshot = std::move(*taken);
	listing.facts.users = users_;
	if (!is_query(wanted.filter))
		keep(wanted.filter, wanted.threads, listing.snapshot);
	if (auto error = find_facts(needs_of(wanted.columns, wanted.sort), wanted, listing))
		return error;
	choose_rows(wanted, listing);
	return std::nullopt;
}

} // namespace tool
