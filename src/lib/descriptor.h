// SPDX-License-Identifier: GPL-2.0
// Open files and directories, closed by whoever holds them.
#ifndef PSINFO_LIB_DESCRIPTOR_H
#define PSINFO_LIB_DESCRIPTOR_H

#include <memory>
#include <string>
#include <utility>

#include <dirent.h>
#include <fcntl.h>

#include "error.h"

namespace psinfo {

/// An open file. Moved from, it holds -1 and may only be destroyed or assigned.
class Descriptor {
public:
	explicit Descriptor(int fd) : fd_(fd) {}
	Descriptor(Descriptor &&other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
	Descriptor &operator=(Descriptor &&other) noexcept
	{
		std::swap(fd_, other.fd_);
		return *this;
	}
	~Descriptor();

	[[nodiscard]] int fd() const { return fd_; }

private:
	int fd_;
};

/// openat() for reading, with O_CLOEXEC. Error: see error_of_errno().
[[nodiscard]] Result<Descriptor> open_at(int directory, const std::string &path, int flags = 0);

/// All of the file; `text` is reused between calls, and on error holds anything.
/// 0, or the errno.
[[nodiscard]] int read_file(int directory, const char *path, std::string &text);

struct DirectoryCloser {
	void operator()(DIR *stream) const { closedir(stream); }
};
using DirectoryStream = std::unique_ptr<DIR, DirectoryCloser>;

/// To be read from its beginning, whatever others do with `directory`.
[[nodiscard]] Result<DirectoryStream> open_stream(int directory, const std::string &path);

} // namespace psinfo

#endif // PSINFO_LIB_DESCRIPTOR_H
