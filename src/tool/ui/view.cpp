// SPDX-License-Identifier: GPL-2.0
// What `psinfo watch` shows, and how keys change it.
#include "ui/view.h"

#include <algorithm>
#include <array>

#include "cli/command.h"

namespace tool {

namespace {

using psinfo::Query;
using psinfo::State;

/// The sets that NextStates cycles through after the given states.
constexpr std::array state_sets = {
	State::Running, State::Uninterruptible, State::Interruptible, State::Stopped,
	State::Traced,	State::Zombie,		State::Idle,
};

void next_states(View &view)
{
	view.states = (view.states + 1) % (state_sets.size() + 1);
	view.filter.states =
		view.states ? std::optional<psinfo::StateSet>(state_sets[view.states - 1]) : view.given_states;
	view.first = 0;
}

void next_kind(View &view)
{
	view.filter.kind = view.filter.kind == Query::Kind::All		  ? Query::Kind::UserProcesses :
			   view.filter.kind == Query::Kind::UserProcesses ? Query::Kind::KernelThreads :
									    Query::Kind::All;
	view.first = 0;
}

/// Replaces all sort keys.
void sort_by(std::size_t step, View &view)
{
	auto size = view.columns.size();
	auto now = std::find(view.columns.begin(), view.columns.end(),
			     view.sort.empty() ? find_column("pid") : view.sort[0].column);
	auto index = static_cast<std::size_t>(now - view.columns.begin());
	// Numbers other than pids start with the largest, names with A.
	const auto *column = view.columns[now == view.columns.end() ? 0 : (index + step) % size];
	view.sort = {{column, column->align == Align::Right && column->name.find("pid") == std::string_view::npos}};
	view.first = 0;
}

void reverse(View &view)
{
	if (view.sort.empty())
		view.sort = {{find_column("pid")}};
	view.sort[0].descending = !view.sort[0].descending;
}

} // namespace

void act(Action action, std::size_t rows, std::size_t page, View &view)
{
	std::size_t last = rows - std::min(rows, page);

	switch (action) {
	case Action::None:
		break;
	case Action::Quit:
		view.is_over = true;
		break;
	case Action::Help:
		view.shows_help = !view.shows_help;
		break;
	case Action::SortNext:
		sort_by(1, view);
		break;
	case Action::SortPrevious:
		sort_by(view.columns.size() - 1, view);
		break;
	case Action::Reverse:
		reverse(view);
		break;
	case Action::NextStates:
		next_states(view);
		break;
	case Action::NextKind:
		next_kind(view);
		break;
	case Action::Threads:
		view.threads = !view.threads;
		view.first = 0;
		break;
	case Action::Up:
		view.first -= std::min<std::size_t>(view.first, 1);
		break;
	case Action::Down:
		view.first++;
		break;
	case Action::PageUp:
		view.first -= std::min(view.first, page);
		break;
	case Action::PageDown:
		view.first += page;
		break;
	case Action::First:
		view.first = 0;
		break;
	case Action::Last:
		view.first = last;
		break;
	}
	view.first = std::min(view.first, last);
}

std::string next_states_help()
{
	std::string letters;
	for (auto state : state_sets) {
		letters += letters.empty() ? "" : ", ";
		letters += psinfo::state_letter(state);
	}
	return letters;
}

std::string describe(const View &view)
{
	const auto *column = view.sort.empty() ? find_column("pid") : view.sort[0].column;
	std::string text = "sorted by " + std::string(column->name);

	if (!view.sort.empty() && view.sort[0].descending)
		text += " (descending)";
	if (view.filter.states) {
		text += ", states ";
		for (auto state : psinfo::all_states)
			if (view.filter.states->contains(state))
				text += psinfo::state_letter(state);
	}
	if (view.filter.kind != Query::Kind::All)
		text += view.filter.kind == Query::Kind::KernelThreads ? ", kernel threads" : ", user processes";
	return text + (view.threads ? ", threads" : "");
}

std::string title_of(const View &view, std::string_view source, const std::optional<psinfo::Error> &module_error)
{
	auto why = module_error ? " (" + reason_of(*module_error) + ")" : "";
	return "psinfo: " + std::string(source) + why + ", " + describe(view) + "; h for help";
}

} // namespace tool
