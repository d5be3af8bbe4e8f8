// SPDX-License-Identifier: GPL-2.0
// make-process KIND [NAME...]: creates processes of one kind (kinds.h),
// prints their PIDs on one line when they are ready, and keeps them.
#include "kinds.h"

#include <cstdio>

int main(int argc, char **argv)
{
	if (argc < 2)
		throw std::runtime_error("usage: make-process KIND [NAME...]");
	Names names(argv + 2, argv + argc);
	if (names.empty())
		names.push_back("psinfo-made");

	std::string line;
	for (const pid_t pid : kind_called(argv[1]).make(names))
		line += (line.empty() ? "" : " ") + std::to_string(pid);
	std::puts(line.c_str());
	std::fflush(stdout);
	sleep_forever();
}
