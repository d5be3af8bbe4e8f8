// SPDX-License-Identifier: GPL-2.0
// Parses lists and numbers that a user has typed.
#include "model/parse.h"

#include <charconv>
#include <system_error>

namespace tool {

std::vector<std::string_view> split(std::string_view text, char at)
{
	std::vector<std::string_view> parts;

	for (;;) {
		auto end = text.find(at);
		parts.push_back(text.substr(0, end));
		if (end == std::string_view::npos)
			return parts;
		text.remove_prefix(end + 1);
	}
}

bool parse_number(std::string_view text, std::uint64_t most, std::uint64_t &number)
{
	std::uint64_t parsed = 0;
	auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), parsed);

	if (error != std::errc() || end != text.data() + text.size() || parsed > most)
		return false;
	number = parsed;
	return true;
}

} // namespace tool
