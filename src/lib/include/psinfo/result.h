// SPDX-License-Identifier: MIT
// Copyright 2026 psinfo maintainers
// Result: a value, or the error that occurred instead.
#ifndef PSINFO_RESULT_H
#define PSINFO_RESULT_H

#include <string>
#include <utility>
#include <variant>

namespace psinfo {

/// An error: what was attempted, on what, and why it failed. The library never prints
/// and, except for std::bad_alloc, throws no exception of its own; the caller decides
/// what to print and how to go on.
struct Error {
	enum class Kind {
		NotFound, ///< no such file or source: the module is not loaded
		NotPermitted, ///< the file exists, but may not be opened or queried
		Unreadable, ///< a system call failed for another reason; see number
		Malformed, ///< the data read are not in the documented format
		Abi, ///< the module's interface has another major version
		Invalid, ///< the query is invalid, or the source does not support it
	};
	Kind kind;
	std::string action; ///< what was attempted, as a verb: "open"
	std::string subject; ///< on what: "/proc/psinfo"; names of files may contain any byte
	std::string problem; ///< why it failed: "No such file or directory"
	int number = 0; ///< errno of the failed system call; 0 if none failed

	/// The error of a failed system call: NotFound, NotPermitted or Unreadable, and the
	/// description of the errno as the problem.
	[[nodiscard]] static Error from_errno(int number, std::string action, std::string subject);

	/// The whole sentence: "cannot open /proc/psinfo: No such file or directory".
	/// Nothing needs to be added to it, and it has no period or newline at the end.
	[[nodiscard]] std::string message() const;
};

/// Either a T or an Error. Check which before use: value() of an error and error()
/// of a value throw std::bad_variant_access.
template <typename T> class [[nodiscard]] Result {
public:
	Result(T value) : held_(std::move(value)) {}
	Result(Error error) : held_(std::move(error)) {}

	[[nodiscard]] bool ok() const { return std::holds_alternative<T>(held_); }
	explicit operator bool() const { return ok(); }

	[[nodiscard]] T &value() & { return std::get<T>(held_); }
	[[nodiscard]] const T &value() const & { return std::get<T>(held_); }
	[[nodiscard]] T &&value() && { return std::get<T>(std::move(held_)); }
	[[nodiscard]] const Error &error() const { return std::get<Error>(held_); }

	T &operator*() & { return value(); }
	const T &operator*() const & { return value(); }
	T *operator->() { return &value(); }
	const T *operator->() const { return &value(); }

private:
	std::variant<T, Error> held_;
};

} // namespace psinfo

#endif // PSINFO_RESULT_H
