// SPDX-License-Identifier: GPL-2.0
// What counts as stuck, and for how long, with constructed samples.
#include "commands/stuck.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace {

using namespace std::chrono_literals;
using psinfo::Process;
using psinfo::Snapshot;
using psinfo::State;

Process a_process(int pid, State state, std::string name, int ppid = 1)
{
	Process process;
	process.pid = process.tgid = pid;
	process.ppid = ppid;
	process.start = 10s;
	process.state = state;
	process.name = std::move(name);
	process.times.emplace();
	process.times->nvcsw = 7;
	process.times->threads = 1;
	return process;
}

Snapshot sample(std::chrono::nanoseconds began, std::vector<Process> processes)
{
	Snapshot snapshot;
	snapshot.processes = std::move(processes);
	snapshot.began = began;
	snapshot.took = 1ms;
	return snapshot;
}

Snapshot all_processes()
{
	return sample(102s, {a_process(1, State::Interruptible, "init"), a_process(50, State::Interruptible, "bash"),
			     a_process(60, State::Interruptible, "keeper")});
}

/// The same processes in three samples, a second apart.
std::vector<Snapshot> three(const std::vector<Process> &processes)
{
	return {sample(100s, processes), sample(101s, processes), sample(102s, processes)};
}

TEST(Stuck, AThreadThatDoesNotRunIsStuckSinceTheFirstSample)
{
	const auto stuck = tool::find_stuck(three({a_process(70, State::Uninterruptible, "cp", 50)}), all_processes());
	ASSERT_EQ(stuck.sleepers.size(), 1U);
	EXPECT_EQ(stuck.sleepers[0].thread.pid, 70);
	EXPECT_EQ(stuck.sleepers[0].parent, "bash");
	EXPECT_EQ(stuck.sleepers[0].at_least, 2s - 1ms); // the first sample ended 1 ms after it began
	EXPECT_EQ(stuck.passing, 0U);
}

TEST(Stuck, AThreadThatRanBetweenSamplesIsStuckSinceThen)
{
	auto samples = three({a_process(70, State::Uninterruptible, "cp")});
	samples[0].processes[0].times->nvcsw--;
	const auto stuck = tool::find_stuck(samples, all_processes());
	ASSERT_EQ(stuck.sleepers.size(), 1U);
	EXPECT_EQ(stuck.sleepers[0].at_least, 1s - 1ms);
}

TEST(Stuck, AThreadThatRunsBetweenAllSamplesIsNotStuck)
{
	auto samples = three({a_process(70, State::Uninterruptible, "cp")});
	for (int i = 0; i < 3; i++)
		samples[static_cast<std::size_t>(i)].processes[0].times->nivcsw = 5U + static_cast<unsigned>(i);
	const auto stuck = tool::find_stuck(samples, all_processes());
	EXPECT_TRUE(stuck.sleepers.empty());
	EXPECT_EQ(stuck.passing, 1U);
}

TEST(Stuck, AThreadThatWokeUpIsNotStuck)
{
	auto samples = three({a_process(70, State::Uninterruptible, "cp")});
	samples.back().processes.clear();
	const auto stuck = tool::find_stuck(samples, all_processes());
	EXPECT_TRUE(stuck.sleepers.empty());
	EXPECT_EQ(stuck.passing, 1U);
}

TEST(Stuck, ALaterProcessWithTheSamePidIsAnother)
{
	auto samples = three({a_process(70, State::Uninterruptible, "cp")});
	samples[0].processes[0].start = 9s;
	samples[1].processes[0].start = 9s;
	const auto stuck = tool::find_stuck(samples, all_processes());
	EXPECT_TRUE(stuck.sleepers.empty());
	EXPECT_EQ(stuck.passing, 2U);
}

TEST(Stuck, AYoungerProcessWithThePidOfAParentIsNotTheParent)
{
	auto others = all_processes();
	others.processes[1].start = others.processes[2].start = 11s;
	const auto stuck = tool::find_stuck(
		three({a_process(70, State::Uninterruptible, "cp", 50), a_process(71, State::Zombie, "z", 60)}),
		others);
	ASSERT_EQ(stuck.sleepers.size(), 1U);
	EXPECT_EQ(stuck.sleepers[0].parent, "");
	ASSERT_EQ(stuck.unreaped.size(), 1U);
	EXPECT_EQ(stuck.unreaped[0].holder, 60);
	EXPECT_EQ(stuck.unreaped[0].name, "");
}

TEST(Stuck, ATracerMayBeYoungerThanItsTracee)
{
	auto others = all_processes();
	others.processes[2].start = 11s;
	Process zombie = a_process(70, State::Zombie, "a", 50);
	zombie.tracer = 60;
	const auto stuck = tool::find_stuck(three({zombie}), others);
	ASSERT_EQ(stuck.unreaped.size(), 1U);
	EXPECT_EQ(stuck.unreaped[0].name, "keeper");
}

TEST(Stuck, AnEarlierZombieWithTheSamePidIsAnother)
{
	auto samples = three({a_process(70, State::Zombie, "a")});
	samples.front().processes[0].start = 9s;
	EXPECT_TRUE(tool::find_stuck(samples, all_processes()).unreaped.empty());
}

TEST(Stuck, WithoutCountersNothingIsReported)
{
	auto samples = three({a_process(70, State::Uninterruptible, "cp")});
	samples.back().processes[0].times.reset();
	EXPECT_TRUE(tool::find_stuck(samples, all_processes()).sleepers.empty());
}

TEST(Stuck, OneSampleShowsEveryThreadInD)
{
	const auto stuck =
		tool::find_stuck({sample(100s, {a_process(70, State::Uninterruptible, "cp")})}, all_processes());
	ASSERT_EQ(stuck.sleepers.size(), 1U);
	EXPECT_EQ(stuck.sleepers[0].at_least, 0s);
}

TEST(Stuck, TheLongestSleeperComesFirst)
{
	auto samples =
		three({a_process(70, State::Uninterruptible, "short"), a_process(71, State::Uninterruptible, "long")});
	samples[0].processes.erase(samples[0].processes.begin());
	const auto stuck = tool::find_stuck(samples, all_processes());
	ASSERT_EQ(stuck.sleepers.size(), 2U);
	EXPECT_EQ(stuck.sleepers[0].thread.name, "long");
	EXPECT_EQ(stuck.sleepers[1].thread.name, "short");
}

TEST(Stuck, AThreadIsListedWithItsProcess)
{
	Process thread = a_process(72, State::Uninterruptible, "worker", 50);
	thread.tgid = 70;
	const auto text = tool::stuck_text(tool::find_stuck(three({thread}), all_processes()), true);
	EXPECT_EQ(text, "Threads in uninterruptible sleep: 1 (3 samples over 2.0 s)\n"
			"    PID     TID NAME              FOR AT LEAST  PARENT\n"
			"     70      72 worker                   2.0 s  bash (50)\n");
}

TEST(Stuck, WideNamesKeepTheColumnsAligned)
{
	const auto text = tool::stuck_text(
		tool::find_stuck(three({a_process(70, State::Uninterruptible, "漢字", 50)}), all_processes()), false);
	EXPECT_EQ(text, "     70      70 漢字                     2.0 s  bash (50)\n");
}

TEST(Stuck, ZombiesAreGroupedByTheParentThatDoesNotReapThem)
{
	auto zombies =
		std::vector<Process>{a_process(70, State::Zombie, "a", 60), a_process(71, State::Zombie, "b", 50),
				     a_process(72, State::Zombie, "c", 60)};
	zombies[0].start = zombies[1].start = 12s;
	zombies[2].start = 11s;
	const auto stuck = tool::find_stuck(three(zombies), all_processes());
	ASSERT_EQ(stuck.unreaped.size(), 2U);
	EXPECT_EQ(stuck.unreaped[0].holder, 60);
	EXPECT_EQ(stuck.unreaped[0].name, "keeper");
	ASSERT_EQ(stuck.unreaped[0].zombies.size(), 2U);
	EXPECT_EQ(stuck.unreaped[0].zombies[0].pid, 72) << "the oldest is the first";
	EXPECT_EQ(stuck.unreaped[1].holder, 50);
}

TEST(Stuck, ATracedZombieIsListedUnderItsTracer)
{
	Process zombie = a_process(70, State::Zombie, "a", 50);
	zombie.tracer = 60;
	const auto stuck = tool::find_stuck(three({zombie}), all_processes());
	ASSERT_EQ(stuck.unreaped.size(), 1U);
	EXPECT_EQ(stuck.unreaped[0].holder, 60);
}

TEST(Stuck, ANewZombieIsNotReported)
{
	auto samples = three({a_process(70, State::Zombie, "a")});
	samples.front().processes[0].state = State::Uninterruptible;
	EXPECT_TRUE(tool::find_stuck(samples, all_processes()).unreaped.empty());
}

TEST(Stuck, ZombieThreadsOfLiveProcessesAreNotReported)
{
	Process leader = a_process(70, State::Zombie, "a");
	leader.times->threads = 3;
	Process thread = a_process(71, State::Zombie, "a");
	thread.tgid = 69;
	EXPECT_TRUE(tool::find_stuck(three({leader, thread}), all_processes()).unreaped.empty());
}

TEST(Stuck, TextOfZombiesAndOfNothing)
{
	const auto stuck = tool::find_stuck(three({a_process(70, State::Zombie, "a\nb", 60)}), all_processes());
	EXPECT_EQ(tool::stuck_text(stuck, true),
		  "Unreaped zombies, by parent or tracer: 1\n"
		  "  COUNT     PID NAME                     OLDEST\n"
		  "      1      60 keeper                   a\\nb (70), started 92.0 s ago\n");
	const auto nothing = tool::find_stuck(three({}), all_processes());
	EXPECT_EQ(tool::stuck_text(nothing, true), "Nothing is stuck (3 samples over 2.0 s).\n");
	EXPECT_EQ(tool::stuck_text(nothing, false), "");
}

TEST(Stuck, JsonHasTheSameContent)
{
	const auto stuck = tool::find_stuck(
		three({a_process(70, State::Uninterruptible, "cp", 50), a_process(71, State::Zombie, "z\xff", 60)}),
		all_processes());
	const auto json = nlohmann::json::parse(tool::stuck_json(stuck));
	EXPECT_EQ(json["samples"], 3);
	EXPECT_EQ(json["uninterruptible"][0]["pid"], 70);
	EXPECT_EQ(json["uninterruptible"][0]["parent"], "bash");
	EXPECT_NEAR(json["uninterruptible"][0]["for_at_least_seconds"].get<double>(), 1.999, 1e-9);
	EXPECT_EQ(json["unreaped"][0]["pid"], 60);
	EXPECT_EQ(json["uninterruptible"][0]["for_at_least_ns"], 1'999'000'000);
	EXPECT_EQ(json["unreaped"][0]["zombies"][0]["name"], "z\uFFFD");
	EXPECT_EQ(json["unreaped"][0]["zombies"][0]["name_hex"], "7aff");
}

TEST(Stuck, QueriesThreadsInDAndZombies)
{
	const auto query = tool::stuck_query();
	EXPECT_TRUE(query.threads);
	EXPECT_TRUE(query.groups.times);
	EXPECT_EQ(*query.states, psinfo::StateSet(State::Uninterruptible) | State::Zombie);
}

} // namespace
