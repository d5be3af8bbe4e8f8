// SPDX-License-Identifier: GPL-2.0
// How commands end, in words.
#include "command.h"

#include <array>

namespace tool {

namespace {

using Kind = psinfo::Error::Kind;

struct Ending {
	Kind kind;
	Exit exit;
	std::string_view hint;
};

constexpr std::array endings = {
	Ending{Kind::NotFound, Exit::Unreadable, "sudo modprobe psinfo; if that fails: psinfo doctor"},
	Ending{Kind::NotPermitted, Exit::Unreadable, "try it with sudo"},
	Ending{Kind::Unreadable, Exit::Unreadable, ""},
	Ending{Kind::Malformed, Exit::Unreadable, "psinfo doctor; without the module: psinfo --source=proc"},
	Ending{Kind::Abi, Exit::Abi,
	       "install psinfo and psinfo-dkms of the same version; without the module: psinfo --source=proc"},
	Ending{Kind::Invalid, Exit::Unreadable, ""},
};

} // namespace

Outcome outcome_of(const psinfo::Error &error)
{
	for (const auto &ending : endings)
		if (ending.kind == error.kind)
			return {ending.exit, "cannot " + error.message(), std::string(ending.hint)};
	return {Exit::Unreadable, "cannot " + error.message()};
}

Outcome wrong_usage(std::string message, std::string hint)
{
	return {Exit::Usage, std::move(message), hint.empty() ? "psinfo --help" : std::move(hint)};
}

} // namespace tool
