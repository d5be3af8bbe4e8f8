// SPDX-License-Identifier: GPL-2.0
// marked LISTING...: performs each listing (see listings.h) 20 times between two marks that
// profile-plugin.cpp detects. Prints the number of processes and the kernel's
// functions, including BPF programs while they are loaded. A mark is a call to an
// address that no other program uses. Mark 0 begins a listing, mark N ends one of the
// N-th kind. The last mark ends a period of ten seconds without any listing, during
// which a table that has been read stays open.
#include "../guest/programs/listings.h"
#include "../guest/programs/process.h"

#include <fstream>

#include <sys/mman.h>

namespace {

constexpr std::uintptr_t marks = 0x700000000; // as in profile-plugin.cpp
constexpr std::size_t apart = 64, size = 4096;

#if defined(__x86_64__)
constexpr unsigned char just_return[] = {0xc3};
#elif defined(__aarch64__)
constexpr unsigned char just_return[] = {0xc0, 0x03, 0x5f, 0xd6};
#endif

void make_marks()
{
	void *wanted = reinterpret_cast<void *>(marks);
	auto *page = static_cast<char *>(mmap(wanted, size, PROT_READ | PROT_WRITE | PROT_EXEC,
					      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0));
	if (page == MAP_FAILED)
		throw failure("mmap");
	for (std::size_t at = 0; at < size; at += apart)
		std::memcpy(page + at, just_return, sizeof(just_return));
	__builtin___clear_cache(page, page + size);
}

void mark(std::size_t which)
{
	reinterpret_cast<void (*)()>(marks + which * apart)();
}

// Lines "ADDRESS TYPE NAME [MODULE]"
void print_functions()
{
	constexpr std::size_t type_at = 17;
	std::ifstream symbols("/proc/kallsyms");
	for (std::string line; std::getline(symbols, line);)
		if (line.size() > type_at && std::strchr("tTwW", line[type_at]))
			std::puts(line.c_str());
}

} // namespace

int main(int argc, char **argv)
try {
	if (argc < 2)
		throw std::runtime_error("usage: marked LISTING...");
	make_marks();
	std::fill(listings::buffer.begin(), listings::buffer.end(), 1); // populate its pages
	for (std::size_t kind = 1; kind < static_cast<std::size_t>(argc); ++kind)
		for (int i = 0; i < 20; ++i) {
			mark(0);
			if (!listings::list_processes(argv[kind]))
				throw std::runtime_error(std::string("nothing is called ") + argv[kind]);
			mark(kind);
		}
	const Descriptor open(psinfo_path);
	if (read(open, listings::buffer.data(), 1000) <= 0)
		throw failure("read");
	mark(0);
	process::nap(10);
	mark(static_cast<std::size_t>(argc));
	std::printf("processes %u\n", listings::processes());
	print_functions();
	return 0;
} catch (const std::exception &error) {
	std::fprintf(stderr, "marked: %s\n", error.what());
	return 1;
}
