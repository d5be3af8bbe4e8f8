// SPDX-License-Identifier: GPL-2.0
// `psinfo doctor`: why there is a /proc/psinfo or why not, and what to type. It
// only looks, needs no root, and speaks as dkms-helper of the package psinfo-dkms
// does, whose last report it shows.
#ifndef PSINFO_TOOL_COMMANDS_DOCTOR_H
#define PSINFO_TOOL_COMMANDS_DOCTOR_H

#include <functional>
#include <string>
#include <vector>

#include "command.h"

namespace tool {

struct DoctorOptions {};

void add_doctor_options(CLI::App &app, DoctorOptions &options);
Outcome run_doctor(const Context &context, const DoctorOptions &options);

/// The machine to look at, as far as files do not tell.
struct Patient {
	std::string root; ///< where its "/" is: "" for this machine
	std::string kernel; ///< uname -r
	std::string machine; ///< uname -m
	unsigned bits = 64; ///< of its programs
	std::string package; ///< what dpkg says of psinfo-dkms: "install ok installed 0.1.0"; empty: nothing
	psinfo::Result<psinfo::ModuleInfo> answer; ///< of /proc/psinfo
	std::function<bool(const std::string &package)> is_known_to_apt;
};

struct Check {
	enum class Status { Ok, Bad, Unknown };

	Status status;
	std::string name; ///< one word: "headers"
	std::string found; ///< what is so
	std::string hint = {}; ///< what to do about it; may be empty
	bool operator==(const Check &) const = default;
};

struct Diagnosis {
	std::vector<Check> checks;
	std::vector<std::string> verdict; ///< what dkms-helper reported last; may be empty
	bool is_active = false; ///< the module answers

	/// The module answers, and nothing is bad.
	[[nodiscard]] bool is_well() const;
};

[[nodiscard]] Diagnosis diagnose(const Patient &patient);
[[nodiscard]] std::string diagnosis_text(const Diagnosis &diagnosis, const std::string &kernel);
[[nodiscard]] std::string diagnosis_json(const Diagnosis &diagnosis, const std::string &kernel);

/// What is left of a kernel's name without the parts that are versions:
/// "rpi-v8" of "6.12.47+rpt-rpi-v8".
[[nodiscard]] std::string flavour_of(const std::string &kernel);

} // namespace tool

#endif // PSINFO_TOOL_COMMANDS_DOCTOR_H
