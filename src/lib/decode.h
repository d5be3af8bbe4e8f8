// SPDX-License-Identifier: GPL-2.0
// From the bytes of <psinfo/abi.h> to values and back. Pure: no file is open
// here, and whatever the bytes are, nothing beyond them is looked at.
#ifndef PSINFO_LIB_DECODE_H
#define PSINFO_LIB_DECODE_H

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <psinfo/source.h>

#include <psinfo/abi.h>

namespace psinfo {

/// PSINFO_GROUP_... for the groups.
[[nodiscard]] std::uint32_t group_bits(const Groups &groups);

/// The bytes of a record that is just long enough for these PSINFO_GROUP_...
[[nodiscard]] std::size_t record_size(std::uint32_t groups);

/// What is said about the bytes of records.
struct Layout {
	std::size_t stride; ///< from one record to the next
	std::size_t known; ///< of a record that the module knows; zeros follow
	std::uint32_t groups; ///< PSINFO_GROUP_... that are filled
};

/// Appends `count` records to `processes`. Malformed, with some of them appended,
/// if the bytes are too few or hold what no module would say.
[[nodiscard]] std::optional<Error> decode_records(std::span<const std::byte> bytes, std::size_t count,
						  const Layout &layout, std::vector<Process> &processes);

/// The totals of one call; states that are not known here are State::Other.
void add_totals(const psinfo_query &answer, Totals &totals);

} // namespace psinfo

#endif // PSINFO_LIB_DECODE_H
