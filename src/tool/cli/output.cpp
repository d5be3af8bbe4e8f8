// SPDX-License-Identifier: GPL-2.0
// A stream buffer for a file descriptor. It keeps the errno of a failed write.
#include "cli/output.h"

#include "lib/descriptor.h"

namespace tool {

Output::Output(int descriptor) : descriptor_(descriptor)
{
	setp(buffer_.data(), buffer_.data() + buffer_.size());
}

/// Writes nothing more after an error.
bool Output::write(const char *data, std::size_t size)
{
	if (error_ == 0)
		error_ = psinfo::write_all(descriptor_, data, size);
	return error_ == 0;
}

int Output::sync()
{
	auto size = static_cast<std::size_t>(pptr() - pbase());
	setp(buffer_.data(), buffer_.data() + buffer_.size());
	return write(buffer_.data(), size) ? 0 : -1;
}

Output::int_type Output::overflow(int_type byte)
{
	if (sync() < 0)
		return traits_type::eof();
	return traits_type::eq_int_type(byte, traits_type::eof()) ? traits_type::not_eof(byte) :
								    sputc(traits_type::to_char_type(byte));
}

std::streamsize Output::xsputn(const char *data, std::streamsize size)
{
	if (size < epptr() - pptr())
		return std::streambuf::xsputn(data, size);
	bool is_written = sync() == 0 && write(data, static_cast<std::size_t>(size));
	return is_written ? size : 0;
}

int Output::finish()
{
	sync();
	return error_;
}

} // namespace tool
