// SPDX-License-Identifier: GPL-2.0
// What the functions that create processes have in common: see kinds.h.
#pragma once

#include "process.h"
#include "procfs.h"

#include <string>
#include <vector>

using Pids = std::vector<pid_t>;
using Names = std::vector<std::string>;

using process::sleep_forever;

[[noreturn]] inline void burn_forever()
{
	for (;;)
		asm volatile("");
}

// Starts a child with this name that runs `body` and exits.
template <typename Body> pid_t spawn(const std::string &name, Body body)
{
	return process::start([&] {
		process::set_name(name.c_str());
		body();
	});
}

inline void wait_for_name(pid_t pid, const std::string &name)
{
	wait_until(std::to_string(pid) + " gets its name", [&] {
		const auto stat = stat_of(pid);
		return stat && stat->name == name;
	});
}
