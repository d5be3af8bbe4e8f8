// SPDX-License-Identifier: GPL-2.0
// Processes with all owners, privileges and states that affect their visibility.
// Their names describe them. They exit with the process that started them.
#pragma once

#include "process.h"
#include "procfs.h"

#include <linux/capability.h>
#include <sched.h>

namespace cast {

using process::alice;
using process::bob;
using process::start_named;

inline void end_at_once()
{
	_exit(0);
}

inline void become_alice()
{
	process::become(alice);
}

inline void undumpable()
{
	become_alice();
	prctl(PR_SET_DUMPABLE, 0);
}

struct Ids {
	unsigned real = alice, effective = alice, saved = alice;
};

// Sets all ids to alice's, except those given.
inline void set_ids(const Ids &users, const Ids &groups = {})
{
	process::need(setgroups(0, nullptr) == 0, "setgroups");
	process::need(setresgid(groups.real, groups.effective, groups.saved) == 0, "setresgid");
	process::need(setresuid(users.real, users.effective, users.saved) == 0, "setresuid");
	prctl(PR_SET_DUMPABLE, 1);
}

// Becomes alice with a capability that she does not have.
inline void keep_capability()
{
	prctl(PR_SET_KEEPCAPS, 1);
	become_alice();
	__user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	__user_cap_data_struct data[2] = {};
	data[0].permitted = 1u << CAP_NET_RAW;
	process::need(syscall(SYS_capset, &header, data) == 0, "capset");
	prctl(PR_SET_DUMPABLE, 1);
}

inline void enter_user_namespace()
{
	become_alice();
	process::need(unshare(CLONE_NEWUSER) == 0, "unshare");
	prctl(PR_SET_DUMPABLE, 1);
}

// Exits the first thread and leaves another one running.
inline void leave_to_a_thread()
{
	process::add_sleeping_thread();
	syscall(SYS_exit, 0);
}

// Runs in the set-user-ID program: reports through the descriptor and sleeps.
inline int sleep_in_program(char **argv)
{
	process::set_name(argv[2]);
	process::die_with_parent(std::atoi(argv[4]));
	process::need(write(std::atoi(argv[3]), "x", 1) == 1, "write");
	process::sleep_forever();
}

inline void play_in_program(const char *program, const char *name)
{
	int ready[2];
	process::need(pipe(ready) == 0, "pipe");
	const std::string descriptor = std::to_string(ready[1]), parent = std::to_string(getpid());
	process::start([&] {
		become_alice();
		close(ready[0]);
		execl(program, program, "--sleep", name, descriptor.c_str(), parent.c_str(), nullptr);
		process::die(program);
	});
	close(ready[1]);
	char byte;
	if (read(ready[0], &byte, 1) != 1)
		process::die(std::string(name) + " did not get ready");
	close(ready[0]);
}

// Starts all of them. `setuid_copy` is a program owned by root and set-user-ID that
// calls sleep_in_program(); with the suffix ".plain" it is not set-user-ID.
inline void play_all(const std::string &setuid_copy)
{
	start_named("of-root", [] {});
	start_named("of-alice", become_alice, [] {
		start_named("child-of-alice", [] {});
		process::sleep_forever();
	});
	start_named("of-bob", [] { process::become(bob); });
	start_named("a-undumpable", undumpable);
	start_named("a-suid-0", [] { set_ids({.saved = 0}); });
	// Without any id of root they have no capabilities that would hide them.
	start_named("a-uid-bob", [] { set_ids({.real = bob}); });
	start_named("a-euid-bob", [] { set_ids({.effective = bob}); });
	start_named("a-suid-bob", [] { set_ids({.saved = bob}); });
	start_named("a-gid-bob", [] { set_ids({}, {.real = bob}); });
	start_named("a-egid-bob", [] { set_ids({}, {.effective = bob}); });
	start_named("a-sgid-bob", [] { set_ids({}, {.saved = bob}); });
	start_named("a-capability", keep_capability);
	start_named("a-userns", enter_user_namespace);
	wait_for_state(start_named("a-zombie", become_alice, end_at_once), 'Z');
	wait_for_state(start_named("a-zombie-undump", undumpable, end_at_once), 'Z');
	wait_for_state(start_named(
			       "b-zombie", [] { process::become(bob); }, end_at_once),
		       'Z');
	wait_for_state(start_named("a-lost-leader", become_alice, leave_to_a_thread), 'Z');
	wait_for_state(start_named("a-lost-undump", undumpable, leave_to_a_thread), 'Z');
	play_in_program(setuid_copy.c_str(), "a-set-uid");
	// The same file without the bit, for a process that stays hers after execve()
	play_in_program((setuid_copy + ".plain").c_str(), "a-exec");
}

} // namespace cast
