// SPDX-License-Identifier: GPL-2.0
// cost [-n TIMES] LISTING, cost [-n TIMES] run COMMAND ARGUMENT...: the cost of one listing
// (listings.h) from open to close, or of a command from fork to exit. Prints
// "LISTING NANOSECONDS PROCESSES": nanoseconds per process, the minimum of TIMES runs
// (default 50, or 5 for a command). In a guest whose clock counts instructions (guest
// --icount) these are instructions.
#include "listings.h"

int main(int argc, char **argv)
try {
	int repeat = 0;
	if (argc > 2 && std::string(argv[1]) == "-n") {
		repeat = std::atoi(argv[2]);
		argc -= 2;
		argv += 2;
	}
	if (argc < 2)
		throw std::runtime_error("usage: cost [-n TIMES] LISTING, cost [-n TIMES] run COMMAND...");
	const std::string what = argv[1];
	const bool runs = what == "run" && argc > 2;
	if (repeat < 1)
		repeat = runs ? 5 : 50;
	std::fill(listings::buffer.begin(), listings::buffer.end(), 1); // populate its pages
	const long long least = listings::least_time(what, runs ? argv + 2 : nullptr, repeat);
	const std::uint32_t count = listings::processes();
	std::printf("%s %.1f %u\n", what.c_str(), static_cast<double>(least) / count, count);
	return 0;
} catch (const std::exception &error) {
	std::fprintf(stderr, "cost: %s\n", error.what());
	return 1;
}
