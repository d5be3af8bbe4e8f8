// SPDX-License-Identifier: GPL-2.0
// The full-screen terminal of `psinfo watch`. The only user of ncurses.
#ifndef PSINFO_TOOL_SCREEN_H
#define PSINFO_TOOL_SCREEN_H

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <psinfo/psinfo.h>

#include "ui/view.h"

namespace tool {

/// Controls the terminal from open() on; the destructor restores it. SIGINT, SIGQUIT,
/// SIGTERM and SIGHUP become Action::Quit.
class Screen {
public:
	/// Null if the terminal type is unknown.
	[[nodiscard]] static std::unique_ptr<Screen> open(bool colour);
	~Screen();
	Screen(const Screen &) = delete;
	Screen &operator=(const Screen &) = delete;

	[[nodiscard]] std::size_t height() const;
	[[nodiscard]] std::size_t width() const;

	enum class Style { Plain, Bold, Reverse };
	void clear();
	/// Writes escaped text, cut at the edges. Write rows from top to bottom.
	void line(std::size_t row, std::string_view text, Style style = Style::Plain);
	void line(std::size_t row, std::string_view text, psinfo::State state);
	void show();

	/// The action of the next key. None after @most or if the terminal was resized,
	/// Quit if the other end of the terminal was closed.
	Action wait(std::chrono::milliseconds most);

private:
	struct Terminal;
	explicit Screen(std::unique_ptr<Terminal> terminal);
	int typed();
	void put(std::size_t row, std::string_view text, unsigned attributes);

	std::unique_ptr<Terminal> terminal_;
};

/// The lines of the help for the keys.
[[nodiscard]] std::vector<std::string> key_help();

} // namespace tool

#endif // PSINFO_TOOL_SCREEN_H
