// SPDX-License-Identifier: GPL-2.0
// Functions of the library that construct an Error.
#ifndef PSINFO_LIB_ERROR_H
#define PSINFO_LIB_ERROR_H

#include <cerrno>
#include <string>

#include <psinfo/result.h>

namespace psinfo {

/// NotFound, NotPermitted or Unreadable, depending on the errno of the failed call.
[[nodiscard]] Error error_of_errno(int number, std::string what);

[[nodiscard]] Error malformed(std::string what);

} // namespace psinfo

#endif // PSINFO_LIB_ERROR_H
