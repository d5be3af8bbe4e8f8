// SPDX-License-Identifier: GPL-2.0
// Names of users and groups, each looked up once.
#ifndef PSINFO_TOOL_USERS_H
#define PSINFO_TOOL_USERS_H

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace tool {

/// Names stay where they are as long as the object lives.
class Users {
public:
	/// The name; the number if there is none.
	[[nodiscard]] const std::string &user(std::uint32_t uid);
	[[nodiscard]] const std::string &group(std::uint32_t gid);

private:
	std::map<std::uint32_t, std::string> users_;
	std::map<std::uint32_t, std::string> groups_;
};

/// The id of the user of that name; a number is taken as it is.
[[nodiscard]] std::optional<std::uint32_t> find_user(const std::string &name);

/// The id that stands for each user without a mapping in this user namespace.
[[nodiscard]] std::uint32_t overflow_uid(const std::string &path = "/proc/sys/kernel/overflowuid");

} // namespace tool

#endif // PSINFO_TOOL_USERS_H
