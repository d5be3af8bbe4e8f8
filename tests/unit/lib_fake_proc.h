// SPDX-License-Identifier: GPL-2.0
// A directory that imitates /proc, for unit tests. The destructor removes it.
#ifndef PSINFO_TEST_LIB_FAKE_PROC_H
#define PSINFO_TEST_LIB_FAKE_PROC_H

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

/// The contents of the files of a process; see proc(5).
struct FakeProcess {
	int pid = 0;
	int tgid = 0; ///< 0: the same as pid
	std::string name = "fake";
	char state = 'S';
	int ppid = 1;
	int pgrp = 70;
	int session = 60;
	int tracer = 0;
	unsigned flags = 0x400000;
	unsigned uid = 1000;
	unsigned long long start = 250;
	std::string cgroup = "/";

	[[nodiscard]] std::string stat() const
	{
		return std::to_string(pid) + " (" + name + ") " + state + " " + std::to_string(ppid) + " " +
		       std::to_string(pgrp) + " " + std::to_string(session) + " 0 -1 " + std::to_string(flags) +
		       " 110 111 120 121 140 150 160 170 -51 -5 2 0 " + std::to_string(start) +
		       " 8192000 300 18446744073709551615 1 2 3 4 5 0 0 0 0 0 0 0 17 6 50 1 0 0 0 1 2 3 4 5 6 7 0\n";
	}
	[[nodiscard]] std::string status() const
	{
		const auto id = std::to_string(uid);
		return "Name:\t" + name + "\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t" +
		       std::to_string(tgid ? tgid : pid) + "\nNgid:\t0\nPid:\t" + std::to_string(pid) + "\nPPid:\t" +
		       std::to_string(ppid) + "\nTracerPid:\t" + std::to_string(tracer) + "\nUid:\t" + id +
		       "\t1001\t1002\t1003\nGid:\t5\t6\t7\t8\nFDSize:\t64\nGroups:\t \nVmPeak:\t    9000 kB\n"
		       "VmRSS:\t    1200 kB\nVmSwap:\t      12 "
		       "kB\nThreads:\t2\nCpus_allowed:\tf,000000ff\nCpus_allowed_list:\t0-7,32-35\n"
		       "voluntary_ctxt_switches:\t150\nnonvoluntary_ctxt_switches:\t545\n";
	}
};

class FakeProc {
public:
	FakeProc()
	{
		std::string pattern = (std::filesystem::temp_directory_path() / "psinfo-proc-XXXXXX").string();
		if (!mkdtemp(pattern.data()))
			throw std::runtime_error("mkdtemp " + pattern);
		root_ = pattern;
		std::filesystem::create_directory(root_ / "self");
	}
	FakeProc(const FakeProc &) = delete;
	FakeProc &operator=(const FakeProc &) = delete;
	~FakeProc()
	{
		std::error_code ignored;
		std::filesystem::remove_all(root_, ignored);
	}

	[[nodiscard]] const std::filesystem::path &root() const { return root_; }
	[[nodiscard]] std::string path() const { return root_.string(); }

	void write(const std::string &name, std::string_view text) const
	{
		std::filesystem::create_directories((root_ / name).parent_path());
		std::ofstream(root_ / name, std::ios::binary) << text;
	}

	/// Writes the files of a process or thread to PID/ or PID/task/TID/.
	void add(const FakeProcess &process, const std::string &directory) const
	{
		write(directory + "/stat", process.stat());
		write(directory + "/status", process.status());
		write(directory + "/cgroup", "1:name=systemd:/legacy\n0::" + process.cgroup + "\n");
	}
	void add(const FakeProcess &process) const { add(process, std::to_string(process.pid)); }
	void add_thread(const FakeProcess &thread) const
	{
		const auto directory = std::to_string(thread.tgid) + "/task/" + std::to_string(thread.pid);
		add(thread, directory);
		write(directory + "/schedstat", "123456 789 3\n");
	}

private:
	std::filesystem::path root_;
};

#endif // PSINFO_TEST_LIB_FAKE_PROC_H
