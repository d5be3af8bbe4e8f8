// SPDX-License-Identifier: MIT
// Parsers for the text files of procfs.
#include "proc_text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <chrono>
#include <iterator>
#include <system_error>
#include <type_traits>

#include <unistd.h>

#include "members.h"

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

// ---- the fields of fields.def, and how their text is read -----------------------

/// Multiplies modulo 2^64: stat wraps a start before the zero of a time namespace.
std::chrono::nanoseconds of_ticks(std::uint64_t ticks)
{
	static const auto per_second = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
	constexpr std::uint64_t billion = 1'000'000'000;
	// In two parts: the product would overflow after six years.
	const auto whole = ticks / per_second * billion;
	const auto part = ticks % per_second * billion / per_second;
	return std::chrono::nanoseconds(static_cast<std::int64_t>(whole + part));
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

/// Sets `to` to what `word` says. Sizes are in bytes in stat and in KiB in status.
template <Origin::File file, Unit unit, typename To> bool parse_field(std::string_view word, To &to)
{
	if constexpr (file == Origin::File::Mask) {
		return parse_mask(word, to);
	} else if constexpr (unit == Unit::NAME) {
		to = word;
	} else if constexpr (unit == Unit::STATE) {
		if (word.size() != 1)
			return false;
		to = state_of_letter(word.front());
	} else if constexpr (unit == Unit::TIME) {
		std::uint64_t ticks = 0;
		if (!parse_number(word, ticks))
			return false;
		to = of_ticks(ticks);
	} else {
		if (!parse_number(word, to))
			return false;
		if constexpr (unit == Unit::BYTES && file == Origin::File::Status)
			to *= 1024;
	}
	return true;
}

/// A field that the source may not know
template <Origin::File file, Unit unit, typename To> bool parse_field(std::string_view word, std::optional<To> &to)
{
	return parse_field<file, unit>(word, to.emplace());
}

struct Field {
	Origin origin;
	bool is_required; ///< its line must be in status
	/// False if the text is malformed. Does nothing if the group is empty.
	bool (*parse)(std::string_view word, Process &process);
};

template <Origin::File file, Unit unit, auto group, auto member>
bool parse_member(std::string_view word, Process &process)
{
	if constexpr (file != Origin::File::Other) {
		if (auto *to = field_of<group, member>(process))
			return parse_field<file, unit>(word, *to);
	}
	return true;
}

constexpr bool has_required_lines(auto group)
{
	using Group = decltype(group);
	return std::is_same_v<Group, InProcess> || std::is_same_v<Group, std::optional<Credentials> Process::*>;
}

constexpr Field all_fields[] = {
#define FIELD(group, name, member, unit, origin, ...)                  \
	{PSINFO_ORIGIN_##origin, has_required_lines(group_of_##group), \
	 parse_member<(PSINFO_ORIGIN_##origin).file, Unit::unit, group_of_##group, &type_of_##group::name>},
#include "fields.def"
};

template <std::size_t count> constexpr auto fields_of(Origin::File one, Origin::File other)
{
	std::array<const Field *, count> fields{};
	std::size_t i = 0;
	for (const auto &field : all_fields) {
		if (field.origin.file == one || field.origin.file == other)
			fields.at(i++) = &field;
	}
	return fields;
}

constexpr std::size_t count_of(Origin::File one, Origin::File other)
{
	return static_cast<std::size_t>(
		std::count_if(std::begin(all_fields), std::end(all_fields), [=](const Field &field) {
			return field.origin.file == one || field.origin.file == other;
		}));
}

constexpr auto in_stat = Origin::File::Stat;
constexpr auto in_status = Origin::File::Status;
constexpr auto in_mask = Origin::File::Mask;
constexpr auto stat_fields = fields_of<count_of(in_stat, in_stat)>(in_stat, in_stat);
constexpr auto status_fields = fields_of<count_of(in_status, in_mask)>(in_status, in_mask);

// ---- stat ----------------------------------------------------------------------

/// The fields of stat by their number
class StatFields {
public:
	/// False if it has fewer fields than are read.
	bool split(std::string_view text)
	{
		const auto open = text.find(" (");
		const auto close = text.rfind(") ");
		if (open == std::string_view::npos || close == std::string_view::npos || close < open + 2)
			return false;
		if (text.back() == '\n')
			text.remove_suffix(1);
		fields_[1] = text.substr(0, open);
		fields_[2] = text.substr(open + 2, close - open - 2);
		text.remove_prefix(std::min(close + 2, text.size()));
		for (auto field = fields_.begin() + 3; field != fields_.end(); ++field)
			*field = take_until(text, ' ');
		return !fields_.back().empty();
	}
	[[nodiscard]] std::string_view at(std::size_t number) const { return fields_.at(number); }

private:
	static constexpr std::size_t last =
		(*std::max_element(stat_fields.begin(), stat_fields.end(), [](const Field *a, const Field *b) {
			return a->origin.number < b->origin.number;
		}))->origin.number;
	std::array<std::string_view, last + 1> fields_;
};

bool has_possible_values(const Process &process)
{
	const auto &scheduling = process.scheduling;
	return process.pid >= 1 && (!scheduling || (scheduling->nice >= -20 && scheduling->nice <= 19));
}

// ---- status --------------------------------------------------------------------

/// The nth word of a line, from 1; empty if there are fewer.
std::string_view nth_word(std::string_view line, std::size_t n)
{
	std::string_view word;
	while (n-- > 0)
		word = take_word(line);
	return word;
}

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

bool parse_stat(std::string_view text, Process &process)
{
	StatFields words;
	if (!words.split(text))
		return false;
	for (const auto *field : stat_fields) {
		if (!field->parse(words.at(field->origin.number), process))
			return false;
	}
	return has_possible_values(process);
}

bool parse_status(std::string_view text, Process &process)
{
	std::array<bool, status_fields.size()> found{};
	while (!text.empty()) {
		auto value = take_until(text, '\n');
		const auto key = take_until(value, ':');
		for (std::size_t i = 0; i < found.size(); i++) {
			const auto &field = *status_fields[i];
			if (key != field.origin.line)
				continue;
			if (!field.parse(nth_word(value, field.origin.number), process))
				return false;
			found[i] = true;
		}
	}
	for (std::size_t i = 0; i < found.size(); i++) {
		if (status_fields[i]->is_required && !found[i])
			return false;
	}
	return process.tgid >= 0;
}

std::optional<std::int64_t> parse_first_number(std::string_view text)
{
	std::int64_t number = 0;
	auto line = take_until(text, '\n');
	if (!parse_number(take_word(line), number))
		return std::nullopt;
	return number;
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
