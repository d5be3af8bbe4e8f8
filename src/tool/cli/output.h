// SPDX-License-Identifier: GPL-2.0
// A stream buffer for a file descriptor. It keeps the errno of a failed write.
#ifndef PSINFO_TOOL_OUTPUT_H
#define PSINFO_TOOL_OUTPUT_H

#include <array>
#include <cstddef>
#include <streambuf>

namespace tool {

class Output : public std::streambuf {
public:
	/// Does not own the descriptor.
	explicit Output(int descriptor);

	/// Flushes the buffer. Returns 0, or the errno of the first write that failed.
	[[nodiscard]] int finish();

protected:
	int_type overflow(int_type byte) override;
	std::streamsize xsputn(const char *data, std::streamsize size) override;
	int sync() override;

private:
	bool write(const char *data, std::size_t size);

	int descriptor_;
	int error_ = 0;
	std::array<char, 8192> buffer_;
};

} // namespace tool

#endif // PSINFO_TOOL_OUTPUT_H
