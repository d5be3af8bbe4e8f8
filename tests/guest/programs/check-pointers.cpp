// SPDX-License-Identifier: GPL-2.0
// check-pointers TOPIC: tests requests with invalid pointers, which must fail with EFAULT, and
// prints the cases that fail.
//
//	queries		pointers to the structures
//	buffers		pointers to the buffer for records
#include "contract.h"

namespace {

using namespace contract;
using checks::expect;

const std::size_t page_size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));

// A page that is followed by an unmapped one
class Cliff {
public:
	Cliff()
		: page_(static_cast<unsigned char *>(
			  mmap(nullptr, 2 * page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)))
	{
		if (page_ == MAP_FAILED || munmap(page_ + page_size, page_size) < 0)
			throw failure("mmap");
		std::memset(page_, poison, page_size);
	}
	Cliff(const Cliff &) = delete;
	~Cliff() { munmap(page_, page_size); }

	unsigned char *page() const { return page_; }
	unsigned char *edge() const { return page_ + page_size; }
	// A pointer to `bytes` before the edge
	unsigned char *before(std::size_t bytes) const { return edge() - bytes; }
	void protect(int how) const
	{
		if (mprotect(page_, page_size, how) < 0)
			throw failure("mprotect");
	}

private:
	unsigned char *page_;
};

void bad_query(void *query, const std::string &what)
{
	expect_error(request(PSINFO_IOC_QUERY, query), EFAULT, "a query " + what);
	expect_error(request(PSINFO_IOC_INFO, query), EFAULT, "an info " + what);
}

void bad_buffer(std::uint64_t records, const std::string &what, std::uint32_t groups = all_groups)
{
	psinfo_query query = for_records();
	query.records = records;
	query.groups = groups;
	query.capacity = 100;
	poison_answer(query);
	const psinfo_query before = query;
	expect_error(ask(psinfo(), query), EFAULT, "a buffer " + what);
	expect(is_same(query, before), "a buffer " + what + ": the query has changed");
}

void try_queries()
{
	const Cliff cliff;

	bad_query(nullptr, "at 0");
	bad_query(cliff.edge(), "that is not mapped");
	bad_query(cliff.before(2), "that ends in its first field");
	for (const std::size_t there : {4, 8, 64, 100, 215}) {
		if (there >= PSINFO_INFO_SIZE_VER1 && there < 100)
			continue;
		psinfo_query query = for_records();
		std::memcpy(cliff.before(there), &query, there);
		const std::vector<unsigned char> before(cliff.page(), cliff.edge());
		expect_error(request(PSINFO_IOC_QUERY, cliff.before(there)), EFAULT,
			     "a query of which " + std::to_string(there) + " bytes are mapped");
		expect(std::equal(before.begin(), before.end(), cliff.page()), "half a query has changed");
	}
	{
		// Longer than the known structure, with its tail unmapped
		psinfo_query query = for_records();
		query.size = sizeof(query) + 8;
		std::memcpy(cliff.before(sizeof(query)), &query, sizeof(query));
		expect_error(request(PSINFO_IOC_QUERY, cliff.before(sizeof(query))), EFAULT,
			     "a query whose tail is not mapped");
	}
	psinfo_query query = for_records();
	std::memcpy(cliff.page(), &query, sizeof(query));
	cliff.protect(PROT_READ);
	expect_error(request(PSINFO_IOC_QUERY, cliff.page()), EFAULT, "a query that cannot be written");
	expect(std::memcmp(cliff.page(), &query, sizeof(query)) == 0, "a query that cannot be written has changed");
	cliff.protect(PROT_NONE);
	bad_query(cliff.page(), "that cannot be read");
	allowed(for_records(), "a query after all that");
}

void try_buffers()
{
	const Cliff cliff;
	const auto address = [](const unsigned char *at) { return reinterpret_cast<std::uintptr_t>(at); };
	for (const std::uint32_t groups : {0u, all_groups}) {
		bad_buffer(0, "at 0", groups);
		bad_buffer(address(cliff.edge()), "that is not mapped", groups);
		bad_buffer(address(cliff.before(5 * sizeof(psinfo_record))), "of which five records are mapped",
			   groups);
		bad_buffer(address(cliff.before(100)), "of which half a record is mapped", groups);
		cliff.protect(PROT_READ);
		bad_buffer(address(cliff.page()), "that cannot be written", groups);
		cliff.protect(PROT_READ | PROT_WRITE);
		bad_buffer(1ull << 63, "in the middle of all addresses", groups);
		bad_buffer(0xffff'ffff'8000'0000, "of the kernel", groups);
		bad_buffer(0xffff'ffff'ffff'f000, "at the end of all addresses", groups);
	}
	if (sizeof(void *) == 4) {
		// It must not be truncated to the lower half of that address.
		std::fill(buffer.begin(), buffer.end(), poison);
		bad_buffer(address(buffer.data()) | 1ull << 32, "that a 32-bit program cannot have");
		expect(is_all(buffer.data(), buffer.size(), poison), "the upper half of an address was cut off");
	}

	// A buffer that ends at the edge is valid.
	psinfo_query query = for_records();
	query.records = address(cliff.before(3 * sizeof(psinfo_record)));
	query.capacity = 3;
	std::memcpy(cliff.page(), &query, sizeof(query));
	expect_error(request(PSINFO_IOC_QUERY, cliff.page()), 0, "a buffer that ends at the edge");
	allowed(for_records(), "a query after all that");
}

constexpr checks::Topic topics[] = {
	{"queries", try_queries},
	{"buffers", try_buffers},
};

} // namespace

int main(int argc, char **argv)
{
	return checks::run_topic(argc, argv, topics);
}
