// SPDX-License-Identifier: GPL-2.0
// Counts the checks of a program and of the processes that it forks, and prints those
// that fail.
//
//   const checks::Topic topics[] = {{"sizes", [] { checks::expect(fits(), "it does not fit"); }}};
//   int main(int argc, char **argv) { return checks::run_topic(argc, argv, topics); }
#pragma once

#include "process.h"

#include <atomic>
#include <iterator>
#include <stdexcept>

namespace checks {

struct Counts {
	std::atomic<int> cases, failures;
};

// The first call must come before the first fork().
inline Counts &counts()
{
	static Counts *const shared = process::share<Counts>();
	return *shared;
}

inline void expect(bool holds, const std::string &what)
{
	constexpr int most_printed = 50;

	++counts().cases;
	if (!holds && ++counts().failures <= most_printed)
		std::fprintf(stderr, "%s\n", what.c_str());
}

// Prints "WHAT: N of M". Returns the program's exit status.
inline int report(const std::string &what)
{
	const int cases = counts().cases, failures = counts().failures;
	std::printf("%s: %d of %d\n", what.c_str(), cases - failures, cases);
	return failures || !cases ? 1 : 0;
}

struct Topic {
	const char *name;
	void (*run)();
};

// The main function of a program whose only argument is a topic
template <std::size_t N> int run_topic(int argc, char **argv, const Topic (&topics)[N])
{
	const std::string wanted = argc == 2 ? argv[1] : "";
	counts();
	for (const auto &[name, run] : topics)
		if (wanted == name) {
			run();
			return report(wanted);
		}
	throw std::runtime_error("there is no topic '" + wanted + "'");
}

} // namespace checks
