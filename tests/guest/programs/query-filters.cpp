// SPDX-License-Identifier: GPL-2.0
// query-filters PID...: queries with every filter and many combinations of them,
// and compares the records with those of an unfiltered query, filtered here
// according to the contract. The PIDs are used for filters by process and parent.
// Totals must match the records, also with totals only. A case is valid if nothing
// has changed meanwhile, that is, if the unfiltered answers before and after are
// equal; it is repeated until then. A process may change and change back in
// between, so a case fails only if it is wrong several times.
#include "query.h"

#include <cstdio>

namespace {

constexpr int most_tries = 200;
constexpr int most_wrong = 20; // a thread that runs briefly is no error; real errors recur
constexpr std::uint32_t most = 1000; // records, in one call
constexpr std::uint32_t kernel_thread = 0x00200000; // PF_KTHREAD
constexpr std::uint32_t groups = PSINFO_GROUP_CRED;

struct Filter {
	std::uint32_t filters = 0, states = 0, uid = 0, pid = 0, parent = 0;
};

std::string words(const Filter &filter, std::uint32_t flags)
{
	std::string text = flags & PSINFO_QUERY_THREADS ? "threads" : "processes";
	const auto add = [&](std::uint32_t bit, const std::string &word) {
		if (filter.filters & bit)
			text += " " + word;
	};
	add(PSINFO_FILTER_STATES, "states=" + std::to_string(filter.states));
	add(PSINFO_FILTER_UID, "uid=" + std::to_string(filter.uid));
	add(PSINFO_FILTER_PID, "pid=" + std::to_string(filter.pid));
	add(PSINFO_FILTER_PARENT, "parent=" + std::to_string(filter.parent));
	add(PSINFO_FILTER_KERNEL, "kernel");
	add(PSINFO_FILTER_USER, "user");
	return text;
}

bool passes(const psinfo_record &record, const Filter &filter)
{
	const auto wants = [&](std::uint32_t bit) { return filter.filters & bit; };
	const bool is_kernel = record.flags & kernel_thread;
	return (!wants(PSINFO_FILTER_STATES) || filter.states >> record.state & 1) &&
	       (!wants(PSINFO_FILTER_UID) || record.uid == filter.uid) &&
	       (!wants(PSINFO_FILTER_PID) || record.tgid == filter.pid) &&
	       (!wants(PSINFO_FILTER_PARENT) || record.ppid == filter.parent) &&
	       (!wants(PSINFO_FILTER_KERNEL) || is_kernel) && (!wants(PSINFO_FILTER_USER) || !is_kernel);
}

using Records = std::vector<psinfo_record>;

bool is_same(const Records &one, const Records &other)
{
	return one.size() == other.size() &&
	       std::memcmp(one.data(), other.data(), one.size() * sizeof(psinfo_record)) == 0;
}

psinfo_query query_for(const Filter &filter, std::uint32_t flags)
{
	psinfo_query query = whole_query();
	query.groups = groups;
	query.flags = flags;
	query.filters = filter.filters;
	query.states = filter.states;
	query.uid = filter.uid;
	query.pid = filter.pid;
	query.parent = filter.parent;
	return query;
}

// Queries totals only; returns what is wrong with the answer.
std::string totals_are_wrong(int fd, const Filter &filter, std::uint32_t flags, const Totals &processes,
			     const Totals &threads)
{
	const psinfo_query query = ask_totals(fd, query_for(filter, flags));
	if (query.nr_records || query.cursor || query.result & PSINFO_RESULT_MORE)
		return "totals only gave records, or a cursor";
	for (std::size_t i = 0; i < PSINFO_STATES_MAX; ++i)
		if (query.processes[i] != processes[i] || query.threads[i] != threads[i])
			return "totals only counts " + std::to_string(query.processes[i]) + " processes and " +
			       std::to_string(query.threads[i]) + " threads in state " + std::to_string(i) + ", not " +
			       std::to_string(processes[i]) + " and " + std::to_string(threads[i]);
	return {};
}

// The first record in which two answers differ
std::string difference(const Records &is, const Records &should)
{
	std::string text = std::to_string(is.size()) + " records instead of " + std::to_string(should.size());
	for (const auto &record : should)
		if (const auto *found = find_record(is, record.pid); !found)
			return text + "; " + std::to_string(record.pid) + " " + name_of(record) + " is missing";
		else if (std::memcmp(found, &record, sizeof(record)) != 0)
			return text + "; " + std::to_string(record.pid) + " " + name_of(record) + " differs";
	for (const auto &record : is)
		if (!find_record(should, record.pid))
			return text + "; " + std::to_string(record.pid) + " " + name_of(record) + " is too much";
	return text;
}

class Cases {
public:
	void run(const Filter &filter, std::uint32_t flags)
	{
		const std::string what = words(filter, flags);
		std::string wrong;
		int times_wrong = 0;
		++cases_;
		for (int i = 0; i < most_tries && times_wrong < most_wrong; ++i) {
			const auto result = attempt(filter, flags, wrong);
			if (result == Attempt::Right)
				return;
			times_wrong += result == Attempt::Wrong;
		}
		std::fprintf(stderr, "%s: %s\n", what.c_str(), wrong.empty() ? "it was never quiet" : wrong.c_str());
		++failures_;
	}

	// Returns whether there were no failures and enough cases with records.
	bool report(unsigned least_filled) const
	{
		std::printf("%u cases, %u with records, %zu records\n", cases_, filled_, records_);
		if (filled_ < least_filled)
			std::fprintf(stderr, "only %u cases had any records\n", filled_);
		return !failures_ && filled_ >= least_filled;
	}

private:
	enum class Attempt { Right, Wrong, Disturbed };

	Attempt attempt(const Filter &filter, std::uint32_t flags, std::string &wrong)
	{
		const Records before = pass(fd_, query_for({}, flags), most).records;
		const Pass filtered = pass(fd_, query_for(filter, flags), most);
		const Pass in_steps = pass(fd_, query_for(filter, flags), 3);
		Records should;
		std::copy_if(before.begin(), before.end(), std::back_inserter(should),
			     [&](const auto &record) { return passes(record, filter); });
		wrong = totals_are_wrong(fd_, filter, flags, filtered.processes, filtered.threads);
		const Pass again = pass(fd_, query_for(filter, flags), most);
		if (again.processes != filtered.processes || again.threads != filtered.threads ||
		    !is_same(before, pass(fd_, query_for({}, flags), most).records))
			return Attempt::Disturbed;

		if (wrong.empty() && !is_same(filtered.records, should))
			wrong = difference(filtered.records, should);
		if (wrong.empty() && !is_same(in_steps.records, should))
			wrong = "in steps of three: " + difference(in_steps.records, should);
		if (wrong.empty() && (in_steps.processes != filtered.processes || in_steps.threads != filtered.threads))
			wrong = "the totals of the steps do not add up";
		filled_ += !should.empty();
		records_ += should.size();
		return wrong.empty() ? Attempt::Right : Attempt::Wrong;
	}

	const Descriptor fd_{psinfo_path};
	unsigned cases_ = 0, failures_ = 0, filled_ = 0;
	std::size_t records_ = 0;
};

// Combinations of filters by state, user, kind and number, each of which may be unset
std::vector<Filter> ways_to_ask(const std::vector<std::uint32_t> &pids)
{
	constexpr std::uint32_t sleeping = 1u << PSINFO_STATE_INTERRUPTIBLE, running = 1u << PSINFO_STATE_RUNNING,
				ended = 1u << PSINFO_STATE_ZOMBIE, idle = 1u << PSINFO_STATE_IDLE;
	std::vector<Filter> by_state = {{}}, by_uid = {{}}, by_kind = {{}}, by_number = {{}}, all;
	for (const std::uint32_t states : {sleeping, ended, running | idle})
		by_state.push_back({PSINFO_FILTER_STATES, states, 0, 0, 0});
	for (const std::uint32_t uid : {0u, 1000u})
		by_uid.push_back({PSINFO_FILTER_UID, 0, uid, 0, 0});
	for (const std::uint32_t kind : {PSINFO_FILTER_KERNEL, PSINFO_FILTER_USER})
		by_kind.push_back({kind, 0, 0, 0, 0});
	for (const std::uint32_t pid : pids) {
		by_number.push_back({PSINFO_FILTER_PID, 0, 0, pid, 0});
		by_number.push_back({PSINFO_FILTER_PARENT, 0, 0, 0, pid});
		by_number.push_back({PSINFO_FILTER_PID | PSINFO_FILTER_PARENT, 0, 0, pid, pids.front()});
	}
	for (const auto &state : by_state)
		for (const auto &uid : by_uid)
			for (const auto &kind : by_kind)
				for (const auto &number : by_number)
					all.push_back({state.filters | uid.filters | kind.filters | number.filters,
						       state.states, uid.uid, number.pid, number.parent});
	for (unsigned state = 0; state < PSINFO_NR_STATES; ++state)
		all.push_back({PSINFO_FILTER_STATES, 1u << state, 0, 0, 0});
	all.push_back({PSINFO_FILTER_STATES, (1u << PSINFO_NR_STATES) - 1, 0, 0, 0});
	all.push_back({PSINFO_FILTER_UID, 0, 4'000'000'000u, 0, 0});
	all.push_back({PSINFO_FILTER_UID, 0, 12345, 0, 0});
	return all;
}

} // namespace

int main(int argc, char **argv)
{
	std::vector<std::uint32_t> pids;
	for (int i = 1; i < argc; ++i)
		pids.push_back(static_cast<std::uint32_t>(std::atoi(argv[i])));
	if (pids.empty())
		throw std::runtime_error("usage: query-filters PID...");
	Cases cases;
	for (const auto &filter : ways_to_ask(pids))
		for (const std::uint32_t flags : {0u, PSINFO_QUERY_THREADS})
			cases.run(filter, flags);
	return cases.report(50) ? 0 : 1;
}
