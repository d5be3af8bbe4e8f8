// SPDX-License-Identifier: GPL-2.0
// storm-namespaces SECONDS: creates and destroys PID namespaces, each with its own
// /proc, while eight processes keep descriptors of their psinfo files and read and
// query them, even long after the namespace has ended. The results must be well
// formed and contain only processes of that namespace. Prints the counts of storm.h:
// deeds are namespaces, and seen are empty results, after their end.
#include "descriptors.h"
#include "storm.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>

namespace {

using namespace storm;

constexpr int nr_makers = 3;
constexpr std::size_t most_kept = 100;
constexpr const char *name = "storm-inside";

// ---- the namespaces ----------------------------------------------------------

// Runs as the first process of a namespace: creates children and a /proc, passes
// on the files that it opens there, and exits, which ends the namespace.
[[noreturn]] void live_inside(int to, unsigned turn)
{
	process::set_name(name);
	process::need(unshare(CLONE_NEWNS) == 0, "unshare");
	process::need(mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, "private mounts");
	process::need(mount("proc", "/proc", "proc", 0, turn % 3 ? nullptr : "hidepid=2") == 0, "a /proc");
	for (unsigned i = 0; i < turn % 5; ++i)
		if (fork() == 0)
			process::sleep_forever();
	for (unsigned i = 0; i < 3; ++i) {
		const int fd = open("/proc/psinfo", O_RDONLY | O_CLOEXEC);
		process::need(fd >= 0, "/proc/psinfo");
		// Begin to read one of them while the namespace exists.
		char some[64];
		if (i == 1)
			process::need(read(fd, some, sizeof(some)) > 0, "a read");
		// Dropped if the readers are too slow to receive it.
		process::need(descriptors::send(to, fd, MSG_DONTWAIT | MSG_NOSIGNAL) || errno == EAGAIN, "sendmsg");
		close(fd);
	}
	if (turn % 2)
		process::nap(0.002);
	_exit(0);
}

// Runs in a new process, because unshare(CLONE_NEWPID) works only once in each.
[[noreturn]] void make_one(int to, unsigned turn)
{
	process::need(unshare(CLONE_NEWPID) == 0, "unshare");
	const pid_t first = fork();
	if (first == 0)
		live_inside(to, turn);
	process::need(first > 0, "fork");
	_exit(process::wait_for(first) == 0 ? 0 : 1);
}

void make_forever(int to)
{
	process::set_name("storm-maker");
	for (unsigned turn = 0; !counts().stop; ++turn) {
		if (process::wait_for(process::start([=] { make_one(to, turn); })))
			complain("no namespace was made");
		++counts().deeds;
	}
}

// ---- the readers -------------------------------------------------------------

void ask_through(int fd, unsigned turn)
{
	psinfo_query query = whole_query();
	query.groups = all_groups;
	const Pass answer = take_pass(fd, query, 1 + turn % 9);
	if (answer.error)
		complain(std::string("asking: ") + std::strerror(answer.error));
	if (!answer.problem.empty())
		complain("asking: " + answer.problem);
	for (const auto &record : answer.records)
		if (name_of(record) != name || record.pid > 10)
			complain("a process that is not in there: " + std::to_string(record.pid) + " " +
				 name_of(record));
	counts().rows += static_cast<unsigned>(answer.records.size());
	counts().seen += answer.records.empty();
}

void read_through(int fd)
{
	char text[1 << 14];
	std::size_t length = 0;
	if (lseek(fd, 0, SEEK_SET) != 0)
		complain(std::string("lseek: ") + std::strerror(errno));
	for (ssize_t got; (got = read(fd, text + length, sizeof(text) - length)) != 0;
	     length += static_cast<std::size_t>(got))
		if (got < 0)
			complain(std::string("reading: ") + std::strerror(errno));
	std::string problem;
	const std::string_view whole(text, length);
	const auto table = table::parse(whole, problem);
	if (!table)
		complain(problem, std::string(whole));
	for (const Row &row : table->rows)
		if (table->cell(row, "NAME") != name || row.pid > 10)
			complain("a process that is not in there: " + std::string(row.line));
	counts().rows += static_cast<unsigned>(table->rows.size());
	counts().seen += table->rows.empty();
}

// Keeps up to a hundred descriptors, and uses them in turn.
void keep_and_read(int from)
{
	std::vector<int> kept;
	process::set_name("storm-reader");
	for (unsigned turn = 0; !counts().stop; ++turn) {
		if (const int fd = descriptors::receive(from, MSG_DONTWAIT | MSG_CMSG_CLOEXEC); fd >= 0) {
			if (kept.size() < most_kept) {
				kept.push_back(fd);
			} else {
				close(kept[turn % most_kept]);
				kept[turn % most_kept] = fd;
			}
		}
		if (kept.empty()) {
			process::nap(0.001);
			continue;
		}
		const int fd = kept[turn * 7 % kept.size()];
		if (turn % 2)
			ask_through(fd, turn);
		else
			read_through(fd);
		++counts().reads;
	}
}

} // namespace

int main(int argc, char **argv)
{
	const double seconds = argc > 1 ? std::atof(argv[1]) : 6;
	const process::SocketPair line;
	Storm storm;
	for (int i = 0; i < nr_makers; ++i)
		storm.add_reader([&] { make_forever(line.theirs); });
	for (std::size_t i = 0; i < nr_readers; ++i)
		storm.add_reader([&] { keep_and_read(line.mine); });
	return storm.run_for(seconds);
}
