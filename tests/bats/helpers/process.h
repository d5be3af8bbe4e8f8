// SPDX-License-Identifier: GPL-2.0
// Process functions for the helper programs: children that are killed with
// their parent, credentials, names.
#pragma once

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <initializer_list>
#include <string>
#include <vector>

#include <grp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace process {

constexpr uid_t root = 0, alice = 1000, bob = 1001;

[[noreturn]] inline void die(const std::string &what)
{
	const int error = errno;
	std::fprintf(stderr, "%s: %s\n", what.c_str(), std::strerror(error));
	_exit(3);
}

inline void need(bool done, const char *what)
{
	if (!done)
		die(what);
}

inline void set_name(const char *name)
{
	prctl(PR_SET_NAME, name);
}

[[noreturn]] inline void sleep_forever()
{
	for (;;)
		pause();
}

inline void die_with_parent(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
}

// Starts a child that runs `body` and exits, at the latest with its parent.
template <typename Body> pid_t start(Body body)
{
	const pid_t parent = getpid();
	const pid_t child = fork();
	if (child < 0)
		die("fork");
	if (child > 0)
		return child;
	die_with_parent(parent);
	body();
	_exit(0);
}

inline void end(const std::vector<pid_t> &children)
{
	for (const pid_t child : children)
		kill(child, SIGKILL);
	for (const pid_t child : children)
		waitpid(child, nullptr, 0);
}

// Sets all three user and group ids, and the supplementary groups. The
// process stays dumpable, as if the new user had started it.
inline void become(uid_t uid, const std::vector<gid_t> &groups = {})
{
	need(setgroups(groups.size(), groups.data()) == 0, "setgroups");
	need(setresgid(uid, uid, uid) == 0, "setresgid");
	need(setresuid(uid, uid, uid) == 0, "setresuid");
	prctl(PR_SET_DUMPABLE, 1);
}

inline double now()
{
	timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

inline void nap(double seconds)
{
	const auto whole = static_cast<time_t>(seconds);
	const timespec t = {whole, static_cast<long>((seconds - static_cast<double>(whole)) * 1e9)};
	nanosleep(&t, nullptr);
}

} // namespace process
