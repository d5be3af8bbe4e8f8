// SPDX-License-Identifier: GPL-2.0
// The plain values of the library: states, sets, totals, results, errors, queries.
#include <cerrno>

#include <gtest/gtest.h>
#include <psinfo/psinfo.h>

#include "filter.h"

using namespace psinfo;

TEST(States, HaveTheNamesOfTheModuleAndTheLettersOfProc)
{
	std::string words;
	std::string letters;
	for (const auto state : all_states) {
		words += std::string(state_word(state)) + " ";
		letters += state_letter(state);
	}
	EXPECT_EQ(words, "RUNNING INTERRUPTIBLE UNINTERRUPTIBLE STOPPED TRACED ZOMBIE DEAD IDLE PARKED OTHERS ");
	EXPECT_EQ(letters, "RSDTtZXIP?");
}

TEST(States, AreFoundByTheirLetter)
{
	for (const auto state : all_states)
		EXPECT_EQ(state_of_letter(state_letter(state)), state);
	for (const char letter : {'W', 'K', 'x', 'r', ' ', '\0', '\xff'})
		EXPECT_EQ(state_of_letter(letter), State::Other) << letter;
}

TEST(States, OutOfRangeAreOthers)
{
	EXPECT_EQ(state_word(static_cast<State>(200)), "OTHERS");
	EXPECT_EQ(state_letter(static_cast<State>(10)), '?');
}

TEST(States, CanBeCombinedIntoSets)
{
	constexpr StateSet set = StateSet(State::Zombie) | State::Stopped;
	static_assert(set.contains(State::Zombie) && set.contains(State::Stopped) && !set.contains(State::Dead));
	static_assert(StateSet().empty() && !set.empty());
	EXPECT_EQ(set.bits(), 1U << 5 | 1U << 3);
}

TEST(Groups, CanBeCombined)
{
	const Groups both = Groups{.times = true} | Groups{.control_group = true};
	EXPECT_EQ(both, (Groups{.times = true, .control_group = true}));
	EXPECT_EQ(Groups::all() | Groups{}, Groups::all());
	EXPECT_EQ((Groups{} | Groups{}), Groups{});
}

TEST(Snapshots, FindProcessesByPid)
{
	Snapshot snapshot;
	EXPECT_EQ(snapshot.find(1), nullptr);
	for (const int pid : {1, 5, 9}) {
		snapshot.processes.emplace_back();
		snapshot.processes.back().pid = pid;
	}
	for (const auto &process : snapshot.processes)
		EXPECT_EQ(snapshot.find(process.pid), &process);
	for (const int pid : {-1, 0, 2, 6, 10})
		EXPECT_EQ(snapshot.find(pid), nullptr);
}

TEST(Totals, AreSummedOverAllStates)
{
	Totals totals;
	totals.processes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
	totals.threads.fill(UINT32_MAX);
	EXPECT_EQ(totals.all_processes(), 55U);
	EXPECT_EQ(totals.all_threads(), 10ULL * UINT32_MAX);
	EXPECT_EQ(totals.processes_in(State::Other), 10U);
}

TEST(Errors, AreWholeSentences)
{
	const auto failed = Error::from_errno(ENOENT, "open", "/proc/psinfo");
	EXPECT_EQ(failed.message(), "cannot open /proc/psinfo: No such file or directory");
	EXPECT_EQ(failed.action, "open");
	EXPECT_EQ(failed.subject, "/proc/psinfo");
	EXPECT_EQ(failed.problem, "No such file or directory");
	EXPECT_EQ(failed.number, ENOENT);
	const Error odd{Error::Kind::Malformed, "read", "/proc/1/stat", "it is odd"};
	EXPECT_EQ(odd.message(), "cannot read /proc/1/stat: it is odd");
	EXPECT_EQ(odd.number, 0);
}

TEST(Errors, HaveTheKindOfTheirErrno)
{
	EXPECT_EQ(Error::from_errno(ENOENT, "open", "it").kind, Error::Kind::NotFound);
	EXPECT_EQ(Error::from_errno(ENOTDIR, "open", "it").kind, Error::Kind::NotFound);
	EXPECT_EQ(Error::from_errno(EPERM, "open", "it").kind, Error::Kind::NotPermitted);
	EXPECT_EQ(Error::from_errno(EACCES, "open", "it").kind, Error::Kind::NotPermitted);
	EXPECT_EQ(Error::from_errno(EMFILE, "open", "it").kind, Error::Kind::Unreadable);
}

TEST(Results, HoldAValueOrAnError)
{
	Result<std::string> good = std::string("value");
	EXPECT_TRUE(good);
	EXPECT_EQ(good->size(), 5U);
	EXPECT_THROW(static_cast<void>(good.error()), std::bad_variant_access);
	EXPECT_EQ(std::move(good).value(), "value");
	const Result<std::string> bad = Error{Error::Kind::Malformed, "read", "it", "no"};
	EXPECT_FALSE(bad.ok());
	EXPECT_EQ(bad.error().problem, "no");
	EXPECT_THROW(static_cast<void>(*bad), std::bad_variant_access);
}

TEST(Queries, MatchIfAllFiltersMatch)
{
	Process process;
	process.pid = process.tgid = 10;
	process.ppid = 2;
	process.state = State::Idle;
	process.flags = 0x00200000;
	const auto with = [&](const Query &query) { return passes(query, process, 0); };
	EXPECT_TRUE(with({}));
	EXPECT_TRUE(
		with({.states = State::Idle, .uid = 0, .pid = 10, .parent = 2, .kind = Query::Kind::KernelThreads}));
	EXPECT_FALSE(with({.states = State::Running}));
	EXPECT_FALSE(with({.uid = 1}));
	EXPECT_FALSE(with({.pid = 11}));
	EXPECT_FALSE(with({.parent = 3}));
	EXPECT_FALSE(with({.kind = Query::Kind::UserProcesses}));
	process.flags = 0;
	EXPECT_TRUE(with({.kind = Query::Kind::UserProcesses}));
	EXPECT_FALSE(with({.kind = Query::Kind::KernelThreads}));
}

TEST(Queries, SelectThreadsByTheirProcess)
{
	Process thread;
	thread.pid = 11;
	thread.tgid = 10;
	EXPECT_TRUE(passes({.threads = true, .pid = 10}, thread, 0));
	EXPECT_FALSE(passes({.threads = true, .pid = 11}, thread, 0));
}

TEST(Sources, AreOpenedByChoice)
{
	auto proc = open_source(Choice::Proc);
	ASSERT_TRUE(proc);
	EXPECT_EQ((*proc)->name(), "proc");
	const auto module = open_source(Choice::Module);
	const auto any = open_source();
	// The module may be loaded here, missing, or unusable.
	ASSERT_TRUE(any);
	EXPECT_EQ((*any)->name(), module ? "module" : "proc");
}
