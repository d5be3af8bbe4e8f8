// SPDX-License-Identifier: GPL-2.0
// visibility-matrix HIDEPID SETUID-COPY CAST-COPY [short]: for every reader, PID
// namespace and gid= (with `short` only one gid=) compares the PIDs that psinfo shows
// with those whose stat the reader can read through the same procfs mount. Prints a line
// for each gid= and reader, with a cell for each namespace: shown/readable processes, in
// the text, by a query, by queries for a PID, and by queries for the children of a PID.
// Prints all differences, and fails. HIDEPID may also be `race`: see race().
//
//   namespaces	initial
//		child		of the initial one; the reader is in it
//		sibling		of child; the reader is in child
//		hers		a child that belongs to a user namespace of alice
//   gid=	unset		the reader has no group
//		in, out		gid= is a group that the reader is in, or not
//   readers	see reader.h; hers-root is root of the user namespace of hers
//		alice-undump	is not dumpable, but still sees herself
//		A>B		A opens the file, B reads and queries it
//
// stat is read before and after. Only processes count that existed at both times and
// were readable, or unreadable, both times. Children of PID 0 cannot be queried: the
// contract refuses parent 0.
//
// Each namespace except hers contains the cast of cast.h, a process with threads, and
// two that alternate between alice and root, by setresuid() and a set-user-ID program:
// one before every look, one in the middle of it. The copies are of this program and of
// cast; they are owned by root and set-user-ID.
#include "cast.h"
#include "namespaces.h"
#include "query.h"
#include "table.h"

#include <algorithm>
#include <atomic>
#include <iostream>
#include <set>

#include <sys/mman.h>

namespace {

using process::hear;
using process::say;
using process::SocketPair;

constexpr gid_t group = 2000, group_in_hers = 2;
constexpr int most = 4096;

enum Way { by_text, by_query, by_pid, by_parent, nr_ways };
constexpr const char *way_names[nr_ways] = {"text", "query", "query by pid", "children-of"};

struct Judged {
	pid_t pid;
	bool is_there; // in this namespace, before and after
	bool before, after; // whether stat was readable
	pid_t ppid_before, ppid_after; // its ppid
};

struct Found {
	pid_t pid, parent;
};

// The number of credential changes requested and done. Even: root; odd: alice.
struct Change {
	std::atomic<unsigned> wanted, done;
};

// Shared by the main process, the readers and the processes that change
struct Shared {
	Change changes[8];
	int nr_judged, nr_parents, nr_found[nr_ways];
	pid_t parents[most];
	Judged judged[most];
	Found found[nr_ways][most];
};

Shared *shared;
int shared_fd;

void wait_for_change(const Change &change)
{
	for (int tries = 0; change.done != change.wanted; ++tries) {
		if (tries == 30000)
			process::die("timed out waiting for the credential change");
		process::nap(0.001);
	}
}

// ---- the processes --------------------------------------------------------------

void sleep_beside_threads()
{
	for (int i = 0; i < 3; ++i)
		process::add_sleeping_thread();
	process::sleep_forever();
}

// Runs in the set-user-ID program, which executes itself repeatedly.
[[noreturn]] void keep_changing(char **argv)
{
	const int fd = std::atoi(argv[2]), index = std::atoi(argv[3]), parent = std::atoi(argv[4]);
	process::set_name("changes");
	process::die_with_parent(parent);
	void *memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	process::need(memory != MAP_FAILED && geteuid() == 0, "to change");
	Change &change = static_cast<Shared *>(memory)->changes[index];
	const auto wait = [&] {
		while (change.wanted == change.done)
			process::nap(0.001);
	};
	if (change.done % 2)
		++change.done;
	wait();
	process::become(process::alice);
	process::die_with_parent(parent);
	++change.done;
	wait();
	execv(argv[0], argv);
	process::die(argv[0]);
}

pid_t start_changing(const char *setuid_copy, int index)
{
	const std::string parent = std::to_string(getpid());
	const pid_t changing = process::start([&] {
		const std::string fd = std::to_string(shared_fd), number = std::to_string(index);
		execl(setuid_copy, setuid_copy, "--change", fd.c_str(), number.c_str(), parent.c_str(), nullptr);
		process::die(setuid_copy);
	});
	// Change to alice and back once: only the current credentials may matter.
	shared->changes[index].wanted = 2;
	wait_for_change(shared->changes[index]);
	return changing;
}

void play_more(const char *setuid_copy, int index)
{
	process::start_named("a-threads", cast::become_alice, sleep_beside_threads);
	start_changing(setuid_copy, 2 * index);
	start_changing(setuid_copy, 2 * index + 1);
}

// Their user namespace maps only the ids 0, 1 and 2.
void play_hers()
{
	constexpr uid_t hers_bob = 1;

	process::start_named("h-root", [] {});
	process::start_named("h-bob", [] { process::become(hers_bob); });
	process::start_named("h-undumpable", [] { prctl(PR_SET_DUMPABLE, 0); });
	process::start_named("h-userns", [] {
		process::need(unshare(CLONE_NEWUSER) == 0, "unshare");
		prctl(PR_SET_DUMPABLE, 1);
	});
	process::start_named(
		"h-threads", [] {}, sleep_beside_threads);
	wait_for_state(process::start_named(
			       "h-zombie", [] {}, cast::end_at_once),
		       'Z');
	wait_for_state(process::start_named(
			       "h-lost-leader", [] {}, cast::leave_to_a_thread),
		       'Z');
}

// ---- the namespaces ---------------------------------------------------------------

struct Namespace {
	const char *name;
	pid_t first; // its first process, seen from outside
	int truth; // a mount that hides nothing
	std::vector<pid_t> parents; // processes with children in it

	std::string file(const char *kind) const { return namespaces::path(first, kind); }
};

pid_t start_child(const char *setuid_copy, const std::string &cast_copy, int index)
{
	SocketPair line;
	const pid_t first = namespaces::start_first([&] {
		process::set_name("first");
		cast::play_all(cast_copy);
		play_more(setuid_copy, index);
		say(line.theirs);
		process::sleep_forever();
	});
	line.close_theirs();
	hear(line.mine, "a PID namespace");
	return first;
}

pid_t start_hers()
{
	SocketPair line, inside;
	const pid_t owner = process::start([&] {
		process::become(process::alice);
		process::need(unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS) == 0, "unshare");
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_DUMPABLE, 1);
		say(line.theirs);
		hear(line.theirs, "the judge");
		const pid_t first = namespaces::start_unseeing([&] {
			process::become(0);
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			process::need(mount("", "/", "", MS_REC | MS_PRIVATE, nullptr) == 0, "mount /");
			process::need(mount("proc", "/proc", "proc", 0, nullptr) == 0, "mount /proc");
			process::set_name("first");
			play_hers();
			say(inside.theirs);
			process::sleep_forever();
		});
		process::need(write(line.theirs, &first, sizeof(first)) == sizeof(first), "write");
		process::sleep_forever();
	});
	line.close_theirs();
	inside.close_theirs();
	hear(line.mine, "the owner of a namespace");
	const std::string directory = "/proc/" + std::to_string(owner);
	for (const char *map : {"/uid_map", "/gid_map"})
		reader::write_to((directory + map).c_str(), "0 1000 1\n1 1001 1\n2 2000 1\n");
	say(line.mine);
	pid_t first;
	process::need(read(line.mine, &first, sizeof(first)) == sizeof(first), "the owner of a namespace");
	hear(inside.mine, "the namespace of hers");
	return first;
}

void enter_user_namespace(const Namespace &where)
{
	const Descriptor mounts(where.file("mnt")), users(where.file("user"));
	process::need(setns(users, CLONE_NEWUSER) == 0, "setns");
	process::need(setns(mounts, CLONE_NEWNS) == 0, "setns");
}

bool is_hers(const Namespace &where)
{
	return std::string_view(where.name) == "hers";
}

int mount_there(const Namespace &where, const namespaces::Options &options)
{
	const Descriptor ns(where.file("pid"));
	return namespaces::mount_proc(ns, options, [&] {
		if (is_hers(where))
			enter_user_namespace(where);
	});
}

// ---- procfs -------------------------------------------------------------------------

std::set<pid_t> listed(int proc)
{
	const auto pids = list_pids(proc);
	process::need(!pids.empty(), "a mount of procfs");
	return {pids.begin(), pids.end()};
}

// Returns whether stat is readable, and its ppid.
bool look(int proc, pid_t pid, pid_t &ret_ppid)
{
	const auto stat = stat_at(std::to_string(pid), proc);
	if (stat)
		ret_ppid = static_cast<pid_t>(stat->field[4]);
	return stat.has_value();
}

std::vector<pid_t> parents_in(int proc)
{
	std::set<pid_t> parents;
	for (const pid_t pid : listed(proc))
		if (pid_t ppid; look(proc, pid, ppid) && ppid)
			parents.insert(ppid);
	return {parents.begin(), parents.end()};
}

// ---- the readers --------------------------------------------------------------------

void add(Way way, pid_t pid, pid_t parent = 0)
{
	int &nr = shared->nr_found[way];
	process::need(nr < most, "too many processes");
	shared->found[way][nr++] = {pid, parent};
}

// Reads everything from one descriptor.
void read_all_ways(int fd)
{
	std::string problem;
	const auto text = table::read_descriptor(fd);
	const auto table = table::parse(text.bytes, problem);
	if (text.error || !table)
		throw std::runtime_error(text.error ? std::strerror(text.error) : problem);
	for (const auto &row : table->rows)
		add(by_text, static_cast<pid_t>(row.pid));

	psinfo_query query = whole_query();
	for (const auto &record : pass(fd, query, 100).records)
		add(by_query, static_cast<pid_t>(record.pid));
	for (int i = 0; i < shared->nr_judged; ++i) {
		filter_by_pid(query, shared->judged[i].pid);
		for (const auto &record : pass(fd, query, 2).records)
			add(by_pid, static_cast<pid_t>(record.pid));
	}
	for (int i = 0; i < shared->nr_parents; ++i) {
		query = whole_query();
		filter_by_parent(query, shared->parents[i]);
		for (const auto &record : pass(fd, query, 100).records)
			add(by_parent, static_cast<pid_t>(record.pid), shared->parents[i]);
	}
}

void become(const std::string &who, const std::vector<gid_t> &groups, const Namespace &where)
{
	if (who == "alice-undump") {
		reader::become("alice", groups);
		prctl(PR_SET_DUMPABLE, 0);
	} else if (who != "hers-root") {
		reader::become(who, groups);
	} else {
		enter_user_namespace(where);
		process::become(0, groups.empty() ? groups : std::vector<gid_t>{group_in_hers});
	}
	process::set_name(who.c_str());
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

void play_opener(int proc, int line, int other, Change *changes)
{
	for (int i = 0; i < shared->nr_judged; ++i) {
		Judged &judged = shared->judged[i];
		judged.before = look(proc, judged.pid, judged.ppid_before);
	}
	if (changes)
		++changes->wanted;
	const int fd = openat(proc, "psinfo", O_RDONLY | O_CLOEXEC);
	process::need(fd >= 0, "psinfo");
	if (other < 0) {
		read_all_ways(fd);
	} else {
		reader::send_descriptor(other, fd);
		hear(other, "who reads what another one has opened");
	}
	for (int i = 0; i < shared->nr_judged; ++i) {
		Judged &judged = shared->judged[i];
		judged.after = look(proc, judged.pid, judged.ppid_after);
	}
	say(line);
}

// ---- evaluation -----------------------------------------------------------------------

std::vector<std::string> complaints;
int nr_looks[2]; // by alice, while the changing process was root, or alice

struct Cell {
	const char *hidepid, *gid, *reader;
	const Namespace *where;
};

void complain(const Cell &cell, pid_t pid, const std::string &what)
{
	const std::string place = std::string("gid=") + cell.gid + " " + cell.reader + " " + cell.where->name;
	complaints.push_back("hidepid=" + std::string(cell.hidepid) + " " + place + ": " + std::to_string(pid) + what);
}

std::string name_of_process(int proc, pid_t pid)
{
	const auto name = read_if_there(std::to_string(pid) + "/comm", proc);
	return name ? name->substr(0, name->size() - 1) : "that is not there";
}

// Returns "shown/readable" for each way; reports differences.
std::string judge(const Cell &cell)
{
	std::set<pid_t> found[nr_ways], asked(shared->parents, shared->parents + shared->nr_parents), known;
	std::set<std::pair<pid_t, pid_t>> children;
	for (int way = 0; way < nr_ways; ++way)
		for (int i = 0; i < shared->nr_found[way]; ++i) {
			found[way].insert(shared->found[way][i].pid);
			if (way == by_parent)
				children.insert({shared->found[way][i].pid, shared->found[way][i].parent});
		}
	int shown[nr_ways] = {}, readable[nr_ways] = {};
	for (int i = 0; i < shared->nr_judged; ++i) {
		const Judged &judged = shared->judged[i];
		known.insert(judged.pid);
		if (judged.before != judged.after || (judged.after && judged.ppid_before != judged.ppid_after))
			continue;
		if (!judged.is_there && judged.after)
			continue;
		const auto is_wrong = [&](const std::string &what) {
			complain(cell, judged.pid, " " + name_of_process(cell.where->truth, judged.pid) + what);
		};
		for (int way = 0; way < nr_ways; ++way) {
			bool is_expected = judged.after, is_shown = found[way].contains(judged.pid);
			if (way == by_parent && is_expected) {
				is_expected = asked.contains(judged.ppid_after);
				if (is_shown && !children.contains({judged.pid, judged.ppid_after}))
					is_wrong(" is the child of another in children-of");
			}
			readable[way] += is_expected;
			shown[way] += is_shown;
			if (is_shown && !is_expected)
				is_wrong(std::string(" is shown by ") + way_names[way] +
					 ", and its stat cannot be read");
			if (!is_shown && is_expected)
				is_wrong(std::string(" is not shown by ") + way_names[way] +
					 ", and its stat can be read");
		}
	}
	// Only in the initial namespace may unrelated processes be created meanwhile.
	if (std::string_view(cell.where->name) != "initial")
		for (int way = 0; way < nr_ways; ++way)
			for (const pid_t pid : found[way])
				if (!known.contains(pid))
					complain(cell, pid,
						 std::string(" is shown by ") + way_names[way] +
							 ", and there is no such process");
	if (!readable[by_query] && cell.where->name != std::string_view("sibling") &&
	    cell.reader == std::string_view("root"))
		complain(cell, 0, " can read nothing at all");

	std::string text;
	for (int way = 0; way < nr_ways; ++way)
		text += (way ? " " : "") + std::to_string(shown[way]) + "/" + std::to_string(readable[way]);
	return text;
}

struct Reader {
	const char *name, *opens, *reads; // empty `reads`: the opener reads
};

constexpr Reader readers[] = {
	{"root", "root", ""},
	{"alice", "alice", ""},
	{"bob", "bob", ""},
	{"alice-userns", "alice-userns", ""},
	{"alice-ptrace", "alice-ptrace", ""},
	{"hers-root", "hers-root", ""},
	{"alice>root", "alice", "root"},
	{"root>alice", "root", "alice"},
	{"bob>alice", "bob", "alice"},
	{"alice-undump", "alice-undump", ""},
};

// Reads everything as one reader, in the namespace `from`. Meanwhile the first
// changing process is alice (is_alice) or root.
std::string try_cell(const Cell &cell, const Reader &reader, int proc, const Namespace &from,
		     const std::set<pid_t> &outside, Change *changes, bool is_alice)
{
	const std::vector<gid_t> groups(cell.gid == std::string_view("in"), group);
	SocketPair opener, other, between;
	const Descriptor ns(from.file("pid"));

	std::fill(std::begin(shared->nr_found), std::end(shared->nr_found), 0);
	const pid_t opens = namespaces::start_in(ns, [&] {
		close(between.theirs);
		become(reader.opens, groups, *cell.where);
		say(opener.theirs);
		hear(opener.theirs, "the judge");
		play_opener(proc, opener.theirs, *reader.reads ? between.mine : -1, changes ? changes + 1 : nullptr);
		hear(opener.theirs, "the judge");
	});
	opener.close_theirs();
	pid_t reads = 0;
	if (*reader.reads)
		reads = namespaces::start_in(ns, [&] {
			close(between.mine);
			become(reader.reads, groups, *cell.where);
			say(other.theirs);
			read_all_ways(reader::receive_descriptor(between.theirs));
			say(between.theirs);
			process::sleep_forever();
		});
	other.close_theirs();
	between.close_theirs();
	close(std::exchange(between.mine, -1));
	hear(opener.mine, "a reader");
	if (reads)
		hear(other.mine, "a reader");
	if (changes) {
		changes[0].wanted += changes[0].done % 2 != is_alice;
		wait_for_change(changes[0]);
		nr_looks[is_alice] += reader.opens == std::string_view("alice");
	}

	const auto before = listed(cell.where->truth);
	std::set<pid_t> all = before;
	all.insert(outside.begin(), outside.end());
	shared->nr_judged = 0;
	for (const pid_t pid : all)
		if (shared->nr_judged < most)
			shared->judged[shared->nr_judged++] = {pid, false, false, false, 0, 0};
	std::set<pid_t> parents(cell.where->parents.begin(), cell.where->parents.end());
	parents.insert(outside.begin(), outside.end());
	shared->nr_parents = 0;
	for (const pid_t pid : parents)
		shared->parents[shared->nr_parents++] = pid;
	say(opener.mine);
	hear(opener.mine, cell.reader);
	const auto after = listed(cell.where->truth);
	for (int i = 0; i < shared->nr_judged; ++i) {
		Judged &judged = shared->judged[i];
		judged.is_there = before.contains(judged.pid) && after.contains(judged.pid);
		if (before.contains(judged.pid) != after.contains(judged.pid))
			judged.after = !judged.before; // ignore it
	}
	if (changes)
		wait_for_change(changes[1]);
	const std::string text = judge(cell);
	process::end(reads ? std::vector{opens, reads} : std::vector{opens});
	return text;
}

void try_all(const char *hidepid, const char *setuid_copy, const std::string &cast_copy, bool is_short)
{
	process::start_named("a-threads", cast::become_alice, sleep_beside_threads);
	start_changing(setuid_copy, 0);
	start_changing(setuid_copy, 1);
	Namespace all[] = {
		{"initial", getpid(), -1, {}},
		{"child", start_child(setuid_copy, cast_copy, 1), -1, {}},
		{"sibling", start_child(setuid_copy, cast_copy, 2), -1, {}},
		{"hers", start_hers(), -1, {}},
	};
	for (auto &where : all) {
		where.truth = mount_there(where, {});
		where.parents = parents_in(where.truth);
	}
	// PIDs that do not exist in the other namespaces
	std::set<pid_t> outside(all[0].parents.begin(), all[0].parents.end());
	for (const auto &where : all)
		outside.insert(where.first);

	std::printf("shown of readable: by text, query, query by PID, children-of\n%-9s %-12s", "", "");
	for (const auto &where : all)
		std::printf(" | %-27s", where.name);
	std::printf("\n");
	const std::vector<const char *> all_gids = {"unset", "in", "out"};
	for (const char *gid : is_short ? std::vector<const char *>{"out"} : all_gids) {
		int mounts[std::size(all)];
		for (std::size_t i = 0; i < std::size(all); ++i) {
			namespaces::Options options = {{"hidepid", hidepid}};
			if (gid != std::string_view("unset"))
				options.emplace_back("gid", std::to_string(is_hers(all[i]) ? group_in_hers : group));
			mounts[i] = mount_there(all[i], options);
		}
		for (const Reader &reader : readers) {
			std::printf("gid=%-5s %-12s", gid, reader.name);
			for (std::size_t i = 0; i < std::size(all); ++i) {
				std::string text = "-";
				const Namespace *from = &all[0];
				if (i == 1 || i == 2)
					from = &all[1];
				if (std::string_view(reader.name) == "hers-root")
					from = &all[3];
				const Cell cell = {hidepid, gid, reader.name, &all[i]};
				if ((from == &all[3]) <= (i == 3))
					text = try_cell(cell, reader, mounts[i], *from, i ? outside : std::set<pid_t>{},
							i < 3 ? &shared->changes[2 * i] : nullptr,
							(&reader - readers) % 2 != (gid == std::string_view("out")));
				std::printf(" | %-27s", text.c_str());
			}
			std::printf("\n");
			std::fflush(stdout);
		}
		for (const int mount : mounts)
			close(mount);
	}
	std::printf("who changes was alice in %d looks of hers, and root in %d\n", nr_looks[true], nr_looks[false]);
}

// ---- the race -------------------------------------------------------------------------

// A process alternates between root and alice as fast as possible. Whenever it is
// shown to alice, it must be shown as hers.
void race(const char *setuid_copy)
{
	constexpr double seconds = 3;
	const Descriptor ns("/proc/self/ns/pid");
	const int proc = namespaces::mount_proc(ns, {{"hidepid", "2"}});
	const pid_t changing = start_changing(setuid_copy, 0);
	int shown = 0, hidden = 0, wrong = 0;

	reader::become("alice", {});
	const int fd = openat(proc, "psinfo", O_RDONLY | O_CLOEXEC);
	process::need(fd >= 0, "psinfo");
	psinfo_query query = whole_query();
	query.groups = PSINFO_GROUP_CRED;
	filter_by_pid(query, changing);
	shared->changes[0].wanted = 1u << 31;
	for (const double end = process::now() + seconds; process::now() < end;) {
		const auto found = pass(fd, query, 1).records;
		++(found.empty() ? hidden : shown);
		for (const auto &record : found)
			wrong += record.uid != process::alice || record.euid != process::alice ||
				 record.egid != process::alice;
	}
	std::printf("%u changes; shown %d times, hidden %d times, shown as root %d times\n",
		    shared->changes[0].done.load(), shown, hidden, wrong);
	if (!shown || !hidden || wrong)
		throw std::runtime_error("that is not right");
}

} // namespace

int main(int argc, char **argv)
try {
	if (argc == 5 && argv[1] == std::string_view("--change"))
		keep_changing(argv);
	if ((argc != 4 && argc != 5) || getuid() != 0) {
		std::cerr << "visibility-matrix: HIDEPID SETUID-COPY CAST-COPY [short], as root\n";
		return 2;
	}
	shared_fd = memfd_create("shared", 0);
	process::need(shared_fd >= 0 && ftruncate(shared_fd, sizeof(Shared)) == 0, "memfd");
	void *memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED, shared_fd, 0);
	process::need(memory != MAP_FAILED, "mmap");
	shared = static_cast<Shared *>(memory);
	if (argv[1] == std::string_view("race"))
		race(argv[2]);
	else
		try_all(argv[1], argv[2], argv[3], argc == 5);
	constexpr std::size_t enough = 60;
	for (std::size_t i = 0; i < std::min(complaints.size(), enough); ++i)
		std::cerr << complaints[i] << "\n";
	if (!complaints.empty())
		std::cerr << complaints.size() << " are wrong\n";
	return complaints.empty() ? 0 : 1;
} catch (const std::exception &error) {
	std::cerr << "visibility-matrix: " << error.what() << "\n";
	return 1;
}
