// SPDX-License-Identifier: GPL-2.0
// storm-unload: a storm (storm.h) in which the module is loaded and unloaded by another
// program, until stdin closes. Prints "reading" when the readers have begun.
#include "steady.h"

using namespace storm;

int main()
{
	process::set_name(parent_name);
	Storm storm;
	const pid_t self = getpid(), sleeper = storm.add_sleeper("storm-sleeper");
	Reader reader;
	reader.module_may_go = true;
	reader.niceness = 15;
	reader.check = [=](const Table &table) -> std::string {
		return table.find(sleeper) ? "" : "process " + std::to_string(sleeper) + " lives and has no row";
	};
	Reader asker = reader;
	asker.capacity = 20;
	asker.check_records = [=](const Records &records) -> std::string {
		return steady_have_records(records, {{sleeper, "storm-sleeper"}}, self);
	};
	return storm.read_until_stdin_closes({reader, asker});
}
