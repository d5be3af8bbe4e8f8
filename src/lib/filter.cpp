// SPDX-License-Identifier: MIT
// Validation, filters and totals, the same for every source.
#include "filter.h"

#include <string>
#include <utility>

namespace psinfo {

namespace {

Error invalid_query(std::string problem)
{
	return {Error::Kind::Invalid, "query", "processes", std::move(problem)};
}

} // namespace

Groups Groups::operator|(const Groups &other) const
{
	Groups both;
#define GROUP(group, member, ...) both.member = member || other.member;
#include "fields.def"
	return both;
}

std::optional<Error> query_error(const Query &query)
{
	if (query.pid && *query.pid <= 0)
		return invalid_query(std::to_string(*query.pid) + " is not a valid pid");
	if (query.parent && *query.parent <= 0)
		return invalid_query(std::to_string(*query.parent) + " is not a valid parent pid");
	if (query.states && query.states->empty())
		return invalid_query("the set of states is empty");
	return std::nullopt;
}

bool passes(const Query &query, const Process &process, std::uint32_t uid)
{
	if (query.kind == Query::Kind::KernelThreads && !process.is_kernel_thread())
		return false;
	if (query.kind == Query::Kind::UserProcesses && process.is_kernel_thread())
		return false;
	return (!query.states || query.states->contains(process.state)) && (!query.uid || *query.uid == uid) &&
	       (!query.pid || *query.pid == process.tgid) && (!query.parent || *query.parent == process.ppid);
}

void count(const Process &process, bool threads, Totals &totals)
{
	const auto state = static_cast<std::size_t>(process.state);
	if (threads)
		totals.threads.at(state)++;
	if (!process.is_thread())
		totals.processes.at(state)++;
}

} // namespace psinfo
