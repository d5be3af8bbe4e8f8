// SPDX-License-Identifier: GPL-2.0
// Parses /proc/<pid>/stat and status into plain values, for comparison with
// /proc/psinfo.
#pragma once

#include "files.h"
#include "states.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <dirent.h>
#include <sys/types.h>

inline constexpr long long flag_kernel_thread = 0x00200000;

// Numbered as in proc(5), from 1. Fields 2 and 3 are not numbers.
struct Stat {
	pid_t pid = 0;
	std::string name; // unescaped in stat
	char state = '?';
	std::array<long long, 53> field{};

	bool is_kernel_thread() const { return field[9] & flag_kernel_thread; }
};

// Parses the next number and advances `text`. Some are unsigned 64-bit numbers.
inline long long next_number(const char *&text)
{
	while (*text == ' ' || *text == '\t')
		++text;
	char *end;
	const long long number =
		*text == '-' ? std::strtoll(text, &end, 10) : static_cast<long long>(std::strtoull(text, &end, 10));
	text = end;
	return number;
}

// Parses stat in a directory such as /proc/1 or /proc/1/task/1,
// or 1 with the descriptor of a mount of procfs.
inline std::optional<Stat> stat_at(const std::string &directory, int at_mount = AT_FDCWD)
{
	const auto text = read_if_there(directory + "/stat", at_mount);
	if (!text)
		return std::nullopt;
	const auto open = text->find('('), close = text->rfind(')');
	if (open == text->npos || close == text->npos || close + 3 > text->size())
		throw std::runtime_error(directory + "/stat is not understood: " + *text);

	Stat stat;
	stat.pid = std::atoi(text->c_str());
	stat.name = text->substr(open + 1, close - open - 1);
	stat.state = (*text)[close + 2];
	const char *at = text->c_str() + close + 3;
	for (std::size_t i = 4; i < stat.field.size(); ++i)
		stat.field[i] = next_number(at);
	return stat;
}

inline std::optional<Stat> stat_of(pid_t pid)
{
	return stat_at("/proc/" + std::to_string(pid));
}

inline void wait_until(const std::string &what, const std::function<bool()> &holds)
{
	for (int tries = 0; tries < 10000; ++tries) {
		if (holds())
			return;
		usleep(2000);
	}
	throw std::runtime_error("timed out waiting for: " + what);
}

inline void wait_for_state(pid_t pid, char letter)
{
	wait_until(std::to_string(pid) + " gets the state " + letter, [=] {
		const auto stat = stat_of(pid);
		return stat && stat->state == letter;
	});
}

// The values in status by key, such as "Uid" or "Threads"
using Status = std::map<std::string, std::string>;

inline std::optional<Status> status_at(const std::string &directory, int at_mount = AT_FDCWD)
{
	const auto text = read_if_there(directory + "/status", at_mount);
	if (!text)
		return std::nullopt;
	Status status;
	for (const auto &line : lines_of(*text)) {
		const auto colon = line.find(":\t");
		if (colon != line.npos)
			status[line.substr(0, colon)] = line.substr(colon + 2);
	}
	return status;
}

// The nth number after a key of status, or 0 if there is no such line
inline long long status_number(const Status &status, const std::string &word, int nth = 1)
{
	const auto line = status.find(word);
	if (line == status.end())
		return 0;
	const char *at = line->second.c_str();
	long long number = 0;
	while (nth-- > 0)
		number = next_number(at);
	return number;
}

// The numeric names in a directory, ascending; none if it no longer exists
inline std::vector<pid_t> list_numbers(const std::string &path, int at = AT_FDCWD)
{
	std::vector<pid_t> numbers;
	const int fd = openat(at, path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return numbers;
	DIR *directory = fdopendir(fd);
	if (!directory)
		throw failure(path);
	while (const dirent *entry = readdir(directory))
		if (const int number = std::atoi(entry->d_name); number > 0)
			numbers.push_back(number);
	closedir(directory);
	std::sort(numbers.begin(), numbers.end());
	return numbers;
}

// All processes, in PID order; `mount` is a descriptor of a mount of procfs.
inline std::vector<pid_t> list_pids()
{
	return list_numbers("/proc");
}

inline std::vector<pid_t> list_pids(int mount)
{
	return list_numbers(".", mount);
}

// The threads of a process, including the first
inline std::vector<pid_t> list_threads(pid_t pid)
{
	return list_numbers("/proc/" + std::to_string(pid) + "/task");
}

// The name without what /proc adds for kernel threads. psinfo shows the 15 bytes
// of comm; /proc may show a longer name, and the current work of a kworker.
inline std::string held_name(const Stat &stat)
{
	std::string name = stat.name;
	if (!stat.is_kernel_thread())
		return name;
	const auto colon = name.find(':');
	if (name.starts_with("kworker/") && colon != name.npos)
		if (const auto work = name.find_first_of("+-", colon); work != name.npos)
			name.resize(work);
	return name.substr(0, 15);
}
