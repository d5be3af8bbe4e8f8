// SPDX-License-Identifier: GPL-2.0
// Error messages, and the kind of error for each errno.
#include "error.h"

#include <system_error>

namespace psinfo {

std::string Error::message() const
{
	if (number == 0)
		return what;
	// Unlike strerror(), this is thread-safe.
	return what + ": " + std::generic_category().message(number);
}

Error error_of_errno(int number, std::string what)
{
	auto kind = Error::Kind::Unreadable;
	if (number == ENOENT || number == ENOTDIR)
		kind = Error::Kind::NotFound;
	else if (number == EACCES || number == EPERM)
		kind = Error::Kind::NotPermitted;
	return {kind, number, std::move(what)};
}

Error malformed(std::string what)
{
	return {Error::Kind::Malformed, 0, std::move(what)};
}

} // namespace psinfo
