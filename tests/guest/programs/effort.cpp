// SPDX-License-Identifier: GPL-2.0
// effort LISTING, effort run COMMAND ARGUMENT...: the kernel's work for one listing
// (listings.h) from open to close, or for a command from execve() to exit. Prints
// "CALLS BYTES ALLOCATIONS": the system calls, the bytes returned by read() and the
// query, and the kernel's allocations (kmalloc, slab caches, pages). "-" means that
// this kernel cannot count it.
#include "listings.h"

#include <fstream>

#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>

namespace {

// The measured part is enclosed by two calls that are made nowhere else.
constexpr long marker = -4242;
void mark()
{
	syscall(SYS_getpgid, marker);
}

[[noreturn]] void be_measured(const std::string &what, char **command)
{
	if (command) {
		const int nowhere = open("/dev/null", O_WRONLY);
		dup2(nowhere, 1);
		mark();
		execvp(command[0], command);
		_exit(127);
	}
	listings::list_processes(what); // warm up
	mark();
	listings::list_processes(what);
	mark();
	_exit(0);
}

struct Calls {
	unsigned long long calls = 0, bytes = 0;
	bool is_inside = false, is_read = false;
	unsigned long long query = 0; // address of its psinfo_query

	void enter(const __ptrace_syscall_info &info)
	{
		const auto number = info.entry.nr;
		is_read = false;
		query = 0;
		if (number == SYS_getpgid && static_cast<int>(info.entry.args[0]) == marker) {
			is_inside = !is_inside;
			return;
		}
		calls += is_inside;
		is_read = is_inside && (number == SYS_read || number == SYS_pread64 || number == SYS_getdents64);
		if (is_inside && number == SYS_ioctl &&
		    static_cast<std::uint32_t>(info.entry.args[1]) == PSINFO_IOC_QUERY)
			query = info.entry.args[2];
	}
	void leave(pid_t child, const __ptrace_syscall_info &info)
	{
		if (is_read && info.exit.rval > 0)
			bytes += static_cast<unsigned long long>(info.exit.rval);
		psinfo_query answer{};
		const iovec here{&answer, sizeof(answer)};
		const iovec there{reinterpret_cast<void *>(static_cast<std::uintptr_t>(query)), sizeof(answer)};
		if (query && process_vm_readv(child, &here, 1, &there, 1, 0) == static_cast<ssize_t>(sizeof(answer)))
			bytes += std::uint64_t{answer.nr_records} * answer.record_size;
	}
};

// Uses PTRACE_SYSCALL, which is exact but slow.
Calls trace(const std::string &what, char **command)
{
	const pid_t child = fork();
	if (child == 0) {
		ptrace(PTRACE_TRACEME);
		raise(SIGSTOP);
		be_measured(what, command);
	}
	int status = 0;
	if (child < 0 || waitpid(child, &status, 0) < 0 || !WIFSTOPPED(status))
		throw failure("fork");
	ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC);

	Calls calls;
	for (int signal = 0;;) {
		ptrace(PTRACE_SYSCALL, child, 0, signal);
		if (waitpid(child, &status, 0) < 0)
			throw failure("waitpid");
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
			return calls;
		if (!WIFSTOPPED(status))
			throw std::runtime_error(what + " failed");
		signal = WSTOPSIG(status) < SIGTRAP ? WSTOPSIG(status) : 0;
		if (WSTOPSIG(status) != (SIGTRAP | 0x80))
			continue;
		__ptrace_syscall_info info{};
		ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof(info), &info);
		if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
			calls.enter(info);
		else
			calls.leave(child, info);
	}
}

// ---- allocations ------------------------------------------------------------

const std::string tracing = "/sys/kernel/tracing";

bool write_to(const std::string &file, const std::string &text)
{
	std::ofstream stream(tracing + "/" + file);
	stream << text << std::flush;
	return stream.good();
}

// The events in the ring buffers of all CPUs, including overwritten ones
unsigned long long events_so_far()
{
	unsigned long long events = 0;
	for (int cpu = 0;; ++cpu) {
		std::ifstream stats(tracing + "/per_cpu/cpu" + std::to_string(cpu) + "/stats");
		if (!stats)
			return events;
		std::string word;
		unsigned long long value;
		while (stats >> word)
			if ((word == "entries:" || word == "overrun:") && stats >> value)
				events += value;
	}
}

constexpr const char *events[] = {"kmem/kmalloc", "kmem/kmalloc_node", "kmem/kmem_cache_alloc",
				  "kmem/kmem_cache_alloc_node", "kmem/mm_page_alloc"};

void enable(const char *value)
{
	for (const auto *event : events) // newer kernels lack some of them
		write_to(std::string("events/") + event + "/enable", value);
}

// Counts allocations of a child, which waits until it is traced.
std::optional<unsigned long long> count_allocations(const std::string &what, char **command)
{
	mount("tracefs", tracing.c_str(), "tracefs", 0, nullptr);
	if (access((tracing + "/events/kmem").c_str(), F_OK) < 0)
		return std::nullopt;
	int go[2], done[2];
	if (pipe(go) < 0 || pipe(done) < 0)
		throw failure("pipe");
	const pid_t child = fork();
	if (child == 0) {
		char byte;
		const int nowhere = open("/dev/null", O_WRONLY);
		dup2(nowhere, 1);
		if (!command)
			listings::list_processes(what);
		[[maybe_unused]] auto got = write(done[1], "", 1);
		got = read(go[0], &byte, 1);
		if (command) {
			execvp(command[0], command);
			_exit(127);
		}
		listings::list_processes(what);
		got = write(done[1], "", 1);
		got = read(go[0], &byte, 1);
		_exit(0);
	}
	char byte;
	[[maybe_unused]] auto got = read(done[0], &byte, 1);
	write_to("set_event_pid", std::to_string(child));
	enable("1");
	write_to("trace", "");
	const auto before = events_so_far();
	got = write(go[1], "", 1);
	int status = 0;
	if (command)
		waitpid(child, &status, 0);
	else
		got = read(done[0], &byte, 1);
	const auto after = events_so_far();
	enable("0");
	write_to("set_event_pid", "");
	got = write(go[1], "", 1);
	if (!command)
		waitpid(child, &status, 0);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		throw std::runtime_error(what + " failed");
	return after - before;
}

} // namespace

int main(int argc, char **argv)
try {
	if (argc < 2)
		throw std::runtime_error("usage: effort LISTING, effort run COMMAND...");
	const std::string what = argv[1];
	char **command = what == "run" && argc > 2 ? argv + 2 : nullptr;
	std::fill(listings::buffer.begin(), listings::buffer.end(), 1);
	const auto calls = trace(what, command);
	const auto allocations = count_allocations(what, command);
	std::printf("%llu %llu %s\n", calls.calls, calls.bytes,
		    allocations ? std::to_string(*allocations).c_str() : "-");
	return 0;
} catch (const std::exception &error) {
	std::fprintf(stderr, "effort: %s\n", error.what());
	return 1;
}
