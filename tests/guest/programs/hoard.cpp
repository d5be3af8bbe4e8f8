// SPDX-License-Identifier: GPL-2.0
// Opens /proc/psinfo many times, to test its limits and that all memory is freed.
// If UID is "-", the user does not change.
//
// AHEAD files are opened before the first one is read: when a memory cgroup is
// full, the OOM killer kills a process that opens a file or writes to a pipe.
//
//   hoard hold UID MOST	opens, reads and keeps files until one cannot be
//				read, or there are MOST; prints "held N ERROR" and
//				sleeps until it is killed
//   hoard tell UID MOST	the same, but exits
//   hoard retry UID MOST [AHEAD]
//				the same; then tries 300 more, all of which must
//				fail alike, closes half, must be able to read
//				again, closes all and prints what it can hold
//   hoard cycle UID N		opens, reads and closes N times; prints by how many
//				KiB the kernel's memory grew meanwhile
//   hoard ask UID N		opens, queries by ioctl and closes N times, likewise
//   hoard killed UID N		N readers, each killed at another moment of a read
//   hoard yields UID MOST	like hold, but then waits for a byte on standard
//				input and prints "held N stale K": of N tables the K
//				oldest fail with ESTALE, and all others can be read.
//				Fails if that is not so, if a newly opened file
//				cannot be read, or if a file that was read completely
//				before does not return end of file
//   hoard crowd UID N		N users from UID on hold one table each; prints "held N"
//				and sleeps until it is killed
#include "memory.h"
#include "process.h"
#include "query.h"
#include "table.h"

#include <algorithm>
#include <functional>
#include <iostream>

#include <fcntl.h>
#include <sys/resource.h>

namespace {

constexpr const char *path = "/proc/psinfo";

const char *name_of(int error)
{
	switch (error) {
	case 0:
		return "nothing";
	case ENOBUFS:
		return "ENOBUFS";
	case ENOMEM:
		return "ENOMEM";
	case EMFILE:
		return "EMFILE";
	case ENFILE:
		return "ENFILE";
	case ESTALE:
		return "ESTALE";
	default:
		return std::strerror(error);
	}
}

[[noreturn]] void fail(const std::string &what)
{
	std::cerr << "hoard: " << what << "\n";
	_exit(1);
}

// Takes the snapshot without reading all of it. Returns 0 or errno.
int take(int fd)
{
	char byte;
	const ssize_t got = pread(fd, &byte, 1, 0);
	if (got == 0)
		fail("the file is empty");
	return got < 0 ? errno : 0;
}

class Hoard {
public:
	explicit Hoard(std::size_t ahead = 0) : keeps_ahead_(ahead > 0)
	{
		fds_.reserve(1 << 17);
		ahead_.reserve(ahead);
		open_ahead(ahead);
	}

	// Opens files until so many are open that have not been read.
	void open_ahead(std::size_t count)
	{
		while (ahead_.size() < count) {
			ahead_.push_back(open(path, O_RDONLY | O_CLOEXEC));
			process::need(ahead_.back() >= 0, path);
		}
	}

	// Opens files until one fails or there are `most`; returns errno or 0.
	int grow(std::size_t most)
	{
		while (fds_.size() < most) {
			const int fd = next();
			if (fd < 0)
				return errno;
			if (const int error = take(fd)) {
				// It must fail again, unless memory was freed meanwhile.
				if (error != ENOMEM && take(fd) != error)
					fail("a read that failed does not fail again");
				give_back(fd);
				return error;
			}
			fds_.push_back(fd);
		}
		return 0;
	}

	void shrink(std::size_t to)
	{
		for (; fds_.size() > to; fds_.pop_back())
			close(fds_.back());
	}

	std::size_t size() const { return fds_.size(); }

	// Returns how many of the oldest are stale; fails unless the others can be read.
	std::size_t count_stale() const
	{
		std::size_t stale = 0;
		for (std::size_t i = 0; i < fds_.size(); ++i) {
			const int error = take(fds_[i]);
			if (error == ESTALE && stale == i)
				++stale;
			else if (error)
				fail("table " + std::to_string(i) + " of " + std::to_string(fds_.size()) + ", " +
				     std::to_string(stale) + " of which are stale: " + name_of(error));
		}
		return stale;
	}

private:
	int next()
	{
		if (ahead_.empty())
			return open(path, O_RDONLY | O_CLOEXEC);
		const int fd = ahead_.back();
		ahead_.pop_back();
		return fd;
	}

	// Closing it would free memory that the next read could use.
	void give_back(int fd)
	{
		if (keeps_ahead_)
			ahead_.push_back(fd);
		else
			close(fd);
	}

	std::vector<int> fds_, ahead_;
	bool keeps_ahead_;
};

void tell(std::size_t held, int error)
{
	std::cout << "held " << held << " " << name_of(error) << std::endl;
}

void retry(std::size_t most, std::size_t ahead)
{
	Hoard hoard(ahead);
	const int error = hoard.grow(most);
	const auto full = hoard.size();
	for (int i = 0; i < 300; ++i) {
		const int again = hoard.grow(full + 1);
		if (again == 0 && error == ENOMEM)
			hoard.shrink(full);
		else if (again != error)
			fail("a failure differs from the first one");
	}
	hoard.shrink(full / 2);
	tell(full, error);
	if (hoard.grow(full / 2 + 1) != 0)
		fail("half was given back, and nothing can be read");
	hoard.shrink(0);
	hoard.open_ahead(ahead);
	const int again = hoard.grow(most);
	const auto full_again = hoard.size();
	hoard.shrink(0);
	tell(full_again, again);
}

// Reads a table to its last byte, but not up to the read() that returns end of file.
int read_to_end()
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	process::need(fd >= 0, path);
	std::string text;
	char bytes[1 << 16];
	while (text.find("\nTOTAL: ") == text.npos || !text.ends_with("=\n")) {
		const ssize_t got = read(fd, bytes, sizeof(bytes));
		process::need(got > 0, path);
		text.append(bytes, static_cast<std::size_t>(got));
	}
	return fd;
}

void yield(std::size_t most)
{
	Hoard hoard;
	const int at_end = read_to_end();
	const int error = hoard.grow(most);
	tell(hoard.size(), error);
	std::cin.get();
	const auto held = hoard.size(), stale = hoard.count_stale();
	char byte;
	if (read(at_end, &byte, 1) != 0)
		fail("a table that was read whole does not end");
	// It is the oldest table.
	if (stale && take(at_end) != ESTALE)
		fail("the table that was read whole was not taken back first");
	close(at_end);
	hoard.shrink(0);
	if (read_whole(path).error)
		fail("a file that is opened anew cannot be read");
	std::cout << "held " << held << " stale " << stale << std::endl;
}

[[noreturn]] void be_crowd(uid_t first, int number)
{
	const pid_t parent = getpid();
	int held = 0;
	for (int i = 0; i < number; ++i) {
		process::Pipe answer;
		process::start([&] {
			process::become(first + static_cast<uid_t>(i));
			process::die_with_parent(parent); // cleared by changing the user
			Hoard hoard;
			answer.send(hoard.grow(1) == 0);
			process::sleep_forever();
		});
		held += answer.receive<bool>("a user");
	}
	std::cout << "held " << held << std::endl;
	process::sleep_forever();
}

// ---- memory of the kernel ---------------------------------------------------

void read_once(int)
{
	if (const auto text = read_whole(path); text.error)
		fail(std::string("reading failed: ") + std::strerror(text.error));
}

// Makes a complete pass, or only the first call of a pass.
void ask_once(int turn)
{
	const Descriptor fd(path);
	psinfo_query query = whole_query();
	query.groups = turn % 2 ? all_groups : 0;
	query.flags = turn % 4 < 2 ? 0 : PSINFO_QUERY_THREADS;
	if (turn % 16) {
		pass(fd, query, turn % 3 ? 256 : 40);
		return;
	}
	psinfo_record record;
	set_buffer(query, &record, 1);
	if (ask(fd, query) || !query.cursor)
		fail("the first call of a pass failed");
}

void cycle(int times, const std::function<void(int)> &once)
{
	const auto round = [&] {
		for (int i = 0; i < times; ++i)
			once(i);
	};
	// The first round fills caches, and other processes may disturb any round.
	long least = -1, least_free = 0;
	for (int i = 0; i < 4; ++i) {
		const long before = kernel_memory(), free_before = free_memory();
		round();
		const long grown = kernel_memory() - before, gone = free_before - free_memory();
		if (least < 0 || grown < least)
			least = std::max(grown, 0l);
		if (i == 0 || gone < least_free)
			least_free = std::max(gone, 0l);
		if (least < 100 && least_free < 1000)
			break;
	}
	std::cout << "grew " << least << " free " << least_free << std::endl;
}

void kill_readers(int times)
{
	for (int i = 0; i < times; ++i) {
		const pid_t reader = process::start([] {
			for (;;)
				read_whole(path, 500);
		});
		process::nap(0.00005 * (i % 100));
		process::end({reader});
	}
}

} // namespace

int main(int argc, char **argv)
{
	if (argc != 4 && argc != 5) {
		std::cerr << "hoard: hold | tell | retry | cycle | ask | killed | yields | crowd UID NUMBER [AHEAD]\n";
		return 2;
	}
	const std::string action = argv[1], uid = argv[2];
	const int number = std::atoi(argv[3]);
	process::set_name("hoard");
	if (uid == "0" || uid == "-") {
		rlimit limit;
		getrlimit(RLIMIT_NOFILE, &limit);
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	if (uid != "-" && action != "crowd")
		process::become(static_cast<uid_t>(std::atoi(argv[2])));

	if (action == "hold" || action == "tell") {
		Hoard hoard;
		const int error = hoard.grow(static_cast<std::size_t>(number));
		tell(hoard.size(), error);
		if (action == "hold")
			process::sleep_forever();
	} else if (action == "retry") {
		retry(static_cast<std::size_t>(number), argc > 4 ? std::strtoul(argv[4], nullptr, 10) : 0);
	} else if (action == "cycle") {
		cycle(number, read_once);
	} else if (action == "ask") {
		cycle(number, ask_once);
	} else if (action == "yields") {
		yield(static_cast<std::size_t>(number));
	} else if (action == "crowd") {
		be_crowd(static_cast<uid_t>(std::atoi(argv[2])), number);
	} else if (action == "killed") {
		kill_readers(number);
	} else {
		return 2;
	}
	return 0;
}
