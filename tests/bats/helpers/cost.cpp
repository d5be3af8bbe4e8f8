// SPDX-License-Identifier: GPL-2.0
// cost [-n TIMES] LOOK, cost [-n TIMES] run COMMAND ARGUMENT...: what one look
// (looks.h) at all processes costs, from open to close, or a command from fork to
// its end: prints "LOOK NANOSECONDS PROCESSES", per process, the least of so many
// times (50, and 5 of a command). In a guest whose clock counts instructions (guest
// --icount) that is instructions.
#include "looks.h"

int main(int argc, char **argv)
try {
	int repeat = 0;
	if (argc > 2 && std::string(argv[1]) == "-n") {
		repeat = std::atoi(argv[2]);
		argc -= 2;
		argv += 2;
	}
	if (argc < 2)
		throw std::runtime_error("usage: cost [-n TIMES] LOOK, cost [-n TIMES] run COMMAND...");
	const std::string what = argv[1];
	const bool runs = what == "run" && argc > 2;
	if (repeat < 1)
		repeat = runs ? 5 : 50;
	std::fill(looks::buffer.begin(), looks::buffer.end(), 1); // its pages are there
	const long long least = looks::least_time(what, runs ? argv + 2 : nullptr, repeat);
	const std::uint32_t count = looks::processes();
	std::printf("%s %.1f %u\n", what.c_str(), static_cast<double>(least) / count, count);
	return 0;
} catch (const std::exception &error) {
	std::fprintf(stderr, "cost: %s\n", error.what());
	return 1;
}
