// SPDX-License-Identifier: GPL-2.0
// failing each DEED [FILE]: repeats an operation with fault injection ("fail-nth" of
// /proc/<pid>): its first allocation fails, then its second, ... until none is left.
// Each time the operation must succeed or fail with ENOMEM, or with EFAULT if a copy
// from or to user space fails. After each fault it must succeed.
//
// failing often DEED TIMES: the same, but allocations fail at random, as configured
// in /sys/kernel/debug/failslab and fail_page_alloc.
//
//	read      opens /proc/psinfo, reads it in small pieces and seeks back
//	alice     the same as alice, whose memory is accounted
//	query     passes with all groups, over processes and over threads
//	totals    totals only, and PSINFO_IOC_INFO
//	columns   sets the parameter columns, and sets it back
//	load      loads and unloads the module in FILE, which must not be loaded
//
// Prints "faults N errors N": the faults injected, and the operations that failed.
#include "process.h"
#include "query.h"

#include <functional>
#include <iostream>
#include <map>

#include <fcntl.h>
#include <sys/mman.h>

namespace {

constexpr const char *columns_file = "/sys/module/psinfo/parameters/columns";
char buffer[1 << 16];
psinfo_record records[64];
std::string module; // the contents of the file

[[noreturn]] void fail(const std::string &what)
{
	std::cerr << "failing: " << what << "\n";
	_exit(1);
}

int close_with(int fd, int error)
{
	close(fd);
	return error;
}

// ---- operations, which return 0 or errno --------------------------------------

int read_all()
{
	const int fd = open(psinfo_path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	for (const std::size_t piece : {1000, 60000}) {
		ssize_t got, sum = 0;
		while ((got = read(fd, buffer, piece)) > 0)
			sum += got;
		if (got < 0)
			return close_with(fd, errno);
		if (sum < 500 || buffer[0] == 0)
			fail("a table of " + std::to_string(sum) + " bytes");
		if (lseek(fd, 0, SEEK_SET) < 0)
			return close_with(fd, errno);
	}
	return close_with(fd, 0);
}

int pass_all()
{
	const int fd = open(psinfo_path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	for (const std::uint32_t flags : {0u, static_cast<unsigned>(PSINFO_QUERY_THREADS)}) {
		psinfo_query query = whole_query();
		query.groups = all_groups;
		query.flags = flags;
		set_buffer(query, records, std::size(records));
		std::uint32_t sum = 0;
		do {
			if (const int error = ask(fd, query))
				return close_with(fd, error);
			sum += query.nr_records;
		} while (query.cursor);
		if (sum < 5)
			fail("a pass of " + std::to_string(sum) + " records");
	}
	return close_with(fd, 0);
}

int totals_and_info()
{
	const int fd = open(psinfo_path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	psinfo_query query = whole_query();
	query.flags = PSINFO_QUERY_TOTALS_ONLY;
	if (const int error = ask(fd, query))
		return close_with(fd, error);
	psinfo_info info = {};
	info.size = sizeof(info);
	return close_with(fd, ioctl(fd, PSINFO_IOC_INFO, &info) ? errno : 0);
}

int set_columns_to(const char *list)
{
	const int fd = open(columns_file, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	const bool done = write(fd, list, std::strlen(list)) > 0;
	return close_with(fd, done ? 0 : errno);
}

int set_columns()
{
	for (const char *list : {"all", "pid,name,stat,parent"})
		if (const int error = set_columns_to(list))
			return error;
	return 0;
}

int load_and_unload()
{
	// Not finit_module(): the kernel logs a warning if it fails to read the file.
	if (syscall(SYS_init_module, module.data(), module.size(), ""))
		return errno;
	return syscall(SYS_delete_module, "psinfo", O_NONBLOCK) ? errno : 0;
}

const std::map<std::string, std::function<int()>> deeds = {
	{"read", read_all},	     {"alice", read_all},      {"query", pass_all},
	{"totals", totals_and_info}, {"columns", set_columns}, {"load", load_and_unload},
};

// ---- faults --------------------------------------------------------------------

class Switch {
public:
	explicit Switch(const char *path) : fd_(open(path, O_RDWR | O_CLOEXEC)) { process::need(fd_ >= 0, path); }
	void set(int number) const
	{
		const std::string text = std::to_string(number);
		// The fault may hit this write.
		ssize_t done;
		while ((done = pwrite(fd_, text.data(), text.size(), 0)) < 0 && errno == EFAULT)
			continue;
		process::need(done > 0, "fault injection");
	}
	int get() const
	{
		// The fault may hit this read; then it was still pending.
		char text[20] = {};
		const ssize_t got = pread(fd_, text, sizeof(text) - 1, 0);
		process::need(got > 0 || errno == EFAULT, "fault injection");
		return got > 0 ? std::atoi(text) : 1;
	}

private:
	int fd_;
};

void judge(const std::string &name, int error, long at)
{
	if (error && error != ENOMEM && error != EFAULT)
		fail(name + ", fault " + std::to_string(at) + ": " + std::strerror(error));
}

// An operation that has failed half-way must not affect the next one.
void must_work(const std::string &name, long at)
{
	if (const int error = name == "load" && access(columns_file, F_OK) == 0 ? EBUSY : deeds.at(name)())
		fail(name + " after fault " + std::to_string(at) + ": " + std::strerror(error));
}

void each(const std::string &name)
{
	const Switch nth("/proc/thread-self/fail-nth");
	int errors = 0;
	for (int i = 1;; ++i) {
		nth.set(i);
		const int error = deeds.at(name)();
		const int left = nth.get();
		nth.set(0);
		judge(name, error, i);
		// It ended before the i-th possible fault.
		if (left) {
			if (error)
				fail(name + " fails without a fault: " + std::strerror(error));
			std::cout << "faults " << i - 1 << " errors " << errors << std::endl;
			return;
		}
		errors += error != 0;
		if (name == "load" && access(columns_file, F_OK) == 0)
			syscall(SYS_delete_module, "psinfo", O_NONBLOCK);
		must_work(name, i);
	}
}

void often(const std::string &name, int times)
{
	const Switch make_it_fail("/proc/self/make-it-fail");
	int errors = 0;
	for (int i = 0; i < times; ++i) {
		make_it_fail.set(1);
		const int error = deeds.at(name)();
		make_it_fail.set(0);
		judge(name, error, i);
		errors += error != 0;
		if (i % 16 == 0)
			must_work(name, i);
	}
	must_work(name, times);
	std::cout << "faults - errors " << errors << std::endl;
}

} // namespace

int main(int argc, char **argv)
{
	const std::string action = argc > 2 ? argv[1] : "", name = argc > 2 ? argv[2] : "";
	if (!deeds.count(name) || (action != "each" && action != "often") || (action == "often" && argc != 4)) {
		std::cerr << "failing: each DEED [FILE] | often DEED TIMES\n";
		return 2;
	}
	// Page faults of this program must not hit injected failures.
	mlockall(MCL_CURRENT | MCL_FUTURE);
	if (name == "load")
		module = read_if_there(argv[argc - 1]).value_or("");
	must_work(name, 0);
	if (name == "alice")
		process::become(process::alice);
	if (action == "each")
		each(name);
	else
		often(name, std::atoi(argv[3]));
	return 0;
}
