// SPDX-License-Identifier: GPL-2.0
// Every field that is wrong in the module is found; a field that only changed in
// between is not reported.
#include "commands/verify.h"

#include <functional>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <psinfo/abi.h>

#include "lib/members.h"
#include "tool_fixture.h"

namespace {

using namespace std::chrono_literals;
using psinfo::Process;
using psinfo::Snapshot;
using psinfo::State;
using tool::Samples;

constexpr auto tick = std::chrono::nanoseconds{10ms};

/// The group of each field in fields.def
constexpr std::string_view groups_of_fields[] = {
#define FIELD(group, ...) #group,
#include "fields.def"
};
constexpr std::size_t field_count = std::size(groups_of_fields);
constexpr auto memory_field_count =
	static_cast<std::size_t>(std::count(std::begin(groups_of_fields), std::end(groups_of_fields), "MEMORY"));

Process a_process(int pid)
{
	Process process;
	process.pid = process.tgid = pid;
	process.ppid = 1;
	process.session = process.pgrp = pid;
	process.start = 10s;
	process.state = State::Interruptible;
	process.name = "worker";
	process.credentials = psinfo::Credentials{.uid = 1, .euid = 2, .gid = 3, .egid = 4};
	process.scheduling = psinfo::Scheduling{.prio = 20,
						.static_prio = 120,
						.normal_prio = 120,
						.nice = 0,
						.rt_priority = 0,
						.policy = 0,
						.cpu = 1,
						.cpus_allowed = 4};
	process.times = psinfo::Times{.utime = 1500ms,
				      .stime = 700ms,
				      .runtime = 2201ms,
				      .nvcsw = 50,
				      .nivcsw = 60,
				      .min_flt = 70,
				      .maj_flt = 80,
				      .threads = 3};
	process.memory = psinfo::Memory{.vsize = 1 << 20, .rss = 1 << 16, .swap = 4096};
	process.control_group = psinfo::ControlGroup{99};
	tool_test::fill(process);
	return process;
}

Snapshot of(std::vector<Process> processes)
{
	Snapshot snapshot;
	for (const Process &process : processes)
		snapshot.totals.processes[static_cast<std::size_t>(process.state)]++;
	snapshot.processes = std::move(processes);
	snapshot.began = 100s;
	return snapshot;
}

/// Three processes, equal in all snapshots; the middle one has pid 20.
Samples agreeing()
{
	const Snapshot all = of({a_process(10), a_process(20), a_process(30)});
	return {all, all, all};
}

Process &middle(Snapshot &snapshot)
{
	return snapshot.processes[1];
}

std::vector<tool::Difference> differences(const Samples &samples)
{
	return tool::compare(samples, tick).differences;
}

TEST(Compare, EqualSnapshotsDoNotDiffer)
{
	const auto comparison = tool::compare(agreeing(), tick);
	EXPECT_EQ(comparison.processes, 3U);
	EXPECT_EQ(comparison.fields, 3U * field_count)
		<< "of each process all but its pid, and whether a group is withheld";
	EXPECT_EQ(comparison.passing, 0U);
	EXPECT_TRUE(comparison.differences.empty());
}

struct Mutation {
	const char *field;
	std::function<void(Process &)> mutate;
};

const std::vector<Mutation> mutations = {
	{"tgid", [](Process &p) { p.tgid++; }},
	{"ppid", [](Process &p) { p.ppid = 0; }},
	{"tracer", [](Process &p) { p.tracer = 5; }},
	{"session", [](Process &p) { p.session++; }},
	{"pgrp", [](Process &p) { p.pgrp++; }},
	{"start", [](Process &p) { p.start += tick; }},
	{"start", [](Process &p) { p.start -= 1ns; }},
	{"flags", [](Process &p) { p.flags ^= 0x40; }},
	{"state", [](Process &p) { p.state = State::Stopped; }},
	{"name", [](Process &p) { p.name = "worke"; }},
	{"name", [](Process &p) { p.name = "worker2"; }},
	{"uid", [](Process &p) { p.credentials->uid++; }},
	{"euid", [](Process &p) { p.credentials->euid++; }},
	{"gid", [](Process &p) { p.credentials->gid++; }},
	{"egid", [](Process &p) { p.credentials->egid++; }},
	{"prio", [](Process &p) { p.scheduling->prio = -2; }},
	{"static_prio", [](Process &p) { p.scheduling->static_prio = 121; }},
	{"normal_prio", [](Process &p) { p.scheduling->normal_prio = 121; }},
	{"nice", [](Process &p) { p.scheduling->nice--; }},
	{"rt_priority", [](Process &p) { p.scheduling->rt_priority++; }},
	{"policy", [](Process &p) { p.scheduling->policy++; }},
	{"cpu", [](Process &p) { p.scheduling->cpu++; }},
	{"cpus_allowed", [](Process &p) { p.scheduling->cpus_allowed++; }},
	{"utime", [](Process &p) { p.times->utime += tick; }},
	{"utime", [](Process &p) { p.times->utime -= 1ns; }},
	{"stime", [](Process &p) { p.times->stime += tick; }},
	{"runtime", [](Process &p) { *p.times->runtime += 1ns; }},
	{"nvcsw", [](Process &p) { p.times->nvcsw++; }},
	{"nivcsw", [](Process &p) { p.times->nivcsw--; }},
	{"min_flt", [](Process &p) { p.times->min_flt++; }},
	{"maj_flt", [](Process &p) { p.times->maj_flt--; }},
	{"threads", [](Process &p) { p.times->threads = 1; }},
	{"vsize", [](Process &p) { p.memory->vsize += 4096; }},
	{"rss", [](Process &p) { p.memory->rss = 0; }},
	{"swap", [](Process &p) { p.memory->swap += 1024; }},
	{"cgroup", [](Process &p) { p.control_group->cgroup = 98; }},
	{"cgroup", [](Process &p) { p.control_group.reset(); }},
	{"cgroup withheld", [](Process &p) { p.withheld.control_group = true; }},
};

void change(psinfo::State &value)
{
	value = State::Stopped;
}

void change(std::string &value)
{
	value += "2";
}

void change(std::chrono::nanoseconds &value)
{
	value += tick;
}

template <std::integral Number> void change(Number &value)
{
	value++;
}

template <typename Value> void change(std::optional<Value> &value)
{
	change(*value);
}

TEST(Compare, AFieldThatAnOlderModuleDoesNotHaveIsNotCompared)
{
	Samples samples = agreeing();
	for (Process &process : samples.module.processes)
		process.times->runtime.reset();
	EXPECT_TRUE(differences(samples).empty());
	middle(samples.module).times->runtime = 1s;
	EXPECT_EQ(differences(samples).size(), 3U) << "it has it, and says nothing of the two others";
}

/// Modules of ABI 1.0 have this group.
constexpr bool is_in_1_0(std::uint32_t record_size)
{
	return record_size <= PSINFO_RECORD_SIZE_CGROUP;
}

TEST(Compare, AGroupThatAnOlderModuleDoesNotHaveIsNotCompared)
{
	Samples samples;
#define GROUP(group, member, ...)                          \
	samples = agreeing();                              \
	for (Process & process : samples.module.processes) \
		process.member.reset();                    \
	EXPECT_EQ(differences(samples).empty(), !is_in_1_0(PSINFO_RECORD_SIZE_##group)) << #group;
#include "fields.def"
}

TEST(Compare, EveryFieldOfFieldsDefIsCompared)
{
	const std::vector<Mutation> all = {
#define FIELD(group, name, ...)                                                                                \
	{#name, [](Process &process) {                                                                         \
		 change(*psinfo::field_of<psinfo::group_of_##group, &psinfo::type_of_##group::name>(process)); \
	 }},
#include "fields.def"
	};
	for (const Mutation &mutation : all) {
		if (mutation.field == std::string("pid")) // tells which processes are compared
			continue;
		Samples samples = agreeing();
		mutation.mutate(middle(samples.module));
		const auto found = differences(samples);
		EXPECT_EQ(std::count_if(found.begin(), found.end(),
					[&](const tool::Difference &difference) {
						return difference.pid == 20 && difference.field == mutation.field;
					}),
			  1)
			<< mutation.field;
	}
}

TEST(Compare, EachWrongFieldIsFound)
{
	for (const Mutation &mutation : mutations) {
		Samples samples = agreeing();
		mutation.mutate(middle(samples.module));
		samples.module.totals = of(samples.module.processes).totals;
		const auto found = differences(samples);
		ASSERT_EQ(found.size(), 1U) << mutation.field;
		EXPECT_EQ(found[0].pid, 20);
		EXPECT_EQ(found[0].field, mutation.field);
		EXPECT_NE(found[0].module, found[0].proc);
	}
}

TEST(Compare, AMissingGroupIsFound)
{
	Samples samples = agreeing();
	middle(samples.module).memory.reset();
	const auto found = differences(samples);
	ASSERT_EQ(found.size(), memory_field_count);
	EXPECT_EQ(found[0].module, "nothing");
}

TEST(Compare, AWrongPidIsFoundTwice)
{
	Samples samples = agreeing();
	middle(samples.module).pid = middle(samples.module).tgid = 21;
	const auto found = differences(samples);
	ASSERT_EQ(found.size(), 2U);
	EXPECT_EQ(found[0], (tool::Difference{20, "worker", "process", "not there", "there"}));
	EXPECT_EQ(found[1], (tool::Difference{21, "worker", "process", "there", "not there"}));
}

TEST(Compare, AProcessListedTwiceIsFound)
{
	Samples samples = agreeing();
	samples.module.processes.insert(samples.module.processes.begin() + 1, a_process(20));
	samples.module.totals = of(samples.module.processes).totals;
	const auto found = differences(samples);
	ASSERT_EQ(found.size(), 1U);
	EXPECT_EQ(found[0].field, "order");
}

TEST(Compare, WrongTotalsAreFound)
{
	for (const State state : psinfo::all_states) {
		Samples samples = agreeing();
		samples.module.totals.processes[static_cast<std::size_t>(state)]++;
		const auto found = differences(samples);
		ASSERT_EQ(found.size(), 1U);
		EXPECT_EQ(found[0].field, std::string("total of ").append(psinfo::state_word(state)));
	}
}

TEST(Compare, FieldsMissingFromProcAreNotCompared)
{
	Samples samples = agreeing();
	for (Snapshot *proc : {&samples.before, &samples.after})
		for (Process &process : proc->processes) {
			process.scheduling->static_prio.reset();
			process.scheduling->normal_prio.reset();
			process.times->runtime.reset();
			process.control_group->cgroup = 0; // as for a removed cgroup
		}
	const auto comparison = tool::compare(samples, tick);
	EXPECT_TRUE(comparison.differences.empty());
	EXPECT_EQ(comparison.fields, 3U * (field_count - 4U));
}

TEST(Compare, NanosecondsAreRoundedDownToTicks)
{
	Samples samples = agreeing();
	middle(samples.module).start += tick - 1ns;
	middle(samples.module).times->utime += tick - 1ns;
	EXPECT_TRUE(differences(samples).empty());
}

TEST(Compare, ACounterMayGrowBetweenTheReadsOfProcButNotBeyond)
{
	Samples samples = agreeing();
	middle(samples.after).times->min_flt = 80;
	middle(samples.module).times->min_flt = 75;
	EXPECT_TRUE(differences(samples).empty());
	middle(samples.module).times->min_flt = 81;
	const auto found = differences(samples);
	ASSERT_EQ(found.size(), 1U);
	EXPECT_EQ(found[0].proc, "70 .. 80");
}

TEST(Compare, AChangingStateMayHaveAnyValue)
{
	Samples samples = agreeing();
	middle(samples.after).state = State::Running;
	middle(samples.module).state = State::Uninterruptible;
	samples.module.totals = of(samples.module.processes).totals;
	EXPECT_TRUE(differences(samples).empty());
}

TEST(Compare, ProcessesThatStartOrExitMeanwhileAreNotCompared)
{
	Samples went = agreeing();
	went.after.processes.pop_back();
	went.module.processes.pop_back();
	went.module.totals = of(went.module.processes).totals;
	EXPECT_TRUE(differences(went).empty());

	Samples came = agreeing();
	came.before.processes.pop_back();
	EXPECT_TRUE(differences(came).empty());
	EXPECT_EQ(tool::compare(came, tick).passing, 1U);
}

TEST(Compare, AProcessSeenOnlyByTheModuleMustHaveStartedMeanwhile)
{
	Samples samples = agreeing();
	Process shortlived = a_process(40);
	shortlived.start = samples.before.began + 1ms;
	samples.module.processes.push_back(shortlived);
	samples.module.totals = of(samples.module.processes).totals;
	EXPECT_TRUE(differences(samples).empty());
	samples.module.processes.back().start = 50s;
	EXPECT_EQ(differences(samples).size(), 1U) << "this one was there before";
}

TEST(Compare, AReusedPidIsAnotherProcess)
{
	Samples samples = agreeing();
	middle(samples.after).start = 101s;
	middle(samples.module).ppid = 77;
	EXPECT_TRUE(differences(samples).empty());
}

TEST(Compare, NamesOfKernelThreadsMayBeLongerInProc)
{
	struct {
		std::uint32_t flags;
		const char *module;
		const char *proc;
		bool same;
	} const rows[] = {
		{0x00200020, "kworker/0:1", "kworker/0:1-events", true},
		{0x00200020, "kworker/0:1", "kworker/0:1+mm_percpu_wq", true},
		{0x00200020, "kworker/0:1", "kworker/0:12", false},
		{0x00200000, "kworker/0:1", "kworker/0:1-events", false},
		{0x00200000, "rcu_tasks_threa", "rcu_tasks_thread_long", true},
		{0x00200000, "kthread", "kthreadd", false},
		{0, "rcu_tasks_threa", "rcu_tasks_thread_long", false},
		{0x00200020, "kworker/0:2", "kworker/0:1-events", false},
	};
	for (const auto &row : rows) {
		Samples samples = agreeing();
		for (Snapshot *snapshot : {&samples.before, &samples.module, &samples.after}) {
			middle(*snapshot).flags = row.flags;
			middle(*snapshot).name = row.proc;
		}
		middle(samples.module).name = row.module;
		EXPECT_EQ(differences(samples).empty(), row.same) << row.module << " and " << row.proc;
	}
}

// ---- repeated comparison ---------------------------------------------------

/// Returns these samples in order, then the last one repeatedly.
class Script {
public:
	explicit Script(std::vector<Samples> script) : script_(std::move(script)) {}

	psinfo::Result<Samples> operator()(std::optional<std::int32_t> pid)
	{
		pids.push_back(pid.value_or(0));
		const std::size_t at = std::min(pids.size(), script_.size()) - 1;
		return script_[at];
	}

	std::vector<std::int32_t> pids; ///< the requested pids; 0: all

private:
	std::vector<Samples> script_;
};

Samples differing()
{
	Samples samples = agreeing();
	middle(samples.module).scheduling->cpu = 7;
	return samples;
}

TEST(Verify, AMismatchThatDisappearsOnRetryIsNotADifference)
{
	Script script({differing(), agreeing()});
	const auto result = tool::verify(std::ref(script), tick, 5, 0ms);
	ASSERT_TRUE(result);
	EXPECT_TRUE(result.value().differences.empty());
	EXPECT_EQ(script.pids, (std::vector<std::int32_t>{0, 20})) << "only who differs is looked at again";
	EXPECT_EQ(result.value().processes, 3U);
}

TEST(Verify, AMismatchThatPersistsIsADifference)
{
	Script script({differing()});
	const auto result = tool::verify(std::ref(script), tick, 5, 0ms);
	ASSERT_TRUE(result);
	ASSERT_EQ(result.value().differences.size(), 1U);
	EXPECT_EQ(result.value().differences[0].field, "cpu");
	EXPECT_EQ(script.pids.size(), 6U);
}

TEST(Verify, AMismatchInAnotherFieldEachTimeIsNotADifference)
{
	Samples other = agreeing();
	middle(other.module).memory->rss = 0;
	Script script({differing(), other});
	const auto result = tool::verify(std::ref(script), tick, 5, 0ms);
	ASSERT_TRUE(result);
	EXPECT_TRUE(result.value().differences.empty());
}

TEST(Verify, WrongTotalsAreNotRetried)
{
	Samples samples = agreeing();
	samples.module.totals.processes[0] = 5;
	Script script({samples, agreeing()});
	const auto result = tool::verify(std::ref(script), tick, 3, 0ms);
	ASSERT_TRUE(result);
	EXPECT_EQ(result.value().differences.size(), 1U);
}

TEST(Verify, AnErrorIsReturned)
{
	const auto result = tool::verify(
		[](std::optional<std::int32_t>) { return psinfo::Error::from_errno(5, "read", "it"); }, tick, 5, 0ms);
	ASSERT_FALSE(result);
	EXPECT_EQ(result.error().number, 5);
}

TEST(VerifyText, ShowsTheValuesOfTheModuleAndOfProc)
{
	const auto compared = "3 processes, " + std::to_string(3 * field_count) + " fields compared, ";
	EXPECT_EQ(tool::comparison_text(tool::compare(differing(), tick)),
		  "    PID  NAME             FIELD          MODULE                /PROC\n"
		  "     20  worker           cpu            7                     1\n" +
			  compared + "1 differ\n");
	EXPECT_EQ(tool::comparison_text(tool::compare(agreeing(), tick)), compared + "0 differ\n");
}

TEST(VerifyText, JsonHasTheSameContent)
{
	const auto json = nlohmann::json::parse(tool::comparison_json(tool::compare(differing(), tick)));
	EXPECT_EQ(json["processes"], 3);
	EXPECT_EQ(json["differences"][0]["field"], "cpu");
	EXPECT_EQ(json["differences"][0]["module"], "7");
}

/// What `psinfo verify` writes, and its outcome, for these sources.
struct Run {
	tool::Outcome outcome;
	std::string text;
};

Run run(const psinfo::Source &module, const psinfo::Source &proc, tool::Format format = tool::Format::Table)
{
	std::ostringstream out;
	tool::CommonOptions common;
	common.format = format;
	const auto outcome = tool::run_verify({.source = &module, .other = &proc, .out = out, .common = common}, {});
	return {outcome, out.str()};
}

TEST(VerifyRun, SucceedsIfTheSourcesAgree)
{
	const tool_test::FakeSource module;
	const tool_test::FakeSource proc;
	const auto [outcome, text] = run(module, proc);
	EXPECT_EQ(outcome.exit, tool::Exit::Done);
	EXPECT_TRUE(text.starts_with("6 processes, ")) << text;
	EXPECT_TRUE(text.ends_with(", 0 differ\n")) << text;
	EXPECT_EQ(module.asked.size(), 1U);
	EXPECT_EQ(proc.asked.size(), 2U) << "before and after";
	EXPECT_EQ(module.asked[0].groups, psinfo::Groups::all());
}

TEST(VerifyRun, FailsIfTheyDiffer)
{
	auto other = tool_test::small_machine();
	other[0].session = 77;
	const tool_test::FakeSource module(other);
	const tool_test::FakeSource proc;
	const auto [outcome, text] = run(module, proc, tool::Format::Json);
	EXPECT_EQ(outcome.exit, tool::Exit::Unreadable);
	EXPECT_TRUE(outcome.message.empty());
	const auto json = nlohmann::json::parse(text);
	ASSERT_EQ(json["differences"].size(), 1U) << text;
	EXPECT_EQ(json["differences"][0]["field"], "session");
}

TEST(VerifyRun, WritesNothingIfASourceFails)
{
	tool_test::FakeSource module;
	const tool_test::FakeSource proc;
	module.error = psinfo::Error::from_errno(ENOMEM, "query", "/proc/psinfo");
	const auto [outcome, text] = run(module, proc);
	EXPECT_EQ(outcome.exit, tool::Exit::Unreadable);
	EXPECT_EQ(outcome.message, "cannot query /proc/psinfo: Cannot allocate memory");
	EXPECT_EQ(text, "");
}

} // namespace
