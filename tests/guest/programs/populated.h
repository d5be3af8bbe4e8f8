// SPDX-License-Identifier: GPL-2.0
// PID namespaces with processes of all owners, privileges and states: the initial one, and
// those started by start_child() and start_hers(). Each except hers contains the cast of
// cast.h, a process with threads, and two of changing.h.
#pragma once

#include "cast.h"
#include "changing.h"
#include "namespaces.h"

namespace populated {

using process::hear;
using process::say;
using process::SocketPair;

constexpr gid_t group_in_hers = 2;

inline void sleep_beside_threads()
{
	for (int i = 0; i < 3; ++i)
		process::add_sleeping_thread();
	process::sleep_forever();
}

inline void start_more(const char *setuid_copy, int index)
{
	process::start_named("a-threads", cast::become_alice, sleep_beside_threads);
	changing::start(setuid_copy, 2 * index);
	changing::start(setuid_copy, 2 * index + 1);
}

// Their user namespace maps only the ids 0, 1 and 2.
inline void start_all_of_hers()
{
	constexpr uid_t hers_bob = 1;

	process::start_named("h-root", [] {});
	process::start_named("h-bob", [] { process::become(hers_bob); });
	process::start_named("h-undumpable", [] { prctl(PR_SET_DUMPABLE, 0); });
	process::start_named("h-userns", [] {
		process::need(unshare(CLONE_NEWUSER) == 0, "unshare");
		prctl(PR_SET_DUMPABLE, 1);
	});
	process::start_named(
		"h-threads", [] {}, sleep_beside_threads);
	wait_for_state(process::start_named(
			       "h-zombie", [] {}, cast::end_at_once),
		       'Z');
	wait_for_state(process::start_named(
			       "h-lost-leader", [] {}, cast::leave_to_a_thread),
		       'Z');
}

struct Namespace {
	const char *name;
	pid_t first; // its first process, seen from outside
	int truth; // a mount that hides nothing
	std::vector<pid_t> parents; // processes with children in it

	std::string file(const char *kind) const { return namespaces::path(first, kind); }
};

inline pid_t start_child(const char *setuid_copy, const std::string &cast_copy, int index)
{
	SocketPair line;
	const pid_t first = namespaces::start_first([&] {
		process::set_name("first");
		cast::play_all(cast_copy);
		start_more(setuid_copy, index);
		say(line.theirs);
		process::sleep_forever();
	});
	line.close_theirs();
	hear(line.mine, "a PID namespace");
	return first;
}

inline pid_t start_hers()
{
	SocketPair line, inside;
	const pid_t owner = process::start([&] {
		process::become(process::alice);
		process::need(unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS) == 0, "unshare");
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_DUMPABLE, 1);
		say(line.theirs);
		hear(line.theirs, "the main process");
		const pid_t first = namespaces::start_unseeing([&] {
			process::become(0);
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			process::need(mount("", "/", "", MS_REC | MS_PRIVATE, nullptr) == 0, "mount /");
			process::need(mount("proc", "/proc", "proc", 0, nullptr) == 0, "mount /proc");
			process::set_name("first");
			start_all_of_hers();
			say(inside.theirs);
			process::sleep_forever();
		});
		process::need(write(line.theirs, &first, sizeof(first)) == sizeof(first), "write");
		process::sleep_forever();
	});
	line.close_theirs();
	inside.close_theirs();
	hear(line.mine, "the owner of a namespace");
	const std::string directory = "/proc/" + std::to_string(owner);
	for (const char *map : {"/uid_map", "/gid_map"})
		reader::write_to((directory + map).c_str(), "0 1000 1\n1 1001 1\n2 2000 1\n");
	say(line.mine);
	pid_t first;
	process::need(read(line.mine, &first, sizeof(first)) == sizeof(first), "the owner of a namespace");
	hear(inside.mine, "the namespace of hers");
	return first;
}

inline void enter_user_namespace(const Namespace &where)
{
	const Descriptor mounts(where.file("mnt")), users(where.file("user"));
	process::need(setns(users, CLONE_NEWUSER) == 0, "setns");
	process::need(setns(mounts, CLONE_NEWNS) == 0, "setns");
}

inline bool is_hers(const Namespace &where)
{
	return std::string_view(where.name) == "hers";
}

inline int mount_there(const Namespace &where, const namespaces::Options &options)
{
	const Descriptor ns(where.file("pid"));
	return namespaces::mount_proc(ns, options, [&] {
		if (is_hers(where))
			enter_user_namespace(where);
	});
}

} // namespace populated
