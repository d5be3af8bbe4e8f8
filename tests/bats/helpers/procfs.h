// SPDX-License-Identifier: GPL-2.0
// What /proc/<pid>/stat and status say about a process, as plain values: the
// other side of every comparison with /proc/psinfo.
#pragma once

#include "files.h"

#include <algorithm>
#include <array>
#include <cstdlib>
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
	std::string name;	// stat escapes nothing
	char state = '?';
	std::array<long long, 53> field{};

	bool is_kernel_thread() const { return field[9] & flag_kernel_thread; }
};

// Takes the next number off the text. Some need all of 64 bits without a sign.
inline long long next_number(const char *&text)
{
	while (*text == ' ')
		++text;
	char *end;
	const long long number = *text == '-' ? std::strtoll(text, &end, 10)
					      : static_cast<long long>(std::strtoull(text, &end, 10));
	text = end;
	return number;
}

inline std::optional<Stat> stat_of(pid_t pid)
{
	const auto text = read_if_there("/proc/" + std::to_string(pid) + "/stat");
	if (!text)
		return std::nullopt;
	const auto open = text->find('('), close = text->rfind(')');
	if (open == text->npos || close == text->npos || close + 3 > text->size())
		throw std::runtime_error("stat of " + std::to_string(pid) + " is not understood: " + *text);

	Stat stat;
	stat.pid = pid;
	stat.name = text->substr(open + 1, close - open - 1);
	stat.state = (*text)[close + 2];
	const char *at = text->c_str() + close + 3;
	for (std::size_t i = 4; i < stat.field.size(); ++i)
		stat.field[i] = next_number(at);
	return stat;
}

// The first number behind each word of status, such as "Uid" or "Threads".
using Status = std::map<std::string, long long>;

inline std::optional<Status> status_of(pid_t pid)
{
	const auto text = read_if_there("/proc/" + std::to_string(pid) + "/status");
	if (!text)
		return std::nullopt;
	Status status;
	for (const auto &line : lines_of(*text)) {
		const auto colon = line.find(":\t");
		if (colon != line.npos)
			status[line.substr(0, colon)] = std::strtoll(line.c_str() + colon + 2, nullptr, 10);
	}
	return status;
}

// All processes, in the order of their PIDs.
inline std::vector<pid_t> list_pids()
{
	std::vector<pid_t> pids;
	DIR *directory = opendir("/proc");
	if (!directory)
		throw failure("/proc");
	while (const dirent *entry = readdir(directory))
		if (const int pid = std::atoi(entry->d_name); pid > 0)
			pids.push_back(pid);
	closedir(directory);
	std::sort(pids.begin(), pids.end());
	return pids;
}

// A kernel thread's name in psinfo is the 15 bytes that the kernel holds; /proc
// shows a longer one where there is one, and says what a kworker works on.
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

// The words of psinfo for the letters of stat.
inline const std::vector<std::pair<char, std::string>> state_words = {
	{'R', "RUNNING"}, {'S', "INTERRUPTIBLE"}, {'D', "UNINTERRUPTIBLE"},
	{'T', "STOPPED"}, {'t', "TRACED"}, {'Z', "ZOMBIE"},
	{'X', "DEAD"}, {'I', "IDLE"}, {'P', "PARKED"},
};

inline std::string state_word(char letter)
{
	for (const auto &[known, word] : state_words)
		if (known == letter)
			return word;
	return "OTHERS";
}
