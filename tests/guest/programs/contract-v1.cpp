// SPDX-License-Identifier: GPL-2.0
// contract-v1: a program written for ABI 1.0. It uses only the frozen header and
// does what such a program may do: it asks what the module supports, makes passes
// with each group alone and with all, with records of exactly the sizes promised
// by 1.0 and with larger ones, and requests unknown groups and totals. Prints
// "ABI 1.0: N of M" and each check that failed. It does not include the current
// header, so that later changes do not affect it.
#include "../../static/frozen/abi-1.0.h"
#include "checks.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace {

using checks::expect;

struct Group {
	const char *name;
	std::uint32_t bit, record_size;
};

constexpr Group groups[] = {
	{"none", 0, PSINFO_RECORD_SIZE_IDENTITY},
	{"cred", PSINFO_GROUP_CRED, PSINFO_RECORD_SIZE_CRED},
	{"sched", PSINFO_GROUP_SCHED, PSINFO_RECORD_SIZE_SCHED},
	{"times", PSINFO_GROUP_TIMES, PSINFO_RECORD_SIZE_TIMES},
	{"memory", PSINFO_GROUP_MEMORY, PSINFO_RECORD_SIZE_MEMORY},
	{"cgroup", PSINFO_GROUP_CGROUP, PSINFO_RECORD_SIZE_CGROUP},
	{"all", PSINFO_GROUP_CRED | PSINFO_GROUP_SCHED | PSINFO_GROUP_TIMES | PSINFO_GROUP_MEMORY | PSINFO_GROUP_CGROUP,
	 PSINFO_RECORD_SIZE_CGROUP},
	{"unknown", 1U << 31 | 1U << 20, PSINFO_RECORD_SIZE_IDENTITY},
};

// Makes a pass and returns the record of this process.
psinfo_record take_pass(int fd, const Group &group, std::uint32_t record_size, std::uint32_t capacity)
{
	const std::string what = std::string(group.name) + ", records of " + std::to_string(record_size) + " bytes: ";
	const auto self = static_cast<std::uint32_t>(getpid());
	std::vector<unsigned char> buffer(std::size_t{capacity} * record_size);
	psinfo_record own{};
	psinfo_query query{};
	std::uint32_t last = 0;

	query.size = PSINFO_QUERY_SIZE_VER1;
	query.groups = group.bit;
	query.records = reinterpret_cast<std::uintptr_t>(buffer.data());
	query.capacity = capacity;
	query.record_size = record_size;
	do {
		if (ioctl(fd, PSINFO_IOC_QUERY, &query) < 0) {
			expect(false, what + std::strerror(errno));
			return own;
		}
		std::uint32_t counted = 0;
		for (const auto count : query.processes)
			counted += count;
		expect(counted == query.nr_records, what + "totals are not the sum of the records");
		for (std::uint32_t i = 0; i < query.nr_records; ++i) {
			psinfo_record record{};
			std::memcpy(&record, &buffer[std::size_t{i} * record_size],
				    std::min<std::size_t>(record_size, sizeof(record)));
			expect(record.pid > last, what + "records are not sorted by pid");
			last = record.pid;
			if (record.pid == self)
				own = record;
		}
	} while (query.cursor);
	expect(query.groups_filled == (group.bit & 0x1fU), what + "groups_filled");
	expect(own.pid == self && own.tgid == self, what + "this process has no record");
	return own;
}

void check_own(const psinfo_record &own)
{
	expect(own.ppid == static_cast<std::uint32_t>(getppid()), "ppid");
	expect(own.pgrp == static_cast<std::uint32_t>(getpgrp()), "pgrp");
	expect(own.session == static_cast<std::uint32_t>(getsid(0)), "session");
	expect(own.state == PSINFO_STATE_RUNNING, "state");
	expect(std::strcmp(reinterpret_cast<const char *>(own.name), "contract-v1") == 0, "name");
	expect(own.start_ns > 0 && own.groups_withheld == 0, "start_ns, groups_withheld");
	expect(own.uid == getuid() && own.euid == geteuid() && own.gid == getgid() && own.egid == getegid(), "ids");
	expect(own.nice == getpriority(PRIO_PROCESS, 0) && own.static_prio == 120 + own.nice, "nice");
	expect(own.runtime_ns > 0 && own.threads == 1, "runtime_ns, threads");
	expect(own.vsize_bytes > own.rss_bytes && own.rss_bytes > 0, "vsize_bytes, rss_bytes");
	expect(own.cgroup > 0, "cgroup");
}

} // namespace

int main()
{
	const int fd = open("/proc/psinfo", O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		std::perror("/proc/psinfo");
		return 1;
	}
	psinfo_info info{};
	info.size = PSINFO_INFO_SIZE_VER1;
	expect(ioctl(fd, PSINFO_IOC_INFO, &info) == 0 && info.abi_major == PSINFO_ABI_MAJOR, "PSINFO_IOC_INFO");
	expect((info.groups & 0x1fU) == 0x1fU && (info.filters & 0x3fU) == 0x3fU && (info.query_flags & 3U) == 3U,
	       "what the module supports");
	expect(info.record_size >= sizeof(psinfo_record) && info.query_size >= sizeof(psinfo_query),
	       "sizes of the module");

	for (const auto &group : groups)
		for (const std::uint32_t size : {group.record_size, group.record_size + 8, 1024U, 4096U})
			for (const std::uint32_t capacity : {7U, 1000U}) {
				const auto own = take_pass(fd, group, size, capacity);
				if (std::string_view(group.name) == "all")
					check_own(own);
			}

	psinfo_query totals{};
	totals.size = PSINFO_QUERY_SIZE_VER1;
	totals.flags = PSINFO_QUERY_TOTALS_ONLY | PSINFO_QUERY_THREADS;
	expect(ioctl(fd, PSINFO_IOC_QUERY, &totals) == 0 && totals.processes[PSINFO_STATE_RUNNING] > 0 &&
		       totals.threads[PSINFO_STATE_RUNNING] > 0,
	       "totals");
	return checks::report("ABI 1.0");
}
