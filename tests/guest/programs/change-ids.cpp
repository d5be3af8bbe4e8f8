// SPDX-License-Identifier: GPL-2.0
// change-ids FD INDEX PARENT: started by changing.h as a set-user-ID program, becomes alice
// when told, and root by executing itself, until PARENT exits.
#include "changing.h"

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	const int fd = std::atoi(argv[1]), index = std::atoi(argv[2]), parent = std::atoi(argv[3]);
	process::set_name("changes");
	process::die_with_parent(parent);
	process::need(geteuid() == 0, "to be set-user-ID");
	changing::Change &change = changing::map(fd)[index];
	const auto wait = [&] {
		while (change.wanted == change.done)
			process::nap(0.001);
	};
	if (change.done % 2)
		++change.done;
	wait();
	process::become(process::alice);
	process::die_with_parent(parent);
	++change.done;
	wait();
	execv(argv[0], argv);
	process::die(argv[0]);
}
