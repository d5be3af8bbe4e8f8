// SPDX-License-Identifier: GPL-2.0
// The look "libproc2": all processes by the library of procps, which asks for what
// the other peers say and no more. That needs /proc/<pid>/stat alone.
#include "../../bats/helpers/looks.h"

#include <libproc2/pids.h>

namespace {

pids_item items[] = {PIDS_ID_PID, PIDS_ID_PPID, PIDS_CMD, PIDS_STATE, PIDS_TICS_BEGAN};

// What the library sets up once is set up once, as top does.
pids_info *library()
{
	static pids_info *info;
	if (!info && procps_pids_new(&info, items, std::size(items)) < 0)
		throw failure("procps_pids_new");
	return info;
}

[[maybe_unused]] const bool added = looks::add("libproc2", [] {
	if (!procps_pids_reap(library(), PIDS_FETCH_TASKS_ONLY))
		throw failure("procps_pids_reap");
});

} // namespace

// libproc2 names these functions of libsystemd, which Debian has not for linking
// statically; they are called for items that are not among those above.
#define NEVER_CALLED(function)                  \
	extern "C" [[noreturn]] void function() \
	{                                       \
		std::abort();                   \
	}
NEVER_CALLED(sd_pid_get_machine_name)
NEVER_CALLED(sd_pid_get_owner_uid)
NEVER_CALLED(sd_pid_get_session)
NEVER_CALLED(sd_pid_get_slice)
NEVER_CALLED(sd_pid_get_unit)
NEVER_CALLED(sd_pid_get_user_unit)
NEVER_CALLED(sd_session_get_seat)
