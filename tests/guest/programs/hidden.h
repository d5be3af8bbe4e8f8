// SPDX-License-Identifier: GPL-2.0
// Processes of alice, and others that are hidden from her through a mount of procfs with
// hidepid=2, as the descriptors of namespaces.h.
#pragma once

#include "checks.h"
#include "namespaces.h"
#include "query.h"

#include <functional>

namespace hidden {

// The name of processes that a reader must not see
constexpr const char *marker = "hidden-one";

using Body = std::function<void()>;

// Starts a child with this name and user; returns when its body begins.
inline pid_t start_as(const char *name, uid_t user, const Body &body = process::sleep_forever)
{
	return process::start_named(
		name, [=] { process::become(user); }, body);
}

inline pid_t start_stopped(const char *name, uid_t user)
{
	const pid_t child = start_as(name, user, [] { raise(SIGSTOP); });
	process::need(waitpid(child, nullptr, WUNTRACED) == child, "waitpid");
	return child;
}

inline pid_t start_zombie(const char *name, uid_t user)
{
	const pid_t child = start_as(name, user, [] { _exit(0); });
	siginfo_t info;
	process::need(waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT) == 0, "waitid");
	return child;
}

inline void sleep_beside_thread()
{
	process::add_sleeping_thread();
	process::sleep_forever();
}

// Runs `body` as the first process of a PID namespace, where no other processes
// are created or exit meanwhile.
inline void in_namespace(const Body &body)
{
	checks::expect(process::wait_for(namespaces::start_first(body)) == 0,
		       "what was done in a PID namespace failed");
}

// Runs `body` as alice, without privileges.
inline void as_alice(const Body &body)
{
	const pid_t child = process::start([&] {
		process::become(process::alice);
		body();
	});
	checks::expect(process::wait_for(child) == 0, "what was done as alice failed");
}

inline std::string text_of(int proc)
{
	return read_rest(Descriptor(proc, "psinfo"));
}

// Waits until the processes in a PID namespace are idle: two samples in a row must
// show all threads, and only the caller running, if it is one of them. Before that
// they may still be creating their threads.
inline void wait_until_idle(int proc, std::uint32_t nr_threads, std::uint32_t nr_running)
{
	psinfo_query query = whole_query();
	query.flags = PSINFO_QUERY_THREADS;
	const Descriptor fd(proc, "psinfo");
	for (int tries = 0, still = 0; tries < 200; ++tries) {
		const psinfo_query totals = ask_totals(fd, query);
		const bool is_still =
			sum(totals.threads) == nr_threads && totals.threads[PSINFO_STATE_RUNNING] == nr_running;
		still = is_still ? still + 1 : 0;
		if (still == 2)
			return;
		process::nap(0.1);
	}
	throw std::runtime_error("timed out waiting for the processes to be idle");
}

// Processes of alice, and hidden ones before, between and after them
struct Crowd {
	std::vector<pid_t> hidden, shown;
	std::size_t nr_with_threads = 0; // processes with a second thread

	void hide(int sleepers)
	{
		while (sleepers-- > 0)
			hidden.push_back(start_as(marker, process::bob));
		hidden.push_back(start_stopped(marker, process::bob));
		hidden.push_back(start_zombie(marker, process::root));
		hidden.push_back(start_as(marker, process::bob, sleep_beside_thread));
		++nr_with_threads;
	}
	void show()
	{
		shown.push_back(start_as("shown", process::alice));
		shown.push_back(start_stopped("shown-stopped", process::alice));
		shown.push_back(start_zombie("shown-zombie", process::alice));
		shown.push_back(start_as("shown-threads", process::alice, sleep_beside_thread));
		++nr_with_threads;
	}
	// To be called by their parent, the first process of the PID namespace.
	void settle(int proc) const
	{
		const auto nr_threads = nr_with_threads + shown.size() + hidden.size() + 1;
		wait_until_idle(proc, static_cast<std::uint32_t>(nr_threads), 1);
	}
};

} // namespace hidden
