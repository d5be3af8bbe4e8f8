// SPDX-License-Identifier: GPL-2.0
// Requests according to the contract in psinfo/abi.h, and checks of what is allowed and
// refused. A refused request must leave the query and the buffer unchanged.
#pragma once

#include "checks.h"
#include "query.h"

#include <array>
#include <climits>

namespace contract {

constexpr unsigned char poison = 0xaa;

inline void expect_error(int error, int wanted, const std::string &what)
{
	const auto name = [](int number) { return number ? strerrorname_np(number) : "no error"; };
	checks::expect(error == wanted, what + ": should be " + name(wanted) + ", is " + name(error));
}

inline bool is_all(const unsigned char *from, std::size_t size, unsigned char byte)
{
	return std::all_of(from, from + size, [=](unsigned char one) { return one == byte; });
}

inline const Descriptor &psinfo()
{
	static const Descriptor fd(psinfo_path);
	return fd;
}

inline int request(unsigned long number, void *argument)
{
	return ioctl(psinfo(), number, argument) ? errno : 0;
}

// ---- valid queries -------------------------------------------------------------

inline std::array<unsigned char, 1 << 18> buffer{}; // in .bss

inline psinfo_query for_records()
{
	psinfo_query query = whole_query();
	query.groups = all_groups;
	set_buffer(query, buffer.data(), 4);
	return query;
}

inline psinfo_query for_totals()
{
	psinfo_query query = whole_query();
	query.flags = PSINFO_QUERY_TOTALS_ONLY;
	return query;
}

// The output fields of a request must be ignored.
inline void poison_answer(psinfo_query &query)
{
	std::memset(&query.nr_records, poison, sizeof(query) - offsetof(psinfo_query, nr_records));
}

inline void refused(psinfo_query query, int wanted, const std::string &what)
{
	poison_answer(query);
	std::fill(buffer.begin(), buffer.end(), poison);
	const psinfo_query before = query;
	expect_error(ask(psinfo(), query), wanted, what);
	checks::expect(is_same(query, before), what + ": the query has changed");
	checks::expect(is_all(buffer.data(), buffer.size(), poison), what + ": something is in the buffer");
}

inline void allowed(psinfo_query query, const std::string &what)
{
	poison_answer(query);
	expect_error(ask(psinfo(), query), 0, what);
}

} // namespace contract
