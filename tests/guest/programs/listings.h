// SPDX-License-Identifier: GPL-2.0
// A listing reads all processes once, from open to close, by psinfo or one of its peers.
// All benchmarks measure listings.
//
//	query      records with the identity
//	all        records with all groups
//	totals     totals only
//	text       read() of /proc/psinfo, with the current columns
//	stat       /proc/<pid>/stat of each process, read as fast as possible
//	status     the same and /proc/<pid>/status
//
// Other sources linked into a program can add more (tests/bench/peers).
#pragma once

#include "query.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include <dirent.h>
#include <sys/wait.h>

namespace listings {

inline std::array<char, 8 << 20> buffer{}; // in .bss: other helpers do not touch it

// Nanoseconds, or instructions in a guest started with --icount
inline long long now()
{
	timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

inline void by_query(psinfo_query query)
{
	const Descriptor fd(psinfo_path);
	if (query.record_size) {
		query.records = reinterpret_cast<std::uintptr_t>(buffer.data());
		query.capacity = static_cast<std::uint32_t>(buffer.size() / query.record_size);
	}
	if (ask(fd, query) || query.cursor)
		throw failure("PSINFO_IOC_QUERY");
}

inline void by_read()
{
	const Descriptor fd(psinfo_path);
	while (read(fd, buffer.data(), 128 << 10) > 0)
		continue;
}

// The fields that the peers read for each process
struct Process {
	int pid, ppid;
	char state;
	unsigned long long start;
	char name[16];
};

// Returns false if the process has exited.
inline bool read_at(int directory, const char *path, char *text, std::size_t size)
{
	const int fd = openat(directory, path, O_RDONLY);
	if (fd < 0)
		return false;
	const auto got = read(fd, text, size - 1);
	close(fd);
	text[got > 0 ? got : 0] = 0;
	return got > 0;
}

inline bool parse(const char *stat, Process &process)
{
	const char *open = std::strchr(stat, '('), *close = std::strrchr(stat, ')');
	if (!open || !close)
		return false;
	process.pid = std::atoi(stat);
	const auto length = std::min<std::size_t>(static_cast<std::size_t>(close - open) - 1, sizeof(process.name) - 1);
	std::memcpy(process.name, open + 1, length);
	process.name[length] = 0;
	process.state = close[2];
	const char *at = close + 4;
	process.ppid = std::atoi(at);
	for (int field = 4; field < 22 && at; ++field)
		at = std::strchr(at + 1, ' ');
	process.start = at ? std::strtoull(at, nullptr, 10) : 0;
	return at;
}

inline std::size_t by_stat(bool status_too)
{
	static std::vector<Process> processes;
	static char text[4096];
	DIR *proc = opendir("/proc");
	if (!proc)
		throw failure("/proc");
	processes.clear();
	while (const dirent *entry = readdir(proc)) {
		char path[64];
		Process process;
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		std::strcpy(stpcpy(path, entry->d_name), "/stat");
		if (!read_at(dirfd(proc), path, text, sizeof(text)) || !parse(text, process))
			continue;
		std::strcat(path, "us");
		if (status_too && !read_at(dirfd(proc), path, text, sizeof(text)))
			continue;
		processes.push_back(process);
	}
	closedir(proc);
	return processes.size();
}

// Listings added by other sources: const bool mine = listings::add("mine", [] { ... });
inline std::vector<std::pair<std::string, void (*)()>> others;

inline bool add(const char *what, void (*how)())
{
	others.emplace_back(what, how);
	return true;
}

// Returns false if there is no listing of that name.
inline bool list_processes(const std::string &what)
{
	for (const auto &[name, list] : others)
		if (what == name)
			return list(), true;
	psinfo_query query = whole_query();
	if (what == "query")
		query.record_size = PSINFO_RECORD_SIZE_IDENTITY;
	else if (what == "all")
		query.record_size = sizeof(psinfo_record), query.groups = all_groups;
	else if (what == "totals")
		query.flags = PSINFO_QUERY_TOTALS_ONLY;
	else if (what == "text")
		return by_read(), true;
	else if (what == "stat" || what == "status")
		return by_stat(what == "status"), true;
	else
		return false;
	by_query(query);
	return true;
}

// Runs a command, which must exit with 0.
inline void run(char **command)
{
	const pid_t child = fork();
	if (child < 0)
		throw failure("fork");
	if (child == 0) {
		const int nowhere = open("/dev/null", O_WRONLY);
		dup2(nowhere, 1);
		execvp(command[0], command);
		_exit(127);
	}
	int status = 0;
	if (waitpid(child, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		throw std::runtime_error(std::string(command[0]) + " failed");
}

inline std::uint32_t processes()
{
	return sum(ask_totals(Descriptor(psinfo_path)).processes);
}

// Idle time of all processors, in clock ticks
inline long long idle_ticks()
{
	long long user = 0, nice = 0, system = 0, idle = 0;
	std::FILE *file = std::fopen("/proc/stat", "re");
	if (!file || std::fscanf(file, "cpu %lld %lld %lld %lld", &user, &nice, &system, &idle) != 4)
		throw failure("/proc/stat");
	std::fclose(file);
	return idle;
}

// After boot the kernel is busy for a while, for example with the self-tests of its
// crypto algorithms, which would be counted in the measurement.
inline void wait_until_idle()
{
	const timespec half = {0, 500'000'000};
	for (int i = 0; i < 60; ++i) {
		const long long before = idle_ticks();
		nanosleep(&half, nullptr);
		if (idle_ticks() - before >= sysconf(_SC_NPROCESSORS_ONLN) * sysconf(_SC_CLK_TCK) * 9 / 20)
			return;
	}
}

// The minimum time of several listings or runs, which excludes interruptions. @command
// is null for a listing.
inline long long least_time(const std::string &what, char **command, int repeat)
{
	long long least = -1;
	wait_until_idle();
	for (int i = 0; i < repeat; ++i) {
		const long long start = now();
		if (command)
			run(command);
		else if (!list_processes(what))
			throw std::runtime_error("nothing is called " + what);
		const long long took = now() - start;
		if (least < 0 || took < least)
			least = took;
	}
	return least;
}

} // namespace listings
