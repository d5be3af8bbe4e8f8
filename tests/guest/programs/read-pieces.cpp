// SPDX-License-Identifier: GPL-2.0
// read-pieces WAY...: reads /proc/psinfo in pieces, in each way with a new
// descriptor, and compares them with one full read of that descriptor. Prints
// a line for each way.
#include "files.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <functional>
#include <random>

#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/wait.h>

namespace {

std::string read_some(int fd, std::size_t size)
{
	std::string piece(size, '\0');
	const ssize_t got = read(fd, piece.data(), size);
	if (got < 0)
		throw failure("read");
	piece.resize(static_cast<std::size_t>(got));
	return piece;
}

// Reads up to `size` bytes from `at`, in as many calls as necessary.
std::string pread_all(int fd, std::size_t size, std::size_t at)
{
	std::string text(size, '\0');
	std::size_t done = 0;
	while (done < size) {
		const ssize_t got = pread(fd, text.data() + done, size - done, static_cast<off_t>(at + done));
		if (got < 0)
			throw failure("pread");
		if (got == 0)
			break;
		done += static_cast<std::size_t>(got);
	}
	text.resize(done);
	return text;
}

void seek_to(int fd, std::size_t at)
{
	if (lseek(fd, static_cast<off_t>(at), SEEK_SET) != static_cast<off_t>(at))
		throw failure("lseek");
}

std::string whole(int fd)
{
	seek_to(fd, 0);
	return read_rest(fd);
}

void expect_same(const std::string &what, const std::string &pieces, const std::string &full)
{
	if (pieces == full)
		return;
	const auto differ = std::mismatch(pieces.begin(), pieces.end(), full.begin(), full.end());
	throw std::runtime_error(what + ": " + std::to_string(pieces.size()) + " bytes in pieces, " +
				 std::to_string(full.size()) + " in one read; they differ from byte " +
				 std::to_string(differ.first - pieces.begin()));
}

void expect(bool holds, const std::string &what)
{
	if (!holds)
		throw std::runtime_error(what);
}

// --- The ways ------------------------------------------------------------------

// Reads pieces of `size` bytes in order; the first of them takes the snapshot.
void in_blocks(std::size_t size)
{
	const Descriptor fd(psinfo_path);
	std::string pieces;
	for (std::string piece; !(piece = read_some(fd, size)).empty();) {
		expect(piece.size() <= size, "more was read than was asked for");
		pieces += piece;
	}
	expect_same("blocks of " + std::to_string(size), pieces, whole(fd));
}

// Reads from the last piece to the first, at odd offsets.
void backwards()
{
	constexpr std::size_t step = 333;
	const Descriptor fd(psinfo_path);
	const std::size_t size = [&] {
		std::size_t at = 1 << 20; // beyond the end of any table here
		while (at > 0 && pread_all(fd, 1, at - 1).empty())
			at /= 2;
		while (!pread_all(fd, 1, at).empty())
			++at;
		return at;
	}();
	std::string pieces;
	for (std::size_t end = size; end > 0;) {
		const std::size_t from = end > step ? end - step : 0;
		pieces.insert(0, pread_all(fd, end - from, from));
		end = from;
	}
	expect(lseek(fd, 0, SEEK_CUR) == 0, "pread has moved the place of read");
	expect_same("pread from the end", pieces, whole(fd));
}

void at_random()
{
	std::mt19937 random(4934);
	const Descriptor fd(psinfo_path);
	std::vector<std::pair<std::size_t, std::string>> pieces;
	std::size_t reach = 3000;
	for (int i = 0; i < 300; ++i) {
		const std::size_t at = random() % reach, size = 1 + random() % 5000;
		if (i % 2) {
			pieces.emplace_back(at, pread_all(fd, size, at));
		} else {
			seek_to(fd, at);
			pieces.emplace_back(at, read_some(fd, size));
		}
		reach = std::max(reach, at + pieces.back().second.size() + 1000);
	}
	const std::string full = whole(fd);
	for (const auto &[at, piece] : pieces)
		expect_same("at " + std::to_string(at), piece, full.substr(std::min(at, full.size()), piece.size()));
}

// Two processes read from a shared descriptor in turn.
void shared()
{
	const Descriptor fd(psinfo_path);
	int ends[2];
	if (pipe(ends) < 0)
		throw failure("pipe");
	std::string pieces = read_some(fd, 100);
	for (int turn = 0; turn < 5; ++turn) {
		const pid_t child = fork();
		if (child == 0) {
			const std::string piece = read_some(fd, 211);
			_exit(write(ends[1], piece.data(), piece.size()) == static_cast<ssize_t>(piece.size()) ? 0 : 1);
		}
		int status = 0;
		waitpid(child, &status, 0);
		expect(status == 0, "the other process could not read");
		pieces += read_some(ends[0], 4096);
		pieces += read_some(fd, 57);
	}
	close(ends[0]);
	close(ends[1]);
	pieces += read_rest(fd);
	expect_same("two processes", pieces, whole(fd));
}

bool names(const std::string &text, pid_t pid)
{
	char start[32];
	std::snprintf(start, sizeof(start), "\n%5d | ", pid);
	return text.find(start) != text.npos;
}

// A process created between two reads of a descriptor is not shown by it.
void newborn()
{
	const Descriptor fd(psinfo_path);
	const std::string begin = read_some(fd, 10);
	const pid_t child = fork();
	if (child == 0)
		for (;;)
			pause();
	const std::string first = begin + read_rest(fd);
	const std::string again = whole(fd);
	const std::string fresh = read_file(psinfo_path);
	kill(child, SIGKILL);
	waitpid(child, nullptr, 0);
	const std::string later = whole(fd);

	expect(names(fresh, child), "the new process is not in a new read");
	expect(!names(first, child), "a process born after the first read is in the second");
	expect_same("after lseek(0)", again, first);
	expect_same("after it has ended", later, first);
}

// Reading at the end or beyond it returns nothing, also repeatedly.
void at_end()
{
	const Descriptor fd(psinfo_path);
	const std::string full = read_rest(fd);
	expect(read_some(fd, 4096).empty(), "there is more past the end");
	expect(read_some(fd, 1).empty(), "there is more past the end, later");
	expect(pread_all(fd, 10, full.size()).empty(), "pread at the end gives bytes");
	expect(pread_all(fd, 10, full.size() + 1).empty(), "pread past the end gives bytes");
	expect(pread_all(fd, 10, full.size() + (1 << 30)).empty(), "pread far past the end gives bytes");
	seek_to(fd, full.size() + 12345);
	expect(read_some(fd, 10).empty(), "read past the end gives bytes");
	seek_to(fd, full.size() - 1);
	expect(read_some(fd, 10) == "\n", "the last byte is no newline");
	expect_same("afterwards", whole(fd), full);

	const Descriptor untouched(psinfo_path);
	expect(pread_all(untouched, 10, 1 << 30).empty(), "a first pread far past the end gives bytes");
	expect(whole(untouched).size() > 500, "after it there is no table");
	expect(lseek(fd, -1, SEEK_SET) == -1 && errno == EINVAL, "a negative place is accepted");
}

// Copies within the kernel: sendfile() to a file, splice() through a pipe.
void copied()
{
	const Descriptor fd(psinfo_path);
	const int copy = memfd_create("copy", 0);
	ssize_t got;
	while ((got = sendfile(copy, fd, nullptr, 1777)) > 0)
		continue;
	if (got < 0)
		throw failure("sendfile");
	lseek(copy, 0, SEEK_SET);
	const std::string sent = read_rest(copy);
	close(copy);

	int ends[2];
	if (pipe(ends) < 0)
		throw failure("pipe");
	seek_to(fd, 0);
	std::string spliced;
	while ((got = splice(fd, nullptr, ends[1], nullptr, 3001, 0)) > 0)
		spliced += read_some(ends[0], static_cast<std::size_t>(got));
	if (got < 0)
		throw failure("splice");
	close(ends[0]);
	close(ends[1]);

	const std::string full = whole(fd);
	expect_same("sendfile", sent, full);
	expect_same("splice", spliced, full);
}

struct Way {
	const char *name;
	std::function<void()> run;
};

const Way ways[] = {
	{"1", [] { in_blocks(1); }},
	{"7", [] { in_blocks(7); }},
	{"80", [] { in_blocks(80); }},
	{"4096", [] { in_blocks(4096); }},
	{"1000000", [] { in_blocks(1000000); }},
	{"backwards", backwards},
	{"random", at_random},
	{"shared", shared},
	{"newborn", newborn},
	{"end", at_end},
	{"copied", copied},
};

void take(const std::string &name)
{
	for (const Way &way : ways) {
		if (name == way.name) {
			way.run();
			std::printf("%s: the same\n", way.name);
			return;
		}
	}
	throw std::runtime_error("there is no way called " + name);
}

} // namespace

int main(int argc, char **argv)
{
	if (argc < 2)
		throw std::runtime_error("usage: read-pieces WAY...");
	for (int i = 1; i < argc; ++i)
		take(argv[i]);
}
