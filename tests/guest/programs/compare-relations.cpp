// SPDX-License-Identifier: GPL-2.0
// compare-relations WHERE: compares the numbers of parents, tracers, sessions and groups
// in records with those in stat and status through the same mount of procfs.
//
//	hidden	of a process of alice whose relatives are all hidden from her
//	outside	of a process whose relatives are all outside of its PID namespace
#include "hidden.h"
#include "procfs.h"

#include <sys/ptrace.h>

namespace {

using checks::expect;
using hidden::as_alice;
using hidden::in_namespace;
using hidden::marker;
using hidden::start_as;
using hidden::text_of;

// Compares records with stat and status through the same mount: all, or only the
// wanted one, which is returned.
psinfo_record compare_relations(int proc, std::uint32_t wanted, const std::string &what, bool all = true)
{
	psinfo_record found = {};
	const Descriptor fd(proc, "psinfo");
	psinfo_query query = whole_query();
	if (!all)
		filter_by_pid(query, static_cast<pid_t>(wanted));
	for (const auto &record : pass(fd, query, 100).records) {
		const auto stat = stat_at(std::to_string(record.pid), proc);
		const auto status = status_at(std::to_string(record.pid), proc);
		const std::string whose = what + ": " + name_of(record) + " has another ";
		expect(stat && status, what + ": " + name_of(record) + " is shown and cannot be read");
		if (!stat || !status)
			continue;
		expect(record.ppid == stat->field[4], whose + "parent");
		expect(record.pgrp == stat->field[5], whose + "process group");
		expect(record.session == stat->field[6], whose + "session");
		expect(record.tracer == status_number(*status, "TracerPid"), whose + "tracer");
		if (record.pid == wanted)
			found = record;
	}
	expect(found.pid == wanted, what + ": the process has no record");
	return found;
}

void trace_process(pid_t pid)
{
	process::need(ptrace(PTRACE_SEIZE, pid, 0, 0) == 0, "ptrace");
}

void check_hidden()
{
	in_namespace([] {
		const int proc = namespaces::mount_own_proc({{"hidepid", "2"}});
		process::Pipe pids;
		const pid_t relative = start_as(marker, process::root, [&] {
			setsid();
			const pid_t child = start_as("shown", process::alice);
			trace_process(child);
			pids.send(child);
			process::sleep_forever();
		});
		const auto child = pids.receive<pid_t>(marker);
		as_alice([=] {
			const auto number = static_cast<std::uint32_t>(relative);
			const auto record =
				compare_relations(proc, static_cast<std::uint32_t>(child), "hidden relatives");
			expect(record.ppid == number && record.tracer == number && record.session == number &&
				       record.pgrp == number,
			       "the record lacks numbers that stat shows");
			expect(text_of(proc).find(marker) == std::string::npos,
			       "the name of a hidden relative is shown");
		});
	});
}

void check_outside()
{
	const pid_t first = namespaces::start_first(process::sleep_forever);
	const Descriptor ns(namespaces::path(first, "pid"));
	const int proc = namespaces::mount_proc(ns, {});
	const pid_t joined = namespaces::start_in(ns, process::sleep_forever);
	trace_process(joined);
	const auto inside = status_number(status_at("/proc/" + std::to_string(joined)).value_or(Status{}), "NSpid", 2);
	const auto record = compare_relations(proc, static_cast<std::uint32_t>(inside), "relatives outside");
	expect(!record.ppid && !record.tracer && !record.session && !record.pgrp, "numbers from outside are shown");
	const Descriptor outer("/proc", O_RDONLY | O_DIRECTORY);
	const auto seen = compare_relations(outer, static_cast<std::uint32_t>(joined), "the same from outside", false);
	expect(seen.ppid == static_cast<std::uint32_t>(getpid()) && seen.tracer == seen.ppid,
	       "they are not shown outside");
	process::end({joined, first});
}

constexpr checks::Topic topics[] = {{"hidden", check_hidden}, {"outside", check_outside}};

} // namespace

int main(int argc, char **argv)
{
	return checks::run_topic(argc, argv, topics);
}
