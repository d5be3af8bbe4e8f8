// SPDX-License-Identifier: GPL-2.0
// check-requests TOPIC: tests which requests the contract in psinfo/abi.h allows and
// forbids, case by case, and prints the cases that fail.
//
//	refusals	EINVAL, each cause separately
//	limits		valid boundary cases
//	sizes		shorter and longer structures, EINVAL and E2BIG
//	numbers		which ioctl numbers are accepted
#include "contract.h"

#include <functional>

#include <termios.h>

namespace {

using namespace contract;
using checks::expect;

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
	       "there is a process after the last PID");
	query = for_records();
	query.filters = PSINFO_FILTER_PID;
	query.pid = INT_MAX;
	expect(ask(psinfo(), query) == 0 && query.nr_records == 0 && query.cursor == 0 && query.processes[1] == 0,
	       "a process that does not exist is found");
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
		expect_error(request(number, right.data()), 0, name + what + ", all zero after what is known");
		expect(right.contents().size == size, name + what + ": its size has changed");
		expect(is_all(right.data() + sizeof(Struct), right.bytes().size() - sizeof(Struct), 0),
		       name + what + ": something was written after what is known");
		for (const std::size_t at : {std::size_t{least}, std::size_t{size} - 1}) {
			Sized<Struct> wrong(contents, size, 0);
			wrong[at] = 1;
			refused(wrong, E2BIG, what + " with byte " + std::to_string(at) + " not zero");
		}
	}
	// Bytes after its end must not matter.
	Sized<Struct> exact(contents, least, poison);
	expect_error(request(number, exact.data()), 0, name + " before something else");
	expect(is_all(exact.data() + sizeof(Struct), 64, poison), name + ": something was written after its end");

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

constexpr checks::Topic topics[] = {
	{"refusals", try_refusals},
	{"limits", try_limits},
	{"sizes", try_sizes},
	{"numbers", try_numbers},
};

} // namespace

int main(int argc, char **argv)
{
	return checks::run_topic(argc, argv, topics);
}
