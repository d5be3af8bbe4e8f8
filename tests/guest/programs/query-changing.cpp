// SPDX-License-Identifier: GPL-2.0
// query-changing SETUID-COPY: a process alternates between root and alice as fast as
// possible (changing.h), and alice queries it for three seconds. Whenever it is shown to
// her, it must be shown as hers. SETUID-COPY is a copy of change-ids.
#include "changing.h"
#include "namespaces.h"
#include "query.h"

int main(int argc, char **argv)
{
	if (argc != 2 || getuid() != 0)
		throw std::runtime_error("usage: query-changing SETUID-COPY, as root");
	changing::create();
	constexpr double seconds = 3;
	const Descriptor ns("/proc/self/ns/pid");
	const int proc = namespaces::mount_proc(ns, {{"hidepid", "2"}});
	const pid_t child = changing::start(argv[1], 0);
	int shown = 0, hidden = 0, wrong = 0;

	reader::become("alice", {});
	const Descriptor fd(proc, "psinfo");
	psinfo_query query = whole_query();
	query.groups = PSINFO_GROUP_CRED;
	filter_by_pid(query, child);
	changing::changes[0].wanted = 1u << 31;
	for (const double end = process::now() + seconds; process::now() < end;) {
		const auto found = pass(fd, query, 1).records;
		++(found.empty() ? hidden : shown);
		for (const auto &record : found)
			wrong += record.uid != process::alice || record.euid != process::alice ||
				 record.egid != process::alice;
	}
	std::printf("%u changes; shown %d times, hidden %d times, shown as root %d times\n",
		    changing::changes[0].done.load(), shown, hidden, wrong);
	if (!shown || !hidden || wrong)
		throw std::runtime_error("it must be shown as hers, and hidden, and never be shown as root");
	return 0;
}
