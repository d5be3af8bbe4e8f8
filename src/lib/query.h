// SPDX-License-Identifier: GPL-2.0
// What a query means, the same for every source: which ones make sense, who
// passes its filters, how who passed is counted.
#ifndef PSINFO_LIB_QUERY_H
#define PSINFO_LIB_QUERY_H

#include <optional>

#include <psinfo/source.h>

namespace psinfo {

/// Invalid for what the module would refuse with EINVAL.
[[nodiscard]] std::optional<Error> query_error(const Query &query);

/// `uid` beside the process, because its credentials may not be in it.
[[nodiscard]] bool passes(const Query &query, const Process &process, std::uint32_t uid);

/// With threads each record is a thread, and the first one of a process stands
/// for the process, too.
void count(const Process &process, bool threads, Totals &totals);

} // namespace psinfo

#endif // PSINFO_LIB_QUERY_H
