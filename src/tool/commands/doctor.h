// SPDX-License-Identifier: GPL-2.0
// `psinfo doctor`: diagnoses whether and why /proc/psinfo works, and suggests what to
// do. It changes nothing and does not need root. The findings on the package, the
// kernel and the module are those of dkms-helper from the package psinfo-dkms.
#ifndef PSINFO_TOOL_COMMANDS_DOCTOR_H
#define PSINFO_TOOL_COMMANDS_DOCTOR_H

#include <functional>
#include <string>
#include <vector>

#include "cli/command.h"

namespace tool {

struct DoctorOptions {};

void add_doctor_options(CLI::App &app, DoctorOptions &options);
Outcome run_doctor(const Context &context, const DoctorOptions &options);

/// The machine to diagnose: what cannot be read from files.
struct Machine {
	std::string root; ///< directory of its "/"; "" for this machine
	std::string kernel; ///< uname -r
	std::vector<std::string> facts; ///< output of `dkms-helper facts`; empty: no helper
	psinfo::Result<psinfo::ModuleInfo> answer; ///< of /proc/psinfo
	std::function<bool(const std::string &package)> is_known_to_apt;
};

struct Check {
	enum class Status { Ok, Bad, Unknown };

	Status status;
	std::string name; ///< one word: "headers"
	std::string found; ///< the finding
	std::string hint = {}; ///< what to do about it; may be empty
	bool operator==(const Check &) const = default;
};

struct Diagnosis {
	std::vector<Check> checks;
	std::string verdict; ///< why the module is not active, in the words of dkms-helper; may be empty
	std::vector<std::string> last_report; ///< the last report of dkms-helper; may be empty
	bool is_active = false; ///< the module answers

	/// The module answers, and no check is Bad.
	[[nodiscard]] bool is_well() const;
};

[[nodiscard]] Diagnosis diagnose(const Machine &machine);
[[nodiscard]] std::string diagnosis_text(const Diagnosis &diagnosis, const std::string &kernel);
[[nodiscard]] std::string diagnosis_json(const Diagnosis &diagnosis, const std::string &kernel);

} // namespace tool

#endif // PSINFO_TOOL_COMMANDS_DOCTOR_H
