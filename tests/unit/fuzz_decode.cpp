// SPDX-License-Identifier: GPL-2.0
// libFuzzer: arbitrary bytes as records, with an arbitrary claimed layout. Unless it
// returns an error, the library must decode all of them, and only to valid processes.
#include <cstdlib>
#include <cstring>
#include <memory>

#include "decode.h"

namespace {

void need(bool holds)
{
	if (!holds)
		std::abort();
}

struct Claim {
	std::uint16_t count;
	std::uint16_t stride;
	std::uint16_t known;
	std::uint8_t groups;
	std::uint8_t is_sane;
};

#define GROUP(group, ...) | PSINFO_GROUP_##group
constexpr std::uint32_t all_groups = 0
#include "fields.def"
	;

} // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
	Claim claim{};
	if (size < sizeof(claim))
		return 0;
	std::memcpy(&claim, data, sizeof(claim));
	// On the heap and of exactly that size, so that ASan detects reads beyond it.
	const auto length = size - sizeof(claim);
	const std::unique_ptr<std::byte[]> bytes(new std::byte[length]);
	std::memcpy(bytes.get(), data + sizeof(claim), length);

	psinfo::Layout layout{claim.stride, claim.known, claim.groups};
	std::size_t count = claim.count;
	// Mostly a layout that fits, so that the records are decoded.
	if (claim.is_sane % 4) {
		layout.groups &= all_groups;
		layout.stride = psinfo::record_size(layout.groups) + std::size_t{8} * (claim.stride % 8);
		layout.known = sizeof(psinfo_record);
		count = length / layout.stride;
	}
	std::vector<psinfo::Process> processes;
	const auto error = psinfo::decode_records({bytes.get(), length}, count, layout, processes);
	need(error ? processes.size() <= count : processes.size() == count);
	need(processes.size() * layout.stride <= length);
	for (const auto &process : processes) {
		need(process.pid > 0 && process.tgid > 0 && process.ppid >= 0 && process.tracer >= 0);
		need(process.name.size() <= 16 && process.name.find('\0') == std::string::npos);
#define GROUP(group, member, ...)                                                                           \
	need((process.member || process.withheld.member) == ((layout.groups & PSINFO_GROUP_##group) != 0)); \
	need(!process.member || !process.withheld.member);
#include "fields.def"
	}
	psinfo_query answer{};
	std::memcpy(&answer, bytes.get(), std::min(length, sizeof(answer)));
	psinfo::Totals totals{};
	psinfo::add_totals(answer, totals);
	return 0;
}
