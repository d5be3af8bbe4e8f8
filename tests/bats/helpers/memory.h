// SPDX-License-Identifier: GPL-2.0
// How much memory the kernel holds, as /proc/meminfo has it, in KiB.
#pragma once

#include <fstream>
#include <string>

// Sums up the lines whose word is wanted.
template <typename Wanted> long memory_of(Wanted is_wanted)
{
	std::ifstream file("/proc/meminfo");
	std::string word, unit;
	long value, sum = 0;
	while (file >> word >> value && std::getline(file, unit))
		if (is_wanted(word))
			sum += value;
	return sum;
}

// What the kernel holds and cannot give up.
inline long kernel_memory()
{
	return memory_of([](const std::string &word) {
		return word == "SUnreclaim:" || word == "VmallocUsed:" || word == "PageTables:";
	});
}

inline long free_memory()
{
	return memory_of([](const std::string &word) { return word == "MemFree:"; });
}
