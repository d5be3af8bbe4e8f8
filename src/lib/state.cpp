// SPDX-License-Identifier: MIT
// The states of a process: one row each, in the order of enum psinfo_state.
#include <psinfo/process.h>

#include <psinfo/abi.h>

namespace psinfo {

namespace {

struct Row {
	State state;
	unsigned uapi;
	std::string_view word;
	char letter;
};

constexpr std::array<Row, state_count> rows = {{
	{State::Running, PSINFO_STATE_RUNNING, "RUNNING", 'R'},
	{State::Interruptible, PSINFO_STATE_INTERRUPTIBLE, "INTERRUPTIBLE", 'S'},
	{State::Uninterruptible, PSINFO_STATE_UNINTERRUPTIBLE, "UNINTERRUPTIBLE", 'D'},
	{State::Stopped, PSINFO_STATE_STOPPED, "STOPPED", 'T'},
	{State::Traced, PSINFO_STATE_TRACED, "TRACED", 't'},
	{State::Zombie, PSINFO_STATE_ZOMBIE, "ZOMBIE", 'Z'},
	{State::Dead, PSINFO_STATE_DEAD, "DEAD", 'X'},
	{State::Idle, PSINFO_STATE_IDLE, "IDLE", 'I'},
	{State::Parked, PSINFO_STATE_PARKED, "PARKED", 'P'},
	{State::Other, PSINFO_STATE_OTHERS, "OTHERS", '?'},
}};

constexpr bool rows_are_in_order()
{
	for (std::size_t i = 0; i < rows.size(); i++) {
		if (static_cast<std::size_t>(rows[i].state) != i || rows[i].uapi != i || all_states[i] != rows[i].state)
			return false;
	}
	return true;
}
static_assert(rows_are_in_order());
static_assert(state_count == PSINFO_NR_STATES);

const Row &row_of(State state)
{
	const auto index = static_cast<std::size_t>(state);
	return index < rows.size() ? rows[index] : rows.back();
}

} // namespace

std::string_view state_word(State state)
{
	return row_of(state).word;
}

char state_letter(State state)
{
	return row_of(state).letter;
}

State state_of_letter(char letter)
{
	for (const auto &row : rows) {
		if (row.letter == letter)
			return row.state;
	}
	return State::Other;
}

} // namespace psinfo
