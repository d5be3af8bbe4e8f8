// SPDX-License-Identifier: GPL-2.0
// crowd N [THREADS [UID]]: creates N sleeping processes with THREADS threads each
// (default 1), owned by that user and group, prints "ready", and kills and reaps them
// on SIGTERM. They share one address space to save memory.
#include "files.h"

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace {

constexpr std::size_t stack_size = 4096;

int sleep_forever(void *)
{
	for (;;)
		pause();
}

int threads = 1;
uid_t user = 0;
std::atomic<int> are_ready;

// A process that changes its user is no longer dumpable, which would hide it from that user.
void become_user()
{
	if (syscall(SYS_setresgid, user, user, user) < 0 || syscall(SYS_setresuid, user, user, user) < 0 ||
	    prctl(PR_SET_DUMPABLE, 1) < 0)
		_exit(1);
}

// The stacks of its threads are below its own.
int sleep_until_killed(void *own_stack)
{
	if (user)
		become_user();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int i = 1; i < threads; ++i)
		if (clone(sleep_forever, static_cast<char *>(own_stack) - stack_size * static_cast<std::size_t>(i),
			  CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD, nullptr) < 0)
			_exit(1);
	are_ready++;
	return sleep_forever(nullptr);
}

} // namespace

int main(int argc, char **argv)
{
	const int wanted = argc > 1 ? std::atoi(argv[1]) : 0;
	threads = argc > 2 ? std::atoi(argv[2]) : 1;
	user = argc > 3 ? static_cast<uid_t>(std::atoi(argv[3])) : 0;
	if (wanted < 1 || threads < 1)
		throw std::runtime_error("usage: crowd N [THREADS [UID]]");
	sigset_t end;
	sigemptyset(&end);
	sigaddset(&end, SIGTERM);
	sigprocmask(SIG_BLOCK, &end, nullptr);

	const std::size_t each = stack_size * static_cast<std::size_t>(threads);
	const std::size_t size = each * static_cast<std::size_t>(wanted);
	void *stacks = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (stacks == MAP_FAILED)
		throw failure("mmap");
	prctl(PR_SET_NAME, "psinfo-crowd");

	std::vector<pid_t> pids;
	for (int i = 1; i <= wanted; ++i) {
		char *stack = static_cast<char *>(stacks) + each * static_cast<std::size_t>(i);
		const pid_t pid = clone(sleep_until_killed, stack, CLONE_VM | SIGCHLD, stack);
		if (pid < 0)
			throw failure("clone");
		pids.push_back(pid);
	}
	while (are_ready < wanted && waitpid(-1, nullptr, WNOHANG) == 0)
		usleep(1000);
	if (are_ready < wanted)
		throw std::runtime_error("a process ended by itself");
	std::puts("ready");
	std::fflush(stdout);

	int signal;
	sigwait(&end, &signal);
	for (const pid_t pid : pids)
		kill(pid, SIGKILL);
	while (wait(nullptr) > 0)
		continue;
	return 0;
}
