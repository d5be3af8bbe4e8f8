// SPDX-License-Identifier: GPL-2.0
// Compares the output of ps for every process with all columns of /proc/psinfo, read once
// before and once after ps, so that each value of ps must lie between two known values.
#pragma once

#include "comparison.h"
#include "table.h"

#include <sstream>

#include <sys/wait.h>

namespace ps {

using Row = std::map<std::string, std::string>; // by column
using Rows = std::map<pid_t, Row>;

inline Rows read_rows()
{
	const std::string text = read_file(psinfo_path);
	const auto table = table::must_parse(text);
	Rows rows;
	for (const auto &row : table.rows)
		for (std::size_t i = 0; i < row.cells.size(); ++i)
			rows[static_cast<pid_t>(row.pid)][std::string(table.headers[i])] = row.cells[i];
	return rows;
}

inline long long number(const Row &row, const char *column)
{
	return std::stoll(row.at(column));
}

inline double uptime()
{
	return std::stod(read_file("/proc/uptime"));
}

inline long ticks_per_second()
{
	return sysconf(_SC_CLK_TCK);
}

inline std::string policy_word(const Row &row)
{
	switch (number(row, "POLICY")) {
	case 0:
		return "TS";
	case 1:
		return "FF";
	case 2:
		return "RR";
	case 3:
		return "B";
	case 5:
		return "IDL";
	case 6:
		return "DLN";
	default:
		return row.at("POLICY");
	}
}

inline std::string octal(long long value)
{
	std::ostringstream text;
	text << std::oct << value;
	return text.str();
}

inline std::string as_it_is(const Row &row, const char *column)
{
	return row.at(column);
}

// A column of ps and its expected value according to a row of psinfo
struct Word {
	const char *name;
	std::function<std::string(const Row &)> value;
};

inline const Word words[] = {
	{"pid", [](const Row &row) { return as_it_is(row, "PID"); }},
	{"tgid", [](const Row &row) { return as_it_is(row, "TGID"); }},
	{"ppid", [](const Row &row) { return as_it_is(row, "PPID"); }},
	{"s", [](const Row &row) { return as_it_is(row, "STATE"); }},
	// ps cannot show the upper half of all user IDs: it prints -294967296,
	// or the largest number if long has 32 bits.
	{"ruid",
	 [](const Row &row) {
		 return std::to_string(static_cast<int>(std::strtol(row.at("UID").c_str(), nullptr, 10)));
	 }},
	{"priority", [](const Row &row) { return as_it_is(row, "PRIO"); }},
	{"rtprio", [](const Row &row) { return number(row, "POLICY") ? row.at("RT_PRIORITY") : "-"; }},
	{"cls", policy_word},
	// ps shows no nice value for other scheduling policies.
	{"ni",
	 [](const Row &row) {
		 const auto policy = number(row, "POLICY");
		 return policy == 0 || policy == 3 ? row.at("NICE") : "-";
	 }},
	{"nlwp", [](const Row &row) { return as_it_is(row, "THREADS"); }},
	{"psr", [](const Row &row) { return as_it_is(row, "CPU"); }},
	{"f", [](const Row &row) { return octal(number(row, "FLAGS") >> 6 & 7); }},
};

struct Line {
	std::map<std::string, std::string> word;
	long long rss = 0, seconds_used = 0, seconds_alive = 0;
	std::string name;
};

inline std::string format()
{
	std::string list;
	for (const auto &word : words)
		list += std::string(word.name) + "=,";
	return list + "rss=,cputimes=,etimes=,comm=";
}

inline Line parse_line(const std::string &text)
{
	std::istringstream in(text);
	Line line;
	for (const auto &word : words)
		in >> line.word[word.name];
	in >> line.rss >> line.seconds_used >> line.seconds_alive;
	in.get();
	if (!in)
		throw std::runtime_error("a line of ps is not understood: " + text);
	std::getline(in, line.name);
	return line;
}

using Lines = std::map<pid_t, Line>;

// The output of ps, without itself and this process
inline Lines run_ps()
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0)
		throw failure("pipe");
	const pid_t child = fork();
	if (child == 0) {
		dup2(ends[1], 1);
		execlp("ps", "ps", "-e", "-o", format().c_str(), nullptr);
		_exit(127);
	}
	close(ends[1]);
	const std::string text = read_rest(ends[0]);
	close(ends[0]);
	int status = 0;
	waitpid(child, &status, 0);
	if (status != 0)
		throw std::runtime_error("ps has failed");

	Lines lines;
	for (const auto &one : lines_of(text)) {
		const Line line = parse_line(one);
		lines[std::stoi(line.word.at("pid"))] = line;
	}
	lines.erase(child);
	lines.erase(getpid());
	return lines;
}

// ps shows '?' or '.' for unprintable bytes, names of kernel threads longer
// than the 15 bytes in comm, and " <defunct>" after the name.
inline bool is_name(const std::string &shown, const Row &row)
{
	const std::string name = table::unescape(row.at("NAME"));
	const bool is_kernel_thread = number(row, "FLAGS") & flag_kernel_thread;
	if (shown.size() < name.size())
		return false;
	for (std::size_t i = 0; i < name.size(); ++i)
		if (shown[i] != name[i] && shown[i] != '?' && shown[i] != '.')
			return false;
	const std::string rest = shown.substr(name.size());
	if (is_kernel_thread)
		return name.size() == 15 || rest.empty() || name.starts_with("kworker/");
	return rest.empty() || rest == " <defunct>";
}

// ps reads status, which counts as psinfo does.
inline bool is_resident(long long shown, const Row &before, const Row &after)
{
	return std::min(number(before, "RSS"), number(after, "RSS")) <= shown &&
	       shown <= std::max(number(before, "RSS"), number(after, "RSS"));
}

inline long long used(const Row &row)
{
	return (number(row, "UTIME") + number(row, "STIME")) / ticks_per_second();
}

inline void compare(Findings &findings, pid_t pid, const Line &line, const Row &before, const Row &after, double begin,
		    double end)
{
	const auto settle = [&](const char *what, bool fits, const std::string &shown, const std::string &b,
				const std::string &a) { findings.settle(pid, what, fits, false, shown, b, a); };

	for (const auto &word : words) {
		const std::string &shown = line.word.at(word.name);
		const std::string b = word.value(before), a = word.value(after);
		settle(word.name, shown == b || shown == a, shown, b, a);
	}
	settle("comm", is_name(line.name, before) || is_name(line.name, after), line.name, before.at("NAME"),
	       after.at("NAME"));
	settle("rss", is_resident(line.rss, before, after), std::to_string(line.rss), before.at("RSS"),
	       after.at("RSS"));
	settle("cputimes", used(before) <= line.seconds_used && line.seconds_used <= used(after),
	       std::to_string(line.seconds_used), std::to_string(used(before)), std::to_string(used(after)));
	const double start = static_cast<double>(number(before, "START")) / static_cast<double>(ticks_per_second());
	settle("etimes",
	       begin - start - 1.1 <= static_cast<double>(line.seconds_alive) &&
		       static_cast<double>(line.seconds_alive) <= end - start + 0.1,
	       std::to_string(line.seconds_alive), std::to_string(begin - start), std::to_string(end - start));
}

// Reads psinfo, ps, and psinfo again.
inline void compare_round(Findings &findings)
{
	const double begin = uptime();
	const Rows before = read_rows();
	const Lines lines = run_ps();
	const Rows after = read_rows();
	const double end = uptime();

	for (const auto &[pid, row] : before) {
		if (pid == getpid() || !after.contains(pid) || after.at(pid).at("START") != row.at("START"))
			continue;
		if (lines.contains(pid))
			compare(findings, pid, lines.at(pid), row, after.at(pid), begin, end);
		else
			findings.problem(pid, "is not in ps");
	}
	for (const auto &[pid, line] : lines)
		if (!before.contains(pid) && !after.contains(pid))
			findings.problem(pid, "is in ps and not in psinfo: " + line.name);
	findings.end_round([&](pid_t pid) { return after.contains(pid); });
}

} // namespace ps
