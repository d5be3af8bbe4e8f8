// SPDX-License-Identifier: GPL-2.0
// Command lines from a directory that imitates /proc, in which some files hang.
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "lib_fake_proc.h"
#include "model/args.h"
#include "tool_fixture.h"

namespace {

bool are_killed = true;
std::vector<pid_t> spared; ///< children whose kill() was suppressed

} // namespace

// Replaces kill() of the C library. It does the same, unless a test needs children that
// no signal ends.
// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name)
extern "C" int kill(pid_t pid, int signal) noexcept
{
	if (are_killed)
		return static_cast<int>(syscall(SYS_kill, pid, signal));
	spared.push_back(pid);
	return 0;
}

namespace {

using namespace tool_test;
namespace fs = std::filesystem;

class Args : public testing::Test {
protected:
	Args()
	{
		std::string path = fs::temp_directory_path() / "psinfo-args-XXXXXX";
		root_ = mkdtemp(path.data());
	}
	~Args() override
	{
		are_killed = true;
		for (const pid_t pid : spared)
			kill(pid, SIGKILL);
		spared.clear();
		fs::remove_all(root_);
	}

	/// A process that started @pid seconds after boot.
	Process make(std::int32_t pid, const std::string &cmdline)
	{
		auto directory = root_ / std::to_string(pid);
		fs::create_directory(directory);
		const auto ticks =
			static_cast<unsigned long long>(pid) * static_cast<unsigned long long>(sysconf(_SC_CLK_TCK));
		std::ofstream(directory / "stat") << FakeProcess{.pid = pid, .name = "a) b) c", .start = ticks}.stat();
		std::ofstream(directory / "cmdline") << cmdline;
		return process(pid, 1, "name", State::Interruptible);
	}
	Process make_stuck(std::int32_t pid)
	{
		auto made = make(pid, "");
		auto cmdline = root_ / std::to_string(pid) / "cmdline";
		fs::remove(cmdline);
		EXPECT_EQ(mkfifo(cmdline.c_str(), 0600), 0); // never has a writer
		return made;
	}
	void unstick(std::int32_t pid, const std::string &text)
	{
		auto cmdline = root_ / std::to_string(pid) / "cmdline";
		fs::remove(cmdline);
		std::ofstream(cmdline) << text;
	}
	std::map<std::int32_t, std::string> read(const std::vector<Process> &all, std::size_t most_slow = SIZE_MAX)
	{
		std::vector<const Process *> wanted;
		wanted.reserve(all.size());
		for (const auto &one : all)
			wanted.push_back(&one);
		return reader().read(wanted, most_slow);
	}
	/// Expects @times reads in a row that return nothing, each in less than @most.
	void expect_none(const std::vector<Process> &all, int times, std::chrono::milliseconds most)
	{
		for (int i = 0; i < times; i++) {
			const auto begin = std::chrono::steady_clock::now();
			EXPECT_TRUE(read(all, 2).empty()) << "after " << i;
			EXPECT_LT(std::chrono::steady_clock::now() - begin, most) << "after " << i;
			std::this_thread::sleep_for(100ms); // until killed children have exited
		}
	}
	tool::ArgsReader &reader()
	{
		if (!reader_)
			reader_ = std::make_unique<tool::ArgsReader>(
				root_, std::chrono::seconds(2)); // a busy machine must not cause timeouts
		return *reader_;
	}

	fs::path root_;
	std::unique_ptr<tool::ArgsReader> reader_;
};

using Found = std::map<std::int32_t, std::string>;

TEST_F(Args, AreJoinedWithSpaces)
{
	EXPECT_EQ(read({make(5, std::string("vi\0a b\0\0", 8)), make(6, "one")}), (Found{{5, "vi a b"}, {6, "one"}}));
}

TEST_F(Args, OfProcessesWithoutAnyAreTheName)
{
	auto kernel = process(2, 0, "kthreadd", State::Idle);
	kernel.flags = 0x00200000;
	EXPECT_EQ(read({kernel, process(3, 1, "gone", State::Zombie), make(5, "")}),
		  (Found{{2, "[kthreadd]"}, {3, "[gone] <defunct>"}, {5, "[name]"}}));
}

TEST_F(Args, OfAnotherProcessWithTheSamePidAreNotShown)
{
	auto other = make(5, "another");
	other.start += 1s;
	EXPECT_EQ(read({other, make(7, "seven")}), (Found{{5, "[name]"}, {7, "seven"}}));
}

TEST_F(Args, OfAnExitedProcessAreItsName)
{
	EXPECT_EQ(read({process(6, 1, "exited", State::Idle), make(7, "seven")}),
		  (Found{{6, "[exited]"}, {7, "seven"}}));
}

TEST_F(Args, ThatCannotBeReadAreOmitted)
{
	std::ofstream(root_ / "8") << "a file where there should be a directory";
	EXPECT_EQ(read({process(8, 1, "eight", State::Idle), make(7, "seven")}), (Found{{7, "seven"}}));
}

TEST_F(Args, OfALaterProcessThatReusesThePidOfAStuckOneAreRead)
{
	EXPECT_EQ(read({make_stuck(6)}), Found{});
	auto later = make(7, "six");
	fs::remove_all(root_ / "6");
	fs::rename(root_ / "7", root_ / "6");
	later.pid = later.tgid = 6;
	EXPECT_EQ(read({later}), (Found{{6, "six"}}));
}

TEST_F(Args, MayBeLong)
{
	std::string longest(100'000, 'x');
	EXPECT_EQ(read({make(5, longest)}), (Found{{5, longest}}));
}

TEST_F(Args, OfAStuckProcessAreOmittedAndTheOthersAreRead)
{
	auto begin = std::chrono::steady_clock::now();
	auto all = {make(5, "five"), make_stuck(6), make(7, "seven"), make_stuck(8), make(9, "nine")};
	EXPECT_EQ(read(all), (Found{{5, "five"}, {7, "seven"}, {9, "nine"}}));
	EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST_F(Args, OfASlowProcessAreReadLater)
{
	reader_ = std::make_unique<tool::ArgsReader>(root_, 2s, 1ms);
	auto all = {make_stuck(6), make(7, "seven")};
	EXPECT_EQ(read(all), (Found{{7, "seven"}}));
	unstick(6, "six");
	auto found = read(all);
	for (int i = 0; i < 1000 && found.size() < 2; i++) {
		std::this_thread::sleep_for(10ms);
		found = read(all);
	}
	EXPECT_EQ(found, (Found{{6, "six"}, {7, "seven"}}));
}

TEST_F(Args, OfAStuckProcessAreNotRetriedImmediately)
{
	reader_ = std::make_unique<tool::ArgsReader>(root_, 2s, 1h);
	auto all = {make_stuck(6), make(7, "seven")};
	EXPECT_EQ(read(all), (Found{{7, "seven"}}));
	unstick(6, "six");
	EXPECT_EQ(read(all), (Found{{7, "seven"}}));
}

TEST_F(Args, OfAStuckProcessAreRetriedLessAndLessOften)
{
	constexpr auto timeout = 10ms;
	reader_ = std::make_unique<tool::ArgsReader>(root_, timeout, 5ms);
	auto all = {make_stuck(6)};
	const auto begin = std::chrono::steady_clock::now();
	unsigned tries = 0;
	while (std::chrono::steady_clock::now() - begin < 500ms) {
		const auto before = std::chrono::steady_clock::now();
		EXPECT_EQ(read(all), Found());
		tries += std::chrono::steady_clock::now() - before >= timeout ? 1 : 0;
		std::this_thread::sleep_for(1ms);
	}
	// Delays of 5, 10, 20, ... 320 ms allow 8 tries; a constant 5 ms more than 30.
	EXPECT_LE(tries, 12U);
}

TEST_F(Args, OfManyStuckProcessesCostOneTimeoutWhenRetried)
{
	constexpr auto timeout = 300ms;
	reader_ = std::make_unique<tool::ArgsReader>(root_, timeout, 1ms);
	auto all = {make_stuck(5), make_stuck(6), make_stuck(7), make_stuck(8), make_stuck(9), make_stuck(10)};
	EXPECT_EQ(read(all), Found());
	std::this_thread::sleep_for(100ms); // until killed children have exited
	const auto begin = std::chrono::steady_clock::now();
	EXPECT_EQ(read(all), Found());
	const auto took = std::chrono::steady_clock::now() - begin;
	EXPECT_GE(took, timeout);
	EXPECT_LT(took, 4 * timeout);
}

TEST_F(Args, OfProcessesReadBeforeAreReadWhileOthersHang)
{
	reader_ = std::make_unique<tool::ArgsReader>(root_, 500ms, 1ms);
	are_killed = false;
	std::vector<Process> all = {make(20, "twenty"), make(21, "twenty-one")};
	const Found healthy = {{20, "twenty"}, {21, "twenty-one"}};
	EXPECT_EQ(read(all), healthy);
	for (const std::int32_t pid : {5, 6, 7, 8})
		all.insert(all.begin(), make_stuck(pid));
	EXPECT_EQ(read(all), healthy);
	ASSERT_EQ(spared.size(), 4U);

	all.push_back(make(22, "new"));
	const auto begin = std::chrono::steady_clock::now();
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(read(all), healthy);
	EXPECT_LT(std::chrono::steady_clock::now() - begin, 500ms) << "no other is tried";
}

TEST_F(Args, OfProcessesReadBeforeThatNowHangAreTriedAFewAtATime)
{
	constexpr auto timeout = 300ms;
	reader_ = std::make_unique<tool::ArgsReader>(root_, timeout, 1h);
	std::vector<Process> all;
	for (const std::int32_t pid : {5, 6, 7, 8, 9, 10})
		all.push_back(make(pid, "one"));
	EXPECT_EQ(read(all, 2).size(), 6U);
	for (const std::int32_t pid : {5, 6, 7, 8, 9})
		all[static_cast<std::size_t>(pid) - 5] = make_stuck(pid);
	expect_none(all, 2, 4 * timeout);
	EXPECT_EQ(read(all, 2), (Found{{10, "one"}}));
}

TEST_F(Args, OfAStuckProcessAreNotRetriedWhileAChildHangs)
{
	reader_ = std::make_unique<tool::ArgsReader>(root_, 100ms, 1ms);
	are_killed = false;
	auto all = {make_stuck(6)};
	for (int i = 0; i < 5; i++) {
		EXPECT_EQ(read(all), Found());
		std::this_thread::sleep_for(5ms);
	}
	EXPECT_EQ(spared.size(), 1U);
}

TEST_F(Args, OfManyNewStuckProcessesAreTriedAFewAtATime)
{
	constexpr auto timeout = 300ms;
	reader_ = std::make_unique<tool::ArgsReader>(root_, timeout, 1h);
	auto all = {make_stuck(5), make_stuck(6),  make_stuck(7),     make_stuck(8),
		    make_stuck(9), make_stuck(10), make(20, "twenty")};
	expect_none(all, 3, 5 * timeout);
	EXPECT_EQ(read(all, 2), (Found{{20, "twenty"}}));
}

TEST_F(Args, OfProcessesThatAreStuckAgainCostOneTimeout)
{
	constexpr auto timeout = 300ms;
	reader_ = std::make_unique<tool::ArgsReader>(root_, timeout, 1ms);
	std::vector<Process> all;
	for (std::int32_t pid = 5; pid < 9; pid++)
		all.push_back(make_stuck(pid));
	EXPECT_EQ(read(all), Found());
	std::this_thread::sleep_for(100ms); // until killed children have exited
	for (const auto &process : all)
		unstick(process.pid, "well");
	EXPECT_EQ(read(all).size(), all.size());

	for (const auto &process : all)
		make_stuck(process.pid);
	const auto begin = std::chrono::steady_clock::now();
	EXPECT_EQ(read(all), Found());
	EXPECT_LT(std::chrono::steady_clock::now() - begin, 3 * timeout);
}

TEST_F(Args, LeaveNoZombiesWhenInterruptedBySignals)
{
	while (waitpid(-1, nullptr, 0) > 0) {
	} // children that other tests have killed
	reader_ = std::make_unique<tool::ArgsReader>(root_, 1min); // no child is to be abandoned
	// Frequent signals, as while a terminal is resized.
	struct sigaction action = {};
	struct sigaction before = {};
	action.sa_handler = [](int) {};
	sigaction(SIGALRM, &action, &before);
	const itimerval often = {{0, 500}, {0, 500}};
	const itimerval never = {};
	setitimer(ITIMER_REAL, &often, nullptr);
	for (int i = 0; i < 50; i++)
		read({make(5, "five")});
	setitimer(ITIMER_REAL, &never, nullptr);
	sigaction(SIGALRM, &before, nullptr);
	reader_.reset();
	EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
	EXPECT_EQ(errno, ECHILD);
}

} // namespace
