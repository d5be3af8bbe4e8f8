// SPDX-License-Identifier: GPL-2.0
// All helper programs of the suites in one file, which dispatches on argv[0], like
// busybox. build-programs links it with their objects, in which main() is called
// main_of_NAME(), and writes the list. As separate static programs they took 51 MB of a
// guest's memory. An exception that a helper does not catch is printed here. Helpers
// should have no dynamic initialisation at namespace scope: it runs in every program.
#include <cstdio>
#include <exception>
#include <string_view>

extern "C" {
#define PROGRAM(symbol, name) int main_of_##symbol(int argc, char **argv);
#include "programs.list"
#undef PROGRAM
}

namespace {

struct Program {
	std::string_view name;
	int (*main)(int argc, char **argv);
};

constexpr Program programs[] = {
#define PROGRAM(symbol, name) {name, main_of_##symbol},
#include "programs.list"
#undef PROGRAM
};

// "/root/tests/bin/query-list.32" and "/var/stage/set-uid-query-list" are query-list:
// the builds for 32 bits, and the copies that are set-uid, have such names.
std::string_view name_of(std::string_view path)
{
	constexpr std::string_view set_uid = "set-uid-", bits = ".32";
	auto name = path.substr(path.rfind('/') + 1);
	if (name.starts_with(set_uid))
		name.remove_prefix(set_uid.size());
	if (name.ends_with(bits))
		name.remove_suffix(bits.size());
	return name.starts_with("set-uid") ? "cast" : name;
}

int run(const Program &program, int argc, char **argv)
try {
	return program.main(argc, argv);
} catch (const std::exception &error) {
	std::fprintf(stderr, "%s: %s\n", program.name.data(), error.what());
	return 1;
}

} // namespace

int main(int argc, char **argv)
{
	const auto name = name_of(argc > 0 ? argv[0] : "");
	for (const auto &program : programs)
		if (program.name == name)
			return run(program, argc, argv);
	std::fprintf(stderr, "no such helper program: %.*s\n", static_cast<int>(name.size()), name.data());
	return 127;
}
