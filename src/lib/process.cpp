// SPDX-License-Identifier: MIT
// Sums and searches in an existing snapshot.
#include <psinfo/process.h>

#include <algorithm>
#include <numeric>

namespace psinfo {

std::uint64_t Totals::all_processes() const
{
	return std::accumulate(processes.begin(), processes.end(), std::uint64_t{0});
}

std::uint64_t Totals::all_threads() const
{
	return std::accumulate(threads.begin(), threads.end(), std::uint64_t{0});
}

const Process *Snapshot::find(std::int32_t pid) const
{
	const auto at =
		std::lower_bound(processes.begin(), processes.end(), pid,
				 [](const Process &process, std::int32_t wanted) { return process.pid < wanted; });
	return at != processes.end() && at->pid == pid ? &*at : nullptr;
}

} // namespace psinfo
