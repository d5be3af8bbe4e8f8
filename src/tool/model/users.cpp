// SPDX-License-Identifier: GPL-2.0
// Names of users and groups.
#include "model/users.h"

#include <cerrno>
#include <cstddef>
#include <fstream>
#include <vector>

#include <grp.h>
#include <pwd.h>

#include "model/parse.h"
#include "model/select.h"

namespace tool {

namespace {

/// Calls getpwuid_r() or a similar function with a large enough buffer. Returns
/// whether it found an entry; the pointers of the entry refer to @room.
template <typename Entry, typename Key>
bool look_up(int (*call)(Key, Entry *, char *, std::size_t, Entry **), Key key, Entry &entry, std::vector<char> &room)
{
	constexpr std::size_t most = 1U << 20U;
	Entry *found = nullptr;

	for (room.resize(1024); room.size() <= most; room.resize(room.size() * 4)) {
		int error = call(key, &entry, room.data(), room.size(), &found);
		if (error != ERANGE)
			return error == 0 && found;
	}
	return false;
}

std::string group_name(std::uint32_t gid)
{
	struct group entry;
	std::vector<char> room;
	return look_up(getgrgid_r, gid, entry, room) ? entry.gr_name : std::to_string(gid);
}

} // namespace

std::string user_name(std::uint32_t uid)
{
	struct passwd entry;
	std::vector<char> room;
	return look_up(getpwuid_r, uid, entry, room) ? entry.pw_name : std::to_string(uid);
}

const std::string &Users::user(std::uint32_t uid)
{
	auto [at, is_new] = users_.try_emplace(uid);
	if (is_new)
		at->second = user_name(uid);
	return at->second;
}

const std::string &Users::group(std::uint32_t gid)
{
	auto [at, is_new] = groups_.try_emplace(gid);
	if (is_new)
		at->second = group_name(gid);
	return at->second;
}

std::optional<std::uint32_t> find_user(const std::string &name)
{
	struct passwd entry;
	std::vector<char> room;
	std::uint64_t number = 0;

	if (look_up(getpwnam_r, name.c_str(), entry, room))
		return entry.pw_uid;
	if (parse_number(name, UINT32_MAX - 1, number))
		return static_cast<std::uint32_t>(number);
	return std::nullopt;
}

std::uint32_t overflow_uid(const std::string &path)
{
	std::uint32_t uid = 0;
	return std::ifstream(path) >> uid ? uid : Filter{}.overflow_uid;
}

} // namespace tool
