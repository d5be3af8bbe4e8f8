// SPDX-License-Identifier: MIT
// RAII wrappers for open files and directories.
#include "descriptor.h"

#include <algorithm>
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
		::close(fd_);
}

Result<Descriptor> open_at(int directory, const std::string &path, int flags)
{
	const int fd = open_again(directory, path.c_str(), flags);
	if (fd < 0)
		return Error::from_errno(errno, "open", path);
	return Descriptor(fd);
}

int read_file(int directory, const char *path, std::string &text, std::size_t most)
{
	constexpr std::size_t page = 4096;
	const Descriptor file(open_again(directory, path, 0));
	std::size_t used = 0;
	int number = file.fd() < 0 ? errno : 0;

	text.resize(std::min(page, most));
	// A short read is not the end: some files of procfs return one page per read.
	while (number == 0 && used < most) {
		const ssize_t got = read(file.fd(), text.data() + used, text.size() - used);
		if (got == 0)
			break;
		if (got < 0 && errno != EINTR)
			number = errno;
		used += got > 0 ? static_cast<std::size_t>(got) : 0;
		if (used == text.size())
			text.resize(std::min(2 * used, most));
	}
	text.resize(used);
	return number;
}

int write_all(int descriptor, const void *data, std::size_t size)
{
	const auto *at = static_cast<const char *>(data);
	while (size > 0) {
		auto written = ::write(descriptor, at, size);
		if (written < 0 && errno != EINTR)
			return errno;
		if (written > 0) {
			at += written;
			size -= static_cast<std::size_t>(written);
		}
	}
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
