// SPDX-License-Identifier: GPL-2.0
// Snapshots from /proc: from fake directories with all kinds of errors, and from the
// real /proc of this machine.
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>
#include <psinfo/psinfo.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib_fake_proc.h"
#include "members.h"

using namespace psinfo;
using namespace std::chrono_literals;

namespace {

Snapshot taken(const std::string &path, const Query &query = {})
{
	auto source = open_proc(path);
	EXPECT_TRUE(source) << source.error().message();
	auto snapshot = (*source)->take(query);
	EXPECT_TRUE(snapshot) << snapshot.error().message();
	return snapshot ? *snapshot : Snapshot{};
}

Error failed(const std::string &path, const Query &query = {})
{
	const auto snapshot = open_proc(path).value()->take(query);
	EXPECT_FALSE(snapshot);
	return snapshot ? Error{Error::Kind::Invalid, "fail", "as expected", "it worked", -1} : snapshot.error();
}

std::vector<std::int32_t> pids(const Snapshot &snapshot)
{
	std::vector<std::int32_t> pids;
	for (const auto &process : snapshot.processes)
		pids.push_back(process.pid);
	return pids;
}
using Pids = std::vector<std::int32_t>;

std::chrono::nanoseconds ticks(std::int64_t count)
{
	return std::chrono::nanoseconds(count * (1'000'000'000 / sysconf(_SC_CLK_TCK)));
}

} // namespace

// ---- a fake directory -------------------------------------------------------

TEST(FakeProc, WithoutProcessesTheSnapshotIsEmpty)
{
	const FakeProc proc;
	const auto snapshot = taken(proc.path());
	EXPECT_TRUE(snapshot.processes.empty());
	EXPECT_EQ(snapshot.totals, Totals{});
	EXPECT_GT(snapshot.began, 0s);
	EXPECT_GT(snapshot.took, 0s);
}

TEST(FakeProc, IdentityIsRead)
{
	const FakeProc proc;
	proc.add({.pid = 42, .name = "sh) R (", .state = 't', .ppid = 7, .tracer = 9, .flags = 0x00200040});
	const auto processes = taken(proc.path()).processes;
	ASSERT_EQ(processes.size(), 1U);
	const auto &process = processes[0];
	EXPECT_EQ(process.pid, 42);
	EXPECT_EQ(process.tgid, 42);
	EXPECT_EQ(process.ppid, 7);
	EXPECT_EQ(process.tracer, 9);
	EXPECT_EQ(process.session, 60);
	EXPECT_EQ(process.pgrp, 70);
	EXPECT_EQ(process.start, ticks(250));
	EXPECT_EQ(process.flags, 0x00200040U);
	EXPECT_EQ(process.state, State::Traced);
	EXPECT_EQ(process.name, "sh) R (");
	EXPECT_FALSE(process.credentials || process.scheduling || process.times || process.memory ||
		     process.control_group);
}

TEST(FakeProc, GroupsAreReadOnRequest)
{
	const FakeProc proc;
	proc.add({.pid = 42});
	const auto process = taken(proc.path(), {.groups = Groups::all()}).processes.at(0);
	ASSERT_TRUE(process.credentials && process.scheduling && process.times && process.memory);
	EXPECT_EQ(process.credentials->uid, 1000U);
	EXPECT_EQ(process.credentials->euid, 1001U);
	EXPECT_EQ(process.credentials->gid, 5U);
	EXPECT_EQ(process.credentials->egid, 6U);
	EXPECT_EQ(process.scheduling->prio, -51);
	EXPECT_EQ(process.scheduling->static_prio, 115);
	EXPECT_EQ(process.scheduling->normal_prio, std::nullopt);
	EXPECT_EQ(process.scheduling->nice, -5);
	EXPECT_EQ(process.scheduling->rt_priority, 50U);
	EXPECT_EQ(process.scheduling->policy, 1U);
	EXPECT_EQ(process.scheduling->cpu, 6U);
	EXPECT_EQ(process.scheduling->cpus_allowed, 12U);
	EXPECT_EQ(process.times->utime, ticks(140));
	EXPECT_EQ(process.times->stime, ticks(150));
	EXPECT_EQ(process.times->runtime, std::nullopt);
	EXPECT_EQ(process.times->nvcsw, 150U);
	EXPECT_EQ(process.times->nivcsw, 545U);
	EXPECT_EQ(process.times->min_flt, 110U);
	EXPECT_EQ(process.times->maj_flt, 120U);
	EXPECT_EQ(process.times->threads, 2U);
	EXPECT_EQ(process.memory->vsize, 8192000U);
	EXPECT_EQ(process.memory->rss, 1200U * 1024);
	EXPECT_EQ(process.memory->swap, 12U * 1024);
	EXPECT_EQ(process.control_group.value().cgroup, 0U) << "there is no mountinfo";
}

/// Whether a field has a value other than 0.
template <typename Value> bool has_value(const Value &value)
{
	return value != Value{};
}
template <typename Value> bool has_value(const std::optional<Value> &value)
{
	return value && has_value(*value);
}

TEST(FakeProc, EveryFieldOfFieldsDefIsRead)
{
	const FakeProc proc;
	proc.write("self/mountinfo", "30 1 0:26 / " + proc.path() + " rw - cgroup2 cgroup2 rw\n");
	proc.add({.pid = 42, .tracer = 9});
	proc.add_thread({.pid = 42, .tgid = 42, .tracer = 9});
	const auto process = taken(proc.path(), {.groups = Groups::all(), .threads = true}).processes.at(0);
	constexpr std::string_view nowhere = "NOWHERE";
#define FIELD(group, name, member, unit, origin, ...)                                                          \
	EXPECT_EQ(has_value(*field_of<group_of_##group, &type_of_##group::name>(process)), #origin != nowhere) \
		<< #name << ": lib_fake_proc.h has no value for it, or it is not read";
#include "fields.def"
}

TEST(FakeProc, LongUptimesAndNegativeStartTimesDoNotOverflow)
{
	const FakeProc proc;
	const auto per_second = static_cast<unsigned long long>(sysconf(_SC_CLK_TCK));
	proc.add({.pid = 1, .start = 200ULL * 365 * 86400 * per_second});
	EXPECT_EQ(taken(proc.path()).processes.at(0).start, 200 * 365 * 24h);
	// Three seconds before the zero of a time namespace: stat 22 has wrapped.
	proc.add({.pid = 1, .start = (0 - 3'000'000'000ULL) / (1'000'000'000 / per_second)});
	const auto start = taken(proc.path()).processes.at(0).start;
	EXPECT_LE(start, -3s);
	EXPECT_GT(start, -3s - 20ms) << "rounded down to a clock tick";
}

TEST(FakeProc, IsSortedByPid)
{
	const FakeProc proc;
	for (const int pid : {300, 2, 10, 1, 99, 100000})
		proc.add({.pid = pid});
	EXPECT_EQ(pids(taken(proc.path())), (Pids{1, 2, 10, 99, 300, 100000}));
}

TEST(FakeProc, EntriesThatAreNotProcessesAreIgnored)
{
	const FakeProc proc;
	proc.add({.pid = 5});
	for (const char *name : {"0", "007", "12abc", "99999999999", "-3", "sys", "1 2"})
		proc.write(std::string(name) + "/stat", "garbage");
	proc.write("77", "a file");
	std::filesystem::create_symlink("nowhere", proc.root() / "78");
	EXPECT_EQ(pids(taken(proc.path())), Pids{5});
	EXPECT_EQ(pids(taken(proc.path(), {.threads = true})), Pids{});
	EXPECT_EQ(pids(taken(proc.path(), {.pid = 77})), Pids{});
	EXPECT_EQ(pids(taken(proc.path(), {.pid = 78})), Pids{});
	EXPECT_EQ(pids(taken(proc.path(), {.pid = 79})), Pids{});
}

TEST(FakeProc, ProcessesThatExitMeanwhileAreOmitted)
{
	const FakeProc proc;
	proc.add({.pid = 1});
	std::filesystem::create_directory(proc.root() / "2"); // exits before stat is read
	proc.write("3/stat", FakeProcess{.pid = 3}.stat()); // exits between stat and status
	proc.add({.pid = 4, .pgrp = -1, .session = -1}); // exits while the kernel writes stat
	proc.write("5/stat", FakeProcess{.pid = 5}.stat());
	std::filesystem::create_symlink("gone", proc.root() / "5/status");
	proc.add({.pid = 6}); // exits while the kernel writes status
	auto status = FakeProcess{.pid = 6}.status();
	proc.write("6/status", status.replace(status.find("Tgid:\t6"), 7, "Tgid:\t0"));
	const auto snapshot = taken(proc.path(), {.groups = Groups::all()});
	EXPECT_EQ(pids(snapshot), Pids{1});
	EXPECT_EQ(snapshot.totals.all_processes(), 1U);
}

TEST(FakeProc, MalformedFilesAreReportedByName)
{
	const auto whole = FakeProcess{.pid = 9};
	for (const auto &[stat, status, name] : {
		     std::tuple(std::string(), whole.status(), "/9/stat"),
		     std::tuple(std::string("garbage\n"), whole.status(), "/9/stat"),
		     std::tuple(std::string(5000, '\xff'), whole.status(), "/9/stat"),
		     std::tuple(whole.stat().substr(0, 60), whole.status(), "/9/stat"),
		     std::tuple(FakeProcess{.pid = 8}.stat(), whole.status(), "/9/stat"),
		     std::tuple(whole.stat(), std::string(), "/9/status"),
		     std::tuple(whole.stat(), whole.status().substr(0, 60), "/9/status"),
	     }) {
		const FakeProc proc;
		proc.add({.pid = 1});
		proc.write("9/stat", stat);
		proc.write("9/status", status);
		const auto error = failed(proc.path());
		EXPECT_EQ(error.kind, Error::Kind::Malformed);
		EXPECT_EQ(error.message(),
			  "cannot read " + proc.path() + name + ": not in the format described in proc(5)");
	}
}

TEST(FakeProc, AFileThatCannotBeReadIsAnError)
{
	const FakeProc proc;
	std::filesystem::create_directories(proc.root() / "9/stat");
	const auto error = failed(proc.path());
	EXPECT_EQ(error.kind, Error::Kind::Unreadable);
	EXPECT_EQ(error.message(), "cannot read " + proc.path() + "/9/stat: Is a directory");
}

TEST(FakeProc, ProcessesWithoutReadPermissionAreOmitted)
{
	const FakeProc proc;
	for (const int pid : {1, 2, 3})
		proc.add({.pid = pid});
	chmod(proc.path().c_str(), 0755);
	chmod((proc.root() / "1").c_str(), 0);
	chmod((proc.root() / "2/status").c_str(), 0);

	const pid_t child = fork(); // not as root, from whom nothing is hidden
	if (child == 0) {
		const bool is_nobody = geteuid() != 0 || setresuid(65534, 65534, 65534) == 0;
		_exit(is_nobody && pids(taken(proc.path())) == Pids{3} ? 0 : 1);
	}
	int status = 0;
	ASSERT_EQ(waitpid(child, &status, 0), child);
	EXPECT_EQ(status, 0);
	chmod((proc.root() / "1").c_str(), 0700);
}

TEST(FakeProc, FiltersSelectMatchingProcesses)
{
	const FakeProc proc;
	proc.add({.pid = 1, .state = 'R', .ppid = 0, .uid = 0});
	proc.add({.pid = 2, .state = 'I', .ppid = 0, .flags = 0x00200000, .uid = 0});
	proc.add({.pid = 3, .state = 'Z'});
	proc.add({.pid = 4, .state = 'Q', .ppid = 3});
	const auto path = proc.path();
	EXPECT_EQ(pids(taken(path, {.states = StateSet(State::Zombie) | State::Running})), (Pids{1, 3}));
	EXPECT_EQ(pids(taken(path, {.states = State::Other})), Pids{4});
	EXPECT_EQ(pids(taken(path, {.uid = 0})), (Pids{1, 2}));
	EXPECT_EQ(pids(taken(path, {.uid = 1001})), Pids{}) << "that is the effective one";
	EXPECT_EQ(pids(taken(path, {.pid = 3})), Pids{3});
	EXPECT_EQ(pids(taken(path, {.parent = 1})), Pids{3});
	EXPECT_EQ(pids(taken(path, {.kind = Query::Kind::KernelThreads})), Pids{2});
	EXPECT_EQ(pids(taken(path, {.kind = Query::Kind::UserProcesses})), (Pids{1, 3, 4}));
	EXPECT_EQ(pids(taken(path, {.uid = 0, .kind = Query::Kind::UserProcesses})), Pids{1});
	EXPECT_EQ(pids(taken(path, {.states = State::Running, .pid = 3})), Pids{});
	for (const Query &query : {Query{.states = StateSet()}, Query{.pid = 0}, Query{.pid = -3}, Query{.parent = 0}})
		EXPECT_EQ(failed(path, query).kind, Error::Kind::Invalid);
}

TEST(FakeProc, ASingleProcessIsReadWithoutTheOthers)
{
	const FakeProc proc;
	proc.add({.pid = 1});
	proc.write("2/stat", "garbage that would be an error");
	EXPECT_EQ(pids(taken(proc.path(), {.pid = 1})), Pids{1});
}

TEST(FakeProc, TotalsCountTheListedProcesses)
{
	const FakeProc proc;
	int pid = 1;
	for (const char state : std::string("RSSDTtZZZXIPKW"))
		proc.add({.pid = pid++, .state = state});
	const auto snapshot = taken(proc.path());
	EXPECT_EQ(snapshot.totals.processes, (std::array<std::uint64_t, state_count>{1, 2, 1, 1, 1, 3, 1, 1, 1, 2}));
	EXPECT_EQ(snapshot.totals.all_threads(), 0U);
	const auto totals = taken(proc.path(), {.groups = Groups::all(), .totals_only = true});
	EXPECT_EQ(totals.totals, snapshot.totals);
	EXPECT_TRUE(totals.processes.empty());
}

TEST(FakeProc, ThreadsAreThoseInTheTaskDirectory)
{
	const FakeProc proc;
	proc.add({.pid = 10, .name = "leader"});
	proc.add_thread({.pid = 10, .tgid = 10, .name = "leader"});
	proc.add_thread({.pid = 15, .tgid = 10, .name = "worker", .state = 'R', .uid = 7});
	proc.add({.pid = 12});
	proc.add_thread({.pid = 12, .tgid = 12, .ppid = 10});
	std::filesystem::create_directories(proc.root() / "10/task/16"); // exits meanwhile
	std::filesystem::create_symlink("gone", proc.root() / "10/task/17");
	std::filesystem::create_directories(proc.root() / "13"); // task/ no longer exists

	const auto snapshot = taken(proc.path(), {.groups = {.times = true}, .threads = true});
	ASSERT_EQ(pids(snapshot), (Pids{10, 12, 15}));
	EXPECT_EQ(snapshot.find(15)->tgid, 10);
	EXPECT_EQ(snapshot.find(15)->name, "worker");
	EXPECT_TRUE(snapshot.find(15)->is_thread());
	EXPECT_EQ(snapshot.find(15)->times->runtime, 123456ns);
	EXPECT_EQ(snapshot.totals.all_threads(), 3U);
	EXPECT_EQ(snapshot.totals.all_processes(), 2U);
	EXPECT_EQ(snapshot.totals.threads_in(State::Running), 1U);

	const auto with = [&](Query query) {
		query.threads = true;
		return pids(taken(proc.path(), query));
	};
	EXPECT_EQ(with({.pid = 10}), (Pids{10, 15}));
	EXPECT_EQ(with({.states = State::Running}), Pids{15});
	EXPECT_EQ(with({.uid = 7}), Pids{15});
	EXPECT_EQ(with({.parent = 10}), Pids{12});
}

TEST(FakeProc, CgroupsAreTheInodeNumbersOfTheirDirectories)
{
	const FakeProc proc;
	const auto mount = proc.root() / "cg";
	std::filesystem::create_directories(mount / "a/b");
	proc.write("self/mountinfo", "30 1 0:26 / " + mount.string() + " rw - cgroup2 cgroup2 rw\n");
	proc.add({.pid = 1, .cgroup = "/"});
	proc.add({.pid = 2, .cgroup = "/a/b"});
	proc.add({.pid = 3, .cgroup = "/a/b"});
	proc.add({.pid = 4, .cgroup = "/../outside"});
	proc.add({.pid = 5, .cgroup = "/a/removed (deleted)"});
	proc.write("6/stat", FakeProcess{.pid = 6}.stat());
	proc.write("6/status", FakeProcess{.pid = 6}.status()); // a kernel without cgroups

	const auto inode = [](const std::filesystem::path &path) {
		struct stat status = {};
		EXPECT_EQ(stat(path.c_str(), &status), 0);
		return std::uint64_t{status.st_ino};
	};
	const auto snapshot = taken(proc.path(), {.groups = {.control_group = true}});
	ASSERT_EQ(pids(snapshot), (Pids{1, 2, 3, 4, 5, 6}));
	EXPECT_EQ(snapshot.find(1)->control_group.value().cgroup, inode(mount));
	EXPECT_EQ(snapshot.find(2)->control_group.value().cgroup, inode(mount / "a/b"));
	EXPECT_EQ(snapshot.find(3)->control_group.value().cgroup, inode(mount / "a/b"));
	EXPECT_FALSE(snapshot.find(4)->control_group);
	EXPECT_TRUE(snapshot.find(4)->withheld.control_group);
	for (const int pid : {5, 6}) {
		EXPECT_EQ(snapshot.find(pid)->control_group.value().cgroup, 0U);
		EXPECT_FALSE(snapshot.find(pid)->withheld.control_group);
	}
}

TEST(FakeProc, LongFilesAreReadToTheEnd)
{
	const FakeProc proc;
	proc.add({.pid = 1});
	for (const std::size_t length : {3500, 3800, 4096, 8192, 100000}) {
		auto status = FakeProcess{.pid = 1}.status();
		status.insert(status.find("VmPeak"), "Filler:\t" + std::string(length, 'x') + "\n");
		proc.write("1/status", status);
		const auto snapshot = taken(proc.path(), {.groups = {.times = true}});
		EXPECT_EQ(snapshot.processes.at(0).times->nivcsw, 545U) << length;
	}
}

TEST(FakeProc, IsRefusedWithoutSelf)
{
	const FakeProc proc;
	EXPECT_EQ(open_proc(proc.path() + "/nothing").error().kind, Error::Kind::NotFound);
	EXPECT_EQ(open_proc(proc.path() + "/self").error().kind, Error::Kind::NotFound);
	EXPECT_EQ(open_proc("/dev/null").error().kind, Error::Kind::NotFound);
	EXPECT_EQ(open_proc(proc.path() + "/self").error().message(),
		  "cannot find " + proc.path() + "/self/self: No such file or directory");
}

TEST(FakeProc, LeavesNoDescriptorsOpen)
{
	const auto open_files = [] {
		return std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
				     std::filesystem::directory_iterator());
	};
	const FakeProc proc;
	proc.add({.pid = 1});
	proc.add_thread({.pid = 1, .tgid = 1});
	proc.write("2/stat", "garbage");
	const auto before = open_files();
	for (int i = 0; i < 10; i++) {
		static_cast<void>(taken(proc.path(), {.threads = true}));
		static_cast<void>(failed(proc.path()));
	}
	EXPECT_EQ(open_files(), before);
}

// ---- the real /proc -----------------------------------------------------------

namespace {

/// A child process that calls @run; the destructor kills and reaps it.
class Child {
public:
	template <typename Run> explicit Child(Run run) : pid_(fork())
	{
		if (pid_ == 0) {
			run();
			_exit(0);
		}
	}
	Child(const Child &) = delete;
	Child &operator=(const Child &) = delete;
	~Child()
	{
		kill(pid_, SIGKILL);
		waitpid(pid_, nullptr, 0);
	}
	[[nodiscard]] pid_t pid() const { return pid_; }

private:
	pid_t pid_;
};

/// Threads that wait until this object is destroyed.
class Sleepers {
public:
	explicit Sleepers(int count)
	{
		for (int i = 0; i < count; i++)
			threads_.emplace_back([this, i] { sleep(i); });
		std::unique_lock lock(mutex_);
		changed_.wait(lock, [&] { return tids_.size() == threads_.size(); });
	}
	Sleepers(const Sleepers &) = delete;
	Sleepers &operator=(const Sleepers &) = delete;
	~Sleepers()
	{
		{
			const std::lock_guard lock(mutex_);
			over_ = true;
		}
		changed_.notify_all();
		for (auto &thread : threads_)
			thread.join();
	}
	[[nodiscard]] const std::vector<std::int32_t> &tids() const { return tids_; }

private:
	void sleep(int number)
	{
		prctl(PR_SET_NAME, ("sleeper-" + std::to_string(number)).c_str());
		std::unique_lock lock(mutex_);
		tids_.push_back(static_cast<std::int32_t>(syscall(SYS_gettid)));
		changed_.notify_all();
		changed_.wait(lock, [&] { return over_; });
	}

	std::mutex mutex_;
	std::condition_variable changed_;
	bool over_ = false;
	std::vector<std::int32_t> tids_;
	std::vector<std::thread> threads_;
};

std::string own_name()
{
	std::ifstream file("/proc/self/comm", std::ios::binary);
	std::string name(std::istreambuf_iterator<char>(file), {});
	return name.substr(0, name.size() - 1);
}

} // namespace

TEST(RealProc, ShowsTheCaller)
{
	const auto snapshot = taken("/proc", {.groups = Groups::all()});
	const auto *process = snapshot.find(getpid());
	ASSERT_TRUE(process);
	EXPECT_EQ(process->tgid, getpid());
	EXPECT_EQ(process->ppid, getppid());
	EXPECT_EQ(process->session, getsid(0));
	EXPECT_EQ(process->pgrp, getpgrp());
	EXPECT_EQ(process->name, own_name());
	EXPECT_EQ(process->state, State::Running);
	EXPECT_FALSE(process->is_kernel_thread());
	EXPECT_EQ(process->credentials->uid, getuid());
	EXPECT_EQ(process->credentials->euid, geteuid());
	EXPECT_EQ(process->credentials->gid, getgid());
	EXPECT_EQ(process->credentials->egid, getegid());
	EXPECT_GE(process->times->threads, 1U);
	EXPECT_GE(process->scheduling->cpus_allowed, 1U);
	EXPECT_EQ(process->scheduling->static_prio, 120 + process->scheduling->nice);
	EXPECT_GT(process->memory->rss, 0U);
	EXPECT_GE(process->memory->vsize, process->memory->rss);
	EXPECT_GT(process->start, 0s);
	EXPECT_LT(process->start, snapshot.began);
}

TEST(RealProc, TotalsCountTheListedProcessesAndThreads)
{
	for (const bool threads : {false, true}) {
		const auto snapshot = taken("/proc", {.threads = threads});
		Totals sums;
		for (const auto &process : snapshot.processes) {
			const auto state = static_cast<std::size_t>(process.state);
			sums.processes.at(state) += process.is_thread() ? 0 : 1;
			sums.threads.at(state) += threads ? 1 : 0;
		}
		EXPECT_EQ(snapshot.totals, sums);
		EXPECT_TRUE(std::is_sorted(snapshot.processes.begin(), snapshot.processes.end(),
					   [](const auto &a, const auto &b) { return a.pid < b.pid; }));
	}
}

TEST(RealProc, ShowsTheThreadsOfTheCaller)
{
	const Sleepers sleepers(3);
	const Query query{.groups = {.times = true}, .threads = true, .pid = getpid()};
	const auto snapshot = taken("/proc", query);
	EXPECT_EQ(snapshot.totals.all_processes(), 1U);
	EXPECT_EQ(snapshot.totals.all_threads(), snapshot.processes.size());
	for (const auto tid : sleepers.tids()) {
		const auto *thread = snapshot.find(tid);
		ASSERT_TRUE(thread);
		EXPECT_EQ(thread->tgid, getpid());
		EXPECT_EQ(thread->ppid, getppid());
		EXPECT_TRUE(thread->name.starts_with("sleeper-")) << thread->name;
		EXPECT_GE(thread->times->threads, 4U);
	}
	EXPECT_GE(taken("/proc", {.groups = {.times = true}, .pid = getpid()}).processes.at(0).times->threads, 4U);
}

TEST(RealProc, AThreadIsNotListedAsAProcess)
{
	const Sleepers sleepers(1);
	const auto tid = sleepers.tids().at(0);
	EXPECT_EQ(pids(taken("/proc", {.pid = tid})), Pids{});
	EXPECT_EQ(pids(taken("/proc", {.threads = true, .pid = tid})), Pids{});
	EXPECT_FALSE(taken("/proc").find(tid));
}

TEST(RealProc, NamesAreNotEscaped)
{
	const Child child([] {
		prctl(PR_SET_NAME, ") R 1\n\\\xff (");
		kill(getpid(), SIGSTOP);
	});
	ASSERT_EQ(waitpid(child.pid(), nullptr, WUNTRACED), child.pid());
	const auto process = taken("/proc", {.pid = child.pid()}).processes.at(0);
	EXPECT_EQ(process.name, ") R 1\n\\\xff (");
	EXPECT_EQ(process.state, State::Stopped);
	EXPECT_EQ(process.ppid, getpid());
}

TEST(RealProc, AZombieIsFoundByItsStateAndParent)
{
	const Child child([] {});
	siginfo_t info{};
	ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child.pid()), &info, WEXITED | WNOWAIT), 0);
	const auto snapshot = taken("/proc", {.groups = Groups::all(), .states = State::Zombie, .parent = getpid()});
	ASSERT_EQ(pids(snapshot), Pids{child.pid()});
	const auto memory = snapshot.processes[0].memory.value();
	EXPECT_TRUE(memory.vsize == 0 && memory.rss == 0 && memory.swap == 0);
	EXPECT_EQ(snapshot.totals.processes_in(State::Zombie), 1U);
}

TEST(RealProc, AReapedProcessIsNotListed)
{
	pid_t pid = 0;
	{
		const Child child([] {});
		pid = child.pid();
	}
	EXPECT_TRUE(taken("/proc", {.pid = pid}).processes.empty());
}

TEST(RealProc, LongLivedProcessesAreListedWhileOthersStartAndExit)
{
	const Child busy([] {
		for (;;) {
			const pid_t pid = fork();
			if (pid == 0)
				_exit(0);
			if (pid > 0)
				waitpid(pid, nullptr, 0);
		}
	});
	for (int i = 0; i < 20; i++) {
		const auto snapshot = taken("/proc", {.groups = Groups::all(), .threads = i % 2 == 1});
		ASSERT_TRUE(snapshot.find(getpid()));
		ASSERT_TRUE(snapshot.find(busy.pid()));
	}
}

TEST(RealProc, CanBeQueriedBySeveralThreadsAtOnce)
{
	const auto source = open_proc();
	ASSERT_TRUE(source);
	std::vector<std::thread> threads;
	threads.reserve(4);
	for (int i = 0; i < 4; i++)
		threads.emplace_back([&] {
			for (int round = 0; round < 5; round++) {
				const auto snapshot = source.value()->take({});
				ASSERT_TRUE(snapshot);
				ASSERT_TRUE(snapshot->find(getpid()));
				ASSERT_TRUE(snapshot->find(getppid()));
			}
		});
	for (auto &thread : threads)
		thread.join();
}
