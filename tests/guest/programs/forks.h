// SPDX-License-Identifier: GPL-2.0
// Processes of a storm that fork, exit and call execve(). They execute the program itself,
// whose main() must call run_again().
#pragma once

#include "steady.h"

namespace storm {

constexpr int nr_loopers = 4;
inline const char *program; // the path of this program

inline void *exec_self(void *descriptor)
{
	const auto fd = reinterpret_cast<const char *>(descriptor);
	execl(program, program, "--looper", fd, nullptr);
	return nullptr;
}

// Executes this program again from a thread; the PID stays the same.
[[noreturn]] inline void loop(char *descriptor)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	// EPIPE: the storm has ended.
	if (write(std::atoi(descriptor), "x", 1) < 0 && errno != EAGAIN)
		_exit(1);
	pthread_t thread;
	pthread_create(&thread, nullptr, exec_self, descriptor);
	process::sleep_forever();
}

inline void *short_life(void *)
{
	process::nap(0.002);
	execl(program, program, "--exit", nullptr);
	return nullptr;
}

inline void one_child(unsigned kind)
{
	switch (kind % 4) {
	case 0:
		break;
	case 1:
		execl(program, program, "--exit", nullptr);
		break;
	case 2:
		// An orphan, whose parent changes while it lives.
		if (fork() == 0)
			process::nap(0.001);
		break;
	case 3:
		// The first thread is a zombie when another one takes its PID.
		pthread_t thread;
		pthread_create(&thread, nullptr, short_life, nullptr);
		pthread_exit(nullptr);
	}
	_exit(0);
}

inline void fork_forever()
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	process::set_name("storm-fork");
	for (unsigned i = 0;; ++i) {
		const pid_t child = fork();
		if (child == 0)
			one_child(i);
		if (child > 0)
			++counts().deeds;
		while (waitpid(-1, nullptr, i % 8 == 7 ? 0 : WNOHANG) > 0)
			continue;
	}
}

// Processes that call execve() from a thread in a loop, and the number of their calls
class Loopers {
public:
	Loopers()
	{
		process::need(pipe2(ends_, O_NONBLOCK) == 0, "pipe");
		fcntl(ends_[0], F_SETPIPE_SZ, 1 << 20);
	}

	void add(Storm &storm, std::vector<Steady> &steady) const
	{
		const std::string descriptor = std::to_string(ends_[1]);
		for (int i = 0; i < nr_loopers; ++i) {
			const pid_t pid = storm.add([&] {
				close(ends_[0]);
				execl(program, program, "--looper", descriptor.c_str(), nullptr);
			});
			steady.push_back({pid, {}});
		}
	}

	void print_count() const
	{
		std::string started(1 << 20, '\0');
		const ssize_t got = read(ends_[0], started.data(), started.size());
		std::cout << "execs " << std::max<ssize_t>(got, 0) << std::endl;
	}

private:
	int ends_[2];
};

// main() calls this first: it handles the arguments with which the program executes itself.
inline void run_again(int argc, char **argv)
{
	const std::string_view what = argc > 1 ? argv[1] : "";
	program = argv[0];
	if (what == "--exit")
		_exit(0);
	if (what == "--looper")
		loop(argv[2]);
}

} // namespace storm
