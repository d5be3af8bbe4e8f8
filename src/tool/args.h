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
#include <set>
#include <string>
#include <vector>

#include <sys/types.h>

#include <psinfo/psinfo.h>

namespace tool {

class ArgsReader {
public:
	explicit ArgsReader(std::string proc = "/proc",
			    std::chrono::milliseconds patience = std::chrono::milliseconds(50))
		: proc_(std::move(proc)), patience_(patience)
	{
	}
	~ArgsReader();
	ArgsReader(const ArgsReader &) = delete;
	ArgsReader &operator=(const ArgsReader &) = delete;

	/// By pid; raw, words separated by spaces. Of kernel threads "[name]", of
	/// zombies "[name] <defunct>". What hung for longer than the patience, or belongs to another
	/// process by now, is left out.
	std::map<std::int32_t, std::string> read(const std::vector<const psinfo::Process *> &processes);

private:
	using Key = std::pair<std::int32_t, psinfo::BootTime>;
	using Wanted = std::vector<const psinfo::Process *>;

	std::size_t read_from_child(const Wanted &wanted, std::size_t from, std::map<std::int32_t, std::string> &args);
	void reap();

	std::string proc_;
	std::chrono::milliseconds patience_; ///< for one process
	std::set<Key> stuck_; ///< not to be tried again
	std::set<pid_t> left_behind_; ///< children that may still hang
};

/// What cmdline of that process reads, with spaces for the zeros between words.
[[nodiscard]] std::string joined_words(std::string text);

} // namespace tool

#endif // PSINFO_TOOL_ARGS_H
