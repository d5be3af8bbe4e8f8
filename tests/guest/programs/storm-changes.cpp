// SPDX-License-Identifier: GPL-2.0
// storm-changes SCENARIO SECONDS [MOUNT]: a storm (storm.h) of processes that change. MOUNT
// hides the processes of others.
//
//	names SECONDS		processes that rename themselves
//	ids SECONDS MOUNT	user ids that change
//	trace SECONDS		processes that are attached and detached by a tracer
//	all SECONDS MOUNT	all of these and those of storm-forks at once, with eight
//				readers and eight that query, some of them as alice through
//				MOUNT; also prints "execs N"
#include "forks.h"

#include <sys/ptrace.h>

namespace {

using namespace storm;

void rename_forever(const char *one, const char *other)
{
	for (;;) {
		process::set_name(one);
		process::set_name(other);
		++counts().deeds;
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
		++counts().deeds;
	}
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
				++counts().seen;
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
		++counts().deeds;
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
			++counts().seen;
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
	const auto victims = add_sleepers(storm, "storm-victim", 3, steady);
	storm.add([=] { trace_forever(victims); });
	Reader reader;
	reader.check = [=](const Table &table) {
		for (const pid_t victim : victims)
			if (const Row *row = table.find(victim); row && table.cell(*row, "STAT") == "TRACED") {
				++counts().seen;
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

	const pid_t hers = storm.add_sleeper("of-alice", process::alice);
	const auto victims = add_sleepers(storm, "storm-victim", 2, steady);
	loopers.add(storm, steady);
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
	loopers.print_count();
	return status;
}

} // namespace

int main(int argc, char **argv)
{
	run_again(argc, argv);
	const std::string scenario = argc > 1 ? argv[1] : "";
	const double seconds = argc > 2 ? std::atof(argv[2]) : 6;
	process::set_name(parent_name);
	if (scenario == "names")
		return storm_names(seconds);
	if (scenario == "ids" && argc == 4)
		return storm_ids(seconds, argv[3]);
	if (scenario == "trace")
		return storm_trace(seconds);
	if (scenario == "all" && argc == 4)
		return storm_all(seconds, argv[3]);
	std::cerr << "storm-changes: names | trace SECONDS, or ids | all SECONDS MOUNT\n";
	return 2;
}
