// SPDX-License-Identifier: GPL-2.0
// How the library's own files make an Error.
#ifndef PSINFO_LIB_ERROR_H
#define PSINFO_LIB_ERROR_H

#include <cerrno>
#include <string>

#include <psinfo/result.h>

namespace psinfo {

/// NotFound, NotPermitted or Unreadable, by the errno of the call that failed.
[[nodiscard]] Error error_of_errno(int number, std::string what);

[[nodiscard]] Error malformed(std::string what);

} // namespace psinfo

#endif // PSINFO_LIB_ERROR_H
