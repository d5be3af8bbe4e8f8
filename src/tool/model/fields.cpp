// SPDX-License-Identifier: GPL-2.0
// The table of columns. To add one, add a row.
#include "model/fields.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "model/parse.h"

namespace tool {

namespace {

using psinfo::Credentials;
using psinfo::Groups;
using psinfo::Memory;
using psinfo::Process;
using psinfo::Scheduling;
using psinfo::Times;

constexpr Groups none{};
constexpr Groups credentials{.credentials = true};
constexpr Groups scheduling{.scheduling = true};
constexpr Groups times{.times = true};
constexpr Groups memory{.memory = true};
constexpr Groups cgroup{.cgroup = true};

Cell cell_of(std::int32_t number)
{
	return std::int64_t{number};
}

Cell cell_of(std::uint32_t number)
{
	return std::uint64_t{number};
}

Cell cell_of(std::uint64_t number)
{
	return number;
}

Cell cell_of(std::chrono::nanoseconds time)
{
	return time;
}

Cell cell_of(std::string_view text)
{
	return text;
}

template <typename Value> Cell cell_of(const std::optional<Value> &value)
{
	return value ? cell_of(*value) : Cell();
}

/// A member of the process itself.
template <auto Member> Cell identity(const Row &row)
{
	return cell_of(row.process.*Member);
}

/// A member of one of its groups.
template <auto Group, auto Member> Cell member(const Row &row)
{
	const auto &group = row.process.*Group;
	return group ? cell_of((*group).*Member) : Cell();
}

template <auto Member> Cell bytes(const Row &row)
{
	return row.process.memory ? Cell(Bytes{(*row.process.memory).*Member}) : Cell();
}

template <auto Member> Cell user(const Row &row)
{
	if (!row.process.credentials)
		return {};
	return cell_of(row.facts.users->user((*row.process.credentials).*Member));
}

Cell group(const Row &row)
{
	if (!row.process.credentials)
		return {};
	return cell_of(row.facts.users->group(row.process.credentials->gid));
}

Cell elapsed(const Row &row)
{
	return cell_of(std::max(row.facts.now - row.process.start, psinfo::BootTime::zero()));
}

Cell total_time(const Row &row)
{
	return row.process.times ? cell_of(row.process.times->utime + row.process.times->stime) : Cell();
}

Cell state_number(const Row &row)
{
	return std::uint64_t{static_cast<std::size_t>(row.process.state)};
}

/// A cell refers to its text, which therefore has to outlive it.
Cell state_letter_text(const Row &row)
{
	static const auto letters = [] {
		std::array<char, psinfo::state_count> all{};
		std::transform(psinfo::all_states.begin(), psinfo::all_states.end(), all.begin(), psinfo::state_letter);
		return all;
	}();
	const auto index = std::min(static_cast<std::size_t>(row.process.state), letters.size() - 1);
	return std::string_view(&letters[index], 1);
}

Cell state_word_text(const Row &row)
{
	return psinfo::state_word(row.process.state);
}

Cell policy(const Row &row)
{
	static constexpr std::array<std::string_view, 8> words = {"other", "fifo", "rr",       "batch",
								  "",	   "idle", "deadline", "ext"};
	if (!row.process.scheduling)
		return {};
	auto number = row.process.scheduling->policy;
	if (number >= words.size() || words[number].empty())
		return cell_of(number);
	return words[number];
}

/// False for a later process that has reused the parent's pid.
bool is_parent(const Process &parent, const Process &child)
{
	return parent.start <= child.start;
}

Cell parent(const Row &row)
{
	if (row.process.ppid == 0)
		return row.facts.initial_namespace ? cell_of("swapper/0") : Cell();
	const Process *found = row.snapshot.find(row.process.ppid);
	if (!found) {
		auto elsewhere = row.facts.parents.find(row.process.ppid);
		found = elsewhere == row.facts.parents.end() ? nullptr : &elsewhere->second;
	}
	return found && is_parent(*found, row.process) ? cell_of(found->name) : Cell();
}

Cell args(const Row &row)
{
	auto found = row.facts.args.find(row.process.pid);
	return found == row.facts.args.end() ? Cell() : cell_of(found->second);
}

constexpr auto creds = &Process::credentials;
constexpr auto sched = &Process::scheduling;
constexpr auto cpu_times = &Process::times;

constexpr Column time_column(std::string_view name, std::string_view heading, std::string_view description,
			     Groups groups, Cell (*cell)(const Row &row))
{
	Column column{name, heading, description, Align::Right, groups, cell};
	column.is_time = true;
	return column;
}

// In the order of --help and of psinfo show.
// clang-format off
constexpr Column columns[] = {
	{"pid", "PID", "process id; with --threads the thread's own", Align::Right, none, identity<&Process::pid>},
	{"tgid", "TGID", "thread group id, which is the id of the process", Align::Right, none, identity<&Process::tgid>},
	{"ppid", "PPID", "id of the real parent; 0 if it cannot be seen", Align::Right, none, identity<&Process::ppid>},
	{"tracer", "TRACER", "id of the process that traces it; 0 if none does", Align::Right, none,
	 identity<&Process::tracer>},
	{"session", "SESSION", "session id", Align::Right, none, identity<&Process::session>},
	{"pgrp", "PGRP", "process group id", Align::Right, none, identity<&Process::pgrp>},
	time_column("start", "START", "when it started, after boot", none, identity<&Process::start>),
	time_column("elapsed", "ELAPSED", "how long ago that was", none, elapsed),
	{"flags", "FLAGS", "the kernel's PF_ flags, decimal", Align::Right, none, identity<&Process::flags>},
	{"state", "S", "state, in a letter", Align::Left, none, state_letter_text, state_number, "-", true},
	{"stat", "STAT", "state, in a word", Align::Left, none, state_word_text, state_number, "-", true},
	{"name", "NAME", "command name, at most 15 bytes", Align::Left, none, identity<&Process::name>},
	{"uid", "UID", "real user id", Align::Right, credentials, member<creds, &Credentials::uid>},
	{"user", "USER", "real user, by name", Align::Left, credentials, user<&Credentials::uid>},
	{"euid", "EUID", "effective user id", Align::Right, credentials, member<creds, &Credentials::euid>},
	{"euser", "EUSER", "effective user, by name", Align::Left, credentials, user<&Credentials::euid>},
	{"gid", "GID", "real group id", Align::Right, credentials, member<creds, &Credentials::gid>},
	{"group", "GROUP", "real group, by name", Align::Left, credentials, group},
	{"egid", "EGID", "effective group id", Align::Right, credentials, member<creds, &Credentials::egid>},
	{"prio", "PRIO", "priority; below 0 for real-time", Align::Right, scheduling, member<sched, &Scheduling::prio>},
	{"static_prio", "STATIC_PRIO", "the kernel's own scale: 120 + nice", Align::Right, scheduling,
	 member<sched, &Scheduling::static_prio>},
	{"normal_prio", "NORMAL_PRIO", "the same, 0 to 99 for real-time", Align::Right, scheduling,
	 member<sched, &Scheduling::normal_prio>},
	{"nice", "NICE", "-20 to 19", Align::Right, scheduling, member<sched, &Scheduling::nice>},
	{"rt_priority", "RT_PRIORITY", "real-time priority, 1 to 99, else 0", Align::Right, scheduling,
	 member<sched, &Scheduling::rt_priority>},
	{"policy", "POLICY", "other, fifo, rr, batch, idle, deadline or ext", Align::Left, scheduling, policy},
	{"cpu", "CPU", "processor it ran on last", Align::Right, scheduling, member<sched, &Scheduling::cpu>},
	{"cpus_allowed", "CPUS_ALLOWED", "how many processors it may run on", Align::Right, scheduling,
	 member<sched, &Scheduling::cpus_allowed>},
	time_column("utime", "UTIME", "processor time in user mode", times, member<cpu_times, &Times::utime>),
	time_column("stime", "STIME", "processor time in the kernel", times, member<cpu_times, &Times::stime>),
	time_column("time", "TIME", "both together", times, total_time),
	time_column("runtime", "RUNTIME", "processor time by the scheduler's clock", times,
		    member<cpu_times, &Times::runtime>),
	{"nvcsw", "NVCSW", "voluntary context switches of the main thread", Align::Right, times,
	 member<cpu_times, &Times::nvcsw>},
	{"nivcsw", "NIVCSW", "involuntary ones", Align::Right, times, member<cpu_times, &Times::nivcsw>},
	{"min_flt", "MIN_FLT", "page faults that needed no input", Align::Right, times,
	 member<cpu_times, &Times::min_flt>},
	{"maj_flt", "MAJ_FLT", "page faults that waited for input", Align::Right, times,
	 member<cpu_times, &Times::maj_flt>},
	{"threads", "THREADS", "number of threads", Align::Right, times, member<cpu_times, &Times::threads>},
	{"vsize", "VSIZE", "virtual memory", Align::Right, memory, bytes<&Memory::vsize>},
	{"rss", "RSS", "resident memory", Align::Right, memory, bytes<&Memory::rss>},
	{"swap", "SWAP", "memory in swap", Align::Right, memory, bytes<&Memory::swap>},
	{"cgroup", "CGROUP", "id (inode) of its cgroup", Align::Right, cgroup, identity<&Process::cgroup>},
	{"parent", "PARENT", "name of the real parent", Align::Left, none, parent, nullptr, "None", false,
	 {.parents = true}},
	{"args", "ARGS", "command line, read from /proc; ? if that hangs", Align::Left, none, args, nullptr, "?", false,
	 {.args = true}},
};
// clang-format on

Columns named(std::initializer_list<std::string_view> names)
{
	Columns result;
	std::transform(names.begin(), names.end(), std::back_inserter(result), find_column);
	return result;
}

} // namespace

std::span<const Column> all_columns()
{
	return columns;
}

const Column *find_column(std::string_view name)
{
	const auto *found = std::find_if(std::begin(columns), std::end(columns),
					 [&](const Column &column) { return column.name == name; });
	return found == std::end(columns) ? nullptr : found;
}

Columns default_columns(bool threads)
{
	if (threads)
		return named({"tgid", "pid", "name", "stat", "parent"});
	return named({"pid", "name", "stat", "parent"});
}

Columns parse_columns(std::string_view text, const Columns &defaults, std::string &ret_unknown)
{
	Columns result = text.starts_with('+') ? defaults : Columns();

	for (auto name : split(text)) {
		if (name.starts_with('+'))
			name.remove_prefix(1);
		const auto *column = find_column(name);
		if (!column) {
			ret_unknown = name;
			return {};
		}
		result.push_back(column);
	}
	return result;
}

std::vector<SortKey> parse_sort(std::string_view text, std::string &ret_unknown)
{
	std::vector<SortKey> keys;

	for (auto name : split(text)) {
		bool descending = name.starts_with('-');
		if (descending || name.starts_with('+'))
			name.remove_prefix(1);
		const auto *column = find_column(name);
		if (!column) {
			ret_unknown = name;
			return {};
		}
		keys.push_back({column, descending});
	}
	return keys;
}

std::string columns_help()
{
	constexpr std::size_t name_width = 14;
	std::string help;

	for (const auto &column : columns) {
		help += "  ";
		help += column.name;
		help.append(name_width - column.name.size(), ' ');
		help += column.description;
		help += '\n';
	}
	return help;
}

psinfo::Groups groups_of(const Columns &shown, const std::vector<SortKey> &sort)
{
	Groups groups;
	for (const auto *column : shown)
		groups = groups | column->groups;
	for (const auto &key : sort)
		groups = groups | key.column->groups;
	return groups;
}

Needs needs_of(const Columns &shown, const std::vector<SortKey> &sort)
{
	Needs needs;
	for (const auto *column : shown)
		needs = needs | column->needs;
	for (const auto &key : sort)
		needs = needs | key.column->needs;
	return needs;
}

} // namespace tool
