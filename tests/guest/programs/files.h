// SPDX-License-Identifier: GPL-2.0
// File access and error messages for all helper programs. Functions throw
// std::runtime_error; the main function of all helpers (tests/guest/harness/multicall.cpp) prints
// it and returns 1.
#pragma once

#include <cerrno>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

inline constexpr const char *psinfo_path = "/proc/psinfo";

// An exception that describes errno
inline std::runtime_error failure(const std::string &what)
{
	return std::runtime_error(what + ": " + std::strerror(errno));
}

class Descriptor {
public:
	explicit Descriptor(const std::string &path, int flags = O_RDONLY) : Descriptor(AT_FDCWD, path, flags) {}
	Descriptor(int directory, const std::string &path, int flags = O_RDONLY)
		: fd_(openat(directory, path.c_str(), flags | O_CLOEXEC, 0600))
	{
		if (fd_ < 0)
			throw failure(path);
	}
	Descriptor(Descriptor &&other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
	Descriptor &operator=(Descriptor &&) = delete;
	~Descriptor()
	{
		if (fd_ >= 0)
			close(fd_);
	}
	operator int() const { return fd_; }

private:
	int fd_;
};

struct Contents {
	std::string bytes; // what was read before end of file or an error
	int error = 0; // errno of the open() or read() that failed
};

// Reads from the current position to the end, in pieces of that size.
inline Contents read_descriptor(int fd, std::size_t piece = 1 << 17)
{
	Contents contents;
	std::size_t have = 0;
	for (;;) {
		contents.bytes.resize(have + piece);
		const ssize_t got = read(fd, contents.bytes.data() + have, piece);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			contents.error = errno;
		if (got <= 0)
			break;
		have += static_cast<std::size_t>(got);
	}
	contents.bytes.resize(have);
	return contents;
}

// `at` is the directory of a relative path.
inline Contents read_whole(const std::string &path, std::size_t piece = 1 << 17, int at = AT_FDCWD)
{
	const int fd = openat(at, path.c_str(), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return {{}, errno};
	Contents contents = read_descriptor(fd, piece);
	close(fd);
	return contents;
}

// Reads from the current position to the end.
inline std::string read_rest(int fd)
{
	Contents contents = read_descriptor(fd);
	errno = contents.error;
	if (contents.error)
		throw failure("read");
	return std::move(contents.bytes);
}

inline std::string read_file(const std::string &path)
{
	return read_rest(Descriptor(path));
}

// Writes to a file that exists, such as one of /proc, in one call.
inline void write_file(const std::string &path, std::string_view text)
{
	if (write(Descriptor(path, O_WRONLY), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
		throw failure(path);
}

// A file of a process, or nothing if that process has exited or is hidden. `at` is the
// directory of a relative path.
inline std::optional<std::string> read_if_there(const std::string &path, int at = AT_FDCWD)
{
	Contents contents = read_whole(path, 4096, at);
	if (contents.error || contents.bytes.empty())
		return std::nullopt;
	return std::move(contents.bytes);
}

// The lines without newlines; text after the last newline is one more line.
inline std::vector<std::string> lines_of(std::string_view text)
{
	std::vector<std::string> lines;
	while (!text.empty()) {
		const auto end = std::min(text.find('\n'), text.size());
		lines.emplace_back(text.substr(0, end));
		text.remove_prefix(std::min(end + 1, text.size()));
	}
	return lines;
}
