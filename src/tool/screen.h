// SPDX-License-Identifier: GPL-2.0
// The terminal, as long as it is ours. The only user of ncurses.
#ifndef PSINFO_TOOL_SCREEN_H
#define PSINFO_TOOL_SCREEN_H

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>

#include <psinfo/psinfo.h>

#include "view.h"

namespace tool {

/// From open() until it is destroyed; then the terminal is what it was before.
/// SIGINT, SIGQUIT, SIGTERM and SIGHUP become Action::Quit.
class Screen {
public:
	/// Null if the terminal is of a kind that is not known.
	[[nodiscard]] static std::unique_ptr<Screen> open(bool colour);
	~Screen();
	Screen(const Screen &) = delete;
	Screen &operator=(const Screen &) = delete;

	[[nodiscard]] std::size_t height() const;
	[[nodiscard]] std::size_t width() const;

	enum class Look { Plain, Bold, Reverse };
	void clear();
	/// Escaped text. Beyond the edges it is cut. From the top to the bottom.
	void line(std::size_t row, std::string_view text, Look look = Look::Plain);
	void line(std::size_t row, std::string_view text, psinfo::State state);
	void show();

	/// The next key's, or None after that time or if the terminal was resized. Quit
	/// if the other end of the terminal has closed.
	Action wait(std::chrono::milliseconds most);

private:
	struct Terminal;
	explicit Screen(std::unique_ptr<Terminal> terminal);
	int typed();
	void put(std::size_t row, std::string_view text, unsigned attributes);

	std::unique_ptr<Terminal> terminal_;
};

/// What the keys do, a line each.
[[nodiscard]] const std::vector<std::string_view> &key_help();

} // namespace tool

#endif // PSINFO_TOOL_SCREEN_H
