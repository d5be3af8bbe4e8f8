// SPDX-License-Identifier: GPL-2.0
// Snapshots from the module, simulated by lib_fake_module.h: the requests, the
// number of calls, and the handling of answers, errors and other versions.
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>

#include "decode.h"
#include "lib_fake_module.h"
#include "module_source.h"

using namespace psinfo;
using namespace std::chrono_literals;

namespace {

/// A source, and the fake module behind it, which the test can still change.
struct Rig {
	FakeModule *module;
	std::unique_ptr<Source> source;
};

Rig rig(std::unique_ptr<FakeModule> module = std::make_unique<FakeModule>())
{
	auto *held = module.get();
	auto info = ask_info(*module, "/proc/psinfo");
	EXPECT_TRUE(info) << info.error().message();
	return {held, std::make_unique<ModuleSource>(std::move(module), "/proc/psinfo", *info)};
}

Rig rig_with(std::uint32_t count)
{
	auto module = std::make_unique<FakeModule>();
	for (std::uint32_t i = 1; i <= count; i++)
		module->records.push_back(sample_record(3 * i, static_cast<psinfo_state>(i % PSINFO_NR_STATES)));
	return rig(std::move(module));
}

Snapshot taken(const Rig &rig, const Query &query = {})
{
	auto snapshot = rig.source->take(query);
	EXPECT_TRUE(snapshot) << snapshot.error().message();
	return snapshot ? *snapshot : Snapshot{};
}

Error failed(const Rig &rig, const Query &query = {})
{
	const auto snapshot = rig.source->take(query);
	EXPECT_FALSE(snapshot);
	return snapshot ? Error{Error::Kind::Invalid, "fail", "as expected", "it worked", -1} : snapshot.error();
}

} // namespace

TEST(Module, WithoutProcessesTheSnapshotIsEmpty)
{
	const auto rig = rig_with(0);
	const auto snapshot = taken(rig);
	EXPECT_TRUE(snapshot.processes.empty());
	EXPECT_EQ(snapshot.totals, Totals{});
	EXPECT_EQ(rig.source->name(), "module");
}

TEST(Module, IdentityAloneIsRequestedInTheShortestRecords)
{
	const auto rig = rig_with(1);
	const auto snapshot = taken(rig);
	ASSERT_EQ(snapshot.processes.size(), 1U);
	EXPECT_EQ(snapshot.processes[0].name, "name-3");
	EXPECT_FALSE(snapshot.processes[0].credentials);
	EXPECT_EQ(rig.module->last.groups, 0U);
	EXPECT_EQ(rig.module->last.record_size, 64U);
	EXPECT_EQ(rig.module->last.filters, 0U);
	EXPECT_EQ(rig.module->last.flags, 0U);
}

TEST(Module, OnlyRequestedGroupsAreReturned)
{
	const auto rig = rig_with(1);
	const auto process = taken(rig, {.groups = Groups::all()}).processes.at(0);
	EXPECT_EQ(process.credentials->egid, 1003U);
	EXPECT_EQ(process.scheduling->normal_prio, 49);
	EXPECT_EQ(process.times->runtime, 13ns);
	EXPECT_EQ(process.memory->swap, 8192U);
	EXPECT_EQ(process.control_group.value().cgroup, 0xffffffffffU);

	const auto cheap = taken(rig, {.groups = {.credentials = true}}).processes.at(0);
	EXPECT_EQ(cheap.credentials->uid, 1000U);
	EXPECT_FALSE(cheap.scheduling || cheap.times || cheap.memory || cheap.control_group);
	std::size_t end = PSINFO_RECORD_SIZE_IDENTITY;
#define FIELD(group, name, member, ...)         \
	if (std::string_view(#group) == "CRED") \
		end = std::max(end, offsetof(psinfo_record, member) + sizeof(psinfo_record::member));
#include "fields.def"
	EXPECT_EQ(rig.module->last.record_size, (end + 7) / 8 * 8);
}

TEST(Module, APassContinuesUntilTheCursorIsZero)
{
	constexpr auto capacity = ModuleSource::capacity;
	for (const std::uint32_t count : {capacity - 1, capacity, capacity + 1, 5 * capacity + 7}) {
		const auto rig = rig_with(count);
		const auto snapshot = taken(rig);
		ASSERT_EQ(snapshot.processes.size(), count);
		for (std::uint32_t i = 0; i < count; i++)
			ASSERT_EQ(snapshot.processes[i].pid, static_cast<std::int32_t>(3 * (i + 1)));
		EXPECT_EQ(snapshot.totals.all_processes(), count);
		EXPECT_EQ(snapshot.totals.all_threads(), 0U);
		EXPECT_EQ(rig.module->queries, (count + capacity - 1) / capacity);
	}
}

TEST(Module, ShortAnswersDoNotEndAPass)
{
	const auto rig = rig_with(100);
	rig.module->most_per_call = 1;
	const auto snapshot = taken(rig);
	EXPECT_EQ(snapshot.processes.size(), 100U);
	EXPECT_EQ(snapshot.totals.all_processes(), 100U);
	EXPECT_EQ(snapshot.totals.processes_in(State::Zombie), 10U);
	EXPECT_EQ(rig.module->queries, 100U);
}

TEST(Module, TheDurationOfAPassSpansAllItsCalls)
{
	const auto rig = rig_with(3);
	rig.module->most_per_call = 1;
	const auto snapshot = taken(rig);
	EXPECT_EQ(snapshot.began, 5000ns);
	EXPECT_EQ(snapshot.took, 2010ns);
}

TEST(Module, TimesBeforeTheZeroOfATimeNamespaceAreNegative)
{
	const auto rig = rig_with(1);
	rig.module->records[0].start_ns = -3'000'000'001;
	rig.module->began_ns = -2'000'000'000;
	const auto snapshot = taken(rig);
	EXPECT_EQ(snapshot.processes.at(0).start, -3'000'000'001ns);
	EXPECT_EQ(snapshot.began, -2s);
	EXPECT_EQ(snapshot.took, 10ns);
}

TEST(Module, AWithheldGroupIsEmptyAndNotZero)
{
	const auto rig = rig_with(2);
	rig.module->records[0].groups_withheld = PSINFO_GROUP_CGROUP | PSINFO_GROUP_TIMES;
	rig.module->records[1].cgroup = 0;
	const auto snapshot = taken(rig, {.groups = {.credentials = true, .control_group = true}});
	const auto &withheld = snapshot.processes.at(0), &zero = snapshot.processes.at(1);
	EXPECT_FALSE(withheld.control_group);
	EXPECT_EQ(withheld.withheld, Groups{.control_group = true}) << "times were not asked for";
	EXPECT_TRUE(withheld.credentials);
	EXPECT_EQ(zero.control_group.value().cgroup, 0U);
	EXPECT_EQ(zero.withheld, Groups{});
}

TEST(Module, FiltersArePassedToTheModule)
{
	const auto rig = rig_with(20);
	const Query query{
		.states = StateSet(State::Zombie) | State::Running,
		.uid = 0,
		.pid = 42,
		.parent = 1,
		.kind = Query::Kind::KernelThreads,
	};
	EXPECT_TRUE(taken(rig, query).processes.empty());
	const auto &asked = rig.module->last;
	EXPECT_EQ(asked.filters, PSINFO_FILTER_STATES | PSINFO_FILTER_UID | PSINFO_FILTER_PID | PSINFO_FILTER_PARENT |
					 PSINFO_FILTER_KERNEL);
	EXPECT_EQ(asked.states, 1U << PSINFO_STATE_ZOMBIE | 1U << PSINFO_STATE_RUNNING);
	EXPECT_EQ(asked.uid, 0U);
	EXPECT_EQ(asked.pid, 42U);
	EXPECT_EQ(asked.parent, 1U);
	EXPECT_TRUE(taken(rig, {.kind = Query::Kind::UserProcesses}).processes.size() == 20U);
	EXPECT_EQ(rig.module->last.filters, PSINFO_FILTER_USER);
	EXPECT_EQ(taken(rig, {.pid = 42}).processes.size(), 1U);
	EXPECT_EQ(taken(rig, {.states = State::Zombie}).processes.size(), 2U);
	EXPECT_EQ(taken(rig, {.uid = 1000}).processes.size(), 20U);
}

TEST(Module, EveryStateCanBeFilteredFor)
{
	const auto rig = rig_with(30);
	StateSet all;
	for (const auto state : all_states) {
		const auto snapshot = taken(rig, {.states = state});
		ASSERT_EQ(snapshot.processes.size(), 3U) << state_word(state);
		EXPECT_EQ(snapshot.processes[0].state, state);
		EXPECT_EQ(snapshot.totals.processes_in(state), 3U);
		all = all | state;
	}
	EXPECT_EQ(taken(rig, {.states = all}).processes.size(), 30U);
}

TEST(Module, InvalidQueriesAreRefusedWithoutACall)
{
	const auto rig = rig_with(1);
	EXPECT_EQ(failed(rig, {.pid = 0}).kind, Error::Kind::Invalid);
	EXPECT_EQ(failed(rig, {.pid = -1}).kind, Error::Kind::Invalid);
	EXPECT_EQ(failed(rig, {.parent = 0}).kind, Error::Kind::Invalid);
	EXPECT_EQ(failed(rig, {.states = StateSet()}).kind, Error::Kind::Invalid);
	EXPECT_EQ(failed(rig, {.pid = -1}).message(), "cannot query processes: -1 is not a valid pid");
	EXPECT_EQ(failed(rig, {.parent = 0}).message(), "cannot query processes: 0 is not a valid parent pid");
	EXPECT_EQ(failed(rig, {.states = StateSet()}).message(), "cannot query processes: the set of states is empty");
	EXPECT_EQ(rig.module->queries, 0U);
}

TEST(Module, TotalsOnlyIsOneCallWithoutRecords)
{
	const auto rig = rig_with(5000);
	const auto snapshot = taken(rig, {.groups = Groups::all(), .totals_only = true});
	EXPECT_TRUE(snapshot.processes.empty());
	EXPECT_EQ(snapshot.totals.all_processes(), 5000U);
	EXPECT_EQ(snapshot.took, 10ns);
	EXPECT_EQ(rig.module->queries, 1U);
}

TEST(Module, ThreadsHaveTheirOwnRecords)
{
	auto module = std::make_unique<FakeModule>();
	module->records = {sample_record(10), sample_record(11), sample_record(12)};
	module->records[1].tgid = 10;
	const auto rig = ::rig(std::move(module));
	EXPECT_EQ(taken(rig).processes.size(), 2U);
	const auto snapshot = taken(rig, {.threads = true});
	ASSERT_EQ(snapshot.processes.size(), 3U);
	EXPECT_TRUE(snapshot.find(11)->is_thread());
	EXPECT_EQ(snapshot.totals.all_threads(), 3U);
	EXPECT_EQ(snapshot.totals.all_processes(), 2U);
	EXPECT_EQ(taken(rig, {.threads = true, .pid = 10}).processes.size(), 2U);
}

TEST(Module, AProcessMayBeOutOfOrderOnlyWithThreads)
{
	auto module = std::make_unique<FakeModule>();
	module->records = {sample_record(20), sample_record(21), sample_record(10)};
	const auto rig = ::rig(std::move(module));
	const auto snapshot = taken(rig, {.threads = true});
	ASSERT_TRUE(snapshot.find(10));
	EXPECT_EQ(snapshot.processes.front().pid, 10);
	EXPECT_EQ(failed(rig).kind, Error::Kind::Malformed) << "but processes come in order";
}

TEST(Module, ADuplicateProcessIsMalformed)
{
	auto module = std::make_unique<FakeModule>();
	module->records = {sample_record(20), sample_record(20)};
	EXPECT_EQ(failed(rig(std::move(module))).kind, Error::Kind::Malformed);
}

TEST(Module, InterruptedCallsAreRepeated)
{
	const auto rig = rig_with(10);
	rig.module->most_per_call = 5;
	rig.module->fail = [](unsigned call) { return call % 3 == 2 ? 0 : EINTR; };
	const auto snapshot = taken(rig);
	EXPECT_EQ(snapshot.processes.size(), 10U);
	EXPECT_EQ(snapshot.totals.all_processes(), 10U);
	EXPECT_EQ(rig.module->queries, 6U);
}

TEST(Module, ErrorsHaveTheErrnoAndItsKind)
{
	const struct {
		int number;
		Error::Kind kind;
	} rows[] = {
		{ENOMEM, Error::Kind::Unreadable},   {EFAULT, Error::Kind::Unreadable},
		{EIO, Error::Kind::Unreadable},	     {EINVAL, Error::Kind::Invalid},
		{E2BIG, Error::Kind::Invalid},	     {EPERM, Error::Kind::NotPermitted},
		{EACCES, Error::Kind::NotPermitted},
	};
	for (const auto &row : rows) {
		const auto rig = rig_with(1000);
		rig.module->fail = [&](unsigned call) { return call == 1 ? row.number : 0; };
		const auto error = failed(rig);
		EXPECT_EQ(error.kind, row.kind) << error.message();
		EXPECT_EQ(error.number, row.number);
		EXPECT_NE(error.message().find("/proc/psinfo"), std::string::npos) << error.message();
	}
}

TEST(Module, UnloadingDuringAQueryIsReported)
{
	const auto rig = rig_with(1);
	rig.module->fail = [](unsigned) { return ENOTTY; };
	EXPECT_EQ(failed(rig).kind, Error::Kind::Unreadable);
	EXPECT_EQ(failed(rig).message(), "cannot query /proc/psinfo: the module has been unloaded");
	rig.module->fail = [](unsigned) { return ENODEV; };
	EXPECT_EQ(failed(rig).kind, Error::Kind::Unreadable);
	EXPECT_EQ(failed(rig).message(), "cannot query /proc/psinfo: the module is being unloaded");
}

TEST(Module, InvalidAnswersAreMalformedAndEndThePass)
{
	const std::function<void(unsigned, psinfo_query &)> spoilers[] = {
		[](unsigned, psinfo_query &answer) { answer.nr_records = answer.capacity + 1; },
		[](unsigned, psinfo_query &answer) { answer.nr_records = UINT32_MAX; },
		[](unsigned, psinfo_query &answer) { answer.cursor = 1; },
		[](unsigned, psinfo_query &answer) { answer.cursor = 1ULL << 31; },
		[](unsigned, psinfo_query &answer) { answer.cursor = UINT64_MAX; },
		[](unsigned, psinfo_query &answer) { answer.kernel_record_size = 48; },
		[](unsigned, psinfo_query &answer) { answer.kernel_record_size = 0; },
		[](unsigned, psinfo_query &answer) { std::memset(buffer_of(answer), 0, sizeof(psinfo_record)); },
		[](unsigned, psinfo_query &answer) { std::memset(buffer_of(answer), 0xff, sizeof(psinfo_record)); },
	};
	for (const auto &spoil : spoilers) {
		const auto rig = rig_with(2);
		rig.module->spoil = spoil;
		const auto error = failed(rig, {.groups = Groups::all()});
		EXPECT_EQ(error.kind, Error::Kind::Malformed) << &spoil - &spoilers[0];
		EXPECT_EQ(error.message().find("cannot decode the module's reply: "), 0U) << error.message();
		EXPECT_LE(rig.module->queries, 2U);
	}
}

TEST(Module, TotalsWithRecordsOrACursorAreMalformed)
{
	const auto rig = rig_with(2);
	rig.module->spoil = [](unsigned, psinfo_query &answer) { answer.cursor = 7; };
	EXPECT_EQ(failed(rig, {.totals_only = true}).kind, Error::Kind::Malformed);
	rig.module->spoil = [](unsigned, psinfo_query &answer) { answer.nr_records = 1; };
	EXPECT_EQ(failed(rig, {.totals_only = true}).kind, Error::Kind::Malformed);
}

TEST(Module, GroupsUnknownToAnOlderModuleStayEmpty)
{
	auto module = std::make_unique<FakeModule>();
	module->records = {sample_record(1)};
	module->info.groups = PSINFO_GROUP_CRED | PSINFO_GROUP_SCHED;
	module->record_size = 112;
	const auto rig = ::rig(std::move(module));
	const auto process = taken(rig, {.groups = Groups::all()}).processes.at(0);
	EXPECT_TRUE(process.credentials && process.scheduling);
	EXPECT_FALSE(process.times || process.memory || process.control_group);
}

TEST(Module, AGroupThatIsNotFilledStaysEmpty)
{
	const auto rig = rig_with(1);
	rig.module->spoil = [](unsigned, psinfo_query &answer) {
		answer.groups_filled = PSINFO_GROUP_CRED;
		answer.kernel_record_size = 80;
	};
	const auto process = taken(rig, {.groups = Groups::all()}).processes.at(0);
	EXPECT_TRUE(process.credentials);
	EXPECT_FALSE(process.scheduling || process.control_group);
}

TEST(Module, GroupsFilledWithoutRequestAreIgnored)
{
	const auto rig = rig_with(1);
	rig.module->spoil = [](unsigned, psinfo_query &answer) { answer.groups_filled = UINT32_MAX; };
	EXPECT_FALSE(taken(rig).processes.at(0).control_group);
}

TEST(Module, AFilterUnknownToAnOlderModuleIsInvalid)
{
	auto module = std::make_unique<FakeModule>();
	module->info.filters = PSINFO_FILTER_STATES;
	const auto rig = ::rig(std::move(module));
	EXPECT_EQ(failed(rig, {.uid = 0}).kind, Error::Kind::Invalid);
	EXPECT_EQ(failed(rig, {.uid = 0}).message(),
		  "cannot query /proc/psinfo: the module does not support this query");
	EXPECT_TRUE(rig.source->take({.states = State::Running}));
}

TEST(Module, ANewerMinorVersionIsSupported)
{
	auto module = std::make_unique<FakeModule>();
	module->records = {sample_record(1), sample_record(2)};
	module->records[0].state = 12;
	module->info.abi_minor = 7;
	module->info.query_size = 300;
	module->info.record_size = module->record_size = 512;
	module->info.groups = UINT32_MAX;
	module->info.nr_states = 13;
	const auto rig = ::rig(std::move(module));
	const auto snapshot = taken(rig, {.groups = Groups::all()});
	EXPECT_EQ(snapshot.processes.at(0).state, State::Other);
	EXPECT_EQ(snapshot.totals.processes_in(State::Other), 1U);
	EXPECT_EQ(rig.module->last.groups, all_groups);
	EXPECT_EQ(snapshot.processes.at(1).control_group.value().cgroup, 0xffffffffffU);
}

TEST(Module, AnotherMajorVersionIsAnAbiError)
{
	FakeModule module;
	module.info.abi_major = 2;
	const auto info = ask_info(module, "/proc/psinfo");
	ASSERT_FALSE(info);
	EXPECT_EQ(info.error().kind, Error::Kind::Abi);
	EXPECT_EQ(info.error().message(), "cannot use /proc/psinfo: the module has ABI version 2, not 1");
}

TEST(Module, InfoWithImpossibleSizesIsMalformed)
{
	FakeModule module;
	module.info.query_size = 215;
	EXPECT_EQ(ask_info(module, "x").error().kind, Error::Kind::Malformed);
	module.info.query_size = 216;
	module.info.record_size = 56;
	EXPECT_EQ(ask_info(module, "x").error().kind, Error::Kind::Malformed);
	module.info.record_size = 64;
	EXPECT_TRUE(ask_info(module, "x"));
}

TEST(Module, FilesOtherThanTheModuleAreRefused)
{
	EXPECT_EQ(open_module("/nonexistent/psinfo").error().kind, Error::Kind::NotFound);
	EXPECT_EQ(open_module("/dev/null/psinfo").error().kind, Error::Kind::NotFound);
	EXPECT_EQ(module_info("/nonexistent/psinfo").error().message(),
		  "cannot open /nonexistent/psinfo: No such file or directory");
	const auto error = open_module("/dev/null").error();
	EXPECT_EQ(error.kind, Error::Kind::Abi) << error.message();
	EXPECT_EQ(error.message(), "cannot query /dev/null: the module does not support queries");
	EXPECT_EQ(module_info("/proc/self/stat").error().kind, Error::Kind::Abi);
}

TEST(Module, CanBeQueriedBySeveralThreadsAtOnce)
{
	const auto rig = rig_with(2000);
	rig.module->remember = false;
	std::vector<std::thread> threads;
	threads.reserve(4);
	for (int i = 0; i < 4; i++)
		threads.emplace_back([&rig] {
			for (int round = 0; round < 20; round++) {
				const auto snapshot = rig.source->take({.groups = Groups::all()});
				ASSERT_TRUE(snapshot);
				ASSERT_EQ(snapshot->processes.size(), 2000U);
				ASSERT_EQ(snapshot->totals.all_processes(), 2000U);
			}
		});
	for (auto &thread : threads)
		thread.join();
}
