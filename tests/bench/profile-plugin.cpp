// SPDX-License-Identifier: GPL-2.0
// A QEMU plugin that counts the guest's instructions between two marks of marked.cpp.
// Of each kind of listing it keeps the one with the fewest instructions, and writes it to
// OUT.KIND as lines "ADDRESS INSTRUCTIONS": the address of a block in hexadecimal, and
// how many instructions were executed in it.
//
//	qemu-system-... -plugin file=profile-plugin.so,out=OUT
//
// Debian does not package the header of this interface, so the declarations are
// repeated here. They are version 1, supported by QEMU 4.2 to 8.2.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

extern "C" {
struct qemu_plugin_tb;
struct qemu_plugin_info;
using qemu_plugin_id_t = std::uint64_t;

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t, void (*)(qemu_plugin_id_t, qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(qemu_plugin_tb *, void (*)(unsigned int, void *), int flags, void *);
std::size_t qemu_plugin_tb_n_insns(const qemu_plugin_tb *);
std::uint64_t qemu_plugin_tb_vaddr(const qemu_plugin_tb *);

[[gnu::visibility("default")]] extern int qemu_plugin_version;
int qemu_plugin_version = 1;
}

namespace {

constexpr std::uint64_t marks = 0x700000000, apart = 64, size = 4096; // as in marked.cpp

struct Block {
	std::uint64_t address, instructions;
	std::uint64_t ran; // executions in this listing, times instructions
};

// QEMU may translate a block several times; each translation is a separate element.
std::vector<std::unique_ptr<Block>> blocks;
std::map<std::uint64_t, std::uint64_t> least; // by kind
std::string out;
bool counts;

void end_look(std::uint64_t kind)
{
	std::map<std::uint64_t, std::uint64_t> by_address;
	std::uint64_t all = 0;
	for (const auto &block : blocks) {
		if (!block->ran)
			continue;
		by_address[block->address] += block->ran;
		all += block->ran;
	}
	if (least.contains(kind) && least[kind] <= all)
		return;
	least[kind] = all;
	std::FILE *file = std::fopen((out + "." + std::to_string(kind)).c_str(), "w");
	if (!file)
		return;
	for (const auto &[address, ran] : by_address)
		std::fprintf(file, "%016llx %llu\n", static_cast<unsigned long long>(address),
			     static_cast<unsigned long long>(ran));
	std::fclose(file);
}

void run_mark(unsigned int, void *block)
{
	const std::uint64_t which = (static_cast<const Block *>(block)->address - marks) / apart;
	counts = which == 0;
	if (which > 0)
		return end_look(which);
	for (const auto &each : blocks)
		each->ran = 0;
}

void run_block(unsigned int, void *data)
{
	auto *block = static_cast<Block *>(data);
	if (counts)
		block->ran += block->instructions;
}

void translate(qemu_plugin_id_t, qemu_plugin_tb *code)
{
	const std::uint64_t address = qemu_plugin_tb_vaddr(code);
	blocks.push_back(std::make_unique<Block>(Block{address, qemu_plugin_tb_n_insns(code), 0}));
	const bool is_mark = address >= marks && address < marks + size;
	qemu_plugin_register_vcpu_tb_exec_cb(code, is_mark ? run_mark : run_block, 0, blocks.back().get());
}

} // namespace

extern "C" [[gnu::visibility("default")]] int qemu_plugin_install(qemu_plugin_id_t id, const qemu_plugin_info *,
								  int argc, char **argv)
{
	for (int i = 0; i < argc; ++i)
		if (std::strncmp(argv[i], "out=", 4) == 0)
			out = argv[i] + 4;
	if (out.empty())
		return 1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
	return 0;
}
