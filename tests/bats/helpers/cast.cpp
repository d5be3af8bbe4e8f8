// SPDX-License-Identifier: GPL-2.0
// cast SETUID-COPY: root starts processes of every owner, privilege and state
// on which it depends who may look into them (cast.h). Prints "ready" when all
// are in place; they end with it.
//
// SETUID-COPY is a copy of this program that belongs to root and has the
// set-user-id bit.
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
