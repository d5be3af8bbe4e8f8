// SPDX-License-Identifier: GPL-2.0
// compare-with-proc: holds /proc/psinfo, with all its columns, against
// /proc/<pid>/stat and status of every process. All of /proc is read before
// and after, so each value lies between two that are known. What only rises
// must do so each time; what may go up and down in between (a state, say) must
// fit in one of several rounds.
#include "cells.h"
#include "procfs.h"

#include <cstdio>
#include <functional>
#include <set>

namespace {

constexpr int least_rounds = 3;
constexpr int most_rounds = 40;
constexpr std::size_t least_processes = 30;
constexpr int most_passing_by = 5;

struct Seen {
	Stat stat;
	Status status;
};

using Look = std::map<pid_t, Seen>;

Look look_around()
{
	Look look;
	for (const pid_t pid : list_pids()) {
		auto stat = stat_of(pid);
		auto status = status_of(pid);
		if (stat && status)
			look.emplace(pid, Seen{std::move(*stat), std::move(*status)});
	}
	return look;
}

const long kib_per_page = sysconf(_SC_PAGESIZE) / 1024;

long long normal_priority(const Seen &seen)
{
	switch (seen.stat.field[41]) {
	case 1:		// SCHED_FIFO
	case 2:		// SCHED_RR
		return 99 - seen.stat.field[40];
	case 6:		// SCHED_DEADLINE
		return -1;
	default:
		return 120 + seen.stat.field[19];
	}
}

// How a value behaves between the two looks.
enum class Course {
	Fixed,		// is one of the two, each time
	Rises,		// lies between the two, each time
	Changes,	// is one of the two, in some round
	Wanders,	// lies between the two, in some round
};

struct Number {
	const char *column;
	Course course;
	std::function<long long(const Seen &)> value;
};

std::function<long long(const Seen &)> field(std::size_t number)
{
	return [=](const Seen &seen) { return seen.stat.field[number]; };
}

std::function<long long(const Seen &)> word(const char *name)
{
	return [=](const Seen &seen) { return seen.status.at(name); };
}

const Number numbers[] = {
	{"PID", Course::Fixed, [](const Seen &seen) { return seen.stat.pid; }},
	{"TGID", Course::Fixed, word("Tgid")},
	{"PPID", Course::Changes, field(4)},
	{"UID", Course::Changes, word("Uid")},
	{"PRIO", Course::Changes, field(18)},
	{"STATIC_PRIO", Course::Changes, [](const Seen &seen) { return 120 + seen.stat.field[19]; }},
	{"NORMAL_PRIO", Course::Changes, normal_priority},
	{"RT_PRIORITY", Course::Changes, field(40)},
	{"POLICY", Course::Changes, field(41)},
	{"NICE", Course::Changes, field(19)},
	{"NVCSW", Course::Rises, word("voluntary_ctxt_switches")},
	{"NIVCSW", Course::Rises, word("nonvoluntary_ctxt_switches")},
	// Each part may fall back when the ratio of the two changes.
	{"UTIME", Course::Wanders, field(14)},
	{"STIME", Course::Wanders, field(15)},
	{"START", Course::Fixed, field(22)},
	{"THREADS", Course::Wanders, field(20)},
	{"FLAGS", Course::Changes, field(9)},
	{"CPU", Course::Changes, field(39)},
	{"RSS", Course::Wanders, [](const Seen &seen) { return seen.stat.field[24] * kib_per_page; }},
};

struct Text {
	const char *column;
	// What the cell should be according to one look
	std::function<std::string(const Seen &, const Look &)> value;
};

std::string parent_name(const Seen &seen, const Look &look)
{
	const auto parent = look.find(static_cast<pid_t>(seen.stat.field[4]));
	if (seen.stat.field[4] == 0)
		return "swapper/0";
	return parent == look.end() ? "None" : held_name(parent->second.stat);
}

const Text texts[] = {
	{"NAME", [](const Seen &seen, const Look &) { return held_name(seen.stat); }},
	{"STAT", [](const Seen &seen, const Look &) { return state_word(seen.stat.state); }},
	{"STATE", [](const Seen &seen, const Look &) { return std::string(1, seen.stat.state); }},
	{"PARENT", parent_name},
};

bool is_strict(Course course)
{
	return course == Course::Fixed || course == Course::Rises;
}

bool fits(Course course, long long before, long long cell, long long after)
{
	switch (course) {
	case Course::Rises:
		return before <= cell && cell <= after;
	case Course::Wanders:
		return std::min(before, after) <= cell && cell <= std::max(before, after);
	default:
		return cell == before || cell == after;
	}
}

class Comparison {
public:
	void round()
	{
		const Look before = look_around();
		const Table table = read_table();
		const Look after = look_around();

		check_columns(table);
		Seen_pids listed;
		for (const auto &row : table.rows)
			compare_row(table, row, before, after, listed);
		for (const auto &[pid, seen] : before)
			if (is_same_process(pid, before, after) && !listed.contains(pid))
				problem(pid, "is in /proc before and after, and not in psinfo");
		// What has ended can not fit any more.
		std::erase_if(open_, [&](const auto &entry) { return !after.contains(entry.first.first); });
		++rounds_;
	}

	bool is_settled() const { return rounds_ >= least_rounds && open_.empty(); }

	// Prints what was found; whether all is well.
	bool report() const
	{
		std::printf("%d rounds: %zu processes, %zu cells compared, %d vanished, %d passing by\n", rounds_,
			    processes_.size(), cells_, vanished_, passing_by_);
		for (const auto &text : problems_)
			std::fprintf(stderr, "%s\n", text.c_str());
		for (const auto &[key, text] : open_)
			std::fprintf(stderr, "%s, in each of %d rounds\n", text.c_str(), rounds_);
		if (processes_.size() < least_processes)
			std::fprintf(stderr, "only %zu processes were compared\n", processes_.size());
		if (passing_by_ > most_passing_by)
			std::fprintf(stderr, "%d rows that /proc has neither before nor after\n", passing_by_);
		return problems_.empty() && open_.empty() && processes_.size() >= least_processes &&
		       passing_by_ <= most_passing_by;
	}

private:
	using Seen_pids = std::set<pid_t>;
	using Key = std::pair<pid_t, std::string>;

	static bool is_same_process(pid_t pid, const Look &before, const Look &after)
	{
		const auto b = before.find(pid), a = after.find(pid);
		return b != before.end() && a != after.end() && b->second.stat.field[22] == a->second.stat.field[22];
	}

	void check_columns(const Table &table)
	{
		std::set<std::string> known;
		for (const auto &number : numbers)
			known.insert(number.column);
		for (const auto &text : texts)
			known.insert(text.column);
		for (const auto &name : table.columns)
			if (!known.contains(name))
				throw std::runtime_error("nothing is known to compare the column " + name + " with");
		if (known.size() != table.columns.size())
			throw std::runtime_error("the table has not all columns");
	}

	void compare_row(const Table &table, const std::vector<std::string> &row, const Look &before,
			 const Look &after, Seen_pids &listed)
	{
		const pid_t pid = std::stoi(row[table.column("PID")]);
		if (!listed.empty() && *listed.rbegin() >= pid)
			problem(pid, "is not behind " + std::to_string(*listed.rbegin()));
		listed.insert(pid);
		if (!before.contains(pid) && !after.contains(pid)) {
			++passing_by_;
			return;
		}
		if (!is_same_process(pid, before, after)) {
			++vanished_;
			return;
		}
		processes_.insert(pid);
		const Seen &b = before.at(pid), &a = after.at(pid);
		for (const auto &number : numbers)
			compare_number(number, pid, row[table.column(number.column)], b, a);
		for (const auto &text : texts)
			compare_text(text, pid, row[table.column(text.column)], text.value(b, before),
				     text.value(a, after));
		compare_times(table, pid, row, b, a);
	}

	void compare_number(const Number &number, pid_t pid, const std::string &cell, const Seen &before,
			    const Seen &after)
	{
		const long long low = number.value(before), high = number.value(after);
		settle({pid, number.column}, fits(number.course, low, std::stoll(cell), high), is_strict(number.course),
		       cell, std::to_string(low), std::to_string(high));
	}

	void compare_text(const Text &text, pid_t pid, const std::string &cell, const std::string &before,
			  const std::string &after)
	{
		const std::string value = unescape(cell);
		settle({pid, text.column}, value == before || value == after, false, cell, before, after);
	}

	// The sum of both times only rises; each is cut to ticks on its own. No
	// part is ever below what was shown before.
	void compare_times(const Table &table, pid_t pid, const std::vector<std::string> &row, const Seen &before,
			   const Seen &after)
	{
		const long long user = std::stoll(row[table.column("UTIME")]),
				system = std::stoll(row[table.column("STIME")]),
				low = before.stat.field[14] + before.stat.field[15],
				high = after.stat.field[14] + after.stat.field[15];
		settle({pid, "UTIME + STIME"}, low - 1 <= user + system && user + system <= high + 1, true,
		       std::to_string(user + system), std::to_string(low), std::to_string(high));
		if (user < before.stat.field[14] || system < before.stat.field[15])
			problem(pid, "its times were " + std::to_string(before.stat.field[14]) + " and " +
					     std::to_string(before.stat.field[15]) + " ticks, now they are " +
					     std::to_string(user) + " and " + std::to_string(system));
	}

	void settle(const Key &key, bool fits, bool is_strict, const std::string &cell, const std::string &before,
		    const std::string &after)
	{
		const std::string text = "'" + cell + "' in psinfo, '" + before + "' in /proc before, '" + after +
					 "' after";
		++cells_;
		if (!fits && is_strict)
			problem(key.first, key.second + " is " + text);
		else if (fits)
			settled_.insert(key), open_.erase(key);
		else if (!settled_.contains(key))
			open_[key] = std::to_string(key.first) + ": " + key.second + " is " + text;
	}

	void problem(pid_t pid, const std::string &text)
	{
		if (problems_.size() < 50)
			problems_.push_back(std::to_string(pid) + ": " + text);
	}

	std::set<pid_t> processes_;
	std::set<Key> settled_;			// has fitted once
	std::map<Key, std::string> open_;	// has never fitted so far
	std::vector<std::string> problems_;
	std::size_t cells_ = 0;
	int rounds_ = 0, vanished_ = 0, passing_by_ = 0;
};

} // namespace

int main()
try {
	Comparison comparison;
	for (int i = 0; i < most_rounds && !comparison.is_settled(); ++i)
		comparison.round();
	return comparison.report() ? 0 : 1;
} catch (const std::exception &error) {
	std::fprintf(stderr, "compare-with-proc: %s\n", error.what());
	return 1;
}
