// SPDX-License-Identifier: GPL-2.0
// see-self MOUNT CHANGE: becomes alice, not dumpable, and opens MOUNT/psinfo in a
// thread whose credentials are a new copy with the same values, because of CHANGE:
//
//   keepcaps	prctl(PR_SET_KEEPCAPS)
//   setresuid	setresuid() to its current ids
//
// Prints "seen" if the process has a record there, else "not seen".
#include "process.h"
#include "query.h"

#include <iostream>
#include <thread>

namespace {

// Changes only this thread; the libc function would change all threads.
long set_thread_uids(uid_t uid)
{
#ifdef SYS_setresuid32
	return syscall(SYS_setresuid32, uid, uid, uid);
#else
	return syscall(SYS_setresuid, uid, uid, uid);
#endif
}

bool sees_itself(const std::string &path)
{
	const Descriptor fd(path);
	psinfo_query query = whole_query();
	filter_by_pid(query, getpid());
	return !pass(fd, query, 4).records.empty();
}

} // namespace

int main(int argc, char **argv)
{
	if (argc != 3)
		throw std::runtime_error("usage: see-self MOUNT keepcaps|setresuid");
	const std::string path = std::string(argv[1]) + "/psinfo", change = argv[2];
	process::become(process::alice);
	prctl(PR_SET_DUMPABLE, 0);

	bool seen = false;
	std::string problem;
	std::thread([&] {
		try {
			if (change == "keepcaps")
				process::need(prctl(PR_SET_KEEPCAPS, 1) == 0, "PR_SET_KEEPCAPS");
			else if (change == "setresuid")
				process::need(set_thread_uids(process::alice) == 0, "setresuid");
			else
				throw std::runtime_error("there is no change '" + change + "'");
			seen = sees_itself(path);
		} catch (const std::exception &error) {
			problem = error.what();
		}
	}).join();
	if (!problem.empty())
		throw std::runtime_error(problem);
	std::cout << (seen ? "seen" : "not seen") << std::endl;
	return 0;
}
