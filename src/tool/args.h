// SPDX-License-Identifier: GPL-2.0
// Command lines, from /proc/<pid>/cmdline.
//
// The kernel reads them from the memory of the process itself, and waits for its
// mmap lock and for its pages: of a process that is stuck, forever, and no signal
// gets one out. So a child process does the reading; where it gets stuck, it is
// left behind, and nothing of psinfo waits for it.
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

	/// @patience is for one process. One that takes longer is tried again after
	/// @first_delay, then after twice that and so on, up to a minute.
	explicit ArgsReader(std::string proc = "/proc",
			    std::chrono::milliseconds patience = std::chrono::milliseconds(50),
			    std::chrono::milliseconds first_delay = std::chrono::seconds(1))
		: proc_(std::move(proc)), patience_(patience), first_delay_(first_delay)
	{
	}
	~ArgsReader();
	ArgsReader(const ArgsReader &) = delete;
	ArgsReader &operator=(const ArgsReader &) = delete;

	/// By pid; raw, words separated by spaces. For kernel threads, and for processes
	/// that have exited since, "[name]"; for zombies "[name] <defunct>". Left out are
	/// those whose reading took too long, now or not long ago. While too many children
	/// hang, no others are tried than those that have always answered. Once @most_slow of
	/// these have taken too long, the rest of them wait for the next call, and likewise
	/// for new ones.
	std::map<std::int32_t, std::string> read(const std::vector<const psinfo::Process *> &processes,
						 std::size_t most_slow = SIZE_MAX);

private:
	using Key = std::pair<std::int32_t, psinfo::BootTime>;
	using Wanted = std::vector<const psinfo::Process *>;
	struct Delay {
		std::chrono::milliseconds length;
		Clock::time_point until;
	};
	/// What ends the reading of some processes.
	struct Limits {
		std::size_t slow = SIZE_MAX; ///< that took too long
		std::size_t left_behind = SIZE_MAX; ///< children
	};

	static Key key_of(const psinfo::Process &process) { return {process.pid, process.start}; }
	std::size_t read_from_child(const Wanted &wanted, std::size_t from, std::map<std::int32_t, std::string> &args);
	void read_each(const Wanted &wanted, Limits limits, std::map<std::int32_t, std::string> &args);
	void try_again(const Wanted &delayed, std::map<std::int32_t, std::string> &args);
	[[nodiscard]] bool hangs(const Key &key) const; ///< a child that tried it
	[[nodiscard]] bool is_due(const Key &key) const;
	void forget_old();
	void delay(const Key &key); ///< it took too long just now
	void reap();

	std::string proc_;
	std::chrono::milliseconds patience_;
	std::chrono::milliseconds first_delay_;
	std::map<Key, Delay> delayed_; ///< those that took too long; they stay when they answer again
	std::map<Key, Clock::time_point> answered_; ///< and when they did last
	std::map<pid_t, Key> left_behind_; ///< children that may still hang, and where
};

/// What cmdline of that process reads, with spaces for the zeros between words.
[[nodiscard]] std::string joined_words(std::string text);

} // namespace tool

#endif // PSINFO_TOOL_ARGS_H
