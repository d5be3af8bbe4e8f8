// SPDX-License-Identifier: GPL-2.0
// Parsing of procfs files: valid text is read, damaged text is refused.
#include <climits>
#include <memory>
#include <random>

#include <unistd.h>

#include <gtest/gtest.h>

#include "lib_fake_proc.h"
#include "proc_text.h"

using namespace psinfo;

namespace {

/// On the heap and of exactly that size, so that ASan detects reads beyond it.
template <typename Parse> void exactly(std::string_view text, Parse parse)
{
	const auto copy = std::make_unique<char[]>(text.size());
	text.copy(copy.get(), text.size());
	parse(std::string_view(copy.get(), text.size()));
}

std::chrono::nanoseconds ticks(std::uint64_t count)
{
	return std::chrono::nanoseconds(1'000'000'000 / sysconf(_SC_CLK_TCK)) * count;
}

/// What a parser sets in a process with all groups, or nothing if it refuses the text.
std::optional<Process> parsed(bool (*parse)(std::string_view, Process &), std::string_view text)
{
	Process process;
	process.credentials.emplace();
	process.scheduling.emplace();
	process.times.emplace();
	process.memory.emplace();
	return parse(text, process) ? std::optional(process) : std::nullopt;
}

std::optional<Process> stat_of(std::string_view text)
{
	return parsed(parse_stat, text);
}

std::optional<Process> status_of(std::string_view text)
{
	return parsed(parse_status, text);
}

void parse_all(std::string_view text)
{
	exactly(text, [](std::string_view bytes) {
		static_cast<void>(parse_pid(bytes));
		static_cast<void>(stat_of(bytes));
		static_cast<void>(status_of(bytes));
		static_cast<void>(parse_first_number(bytes));
		static_cast<void>(parse_cgroup(bytes));
		static_cast<void>(parse_mountinfo(bytes));
	});
}

} // namespace

TEST(ProcText, PidsAreDigitsFrom1ToIntMax)
{
	EXPECT_EQ(parse_pid("1"), 1);
	EXPECT_EQ(parse_pid("2147483647"), INT_MAX);
	for (const char *text : {"", "0", "-1", "+1", "01", "1a", "a1", " 1", "1 ", "2147483648",
				 "99999999999999999999", "self", ".", "..", "1.", "irq"})
		EXPECT_FALSE(parse_pid(text)) << text;
}

TEST(ProcText, StatFieldsAreParsedByNumber)
{
	const auto stat = stat_of(FakeProcess{.pid = 42, .name = "sh"}.stat());
	ASSERT_TRUE(stat);
	EXPECT_EQ(stat->pid, 42);
	EXPECT_EQ(stat->name, "sh");
	EXPECT_EQ(stat->state, State::Interruptible);
	EXPECT_EQ(stat->ppid, 1);
	EXPECT_EQ(stat->pgrp, 70);
	EXPECT_EQ(stat->session, 60);
	EXPECT_EQ(stat->flags, 0x400000U);
	EXPECT_EQ(stat->times->min_flt, 110U);
	EXPECT_EQ(stat->times->maj_flt, 120U);
	EXPECT_EQ(stat->times->utime, ticks(140));
	EXPECT_EQ(stat->times->stime, ticks(150));
	EXPECT_EQ(stat->scheduling->prio, -51);
	EXPECT_EQ(stat->scheduling->nice, -5);
	EXPECT_EQ(stat->times->threads, 2U);
	EXPECT_EQ(stat->start, ticks(250));
	EXPECT_EQ(stat->memory->vsize, 8192000U);
	EXPECT_EQ(stat->scheduling->cpu, 6U);
	EXPECT_EQ(stat->scheduling->rt_priority, 50U);
	EXPECT_EQ(stat->scheduling->policy, 1U);
}

TEST(ProcText, NamesMayContainAnyCharacters)
{
	using namespace std::string_literals;
	for (const auto &name : {""s, " "s, ")"s, "("s, ") S 1"s, "a) R 1 2 3"s, "new\nline"s, "\\n"s, "\xff\xfe"s,
				 "(sd-pam)"s, "kworker/0:1-events_power_efficient"s, "tab\there"s}) {
		const auto stat = stat_of(FakeProcess{.pid = 7, .name = name}.stat());
		ASSERT_TRUE(stat) << name;
		EXPECT_EQ(stat->name, name);
		EXPECT_EQ(stat->state, State::Interruptible) << name;
		EXPECT_EQ(stat->ppid, 1) << name;
	}
}

TEST(ProcText, MalformedStatIsRefused)
{
	const auto whole = FakeProcess{.pid = 42}.stat();
	for (std::string text :
	     {"", "\n", "42", "42 (sh", "42 (sh)", "42 (sh) S", "sh S 1 2 3", ") 42 (", "42 ) (sh S", "x (fake) S 1"})
		EXPECT_FALSE(stat_of(text)) << text;
	const auto with = [&](const std::string &from, const std::string &to) {
		auto text = whole;
		return text.replace(text.find(from), from.size(), to);
	};
	EXPECT_TRUE(stat_of(with(" S ", " Q ")));
	EXPECT_FALSE(stat_of(with(" S ", " SS ")));
	EXPECT_FALSE(stat_of(with(" 70 ", " seventy ")));
	EXPECT_FALSE(stat_of(with(" 70 ", " 2147483648 ")));
	EXPECT_FALSE(stat_of(with(" 70 ", "  70 ")));
	EXPECT_FALSE(stat_of(with(" -5 ", " 2147483647 "))) << "no nice value";
	EXPECT_FALSE(stat_of(with(" 140 ", " -1 ")));
	EXPECT_FALSE(stat_of(with(" 140 ", " 18446744073709551616 ")));
}

TEST(ProcText, TruncatedStatIsRefused)
{
	const auto whole = FakeProcess{.pid = 42}.stat();
	const auto at_41 = whole.find(" 17 6 50 ") + 9; // the 41st field is the 1 after it
	for (std::size_t length = 0; length < at_41; length++)
		exactly(std::string_view(whole).substr(0, length),
			[&](std::string_view text) { EXPECT_FALSE(stat_of(text)) << length; });
	EXPECT_TRUE(stat_of(whole.substr(0, at_41 + 1)));
}

TEST(ProcText, StatusFieldsAreParsed)
{
	const auto status = status_of(FakeProcess{.pid = 43, .tgid = 42, .tracer = 9}.status());
	ASSERT_TRUE(status);
	EXPECT_EQ(status->tgid, 42);
	EXPECT_EQ(status->tracer, 9);
	EXPECT_EQ(status->credentials->uid, 1000U);
	EXPECT_EQ(status->credentials->euid, 1001U);
	EXPECT_EQ(status->credentials->gid, 5U);
	EXPECT_EQ(status->credentials->egid, 6U);
	EXPECT_EQ(status->memory->rss, 1200U * 1024);
	EXPECT_EQ(status->memory->swap, 12U * 1024);
	EXPECT_EQ(status->scheduling->cpus_allowed, 12U);
	EXPECT_EQ(status->times->nvcsw, 150U);
	EXPECT_EQ(status->times->nivcsw, 545U);
}

TEST(ProcText, GroupsThatWereNotRequestedStayEmpty)
{
	const FakeProcess sample{.pid = 42};
	Process process;
	ASSERT_TRUE(parse_stat(sample.stat(), process));
	ASSERT_TRUE(parse_status(sample.status(), process));
	EXPECT_EQ(process.tgid, 42);
	EXPECT_FALSE(process.credentials || process.scheduling || process.times || process.memory);
}

TEST(ProcText, InvalidPidsAreRefused)
{
	EXPECT_FALSE(stat_of(FakeProcess{.pid = 0}.stat()));
	EXPECT_FALSE(stat_of(FakeProcess{.pid = -1}.stat()));
	EXPECT_FALSE(status_of(FakeProcess{.pid = 1, .tgid = -1}.status()));
	EXPECT_EQ(status_of("Tgid:\t0\nTracerPid:\t0\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\n")->tgid, 0)
		<< "being reaped";
}

TEST(ProcText, StatusOfAKernelThreadHasNoMemory)
{
	const auto status = status_of("Name:\tkthreadd\nTgid:\t2\nTracerPid:\t0\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\n");
	ASSERT_TRUE(status);
	EXPECT_EQ(status->memory->rss, 0U);
	EXPECT_EQ(status->memory->swap, 0U);
	EXPECT_EQ(status->scheduling->cpus_allowed, 0U);
}

TEST(ProcText, TruncatedStatusIsRefusedOrHasTheRightUid)
{
	const auto whole = FakeProcess{.pid = 42}.status();
	const auto until_gid = whole.find("\t6\t7\t8\n") + 2;
	for (std::size_t length = 0; length < until_gid; length++)
		exactly(std::string_view(whole).substr(0, length),
			[&](std::string_view text) { EXPECT_FALSE(status_of(text)) << length; });
	for (std::size_t length = until_gid; length <= whole.size(); length++) {
		const auto status = status_of(whole.substr(0, length));
		ASSERT_TRUE(!status || status->credentials->uid == 1000U);
	}
}

TEST(ProcText, InvalidLinesOfStatusAreRefused)
{
	const std::string good = "Tgid:\t2\nTracerPid:\t0\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\n";
	ASSERT_TRUE(status_of(good));
	for (const std::string line :
	     {"Tgid:\tx", "Tgid:", "Uid:\t1", "Uid:\t-1\t0", "Gid:\t4294967296\t0", "VmRSS:\t-4 kB", "VmSwap:\tmuch kB",
	      "Cpus_allowed:\tg", "voluntary_ctxt_switches:\t-1"})
		EXPECT_FALSE(status_of(good + line + "\n")) << line;
	EXPECT_TRUE(status_of(good + "Unheard: of\nwithout a colon\n\n:\n"));
	EXPECT_EQ(status_of("Name:\tUid:\t5\t5\n" + good)->credentials->uid, 0U);
}

TEST(ProcText, StatusWithoutARequiredLineIsRefused)
{
	const std::string lines[] = {"Tgid:\t2\n", "TracerPid:\t0\n", "Uid:\t1\t1\t1\t1\n", "Gid:\t1\t1\t1\t1\n"};
	for (const std::string &missing : lines) {
		std::string text;
		for (const std::string &line : lines)
			if (line != missing)
				text += line;
		EXPECT_FALSE(status_of(text)) << "without " << missing;
	}
}

TEST(ProcText, TheCpusOfAMaskAreCounted)
{
	const std::string good = "Tgid:\t2\nTracerPid:\t0\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nCpus_allowed:\t";
	EXPECT_EQ(status_of(good + "1\n")->scheduling->cpus_allowed, 1U);
	EXPECT_EQ(status_of(good + "ff,ffffffff\n")->scheduling->cpus_allowed, 40U);
	EXPECT_EQ(status_of(good + "00000000,00000000,00000003")->scheduling->cpus_allowed, 2U);
}

TEST(ProcText, TheFirstNumberOfAFileIsParsed)
{
	EXPECT_EQ(parse_first_number("123 4 5\n"), 123);
	EXPECT_EQ(parse_first_number("0 0 0\n"), 0);
	EXPECT_EQ(parse_first_number("-1000\n"), -1000);
	EXPECT_EQ(parse_first_number("7"), 7);
	EXPECT_FALSE(parse_first_number(""));
	EXPECT_FALSE(parse_first_number("\n5"));
	EXPECT_FALSE(parse_first_number("x 1\n"));
	EXPECT_FALSE(parse_first_number("9223372036854775808\n"));
}

TEST(ProcText, CgroupIsThatOfTheUnifiedHierarchy)
{
	EXPECT_EQ(parse_cgroup("0::/a/b\n"), "/a/b");
	EXPECT_EQ(parse_cgroup("2:cpu:/x\n1:name=systemd:/y\n0::/z"), "/z");
	EXPECT_FALSE(parse_cgroup("2:cpu:/x\n"));
	EXPECT_FALSE(parse_cgroup(""));
}

TEST(ProcText, ACgroup2MountOfTheWholeHierarchyIsPreferred)
{
	const std::string proc = "20 1 0:5 / /proc rw - proc proc rw\n";
	const std::string part = "30 1 0:26 /some/part /mnt/part rw shared:1 - cgroup2 cgroup rw\n";
	const std::string whole = "31 1 0:26 / /sys/fs/c\\040group\\134 rw - cgroup2 cgroup2 rw,nsdelegate\n";
	EXPECT_FALSE(parse_mountinfo(""));
	EXPECT_FALSE(parse_mountinfo(proc));
	EXPECT_FALSE(parse_mountinfo("31 1 0:26 / /sys/fs/cgroup2 rw - cgroup cgroup2 rw\n"));
	EXPECT_EQ(parse_mountinfo(proc + part)->point, "/mnt/part");
	for (const auto &text : {part + whole, whole + part, whole + proc}) {
		const auto mount = parse_mountinfo(text);
		ASSERT_TRUE(mount);
		EXPECT_EQ(mount->root, "/");
		EXPECT_EQ(mount->point, "/sys/fs/c group\\");
	}
	EXPECT_EQ(parse_mountinfo("1 1 0:1 / /a\\04 rw - cgroup2 x rw")->point, "/a\\04");
	EXPECT_EQ(parse_mountinfo("1 1 0:1 / \\ rw - cgroup2 x rw")->point, "\\");
}

TEST(ProcText, CgroupPathsAreMappedBelowTheMount)
{
	const CgroupMount whole{"/", "/sys/fs/cgroup"};
	EXPECT_EQ(cgroup_directory(whole, "/"), "/sys/fs/cgroup/");
	EXPECT_EQ(cgroup_directory(whole, "/a/b"), "/sys/fs/cgroup/a/b");
	EXPECT_FALSE(cgroup_directory(whole, "/.."));
	EXPECT_FALSE(cgroup_directory(whole, "/../a"));
	EXPECT_TRUE(cgroup_directory(whole, "/..a"));
	EXPECT_FALSE(cgroup_directory(whole, ""));
	EXPECT_FALSE(cgroup_directory(whole, "a"));
	const CgroupMount part{"/some/part", "/cg"};
	EXPECT_EQ(cgroup_directory(part, "/some/part"), "/cg");
	EXPECT_EQ(cgroup_directory(part, "/some/part/x"), "/cg/x");
	EXPECT_FALSE(cgroup_directory(part, "/some/partial"));
	EXPECT_FALSE(cgroup_directory(part, "/"));
}

TEST(ProcText, DamagedTextDoesNotCrashTheParsers)
{
	std::mt19937 random(20240131); // the same bytes each time
	const FakeProcess sample{.pid = 42};
	const std::string seeds[] = {sample.stat(), sample.status(), "0::/a/b\n",
				     "1 2 0:3 / /x\\040 rw - cgroup2 c rw\n"};
	for (int round = 0; round < 20000; round++) {
		auto text = seeds[random() % std::size(seeds)];
		for (auto damage = random() % 4; damage-- > 0;)
			text[random() % text.size()] = static_cast<char>(random());
		text.resize(random() % 3 ? text.size() : random() % text.size());
		parse_all(text);
	}
}
