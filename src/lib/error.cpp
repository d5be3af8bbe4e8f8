// SPDX-License-Identifier: MIT
// Error messages, and the kind of error for each errno.
#include <psinfo/result.h>

#include <cerrno>
#include <system_error>

namespace psinfo {

namespace {

Error::Kind kind_of(int number)
{
	if (number == ENOENT || number == ENOTDIR)
		return Error::Kind::NotFound;
	if (number == EACCES || number == EPERM)
		return Error::Kind::NotPermitted;
	return Error::Kind::Unreadable;
}

} // namespace

Error Error::from_errno(int number, std::string action, std::string subject)
{
	// Unlike strerror(), this is thread-safe.
	return {kind_of(number), std::move(action), std::move(subject), std::generic_category().message(number),
		number};
}

std::string Error::message() const
{
	return "cannot " + action + " " + subject + ": " + problem;
}

} // namespace psinfo
