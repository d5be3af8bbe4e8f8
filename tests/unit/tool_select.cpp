// SPDX-License-Identifier: GPL-2.0
// Filters, the part that the source applies, sorting, and collecting rows.
#include <gtest/gtest.h>

#include "tool_fixture.h"

namespace {

using namespace tool_test;
using psinfo::Query;
using psinfo::StateSet;

std::vector<std::int32_t> pids(const std::vector<const Process *> &rows)
{
	std::vector<std::int32_t> result;
	result.reserve(rows.size());
	for (const auto *row : rows)
		result.push_back(row->pid);
	return result;
}

/// The processes of the small machine that pass the filter, sorted.
std::vector<std::int32_t> listed(const tool::Filter &filter, std::string_view sort = "", std::string_view shown = "pid")
{
	FakeSource source;
	tool::Collector collector(source);
	tool::Listing listing;
	EXPECT_FALSE(collector.collect({filter, columns(shown), sort_keys(sort)}, listing));
	return pids(listing.rows);
}

using Pids = std::vector<std::int32_t>;

TEST(Filters, SelectProcessesThatMatchAllOfThem)
{
	tool::Filter filter;
	EXPECT_TRUE(tool::lets_all_through(filter));
	EXPECT_EQ(listed(filter), (Pids{1, 2, 3, 10, 20, 21}));

	filter.states = StateSet(State::Zombie) | State::Running;
	EXPECT_EQ(listed(filter), (Pids{20, 21}));
	filter.uids = {4000000002};
	EXPECT_EQ(listed(filter), (Pids{21}));
	EXPECT_FALSE(tool::lets_all_through(filter));
}

TEST(Filters, AcceptSeveralValues)
{
	tool::Filter filter;
	filter.pids = {3, 20, 21, 999};
	EXPECT_EQ(listed(filter), (Pids{3, 20, 21}));
	filter.uids = {4000000001, 4000000002};
	EXPECT_EQ(listed(filter), (Pids{20, 21}));
	filter.parents = {2, 10};
	EXPECT_EQ(listed(filter), (Pids{20, 21}));
}

TEST(Filters, DistinguishKernelThreadsFromUserProcesses)
{
	tool::Filter filter;
	filter.kind = Query::Kind::KernelThreads;
	EXPECT_EQ(listed(filter), (Pids{2, 3}));
	filter.kind = Query::Kind::UserProcesses;
	EXPECT_EQ(listed(filter), (Pids{1, 10, 20, 21}));
}

TEST(Filters, ArePushedDownToTheSource)
{
	tool::Filter filter;
	filter.states = StateSet(State::Idle);
	filter.uids = {5};
	filter.pids = {6};
	filter.parents = {7};
	filter.kind = Query::Kind::KernelThreads;
	auto query = tool::query_of(filter, {.memory = true}, true);

	EXPECT_EQ(query.states, StateSet(State::Idle));
	EXPECT_EQ(query.uid, 5U);
	EXPECT_EQ(query.pid, 6);
	EXPECT_EQ(query.parent, 7);
	EXPECT_EQ(query.kind, Query::Kind::KernelThreads);
	EXPECT_TRUE(query.threads);
	EXPECT_EQ(query.groups, psinfo::Groups{.memory = true});
	EXPECT_TRUE(tool::is_query(filter));
}

TEST(Filters, WithSeveralUsersRequestTheCredentials)
{
	tool::Filter filter;
	filter.uids = {5, 6};
	auto query = tool::query_of(filter, {}, false);

	EXPECT_FALSE(query.uid);
	EXPECT_TRUE(query.groups.credentials);
	EXPECT_FALSE(tool::is_query(filter));
}

/// The module compares kernel ids, so 65534 would not match users without a mapping.
TEST(Filters, DoNotPassTheOverflowIdToTheSource)
{
	tool::Filter filter;
	filter.uids = {65534};
	auto query = tool::query_of(filter, {}, false);
	EXPECT_FALSE(query.uid);
	EXPECT_TRUE(query.groups.credentials);
	EXPECT_FALSE(tool::is_query(filter));

	filter.overflow_uid = 4000000002;
	EXPECT_EQ(tool::query_of(filter, {}, false).uid, 65534U);
	EXPECT_TRUE(tool::is_query(filter));
	filter.uids = {4000000002};
	EXPECT_FALSE(tool::query_of(filter, {}, false).uid);
	EXPECT_EQ(listed(filter), (Pids{21}));
}

TEST(Filters, CountOnlyTheSelectedProcesses)
{
	psinfo::Snapshot snapshot;
	snapshot.processes = small_machine();
	snapshot.processes.push_back(thread_of(snapshot.processes[3], 11, "worker", State::Running));
	tool::Filter filter;
	filter.pids = {10, 20};
	tool::keep(filter, true, snapshot);

	EXPECT_EQ(snapshot.processes.size(), 3U);
	EXPECT_EQ(snapshot.totals.all_processes(), 2U);
	EXPECT_EQ(snapshot.totals.all_threads(), 3U);
	EXPECT_EQ(snapshot.totals.threads_in(State::Running), 1U);
	EXPECT_EQ(snapshot.totals.processes_in(State::Running), 0U);
}

TEST(Filters, ReplaceEarlierTotals)
{
	psinfo::Snapshot snapshot;
	snapshot.processes = small_machine();
	tool::keep({}, true, snapshot);
	EXPECT_EQ(snapshot.totals.all_processes(), 6U);
	EXPECT_EQ(snapshot.totals.all_threads(), 6U);

	tool::Filter zombies;
	zombies.states = StateSet(State::Zombie);
	tool::keep(zombies, false, snapshot);
	EXPECT_EQ(snapshot.totals.all_processes(), 1U);
	EXPECT_EQ(snapshot.totals.all_threads(), 0U);
}

TEST(Order, IsThatOfTheSortKeys)
{
	EXPECT_EQ(listed({}, "-pid"), (Pids{21, 20, 10, 3, 2, 1}));
	EXPECT_EQ(listed({}, "-rss,-pid"), (Pids{10, 1, 21, 20, 3, 2}));
	EXPECT_EQ(listed({}, "name"), (Pids{10, 20, 21, 1, 2, 3}));
	EXPECT_EQ(listed({}, "stat"), (Pids{21, 1, 2, 10, 20, 3})) << "by state, not by letter";
}

TEST(Order, TreatsUnknownValuesAsEqual)
{
	EXPECT_EQ(listed({}, "runtime,pid"), (Pids{1, 2, 3, 10, 20, 21}));
	EXPECT_EQ(listed({}, "-ppid,-runtime"), (Pids{20, 21, 3, 10, 1, 2}));
}

TEST(Order, PutsUnknownValuesLastInBothDirections)
{
	psinfo::Snapshot snapshot;
	snapshot.processes = small_machine();
	snapshot.processes[3].memory.reset();
	for (const char *keys : {"rss", "-rss"}) {
		auto rows = tool::sorted(snapshot, {}, sort_keys(keys));
		EXPECT_EQ(rows.back()->pid, 10) << keys;
	}
}

TEST(States, AreParsedFromLettersOrNames)
{
	std::string unknown;
	EXPECT_EQ(tool::parse_states("D,Z", unknown), StateSet(State::Uninterruptible) | State::Zombie);
	EXPECT_EQ(tool::parse_states("t", unknown), StateSet(State::Traced));
	EXPECT_EQ(tool::parse_states("T", unknown), StateSet(State::Stopped));
	EXPECT_EQ(tool::parse_states("d", unknown), StateSet(State::Uninterruptible));
	EXPECT_EQ(tool::parse_states("zombie,Running", unknown), StateSet(State::Zombie) | State::Running);
	EXPECT_EQ(tool::parse_states("unint", unknown), StateSet(State::Uninterruptible));
	EXPECT_EQ(tool::parse_states("?", unknown), StateSet(State::Other));
	for (const char *bad : {"Q", "", "D,", "sleeping", "ZOMBIES", "q"})
		EXPECT_FALSE(tool::parse_states(bad, unknown)) << bad;
}

TEST(Collecting, QueriesOnceAndOnlyWhatIsShown)
{
	FakeSource source;
	tool::Collector collector(source);
	tool::Listing listing;
	ASSERT_FALSE(collector.collect({{}, tool::default_columns(false), {}}, listing));

	ASSERT_EQ(source.asked.size(), 1U);
	EXPECT_EQ(source.asked[0].groups, psinfo::Groups{});
	EXPECT_FALSE(source.asked[0].threads);
}

TEST(Collecting, QueriesParentsThatTheFilterExcluded)
{
	FakeSource source;
	tool::Collector collector(source);
	tool::Listing listing;
	tool::Filter filter;
	filter.states = StateSet(State::Zombie);
	auto shown = columns("parent");
	ASSERT_FALSE(collector.collect({filter, shown, {}}, listing));

	ASSERT_EQ(source.asked.size(), 2U);
	EXPECT_EQ(source.asked[1].pid, 10);
	ASSERT_EQ(listing.rows.size(), 1U);
	EXPECT_EQ(shown[0]->cell({*listing.rows[0], listing.snapshot, listing.facts}),
		  tool::Cell(std::string_view("bash")));
}

TEST(Collecting, DoesNotNameALaterProcessAsAParentThatTheFilterExcluded)
{
	auto all = small_machine();
	all[3].start = 50s; // process 10 is now younger than its child 20
	FakeSource source(all);
	tool::Collector collector(source);
	tool::Listing listing;
	tool::Filter filter;
	filter.states = StateSet(State::Zombie);
	auto shown = columns("parent");
	ASSERT_FALSE(collector.collect({filter, shown, {}}, listing));

	ASSERT_EQ(listing.rows.size(), 1U);
	EXPECT_EQ(shown[0]->cell({*listing.rows[0], listing.snapshot, listing.facts}), tool::Cell());
}

TEST(Collecting, ReturnsOnlyTheRowsOfThePage)
{
	FakeSource source;
	tool::Collector collector(source);
	tool::Listing listing;
	ASSERT_FALSE(collector.collect({{}, columns("pid"), sort_keys("-pid"), false, 1, 2}, listing));
	EXPECT_EQ(pids(listing.rows), (Pids{20, 10}));
	EXPECT_EQ(listing.snapshot.processes.size(), 6U);

	tool::Listing beyond;
	ASSERT_FALSE(collector.collect({{}, columns("pid"), {}, false, 100, 2}, beyond));
	EXPECT_TRUE(beyond.rows.empty());
}

TEST(Collecting, ReturnsTheErrorOfTheSource)
{
	FakeSource source;
	source.error = psinfo::Error::from_errno(5, "query", "/proc/psinfo");
	tool::Collector collector(source);
	tool::Listing listing;
	auto error = collector.collect({{}, columns("pid"), {}}, listing);
	ASSERT_TRUE(error);
	EXPECT_EQ(error->number, 5);
}

} // namespace
