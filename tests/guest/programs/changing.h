// SPDX-License-Identifier: GPL-2.0
// Processes that alternate between root and alice when told, by setresuid() and by
// executing change-ids, which is set-user-ID. Their state is in memory that is shared
// with the processes started after create().
#pragma once

#include "process.h"

#include <atomic>

namespace changing {

constexpr int most = 8;

// The number of credential changes requested and done. Even: root; odd: alice.
struct Change {
	std::atomic<unsigned> wanted, done;
};

inline int memory; // inherited by change-ids
inline Change *changes; // `most` of them

inline Change *map(int fd)
{
	void *mapped = mmap(nullptr, most * sizeof(Change), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	process::need(mapped != MAP_FAILED, "mmap");
	return static_cast<Change *>(mapped);
}

inline void create()
{
	memory = memfd_create("changes", 0);
	process::need(memory >= 0 && ftruncate(memory, most * sizeof(Change)) == 0, "memfd");
	changes = map(memory);
}

inline void wait_for(const Change &change)
{
	for (int tries = 0; change.done != change.wanted; ++tries) {
		if (tries == 30000)
			process::die("timed out waiting for the credential change");
		process::nap(0.001);
	}
}

// `setuid_copy` is a copy of change-ids, owned by root and set-user-ID.
inline pid_t start(const char *setuid_copy, int index)
{
	const std::string parent = std::to_string(getpid());
	const pid_t child = process::start([&] {
		const std::string fd = std::to_string(memory), number = std::to_string(index);
		execl(setuid_copy, setuid_copy, fd.c_str(), number.c_str(), parent.c_str(), nullptr);
		process::die(setuid_copy);
	});
	// Change to alice and back once: only the current credentials may matter.
	changes[index].wanted = 2;
	wait_for(changes[index]);
	return child;
}

} // namespace changing
