// SPDX-License-Identifier: GPL-2.0
// fuzz-query CALLS [SEED]: makes CALLS ioctl() calls on /proc/psinfo with partly valid,
// partly random arguments: sizes, flags, filters, cursors, capacities, and pointers to
// memory that is unmapped, read-only, partly mapped, in the kernel, or overlaps the
// query itself. Two processes share the calls.
//
// Each call must succeed or fail with an error of the contract. A failed call leaves
// the query unchanged; a successful one writes exactly as much as it reports. Prints
// "calls N well N" and the number of each error.
#include "process.h"
#include "query.h"

#include <iostream>
#include <map>
#include <random>

#include <fcntl.h>
#include <sys/mman.h>

namespace {

// More threads than any guest has during this test
constexpr std::uint64_t most_tasks = 4096;

// Memory layout: writable pages, one read-only page, an unmapped one, two writable
// ones, and unmapped ones.
constexpr std::size_t page = 4096, nr_good = 64;
char *arena, *read_only, *missing, *last_good, *end_of_good;

void make_arena()
{
	const auto size = (nr_good + 6) * page;
	arena = static_cast<char *>(mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	process::need(arena != MAP_FAILED, "mmap");
	read_only = arena + nr_good * page;
	missing = read_only + page;
	last_good = missing + page;
	end_of_good = last_good + 2 * page;
	process::need(mprotect(read_only, page, PROT_READ) == 0, "mprotect");
	process::need(munmap(missing, page) == 0 && munmap(end_of_good, 2 * page) == 0, "munmap");
}

class Dice {
public:
	explicit Dice(std::uint64_t seed) : engine_(seed) {}
	std::uint64_t any() { return engine_(); }
	std::uint64_t below(std::uint64_t limit) { return engine_() % limit; }
	bool once_in(unsigned times) { return below(times) == 0; }
	// Boundary values
	std::uint64_t edge()
	{
		switch (below(8)) {
		case 0:
			return 0;
		case 1:
			return below(256);
		case 2:
			return INT32_MAX - below(3);
		case 3:
			return UINT32_MAX - below(3);
		case 4:
			return UINT64_MAX - below(5000);
		case 5:
			return 1ull << below(64);
		case 6:
			return (1ull << below(64)) - 1;
		default:
			return any();
		}
	}

private:
	std::mt19937_64 engine_;
};

std::uint64_t some_pointer(Dice &dice, char *query)
{
	const auto address = [](const void *at) { return reinterpret_cast<std::uintptr_t>(at); };
	switch (dice.below(12)) {
	case 0:
		return address(read_only) - dice.below(64); // runs into the read-only page
	case 1:
		return address(missing) + dice.below(page);
	case 2:
		return address(end_of_good) - dice.below(400); // runs into unmapped memory
	case 3:
		return address(query) + dice.below(400) - 200; // overlaps the query
	case 4:
		return dice.edge();
	case 5:
		return ~dice.below(1ull << 47); // a kernel address
	case 6:
		return 0;
	default:
		return address(arena) + dice.below(32 * page);
	}
}

// A valid query with some fields replaced at random
psinfo_query some_query(Dice &dice, char *at)
{
	psinfo_query query = whole_query();
	const auto bend = [&](auto &field) {
		if (dice.once_in(24))
			field = static_cast<std::remove_reference_t<decltype(field)>>(dice.edge());
	};
	query.groups = dice.once_in(2) ? 0 : static_cast<std::uint32_t>(dice.any()) & all_groups;
	query.flags = dice.once_in(3) ? PSINFO_QUERY_THREADS : 0;
	if (dice.once_in(3)) {
		query.filters = static_cast<std::uint32_t>(dice.any()) & all_filters;
		if (!dice.once_in(8) && query.filters & PSINFO_FILTER_KERNEL)
			query.filters &= ~PSINFO_FILTER_USER;
		if (query.filters & PSINFO_FILTER_STATES)
			query.states = 1 + static_cast<std::uint32_t>(dice.below((1u << PSINFO_NR_STATES) - 1));
		if (query.filters & PSINFO_FILTER_UID)
			query.uid = static_cast<std::uint32_t>(dice.once_in(2) ? 0 : dice.edge());
		if (query.filters & PSINFO_FILTER_PID)
			query.pid = static_cast<std::uint32_t>(1 + dice.below(20));
		if (query.filters & PSINFO_FILTER_PARENT)
			query.parent = static_cast<std::uint32_t>(1 + dice.below(5));
	}
	if (dice.once_in(3)) {
		query.flags |= PSINFO_QUERY_TOTALS_ONLY;
		query.groups = 0;
	} else {
		query.records = some_pointer(dice, at);
		query.capacity = static_cast<std::uint32_t>(dice.once_in(4) ? dice.edge() : 1 + dice.below(100));
		query.record_size =
			dice.once_in(3) ? static_cast<std::uint32_t>(8 * dice.below(520)) : sizeof(psinfo_record);
		query.cursor = dice.once_in(2) ? 0 : dice.once_in(3) ? dice.edge() : dice.below(100);
	}
	bend(query.size);
	bend(query.flags);
	bend(query.groups);
	bend(query.filters);
	bend(query.states);
	bend(query.uid);
	bend(query.pid);
	bend(query.parent);
	bend(query.records);
	bend(query.capacity);
	bend(query.record_size);
	bend(query.cursor);
	bend(query.nr_records);
	bend(query.took_ns);
	return query;
}

bool is_of_contract(int error)
{
	switch (error) {
	case EINVAL:
	case E2BIG:
	case EFAULT:
	case ENOMEM:
		return true;
	default:
		return false;
	}
}

struct Shared {
	std::uint64_t calls, well;
	std::uint64_t errors[256];
};

class Fuzzer {
public:
	Fuzzer(std::uint64_t seed, Shared &shared) : seed_(seed), dice_(seed), shared_(shared) { open_new(); }

	void once(std::uint64_t turn)
	{
		if (dice_.once_in(4096))
			open_new();
		++shared_.calls;
		switch (dice_.below(16)) {
		case 0:
			return odd_request();
		case 1:
			return info();
		case 2:
			return odd_pointer();
		default:
			return query(turn);
		}
	}

private:
	void open_new()
	{
		if (fd_ >= 0)
			close(fd_);
		fd_ = open(psinfo_path, O_RDONLY | O_CLOEXEC);
		process::need(fd_ >= 0, psinfo_path);
	}

	[[noreturn]] void wrong(const std::string &what, const psinfo_query &asked)
	{
		std::cerr << "fuzz-query: seed " << seed_ << ", call " << shared_.calls << ": " << what
			  << "; asked was size " << asked.size << " flags " << asked.flags << " groups " << asked.groups
			  << " filters " << asked.filters << " states " << asked.states << " pid " << asked.pid
			  << " parent " << asked.parent << " records " << asked.records << " capacity "
			  << asked.capacity << " record_size " << asked.record_size << " cursor " << asked.cursor
			  << ", in " << static_cast<void *>(arena) << std::endl;
		_exit(1);
	}

	// An invalid request number, or one that encodes another size
	void odd_request()
	{
		auto request = static_cast<unsigned>(dice_.any());
		if (dice_.once_in(2))
			request = (request & (_IOC_SIZEMASK << _IOC_SIZESHIFT)) |
				  (PSINFO_IOC_QUERY & ~(_IOC_SIZEMASK << _IOC_SIZESHIFT));
		count(ioctl(fd_, request, some_pointer(dice_, arena)) ? errno : 0, true);
	}

	void info()
	{
		psinfo_info info;
		std::memset(&info, 0, sizeof(info));
		info.size = static_cast<std::uint32_t>(dice_.once_in(2) ? sizeof(info) : dice_.edge());
		auto *at = arena + dice_.below(page);
		std::memset(at, dice_.once_in(4) ? 0xa5 : 0, 4200);
		std::memcpy(at, &info, dice_.once_in(4) ? 4 : sizeof(info));
		count(ioctl(fd_, PSINFO_IOC_INFO, at) ? errno : 0, false);
	}

	void odd_pointer() { count(ioctl(fd_, PSINFO_IOC_QUERY, some_pointer(dice_, arena)) ? errno : 0, false); }

	void query(std::uint64_t turn)
	{
		// Sometimes unaligned, or at the end of mapped memory
		char *at = arena + 40 * page + (dice_.once_in(8) ? dice_.below(64) : 8 * dice_.below(400));
		if (dice_.once_in(16))
			at = end_of_good - sizeof(psinfo_query) - dice_.below(2) * dice_.below(200);
		const psinfo_query asked = some_query(dice_, at);
		// If its size is larger, the following bytes matter.
		const bool longer = asked.size > sizeof(asked) && at + 5000 < read_only;
		if (longer)
			std::memset(at + sizeof(asked), dice_.once_in(4) ? 1 : 0, 5000 - sizeof(asked));
		std::memcpy(at, &asked, sizeof(asked));
		// Compare as integers: records may be any number.
		const auto begin = reinterpret_cast<std::uintptr_t>(arena),
			   from = static_cast<std::uintptr_t>(asked.records);
		const bool judged = asked.records == from && from >= begin && from - begin < 20 * page &&
				    asked.record_size <= PSINFO_RECORD_SIZE_MAX;
		const char *records = judged ? arena + (from - begin) : nullptr;
		const char mark = static_cast<char>(turn * 37 + 1);
		const bool marked = judged && turn % 32 == 0;
		if (marked)
			std::memset(arena, mark, 40 * page);
		const int error = ioctl(fd_, PSINFO_IOC_QUERY, at) ? errno : 0;
		count(error, false);
		if (error) {
			// Records may have overwritten it before the call failed.
			const auto query = reinterpret_cast<std::uintptr_t>(at);
			const auto most = std::min(std::uint64_t{asked.capacity}, most_tasks);
			const bool over_it = from < query + sizeof(asked) && from + most * asked.record_size > query;
			if (!over_it && std::memcmp(at, &asked, sizeof(asked)) != 0)
				wrong("the query is not as it was", asked);
			return;
		}
		psinfo_query got = asked;
		std::memcpy(&got, at, std::min<std::size_t>(asked.size, sizeof(got)));
		if (!judged || asked.size < sizeof(got) || asked.flags & PSINFO_QUERY_TOTALS_ONLY)
			return;
		if (got.nr_records > asked.capacity)
			wrong(std::to_string(got.nr_records) + " records", asked);
		const auto written = static_cast<std::size_t>(got.nr_records) * asked.record_size;
		if (written > 48 << 10)
			return;
		for (std::uint32_t i = 0; i < got.nr_records; ++i) {
			std::uint32_t pid;
			std::memcpy(&pid, records + static_cast<std::size_t>(i) * asked.record_size, sizeof(pid));
			if (pid == 0 || pid < asked.cursor)
				wrong("a record of " + std::to_string(pid), asked);
		}
		if (marked)
			for (const char *byte = records + written; byte < records + written + 512; ++byte)
				if (*byte != mark)
					wrong("it wrote past its records", asked);
	}

	void count(int error, bool is_request_odd)
	{
		shared_.well += error == 0;
		++shared_.errors[error & 255];
		if (error && !is_of_contract(error) && !(is_request_odd && error == ENOTTY))
			wrong(std::strerror(error), {});
	}

	std::uint64_t seed_;
	Dice dice_;
	Shared &shared_;
	int fd_ = -1;
};

} // namespace

int main(int argc, char **argv)
{
	if (argc < 2) {
		std::cerr << "fuzz-query: CALLS [SEED]\n";
		return 2;
	}
	constexpr int nr_workers = 2;
	const auto calls = std::strtoull(argv[1], nullptr, 0);
	const auto seed = argc > 2 ? std::strtoull(argv[2], nullptr, 0) : static_cast<std::uint64_t>(time(nullptr));
	auto &shared = *process::share<std::array<Shared, nr_workers>>();
	process::set_name("fuzz-query");
	std::vector<pid_t> workers;
	for (int i = 0; i < nr_workers; ++i)
		workers.push_back(process::start([&] {
			make_arena();
			Fuzzer fuzzer(seed + static_cast<unsigned>(i), shared[i]);
			for (std::uint64_t turn = 0; turn < calls / nr_workers; ++turn)
				fuzzer.once(turn);
		}));
	bool right = true;
	for (const pid_t worker : workers)
		right = process::wait_for(worker) == 0 && right;
	std::cout << "seed " << seed << " calls " << shared[0].calls + shared[1].calls << " well "
		  << shared[0].well + shared[1].well;
	for (int i = 1; i < 256; ++i)
		if (const auto sum = shared[0].errors[i] + shared[1].errors[i])
			std::cout << " " << strerrorname_np(i) << " " << sum;
	std::cout << std::endl;
	return right ? 0 : 1;
}
