// SPDX-License-Identifier: GPL-2.0
// Eight processes read /proc/psinfo in a loop and check each table, while other
// processes continuously do what the scenario says. The first wrong table is
// printed and ends the program with status 1.
//
//   storm fork SECONDS		forks, exits, orphans, execve() from threads
//   storm query SECONDS	the same, but the readers use ioctl(), in calls for 1,
//				2, 7 and 4096 records, for processes and for threads
//   storm exec SECONDS		only execve() from threads, as fast as possible
//   storm names SECONDS	processes that rename themselves
//   storm ids SECONDS MOUNT	user ids that change; MOUNT hides others' processes
//   storm trace SECONDS	processes that are attached and detached by a tracer
//   storm all SECONDS MOUNT	all of these at once, with eight readers and eight
//				that query, some of them as alice through MOUNT
//   storm unload		the module is loaded and unloaded, until stdin closes
#include "process.h"
#include "query.h"
#include "table.h"

#include <atomic>
#include <functional>
#include <iostream>

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/ptrace.h>

namespace {

using process::now;
using table::Row;
using table::Table;

constexpr std::size_t nr_readers = 8;
constexpr int nr_loopers = 4;
constexpr const char *parent_name = "storm-parent";

// Shared by all processes of the storm
struct Counts {
	std::atomic<bool> stop;
	std::atomic<unsigned> reads; // tables that were complete and right
	std::atomic<unsigned> rows;
	std::atomic<unsigned> deeds; // actions of the other processes
	std::atomic<unsigned> seen; // tables that show one of them in progress
	std::atomic<unsigned> refused; // reads that failed as expected
};

Counts *counts;
std::string program; // the path of this program

// Returns what is wrong with a table, or an empty string.
using Check = std::function<std::string(const Table &)>;
using Records = std::vector<psinfo_record>;

struct Reader {
	std::string path = "/proc/psinfo";
	uid_t uid = 0;
	int niceness = 5; // leaves time for the other processes on a small machine
	bool module_may_go = false;
	Check check;
	// If capacity is not 0, it queries instead.
	std::uint32_t capacity = 0;
	std::uint32_t groups = 0, flags = 0;
	std::function<std::string(const Records &)> check_records;
};

// ---- reading ---------------------------------------------------------------

[[noreturn]] void complain(const std::string &problem, const std::string &text)
{
	counts->stop = true;
	const std::string message = "storm: " + problem + "\n" + text;
	std::cerr << message << std::flush;
	_exit(1);
}

[[noreturn]] void complain(const std::string &problem, const Records &records)
{
	std::string text;
	for (const auto &record : records)
		text += std::to_string(record.pid) + " of " + std::to_string(record.tgid) + " " + letter_of(record) +
			" " + std::to_string(record.ppid) + " " + name_of(record) + "\n";
	complain(problem, text);
}

// Reads and checks one table. Returns 0 or errno.
int read_once(const Reader &reader, std::size_t piece)
{
	const auto text = table::read_whole(reader.path, piece);
	if (text.error)
		return text.error;
	std::string problem;
	const auto table = table::parse(text.bytes, problem);
	if (table)
		problem = reader.check(*table);
	if (!problem.empty())
		complain(problem, text.bytes);
	counts->rows += static_cast<unsigned>(table->rows.size());
	return 0;
}

int ask_once(const Reader &reader)
{
	const int fd = open(reader.path.c_str(), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	psinfo_query query = whole_query();
	query.groups = reader.groups;
	query.flags = reader.flags;
	const Pass answer = take_pass(fd, query, reader.capacity);
	close(fd);
	if (answer.error)
		return answer.error;
	const std::string problem = answer.problem.empty() ? reader.check_records(answer.records) : answer.problem;
	if (!problem.empty())
		complain("in calls for " + std::to_string(reader.capacity) + " with groups " +
				 std::to_string(reader.groups) + " and flags " + std::to_string(reader.flags) + ": " +
				 problem,
			 answer.records);
	counts->rows += static_cast<unsigned>(answer.records.size());
	return 0;
}

void read_forever(const Reader &reader, std::size_t piece)
{
	process::set_name("storm-reader");
	if (nice(reader.niceness) < 0)
		process::die("nice");
	if (reader.uid)
		process::become(reader.uid);
	while (!counts->stop) {
		const int error = reader.capacity ? ask_once(reader) : read_once(reader, piece);
		if (!error) {
			++counts->reads;
			continue;
		}
		// If the entry was removed, procfs returns EIO for read() and ENOTTY for
		// ioctl(); a query that is in progress fails with ENODEV.
		const bool is_removed =
			error == ENOENT || (reader.capacity ? error == ENOTTY || error == ENODEV : error == EIO);
		if (!reader.module_may_go || !is_removed)
			complain(std::string("reading failed: ") + std::strerror(error), std::string());
		++counts->refused;
		process::nap(0.002);
	}
}

// ---- checks ----------------------------------------------------------------

std::string row_is(const Table &table, const Row *row, std::string_view header, std::string_view wanted)
{
	const auto is = table.cell(*row, header);
	if (is == wanted)
		return {};
	return std::string(header) + " should be '" + std::string(wanted) + "': " + std::string(row->line);
}

// A process that lives from before the readers start until after they end
struct Steady {
	pid_t pid;
	std::string name; // not checked if empty
};

std::string steady_are_there(const Table &table, const std::vector<Steady> &steady, pid_t parent)
{
	for (const auto &[pid, name] : steady) {
		const Row *row = table.find(pid);
		if (!row)
			return "process " + std::to_string(pid) + " lives and has no row";
		if (table.cell(*row, "STAT") == "DEAD")
			return "a living process is DEAD: " + std::string(row->line);
		std::string problem = row_is(table, row, "PPID", std::to_string(parent));
		if (problem.empty())
			problem = row_is(table, row, "PARENT", parent_name);
		if (problem.empty() && !name.empty())
			problem = row_is(table, row, "NAME", name);
		if (!problem.empty())
			return problem;
	}
	return {};
}

std::string steady_have_records(const Records &records, const std::vector<Steady> &steady, pid_t parent)
{
	for (const auto &[pid, name] : steady) {
		const auto *record = find_record(records, pid);
		if (!record)
			return "process " + std::to_string(pid) + " lives and has no record";
		const std::string whose = "the record of " + std::to_string(pid) + " has ";
		if (record->tgid != record->pid || record->ppid != static_cast<std::uint32_t>(parent))
			return whose + "another TGID or PPID";
		if (letter_of(*record) == 'X' || (!name.empty() && name_of(*record) != name))
			return whose + "the state " + letter_of(*record) + " and the name " + name_of(*record);
	}
	return {};
}

// Checks that PARENT is the NAME in the row of PPID, if there is such a row and it
// is not that of a later process with the same PID.
std::string parents_agree(const Table &table)
{
	const bool inner = getppid() == 1; // the storm is process 1 of a PID namespace
	for (const Row &row : table.rows) {
		const auto ppid = table::number(table.cell(row, "PPID"));
		const auto start = table::number(table.cell(row, "START"));
		if (!ppid || !start)
			return "PPID and START should be numbers: " + std::string(row.line);
		const auto shown = table.cell(row, "PARENT");
		if (*ppid == 0) {
			if (row.pid > 2 || shown != (inner ? "None" : "swapper/0"))
				return "only 1 and 2 have PPID 0: " + std::string(row.line);
			continue;
		}
		const Row *parent = table.find(*ppid);
		if (!parent || *table::number(table.cell(*parent, "START")) > *start)
			continue;
		if (shown != table.cell(*parent, "NAME") && table.cell(*parent, "START") != table.cell(row, "START"))
			return "PARENT is not the NAME of its row:\n" + std::string(parent->line) + "\n" +
			       std::string(row.line);
	}
	return {};
}

// ---- actions ---------------------------------------------------------------

void *exec_self(void *descriptor)
{
	const auto fd = reinterpret_cast<const char *>(descriptor);
	execl(program.c_str(), program.c_str(), "--looper", fd, nullptr);
	return nullptr;
}

// Executes this program again from a thread; the PID stays the same.
[[noreturn]] void loop(char *descriptor)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	// EPIPE: the storm has ended.
	if (write(std::atoi(descriptor), "x", 1) < 0 && errno != EAGAIN)
		_exit(1);
	pthread_t thread;
	pthread_create(&thread, nullptr, exec_self, descriptor);
	process::sleep_forever();
}

void *short_life(void *)
{
	process::nap(0.002);
	execl(program.c_str(), program.c_str(), "--exit", nullptr);
	return nullptr;
}

void one_child(unsigned kind)
{
	switch (kind % 4) {
	case 0:
		break;
	case 1:
		execl(program.c_str(), program.c_str(), "--exit", nullptr);
		break;
	case 2:
		// An orphan, whose parent changes while it lives.
		if (fork() == 0)
			process::nap(0.001);
		break;
	case 3:
		// The first thread is a zombie when another one takes its PID.
		pthread_t thread;
		pthread_create(&thread, nullptr, short_life, nullptr);
		pthread_exit(nullptr);
	}
	_exit(0);
}

void fork_forever()
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	process::set_name("storm-fork");
	for (unsigned i = 0;; ++i) {
		const pid_t child = fork();
		if (child == 0)
			one_child(i);
		if (child > 0)
			++counts->deeds;
		while (waitpid(-1, nullptr, i % 8 == 7 ? 0 : WNOHANG) > 0)
			continue;
	}
}

void rename_forever(const char *one, const char *other)
{
	for (;;) {
		process::set_name(one);
		process::set_name(other);
		++counts->deeds;
	}
}

void trace_forever(const std::vector<pid_t> &victims)
{
	process::set_name("storm-tracer");
	for (std::size_t i = 0;; ++i) {
		const pid_t victim = victims[i % victims.size()];
		const auto done = [](bool well, const char *what) {
			// At the end of the storm the victims are killed first, and
			// a dying process cannot be attached.
			if (!well && (errno == ESRCH || errno == EPERM))
				process::sleep_forever();
			process::need(well, what);
		};
		done(ptrace(PTRACE_ATTACH, victim, nullptr, nullptr) == 0, "attach");
		done(waitpid(victim, nullptr, __WALL) == victim, "wait for the traced");
		done(ptrace(PTRACE_DETACH, victim, nullptr, nullptr) == 0, "detach");
		++counts->deeds;
	}
}

// ---- scenarios -------------------------------------------------------------

class Storm {
public:
	template <typename Body> pid_t add(Body body)
	{
		others_.push_back(process::start(body));
		return others_.back();
	}

	pid_t add_sleeper(const char *name, uid_t uid = 0)
	{
		others_.push_back(process::start_named(name, [=] {
			if (uid)
				process::become(uid);
		}));
		return others_.back();
	}

	// Both return the program's exit status.
	int read_for(double seconds, const std::vector<Reader> &kinds, std::size_t number = nr_readers)
	{
		start_readers(kinds, number);
		const double until = now() + seconds;
		while (now() < until && !counts->stop)
			process::nap(0.05);
		return finish();
	}

	int read_until_stdin_closes(const std::vector<Reader> &kinds)
	{
		start_readers(kinds, nr_readers);
		while (counts->reads < 100 && !counts->stop)
			process::nap(0.01);
		std::cout << "reading" << std::endl;
		pollfd in = {0, POLLIN, 0};
		char byte;
		while (!counts->stop)
			if (poll(&in, 1, 50) > 0 && read(0, &byte, 1) <= 0)
				break;
		return finish();
	}

private:
	void start_readers(const std::vector<Reader> &kinds, std::size_t number)
	{
		for (std::size_t i = 0; i < number; ++i)
			readers_.push_back(process::start([&kinds, i] {
				read_forever(kinds[i % kinds.size()], i % nr_readers < nr_readers / 2 ? 1 << 17 : 1000);
			}));
	}

	int finish()
	{
		counts->stop = true;
		bool right = true;
		for (const pid_t reader : readers_) {
			int status;
			waitpid(reader, &status, 0);
			right = right && WIFEXITED(status) && WEXITSTATUS(status) == 0;
		}
		// A process that has exited on its own has failed.
		for (const pid_t other : others_) {
			if (waitpid(other, nullptr, WNOHANG) == other) {
				std::cerr << "storm: process " << other << " ended early\n";
				right = false;
			}
		}
		process::end(others_);
		std::cout << "reads " << counts->reads << " rows " << counts->rows << " deeds " << counts->deeds
			  << " seen " << counts->seen << " refused " << counts->refused << std::endl;
		return right ? 0 : 1;
	}

	std::vector<pid_t> readers_, others_;
};

// Processes that call execve() from a thread in a loop, and the number of their calls
class Loopers {
public:
	Loopers()
	{
		process::need(pipe2(ends_, O_NONBLOCK) == 0, "pipe");
		fcntl(ends_[0], F_SETPIPE_SZ, 1 << 20);
	}

	Steady add(Storm &storm) const
	{
		const std::string descriptor = std::to_string(ends_[1]);
		const pid_t pid = storm.add([&] {
			close(ends_[0]);
			execl(program.c_str(), program.c_str(), "--looper", descriptor.c_str(), nullptr);
		});
		return {pid, {}};
	}

	void tell() const
	{
		std::string started(1 << 20, '\0');
		const ssize_t got = read(ends_[0], started.data(), started.size());
		std::cout << "execs " << std::max<ssize_t>(got, 0) << std::endl;
	}

private:
	int ends_[2];
};

// Starts a process with `number` threads. Returns their TIDs, that of the leader first.
std::vector<pid_t> add_threads(Storm &storm, int number)
{
	process::Pipe tids;
	const pid_t pid = storm.add([&] {
		process::set_name("storm-threads");
		static const process::Pipe &out = tids;
		for (int i = 1; i < number; ++i) {
			pthread_t thread;
			pthread_create(
				&thread, nullptr,
				[](void *) -> void * {
					out.send(static_cast<pid_t>(syscall(SYS_gettid)));
					process::sleep_forever();
				},
				nullptr);
		}
		process::sleep_forever();
	});
	std::vector<pid_t> threads = {pid};
	while (threads.size() < static_cast<std::size_t>(number))
		threads.push_back(tids.receive<pid_t>("storm-threads"));
	return threads;
}

// Readers that query while `steady` are alive; `threads` are those of threads[0].
std::vector<Reader> askers(const std::vector<Steady> &steady, const std::vector<pid_t> &threads)
{
	const pid_t self = getpid();
	std::vector<Reader> kinds;
	for (const std::uint32_t capacity : {1, 2, 7, 4096}) {
		for (const std::uint32_t groups : {0u, all_groups}) {
			Reader asker;
			asker.capacity = capacity;
			asker.groups = groups;
			// Half of those that request groups also request threads.
			asker.flags = groups && capacity % 2 ? PSINFO_QUERY_THREADS : 0;
			asker.check_records = [=](const Records &records) -> std::string {
				if (!asker.flags)
					return steady_have_records(records, steady, self);
				for (const pid_t thread : threads) {
					const auto *record = find_record(records, thread);
					if (!record || record->tgid != static_cast<std::uint32_t>(threads[0]))
						return "thread " + std::to_string(thread) + " lives and has no record";
				}
				return {};
			};
			kinds.push_back(asker);
		}
	}
	return kinds;
}

int storm_query(double seconds)
{
	Storm storm;
	const Loopers loopers;
	std::vector<Steady> steady;

	for (int i = 0; i < 3; ++i)
		steady.push_back({storm.add_sleeper("storm-sleeper"), "storm-sleeper"});
	for (int i = 0; i < nr_loopers; ++i)
		steady.push_back(loopers.add(storm));
	const auto threads = add_threads(storm, 5);
	steady.push_back({threads[0], "storm-threads"});
	for (int i = 0; i < 3; ++i)
		storm.add(fork_forever);
	const int status = storm.read_for(seconds, askers(steady, threads));
	loopers.tell();
	return status;
}

int storm_fork(double seconds, bool only_exec)
{
	Storm storm;
	const Loopers loopers;
	std::vector<Steady> steady;
	const pid_t self = getpid();

	for (int i = 0; i < 3; ++i)
		steady.push_back({storm.add_sleeper("storm-sleeper"), "storm-sleeper"});
	for (int i = 0; i < nr_loopers; ++i)
		steady.push_back(loopers.add(storm));
	// Create more after the loopers, so that those do not have the highest PIDs.
	for (int i = 0; i < 3; ++i)
		steady.push_back({storm.add_sleeper("storm-sleeper"), "storm-sleeper"});
	for (int i = 0; i < 3 && !only_exec; ++i)
		storm.add(fork_forever);

	Reader reader;
	reader.check = [=](const Table &table) {
		std::string problem = steady_are_there(table, steady, self);
		if (problem.empty() && table.column("START"))
			problem = parents_agree(table);
		return problem;
	};
	const int status = storm.read_for(seconds, {reader});
	loopers.tell();
	return status;
}

// Whether each letter is that of one of the two names at the same position, and the
// length is between theirs
bool is_made_of(std::string_view name, std::string_view one, std::string_view other)
{
	if (name.size() < std::min(one.size(), other.size()) || name.size() > std::max(one.size(), other.size()))
		return false;
	for (std::size_t i = 0; i < name.size(); ++i)
		if (!(i < one.size() && name[i] == one[i]) && !(i < other.size() && name[i] == other[i]))
			return false;
	return true;
}

int storm_names(double seconds)
{
	static constexpr const char *names[][2] = {
		{"aaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbb"},
		{"ccccccccccccccc", "ddddddd"},
		{"eeeeeeeee", "f"},
	};
	struct Renamer {
		pid_t pid, child;
		std::string_view one, other;
	};
	Storm storm;
	std::vector<Renamer> renamers;
	for (const auto &pair : names) {
		process::Pipe children;
		const pid_t pid = storm.add([&] {
			process::set_name(pair[0]);
			children.send(process::start(process::sleep_forever));
			rename_forever(pair[0], pair[1]);
		});
		renamers.push_back({pid, children.receive<pid_t>(pair[0]), pair[0], pair[1]});
	}
	Reader reader;
	reader.check = [=](const Table &table) -> std::string {
		for (const auto &[pid, child, one, other] : renamers) {
			const Row *row = table.find(pid), *below = table.find(child);
			if (!row || !below)
				return "process " + std::to_string(row ? child : pid) + " lives and has no row";
			const auto name = table.cell(*row, "NAME");
			if (!is_made_of(name, one, other))
				return "a name that it never had: " + std::string(row->line);
			if (name != one && name != other)
				++counts->seen;
			if (table.cell(*below, "PARENT") != name)
				return "PARENT is not the NAME of its row:\n" + std::string(row->line) + "\n" +
				       std::string(below->line);
		}
		return {};
	};
	return storm.read_for(seconds, {reader});
}

// Raw system calls: the libc functions would change all threads, one by one.
void set_uids(unsigned real, unsigned effective, unsigned saved)
{
#ifdef SYS_setresuid32
	process::need(syscall(SYS_setresuid32, real, effective, saved) == 0, "setresuid");
#else
	process::need(syscall(SYS_setresuid, real, effective, saved) == 0, "setresuid");
#endif
}

void change_ids_forever()
{
	process::set_name("storm-ids");
	for (;;) {
		set_uids(process::alice, 0, 0);
		set_uids(0, 0, 0);
		++counts->deeds;
	}
}

// Alternates between visible and hidden to its owner.
void change_dumpable_forever()
{
	process::set_name("storm-dumpable");
	process::become(process::alice);
	for (;;) {
		prctl(PR_SET_DUMPABLE, 0);
		prctl(PR_SET_DUMPABLE, 1);
	}
}

int storm_ids(double seconds, const std::string &mount)
{
	using process::alice;
	Storm storm;
	const pid_t self = getpid();
	const pid_t hers = storm.add_sleeper("of-alice", alice);
	const std::vector<pid_t> hidden = {self, storm.add_sleeper("of-bob", process::bob),
					   storm.add_sleeper("of-root")};
	const pid_t changing = storm.add(change_ids_forever);
	// Its rows are not checked; it must not disturb the others.
	storm.add(change_dumpable_forever);

	Reader by_root, by_alice;
	by_root.check = [=](const Table &table) -> std::string {
		const Row *row = table.find(changing), *sleeper = table.find(hers);
		if (!row || !sleeper)
			return "a process lives and has no row";
		const auto uid = table.cell(*row, "UID");
		if (uid != "0" && uid != std::to_string(alice))
			return "a user id that it never had: " + std::string(row->line);
		if (uid != "0")
			++counts->seen;
		return row_is(table, sleeper, "UID", std::to_string(alice));
	};
	by_alice.path = mount + "/psinfo";
	by_alice.uid = alice;
	by_alice.check = [=](const Table &table) -> std::string {
		const Row *row = table.find(hers);
		if (!row)
			return "alice does not see her own process";
		for (const pid_t pid : hidden)
			if (const Row *other = table.find(pid))
				return "alice sees what is not hers: " + std::string(other->line);
		if (table.find(changing))
			return "alice sees a process with root's saved user id";
		for (const Row &any : table.rows)
			if (table.cell(any, "UID") != std::to_string(alice))
				return "alice sees what is not hers: " + std::string(any.line);
		return row_is(table, row, "PARENT", "None");
	};
	return storm.read_for(seconds, {by_root, by_alice});
}

int storm_trace(double seconds)
{
	Storm storm;
	const pid_t self = getpid();
	std::vector<Steady> steady;
	std::vector<pid_t> victims;
	for (int i = 0; i < 3; ++i) {
		victims.push_back(storm.add_sleeper("storm-victim"));
		steady.push_back({victims.back(), "storm-victim"});
	}
	storm.add([=] { trace_forever(victims); });
	Reader reader;
	reader.check = [=](const Table &table) {
		for (const pid_t victim : victims)
			if (const Row *row = table.find(victim); row && table.cell(*row, "STAT") == "TRACED") {
				++counts->seen;
				break;
			}
		return steady_are_there(table, steady, self);
	};
	return storm.read_for(seconds, {reader});
}

// For a mount that shows alice only her own processes
std::string is_of_alice(std::string_view uid, std::string_view whole)
{
	return uid == std::to_string(process::alice) ? "" : "alice sees what is not hers: " + std::string(whole);
}

int storm_all(double seconds, const std::string &mount)
{
	Storm storm;
	const Loopers loopers;
	const pid_t self = getpid();
	std::vector<Steady> steady;
	std::vector<pid_t> victims;

	const pid_t hers = storm.add_sleeper("of-alice", process::alice);
	for (int i = 0; i < 2; ++i) {
		victims.push_back(storm.add_sleeper("storm-victim"));
		steady.push_back({victims.back(), "storm-victim"});
	}
	for (int i = 0; i < nr_loopers; ++i)
		steady.push_back(loopers.add(storm));
	const auto threads = add_threads(storm, 5);
	steady.push_back({threads[0], "storm-threads"});
	steady.push_back({storm.add([] { rename_forever("aaaaaaaaaaaaaaa", "bbbbbbb"); }), {}});
	steady.push_back({storm.add(change_ids_forever), {}});
	storm.add(change_dumpable_forever);
	storm.add([=] { trace_forever(victims); });
	for (int i = 0; i < 3; ++i)
		storm.add(fork_forever);

	Reader by_root, by_alice;
	by_root.check = [=](const Table &table) { return steady_are_there(table, steady, self); };
	by_alice.path = mount + "/psinfo";
	by_alice.uid = process::alice;
	by_alice.check = [=](const Table &table) -> std::string {
		std::string problem = table.find(hers) ? "" : "alice does not see her own process";
		for (const Row &row : table.rows)
			if (problem.empty())
				problem = is_of_alice(table.cell(row, "UID"), row.line);
		return problem;
	};
	Reader asks_as_alice = by_alice;
	asks_as_alice.capacity = 7;
	asks_as_alice.groups = all_groups;
	asks_as_alice.check_records = [=](const Records &records) -> std::string {
		std::string problem = find_record(records, hers) ? "" : "alice does not see her own process";
		for (const auto &record : records)
			if (problem.empty())
				problem = is_of_alice(std::to_string(record.uid), name_of(record));
		return problem;
	};
	// Eight that query, two of them as alice; eight that read, three as alice.
	std::vector<Reader> kinds = askers(steady, threads);
	kinds.erase(kinds.begin() + 2, kinds.begin() + 4);
	kinds.insert(kinds.end(), 2, asks_as_alice);
	kinds.insert(kinds.end(), 5, by_root);
	kinds.insert(kinds.end(), 3, by_alice);
	const int status = storm.read_for(seconds, kinds, kinds.size());
	loopers.tell();
	return status;
}

int storm_unload()
{
	Storm storm;
	const pid_t self = getpid(), sleeper = storm.add_sleeper("storm-sleeper");
	Reader reader;
	reader.module_may_go = true;
	reader.niceness = 15;
	reader.check = [=](const Table &table) -> std::string {
		return table.find(sleeper) ? "" : "process " + std::to_string(sleeper) + " lives and has no row";
	};
	Reader asker = reader;
	asker.capacity = 20;
	asker.check_records = [=](const Records &records) -> std::string {
		return steady_have_records(records, {{sleeper, "storm-sleeper"}}, self);
	};
	return storm.read_until_stdin_closes({reader, asker});
}

} // namespace

int main(int argc, char **argv)
{
	program = argv[0];
	const std::string scenario = argc > 1 ? argv[1] : "";
	if (scenario == "--exit")
		return 0;
	if (scenario == "--looper")
		loop(argv[2]);

	process::set_name(parent_name);
	counts = process::share<Counts>();
	const double seconds = argc > 2 ? std::atof(argv[2]) : 6;
	if (scenario == "fork")
		return storm_fork(seconds, false);
	if (scenario == "query")
		return storm_query(seconds);
	if (scenario == "exec")
		return storm_fork(seconds, true);
	if (scenario == "names")
		return storm_names(seconds);
	if (scenario == "ids" && argc == 4)
		return storm_ids(seconds, argv[3]);
	if (scenario == "trace")
		return storm_trace(seconds);
	if (scenario == "all" && argc == 4)
		return storm_all(seconds, argv[3]);
	if (scenario == "unload")
		return storm_unload();
	std::cerr << "storm: fork | query | exec | names | trace SECONDS, ids | all SECONDS MOUNT, or unload\n";
	return 2;
}
