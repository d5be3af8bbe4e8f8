// SPDX-License-Identifier: MIT
// Copyright 2026 psinfo maintainers
// The data that a source returns: processes or threads, and totals per state. Plain
// values that hold no reference to the source.
#ifndef PSINFO_PROCESS_H
#define PSINFO_PROCESS_H

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace psinfo {

/// The states of a process, in the order of enum psinfo_state in
/// <psinfo/abi.h>; the module and /proc/<pid>/stat agree on them.
enum class State : std::uint8_t {
	Running,
	Interruptible,
	Uninterruptible,
	Stopped,
	Traced,
	Zombie,
	Dead,
	Idle,
	Parked,
	Other, ///< none of these; should not occur
};
inline constexpr std::size_t state_count = 10;
inline constexpr std::array<State, state_count> all_states = {
	State::Running, State::Interruptible, State::Uninterruptible, State::Stopped, State::Traced, State::Zombie,
	State::Dead,	State::Idle,	      State::Parked,	      State::Other,
};

/// "RUNNING", "INTERRUPTIBLE", ..., "OTHERS": the words of /proc/psinfo
[[nodiscard]] std::string_view state_word(State state);
/// 'R', 'S', 'D', 'T', 't', 'Z', 'X', 'I', 'P', '?': the letters of /proc/<pid>/stat
[[nodiscard]] char state_letter(State state);
/// The state with that letter. Kernels before 4.14 and some transient states use
/// more letters; those are Other.
[[nodiscard]] State state_of_letter(char letter);

/// Nanoseconds since boot, in the caller's time namespace (CLOCK_BOOTTIME).
using BootTime = std::chrono::nanoseconds;

/// In the caller's user namespace.
struct Credentials {
	std::uint32_t uid = 0; ///< real: status Uid 1
	std::uint32_t euid = 0; ///< effective: status Uid 2
	std::uint32_t gid = 0; ///< status Gid 1
	std::uint32_t egid = 0; ///< status Gid 2
	bool operator==(const Credentials &) const = default;
};

struct Scheduling {
	std::int32_t prio = 0; ///< stat 18
	std::optional<std::int32_t> static_prio{}; ///< 120 + nice; from /proc: computed from nice
	std::optional<std::int32_t> normal_prio{}; ///< 0 to 139; from /proc: empty (only CONFIG_SCHED_DEBUG shows it)
	std::int32_t nice = 0; ///< stat 19
	std::uint32_t rt_priority = 0; ///< stat 40
	std::uint32_t policy = 0; ///< stat 41: SCHED_OTHER, SCHED_FIFO, ...
	std::uint32_t cpu = 0; ///< stat 39
	std::uint32_t cpus_allowed = 0; ///< number of CPUs in status Cpus_allowed
	bool operator==(const Scheduling &) const = default;
};

/// Of a process: summed over its threads, except for the context switches, which are
/// those of its main thread, as in status.
struct Times {
	std::chrono::nanoseconds utime{}; ///< stat 14; from /proc: in steps of a clock tick
	std::chrono::nanoseconds stime{}; ///< stat 15; likewise
	std::optional<std::chrono::nanoseconds> runtime{}; ///< schedstat 1, exact; from /proc: only for threads
	std::uint64_t nvcsw = 0; ///< status voluntary_ctxt_switches
	std::uint64_t nivcsw = 0; ///< status nonvoluntary_ctxt_switches
	std::uint64_t min_flt = 0; ///< stat 10
	std::uint64_t maj_flt = 0; ///< stat 12
	std::uint32_t threads = 0; ///< stat 20
	bool operator==(const Times &) const = default;
};

/// In bytes; 0 for zombies and kernel threads.
struct Memory {
	std::uint64_t vsize = 0; ///< stat 23
	std::uint64_t rss = 0; ///< status VmRSS times 1024
	std::uint64_t swap = 0; ///< status VmSwap times 1024
	bool operator==(const Memory &) const = default;
};

struct ControlGroup {
	/// Inode number of its directory in cgroup2; from /proc: 0 if that was removed or
	/// is not mounted. Withheld if it is outside the caller's cgroup namespace.
	std::uint64_t cgroup = 0;
	bool operator==(const ControlGroup &) const = default;
};

/// Groups of fields besides the identity. In a query: those to read; the others cost
/// nothing. In a process: those that were withheld.
struct Groups {
	bool credentials = false;
	bool scheduling = false;
	bool times = false;
	bool memory = false;
	bool control_group = false;

	static constexpr Groups all() { return {true, true, true, true, true}; }
	Groups operator|(const Groups &other) const;
	bool operator==(const Groups &) const = default;
};

/// One process, or one thread if threads were requested.
struct Process {
	std::int32_t pid = 0; ///< stat 1; of a thread: its own id
	std::int32_t tgid = 0; ///< the process it belongs to
	std::int32_t ppid = 0; ///< stat 4: the real parent; 0: not in the PID namespace
	std::int32_t tracer = 0; ///< status TracerPid; 0: none
	std::int32_t session = 0; ///< stat 6
	std::int32_t pgrp = 0; ///< stat 5: process group
	/// stat 22; pid and start together identify one process. Negative if the process
	/// started before the zero of the caller's time namespace.
	BootTime start{};
	std::uint32_t flags = 0; ///< stat 9: PF_...
	State state = State::Other; ///< stat 3
	/// stat 2: arbitrary bytes; escape them for display. At most 15 bytes; from /proc:
	/// longer for kworkers.
	std::string name;

	/// A group is empty if it was not requested, if the source does not know it, or
	/// if the caller may not read it for this process: then it is set in `withheld`.
	std::optional<Credentials> credentials;
	std::optional<Scheduling> scheduling;
	std::optional<Times> times;
	std::optional<Memory> memory;
	std::optional<ControlGroup> control_group;
	Groups withheld;

	[[nodiscard]] bool is_kernel_thread() const { return flags & 0x00200000U; /* PF_KTHREAD */ }
	[[nodiscard]] bool is_thread() const { return pid != tgid; }
	bool operator==(const Process &) const = default;
};

/// Counts per state, taken from the records of the list, so that the two always match.
struct Totals {
	std::array<std::uint64_t, state_count> processes{};
	std::array<std::uint64_t, state_count> threads{}; ///< all 0 unless threads were requested

	[[nodiscard]] std::uint64_t all_processes() const;
	[[nodiscard]] std::uint64_t all_threads() const;
	[[nodiscard]] std::uint64_t processes_in(State state) const
	{
		return processes[static_cast<std::size_t>(state)];
	}
	[[nodiscard]] std::uint64_t threads_in(State state) const { return threads[static_cast<std::size_t>(state)]; }
	bool operator==(const Totals &) const = default;
};

struct Snapshot {
	std::vector<Process> processes; ///< sorted by pid; empty if only totals were requested
	Totals totals;
	BootTime began{}; ///< when the capture began, on the clock of Process::start
	std::chrono::nanoseconds took{}; ///< how long it took

	/// The process (or thread) with that pid, or nullptr. O(log n).
	[[nodiscard]] const Process *find(std::int32_t pid) const;
};

} // namespace psinfo

#endif // PSINFO_PROCESS_H
