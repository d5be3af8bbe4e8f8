// SPDX-License-Identifier: GPL-2.0
// cast SETUID-COPY: as root, starts processes with all owners, privileges and
// states that affect their visibility (cast.h). Prints "ready" when all are
// running; they exit with this program.
//
// SETUID-COPY is a copy of this program, owned by root and set-user-ID.
#include "cast.h"

#include <iostream>

int main(int argc, char **argv)
{
	if (argc == 5 && std::string(argv[1]) == "--sleep")
		return cast::sleep_in_program(argv);
	if (argc != 2 || getuid() != 0) {
		std::cerr << "cast: SETUID-COPY, as root\n";
		return 2;
	}
	process::set_name("cast");
	cast::play_all(argv[1]);
	std::cout << "ready" << std::endl;
	process::sleep_forever();
}
