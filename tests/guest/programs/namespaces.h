// SPDX-License-Identifier: GPL-2.0
// PID namespaces, and mounts of their procfs that are not attached to any
// directory: they are descriptors to be used with openat().
//
//   const pid_t first = namespaces::start_first([] { pause(); });
//   const Descriptor ns(namespaces::path(first, "pid"));
//   const int proc = namespaces::mount_proc(ns, {{"hidepid", "2"}});
//   openat(proc, "psinfo", O_RDONLY);
#pragma once

#include "files.h"
#include "reader.h"

#include <string>
#include <utility>
#include <vector>

#include <sched.h>
#include <sys/mount.h>

namespace namespaces {

inline std::string path(pid_t pid, const char *kind)
{
	return "/proc/" + std::to_string(pid) + "/ns/" + kind;
}

// Starts a child that runs `body` and exits. It is killed when its parent exits,
// which may be outside of its PID namespace.
template <typename Body> pid_t start_unseeing(Body body)
{
	const pid_t child = fork();
	if (child < 0)
		process::die("fork");
	if (child > 0)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	body();
	_exit(0);
}

// Starts the first process of a new PID namespace with its own /proc.
template <typename Body> pid_t start_first(Body body)
{
	const Descriptor home("/proc/self/ns/pid");
	process::need(unshare(CLONE_NEWPID) == 0, "unshare");
	const pid_t first = start_unseeing([&] {
		process::need(unshare(CLONE_NEWNS) == 0, "unshare");
		process::need(mount("", "/", "", MS_REC | MS_PRIVATE, nullptr) == 0, "mount /");
		process::need(mount("proc", "/proc", "proc", 0, nullptr) == 0, "mount /proc");
		body();
	});
	process::need(setns(home, CLONE_NEWPID) == 0, "setns");
	return first;
}

// Starts another process in an existing namespace.
template <typename Body> pid_t start_in(int pid_ns, Body body)
{
	const Descriptor home("/proc/self/ns/pid");
	process::need(setns(pid_ns, CLONE_NEWPID) == 0, "setns");
	const pid_t child = start_unseeing(body);
	process::need(setns(home, CLONE_NEWPID) == 0, "setns");
	return child;
}

using Options = std::vector<std::pair<std::string, std::string>>;

// Mounts the procfs of the caller's PID namespace.
inline int mount_own_proc(const Options &options)
{
	const int context = fsopen("proc", FSOPEN_CLOEXEC);
	process::need(context >= 0, "fsopen");
	for (const auto &[key, value] : options)
		process::need(fsconfig(context, FSCONFIG_SET_STRING, key.c_str(), value.c_str(), 0) == 0, key.c_str());
	process::need(fsconfig(context, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0, "fsconfig");
	const int made = fsmount(context, FSMOUNT_CLOEXEC, 0);
	process::need(made >= 0, "fsmount");
	close(context);
	return made;
}

// Mounts that of another one; `prepare` may enter other namespaces first.
template <typename Prepare> int mount_proc(int pid_ns, const Options &options, Prepare prepare)
{
	process::SocketPair line;
	const pid_t child = start_in(pid_ns, [&] {
		prepare();
		reader::send_descriptor(line.theirs, mount_own_proc(options));
	});
	line.close_theirs();
	const int made = reader::receive_descriptor(line.mine);
	waitpid(child, nullptr, 0);
	return made;
}

inline int mount_proc(int pid_ns, const Options &options)
{
	return mount_proc(pid_ns, options, [] {});
}

} // namespace namespaces
