// SPDX-License-Identifier: GPL-2.0
// Creates processes of every kind. Each function returns when /proc shows the
// promised state, with the PIDs listed in its comment. The processes live until
// the program that created them exits, unless noted otherwise.
#pragma once

#include "made.h"
#include "odd-kinds.h"

#include <thread>

#include <linux/sched.h>
#include <sched.h>
#include <sys/ptrace.h>

// --- One state each -----------------------------------------------------------

// PID of a process that is always runnable.
inline Pids make_running(const Names &names)
{
	const pid_t pid = spawn(names[0], burn_forever);
	wait_for_name(pid, names[0]);
	wait_for_state(pid, 'R');
	return {pid};
}

// PIDs of processes that wait for a signal, one for each name.
inline Pids make_sleeping(const Names &names)
{
	Pids pids;
	for (const auto &name : names)
		pids.push_back(spawn(name, sleep_forever));
	for (const pid_t pid : pids)
		wait_for_state(pid, 'S');
	return pids;
}

inline int sleep_beside_parent(void *pids)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	static_cast<const process::Pipe *>(pids)->send(getpid());
	sleep_forever();
}

// PIDs of a process that sleeps uninterruptibly in vfork(), and of its child.
inline Pids make_vfork(const Names &names)
{
	process::Pipe pids;
	const pid_t parent = spawn(names[0], [&] {
		alignas(16) static char stack[65536];
		clone(sleep_beside_parent, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, &pids);
	});
	const pid_t child = pids.receive<pid_t>(names[0]);
	wait_for_state(parent, 'D');
	wait_for_state(child, 'S');
	return {parent, child};
}

// PID of a process that has stopped itself.
inline Pids make_stopped(const Names &names)
{
	const pid_t pid = spawn(names[0], [] { raise(SIGSTOP); });
	waitpid(pid, nullptr, WUNTRACED);
	wait_for_state(pid, 'T');
	return {pid};
}

// PID of a process that is traced by this program and stopped.
inline Pids make_traced(const Names &names)
{
	const pid_t pid = spawn(names[0], [] {
		ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
		raise(SIGSTOP);
	});
	waitpid(pid, nullptr, 0);
	wait_for_state(pid, 't');
	return {pid};
}

// PID of a process that has exited and is not reaped.
inline Pids make_zombie(const Names &names)
{
	const pid_t pid = spawn(names[0], [] {});
	wait_for_state(pid, 'Z');
	return {pid};
}

// PID of a process whose first thread has exited while another one sleeps.
inline Pids make_zombie_leader(const Names &names)
{
	const pid_t pid = spawn(names[0], [] {
		process::add_sleeping_thread();
		syscall(SYS_exit, 0);
	});
	wait_for_state(pid, 'Z');
	return {pid};
}

// --- Parents and children -------------------------------------------------------

// PIDs of a child, and of its parent, which has the given name and sleeps.
inline Pids make_child(const Names &names)
{
	process::Pipe pids;
	const pid_t parent = spawn(names[0], [&] {
		pids.send(spawn("psinfo-child", sleep_forever));
		sleep_forever();
	});
	const pid_t child = pids.receive<pid_t>(names[0]);
	wait_for_state(child, 'S');
	return {child, parent};
}

// PIDs of a child that is traced by a process other than its parent, of its
// parent, which has the given name, and of the tracer.
inline Pids make_traced_by_other(const Names &names)
{
	const Pids family = make_child(names);
	if (ptrace(PTRACE_SEIZE, family[0], nullptr, nullptr) < 0 ||
	    ptrace(PTRACE_INTERRUPT, family[0], nullptr, nullptr) < 0)
		throw failure("ptrace");
	waitpid(family[0], nullptr, __WALL);
	wait_for_state(family[0], 't');
	return {family[0], family[1], getpid()};
}

// PID of a process whose parent has exited. It does not end with this program.
inline Pids make_orphan(const Names &names)
{
	process::Pipe pids;
	const pid_t parent = spawn("psinfo-gone", [&] {
		const pid_t child = fork();
		if (child > 0) {
			pids.send(child);
			return;
		}
		process::set_name(names[0].c_str());
		sleep_forever();
	});
	const pid_t child = pids.receive<pid_t>(names[0]);
	waitpid(parent, nullptr, 0);
	wait_for_name(child, names[0]);
	return {child};
}

// PIDs of a process whose parent has exited, and of its subreaper, which has
// the given name.
inline Pids make_orphan_with_subreaper(const Names &names)
{
	process::Pipe pids;
	const pid_t reaper = spawn(names[0], [&] {
		prctl(PR_SET_CHILD_SUBREAPER, 1);
		pids.send(make_orphan({"psinfo-orphan"})[0]);
		sleep_forever();
	});
	return {pids.receive<pid_t>(names[0]), reaper};
}

// PIDs of a process whose parent has exited, and of that parent, a zombie with
// the given name. The first does not end with this program.
inline Pids make_zombies_child(const Names &names)
{
	process::Pipe pids;
	const pid_t zombie = spawn(names[0], [&] {
		const pid_t child = fork();
		if (child > 0) {
			pids.send(child);
			return;
		}
		sleep_forever();
	});
	const pid_t child = pids.receive<pid_t>(names[0]);
	wait_for_state(zombie, 'Z');
	return {child, zombie};
}

// PIDs of a process that was forked by a thread, and of the process of that
// thread, which has the given name; the thread has a different one.
inline Pids make_threads_child(const Names &names)
{
	process::Pipe pids;
	const pid_t parent = spawn(names[0], [&] {
		std::thread([&] {
			process::set_name("psinfo-thread");
			pids.send(spawn("psinfo-child", sleep_forever));
			sleep_forever();
		}).detach();
		sleep_forever();
	});
	const pid_t child = pids.receive<pid_t>(names[0]);
	wait_for_state(child, 'S');
	return {child, parent};
}

// PIDs of a process whose parent is a zombie leader with a living thread, and of
// that parent, which has the given name. The first does not end with this program.
inline Pids make_zombie_leaders_child(const Names &names)
{
	process::Pipe pids;
	const pid_t parent = spawn(names[0], [&] {
		const pid_t child = fork();
		if (child == 0)
			sleep_forever();
		pids.send(child);
		process::add_sleeping_thread();
		syscall(SYS_exit, 0);
	});
	const pid_t child = pids.receive<pid_t>(names[0]);
	wait_for_state(parent, 'Z');
	return {child, parent};
}

// PIDs of a process, its parent, two siblings, two children and a grandchild.
inline Pids make_family(const Names &)
{
	process::Pipe of_parent, of_self, of_child;
	const pid_t parent = spawn("psinfo-parent", [&] {
		of_parent.send(spawn("psinfo-brother", sleep_forever));
		of_parent.send(spawn("psinfo-self", [&] {
			of_self.send(spawn("psinfo-son", sleep_forever));
			of_self.send(spawn("psinfo-daughter", [&] {
				of_child.send(spawn("psinfo-grand", sleep_forever));
				sleep_forever();
			}));
			sleep_forever();
		}));
		of_parent.send(spawn("psinfo-sister", sleep_forever));
		sleep_forever();
	});
	const pid_t brother = of_parent.receive<pid_t>("the family"), self = of_parent.receive<pid_t>("the family"),
		    sister = of_parent.receive<pid_t>("the family");
	const pid_t son = of_self.receive<pid_t>("the family"), daughter = of_self.receive<pid_t>("the family"),
		    grand = of_child.receive<pid_t>("the family");
	for (const pid_t pid : {parent, brother, self, sister, son, daughter, grand})
		wait_for_state(pid, 'S');
	return {self, parent, brother, sister, son, daughter, grand};
}

// --- By name -------------------------------------------------------------------

struct Kind {
	const char *name;
	Pids (*make)(const Names &names);
};

inline constexpr Kind kinds[] = {
	{"running", make_running},
	{"sleeping", make_sleeping},
	{"vfork", make_vfork},
	{"stopped", make_stopped},
	{"traced", make_traced},
	{"zombie", make_zombie},
	{"zombie-leader", make_zombie_leader},
	{"child", make_child},
	{"traced-by-other", make_traced_by_other},
	{"orphan", make_orphan},
	{"orphan-with-subreaper", make_orphan_with_subreaper},
	{"zombies-child", make_zombies_child},
	{"threads-child", make_threads_child},
	{"zombie-leaders-child", make_zombie_leaders_child},
	{"family", make_family},
	{"odd", make_odd},
	{"swapped", make_swapped},
};

inline Kind kind_called(const std::string &name)
{
	for (const auto &kind : kinds)
		if (name == kind.name)
			return kind;
	throw std::runtime_error("there is no kind of process called " + name);
}
