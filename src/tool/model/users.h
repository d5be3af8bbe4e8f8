// SPDX-License-Identifier: GPL-2.0
// Names of users and groups, each looked up once.
#ifndef PSINFO_TOOL_USERS_H
#define PSINFO_TOOL_USERS_H

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace tool {

/// References to names stay valid for the lifetime of the object.
class Users {
public:
	/// The name; the number if there is none.
	[[nodiscard]] const std::string &user(std::uint32_t uid);
	[[nodiscard]] const std::string &group(std::uint32_t gid);

private:
	std::map<std::uint32_t, std::string> users_;
	std::map<std::uint32_t, std::string> groups_;
};

/// The id of the user with that name; a number that is no name is the id itself.
[[nodiscard]] std::optional<std::uint32_t> find_user(const std::string &name);

/// The id that is shown for users without a mapping in this user namespace.
[[nodiscard]] std::uint32_t overflow_uid(const std::string &path = "/proc/sys/kernel/overflowuid");

/// "root", or "1000" if no user has that id.
[[nodiscard]] std::string user_name(std::uint32_t uid);

} // namespace tool

#endif // PSINFO_TOOL_USERS_H
