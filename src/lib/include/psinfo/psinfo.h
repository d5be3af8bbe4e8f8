// SPDX-License-Identifier: MIT
// Copyright 2026 psinfo maintainers
// libpsinfo: the processes of this machine and their states, for C++20 programs.
//
//	#include <psinfo/psinfo.h>
//	#include <cstdio>
//
//	int main()
//	{
//		auto source = psinfo::open_source();
//		if (!source) {
//			std::puts(source.error().message().c_str());
//			return 1;
//		}
//		auto snapshot = (*source)->take({ .states = psinfo::State::Zombie });
//		if (!snapshot)
//			return 1;
//		for (const auto &process : snapshot->processes)
//			std::printf("%d is not reaped by %d\n", process.pid, process.ppid);
//	}
//
// A static library: -lpsinfo, pkg-config libpsinfo, or find_package(psinfo) and
// psinfo::psinfo. It never prints, never exits and has no global state.
#ifndef PSINFO_PSINFO_H
#define PSINFO_PSINFO_H

#include <psinfo/process.h>
#include <psinfo/result.h>
#include <psinfo/source.h>

#endif // PSINFO_PSINFO_H
