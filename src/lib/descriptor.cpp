// SPDX-License-Identifier: GPL-2.0
// RAII wrappers for open files and directories.
#include "descriptor.h"

#include <cerrno>

#include <unistd.h>

namespace psinfo {

namespace {

/// Returns a descriptor, or -1 with errno set.
int open_again(int directory, const char *path, int flags)
{
	int fd = -1;
	do {
		fd = openat(directory, path, O_RDONLY | O_CLOEXEC | flags);
	} while (fd < 0 && errno == EINTR);
	return fd;
}

} // namespace

Descriptor::~Descriptor()
{
	if (fd_ >= 0)
		close(fd_);
}

Result<Descriptor> open_at(int directory, const std::string &path, int flags)
{
	const int fd = open_again(directory, path.c_str(), flags);
	if (fd < 0)
		return Error::from_errno(errno, "open", path);
	return Descriptor(fd);
}

int read_file(int directory, const char *path, std::string &text)
{
	const Descriptor file(open_again(directory, path, 0));
	if (file.fd() < 0)
		return errno;

	// A short read is not the end: some files of procfs return one page per read.
	constexpr std::size_t page = 4096;
	std::size_t used = 0;
	text.resize(page);
	for (;;) {
		const ssize_t got = read(file.fd(), text.data() + used, text.size() - used);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno;
		if (got == 0)
			break;
		used += static_cast<std::size_t>(got);
		if (used == text.size())
			text.resize(2 * used);
	}
	text.resize(used);
	return 0;
}

Result<DirectoryStream> open_stream(int directory, const std::string &path)
{
	const int fd = open_again(directory, ".", O_DIRECTORY);
	if (fd < 0)
		return Error::from_errno(errno, "open", path);
	DirectoryStream stream(fdopendir(fd));
	if (!stream) {
		const int number = errno;
		close(fd);
		return Error::from_errno(number, "read", path);
	}
	return stream;
}

} // namespace psinfo
