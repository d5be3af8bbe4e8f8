// SPDX-License-Identifier: GPL-2.0
// The kernel's memory usage from /proc/meminfo, in KiB.
#pragma once

#include <fstream>
#include <string>

// The sum of the lines whose word is wanted
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

// Kernel memory that is not reclaimable
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
