// SPDX-License-Identifier: GPL-2.0
// Compares two sources of information about all processes while they keep running:
// one source is read once, the other one before and after it, so that each value
// must lie between two known values. Monotonic values must fit every time; values
// that may go up and down, such as the state, must fit in one of several rounds.
#pragma once

#include "procfs.h"

#include <cstdio>
#include <functional>
#include <map>
#include <set>
#include <string>

// ---- one value ---------------------------------------------------------------

// How a value may change between the two reads.
enum class Course {
	Fixed, // is one of the two, each time
	Rises, // lies between the two, each time
	Changes, // is one of the two, in some round
	Wanders, // lies between the two, in some round
};

inline bool is_strict(Course course)
{
	return course == Course::Fixed || course == Course::Rises;
}

inline bool fits(Course course, long long before, long long shown, long long after)
{
	switch (course) {
	case Course::Rises:
		return before <= shown && shown <= after;
	case Course::Wanders:
		return std::min(before, after) <= shown && shown <= std::max(before, after);
	default:
		return shown == before || shown == after;
	}
}

// ---- the contents of /proc -----------------------------------------------------

struct Seen {
	std::string directory;
	Stat stat;
	Status status;
};

using Snapshot = std::map<pid_t, Seen>;

inline void add_seen(const std::string &directory, Snapshot &snapshot)
{
	auto stat = stat_at(directory);
	auto status = status_at(directory);
	if (stat && status)
		snapshot.emplace(stat->pid, Seen{directory, std::move(*stat), std::move(*status)});
}

inline Snapshot take_snapshot()
{
	Snapshot snapshot;
	for (const pid_t pid : list_pids())
		add_seen("/proc/" + std::to_string(pid), snapshot);
	return snapshot;
}

inline Snapshot take_snapshot_of_threads()
{
	Snapshot snapshot;
	for (const pid_t pid : list_pids())
		for (const pid_t thread : list_threads(pid))
			add_seen("/proc/" + std::to_string(pid) + "/task/" + std::to_string(thread), snapshot);
	return snapshot;
}

inline bool is_same_process(pid_t pid, const Snapshot &before, const Snapshot &after)
{
	const auto b = before.find(pid), a = after.find(pid);
	return b != before.end() && a != after.end() && b->second.stat.field[22] == a->second.stat.field[22];
}

using Known = std::function<long long(const Seen &)>;

inline Known field(std::size_t number)
{
	return [=](const Seen &seen) { return seen.stat.field[number]; };
}

inline Known word(const char *name, int nth = 1)
{
	return [=](const Seen &seen) { return status_number(seen.status, name, nth); };
}

inline long long static_priority(const Seen &seen)
{
	return 120 + seen.stat.field[19];
}

inline long long normal_priority(const Seen &seen)
{
	switch (seen.stat.field[41]) {
	case 1: // SCHED_FIFO
	case 2: // SCHED_RR
		return 99 - seen.stat.field[40];
	case 6: // SCHED_DEADLINE
		return -1;
	default:
		return static_priority(seen);
	}
}

// ---- results -------------------------------------------------------------------

class Findings {
public:
	// The names of the source that is read once, and of the one read twice
	Findings(std::string shown_by, std::string known_by)
		: shown_by_(std::move(shown_by)), known_by_(std::move(known_by))
	{
	}

	void settle(pid_t pid, const std::string &what, bool fits, bool is_strict, const std::string &shown,
		    const std::string &before, const std::string &after)
	{
		const Key key{pid, what};
		++values_;
		processes_.insert(pid);
		if (fits) {
			settled_.insert(key);
			open_.erase(key);
			return;
		}
		const std::string text = what + " is '" + shown + "' in " + shown_by_ + ", '" + before + "' in " +
					 known_by_ + " before, '" + after + "' after";
		if (is_strict)
			problem(pid, text);
		else if (!settled_.contains(key))
			open_[key] = text;
	}

	void settle(pid_t pid, const std::string &what, Course course, long long shown, long long before,
		    long long after)
	{
		settle(pid, what, fits(course, before, shown, after), is_strict(course), std::to_string(shown),
		       std::to_string(before), std::to_string(after));
	}

	// The sum of both times only rises, within one tick, because each is
	// truncated separately. Neither is ever below a value shown before.
	void settle_times(pid_t pid, long long user, long long system, const Seen &before, const Seen &after)
	{
		const long long low = before.stat.field[14] + before.stat.field[15],
				high = after.stat.field[14] + after.stat.field[15];
		settle(pid, "user + system time", low - 1 <= user + system && user + system <= high + 1, true,
		       std::to_string(user + system), std::to_string(low), std::to_string(high));
		if (user < before.stat.field[14] || system < before.stat.field[15])
			problem(pid, "its times were " + std::to_string(before.stat.field[14]) + " and " +
					     std::to_string(before.stat.field[15]) + " ticks, now they are " +
					     std::to_string(user) + " and " + std::to_string(system));
	}

	// To be called for each row of psinfo in order, with /proc as the other
	// source. Returns whether the row of `pid` can be compared.
	bool list(pid_t pid, const Snapshot &before, const Snapshot &after)
	{
		if (!listed_.empty() && *listed_.rbegin() >= pid)
			problem(pid, "is not after " + std::to_string(*listed_.rbegin()));
		listed_.insert(pid);
		if (is_same_process(pid, before, after))
			return true;
		++(before.contains(pid) || after.contains(pid) ? vanished_ : passing_by_);
		return false;
	}

	// To be called after the last row: checks that no process is missing.
	void end_list(const Snapshot &before, const Snapshot &after)
	{
		for (const auto &[pid, seen] : before)
			if (is_same_process(pid, before, after) && !listed_.contains(pid))
				problem(pid, "is in /proc before and after, and not in psinfo");
		listed_.clear();
		end_round([&](pid_t pid) { return after.contains(pid); });
	}

	// Drops pending values of processes that have exited.
	void end_round(const std::function<bool(pid_t)> &lives)
	{
		std::erase_if(open_, [&](const auto &entry) { return !lives(entry.first.first); });
		++rounds_;
	}

	void problem(pid_t pid, const std::string &text)
	{
		if (problems_.size() < 50)
			problems_.push_back(std::to_string(pid) + ": " + text);
	}

	bool is_settled(int least_rounds) const { return rounds_ >= least_rounds && open_.empty(); }

	// Prints the results; returns whether there were no errors.
	bool report(std::size_t least_processes) const
	{
		constexpr int most_passing_by = 5;

		std::printf("%d rounds: %zu processes, %zu values compared, %d vanished, %d passing by\n", rounds_,
			    processes_.size(), values_, vanished_, passing_by_);
		for (const auto &text : problems_)
			std::fprintf(stderr, "%s\n", text.c_str());
		for (const auto &[key, text] : open_)
			std::fprintf(stderr, "%d: %s, in each of %d rounds\n", key.first, text.c_str(), rounds_);
		if (processes_.size() < least_processes)
			std::fprintf(stderr, "only %zu processes were compared\n", processes_.size());
		if (passing_by_ > most_passing_by)
			std::fprintf(stderr, "%d rows that /proc has neither before nor after\n", passing_by_);
		return problems_.empty() && open_.empty() && processes_.size() >= least_processes &&
		       passing_by_ <= most_passing_by;
	}

private:
	using Key = std::pair<pid_t, std::string>;

	std::string shown_by_, known_by_;
	std::set<pid_t> processes_;
	std::set<pid_t> listed_; // in this round
	std::set<Key> settled_; // has fitted once
	std::map<Key, std::string> open_; // has never fitted so far
	std::vector<std::string> problems_;
	std::size_t values_ = 0;
	int rounds_ = 0, vanished_ = 0, passing_by_ = 0;
};

// Runs rounds until all values have fitted. Returns the program's exit status.
inline int compare_in_rounds(Findings &findings, const std::function<void()> &round, int least_rounds, int most_rounds,
			     std::size_t least_processes)
{
	for (int i = 0; i < most_rounds && !findings.is_settled(least_rounds); ++i)
		round();
	return findings.report(least_processes) ? 0 : 1;
}
