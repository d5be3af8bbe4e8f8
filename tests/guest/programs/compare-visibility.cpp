// SPDX-License-Identifier: GPL-2.0
// compare-visibility HIDEPID SETUID-COPY CAST-COPY [short]: for every reader, PID
// namespace and gid= (with `short` only one gid=) compares the PIDs that psinfo shows
// with those whose stat the reader can read through the same procfs mount. Prints a line
// for each gid= and reader, with a cell for each namespace: shown/readable processes, in
// the text, by a query, by queries for a PID, and by queries for the children of a PID.
// Prints all differences, and fails.
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
// one before every sample, one in the middle of it. The copies are of change-ids and of
// cast; they are owned by root and set-user-ID.
#include "candidates.h"
#include "populated.h"
#include "query.h"
#include "table.h"

#include <algorithm>
#include <iostream>
#include <set>

namespace {

using candidates::Candidates;
using candidates::most;
using changing::Change;
using namespace populated;

constexpr gid_t group = 2000;

enum Way { by_text, by_query, by_pid, by_parent, nr_ways };
constexpr const char *way_names[nr_ways] = {"text", "query", "query by pid", "children-of"};

struct Found {
	pid_t pid, parent;
};

// Shared by the main process and the readers
struct Shared {
	Candidates candidates;
	std::size_t nr_parents, nr_found[nr_ways];
	pid_t parents[most];
	Found found[nr_ways][most];

	std::span<const pid_t> all_parents() const { return {parents, nr_parents}; }
	std::span<const Found> all_found(int way) const { return {found[way], nr_found[way]}; }
};

Shared *shared;

// ---- procfs -------------------------------------------------------------------------

std::set<pid_t> listed(int proc)
{
	const auto pids = list_pids(proc);
	process::need(!pids.empty(), "a mount of procfs");
	return {pids.begin(), pids.end()};
}

std::vector<pid_t> parents_in(int proc)
{
	std::set<pid_t> parents;
	for (const pid_t pid : listed(proc))
		if (const auto stat = stat_at(std::to_string(pid), proc); stat && stat->field[4])
			parents.insert(static_cast<pid_t>(stat->field[4]));
	return {parents.begin(), parents.end()};
}

// ---- the readers --------------------------------------------------------------------

void add(Way way, pid_t pid, pid_t parent = 0)
{
	std::size_t &nr = shared->nr_found[way];
	process::need(nr < most, "too many processes");
	shared->found[way][nr++] = {pid, parent};
}

// Reads everything from one descriptor.
void read_all_ways(int fd)
{
	const std::string text = read_rest(fd);
	for (const auto &row : table::must_parse(text).rows)
		add(by_text, static_cast<pid_t>(row.pid));

	psinfo_query query = whole_query();
	for (const auto &record : pass(fd, query, 100).records)
		add(by_query, static_cast<pid_t>(record.pid));
	for (const auto &candidate : shared->candidates.all()) {
		filter_by_pid(query, candidate.pid);
		for (const auto &record : pass(fd, query, 2).records)
			add(by_pid, static_cast<pid_t>(record.pid));
	}
	for (const pid_t parent : shared->all_parents()) {
		query = whole_query();
		filter_by_parent(query, parent);
		for (const auto &record : pass(fd, query, 100).records)
			add(by_parent, static_cast<pid_t>(record.pid), parent);
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

void open_and_read(int proc, int line, int other, Change *changes)
{
	shared->candidates.read_before(proc);
	if (changes)
		++changes->wanted;
	const int fd = openat(proc, "psinfo", O_RDONLY | O_CLOEXEC);
	process::need(fd >= 0, "psinfo");
	if (other < 0) {
		read_all_ways(fd);
	} else {
		reader::send_descriptor(other, fd);
		hear(other, "the process that reads what another one has opened");
	}
	shared->candidates.read_after(proc);
	say(line);
}

// ---- evaluation -----------------------------------------------------------------------

std::vector<std::string> complaints;
int nr_samples[2]; // by alice, while the changing process was root, or alice

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
	return name ? name->substr(0, name->size() - 1) : "that does not exist";
}

// Returns "shown/readable" for each way; reports differences.
std::string evaluate(const Cell &cell)
{
	std::set<pid_t> found[nr_ways], asked(shared->all_parents().begin(), shared->all_parents().end()), known;
	std::set<std::pair<pid_t, pid_t>> children;
	for (int way = 0; way < nr_ways; ++way)
		for (const auto &[pid, parent] : shared->all_found(way)) {
			found[way].insert(pid);
			if (way == by_parent)
				children.insert({pid, parent});
		}
	int shown[nr_ways] = {}, readable[nr_ways] = {};
	for (const auto &candidate : shared->candidates.all()) {
		known.insert(candidate.pid);
		if (candidate.before != candidate.after ||
		    (candidate.after && candidate.ppid_before != candidate.ppid_after))
			continue;
		if (!candidate.is_there && candidate.after)
			continue;
		const auto is_wrong = [&](const std::string &what) {
			complain(cell, candidate.pid, " " + name_of_process(cell.where->truth, candidate.pid) + what);
		};
		for (int way = 0; way < nr_ways; ++way) {
			bool is_expected = candidate.after, is_shown = found[way].contains(candidate.pid);
			if (way == by_parent && is_expected) {
				is_expected = asked.contains(candidate.ppid_after);
				if (is_shown && !children.contains({candidate.pid, candidate.ppid_after}))
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

void choose_candidates(const std::set<pid_t> &before, const std::set<pid_t> &outside, const Namespace &where)
{
	std::set<pid_t> all = before, parents(where.parents.begin(), where.parents.end());
	all.insert(outside.begin(), outside.end());
	parents.insert(outside.begin(), outside.end());
	process::need(parents.size() <= most, "too many processes");
	shared->candidates.clear();
	shared->nr_parents = 0;
	for (const pid_t pid : all)
		shared->candidates.add(pid);
	for (const pid_t pid : parents)
		shared->parents[shared->nr_parents++] = pid;
}

void note_existence(const std::set<pid_t> &before, const std::set<pid_t> &after)
{
	for (auto &candidate : shared->candidates.all()) {
		candidate.is_there = before.contains(candidate.pid) && after.contains(candidate.pid);
		if (before.contains(candidate.pid) != after.contains(candidate.pid))
			candidate.after = !candidate.before; // ignore it
	}
}

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
		hear(opener.theirs, "the main process");
		open_and_read(proc, opener.theirs, *reader.reads ? between.mine : -1, changes ? changes + 1 : nullptr);
		hear(opener.theirs, "the main process");
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
		changing::wait_for(changes[0]);
		nr_samples[is_alice] += reader.opens == std::string_view("alice");
	}

	const auto before = listed(cell.where->truth);
	choose_candidates(before, outside, *cell.where);
	say(opener.mine);
	hear(opener.mine, cell.reader);
	note_existence(before, listed(cell.where->truth));
	if (changes)
		changing::wait_for(changes[1]);
	const std::string text = evaluate(cell);
	process::end(reads ? std::vector{opens, reads} : std::vector{opens});
	return text;
}

void try_all(const char *hidepid, const char *setuid_copy, const std::string &cast_copy, bool is_short)
{
	start_more(setuid_copy, 0);
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
							i < 3 ? &changing::changes[2 * i] : nullptr,
							(&reader - readers) % 2 != (gid == std::string_view("out")));
				std::printf(" | %-27s", text.c_str());
			}
			std::printf("\n");
			std::fflush(stdout);
		}
		for (const int mount : mounts)
			close(mount);
	}
	std::printf("the changing process was alice in %d samples of hers, and root in %d\n", nr_samples[true],
		    nr_samples[false]);
}

} // namespace

int main(int argc, char **argv)
{
	if ((argc != 4 && argc != 5) || getuid() != 0) {
		std::cerr << "compare-visibility: HIDEPID SETUID-COPY CAST-COPY [short], as root\n";
		return 2;
	}
	changing::create();
	shared = process::share<Shared>();
	try_all(argv[1], argv[2], argv[3], argc == 5);
	constexpr std::size_t enough = 60;
	for (std::size_t i = 0; i < std::min(complaints.size(), enough); ++i)
		std::cerr << complaints[i] << "\n";
	if (!complaints.empty())
		std::cerr << complaints.size() << " are wrong\n";
	return complaints.empty() ? 0 : 1;
}
