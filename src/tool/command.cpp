// SPDX-License-Identifier: GPL-2.0
// Messages, hints and exit codes.
#include "command.h"

#include <array>

namespace tool {

namespace {

using Kind = psinfo::Error::Kind;

struct Ending {
	Kind kind;
	Exit exit;
	std::string_view hint; ///< for the module
	std::string_view fallback_hint; ///< if /proc is read instead
	std::string_view proc_hint; ///< for /proc
};

constexpr std::array endings = {
	Ending{Kind::NotFound, Exit::Unreadable, "sudo modprobe psinfo; if that fails: psinfo doctor",
	       "sudo modprobe psinfo; psinfo doctor", "sudo mount -t proc proc /proc"},
	Ending{Kind::NotPermitted, Exit::Unreadable, "try it with sudo", "try it with sudo", "try it with sudo"},
	Ending{Kind::Unreadable, Exit::Unreadable, "", "psinfo doctor", ""},
	Ending{Kind::Malformed, Exit::Unreadable, "psinfo doctor; without the module: psinfo --source=proc",
	       "psinfo doctor", ""},
	Ending{Kind::Abi, Exit::Abi,
	       "install psinfo and psinfo-dkms of the same version; without the module: psinfo --source=proc",
	       "install psinfo and psinfo-dkms of the same version", ""},
	Ending{Kind::Invalid, Exit::Unreadable, "", "psinfo doctor", ""},
};

} // namespace

Outcome outcome_of(const psinfo::Error &error, std::string_view source)
{
	for (const auto &ending : endings)
		if (ending.kind == error.kind)
			return {ending.exit, "cannot " + error.message(),
				std::string(source == "module" ? ending.hint : ending.proc_hint)};
	return {Exit::Unreadable, "cannot " + error.message()};
}

std::string reason_of(const psinfo::Error &module_error)
{
	return module_error.kind == Kind::NotFound ? "the module is not loaded" : "cannot " + module_error.message();
}

std::string fallback_warning(const psinfo::Error &module_error)
{
	std::string why = reason_of(module_error) + (module_error.kind == Kind::NotFound ? "," : ";");
	std::string_view hint;
	for (const auto &ending : endings)
		if (ending.kind == module_error.kind)
			hint = ending.fallback_hint;
	return "psinfo: " + why + " reading /proc instead (hint: " + std::string(hint) + ")";
}

Outcome wrong_usage(std::string message, std::string hint)
{
	return {Exit::Usage, std::move(message), hint.empty() ? "psinfo --help" : std::move(hint)};
}

} // namespace tool
