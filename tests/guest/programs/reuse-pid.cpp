// SPDX-License-Identifier: GPL-2.0
// reuse-pid WHAT HITS SECONDS [MODULE]: reuses a parent's PID for a newer process while
// /proc/psinfo is being read, and checks what the table shows for the child. Succeeds
// after HITS tables that hit the race, and fails at the first wrong table, or after
// SECONDS if there were too few hits. WHAT is
//
//	parent		the parent exits after the row of its child was filled; the
//			new process with its PID has its own row
//	family		the child exits as well, and its PID is also reused
//	late		the parent is created after the walk has passed its PID, so it has
//			no row; it and the child exit before the parent's name is looked up
//	log		like family, but checks what MODULE writes to the kernel log
//			when it is loaded with log=CHILD
//
// The table must have the columns PID, NAME, STAT, PPID, PARENT and NICE. The walk
// proceeds in ascending PID order, so processes between the two PIDs prolong it: start
// programs/crowd first. The reader shares one processor with the other processes, which
// have real-time priority, so it makes no progress while they act.
#include "process.h"
#include "table.h"

#include <algorithm>
#include <atomic>
#include <iostream>
#include <random>
#include <stdexcept>

#include <linux/sched.h>
#include <sched.h>
#include <sys/resource.h>

namespace {

using process::need;
using table::Row;
using table::Table;

constexpr const char *main_name = "reuse-main", *keeper_name = "reuse-keeper";
constexpr const char *parent_name = "old-parent", *child_name = "child";
constexpr const char *newborn_name = "newborn", *other_name = "other-child";

// When the processes changed, according to the table or log: before the row of the
// child was filled (early), after that of the parent (late), or in between (hit). If
// the parent has a row but should not, it was created before the walk passed its PID.
enum class Moment { early, hit, late, created_early };

// Shared by all processes
struct Scene {
	std::atomic<bool> is_ready; // the process just created has its name and child
	std::atomic<unsigned> hits;
	std::atomic<unsigned> tries;
	std::atomic<Moment> last;
	std::atomic<pid_t> parent, child;
	std::atomic<double> duration; // of the latest read() that takes the snapshot
};

Scene *scene;
pid_t main_pid, keeper_pid;
std::string what;

constexpr double patience = 10; // timeout in seconds

// Creates a child with that PID; it has its name and has run `body` when this returns.
// The PID of a process that was just reaped may still be in use for a moment, although
// it can no longer be found.
template <typename Body> pid_t create(pid_t pid, std::uint64_t flags, const char *name, Body body)
{
	clone_args args = {};
	args.flags = flags;
	args.exit_signal = flags & CLONE_PARENT ? 0 : SIGCHLD;
	args.set_tid = reinterpret_cast<std::uintptr_t>(&pid);
	args.set_tid_size = 1;
	scene->is_ready = false;
	const double until = process::now() + patience;
	long made;
	while ((made = syscall(SYS_clone3, &args, sizeof(args))) < 0 && errno == EEXIST && process::now() < until)
		process::nap(0.0005);
	need(made >= 0, "clone3");
	if (made == 0) {
		process::set_name(name);
		body();
		scene->is_ready = true;
		process::sleep_forever();
	}
	while (!scene->is_ready) {
		if (process::now() > until) {
			std::cerr << "reuse-pid: " << name << " did not come to its end" << std::endl;
			_exit(1);
		}
		sched_yield();
	}
	return static_cast<pid_t>(made);
}

pid_t create(pid_t pid, std::uint64_t flags, const char *name)
{
	return create(pid, flags, name, [] {});
}

void end(pid_t pid)
{
	kill(pid, SIGKILL);
	need(waitpid(pid, nullptr, __WALL) == pid, "waitpid");
}

// ---- the reader ------------------------------------------------------------------

void expect(const Table &table, const Row &row, std::string_view header, std::string_view wanted)
{
	if (table.cell(row, header) != wanted)
		throw std::runtime_error(std::string(header) + " should be '" + std::string(wanted) +
					 "': " + std::string(row.line));
}

// Throws if the table is wrong.
Moment moment_of(const Table &table)
{
	const Row *child = table.find(scene->child), *parent = table.find(scene->parent);
	const auto old_pid = std::to_string(scene->parent);
	if (!child || table.cell(*child, "NAME") != child_name)
		return Moment::early;
	if (table.cell(*child, "PARENT") == newborn_name)
		throw std::runtime_error("a process that was created later is not its parent: " +
					 std::string(child->line));
	if (table.cell(*child, "PPID") == old_pid && table.cell(*child, "PARENT") != "None")
		expect(table, *child, "PARENT", parent_name);
	if (table.cell(*child, "PPID") == std::to_string(main_pid))
		throw std::runtime_error("that is the parent of the next process with its PID: " +
					 std::string(child->line));

	if (what == "late") {
		if (parent)
			return Moment::created_early;
		if (table.cell(*child, "PARENT") != "None")
			return Moment::late;
		expect(table, *child, "PPID", old_pid);
		return Moment::hit;
	}
	if (table.cell(*child, "NICE") != "0")
		return Moment::early;
	if (!parent || table.cell(*parent, "NAME") != newborn_name)
		return Moment::late;
	if (what == "parent") {
		expect(table, *child, "PPID", std::to_string(keeper_pid));
		expect(table, *child, "PARENT", keeper_name);
	} else {
		expect(table, *child, "PPID", old_pid);
		expect(table, *child, "PARENT", "None");
	}
	return Moment::hit;
}

// Loads the module, returns what it writes to the kernel log, and unloads it.
class Loader {
public:
	explicit Loader(const std::string &module) : image_(read_file(module)), log_("/dev/kmsg", O_RDONLY | O_NONBLOCK)
	{
	}

	std::string load() const
	{
		// While there is no child, use any process.
		const std::string parameters = "log=" + std::to_string(std::max<pid_t>(scene->child, 1));
		need(lseek(log_, 0, SEEK_END) >= 0, "lseek");
		const double began = process::now();
		need(syscall(SYS_init_module, image_.data(), image_.size(), parameters.c_str()) == 0, "init_module");
		scene->duration = process::now() - began;
		std::string said;
		char line[2048];
		for (ssize_t got; (got = read(log_, line, sizeof(line))) > 0;)
			said.append(line, static_cast<std::size_t>(got));
		need(syscall(SYS_delete_module, "psinfo", O_NONBLOCK) == 0, "delete_module");
		return said;
	}

private:
	std::string image_;
	Descriptor log_;
};

Moment moment_of(const std::string &log)
{
	const auto has = [&log](const char *role, pid_t pid, const char *name) {
		return log.find("psinfo: " + std::string(role) + ": " + std::to_string(pid) + " " + name) != log.npos;
	};
	if (!has("process", scene->child, child_name))
		return Moment::early;
	if (has("parent", scene->parent, newborn_name))
		throw std::runtime_error("a process that was created later is not its parent:\n" + log);
	return has("parent", scene->parent, "None") ? Moment::hit : Moment::late;
}

std::string read_table()
{
	const Descriptor fd(psinfo_path);
	std::string first(1 << 17, '\0');
	const double began = process::now();
	const ssize_t got = read(fd, first.data(), first.size());
	scene->duration = process::now() - began;
	need(got > 0, "read /proc/psinfo");
	first.resize(static_cast<std::size_t>(got));
	return first + read_rest(fd);
}

// For each byte received, reads a table or log; replies with a byte if it is right.
void read_when_told(int from, int to, const std::string &module)
{
	const auto loader = module.empty() ? std::nullopt : std::optional<Loader>(module);
	process::set_name("reuse-reader");
	char byte = 0;
	while (read(from, &byte, 1) == 1) {
		try {
			const std::string text = loader ? loader->load() : read_table();
			scene->last = loader ? moment_of(text) : moment_of(table::must_parse(text));
			scene->hits += scene->last == Moment::hit;
			++scene->tries;
		} catch (const std::exception &error) {
			std::cerr << "reuse-pid: " << error.what() << std::endl;
			_exit(1);
		}
		need(write(to, &byte, 1) == 1, "write");
	}
}

// ---- the keeper, which creates and kills the others ---------------------------------

class Keeper {
public:
	explicit Keeper(const std::string &module)
	{
		int orders[2], answers[2];
		need(pipe2(orders, O_CLOEXEC) == 0 && pipe2(answers, O_CLOEXEC) == 0, "pipe");
		process::start([&] {
			close(orders[1]);
			read_when_told(orders[0], answers[1], module);
		});
		close(orders[0]);
		close(answers[1]);
		order_ = orders[1];
		answer_ = answers[0];
		// Orphans become its children, and it preempts the reader.
		need(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0, "prctl");
		const sched_param first = {1};
		need(sched_setscheduler(0, SCHED_FIFO, &first) == 0, "sched_setscheduler");
		process::set_name(keeper_name);
	}

	void measure()
	{
		for (int i = 0; i < 5; ++i) {
			begin_read();
			end_read();
			duration_ += scene->duration / 5;
		}
	}

	void act_once()
	{
		if (what == "late")
			act_late();
		else
			act_in_walk(what != "parent");
		if (scene->last == Moment::early)
			delay_ += 0.04;
		else if (scene->last == Moment::late)
			delay_ -= 0.04;
		else if (scene->last == Moment::created_early)
			first_delay_ += 0.02;
		delay_ = std::clamp(delay_, 0.05, 1.5);
	}

private:
	void begin_read() const { need(write(order_, "x", 1) == 1, "write"); }

	void end_read() const
	{
		char byte = 0;
		if (read(answer_, &byte, 1) != 1)
			_exit(1); // the reader has printed the reason
	}

	// Sleeps for a random time between these fractions of a read.
	void nap(double from, double to)
	{
		process::nap(duration_ * std::uniform_real_distribution<double>(from, to)(random_));
	}

	// Chooses two free PIDs, below and above most processes. Low PIDs are free, because
	// processes have exited during boot.
	void choose_pids(bool parent_is_higher)
	{
		pid_t low = 2, high = 32700;
		while (kill(low, 0) == 0)
			++low;
		while (kill(high, 0) == 0)
			--high;
		scene->parent = parent_is_higher ? high : low;
		scene->child = parent_is_higher ? low : high;
	}

	static void create_family()
	{
		create(scene->parent, 0, parent_name, [] { create(scene->child, 0, child_name); });
	}

	static void end_family()
	{
		kill(scene->child, SIGKILL); // it stays a zombie as long as its parent lives
		end(scene->parent);
		need(waitpid(scene->child, nullptr, 0) == scene->child, "waitpid for the orphan");
	}

	void act_in_walk(bool whole_family)
	{
		choose_pids(true);
		create_family();
		begin_read();
		nap(delay_ - 0.05, delay_ + 0.05);
		if (whole_family) {
			end_family();
			create(scene->child, CLONE_PARENT, other_name);
		} else {
			// Marks rows that are filled from now on.
			need(setpriority(PRIO_PROCESS, static_cast<id_t>(scene->child.load()), 5) == 0, "setpriority");
			end(scene->parent);
		}
		create(scene->parent, 0, newborn_name);
		end_read();
		end(scene->parent);
		if (!whole_family)
			end(scene->child);
		else
			end_child_of_main();
	}

	void act_late()
	{
		choose_pids(false);
		begin_read();
		nap(first_delay_, first_delay_ + 0.02);
		create_family();
		nap(delay_ - 0.05, delay_ + 0.05);
		end_family();
		create(scene->parent, 0, newborn_name);
		end_read();
		end(scene->parent);
	}

	static void end_child_of_main()
	{
		kill(scene->child, SIGKILL);
		while (kill(scene->child, 0) == 0)
			process::nap(0.0005);
	}

	int order_ = -1, answer_ = -1;
	double duration_ = 0;
	double first_delay_ = 0.02; // until the family is created, as fractions of a read
	double delay_ = 0.4; // until the processes change
	std::minstd_rand random_{1};
};

void keep(unsigned hits, double seconds, const std::string &module)
{
	keeper_pid = getpid();
	Keeper keeper(module);
	keeper.measure();
	const double until = process::now() + seconds;
	while (scene->hits < hits && process::now() < until)
		keeper.act_once();
	std::cout << "hits " << scene->hits << " tries " << scene->tries << std::endl;
	_exit(scene->hits < hits ? 1 : 0);
}

void run_on_one_processor()
{
	cpu_set_t one;
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	need(sched_setaffinity(0, sizeof(one), &one) == 0, "sched_setaffinity");
}

} // namespace

int main(int argc, char **argv)
{
	what = argc > 1 ? argv[1] : "";
	const bool is_table = argc == 4 && (what == "parent" || what == "family" || what == "late");
	if (!is_table && (argc != 5 || what != "log")) {
		std::cerr << "usage: reuse-pid parent|family|late HITS SECONDS\n"
			     "       reuse-pid log HITS SECONDS MODULE\n";
		return 2;
	}
	scene = process::share<Scene>();
	main_pid = getpid();
	process::set_name(main_name);
	run_on_one_processor();

	const pid_t keeper = process::start(
		[&] { keep(static_cast<unsigned>(std::atoi(argv[2])), std::atof(argv[3]), is_table ? "" : argv[4]); });
	// The other children were created by the keeper with CLONE_PARENT.
	int status = 0;
	while (waitpid(-1, &status, 0) != keeper)
		continue;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		kill(scene->child, SIGKILL);
		kill(scene->parent, SIGKILL);
		return 1;
	}
	return 0;
}
