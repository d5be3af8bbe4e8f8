// SPDX-License-Identifier: GPL-2.0
// The table of columns, and the cells of rows.
#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "tool_fixture.h"

namespace {

using namespace tool_test;
using tool::Cell;

TEST(Columns, HaveUniqueNamesAndIncludeAllThatArePromised)
{
	std::set<std::string_view> names;
	for (const auto &column : tool::all_columns()) {
		EXPECT_TRUE(names.insert(column.name).second) << column.name;
		EXPECT_FALSE(column.description.empty()) << column.name;
		EXPECT_EQ(tool::find_column(column.name), &column);
	}
	for (const char *name :
	     {"pid",	 "ppid", "tgid",   "name",	  "stat",	 "state",	"parent",  "uid",     "prio",
	      "nice",	 "cpu",	 "nvcsw",  "nivcsw",	  "utime",	 "stime",	"start",   "threads", "flags",
	      "rss",	 "swap", "policy", "static_prio", "normal_prio", "rt_priority", "tracer",  "session", "pgrp",
	      "elapsed", "user", "euser",  "group",	  "egid",	 "time",	"runtime", "min_flt", "maj_flt",
	      "vsize",	 "args", "cgroup", "euid",	  "gid",	 "cpus_allowed"})
		EXPECT_TRUE(names.contains(name)) << name;
}

TEST(Columns, KnowWhetherTheirCellsAreTimes)
{
	const auto machine = small_machine();
	auto process = machine[3];
	fill(process);
	const psinfo::Snapshot snapshot;
	tool::Facts facts;
	facts.now = 100s;
	facts.users = std::make_shared<tool::Users>();
	unsigned times = 0;
	for (const auto &column : tool::all_columns()) {
		auto cell = column.cell({process, snapshot, facts});
		EXPECT_EQ(std::holds_alternative<std::chrono::nanoseconds>(cell), column.is_time) << column.name;
		times += column.is_time;
	}
	constexpr std::string_view units[] = {
#define FIELD(group, name, member, unit, ...) #unit,
#include "fields.def"
	};
	const auto fields = std::count(std::begin(units), std::end(units), "TIME");
	EXPECT_EQ(times, fields + 2U) << "and elapsed, and time";
}

TEST(Columns, AreAllInTheHelp)
{
	auto help = tool::columns_help();
	for (const auto &column : tool::all_columns())
		EXPECT_NE(help.find("  " + std::string(column.name) + " "), std::string::npos) << column.name;
}

TEST(Columns, AreParsed)
{
	std::string unknown;
	auto defaults = columns("pid,name");

	EXPECT_EQ(tool::parse_columns("name,pid", defaults, unknown), columns("name,pid"));
	EXPECT_EQ(tool::parse_columns("+rss,uid", defaults, unknown), columns("pid,name,rss,uid"));
	EXPECT_EQ(tool::parse_columns("uid,+rss", defaults, unknown), columns("uid,rss"));
	EXPECT_EQ(tool::parse_columns("+rss,+uid", defaults, unknown), columns("pid,name,rss,uid"));
	EXPECT_TRUE(tool::parse_columns("pid,nope", defaults, unknown).empty());
	EXPECT_EQ(unknown, "nope");
	EXPECT_TRUE(tool::parse_columns("pid,,name", defaults, unknown).empty());
	EXPECT_EQ(unknown, "");
}

TEST(Columns, AreParsedAsSortKeys)
{
	std::string unknown;
	auto keys = tool::parse_sort("-rss,pid,+name", unknown);

	ASSERT_EQ(keys.size(), 3U);
	EXPECT_EQ(keys[0], (tool::SortKey{tool::find_column("rss"), true}));
	EXPECT_EQ(keys[1], (tool::SortKey{tool::find_column("pid"), false}));
	EXPECT_EQ(keys[2], (tool::SortKey{tool::find_column("name"), false}));
	EXPECT_TRUE(tool::parse_sort("-nope", unknown).empty());
	EXPECT_EQ(unknown, "nope");
}

TEST(Columns, RequestOnlyTheGroupsTheyNeed)
{
	EXPECT_EQ(tool::groups_of(tool::default_columns(false), {}), psinfo::Groups{});
	EXPECT_EQ(tool::groups_of(columns("pid,user"), sort_keys("-rss")),
		  (psinfo::Groups{.credentials = true, .memory = true}));
	EXPECT_EQ(tool::needs_of(columns("pid,name"), {}), tool::Needs{});
	EXPECT_EQ(tool::needs_of(columns("args"), sort_keys("parent")), (tool::Needs{true, true}));
}

/// Cells of the processes of the small machine.
class Cells : public testing::Test {
protected:
	void SetUp() override
	{
		auto wanted = columns("user,rss,utime,prio,cgroup,parent");
		ASSERT_FALSE(collector_.collect({filter_, wanted, {}}, listing_));
		listing_.facts.initial_namespace = true;
	}
	Cell cell(const char *column, std::int32_t pid) const
	{
		return tool::find_column(column)->cell(
			{*listing_.snapshot.find(pid), listing_.snapshot, listing_.facts});
	}

	FakeSource source_;
	tool::Filter filter_;
	tool::Collector collector_{source_};
	tool::Listing listing_;
};

TEST_F(Cells, HaveTypes)
{
	EXPECT_EQ(cell("pid", 10), Cell(std::int64_t{10}));
	EXPECT_EQ(cell("uid", 10), Cell(std::uint64_t{4000000001}));
	EXPECT_EQ(cell("time", 10), Cell(std::chrono::nanoseconds(1250ms)));
	EXPECT_EQ(cell("elapsed", 10), Cell(std::chrono::nanoseconds(90s)));
	EXPECT_EQ(cell("rss", 21), Cell(tool::Bytes{1536}));
	EXPECT_EQ(cell("vsize", 21), Cell(tool::Bytes{6144}));
	EXPECT_EQ(cell("policy", 21), Cell(std::string_view("other")));
	EXPECT_EQ(cell("static_prio", 21), Cell(std::int64_t{120}));
	EXPECT_EQ(cell("cgroup", 21), Cell(std::uint64_t{4711}));
}

TEST_F(Cells, AreEmptyIfTheValueIsUnknown)
{
	EXPECT_EQ(cell("normal_prio", 10), Cell());
	EXPECT_EQ(cell("runtime", 10), Cell());
	EXPECT_EQ(cell("args", 10), Cell());
	listing_.snapshot.processes[0].memory.reset();
	EXPECT_EQ(cell("rss", 1), Cell());
}

TEST_F(Cells, ShowStatesAsTheModuleDoes)
{
	for (auto state : psinfo::all_states) {
		listing_.snapshot.processes[0].state = state;
		EXPECT_EQ(cell("stat", 1), Cell(psinfo::state_word(state)));
		EXPECT_EQ(std::get<std::string_view>(cell("state", 1)), std::string(1, psinfo::state_letter(state)));
	}
}

TEST_F(Cells, NameUsersAndFallBackToNumbers)
{
	EXPECT_EQ(cell("user", 1), Cell(std::string_view("root")));
	EXPECT_EQ(cell("user", 10), Cell(std::string_view("4000000001")));
	EXPECT_EQ(cell("euser", 10), Cell(std::string_view("root")));
	EXPECT_EQ(cell("group", 10), Cell(std::string_view("4000000001")));
}

TEST_F(Cells, NameTheParent)
{
	EXPECT_EQ(cell("parent", 1), Cell(std::string_view("swapper/0")));
	EXPECT_EQ(cell("parent", 21), Cell(std::string_view("bash")));
	listing_.facts.initial_namespace = false;
	EXPECT_EQ(cell("parent", 1), Cell());
}

TEST_F(Cells, DoNotNameALaterProcessAsTheParent)
{
	listing_.snapshot.processes[3].start = 50s;
	EXPECT_EQ(cell("parent", 21), Cell());
}

} // namespace
