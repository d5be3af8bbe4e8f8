// SPDX-License-Identifier: GPL-2.0
// Processes that live during a whole storm, and must be in every table and pass.
#pragma once

#include "storm.h"

#include <pthread.h>

namespace storm {

inline std::string row_is(const Table &table, const Row *row, std::string_view header, std::string_view wanted)
{
	const auto is = table.cell(*row, header);
	if (is == wanted)
		return {};
	return std::string(header) + " should be '" + std::string(wanted) + "': " + std::string(row->line);
}

// A process that lives from before the readers start until after they end
struct Steady {
	pid_t pid;
	std::string name; // not checked if empty
};

inline std::string steady_are_there(const Table &table, const std::vector<Steady> &steady, pid_t parent)
{
	for (const auto &[pid, name] : steady) {
		const Row *row = table.find(pid);
		if (!row)
			return "process " + std::to_string(pid) + " lives and has no row";
		if (table.cell(*row, "STAT") == "DEAD")
			return "a living process is DEAD: " + std::string(row->line);
		std::string problem = row_is(table, row, "PPID", std::to_string(parent));
		if (problem.empty())
			problem = row_is(table, row, "PARENT", parent_name);
		if (problem.empty() && !name.empty())
			problem = row_is(table, row, "NAME", name);
		if (!problem.empty())
			return problem;
	}
	return {};
}

inline std::string steady_have_records(const Records &records, const std::vector<Steady> &steady, pid_t parent)
{
	for (const auto &[pid, name] : steady) {
		const auto *record = find_record(records, pid);
		if (!record)
			return "process " + std::to_string(pid) + " lives and has no record";
		const std::string whose = "the record of " + std::to_string(pid) + " has ";
		if (record->tgid != record->pid || record->ppid != static_cast<std::uint32_t>(parent))
			return whose + "another TGID or PPID";
		if (letter_of(*record) == 'X' || (!name.empty() && name_of(*record) != name))
			return whose + "the state " + letter_of(*record) + " and the name " + name_of(*record);
	}
	return {};
}

// Adds sleepers to `steady`; returns their PIDs.
inline std::vector<pid_t> add_sleepers(Storm &storm, const char *name, int number, std::vector<Steady> &steady)
{
	std::vector<pid_t> added;
	for (int i = 0; i < number; ++i) {
		added.push_back(storm.add_sleeper(name));
		steady.push_back({added.back(), name});
	}
	return added;
}

// Starts a process with `number` threads. Returns their TIDs, that of the leader first.
inline std::vector<pid_t> add_threads(Storm &storm, int number)
{
	process::Pipe tids;
	const pid_t pid = storm.add([&] {
		process::set_name("storm-threads");
		static const process::Pipe &out = tids;
		for (int i = 1; i < number; ++i) {
			pthread_t thread;
			pthread_create(
				&thread, nullptr,
				[](void *) -> void * {
					out.send(static_cast<pid_t>(syscall(SYS_gettid)));
					process::sleep_forever();
				},
				nullptr);
		}
		process::sleep_forever();
	});
	std::vector<pid_t> threads = {pid};
	while (threads.size() < static_cast<std::size_t>(number))
		threads.push_back(tids.receive<pid_t>("storm-threads"));
	return threads;
}

// Readers that query while `steady` are alive; `threads` are those of threads[0].
inline std::vector<Reader> askers(const std::vector<Steady> &steady, const std::vector<pid_t> &threads)
{
	const pid_t self = getpid();
	std::vector<Reader> kinds;
	for (const std::uint32_t capacity : {1, 2, 7, 4096}) {
		for (const std::uint32_t groups : {0u, all_groups}) {
			Reader asker;
			asker.capacity = capacity;
			asker.groups = groups;
			// Half of those that request groups also request threads.
			asker.flags = groups && capacity % 2 ? PSINFO_QUERY_THREADS : 0;
			asker.check_records = [=](const Records &records) -> std::string {
				if (!asker.flags)
					return steady_have_records(records, steady, self);
				for (const pid_t thread : threads) {
					const auto *record = find_record(records, thread);
					if (!record || record->tgid != static_cast<std::uint32_t>(threads[0]))
						return "thread " + std::to_string(thread) + " lives and has no record";
				}
				return {};
			};
			kinds.push_back(asker);
		}
	}
	return kinds;
}

} // namespace storm
