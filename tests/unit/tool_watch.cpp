// SPDX-License-Identifier: GPL-2.0
// The keys and the title of `psinfo watch`.
#include <algorithm>
#include <cerrno>

#include <gtest/gtest.h>

#include "tool_fixture.h"
#include "ui/screen.h"
#include "ui/view.h"

namespace {

using namespace tool_test;
using tool::Action;
using tool::View;

/// 100 rows, of which 10 are visible.
void act(Action action, View &view)
{
	tool::act(action, 100, 10, view);
}

View view_of(std::string_view shown, std::string_view sort = "")
{
	View view;
	view.columns = columns(shown);
	view.sort = sort_keys(sort);
	return view;
}

TEST(Keys, ChangeTheSortOrder)
{
	auto view = view_of("pid,name,rss", "name");
	EXPECT_EQ(tool::describe(view), "sorted by name");
	act(Action::SortNext, view);
	EXPECT_EQ(tool::describe(view), "sorted by rss (descending)");
	act(Action::Reverse, view);
	EXPECT_EQ(tool::describe(view), "sorted by rss");
	act(Action::SortNext, view);
	EXPECT_EQ(tool::describe(view), "sorted by pid");
	act(Action::SortPrevious, view);
	EXPECT_EQ(tool::describe(view), "sorted by rss (descending)");
}

TEST(Keys, ChangeTheDefaultSortOrder)
{
	auto view = view_of("name,rss");
	act(Action::Reverse, view);
	EXPECT_EQ(tool::describe(view), "sorted by pid (descending)");
	act(Action::SortNext, view);
	EXPECT_EQ(tool::describe(view), "sorted by name") << "pid is not shown: begin with the first column";
}

TEST(Keys, CycleThroughTheStatesAndBackToThoseGiven)
{
	auto view = view_of("pid");
	view.filter.states = view.given_states = psinfo::StateSet(State::Zombie) | State::Running;
	EXPECT_EQ(tool::describe(view), "sorted by pid, states RZ");
	std::string seen;
	for (int i = 0; i < 8; i++) {
		act(Action::NextStates, view);
		seen += tool::describe(view).substr(21) + ' ';
	}
	EXPECT_EQ(seen, " R  D  S  T  t  Z  I  RZ ");
}

TEST(Keys, HaveAHelpTextThatListsTheStates)
{
	const auto lines = tool::key_help();
	EXPECT_EQ(std::count(lines.begin(), lines.end(),
			     "s              cycle through the states: all, R, D, S, T, t, Z, I"),
		  1);
}

TEST(Keys, ChangeWhatIsListed)
{
	auto view = view_of("pid");
	act(Action::NextKind, view);
	EXPECT_EQ(tool::describe(view), "sorted by pid, user processes");
	act(Action::NextKind, view);
	EXPECT_EQ(tool::describe(view), "sorted by pid, kernel threads");
	act(Action::NextKind, view);
	act(Action::Threads, view);
	EXPECT_EQ(tool::describe(view), "sorted by pid, threads");
}

TEST(Title, ShowsWhyTheModuleIsNotTheSource)
{
	using psinfo::Error;
	auto view = view_of("pid");
	EXPECT_EQ(tool::title_of(view, "module", {}), "psinfo: module, sorted by pid; h for help");
	EXPECT_EQ(tool::title_of(view, "proc", Error::from_errno(ENOENT, "open", "/proc/psinfo")),
		  "psinfo: proc (the module is not loaded), sorted by pid; h for help");
	EXPECT_EQ(tool::title_of(view, "proc", Error::from_errno(ENOMEM, "query", "/proc/psinfo")),
		  "psinfo: proc (cannot query /proc/psinfo: Cannot allocate memory), sorted by pid; h for help");
}

TEST(Keys, ScrollAndStopAtTheEnds)
{
	auto view = view_of("pid");
	act(Action::Up, view);
	EXPECT_EQ(view.first, 0U);
	act(Action::Down, view);
	act(Action::PageDown, view);
	EXPECT_EQ(view.first, 11U);
	act(Action::Last, view);
	EXPECT_EQ(view.first, 90U);
	act(Action::PageDown, view);
	EXPECT_EQ(view.first, 90U);
	tool::act(Action::None, 30, 10, view);
	EXPECT_EQ(view.first, 20U) << "rows disappeared";
	tool::act(Action::None, 5, 10, view);
	EXPECT_EQ(view.first, 0U);
	act(Action::Last, view);
	act(Action::First, view);
	EXPECT_EQ(view.first, 0U);
}

TEST(Keys, ForThreadsScrollToTheTop)
{
	auto view = view_of("pid");
	act(Action::Last, view);
	act(Action::Threads, view);
	EXPECT_EQ(view.first, 0U);
}

TEST(Keys, HelpAndQuit)
{
	auto view = view_of("pid");
	act(Action::Help, view);
	EXPECT_TRUE(view.shows_help);
	act(Action::Help, view);
	EXPECT_FALSE(view.shows_help);
	act(Action::Quit, view);
	EXPECT_TRUE(view.is_over);
}

} // namespace
