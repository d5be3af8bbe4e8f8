// SPDX-License-Identifier: GPL-2.0
// Creates processes with unusual values: see kinds.h.
#pragma once

#include "made.h"

#include <functional>
#include <thread>

#include <sched.h>
#include <sys/resource.h>

inline void set_policy(int policy, int priority)
{
	sched_param parameters{};
	parameters.sched_priority = priority;
	if (sched_setscheduler(0, policy, &parameters) < 0)
		throw failure("sched_setscheduler");
}

// SCHED_DEADLINE, for which libc has no wrapper: 10 ms of every second
inline void set_deadline()
{
	struct {
		unsigned size, policy;
		unsigned long long flags;
		int nice;
		unsigned priority;
		unsigned long long runtime, deadline, period;
	} attributes = {48, 6, 0, 0, 0, 10'000'000, 1'000'000'000, 1'000'000'000};
	if (syscall(SYS_sched_setattr, 0, &attributes, 0) < 0)
		throw failure("sched_setattr");
}

inline void set_nice(int nice)
{
	if (setpriority(PRIO_PROCESS, 0, nice) < 0)
		throw failure("setpriority");
}

inline void set_user(unsigned user)
{
	if (setresgid(user, user, user) < 0 || setresuid(user, user, user) < 0)
		throw failure("setresuid");
	prctl(PR_SET_PDEATHSIG, SIGKILL); // cleared by changing the user
}

// Sets different real, effective and saved ids.
inline void set_different_ids()
{
	if (setresgid(1002, 1003, 1004) < 0 || setresuid(1005, 1006, 1007) < 0)
		throw failure("setresuid");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

// At the lowest priority, so that other processes can run.
inline void burn_in_threads(int threads)
{
	set_nice(19);
	while (threads-- > 1)
		std::thread(burn_forever).detach();
	burn_forever();
}

// PIDs of processes that differ in scheduling, owner, session and threads.
inline Pids make_odd(const Names &)
{
	const std::vector<std::pair<std::string, std::function<void()>>> ways = {
		{"psinfo-fifo", [] { set_policy(SCHED_FIFO, 10); }},
		{"psinfo-rr", [] { set_policy(SCHED_RR, 99); }},
		{"psinfo-batch", [] { set_policy(SCHED_BATCH, 0); }},
		{"psinfo-idle", [] { set_policy(SCHED_IDLE, 0); }},
		{"psinfo-deadline", set_deadline},
		{"psinfo-nice-5", [] { set_nice(-5); }},
		{"psinfo-nice10", [] { set_nice(10); }},
		{"psinfo-nice-20", [] { set_nice(-20); }},
		{"psinfo-uid", [] { set_user(1000); }},
		{"psinfo-far-uid", [] { set_user(4'000'000'000u); }},
		{"psinfo-ids", set_different_ids},
		{"psinfo-session", [] { setsid(); }},
	};
	Pids pids;
	for (const auto &[name, change] : ways) {
		process::Pipe done;
		pids.push_back(spawn(name, [&] {
			change();
			done.send(getpid());
			sleep_forever();
		}));
		done.receive<pid_t>(name);
		wait_for_state(pids.back(), 'S');
	}
	pids.push_back(spawn("psinfo-threads", [] { burn_in_threads(20); }));
	wait_until("20 threads", [&] { return stat_of(pids.back())->field[20] == 20; });
	return pids;
}

// PID of a process with 16 MiB of memory in swap, which must be enabled.
inline Pids make_swapped(const Names &names)
{
	constexpr long long size = 16 << 20;
	process::Pipe pids;
	const pid_t pid = spawn(names[0], [&] {
		void *memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (memory == MAP_FAILED)
			_exit(1);
		// Not uniform: the kernel may only mark such pages instead of writing them.
		for (long long i = 0; i < size; i += sizeof(i))
			std::memcpy(static_cast<char *>(memory) + i, &i, sizeof(i));
		madvise(memory, size, MADV_PAGEOUT);
		pids.send(getpid());
		sleep_forever();
	});
	pids.receive<pid_t>(names[0]);
	wait_for_state(pid, 'S');
	wait_until("16 MiB are in swap", [=] {
		const auto status = status_at("/proc/" + std::to_string(pid));
		return status && status_number(*status, "VmSwap") * 1024 >= size * 9 / 10;
	});
	return {pid};
}
