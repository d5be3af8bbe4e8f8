// SPDX-License-Identifier: GPL-2.0
// Formats names, numbers, times and sizes, appending to a string.
#ifndef PSINFO_TOOL_FORMAT_H
#define PSINFO_TOOL_FORMAT_H

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tool {

/// A name, or any other external text, in the form in which it is displayed: control
/// bytes, backslashes, invalid UTF-8 and invisible characters become \n, \\ or \ooo,
/// as in /proc/psinfo (which also escapes its separator). The result is valid UTF-8
/// and one line.
[[nodiscard]] std::string escaped(std::string_view text);

/// Appends @text as escaped() shows it, and also escapes the bytes of @also as \ooo.
/// Returns the width in terminal columns.
std::size_t append_escaped(std::string &to, std::string_view text, std::string_view also = {});

void append_number(std::string &to, std::int64_t number);
void append_number(std::string &to, std::uint64_t number);

/// "0:07.25", "59:59.99", "1:00:00", "3-04:05:06"; hundredths below an hour
void append_time(std::string &to, std::chrono::nanoseconds time);
/// "7.25", "0.000000001": seconds, exactly
void append_seconds(std::string &to, std::chrono::nanoseconds time);
/// "0", "512", "1.0K", "9.9M", "12M", "1.5G": binary prefixes, rounded
void append_size(std::string &to, std::uint64_t bytes);

/// The width of escaped @text in terminal columns. A byte that is not valid UTF-8
/// counts as one.
[[nodiscard]] std::size_t shown_width(std::string_view text);
/// The beginning of escaped @text that takes at most @width columns: one less if a wide
/// character does not fit.
[[nodiscard]] std::string_view cut_to_width(std::string_view text, std::size_t width);
/// Replaces each column of a non-ASCII character with a question mark.
[[nodiscard]] std::string as_ascii(std::string_view text);
/// Pads the text on the right with spaces to @width columns.
[[nodiscard]] std::string padded(std::string text, std::size_t width);

} // namespace tool

#endif // PSINFO_TOOL_FORMAT_H
