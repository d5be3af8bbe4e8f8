// SPDX-License-Identifier: MIT
// The logic of open_source(), with the two open functions as parameters, so that
// tests can replace them.
#ifndef PSINFO_LIB_CHOICE_H
#define PSINFO_LIB_CHOICE_H

#include <functional>
#include <memory>
#include <optional>

#include <psinfo/source.h>

namespace psinfo {

using OpenSource = std::function<Result<std::unique_ptr<Source>>()>;

/// See open_source().
[[nodiscard]] Result<std::unique_ptr<Source>>
open_chosen(Choice choice, const OpenSource &module, const OpenSource &proc, std::optional<Error> *ret_module_error);

} // namespace psinfo

#endif // PSINFO_LIB_CHOICE_H
