// SPDX-License-Identifier: GPL-2.0
// Open files, and reading whole files or their beginning.
#include <cerrno>
#include <string>

#include <gtest/gtest.h>

#include "descriptor.h"
#include "lib_fake_proc.h"

using namespace psinfo;

namespace {

bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

std::string text_of(const std::string &path, std::size_t most = SIZE_MAX)
{
	std::string text = "what was there before";
	EXPECT_EQ(read_file(AT_FDCWD, path.c_str(), text, most), 0);
	return text;
}

} // namespace

TEST(Descriptors, AreClosedByTheLastOwnerOrExplicitly)
{
	auto first = open_at(AT_FDCWD, "/dev/null").value();
	const int fd = first.fd();
	EXPECT_TRUE(is_open(fd));
	{
		const Descriptor second(std::move(first));
		EXPECT_EQ(second.fd(), fd);
		EXPECT_TRUE(is_open(fd));
	}
	EXPECT_FALSE(is_open(fd));

	auto third = open_at(AT_FDCWD, "/dev/null").value();
	const int other = third.fd();
	third.close();
	EXPECT_FALSE(is_open(other));
	EXPECT_LT(third.fd(), 0);
}

TEST(Descriptors, ThatCannotBeOpenedGiveAnErrorWithTheFileName)
{
	EXPECT_EQ(open_at(AT_FDCWD, "/nonexistent").error().message(),
		  "cannot open /nonexistent: No such file or directory");
	EXPECT_EQ(open_stream(open_at(AT_FDCWD, "/dev/null").value().fd(), "/here").error().message(),
		  "cannot open /here: Not a directory");
}

TEST(ReadFile, ReadsTheWholeFileOrItsBeginning)
{
	const FakeProc proc;
	const auto path = proc.path() + "/file";
	for (const std::size_t size : {0, 1, 4095, 4096, 4097, 100'000}) {
		std::string text(size, 'x');
		for (std::size_t i = 0; i < size; i++)
			text[i] = static_cast<char>('a' + i % 23);
		proc.write("file", text);
		EXPECT_EQ(text_of(path), text) << size;
		for (const std::size_t most : {0, 1, 4096, 5000, 99'999, 100'000, 100'001})
			EXPECT_EQ(text_of(path, most), text.substr(0, most)) << size << ", at most " << most;
	}
}

TEST(ReadFile, ReturnsTheErrnoAndClearsTheText)
{
	std::string text = "what was there before";
	EXPECT_EQ(read_file(AT_FDCWD, "/nonexistent", text), ENOENT);
	EXPECT_EQ(text, "");
	text = "what was there before";
	EXPECT_EQ(read_file(AT_FDCWD, "/proc/self", text), EISDIR);
	EXPECT_EQ(text, "");
}
