// SPDX-License-Identifier: MIT
// The parts of a query that are the same for every source: validation, filters and
// totals.
#ifndef PSINFO_LIB_FILTER_H
#define PSINFO_LIB_FILTER_H

#include <optional>

#include <psinfo/source.h>

namespace psinfo {

/// Invalid if the module would refuse the query with EINVAL.
[[nodiscard]] std::optional<Error> query_error(const Query &query);

/// `uid` is a parameter because @process may lack its credentials.
[[nodiscard]] bool passes(const Query &query, const Process &process, std::uint32_t uid);

/// With threads, each record is a thread, and the main thread also counts as its
/// process.
void count(const Process &process, bool threads, Totals &totals);

} // namespace psinfo

#endif // PSINFO_LIB_FILTER_H
