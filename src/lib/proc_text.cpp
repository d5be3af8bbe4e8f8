// SPDX-License-Identifier: MIT
// Parsers for the text files of procfs.
#include "proc_text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <system_error>

namespace psinfo {

namespace {

/// The whole text must be the number.
template <typename Number> bool parse_number(std::string_view text, Number &ret_number)
{
	const char *end = text.data() + text.size();
	Number number{};
	const auto [stop, error] = std::from_chars(text.data(), end, number);
	if (error != std::errc{} || stop != end)
		return false;
	ret_number = number;
	return true;
}

/// Removes the text up to and including the separator; returns what precedes it.
std::string_view take_until(std::string_view &text, char separator)
{
	const auto at = text.find(separator);
	const auto taken = text.substr(0, at);
	text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
	return taken;
}

/// Removes and returns the next word; tabs and spaces separate words.
std::string_view take_word(std::string_view &text)
{
	text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
	const auto word = text.substr(0, text.find_first_of(" \t"));
	text.remove_prefix(word.size());
	return word;
}

/// Fields 3 to 41 of stat, accessed by their number.
class StatFields {
public:
	/// `text` is the rest of the line after the name. False if fields are missing.
	bool split(std::string_view text)
	{
		if (!text.empty() && text.back() == '\n')
			text.remove_suffix(1);
		for (auto &field : fields_)
			field = take_until(text, ' ');
		return !fields_.back().empty();
	}
	[[nodiscard]] std::string_view at(std::size_t number) const { return fields_.at(number - first); }
	template <typename Number> [[nodiscard]] bool get(std::size_t number, Number &ret_value) const
	{
		return parse_number(at(number), ret_value);
	}

private:
	static constexpr std::size_t first = 3;
	static constexpr std::size_t last = 41;
	std::array<std::string_view, last - first + 1> fields_;
};

bool parse_fields(const StatFields &fields, Stat &stat)
{
	if (fields.at(3).size() != 1)
		return false;
	stat.state = fields.at(3).front();
	const auto is_nice = [&] { return stat.nice >= -20 && stat.nice <= 19; };
	return fields.get(4, stat.ppid) && fields.get(5, stat.pgrp) && fields.get(6, stat.session) &&
	       fields.get(9, stat.flags) && fields.get(10, stat.min_flt) && fields.get(12, stat.maj_flt) &&
	       fields.get(14, stat.utime) && fields.get(15, stat.stime) && fields.get(18, stat.priority) &&
	       fields.get(19, stat.nice) && is_nice() && fields.get(20, stat.num_threads) &&
	       fields.get(22, stat.starttime) && fields.get(23, stat.vsize) && fields.get(39, stat.processor) &&
	       fields.get(40, stat.rt_priority) && fields.get(41, stat.policy);
}

/// The first two of "Uid: real effective saved filesystem"
bool parse_ids(std::string_view value, std::uint32_t &ret_real, std::uint32_t &ret_effective)
{
	const auto real = take_word(value);
	return parse_number(real, ret_real) && parse_number(take_word(value), ret_effective);
}

/// Counts the bits set in a mask like "ff,ffffffff".
bool parse_mask(std::string_view value, std::uint32_t &ret_weight)
{
	std::uint32_t weight = 0;
	while (!value.empty()) {
		const auto digits = take_until(value, ',');
		std::uint32_t part = 0;
		const char *end = digits.data() + digits.size();
		const auto [stop, error] = std::from_chars(digits.data(), end, part, 16);
		if (error != std::errc{} || stop != end)
			return false;
		weight += static_cast<std::uint32_t>(std::popcount(part));
	}
	ret_weight = weight;
	return true;
}

/// A line of status and its parser.
struct StatusLine {
	std::string_view key;
	bool must_be_there;
	bool (*parse)(std::string_view value, Status &status);
};

constexpr std::array<StatusLine, 9> status_lines = {{
	{"Tgid", true, [](std::string_view value, Status &to) { return parse_number(value, to.tgid); }},
	{"TracerPid", true, [](std::string_view value, Status &to) { return parse_number(value, to.tracer); }},
	{"Uid", true, [](std::string_view value, Status &to) { return parse_ids(value, to.uid, to.euid); }},
	{"Gid", true, [](std::string_view value, Status &to) { return parse_ids(value, to.gid, to.egid); }},
	{"VmRSS", false, [](std::string_view value, Status &to) { return parse_number(take_word(value), to.rss_kib); }},
	{"VmSwap", false,
	 [](std::string_view value, Status &to) { return parse_number(take_word(value), to.swap_kib); }},
	{"Cpus_allowed", false, [](std::string_view value, Status &to) { return parse_mask(value, to.cpus_allowed); }},
	{"voluntary_ctxt_switches", false,
	 [](std::string_view value, Status &to) { return parse_number(value, to.nvcsw); }},
	{"nonvoluntary_ctxt_switches", false,
	 [](std::string_view value, Status &to) { return parse_number(value, to.nivcsw); }},
}};

/// mountinfo escapes spaces, tabs, newlines and backslashes as \ooo.
std::string unescaped(std::string_view text)
{
	const auto is_octal = [](char c) { return c >= '0' && c <= '7'; };
	std::string plain;
	for (std::size_t i = 0; i < text.size(); i++) {
		const auto digits = text.substr(i, 4).substr(1);
		if (text[i] != '\\' || digits.size() != 3 || !std::all_of(digits.begin(), digits.end(), is_octal)) {
			plain += text[i];
			continue;
		}
		unsigned byte = 0;
		std::from_chars(digits.data(), digits.data() + digits.size(), byte, 8);
		plain += static_cast<char>(byte);
		i += digits.size();
	}
	return plain;
}

} // namespace

std::optional<std::int32_t> parse_pid(std::string_view text)
{
	std::int32_t pid = 0;
	if (text.empty() || text.front() < '1' || text.front() > '9' || !parse_number(text, pid))
		return std::nullopt;
	return pid;
}

std::optional<Stat> parse_stat(std::string_view text)
{
	const auto open = text.find(" (");
	const auto close = text.rfind(") ");
	if (open == std::string_view::npos || close == std::string_view::npos || close < open + 2)
		return std::nullopt;

	Stat stat;
	StatFields fields;
	if (!parse_number(text.substr(0, open), stat.pid) || !fields.split(text.substr(close + 2)) ||
	    !parse_fields(fields, stat))
		return std::nullopt;
	stat.name = text.substr(open + 2, close - open - 2);
	return stat;
}

std::optional<Status> parse_status(std::string_view text)
{
	Status status;
	std::array<bool, status_lines.size()> found{};
	while (!text.empty()) {
		auto value = take_until(text, '\n');
		const auto key = take_until(value, ':');
		for (std::size_t i = 0; i < status_lines.size(); i++) {
			if (key != status_lines[i].key)
				continue;
			value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
			if (!status_lines[i].parse(value, status))
				return std::nullopt;
			found[i] = true;
		}
	}
	for (std::size_t i = 0; i < status_lines.size(); i++) {
		if (status_lines[i].must_be_there && !found[i])
			return std::nullopt;
	}
	return status;
}

std::optional<std::uint64_t> parse_schedstat(std::string_view text)
{
	std::uint64_t nanoseconds = 0;
	if (!parse_number(take_word(text), nanoseconds))
		return std::nullopt;
	return nanoseconds;
}

std::optional<std::string_view> parse_cgroup(std::string_view text)
{
	while (!text.empty()) {
		const auto line = take_until(text, '\n');
		if (line.starts_with("0::"))
			return line.substr(3);
	}
	return std::nullopt;
}

std::optional<CgroupMount> parse_mountinfo(std::string_view text)
{
	std::optional<CgroupMount> mount;
	while (!text.empty()) {
		auto line = take_until(text, '\n');
		const auto dash = line.find(" - ");
		if (dash == std::string_view::npos || !line.substr(dash + 3).starts_with("cgroup2 "))
			continue;
		for (int i = 0; i < 3; i++) // mount id, parent id, device
			take_until(line, ' ');
		auto root = unescaped(take_until(line, ' '));
		auto point = unescaped(take_until(line, ' '));
		if (!mount || (root == "/" && mount->root != "/"))
			mount = CgroupMount{std::move(root), std::move(point)};
	}
	return mount;
}

bool is_outside_cgroup_namespace(std::string_view path)
{
	return path == "/.." || path.starts_with("/../");
}

std::optional<std::string> cgroup_directory(const CgroupMount &mount, std::string_view path)
{
	if (!path.starts_with('/') || is_outside_cgroup_namespace(path))
		return std::nullopt;
	if (mount.root != "/") {
		if (!path.starts_with(mount.root))
			return std::nullopt;
		path.remove_prefix(mount.root.size());
		if (!path.empty() && !path.starts_with('/'))
			return std::nullopt;
	}
	return mount.point + std::string(path);
}

} // namespace psinfo
