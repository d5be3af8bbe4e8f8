// SPDX-License-Identifier: GPL-2.0
// query-stall WHAT: blocks a query while it writes to its buffer, at a page that
// is provided later (userfaultfd), and meanwhile:
//
//	memory		prints "held KIB of N": by how much the kernel's memory has
//			grown when nearly all of N records have been written
//	possible	prints "yes" if this kernel supports it
//	forever		prints "stalled", and waits until it is killed
#include "memory.h"
#include "process.h"
#include "query.h"

#include <atomic>
#include <functional>
#include <iostream>
#include <thread>

#include <linux/userfaultfd.h>
#include <poll.h>
#include <sys/mman.h>

namespace {

const std::size_t page_size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));

// Memory whose last page but one is missing until give() is called
class Gap {
public:
	explicit Gap(std::size_t before)
		: start_(before / page_size * page_size),
		  size_(start_ + 2 * page_size),
		  memory_(static_cast<char *>(
			  mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))),
		  fd_(static_cast<int>(syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK)))
	{
		if (memory_ == MAP_FAILED || fd_ < 0)
			throw failure("userfaultfd");
		for (std::size_t at = 0; at < start_; at += page_size)
			memory_[at] = 1;
		uffdio_api api = {UFFD_API, 0, 0};
		uffdio_register area = {};
		area.range = range();
		area.mode = UFFDIO_REGISTER_MODE_MISSING;
		if (ioctl(fd_, UFFDIO_API, &api) < 0 || ioctl(fd_, UFFDIO_REGISTER, &area) < 0)
			throw failure("userfaultfd");
	}

	void wait_for_somebody() const
	{
		pollfd event = {fd_, POLLIN, 0};
		uffd_msg message;
		if (poll(&event, 1, 30000) != 1 || read(fd_, &message, sizeof(message)) != sizeof(message))
			throw std::runtime_error("nobody came to the gap");
	}

	void give() const
	{
		uffdio_zeropage zero = {};
		zero.range = range();
		if (ioctl(fd_, UFFDIO_ZEROPAGE, &zero) < 0)
			throw failure("UFFDIO_ZEROPAGE");
	}

	char *memory() const { return memory_; }
	std::size_t start() const { return start_; }
	std::size_t size() const { return size_; }

private:
	uffdio_range range() const { return {reinterpret_cast<std::uintptr_t>(memory_) + start_, page_size}; }

	std::size_t start_, size_;
	char *memory_;
	int fd_;
};

// Queries all records in a thread. Calls before() first, and meanwhile() while the
// query is blocked after `records_before` records. Returns the answer.
psinfo_query ask_and_meanwhile(std::uint32_t records_before, const std::function<void()> &before,
			       const std::function<void()> &meanwhile)
{
	const Gap gap(std::size_t{records_before} * sizeof(psinfo_record));
	const Descriptor fd(psinfo_path);
	psinfo_query query = whole_query();
	query.groups = all_groups;
	query.records = reinterpret_cast<std::uintptr_t>(gap.memory());
	query.record_size = sizeof(psinfo_record);
	query.capacity = static_cast<std::uint32_t>(gap.size() / sizeof(psinfo_record));
	std::atomic<int> turn{0}, error{0};
	std::thread asker([&] {
		turn = 1;
		turn.notify_one();
		turn.wait(1);
		error = ask(fd, query);
		turn = 3;
		turn.notify_one();
		turn.wait(3);
	});
	turn.wait(0);
	before();
	turn = 2;
	turn.notify_one();
	gap.wait_for_somebody();
	meanwhile();
	gap.give();
	turn.wait(2);
	turn = 4;
	turn.notify_one();
	asker.join();
	errno = error;
	if (error)
		throw failure("PSINFO_IOC_QUERY");
	return query;
}

void tell_memory()
{
	long least = -1;
	const std::uint32_t all = sum(ask_totals(Descriptor(psinfo_path)).processes);
	// Other processes may allocate memory meanwhile: take the minimum.
	for (int i = 0; i < 5; ++i) {
		long before = 0, during = 0;
		ask_and_meanwhile(
			all - 20, [&] { before = kernel_memory(); }, [&] { during = kernel_memory(); });
		if (least < 0 || during - before < least)
			least = std::max(during - before, 0l);
	}
	std::cout << "held " << least << " of " << all << std::endl;
}

} // namespace

int main(int argc, char **argv)
{
	const std::string what = argc > 1 ? argv[1] : "";
	if (what == "memory") {
		tell_memory();
	} else if (what == "possible") {
		ask_and_meanwhile(
			0, [] {}, [] {});
		std::cout << "yes" << std::endl;
	} else if (what == "forever") {
		ask_and_meanwhile(
			20, [] {},
			[] {
				std::cout << "stalled" << std::endl;
				process::sleep_forever();
			});
	} else {
		throw std::runtime_error("usage: query-stall memory|possible|forever");
	}
	return 0;
}
