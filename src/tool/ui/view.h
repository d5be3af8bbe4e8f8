// SPDX-License-Identifier: GPL-2.0
// What `psinfo watch` shows, and how keys change it. Independent of the terminal.
#ifndef PSINFO_TOOL_VIEW_H
#define PSINFO_TOOL_VIEW_H

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/fields.h"
#include "model/select.h"

namespace tool {

enum class Action {
	None,
	Quit,
	Help,
	SortNext, ///< by the column to the right
	SortPrevious,
	Reverse,
	NextStates,
	NextKind, ///< all, user processes, kernel threads
	Threads,
	Up,
	Down,
	PageUp,
	PageDown,
	First,
	Last,
};

struct View {
	Filter filter;
	Columns columns;
	std::vector<SortKey> sort; ///< empty: by pid
	bool threads = false;
	bool shows_help = false;
	bool is_over = false;
	std::size_t first = 0; ///< row at the top
	std::optional<psinfo::StateSet> given_states; ///< from --state
	std::size_t states = 0; ///< the set chosen by NextStates; 0: given_states
};

/// Applies the action; of @rows rows, @page fit on the screen.
void act(Action action, std::size_t rows, std::size_t page, View &view);

/// The states that NextStates goes through: "R, D, S"
[[nodiscard]] std::string next_states_help();

/// "sorted by time (descending), states Z, kernel threads"
[[nodiscard]] std::string describe(const View &view);

/// The top line: the source, why that is /proc instead of the module, and what is
/// shown.
[[nodiscard]] std::string title_of(const View &view, std::string_view source,
				   const std::optional<psinfo::Error> &module_error);

} // namespace tool

#endif // PSINFO_TOOL_VIEW_H
