// SPDX-License-Identifier: GPL-2.0
// The readers that open /proc/psinfo in tests and pass on the descriptor.
//
//	root alice bob
//	root-no-ptrace	root without CAP_SYS_PTRACE
//	alice-ptrace	alice with CAP_SYS_PTRACE
//	alice-userns	alice, as root of her own user namespace
#pragma once

#include "descriptors.h"
#include "process.h"

#include <fstream>

#include <linux/capability.h>
#include <sched.h>
#include <sys/socket.h>

namespace reader {

inline void set_capabilities(unsigned long long permitted, unsigned long long effective)
{
	__user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	__user_cap_data_struct data[2] = {};
	for (int i = 0; i < 2; ++i) {
		data[i].permitted = static_cast<unsigned>(permitted >> 32 * i);
		data[i].effective = static_cast<unsigned>(effective >> 32 * i);
	}
	process::need(syscall(SYS_capset, &header, data) == 0, "capset");
}

inline unsigned long long own_capabilities()
{
	__user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	__user_cap_data_struct data[2] = {};
	process::need(syscall(SYS_capget, &header, data) == 0, "capget");
	return data[0].permitted | static_cast<unsigned long long>(data[1].permitted) << 32;
}

inline void write_to(const char *path, const char *text)
{
	std::ofstream file(path);
	file << text << std::flush;
	process::need(static_cast<bool>(file), path);
}

inline void become(const std::string &who, const std::vector<gid_t> &groups)
{
	constexpr auto ptrace = 1ull << CAP_SYS_PTRACE;

	if (who == "root" || who == "root-no-ptrace") {
		process::become(0, groups);
		if (who == "root-no-ptrace") {
			const auto rest = own_capabilities() & ~ptrace;
			set_capabilities(rest, rest);
		}
	} else if (who == "alice" || who == "alice-userns") {
		process::become(process::alice, groups);
	} else if (who == "alice-ptrace") {
		prctl(PR_SET_KEEPCAPS, 1);
		process::become(process::alice, groups);
		set_capabilities(ptrace, ptrace);
	} else if (who == "bob") {
		process::become(process::bob, groups);
	} else {
		errno = EINVAL;
		process::die("there is no reader " + who);
	}
	prctl(PR_SET_DUMPABLE, 1);
	if (who == "alice-userns") {
		process::need(unshare(CLONE_NEWUSER) == 0, "unshare");
		write_to("/proc/self/setgroups", "deny");
		write_to("/proc/self/uid_map", "0 1000 1");
		write_to("/proc/self/gid_map", "0 1000 1");
	}
}

inline void send_descriptor(int socket, int fd)
{
	process::need(descriptors::send(socket, fd), "sendmsg");
}

inline int receive_descriptor(int socket)
{
	const int fd = descriptors::receive(socket);
	if (fd < 0)
		process::die("no descriptor came from the reader");
	return fd;
}

} // namespace reader
