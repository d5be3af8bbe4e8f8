// SPDX-License-Identifier: MIT
// The fields of fields.def as members of Process, and C++ equivalents of its keywords.
// The tool uses this, too; it is not installed.
#ifndef PSINFO_LIB_MEMBERS_H
#define PSINFO_LIB_MEMBERS_H

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include <psinfo/process.h>

namespace psinfo {

/// In place of a pointer to the member that holds a group: the identity is in the
/// process itself.
struct InProcess {};

// type_of_<GROUP> has a member for each field of the group, and group_of_<GROUP> is
// where a process has it.
using type_of_IDENTITY = Process;
inline constexpr InProcess group_of_IDENTITY;
#define GROUP(group, member, type, last) \
	using type_of_##group = type;    \
	inline constexpr auto group_of_##group = &Process::member;
#include "fields.def"

/// The field of a process, or nullptr if the group is empty. `Any` is Process, const
/// or not.
template <auto group, auto member, typename Any> auto field_of(Any &process)
{
	if constexpr (std::is_same_v<std::remove_const_t<decltype(group)>, InProcess>)
		return &(process.*member);
	else
		return process.*group ? &((*(process.*group)).*member) : nullptr;
}

/// UNIT and COURSE, with the names that fields.def has for them
enum class Unit : std::uint8_t { NUMBER, TIME, BYTES, POLICY, STATE, NAME };
enum class Course : std::uint8_t { KEY, CHANGES, GROWS };

/// Where /proc has a field.
struct Origin {
	enum class File : std::uint8_t { Stat, Status, Mask, Other };
	File file; ///< Mask: also status
	std::size_t number; ///< of the field in stat, or of the word in the line, from 1
	std::string_view line; ///< of status
};
#define PSINFO_ORIGIN_STAT(n)                  \
	psinfo::Origin                         \
	{                                      \
		psinfo::Origin::File::Stat, n, \
		{                              \
		}                              \
	}
#define PSINFO_ORIGIN_STATUS(line, n)                  \
	psinfo::Origin                                 \
	{                                              \
		psinfo::Origin::File::Status, n, #line \
	}
#define PSINFO_ORIGIN_MASK(line)                     \
	psinfo::Origin                               \
	{                                            \
		psinfo::Origin::File::Mask, 1, #line \
	}
#define PSINFO_ORIGIN_ELSEWHERE(text)           \
	psinfo::Origin                          \
	{                                       \
		psinfo::Origin::File::Other, 0, \
		{                               \
		}                               \
	}
#define PSINFO_ORIGIN_NOWHERE                   \
	psinfo::Origin                          \
	{                                       \
		psinfo::Origin::File::Other, 0, \
		{                               \
		}                               \
	}

} // namespace psinfo

#endif // PSINFO_LIB_MEMBERS_H
