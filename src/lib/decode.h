// SPDX-License-Identifier: MIT
// Converts between the binary records of <psinfo/abi.h> and values. Pure functions:
// no I/O, and no read beyond the given bytes, whatever they contain.
#ifndef PSINFO_LIB_DECODE_H
#define PSINFO_LIB_DECODE_H

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <psinfo/source.h>

#include <psinfo/abi.h>

namespace psinfo {

/// The groups as PSINFO_GROUP_... bits.
[[nodiscard]] std::uint32_t group_bits(const Groups &groups);

/// The size in bytes of the shortest record that holds these PSINFO_GROUP_... bits.
[[nodiscard]] std::size_t record_size(std::uint32_t groups);
/// The same, including fields added to these groups after ABI 1.0, which an older module
/// does not have.
[[nodiscard]] std::size_t record_size_of_all(std::uint32_t groups);

/// How records are laid out in the buffer.
struct Layout {
	std::size_t stride; ///< distance between records, in bytes
	std::size_t known; ///< record size in the module, in bytes; zeros follow
	std::uint32_t groups; ///< PSINFO_GROUP_... that are filled
};

/// The error of a module that does not reply as <psinfo/abi.h> says: Malformed.
[[nodiscard]] Error invalid_reply(std::string problem);

/// Appends `count` records to `processes`. Malformed, with some of them appended,
/// if there are too few bytes or a record is invalid.
[[nodiscard]] std::optional<Error> decode_records(std::span<const std::byte> bytes, std::size_t count,
						  const Layout &layout, std::vector<Process> &processes);

/// Adds the totals of one call; unknown states count as State::Other.
void add_totals(const psinfo_query &answer, Totals &totals);

} // namespace psinfo

#endif // PSINFO_LIB_DECODE_H
