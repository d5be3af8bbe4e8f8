// SPDX-License-Identifier: MIT
// RAII wrappers for open files and directories. The tool uses them, too; they are not
// installed.
#ifndef PSINFO_LIB_DESCRIPTOR_H
#define PSINFO_LIB_DESCRIPTOR_H

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <dirent.h>
#include <fcntl.h>

#include <psinfo/result.h>

namespace psinfo {

/// An open file. A moved-from object may only be destroyed or assigned to.
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

	/// Closes the file now. The object is then like one that was moved from.
	void close() { *this = Descriptor(-1); }

private:
	int fd_;
};

/// openat() for reading, with O_CLOEXEC. Errors: see Error::from_errno().
[[nodiscard]] Result<Descriptor> open_at(int directory, const std::string &path, int flags = 0);

/// Reads the file, at most `most` bytes of it, into `text`, reusing its memory. Returns
/// 0 or the errno; after an error, `text` holds what was read before.
[[nodiscard]] int read_file(int directory, const char *path, std::string &text, std::size_t most = SIZE_MAX);

/// Writes all of the data. Returns 0 or the errno of the write() that failed.
[[nodiscard]] int write_all(int descriptor, const void *data, std::size_t size);

struct DirectoryCloser {
	void operator()(DIR *stream) const { closedir(stream); }
};
using DirectoryStream = std::unique_ptr<DIR, DirectoryCloser>;

/// Opens `directory` again: the stream has an offset of its own. `path` is used in
/// error messages.
[[nodiscard]] Result<DirectoryStream> open_stream(int directory, const std::string &path);

} // namespace psinfo

#endif // PSINFO_LIB_DESCRIPTOR_H
