// SPDX-License-Identifier: GPL-2.0
// Processes that a reader may or may not see: whether it can read their stat through a
// mount of procfs. In memory that is shared with the reader.
#pragma once

#include "process.h"
#include "procfs.h"

#include <span>

namespace candidates {

constexpr std::size_t most = 4096;

struct Candidate {
	pid_t pid;
	bool is_there; // in this namespace, before and after
	bool before, after; // whether stat was readable
	pid_t ppid_before, ppid_after;
	long long uid; // if read_uids() was called
};

class Candidates {
public:
	std::span<Candidate> all() { return {all_, nr_}; }
	void clear() { nr_ = 0; }
	void add(pid_t pid)
	{
		process::need(nr_ < most, "too many processes");
		all_[nr_++] = {pid, false, false, false, 0, 0, 0};
	}

	// Called by the reader; `proc` is the mount.
	void read_before(int proc)
	{
		for (auto &candidate : all())
			candidate.before = read(proc, candidate.pid, candidate.ppid_before);
	}
	void read_after(int proc)
	{
		for (auto &candidate : all())
			candidate.after = read(proc, candidate.pid, candidate.ppid_after);
	}
	void read_uids(int proc)
	{
		for (auto &candidate : all())
			if (const auto status = status_at(std::to_string(candidate.pid), proc))
				candidate.uid = status_number(*status, "Uid");
	}

private:
	static bool read(int proc, pid_t pid, pid_t &ret_ppid)
	{
		const auto stat = stat_at(std::to_string(pid), proc);
		if (stat)
			ret_ppid = static_cast<pid_t>(stat->field[4]);
		return stat.has_value();
	}

	std::size_t nr_;
	Candidate all_[most];
};

} // namespace candidates
