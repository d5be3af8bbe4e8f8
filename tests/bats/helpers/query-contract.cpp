// SPDX-License-Identifier: GPL-2.0
// query-contract TOPIC: tests what the contract in psinfo/abi.h allows and forbids,
// case by case, and prints the cases that fail. A refused request must leave the
// query and the buffer unchanged.
//
//	refusals	EINVAL, each cause separately
//	limits		valid boundary cases
//	sizes		shorter and longer structures, EINVAL and E2BIG
//	records		records of every size, with any groups
//	answers		every byte of the answer
//	numbers		which ioctl numbers are accepted
//	info		PSINFO_IOC_INFO
//	pointers	EFAULT
#include "checks.h"
#include "query.h"

#include <array>
#include <climits>
#include <cstdio>
#include <ctime>
#include <functional>

#include <sys/mman.h>
#include <termios.h>

namespace {

constexpr unsigned char poison = 0xaa;
const std::size_t page_size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));

using checks::expect;

void expect_error(int error, int wanted, const std::string &what)
{
	const auto name = [](int number) { return number ? strerrorname_np(number) : "no error"; };
	expect(error == wanted, what + ": should be " + name(wanted) + ", is " + name(error));
}

bool is_all(const unsigned char *from, std::size_t size, unsigned char byte)
{
	return std::all_of(from, from + size, [=](unsigned char one) { return one == byte; });
}

const Descriptor &psinfo()
{
	static const Descriptor fd(psinfo_path);
	return fd;
}

int request(unsigned long number, void *argument)
{
	return ioctl(psinfo(), number, argument) ? errno : 0;
}

// ---- valid queries -------------------------------------------------------------

std::array<unsigned char, 1 << 18> buffer{}; // in .bss

psinfo_query for_records()
{
	psinfo_query query = whole_query();
	query.groups = all_groups;
	set_buffer(query, buffer.data(), 4);
	return query;
}

psinfo_query for_totals()
{
	psinfo_query query = whole_query();
	query.flags = PSINFO_QUERY_TOTALS_ONLY;
	return query;
}

// The output fields of a request must be ignored.
void poison_answer(psinfo_query &query)
{
	std::memset(&query.nr_records, poison, sizeof(query) - offsetof(psinfo_query, nr_records));
}

void refused(psinfo_query query, int wanted, const std::string &what)
{
	poison_answer(query);
	std::fill(buffer.begin(), buffer.end(), poison);
	const psinfo_query before = query;
	expect_error(ask(psinfo(), query), wanted, what);
	expect(is_same(query, before), what + ": the query has changed");
	expect(is_all(buffer.data(), buffer.size(), poison), what + ": something is in the buffer");
}

void allowed(psinfo_query query, const std::string &what)
{
	poison_answer(query);
	expect_error(ask(psinfo(), query), 0, what);
}

// ---- refusals --------------------------------------------------------------------

struct Case {
	const char *what;
	std::function<void(psinfo_query &)> change;
};

#define CASE(...)                                                       \
	{                                                               \
#__VA_ARGS__, [](psinfo_query & query) { __VA_ARGS__; } \
	}

const Case refused_records[] = {
	CASE(query.flags = 1u << 2),
	CASE(query.flags = 1u << 31),
	CASE(query.filters = 1u << 6),
	CASE(query.filters = 1u << 31),
	CASE(query.filters = PSINFO_FILTER_STATES; query.states = 1u << PSINFO_NR_STATES),
	CASE(query.filters = PSINFO_FILTER_STATES; query.states = 1u << 31),
	CASE(query.filters = PSINFO_FILTER_STATES; query.states = 1u << PSINFO_NR_STATES | 1u),
	CASE(query.states = 1),
	CASE(query.uid = 1),
	CASE(query.pid = 1),
	CASE(query.parent = 1),
	CASE(query.filters = PSINFO_FILTER_UID; query.pid = 1),
	CASE(query.filters = PSINFO_FILTER_PID; query.pid = 1; query.parent = 1),
	CASE(query.filters = PSINFO_FILTER_PARENT; query.parent = 1; query.states = 1),
	CASE(query.filters = PSINFO_FILTER_STATES; query.states = 1; query.uid = 1),
	CASE(query.filters = PSINFO_FILTER_PID),
	CASE(query.filters = PSINFO_FILTER_PID; query.pid = 1u + INT_MAX),
	CASE(query.filters = PSINFO_FILTER_PID; query.pid = UINT_MAX),
	CASE(query.filters = PSINFO_FILTER_PARENT),
	CASE(query.filters = PSINFO_FILTER_PARENT; query.parent = 1u + INT_MAX),
	CASE(query.filters = PSINFO_FILTER_PARENT; query.parent = UINT_MAX),
	CASE(query.filters = PSINFO_FILTER_KERNEL | PSINFO_FILTER_USER),
	CASE(query.cursor = 1u + INT_MAX),
	CASE(query.cursor = 1ull << 32),
	CASE(query.cursor = 1ull << 63 | 1),
	CASE(query.groups = 0; query.record_size = 0),
	CASE(query.groups = 0; query.record_size = PSINFO_RECORD_SIZE_IDENTITY - 8),
	CASE(query.groups = 0; query.record_size = PSINFO_RECORD_SIZE_IDENTITY + 4),
	CASE(query.record_size = sizeof(psinfo_record) + 1),
	CASE(query.record_size = sizeof(psinfo_record) + 4),
	CASE(query.record_size = PSINFO_RECORD_SIZE_MAX + 8),
	CASE(query.record_size = UINT_MAX - 7),
	CASE(query.capacity = 0),
	CASE(query.capacity = 0; query.records = 0),
};

const Case refused_totals[] = {
	CASE(query.records = 8),
	CASE(query.capacity = 1),
	CASE(query.record_size = sizeof(psinfo_record)),
	CASE(query.groups = PSINFO_GROUP_CRED),
	CASE(query.cursor = 1),
	CASE(query.flags |= 1u << 2),
	CASE(query.filters = 1u << 6),
	CASE(query.uid = 1),
	CASE(query.filters = PSINFO_FILTER_PID),
	CASE(query.filters = PSINFO_FILTER_KERNEL | PSINFO_FILTER_USER),
};

void try_refusals()
{
	for (const auto &[what, change] : refused_records) {
		psinfo_query query = for_records();
		change(query);
		refused(query, EINVAL, what);
	}
	for (const auto &[what, change] : refused_totals) {
		psinfo_query query = for_totals();
		change(query);
		refused(query, EINVAL, std::string("totals, ") + what);
	}
	for (std::uint32_t groups = 1; groups <= all_groups; ++groups) {
		psinfo_query query = for_records();
		query.groups = groups;
		query.record_size = record_size_for(groups) - 8;
		refused(query, EINVAL, "records too small for the groups " + std::to_string(groups));
	}
}

// ---- limits ------------------------------------------------------------------------

const Case allowed_records[] = {
	CASE(query.flags = PSINFO_QUERY_THREADS),
	CASE(query.filters = PSINFO_FILTER_STATES; query.states = (1u << PSINFO_NR_STATES) - 1),
	CASE(query.filters = PSINFO_FILTER_STATES; query.states = 1u << PSINFO_STATE_OTHERS),
	CASE(query.filters = PSINFO_FILTER_UID),
	CASE(query.filters = PSINFO_FILTER_UID; query.uid = UINT_MAX),
	CASE(query.filters = PSINFO_FILTER_PID; query.pid = 1),
	CASE(query.filters = PSINFO_FILTER_PID; query.pid = INT_MAX),
	CASE(query.filters = PSINFO_FILTER_PARENT; query.parent = INT_MAX),
	CASE(query.filters = all_filters & ~PSINFO_FILTER_USER; query.states = 1; query.pid = query.parent = 1),
	CASE(query.cursor = INT_MAX),
	CASE(query.record_size = PSINFO_RECORD_SIZE_MAX),
	CASE(query.groups = 0; query.record_size = PSINFO_RECORD_SIZE_IDENTITY),
	// Unknown groups are ignored, and need no space in the record.
	CASE(query.groups |= 1u << 31),
	CASE(query.groups = 1u << 30 | 1u << 29; query.record_size = PSINFO_RECORD_SIZE_IDENTITY),
	// Only the part of the buffer that is written must exist.
	CASE(query.capacity = UINT_MAX),
};

void try_limits()
{
	for (const auto &[what, change] : allowed_records) {
		psinfo_query query = for_records();
		change(query);
		allowed(query, what);
	}
	psinfo_query query = for_totals();
	query.flags |= PSINFO_QUERY_THREADS;
	allowed(query, "totals of threads");

	// One process needs only one call, although it fills the buffer.
	query = for_records();
	filter_by_pid(query, getpid());
	query.capacity = 1;
	expect(ask(psinfo(), query) == 0 && query.nr_records == 1 && query.cursor == 0,
	       "one process needs more than one call");

	query = for_records();
	query.cursor = INT_MAX;
	expect(ask(psinfo(), query) == 0 && query.nr_records == 0 && query.cursor == 0,
	       "behind the last PID is somebody");
	query = for_records();
	query.filters = PSINFO_FILTER_PID;
	query.pid = INT_MAX;
	expect(ask(psinfo(), query) == 0 && query.nr_records == 0 && query.cursor == 0 && query.processes[1] == 0,
	       "a process that is not there is found");
}

// ---- sizes of structures ---------------------------------------------------------

// A structure of any size, followed by bytes that are all `tail`
template <typename Struct> class Sized {
public:
	static constexpr std::size_t room = 1 << 17; // at least two pages

	Sized(const Struct &contents, std::uint32_t size, unsigned char tail) : bytes_(room, tail)
	{
		std::memcpy(bytes_.data(), &contents, sizeof(Struct));
		std::memcpy(bytes_.data(), &size, sizeof(size));
	}

	unsigned char &operator[](std::size_t at) { return bytes_[at]; }
	unsigned char *data() { return bytes_.data(); }
	const std::vector<unsigned char> &bytes() const { return bytes_; }
	Struct contents() const
	{
		Struct contents;
		std::memcpy(&contents, bytes_.data(), sizeof(contents));
		return contents;
	}

private:
	std::vector<unsigned char> bytes_;
};

template <typename Struct>
void try_sizes_of(const std::string &name, unsigned long number, const Struct &contents, std::uint32_t least)
{
	const auto refused = [&](Sized<Struct> sized, int wanted, const std::string &what) {
		const auto before = sized.bytes();
		expect_error(request(number, sized.data()), wanted, name + what);
		expect(sized.bytes() == before, name + what + ": it has changed");
	};
	for (const std::uint32_t size : {0u, 1u, 4u, least / 2, least - 8, least - 1})
		refused({contents, size, 0}, EINVAL, " of " + std::to_string(size) + " bytes");

	constexpr std::uint32_t longest = PSINFO_STRUCT_SIZE_MAX; // for any page size
	for (const std::uint32_t size : {least + 1, least + 8, least + 100, longest - 1, longest}) {
		const std::string what = " of " + std::to_string(size) + " bytes";
		Sized<Struct> right(contents, size, 0);
		expect_error(request(number, right.data()), 0, name + what + ", all zero behind what is known");
		expect(right.contents().size == size, name + what + ": its size has changed");
		expect(is_all(right.data() + sizeof(Struct), right.bytes().size() - sizeof(Struct), 0),
		       name + what + ": something was written behind what is known");
		for (const std::size_t at : {std::size_t{least}, std::size_t{size} - 1}) {
			Sized<Struct> wrong(contents, size, 0);
			wrong[at] = 1;
			refused(wrong, E2BIG, what + " with byte " + std::to_string(at) + " not zero");
		}
	}
	// Bytes after its end must not matter.
	Sized<Struct> exact(contents, least, poison);
	expect_error(request(number, exact.data()), 0, name + " before something else");
	expect(is_all(exact.data() + sizeof(Struct), 64, poison), name + ": something was written behind its end");

	for (const std::uint32_t size : {longest + 1, longest + 8, 2 * longest, UINT_MAX}) {
		Sized<Struct> large(contents, 2 * longest, 0);
		std::memcpy(large.data(), &size, sizeof(size));
		refused(large, E2BIG, " of " + std::to_string(size) + " bytes, more than the limit");
	}
}

void try_sizes()
{
	static_assert(sizeof(psinfo_query) == PSINFO_QUERY_SIZE_VER1 && PSINFO_STRUCT_SIZE_MAX == 4096);
	static_assert(sizeof(psinfo_info) == PSINFO_INFO_SIZE_VER1);
	try_sizes_of("a query", PSINFO_IOC_QUERY, for_records(), PSINFO_QUERY_SIZE_VER1);
	try_sizes_of("a query for totals", PSINFO_IOC_QUERY, for_totals(), PSINFO_QUERY_SIZE_VER1);
	try_sizes_of("an info", PSINFO_IOC_INFO, psinfo_info{}, PSINFO_INFO_SIZE_VER1);
}

// ---- records -----------------------------------------------------------------------

std::string of_call(const psinfo_query &query)
{
	return "records of " + std::to_string(query.record_size) + " bytes with groups " +
	       std::to_string(query.groups) + ", flags " + std::to_string(query.flags) + ", filters " +
	       std::to_string(query.filters) + ": ";
}

void check_record(const psinfo_query &query, const unsigned char *at)
{
	psinfo_record record = {};
	std::memcpy(&record, at, std::min<std::size_t>(query.record_size, sizeof(record)));
	const std::string whose = of_call(query) + std::to_string(record.pid) + " has ";

	for (const auto &field : record_fields) {
		const bool wanted = !field.is_reserved() && (!field.group || query.groups & field.group) &&
				    !(record.groups_withheld & field.group);
		if (!wanted && field.offset < query.record_size)
			expect(is_all(at + field.offset, field.size, 0), whose + "something in " + field.name);
	}
	if (query.record_size > sizeof(record))
		expect(is_all(at + sizeof(record), query.record_size - sizeof(record), 0),
		       whose + "something behind the record");
	for (std::size_t i = name_of(record).size(); i < sizeof(record.name); ++i)
		expect(record.name[i] == 0, whose + "something behind its name");
	expect(!(record.groups_withheld & ~(query.groups & all_groups)),
	       whose + "a group withheld that was not asked for");
	expect(record.pid && record.tgid && record.start_ns, whose + "no PID, TGID or start");
	expect(record.state < PSINFO_STATE_OTHERS, whose + "the state " + std::to_string(record.state));
	if (query.groups & PSINFO_GROUP_SCHED)
		expect(record.cpus_allowed > 0 && record.static_prio >= 100, whose + "no processors or no priority");
	if (query.groups & PSINFO_GROUP_TIMES)
		expect(record.threads > 0, whose + "no threads");
}

void check_call(psinfo_query query)
{
	std::fill(buffer.begin(), buffer.end(), poison);
	poison_answer(query);
	const int error = ask(psinfo(), query);
	expect_error(error, 0, of_call(query));
	if (error)
		return;
	expect(query.nr_records >= 1 && query.nr_records <= query.capacity,
	       of_call(query) + std::to_string(query.nr_records) + " of them");
	expect(query.groups_filled == (query.groups & all_groups), of_call(query) + "other groups are filled");
	for (std::uint32_t i = 0; i < query.nr_records; ++i)
		check_record(query, buffer.data() + std::size_t{i} * query.record_size);
	const std::size_t written = std::size_t{query.nr_records} * query.record_size;
	expect(is_all(buffer.data() + written, buffer.size() - written, poison),
	       of_call(query) + "something was written behind the last one");
}

void try_records()
{
	for (std::uint32_t groups = 0; groups <= all_groups; ++groups) {
		const std::uint32_t least = record_size_for(groups);
		for (const std::uint32_t size : {least, least + 8, whole_record, whole_record + 8, 1000u, 4096u}) {
			if (size < least)
				continue;
			psinfo_query query = for_records();
			query.groups = groups;
			query.record_size = size;
			query.capacity = static_cast<std::uint32_t>(std::min<std::size_t>(buffer.size() / size, 200));
			check_call(query);
			query.flags = PSINFO_QUERY_THREADS;
			check_call(query);
			filter_by_pid(query, getpid());
			check_call(query);
			query.capacity = 1;
			check_call(query);
		}
	}
}

// ---- the answer --------------------------------------------------------------------

std::int64_t boot_time()
{
	timespec now;
	clock_gettime(CLOCK_BOOTTIME, &now);
	return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

void check_answer(const std::string &what, psinfo_query query)
{
	constexpr std::size_t answer = offsetof(psinfo_query, nr_records), cursor = offsetof(psinfo_query, cursor);

	const auto wrong = [&](const std::string &field) { return what + ": " + field; };
	const bool threads = query.flags & PSINFO_QUERY_THREADS, totals = query.flags & PSINFO_QUERY_TOTALS_ONLY;
	poison_answer(query);
	const psinfo_query sent = query;
	const std::int64_t begin = boot_time();
	expect_error(ask(psinfo(), query), 0, what);
	const std::int64_t end = boot_time();

	expect(std::memcmp(&query, &sent, cursor) == 0, wrong("what was sent has changed"));
	static_assert(answer == cursor + sizeof(query.cursor));
	expect(query.nr_records == (totals ? 0 : query.nr_records), wrong("nr_records"));
	expect(query.nr_records <= query.capacity, wrong("nr_records"));
	expect((query.result & ~PSINFO_RESULT_MORE) == 0, wrong("result"));
	expect(!!(query.result & PSINFO_RESULT_MORE) == !!query.cursor, wrong("RESULT_MORE"));
	expect(!query.cursor || query.nr_records == query.capacity, wrong("cursor, though there was room"));
	expect(query.groups_filled == (query.groups & all_groups), wrong("groups_filled"));
	expect(query.kernel_record_size == sizeof(psinfo_record), wrong("kernel_record_size"));
	expect(begin <= query.began_ns && query.began_ns <= end, wrong("began_ns"));
	expect(query.took_ns > 0 && static_cast<std::int64_t>(query.took_ns) <= end - query.began_ns, wrong("took_ns"));
	std::uint64_t processes = 0, nr_threads = 0;
	for (std::size_t i = 0; i < PSINFO_STATES_MAX; ++i) {
		processes += query.processes[i];
		nr_threads += query.threads[i];
		if (i >= PSINFO_NR_STATES)
			expect(query.processes[i] == 0 && query.threads[i] == 0, wrong("a total without a state"));
	}
	if (!totals)
		expect((threads ? nr_threads : processes) == query.nr_records, wrong("totals"));
	expect(threads ? nr_threads >= processes : nr_threads == 0, wrong("threads"));
}

void try_answers()
{
	for (const std::uint32_t flags : {0u, PSINFO_QUERY_THREADS}) {
		const std::string kind = flags ? " of threads" : "";
		psinfo_query query = for_records();
		query.flags = flags;
		check_answer("four records" + kind, query);
		query.cursor = 2;
		check_answer("records from 2 on" + kind, query);
		query.cursor = 0;
		query.capacity = 1000;
		check_answer("all records" + kind, query);
		query.groups = 0;
		check_answer("all identities" + kind, query);
		query.groups = ~0u;
		check_answer("all groups, known or not" + kind, query);
		query.groups = 0;
		query.filters = PSINFO_FILTER_PID;
		query.pid = INT_MAX;
		check_answer("no records" + kind, query);
		query = for_totals();
		query.flags |= flags;
		check_answer("totals" + kind, query);
		query.filters = PSINFO_FILTER_KERNEL;
		check_answer("totals of kernel threads" + kind, query);
	}
}

// ---- numbers -----------------------------------------------------------------------

void try_numbers()
{
	constexpr unsigned short_size = 8;
	psinfo_query query = for_totals();
	psinfo_info info = {};
	info.size = sizeof(info);
	for (const unsigned size : {0u, short_size, 1000u, (1u << _IOC_SIZEBITS) - 1}) {
		const std::string what = "with the size " + std::to_string(size) + " in its number";
		expect_error(request(_IOC(_IOC_READ | _IOC_WRITE, PSINFO_IOC_MAGIC, 1, size), &query), 0,
			     "a query " + what);
		expect_error(request(_IOC(_IOC_READ | _IOC_WRITE, PSINFO_IOC_MAGIC, 0, size), &info), 0,
			     "an info " + what);
	}
	const std::pair<const char *, unsigned long> others[] = {
		{"TCGETS", TCGETS},
		{"TIOCGWINSZ", TIOCGWINSZ},
		{"number 2", _IOWR(PSINFO_IOC_MAGIC, 2, psinfo_query)},
		{"number 255", _IOWR(PSINFO_IOC_MAGIC, 255, psinfo_query)},
		{"another magic", _IOWR(PSINFO_IOC_MAGIC + 1, 1, psinfo_query)},
		{"a query that is only read", _IOR(PSINFO_IOC_MAGIC, 1, psinfo_query)},
		{"a query that is only written", _IOW(PSINFO_IOC_MAGIC, 1, psinfo_query)},
		{"an info that is neither", _IO(PSINFO_IOC_MAGIC, 0)},
	};
	for (const auto &[what, number] : others) {
		psinfo_query untouched = for_totals();
		expect_error(request(number, &untouched), ENOTTY, what);
		expect(is_same(untouched, for_totals()), std::string(what) + ": something was written");
	}
}

// ---- info --------------------------------------------------------------------------

void try_info()
{
	psinfo_info info;
	std::memset(&info, poison, sizeof(info));
	info.size = sizeof(info);
	expect_error(request(PSINFO_IOC_INFO, &info), 0, "info");
	std::string version = read_file("/sys/module/psinfo/version");
	version.resize(version.find_last_not_of('\n') + 1);

	expect(info.size == sizeof(info), "size");
	expect(info.abi_major == PSINFO_ABI_MAJOR && info.abi_minor == PSINFO_ABI_MINOR, "abi");
	expect(info.query_size == sizeof(psinfo_query), "query_size");
	expect(info.record_size == sizeof(psinfo_record), "record_size");
	expect(info.query_flags == all_query_flags, "query_flags");
	expect(info.groups == all_groups, "groups");
	expect(info.filters == all_filters, "filters");
	expect(info.nr_states == PSINFO_NR_STATES, "nr_states");
	expect(info.version[sizeof(info.version) - 1] == 0, "the end of version");
	const std::string said = reinterpret_cast<const char *>(info.version);
	expect(!version.empty() && said == version, "version is '" + said + "', and in /sys '" + version + "'");
	expect(is_all(info.version + said.size(), sizeof(info.version) - said.size(), 0), "something behind version");
	std::printf("version %s\n", said.c_str());
}

// ---- pointers ----------------------------------------------------------------------

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

void try_pointers()
{
	const Cliff cliff;

	bad_query(nullptr, "at 0");
	bad_query(cliff.edge(), "that is not there");
	bad_query(cliff.before(2), "that ends in its first field");
	for (const std::size_t there : {4, 8, 64, 100, 215}) {
		if (there >= PSINFO_INFO_SIZE_VER1 && there < 100)
			continue;
		psinfo_query query = for_records();
		std::memcpy(cliff.before(there), &query, there);
		const std::vector<unsigned char> before(cliff.page(), cliff.edge());
		expect_error(request(PSINFO_IOC_QUERY, cliff.before(there)), EFAULT,
			     "a query of which " + std::to_string(there) + " bytes are there");
		expect(std::equal(before.begin(), before.end(), cliff.page()), "half a query has changed");
	}
	{
		// Longer than the known structure, with its tail unmapped
		psinfo_query query = for_records();
		query.size = sizeof(query) + 8;
		std::memcpy(cliff.before(sizeof(query)), &query, sizeof(query));
		expect_error(request(PSINFO_IOC_QUERY, cliff.before(sizeof(query))), EFAULT,
			     "a query whose tail is not there");
	}
	psinfo_query query = for_records();
	std::memcpy(cliff.page(), &query, sizeof(query));
	cliff.protect(PROT_READ);
	expect_error(request(PSINFO_IOC_QUERY, cliff.page()), EFAULT, "a query that cannot be written");
	expect(std::memcmp(cliff.page(), &query, sizeof(query)) == 0, "a query that cannot be written has changed");
	cliff.protect(PROT_NONE);
	bad_query(cliff.page(), "that cannot be read");
	cliff.protect(PROT_READ | PROT_WRITE);

	const auto address = [](const unsigned char *at) { return reinterpret_cast<std::uintptr_t>(at); };
	for (const std::uint32_t groups : {0u, all_groups}) {
		bad_buffer(0, "at 0", groups);
		bad_buffer(address(cliff.edge()), "that is not there", groups);
		bad_buffer(address(cliff.before(5 * sizeof(psinfo_record))), "of which five records are there", groups);
		bad_buffer(address(cliff.before(100)), "of which half a record is there", groups);
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
	query = for_records();
	query.records = address(cliff.before(3 * sizeof(psinfo_record)));
	query.capacity = 3;
	std::memcpy(cliff.page(), &query, sizeof(query));
	expect_error(request(PSINFO_IOC_QUERY, cliff.page()), 0, "a buffer that ends at the edge");
	allowed(for_records(), "a query after all that");
}

constexpr checks::Topic topics[] = {
	{"refusals", try_refusals}, {"limits", try_limits},   {"sizes", try_sizes}, {"records", try_records},
	{"answers", try_answers},   {"numbers", try_numbers}, {"info", try_info},   {"pointers", try_pointers},
};

} // namespace

int main(int argc, char **argv)
{
	return checks::run_topic(argc, argv, topics);
}
