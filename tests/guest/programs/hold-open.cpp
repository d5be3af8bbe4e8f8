// SPDX-License-Identifier: GPL-2.0
// hold-open [loop]: opens /proc/psinfo, reads some bytes and prints "open".
// With `loop` it then keeps opening and reading the file. When the entry has
// been removed, it prints the result of each kind of access and exits.
#include "files.h"

#include <cstdio>

#include <poll.h>

namespace {

void report(const char *call, long result)
{
	if (result < 0)
		std::printf("%s: %s\n", call, strerrorname_np(errno));
	else
		std::printf("%s: gives %ld\n", call, result);
}

void read_until_gone()
{
	char buffer[4096];
	for (;;) {
		const int fd = open(psinfo_path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return;
		while (read(fd, buffer, sizeof(buffer)) > 0)
			continue;
		close(fd);
	}
}

} // namespace

int main(int argc, char **argv)
{
	const Descriptor begun(psinfo_path), untouched(psinfo_path);
	char byte;
	if (read(begun, &byte, 1) != 1)
		throw failure("the first read");
	std::puts("open");
	std::fflush(stdout);

	if (argc > 1 && std::strcmp(argv[1], "loop") == 0)
		read_until_gone();
	while (access(psinfo_path, F_OK) == 0)
		usleep(1000);

	report("read", read(begun, &byte, 1));
	report("pread", pread(begun, &byte, 1, 0));
	report("lseek", lseek(begun, 0, SEEK_SET));
	report("read of one not read before", read(untouched, &byte, 1));
	report("open", open(psinfo_path, O_RDONLY));
}
