// SPDX-License-Identifier: GPL-2.0
// The listings "bpf-binary" and "bpf-text": all processes from a BPF iterator
// (tasks.bpf.c, as tasks.bpf.o in the program's directory). It is loaded and
// attached once; a listing creates an iterator, reads it to its end and closes it.
#include "../../guest/programs/listings.h"

#include <filesystem>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

namespace {

// Returns the file descriptor of the link that creates iterators.
int link_of(const char *program)
{
	const std::string path = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "tasks.bpf.o";
	bpf_object *object = bpf_object__open_file(path.c_str(), nullptr);
	if (!object || bpf_object__load(object))
		throw failure(path);
	const bpf_program *found = bpf_object__find_program_by_name(object, program);
	const bpf_link *link = found ? bpf_program__attach_iter(found, nullptr) : nullptr;
	if (!link)
		throw failure(program);
	return bpf_link__fd(link);
}

void read_iterator(int link)
{
	const int fd = bpf_iter_create(link);
	ssize_t got;
	// The kernel returns at most 32 KiB at a time, whatever the buffer size.
	while ((got = read(fd, listings::buffer.data(), 128 << 10)) > 0)
		continue;
	if (fd < 0 || got < 0)
		throw failure("the iterator of BPF");
	close(fd);
}

[[maybe_unused]] const bool binary = listings::add("bpf-binary", [] {
	static const int link = link_of("tasks_binary");
	read_iterator(link);
});
[[maybe_unused]] const bool text = listings::add("bpf-text", [] {
	static const int link = link_of("tasks_text");
	read_iterator(link);
});

} // namespace

// Debian's libelf.a 0.192 references these functions but lacks them. They are only
// needed by elf_getdata_rawchunk(), which libbpf never calls.
extern "C" {
[[gnu::weak]] void eu_search_tree_init()
{
}
[[gnu::weak]] void eu_search_tree_fini()
{
}
}
