// SPDX-License-Identifier: GPL-2.0
// Reads command lines from /proc/<pid>/cmdline.
//
// The kernel reads them from the memory of the process itself, and waits for its
// mmap lock and for its pages. If the process is stuck, the reader blocks forever,
// and not even a fatal signal ends it. So a child does the reading; if it blocks, it
// is abandoned, and psinfo does not wait for it.
#ifndef PSINFO_TOOL_ARGS_H
#define PSINFO_TOOL_ARGS_H

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

#include <psinfo/psinfo.h>

namespace tool {

class ArgsReader {
public:
	using Clock = std::chrono::steady_clock;

	/// @timeout is for one process. After a timeout, the process is
	/// tried again after @first_delay, which doubles each time, up to a minute.
	explicit ArgsReader(std::string proc = "/proc",
			    std::chrono::milliseconds timeout = std::chrono::milliseconds(50),
			    std::chrono::milliseconds first_delay = std::chrono::seconds(1))
		: proc_(std::move(proc)), timeout_(timeout), first_delay_(first_delay)
	{
	}
	~ArgsReader();
	ArgsReader(const ArgsReader &) = delete;
	ArgsReader &operator=(const ArgsReader &) = delete;

	/// Returns raw command lines by pid, words separated by spaces: "[name]" for
	/// kernel threads and processes that have exited since, "[name] <defunct>" for
	/// zombies. Processes that timed out, now or recently, are left out. While too
	/// many children hang, only processes that have always answered are read. Once
	/// @most_slow of these have timed out, the rest of them wait for the next call;
	/// the same applies to new processes.
	std::map<std::int32_t, std::string> read(const std::vector<const psinfo::Process *> &processes,
						 std::size_t most_slow = SIZE_MAX);

private:
	using Key = std::pair<std::int32_t, psinfo::BootTime>;
	using Wanted = std::vector<const psinfo::Process *>;
	struct Delay {
		std::chrono::milliseconds length;
		Clock::time_point until;
	};
	/// When to stop reading a list of processes.
	struct Limits {
		std::size_t slow = SIZE_MAX; ///< processes that timed out
		std::size_t left_behind = SIZE_MAX; ///< abandoned children
	};

	static Key key_of(const psinfo::Process &process) { return {process.pid, process.start}; }
	std::size_t read_from_child(const Wanted &wanted, std::size_t from, std::map<std::int32_t, std::string> &args);
	void read_each(const Wanted &wanted, Limits limits, std::map<std::int32_t, std::string> &args);
	void try_again(const Wanted &delayed, std::map<std::int32_t, std::string> &args);
	[[nodiscard]] bool hangs(const Key &key) const; ///< a child may still be blocked on it
	[[nodiscard]] bool is_due(const Key &key) const;
	void forget_old();
	void delay(const Key &key); ///< after a timeout
	void reap();

	std::string proc_;
	std::chrono::milliseconds timeout_;
	std::chrono::milliseconds first_delay_;
	std::map<Key, Delay> delayed_; ///< processes that timed out, even if they answered later
	std::map<Key, Clock::time_point> answered_; ///< time of the last answer
	std::map<pid_t, Key> left_behind_; ///< children that may still hang, and on which process
};

/// The contents of a cmdline file, with spaces for the NULs between words.
[[nodiscard]] std::string joined_words(std::string text);

} // namespace tool

#endif // PSINFO_TOOL_ARGS_H
