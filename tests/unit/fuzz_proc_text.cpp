// SPDX-License-Identifier: GPL-2.0
// libFuzzer: arbitrary bytes as the text files of procfs.
#include <cstdlib>
#include <cstring>
#include <memory>

#include "proc_text.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
	using namespace psinfo;

	if (size == 0)
		return 0;
	// On the heap and of exactly that size, so that ASan detects reads beyond it.
	const auto length = size - 1;
	const std::unique_ptr<char[]> bytes(new char[length]);
	std::memcpy(bytes.get(), data + 1, length);
	const std::string_view text(bytes.get(), length);
	Process process;
	process.credentials.emplace();
	process.scheduling.emplace();
	process.times.emplace();
	process.memory.emplace();
	switch (data[0] % 6) {
	case 0:
		if (parse_stat(text, process) && (process.pid < 1 || text.find(process.name) == text.npos))
			std::abort();
		break;
	case 1:
		if (parse_status(text, process) && process.tgid < 0)
			std::abort();
		break;
	case 2:
		if (const auto mount = parse_mountinfo(text))
			static_cast<void>(cgroup_directory(*mount, text.substr(length / 2)));
		break;
	case 3:
		static_cast<void>(parse_cgroup(text));
		break;
	case 4:
		static_cast<void>(parse_first_number(text));
		break;
	default:
		if (const auto pid = parse_pid(text); pid && (*pid < 1 || std::to_string(*pid) != text))
			std::abort();
	}
	return 0;
}
