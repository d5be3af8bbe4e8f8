// SPDX-License-Identifier: GPL-2.0
// Process functions for the helper programs: children that are killed with
// their parent, pipes and memory shared with them, credentials, names.
#pragma once

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <initializer_list>
#include <new>
#include <string>
#include <type_traits>
#include <vector>

#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
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

// Returns the child's wait status: 0 if it has exited with 0.
inline int wait_for(pid_t child)
{
	int status;
	need(waitpid(child, &status, 0) == child, "waitpid");
	return status;
}

inline void end(const std::vector<pid_t> &children)
{
	for (const pid_t child : children)
		kill(child, SIGKILL);
	for (const pid_t child : children)
		waitpid(child, nullptr, 0);
}

// Memory that is shared with the processes forked after this, and never freed
template <typename T> T *share()
{
	void *memory = mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(memory != MAP_FAILED, "mmap");
	return new (memory) T{};
}

// A pipe between processes: one of them receives, the others send.
class Pipe {
public:
	Pipe() { need(pipe2(ends_, O_CLOEXEC) == 0, "pipe"); }
	~Pipe()
	{
		close(ends_[0]);
		close_sending();
	}
	Pipe(const Pipe &) = delete;
	Pipe &operator=(const Pipe &) = delete;

	template <typename T> void send(const T &value) const
	{
		static_assert(std::is_trivially_copyable_v<T>);
		need(write(ends_[1], &value, sizeof(value)) == sizeof(value), "write");
	}

	// Ends this process if all others that have the pipe have exited. `from` is
	// named in the error message.
	template <typename T> T receive(const std::string &from)
	{
		T value;
		close_sending();
		if (read(ends_[0], &value, sizeof(value)) != sizeof(value))
			die("nothing was received from " + from);
		return value;
	}

private:
	void close_sending()
	{
		if (ends_[1] >= 0)
			close(ends_[1]);
		ends_[1] = -1;
	}

	int ends_[2];
};

// Sends one byte.
inline void say(int fd, char byte = 'x')
{
	need(write(fd, &byte, 1) == 1, "write");
}

// Waits for one byte; ends this process if there is none. `from` is named in the error
// message.
inline void hear(int fd, const std::string &from)
{
	char byte;
	if (read(fd, &byte, 1) != 1)
		die("nothing was received from " + from);
}

// Two connected sockets, one for this process and one for a child
struct SocketPair {
	int mine, theirs;

	SocketPair()
	{
		int ends[2];
		need(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0, "socketpair");
		mine = ends[0];
		theirs = ends[1];
	}
	SocketPair(const SocketPair &) = delete;
	SocketPair &operator=(const SocketPair &) = delete;
	~SocketPair()
	{
		close(mine);
		close_theirs();
	}
	// To be called when the child has started, so that its exit is noticed.
	void close_theirs()
	{
		if (theirs >= 0)
			close(theirs);
		theirs = -1;
	}
};

// Starts a child with this name that calls prepare() and then(). It is prepared when
// this returns.
template <typename Prepare, typename Then> pid_t start_named(const char *name, Prepare prepare, Then then)
{
	const pid_t parent = getpid();
	Pipe ready;
	const pid_t child = start([&] {
		set_name(name);
		prepare();
		die_with_parent(parent); // cleared by changing the user
		ready.send('x');
		then();
	});
	ready.receive<char>(name);
	return child;
}

template <typename Prepare> pid_t start_named(const char *name, Prepare prepare)
{
	return start_named(name, prepare, sleep_forever);
}

// Starts a thread that sleeps until its process exits.
inline void add_sleeping_thread()
{
	pthread_t thread;
	errno = pthread_create(
		&thread, nullptr,
		[](void *) -> void * {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			sleep_forever();
		},
		nullptr);
	need(errno == 0, "pthread_create");
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
