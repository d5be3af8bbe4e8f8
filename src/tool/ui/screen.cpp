// SPDX-License-Identifier: GPL-2.0
// The full-screen terminal of `psinfo watch`.
#include "ui/screen.h"

#include <array>
#include <cerrno>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <string>

#include <langinfo.h>
#include <poll.h>
#include <unistd.h>

#include <curses.h>

#include "render/format.h"

namespace tool {

namespace {

volatile std::sig_atomic_t must_quit = 0;

void note_signal(int)
{
	must_quit = 1;
}

constexpr std::array quitting_signals = {SIGINT, SIGQUIT, SIGTERM, SIGHUP};

struct Key {
	int code;
	Action action;
};
// clang-format off
constexpr std::array keys = {
	Key{'q', Action::Quit},		    Key{'h', Action::Help},	   Key{'?', Action::Help},
	Key{'>', Action::SortNext},	    Key{KEY_RIGHT, Action::SortNext}, Key{'<', Action::SortPrevious},
	Key{KEY_LEFT, Action::SortPrevious}, Key{'r', Action::Reverse},	   Key{'s', Action::NextStates},
	Key{'k', Action::NextKind},	    Key{'T', Action::Threads},	   Key{KEY_UP, Action::Up},
	Key{KEY_DOWN, Action::Down},	    Key{KEY_PPAGE, Action::PageUp}, Key{KEY_NPAGE, Action::PageDown},
	Key{KEY_HOME, Action::First},	    Key{KEY_END, Action::Last},
};
// clang-format on

/// Redraws everything, for when another program has written to the terminal.
constexpr int key_redraw = 'l' & 0x1f;

/// Foreground of each state; -1: the terminal's default.
constexpr std::array<short, psinfo::state_count> foregrounds = {
	COLOR_GREEN,   -1,	   COLOR_RED,  COLOR_YELLOW, COLOR_CYAN, COLOR_MAGENTA,
	COLOR_MAGENTA, COLOR_BLUE, COLOR_BLUE, COLOR_YELLOW,
};

short pair_of(psinfo::State state)
{
	return static_cast<short>(static_cast<int>(state) + 1);
}

void make_colours()
{
	start_color();
	use_default_colors();
	for (auto state : psinfo::all_states)
		init_pair(pair_of(state), foregrounds[static_cast<std::size_t>(state)], -1);
}

/// Names are printed as UTF-8 in every locale, so ncurses must run in a UTF-8 locale.
/// False if there is none.
bool use_utf8()
{
	constexpr std::string_view utf8 = "UTF-8";

	std::setlocale(LC_ALL, "");
	return nl_langinfo(CODESET) == utf8 || (std::setlocale(LC_CTYPE, "C.UTF-8") && nl_langinfo(CODESET) == utf8);
}

/// Whether the other end was closed. Without this check, a process with another
/// controlling terminal would spin: it gets no SIGHUP, and each read returns at once.
bool has_hung_up()
{
	std::array<pollfd, 2> ends = {{{STDIN_FILENO, 0, 0}, {STDOUT_FILENO, 0, 0}}};
	constexpr short hung_up = POLLHUP | POLLERR | POLLNVAL;

	return poll(ends.data(), ends.size(), 0) > 0 && ((ends[0].revents | ends[1].revents) & hung_up) != 0;
}

/// Signals that @mask does not block are delivered during this call only.
void wait_for_input(std::chrono::milliseconds most, const sigset_t &mask)
{
	pollfd input = {STDIN_FILENO, POLLIN, 0};
	const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(most);
	const timespec timeout = {seconds.count(), std::chrono::nanoseconds(most - seconds).count()};

	ppoll(&input, 1, &timeout, &mask);
}

} // namespace

/// What the destructor restores or frees.
struct Screen::Terminal {
	SCREEN *handle = nullptr;
	WINDOW *window = nullptr;
	bool has_colours = false;
	bool is_utf8 = false;
	std::array<struct sigaction, quitting_signals.size()> before{};
	sigset_t mask_before{}; ///< signal mask to restore
};

std::unique_ptr<Screen> Screen::open(bool colour)
{
	bool is_utf8 = use_utf8();
	auto *handle = newterm(nullptr, stdout, stdin);
	if (!handle)
		return nullptr;

	auto terminal = std::make_unique<Terminal>();
	terminal->handle = handle;
	terminal->window = stdscr;
	terminal->is_utf8 = is_utf8;
	terminal->has_colours = colour && has_colors();
	if (terminal->has_colours)
		make_colours();
	cbreak();
	noecho();
	curs_set(0);
	keypad(terminal->window, TRUE);
	set_escdelay(25);
	return std::unique_ptr<Screen>(new Screen(std::move(terminal)));
}

Screen::Screen(std::unique_ptr<Terminal> terminal) : terminal_(std::move(terminal))
{
	// Signals are blocked except inside ppoll(), so that none is lost between the
	// check and the wait; also SIGWINCH, which ncurses handles.
	sigset_t blocked;
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGWINCH);
	for (auto number : quitting_signals)
		sigaddset(&blocked, number);
	sigprocmask(SIG_BLOCK, &blocked, &terminal_->mask_before);
	struct sigaction action {};
	action.sa_handler = note_signal;
	for (std::size_t i = 0; i < quitting_signals.size(); i++)
		sigaction(quitting_signals[i], &action, &terminal_->before[i]);
}

Screen::~Screen()
{
	endwin();
	delscreen(terminal_->handle);
	// Unblock first: a pending signal must still reach our handler.
	sigprocmask(SIG_SETMASK, &terminal_->mask_before, nullptr);
	for (std::size_t i = 0; i < quitting_signals.size(); i++)
		sigaction(quitting_signals[i], &terminal_->before[i], nullptr);
}

std::size_t Screen::height() const
{
	return static_cast<std::size_t>(std::max(getmaxy(terminal_->window), 0));
}

std::size_t Screen::width() const
{
	return static_cast<std::size_t>(std::max(getmaxx(terminal_->window), 0));
}

void Screen::clear()
{
	werase(terminal_->window);
}

void Screen::put(std::size_t row, std::string_view text, unsigned attributes)
{
	if (row >= height())
		return;
	auto *window = terminal_->window;
	std::string shown(cut_to_width(text, width()));
	if (!terminal_->is_utf8)
		shown = as_ascii(shown);
	// If ncurses considers a character wider than we do, the line above has
	// continued in this row: clear it.
	wmove(window, static_cast<int>(row), 0);
	wclrtoeol(window);
	wattrset(window, static_cast<int>(attributes));
	waddnstr(window, shown.data(), static_cast<int>(shown.size()));
	wattrset(window, A_NORMAL);
}

void Screen::line(std::size_t row, std::string_view text, Style style)
{
	static constexpr std::array<unsigned, 3> attributes = {A_NORMAL, A_BOLD, A_REVERSE};
	put(row, text, attributes[static_cast<std::size_t>(style)]);
}

void Screen::line(std::size_t row, std::string_view text, psinfo::State state)
{
	put(row, text, terminal_->has_colours ? static_cast<unsigned>(COLOR_PAIR(pair_of(state))) : A_NORMAL);
}

void Screen::show()
{
	wrefresh(terminal_->window);
}

/// A key from ncurses, or ERR. ncurses buffers keys, and reports a resize as a key.
int Screen::typed()
{
	wtimeout(terminal_->window, 0);
	errno = 0;
	return wgetch(terminal_->window);
}

Action Screen::wait(std::chrono::milliseconds most)
{
	wait_for_input(std::chrono::milliseconds(0), terminal_->mask_before);
	int code = typed();
	if (code == ERR && !must_quit) {
		wait_for_input(most, terminal_->mask_before);
		code = typed();
	}
	if (must_quit || (code == ERR && (errno == EIO || has_hung_up())))
		return Action::Quit;
	if (code == key_redraw)
		clearok(terminal_->window, TRUE);
	for (const auto &key : keys)
		if (key.code == code)
			return key.action;
	return Action::None;
}

std::vector<std::string> key_help()
{
	return {
		"q, Ctrl-C      quit",
		"< > or arrows  sort by the previous or next column",
		"r              reverse the sort order",
		"s              cycle through the states: all, " + next_states_help(),
		"k              cycle through all processes, user processes, kernel threads",
		"T              switch between processes and threads",
		"up, down, page up, page down, home, end: scroll",
		"Ctrl-L         redraw the screen",
		"h, ?           show or hide this help",
	};
}

} // namespace tool
