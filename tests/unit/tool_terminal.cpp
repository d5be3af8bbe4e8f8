// SPDX-License-Identifier: GPL-2.0
// psinfo watch in a pseudo-terminal: it shows processes, reacts to keys, works at any
// size, and restores the terminal.
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <string>
#include <vector>

#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto patience = 30s;

struct Settings {
	unsigned short columns = 80;
	const char *locale = "C.UTF-8";
	bool gets_sighup = true;
};

/// Runs the command in its own terminal. The destructor kills it if it still runs.
class Terminal {
public:
	explicit Terminal(std::vector<const char *> arguments, const Settings &settings = {})
	{
		winsize size = {24, settings.columns, 0, 0};
		arguments.insert(arguments.begin(), PSINFO_TOOL_PATH);
		arguments.push_back(nullptr);
		child_ = forkpty(&master_, nullptr, nullptr, &size);
		if (child_ == 0) {
			setenv("TERM", "xterm", 1);
			setenv("LC_ALL", settings.locale, 1);
			if (!settings.gets_sighup)
				block(SIGHUP);
			// Wait until the parent has saved the settings.
			char go = 0;
			[[maybe_unused]] const auto got = read(STDIN_FILENO, &go, 1);
			execv(PSINFO_TOOL_PATH, const_cast<char **>(arguments.data()));
			_exit(127);
		}
		tcgetattr(master_, &before_);
		type("\n");
	}
	Terminal(const Terminal &) = delete;
	Terminal &operator=(const Terminal &) = delete;
	~Terminal()
	{
		if (child_ > 0 && !ended_) {
			kill(child_, SIGKILL);
			waitpid(child_, nullptr, 0);
		}
		close(master_);
	}

	void type(const std::string &keys) const
	{
		ASSERT_EQ(write(master_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
	}
	void send(int signal) const { kill(child_, signal); }
	void resize(unsigned short rows, unsigned short columns) const
	{
		const winsize size = {rows, columns, 0, 0};
		ASSERT_EQ(ioctl(master_, TIOCSWINSZ, &size), 0);
	}

	/// Closes this end.
	void hang_up()
	{
		close(master_);
		master_ = -1;
	}

	void forget() { seen_.clear(); }
	/// How often the words have been written to the screen so far.
	[[nodiscard]] std::size_t count(const std::string &words) const
	{
		std::size_t found = 0;
		for (auto at = seen_.find(words); at != std::string::npos; at = seen_.find(words, at + 1))
			found++;
		return found;
	}

	/// Whether the words have been written to the screen, or are in time. Text that
	/// is already there is not written again.
	bool shows(const std::string &words)
	{
		for (const auto until = steady_clock::now() + patience; steady_clock::now() < until; more()) {
			if (seen_.find(words) != std::string::npos)
				return true;
		}
		return false;
	}

	bool is_running_after(std::chrono::milliseconds time)
	{
		for (const auto until = steady_clock::now() + time; steady_clock::now() < until;)
			more();
		return !ended_ && waitpid(child_, nullptr, WNOHANG) == 0;
	}

	/// Its exit status, or -1 if it was killed or does not exit.
	int status()
	{
		for (const auto until = steady_clock::now() + patience; steady_clock::now() < until;) {
			int status = 0;
			more();
			if (waitpid(child_, &status, WNOHANG) != child_)
				continue;
			ended_ = true;
			return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
		}
		return -1;
	}

	[[nodiscard]] bool is_as_before() const
	{
		termios now = {};
		tcgetattr(master_, &now);
		return now.c_iflag == before_.c_iflag && now.c_oflag == before_.c_oflag &&
		       now.c_cflag == before_.c_cflag && now.c_lflag == before_.c_lflag;
	}

private:
	static void block(int signal)
	{
		sigset_t signals;
		sigemptyset(&signals);
		sigaddset(&signals, signal);
		sigprocmask(SIG_BLOCK, &signals, nullptr);
	}

	void more()
	{
		pollfd readable = {master_, POLLIN, 0};
		std::string text(4096, '\0');
		if (poll(&readable, 1, 50) <= 0)
			return;
		const auto got = read(master_, text.data(), text.size());
		seen_.append(text, 0, got > 0 ? static_cast<std::size_t>(got) : 0);
	}

	int master_ = -1;
	pid_t child_ = -1;
	bool ended_ = false;
	std::string seen_;
	termios before_ = {};
};

const std::vector<const char *> watch = {"watch", "--source=proc", "--interval=0.2"};

TEST(Terminal, WatchShowsProcessesAndQuitsOnAKey)
{
	Terminal terminal({"watch", "--source=proc", "--interval=0.2", "--sort=-pid"});
	ASSERT_TRUE(terminal.shows("PID"));
	ASSERT_TRUE(terminal.shows("psinfo")) << "it shows itself, being the youngest";
	terminal.type("q");
	EXPECT_EQ(terminal.status(), 0);
	EXPECT_TRUE(terminal.is_as_before());
}

TEST(Terminal, WatchWorksAtAnySize)
{
	Terminal terminal(watch);
	ASSERT_TRUE(terminal.shows("PID"));
	for (const unsigned short size : {1, 2, 5, 200, 24}) {
		terminal.resize(size, size);
		terminal.type("r");
		EXPECT_TRUE(terminal.is_running_after(300ms)) << size << " rows and columns";
	}
	terminal.type("q");
	EXPECT_EQ(terminal.status(), 0);
	EXPECT_TRUE(terminal.is_as_before());
}

TEST(Terminal, CtrlLRedrawsTheScreen)
{
	Terminal terminal(watch);
	ASSERT_TRUE(terminal.shows("PID"));
	terminal.is_running_after(500ms);
	terminal.forget();
	terminal.type("\x0c");
	EXPECT_TRUE(terminal.shows("psinfo: proc"));
	EXPECT_TRUE(terminal.shows("PID"));
}

TEST(Terminal, IsRestoredAfterSignals)
{
	for (const int signal : {SIGINT, SIGTERM, SIGQUIT}) {
		Terminal terminal(watch);
		ASSERT_TRUE(terminal.shows("PID"));
		terminal.send(signal);
		EXPECT_EQ(terminal.status(), 0) << strsignal(signal);
		EXPECT_TRUE(terminal.is_as_before()) << strsignal(signal);
		EXPECT_TRUE(terminal.shows("\x1b[?1049l")) << strsignal(signal) << ": the other screen stays";
	}
	Terminal terminal(watch);
	ASSERT_TRUE(terminal.shows("PID"));
	terminal.type("\x03");
	EXPECT_EQ(terminal.status(), 0) << "Ctrl-C";
	EXPECT_TRUE(terminal.is_as_before()) << "Ctrl-C";
}

TEST(Terminal, WatchExitsWhenTheTerminalHangsUp)
{
	for (const bool gets_sighup : {true, false}) {
		Terminal terminal(watch, {.gets_sighup = gets_sighup});
		ASSERT_TRUE(terminal.shows("PID"));
		terminal.hang_up();
		EXPECT_EQ(terminal.status(), 0) << (gets_sighup ? "with" : "without") << " SIGHUP";
	}
}

TEST(Terminal, WatchShowsTheCountOfEveryStateAtEachWidth)
{
	for (const unsigned short columns : {100, 80, 60}) {
		Terminal terminal(watch, {.columns = columns});
		EXPECT_TRUE(terminal.shows("OTHERS: 0")) << columns << " columns";
		EXPECT_TRUE(terminal.shows("TOTAL: ")) << columns << " columns";
	}
	for (const unsigned short columns : {40, 20}) {
		Terminal terminal(watch, {.columns = columns});
		EXPECT_TRUE(terminal.shows("?:0")) << columns << " columns";
		EXPECT_TRUE(terminal.shows("TOTAL:")) << columns << " columns";
	}
}

/// A sleeping process with that name.
class Sleeper {
public:
	explicit Sleeper(const std::string &name) : child_(fork())
	{
		if (child_ == 0) {
			execl("/bin/sleep", name.c_str(), "600", nullptr);
			_exit(127);
		}
	}
	Sleeper(const Sleeper &) = delete;
	Sleeper &operator=(const Sleeper &) = delete;
	~Sleeper()
	{
		kill(child_, SIGKILL);
		waitpid(child_, nullptr, 0);
	}
	[[nodiscard]] std::string pid() const { return std::to_string(child_); }

private:
	pid_t child_;
};

TEST(Terminal, WatchCutsWideCharactersAtTheEdge)
{
	std::string wide;
	for (int i = 0; i < 50; i++)
		wide += "漢字"; // two different characters: ncurses may encode repetition
	const Sleeper first(wide);
	const Sleeper second("the next row");
	const auto pids = "--pid=" + first.pid() + "," + second.pid();
	for (const char *locale : {"C.UTF-8", "C"}) {
		Terminal terminal(
			{"watch", "--source=proc", "--interval=0.2", "-o", "args", "--sort=pid", pids.c_str()},
			{.locale = locale});
		ASSERT_TRUE(terminal.shows("the next row")) << locale;
		ASSERT_TRUE(terminal.shows("漢")) << locale;
		EXPECT_EQ(terminal.count("漢字"), 20U) << locale << ": 80 columns hold 40 characters";
	}
}

TEST(Terminal, TheListHasColourOnRequestAndWorksWithNoColor)
{
	Terminal coloured({"--source=proc", "-o", "pid,stat", "-s", "R", "--color=always"});
	EXPECT_TRUE(coloured.shows("\x1b["));
	EXPECT_EQ(coloured.status(), 0);
	setenv("NO_COLOR", "1", 1);
	Terminal plain({"--source=proc", "-o", "pid,stat", "-s", "R"});
	unsetenv("NO_COLOR");
	EXPECT_EQ(plain.status(), 0);
}

TEST(Terminal, WatchWithoutOneIsWrongUsage)
{
	EXPECT_EQ(WEXITSTATUS(std::system(PSINFO_TOOL_PATH " watch --source=proc </dev/null >/dev/null 2>&1")), 2);
}

} // namespace
