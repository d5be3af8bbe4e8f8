// SPDX-License-Identifier: GPL-2.0
// see-which MOUNT READER [GROUP]: opens MOUNT/psinfo as READER. Fails if the
// text or ioctl() shows a process whose MOUNT/<pid>/stat this reader cannot
// read, or hides one whose stat is readable. Only processes that exist before
// and after count. Each row must also have the PPID, UID and PARENT that the
// reader may see. GROUP is a supplementary group.
//
//   READER	root alice bob
//		root-no-ptrace	root without CAP_SYS_PTRACE
//		alice-ptrace	alice with CAP_SYS_PTRACE
//		alice-userns	alice, as root of her own user namespace
//		to-root:READER	opened by READER, but first read by root
//
// ioctl() is always called by root, on the reader's descriptor.
//
// Prints the names of the processes shown, without kernel threads. Needs the
// columns pid, ppid, uid, name, stat and parent.
#include "candidates.h"
#include "query.h"
#include "reader.h"
#include "table.h"

#include <algorithm>
#include <iostream>
#include <map>
#include <set>

namespace {

using candidates::Candidate;
using candidates::Candidates;
using table::Row;

// ---- /proc ------------------------------------------------------------------

// Start times by PID, as root sees them in /proc, which hides nothing
std::map<pid_t, long long> all_processes()
{
	std::map<pid_t, long long> all;
	for (const pid_t pid : list_pids())
		if (const auto stat = stat_of(pid))
			all[pid] = stat->field[22];
	return all;
}

// ---- the reader -------------------------------------------------------------

// Runs as the reader. The descriptor that it sends is unread or rewound.
void read_as_reader(int mount, bool reads_itself, int socket, Candidates &candidates)
{
	candidates.read_before(mount);
	const Descriptor fd(mount, "psinfo");
	if (reads_itself)
		process::need(read_descriptor(fd).error == 0 && lseek(fd, 0, SEEK_SET) == 0, "psinfo");
	reader::send_descriptor(socket, fd);
	process::hear(socket, "the evaluation");
	candidates.read_after(mount);
	candidates.read_uids(mount);
}

// ---- evaluation -------------------------------------------------------------

// The results of ioctl() on the descriptor
struct Asked {
	std::vector<psinfo_record> all;
	std::set<pid_t> found, counted; // by queries for a PID
};

Asked ask_everything(int fd, Candidates &candidates)
{
	Asked asked;
	psinfo_query query = whole_query();
	query.groups = all_groups;
	asked.all = pass(fd, query, 10).records;
	for (const auto &candidate : candidates.all()) {
		filter_by_pid(query, candidate.pid);
		if (!pass(fd, query, 1).records.empty())
			asked.found.insert(candidate.pid);
		if (sum(ask_totals(fd, query).processes))
			asked.counted.insert(candidate.pid);
	}
	return asked;
}

std::string wrong_with(const Asked &asked, const Candidate &candidate)
{
	const auto *record = find_record(asked.all, candidate.pid);
	const bool is_visible = candidate.after;
	if (!!record != is_visible)
		return is_visible ? "has no record" : "has a record, and its stat cannot be read";
	if (asked.found.contains(candidate.pid) != is_visible)
		return is_visible ? "is not found by PID" : "is found by PID, and its stat cannot be read";
	if (asked.counted.contains(candidate.pid) != is_visible)
		return is_visible ? "is not counted" : "is counted, and its stat cannot be read";
	if (record && static_cast<pid_t>(record->ppid) != candidate.ppid_after)
		return "has the ppid " + std::to_string(record->ppid) + ", not " + std::to_string(candidate.ppid_after);
	if (record && record->uid != candidate.uid)
		return "has the uid " + std::to_string(record->uid) + ", not " + std::to_string(candidate.uid);
	return {};
}

std::string parent_shown(const table::Table &table, const Row &row)
{
	const auto ppid = table::number(table.cell(row, "PPID")).value_or(-1);
	if (ppid == 0)
		return "swapper/0";
	const Row *parent = table.find(ppid);
	return parent ? std::string(table.cell(*parent, "NAME")) : "None";
}

std::string wrong_with(const table::Table &table, const Row &row, const Candidate &candidate)
{
	if (table.cell(row, "PPID") != std::to_string(candidate.ppid_after))
		return "PPID should be " + std::to_string(candidate.ppid_after);
	if (table.cell(row, "UID") != std::to_string(candidate.uid))
		return "UID should be " + std::to_string(candidate.uid);
	if (const auto parent = parent_shown(table, row); table.cell(row, "PARENT") != parent)
		return "PARENT should be " + parent;
	return {};
}

// Compares what was shown with what the reader could read, and prints the differences.
class Comparison {
public:
	Comparison(std::string whose, const table::Table &table, const Asked &asked)
		: whose_(std::move(whose)), table_(table), asked_(asked)
	{
	}

	void compare(const Candidate &candidate)
	{
		const Row *row = table_.find(candidate.pid);
		if (row && !candidate.after)
			complain(candidate.pid, "is shown, and its stat cannot be read");
		else if (!row && candidate.after)
			complain(candidate.pid, "is not shown, and its stat can be read");
		else if (row)
			if (const auto what = wrong_with(table_, *row, candidate); !what.empty())
				complain(candidate.pid, what + ": " + std::string(row->line));
		if (const auto what = wrong_with(asked_, candidate); !what.empty())
			complain(candidate.pid, what);
	}

	// The opener always sees itself, whoever reads.
	void check_opener(pid_t opener)
	{
		if (!table_.find(opener) || !find_record(asked_.all, opener))
			complain(opener, "opened the file and is not shown");
	}

	bool is_right() const { return is_right_; }

private:
	void complain(pid_t pid, const std::string &what)
	{
		is_right_ = false;
		std::string name = read_if_there("/proc/" + std::to_string(pid) + "/comm").value_or("");
		std::replace(name.begin(), name.end(), '\n', ' ');
		std::cerr << whose_ << ": " << pid << " " << name << what << "\n";
	}

	std::string whose_;
	const table::Table &table_;
	const Asked &asked_;
	bool is_right_ = true;
};

void print_names(const table::Table &table)
{
	std::set<std::string> names;
	for (const Row &row : table.rows)
		if (row.pid != 2 && table.cell(row, "PPID") != "2")
			names.insert(std::string(table.cell(row, "NAME")));
	for (const auto &name : names)
		std::cout << name << " ";
	std::cout << std::endl;
}

} // namespace

int main(int argc, char **argv)
{
	if (argc != 3 && argc != 4) {
		std::cerr << "see-which: MOUNT READER [GROUP]\n";
		return 2;
	}
	const Descriptor mount(argv[1], O_RDONLY | O_DIRECTORY);
	std::string who = argv[2];
	const bool to_root = who.starts_with("to-root:");
	if (to_root)
		who.erase(0, std::strlen("to-root:"));
	std::vector<gid_t> groups;
	if (argc == 4)
		groups.push_back(static_cast<gid_t>(std::atoi(argv[3])));

	auto &candidates = *process::share<Candidates>();
	const auto before = all_processes();
	for (const auto &[pid, start] : before)
		candidates.add(pid);

	process::SocketPair line;
	const pid_t reader = process::start([&] {
		close(line.mine);
		reader::become(who, groups);
		read_as_reader(mount, !to_root, line.theirs, candidates);
	});
	line.close_theirs();
	const int fd = reader::receive_descriptor(line.mine);
	const std::string text = read_rest(fd);
	const auto asked = ask_everything(fd, candidates);
	process::say(line.mine);
	if (process::wait_for(reader) != 0)
		throw std::runtime_error("the reader failed");
	const auto after = all_processes();

	const auto table = table::must_parse(text);
	Comparison comparison(who + (to_root ? ", read by root" : ""), table, asked);
	for (const auto &candidate : candidates.all()) {
		const auto later = after.find(candidate.pid);
		if (later != after.end() && later->second == before.at(candidate.pid) &&
		    candidate.before == candidate.after)
			comparison.compare(candidate);
	}
	comparison.check_opener(reader);
	print_names(table);
	return comparison.is_right() ? 0 : 1;
}
