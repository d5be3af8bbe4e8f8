// SPDX-License-Identifier: GPL-2.0
// Relatives, the tree, and `psinfo show`.
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "commands/show.h"
#include "commands/tree.h"
#include "tool_fixture.h"

namespace {

using namespace tool_test;
using tool::CommonOptions;
using tool::Exit;

std::vector<Process> machine_with_threads()
{
	auto all = small_machine();
	all.insert(all.begin() + 4, thread_of(all[3], 11, "worker", State::Uninterruptible));
	return all;
}

std::string tree(const CommonOptions &common, std::int32_t root = 0, std::vector<Process> all = machine_with_threads())
{
	FakeSource source(std::move(all));
	std::ostringstream out;
	auto outcome = tool::run_tree({&source, nullptr, out, common}, {root});
	return outcome.exit == Exit::Done ? out.str() : outcome.message;
}

TEST(Tree, ShowsChildrenBelowTheirParents)
{
	CommonOptions common;
	EXPECT_EQ(tree(common), "init(1)\n"
				"`-bash(10)\n"
				"  |-defunct one(20)\n"
				"  `-evil\\n\\033[2J\\\\(21)\n"
				"kthreadd(2)\n"
				"`-kworker/0:1(3)\n");
}

TEST(Tree, HasUtf8LinesAndThreads)
{
	CommonOptions common;
	common.utf8 = true;
	common.threads = true;
	EXPECT_EQ(tree(common, 1), "init(1)\n"
				   "└─bash(10)\n"
				   "  ├─{worker}(11)\n"
				   "  ├─defunct one(20)\n"
				   "  └─evil\\n\\033[2J\\\\(21)\n");
}

TEST(Tree, ContinuesLinesPastNestedChildren)
{
	CommonOptions common;
	EXPECT_EQ(tree(common, 0,
		       {process(1, 0, "a", State::Idle), process(2, 1, "b", State::Idle),
			process(3, 2, "c", State::Idle), process(4, 1, "d", State::Idle)}),
		  "a(1)\n"
		  "|-b(2)\n"
		  "| `-c(3)\n"
		  "`-d(4)\n");
}

TEST(Tree, KeepsTheAncestorsOfAMatch)
{
	CommonOptions common;
	common.filter.states = psinfo::StateSet(State::Zombie);
	common.colour = true;
	EXPECT_EQ(tree(common), "init(1)\n"
				"`-bash(10)\n"
				"  `-\033[35mdefunct one(20)\033[0m\n");
}

TEST(Tree, BeginsWithProcessesWhoseParentIsNotVisible)
{
	CommonOptions common;
	auto late = process(5, 9, "late", State::Idle); // 9 is younger: not its parent
	EXPECT_EQ(tree(common, 0, {late, process(9, 0, "b", State::Idle), process(12, 11, "c", State::Idle)}),
		  "late(5)\nb(9)\nc(12)\n");
	EXPECT_EQ(tree(common, 77), "cannot show the tree of process 77: no such process is visible to you");
}

TEST(Tree, TerminatesIfParentsFormACycle)
{
	CommonOptions common;
	auto a = process(5, 6, "a", State::Idle);
	auto b = process(6, 5, "b", State::Idle);
	a.start = b.start;
	EXPECT_EQ(tree(common, 5, {a, b}), "a(5)\n`-b(6)\n");

	psinfo::Snapshot snapshot;
	snapshot.processes = {a, b};
	EXPECT_EQ(tool::Family(snapshot).ancestors(snapshot.processes[0]).size(), 2U);
}

TEST(Tree, IsAFlatListInJson)
{
	CommonOptions common;
	common.format = tool::Format::Json;
	auto rows = nlohmann::json::parse(tree(common, 10)).at("processes");
	ASSERT_EQ(rows.size(), 3U);
	EXPECT_EQ(rows[0].at("pid"), 10);
	EXPECT_EQ(rows[0].at("depth"), 0);
	EXPECT_EQ(rows[2].at("depth"), 1);
	EXPECT_EQ(rows[1].at("stat"), "ZOMBIE");
}

TEST(Tree, MayBeVeryDeep)
{
	std::vector<Process> chain;
	for (std::int32_t pid = 1; pid <= 3000; pid++)
		chain.push_back(process(pid, pid - 1, "x", State::Idle));
	CommonOptions common;
	common.format = tool::Format::Json;
	EXPECT_EQ(nlohmann::json::parse(tree(common, 0, chain)).at("processes").size(), 3000U);
}

TEST(Relatives, AreFound)
{
	psinfo::Snapshot snapshot;
	snapshot.processes = machine_with_threads();
	tool::Family family(snapshot);
	const auto &zombie = *snapshot.find(20);

	ASSERT_EQ(family.ancestors(zombie).size(), 2U);
	EXPECT_EQ(family.ancestors(zombie)[0]->pid, 10);
	EXPECT_EQ(family.ancestors(zombie)[1]->pid, 1);
	ASSERT_EQ(family.siblings(zombie).size(), 1U);
	EXPECT_EQ(family.siblings(zombie)[0]->pid, 21);
	EXPECT_TRUE(family.children(zombie).empty());
	EXPECT_EQ(family.children(*snapshot.find(10)).size(), 2U);
	EXPECT_EQ(family.threads(*snapshot.find(10)).size(), 1U);
	EXPECT_TRUE(family.siblings(*snapshot.find(1)).empty());
	EXPECT_EQ(family.roots().size(), 2U);
}

TEST(Relatives, OfALaterProcessWithTheSamePidAreNotShown)
{
	psinfo::Snapshot snapshot;
	snapshot.processes = machine_with_threads();
	tool::Family family(snapshot);
	auto earlier = *snapshot.find(10);
	earlier.start -= 1s;
	earlier.ppid = 2;

	EXPECT_TRUE(family.children(earlier).empty());
	EXPECT_TRUE(family.threads(earlier).empty());
	ASSERT_EQ(family.siblings(earlier).size(), 1U);
	EXPECT_EQ(family.siblings(earlier)[0]->pid, 3);
}

TEST(Show, HasEveryColumnAndTheRelatives)
{
	FakeSource source(machine_with_threads());
	std::ostringstream out;
	CommonOptions common;
	ASSERT_EQ(tool::run_show({&source, nullptr, out, common}, {10}).exit, Exit::Done);
	auto text = out.str();

	for (const auto &column : tool::all_columns())
		EXPECT_NE(("\n" + text).find("\n" + std::string(column.name) + ": "), std::string::npos) << column.name;
	EXPECT_NE(text.find("\nAncestors:\n  PID NAME STAT\n    1 init INTERRUPTIBLE\n"), std::string::npos) << text;
	EXPECT_NE(text.find("\nSiblings: none\n"), std::string::npos) << text;
	EXPECT_NE(text.find("   20 defunct one     ZOMBIE\n"), std::string::npos) << text;
	EXPECT_NE(text.find("   11 worker UNINTERRUPTIBLE   1 0:01.25\n"), std::string::npos) << text;
}

/// A listing stays valid after its collector is destroyed.
TEST(Show, ListingsOutliveTheirCollector)
{
	FakeSource source;
	tool::Listing listing;
	{
		tool::Collector collector(source);
		ASSERT_FALSE(collector.collect({{}, columns("user"), {}}, listing));
	}
	EXPECT_EQ(tool::find_column("user")->cell({*listing.rows[0], listing.snapshot, listing.facts}),
		  tool::Cell(std::string_view("root")));
}

TEST(Show, IsJsonOnRequest)
{
	FakeSource source(machine_with_threads());
	std::ostringstream out;
	CommonOptions common;
	common.format = tool::Format::Json;
	ASSERT_EQ(tool::run_show({&source, nullptr, out, common}, {20}).exit, Exit::Done);
	auto json = nlohmann::json::parse(out.str());

	EXPECT_EQ(json.at("process").at("name"), "defunct one");
	EXPECT_EQ(json.at("process").at("runtime_ns"), nullptr);
	EXPECT_EQ(json.at("process").at("start_ns"), 20'000'000'000);
	EXPECT_EQ(json.at("process").at("args"), "[defunct one] <defunct>");
	EXPECT_EQ(json.at("ancestors").size(), 2U);
	EXPECT_EQ(json.at("siblings").at(0).at("pid"), 21);
	EXPECT_EQ(json.at("children").size(), 0U);
	EXPECT_EQ(json.at("threads").size(), 1U);
}

/// The process exits after it has been read, and its PID is reused immediately.
class ReusingSource : public FakeSource {
public:
	using FakeSource::FakeSource;
	psinfo::Result<psinfo::Snapshot> take(const psinfo::Query &query) const override
	{
		auto taken = FakeSource::take(query);
		for (auto &process : taken->processes)
			if (process.tgid == 10 && asked.size() > 1)
				process.start += 1s;
		return taken;
	}
};

TEST(Show, HasNoThreadsOrChildrenOfALaterProcessWithTheSamePid)
{
	ReusingSource source(machine_with_threads());
	std::ostringstream out;
	CommonOptions common;
	ASSERT_EQ(tool::run_show({&source, nullptr, out, common}, {10}).exit, Exit::Done);
	EXPECT_NE(out.str().find("\nChildren: none\n"), std::string::npos) << out.str();
	EXPECT_NE(out.str().find("\nThreads: none\n"), std::string::npos) << out.str();
}

TEST(Show, FailsIfThereIsNoSuchProcess)
{
	FakeSource source;
	std::ostringstream out;
	CommonOptions common;
	auto outcome = tool::run_show({&source, nullptr, out, common}, {4});
	EXPECT_EQ(outcome.exit, Exit::Unreadable);
	EXPECT_EQ(outcome.message, "cannot show process 4: no such process is visible to you");
	EXPECT_EQ(out.str(), "");
}

} // namespace
