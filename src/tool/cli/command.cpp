// SPDX-License-Identifier: GPL-2.0
// Messages, hints and exit codes.
#include "cli/command.h"

#include <array>
#include <utility>

#include "render/format.h"

namespace tool {

namespace {

using psinfo::Error;

struct Ending {
	Error::Kind kind;
	Exit exit;
	std::string_view hint; ///< for the module
	std::string_view fallback_hint; ///< if /proc is read instead
	std::string_view proc_hint; ///< for /proc
};

constexpr std::array endings = {
	Ending{Error::Kind::NotFound, Exit::Unreadable, "sudo modprobe psinfo; if that fails: psinfo doctor",
	       "sudo modprobe psinfo; if that fails: psinfo doctor", "sudo mount -t proc proc /proc"},
	Ending{Error::Kind::NotPermitted, Exit::Unreadable, "try again with sudo", "try again with sudo",
	       "try again with sudo"},
	Ending{Error::Kind::Unreadable, Exit::Unreadable, "", "psinfo doctor", ""},
	Ending{Error::Kind::Malformed, Exit::Unreadable, "psinfo doctor; without the module: psinfo --source=proc",
	       "psinfo doctor", ""},
	Ending{Error::Kind::Abi, Exit::Abi,
	       "install psinfo and psinfo-dkms of the same version; without the module: psinfo --source=proc",
	       "install psinfo and psinfo-dkms of the same version", ""},
	Ending{Error::Kind::Invalid, Exit::Unreadable, "", "psinfo doctor", ""},
};

constexpr bool endings_are_in_order()
{
	for (std::size_t i = 0; i < endings.size(); i++) {
		if (static_cast<std::size_t>(endings[i].kind) != i)
			return false;
	}
	return true;
}
static_assert(endings_are_in_order());

const Ending &ending_of(Error::Kind kind)
{
	return endings.at(static_cast<std::size_t>(kind));
}

} // namespace

Outcome outcome_of(const psinfo::Error &error, std::string hint)
{
	return {ending_of(error.kind).exit, escaped(error.message()), std::move(hint)};
}

Outcome outcome_of_source(const psinfo::Error &error, std::string_view source)
{
	const auto &ending = ending_of(error.kind);
	return outcome_of(error, std::string(source == "module" ? ending.hint : ending.proc_hint));
}

Outcome wrong_usage(std::string message, std::string hint)
{
	return {Exit::Usage, std::move(message), hint.empty() ? hint_at_help("psinfo") : std::move(hint)};
}

std::string hint_at_help(const std::string &command)
{
	return "try '" + command + " --help' for more information";
}

std::string reason_of(const psinfo::Error &module_error)
{
	return module_error.kind == Error::Kind::NotFound ? "the module is not loaded" :
							    escaped(module_error.message());
}

Outcome fallback_warning(const psinfo::Error &module_error)
{
	return {Exit::Done, reason_of(module_error) + "; reading /proc instead",
		std::string(ending_of(module_error.kind).fallback_hint)};
}

std::string printed(const Outcome &outcome)
{
	if (outcome.message.empty())
		return "";
	return "psinfo: " + outcome.message + "\n" + (outcome.hint.empty() ? "" : "hint: " + outcome.hint + "\n");
}

} // namespace tool
