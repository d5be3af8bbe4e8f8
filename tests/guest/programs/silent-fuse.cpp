// SPDX-License-Identifier: GPL-2.0
// silent-fuse DIRECTORY [query]: a FUSE file system that stops answering, and a
// process that is stuck because of it. It is mounted at DIRECTORY, answers until
// DIRECTORY/file can be mapped, and never answers the first read. The process
// accesses the mapped page, or with "query" lets /proc/psinfo write records to it.
//
// Prints the PID of the stuck process when the kernel has requested the page.
#include "process.h"
#include "query.h"

#include <array>
#include <cstddef>
#include <cstdint>

#include <fcntl.h>
#include <linux/fuse.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>

namespace {

constexpr std::uint64_t file_node = 2;
constexpr std::size_t file_size = 4096;

class Silent {
public:
	explicit Silent(const std::string &directory) : device_(open("/dev/fuse", O_RDWR | O_CLOEXEC))
	{
		process::need(device_ >= 0, "open /dev/fuse");
		const std::string options =
			"fd=" + std::to_string(device_) + ",rootmode=40000,user_id=0,group_id=0,allow_other";
		process::need(mount("silent", directory.c_str(), "fuse", MS_NOSUID | MS_NODEV, options.c_str()) == 0,
			      "mount");
	}

	// Answers requests; returns at the first read, which stays unanswered.
	void answer_until_read()
	{
		alignas(8) std::array<char, 1U << 17U> request{};

		for (;;) {
			const auto got = read(device_, request.data(), request.size());
			if (got < 0 && (errno == EINTR || errno == ENOENT))
				continue;
			process::need(got >= static_cast<ssize_t>(sizeof(fuse_in_header)), "read /dev/fuse");
			const auto &in = *reinterpret_cast<const fuse_in_header *>(request.data());
			if (in.opcode == FUSE_READ)
				return;
			answer(in, request.data() + sizeof(in));
		}
	}

private:
	void answer(const fuse_in_header &in, const char *argument)
	{
		switch (in.opcode) {
		case FUSE_INIT: {
			fuse_init_out out{};
			out.major = FUSE_KERNEL_VERSION;
			out.minor = reinterpret_cast<const fuse_init_in *>(argument)->minor;
			// With readahead a process waits for its page in state D.
			out.max_readahead = 1U << 17U;
			out.flags = FUSE_ASYNC_READ;
			out.max_write = 4096;
			return reply(in, 0, out);
		}
		case FUSE_LOOKUP: {
			fuse_entry_out out{};
			out.nodeid = file_node;
			out.entry_valid = out.attr_valid = 3600;
			out.attr = attributes(file_node);
			return reply(in, 0, out);
		}
		case FUSE_GETATTR: {
			fuse_attr_out out{};
			out.attr_valid = 3600;
			out.attr = attributes(in.nodeid);
			return reply(in, 0, out);
		}
		case FUSE_OPEN:
			return reply(in, 0, fuse_open_out{});
		case FUSE_FORGET:
		case FUSE_INTERRUPT:
			return;
		default:
			return reply(in, -ENOSYS, Nothing{});
		}
	}

	struct Nothing {};

	static fuse_attr attributes(std::uint64_t node)
	{
		fuse_attr attr{};
		attr.ino = node;
		attr.size = node == file_node ? file_size : 0;
		attr.mode = node == file_node ? S_IFREG | 0444 : S_IFDIR | 0555;
		attr.nlink = 1;
		return attr;
	}

	template <typename Out> void reply(const fuse_in_header &in, int error, const Out &out)
	{
		struct {
			fuse_out_header header;
			Out out;
		} whole{{}, out};
		const std::size_t size = error ? sizeof(whole.header) : sizeof(whole);

		whole.header.len = static_cast<std::uint32_t>(size);
		whole.header.error = error;
		whole.header.unique = in.unique;
		process::need(write(device_, &whole, size) == static_cast<ssize_t>(size), "write /dev/fuse");
	}

	int device_;
};

void *map(const std::string &path)
{
	const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
	process::need(file >= 0, "open the file of the silent file system");
	void *mapped = mmap(nullptr, file_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
	process::need(mapped != MAP_FAILED, "mmap");
	return mapped;
}

void want_the_byte(const std::string &path)
{
	process::set_name("on-silent-fuse");
	[[maybe_unused]] const char byte = *static_cast<volatile char *>(map(path));
}

void query_into_it(const std::string &path)
{
	process::set_name("on-silent-fuse");
	psinfo_query query = whole_query();
	query.records = reinterpret_cast<std::uintptr_t>(map(path));
	query.record_size = sizeof(psinfo_record);
	query.capacity = file_size / sizeof(psinfo_record);
	ask(Descriptor(psinfo_path), query);
}

} // namespace

int main(int argc, char **argv)
{
	const bool is_query = argc == 3 && std::string(argv[2]) == "query";
	if (argc != 2 && !is_query) {
		std::fprintf(stderr, "usage: silent-fuse DIRECTORY [query]\n");
		return 2;
	}
	const std::string directory = argv[1];
	Silent silent(directory);
	const pid_t stuck = process::start([&] { (is_query ? query_into_it : want_the_byte)(directory + "/file"); });
	silent.answer_until_read();
	std::printf("%d\n", stuck);
	std::fflush(stdout);
	process::sleep_forever();
}
