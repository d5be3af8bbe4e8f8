// SPDX-License-Identifier: GPL-2.0
// What is written arrives whole, and the first error is kept.
#include "cli/output.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <ostream>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/descriptor.h"

namespace {

using psinfo::Descriptor;

/// An open file without a name.
Descriptor temporary_file()
{
	std::string path = std::filesystem::temp_directory_path() / "psinfo-output-XXXXXX";
	Descriptor file(mkostemp(path.data(), O_CLOEXEC));
	EXPECT_GE(file.fd(), 0) << path;
	unlink(path.c_str());
	return file;
}

std::string contents(int file)
{
	struct stat status = {};
	fstat(file, &status);
	std::string text(static_cast<std::size_t>(status.st_size), '\0');
	EXPECT_EQ(pread(file, text.data(), text.size(), 0), status.st_size);
	return text;
}

TEST(Output, ArrivesCompleteInPiecesOfAnySize)
{
	const Descriptor file = temporary_file();
	tool::Output output(file.fd());
	std::ostream out(&output);
	std::string expected;

	for (const std::size_t length : {1U, 100U, 8191U, 8192U, 8193U, 50000U, 3U}) {
		const std::string piece(length, static_cast<char>('a' + length % 26));
		out << piece;
		out.put('|');
		expected += piece + '|';
	}
	for (int i = 0; i < 20000; i++) {
		out.put('.');
		expected += '.';
	}
	EXPECT_EQ(output.finish(), 0);
	EXPECT_EQ(contents(file.fd()), expected);
}

TEST(Output, ToAFullDeviceReturnsItsErrno)
{
	const Descriptor full(open("/dev/full", O_WRONLY | O_CLOEXEC));
	tool::Output output(full.fd());
	std::ostream out(&output);

	out << "short";
	EXPECT_TRUE(out.good()) << "nothing is written yet";
	EXPECT_EQ(output.finish(), ENOSPC);
	out << std::string(100000, 'x');
	EXPECT_TRUE(out.fail());
	EXPECT_EQ(output.finish(), ENOSPC);
}

TEST(Output, ReturnsTheFirstErrnoAndWritesNothingAfterIt)
{
	const Descriptor file = temporary_file();
	const Descriptor full(open("/dev/full", O_WRONLY | O_CLOEXEC));
	tool::Output output(full.fd());
	std::ostream out(&output);

	out << std::string(100000, 'x');
	EXPECT_TRUE(out.fail());
	ASSERT_EQ(dup2(file.fd(), full.fd()), full.fd());
	out.clear();
	out << std::string(100000, 'x');
	EXPECT_EQ(output.finish(), ENOSPC);
	EXPECT_EQ(contents(file.fd()), "") << "the beginning is missing, so the rest is wrong";
}

} // namespace
