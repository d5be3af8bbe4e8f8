// SPDX-License-Identifier: GPL-2.0
// `psinfo doctor`: why there is a /proc/psinfo or why not, and what to type. It only
// looks, and needs no root. What it says of the package, the kernel and the module is
// what dkms-helper of the package psinfo-dkms has found out and put into words.
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
struct Machine {
	std::string root; ///< where its "/" is: "" for this machine
	std::string kernel; ///< uname -r
	std::vector<std::string> facts; ///< what `dkms-helper facts` says; empty: there is no helper
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
	std::string verdict; ///< why the module is not active, in a sentence of dkms-helper's; may be empty
	std::vector<std::string> last_report; ///< what dkms-helper reported last; may be empty
	bool is_active = false; ///< the module answers

	/// The module answers, and nothing is bad.
	[[nodiscard]] bool is_well() const;
};

[[nodiscard]] Diagnosis diagnose(const Machine &machine);
[[nodiscard]] std::string diagnosis_text(const Diagnosis &diagnosis, const std::string &kernel);
[[nodiscard]] std::string diagnosis_json(const Diagnosis &diagnosis, const std::string &kernel);

} // namespace tool

#endif // PSINFO_TOOL_COMMANDS_DOCTOR_H
