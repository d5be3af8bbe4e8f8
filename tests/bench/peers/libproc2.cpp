// SPDX-License-Identifier: GPL-2.0
// The listing "libproc2": all processes from the library of procps, with the same
// fields as the other peers and no more, so that it reads only /proc/<pid>/stat.
#include "../../guest/programs/listings.h"

#include <libproc2/pids.h>

namespace {

pids_item items[] = {PIDS_ID_PID, PIDS_ID_PPID, PIDS_CMD, PIDS_STATE, PIDS_TICS_BEGAN};

// Initialized only once, as in top
pids_info *library()
{
	static pids_info *info;
	if (!info && procps_pids_new(&info, items, std::size(items)) < 0)
		throw failure("procps_pids_new");
	return info;
}

[[maybe_unused]] const bool added = listings::add("libproc2", [] {
	if (!procps_pids_reap(library(), PIDS_FETCH_TASKS_ONLY))
		throw failure("procps_pids_reap");
});

} // namespace

// libproc2 references these functions of libsystemd, of which Debian has no static
// library. They are only called for items that are not requested above.
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
