// SPDX-License-Identifier: GPL-2.0
// The states in the order of enum psinfo_state, as /proc/<pid>/stat and /proc/psinfo
// name them. Not those of src/lib: what is tested does not say what is right.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

inline constexpr std::string_view state_letters = "RSDTtZXIP";
inline constexpr std::array<std::string_view, 10> state_words = {
	"RUNNING", "INTERRUPTIBLE", "UNINTERRUPTIBLE", "STOPPED", "TRACED", "ZOMBIE",
	"DEAD",	   "IDLE",	    "PARKED",	       "OTHERS",
};
static_assert(state_words.size() == state_letters.size() + 1);

// The word of psinfo for a letter of stat
inline std::string state_word(char letter)
{
	const auto state = std::min(state_letters.find(letter), state_letters.size());
	return std::string(state_words[state]);
}
