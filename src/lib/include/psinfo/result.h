// SPDX-License-Identifier: GPL-2.0
// A value, or the error that kept it from being had.
#ifndef PSINFO_RESULT_H
#define PSINFO_RESULT_H

#include <string>
#include <utility>
#include <variant>

namespace psinfo {

/// What went wrong. The library never prints and never throws on its own
/// (std::bad_alloc aside); who calls it chooses the words and the next step.
struct Error {
	enum class Kind {
		NotFound, ///< there is no such file, or no such source: module not loaded
		NotPermitted, ///< the file is there, but may not be opened or asked
		Unreadable, ///< a system call failed otherwise; see number
		Malformed, ///< what came back is not what the contract says
		Abi, ///< the module speaks another major version of the contract
		Invalid, ///< the query asks for something that the source cannot do
	};
	Kind kind;
	int number = 0; ///< errno of the call that failed, or 0 where `what` says it all
	std::string what; ///< what was being done: "open /proc/psinfo"

	/// "open /proc/psinfo: No such file or directory": to be read after "cannot"
	[[nodiscard]] std::string message() const;
};

/// Either a T or an Error. To be looked at before it is used: value() and
/// error() of the wrong one throw std::bad_variant_access.
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
