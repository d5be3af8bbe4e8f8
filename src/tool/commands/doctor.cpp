// SPDX-License-Identifier: GPL-2.0
// Renders the findings of dkms-helper on the package and the kernel, and those of this
// process on the module's answer and on its own view of /proc.
#include "commands/doctor.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <map>
#include <ostream>
#include <sstream>
#include <utility>

#include <sys/utsname.h>
#include <sys/wait.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "render/format.h"
#include "render/render.h"

namespace tool {
namespace {

namespace fs = std::filesystem;
using Status = Check::Status;

constexpr const char *package = "psinfo-dkms";
constexpr const char *facts_command = "/usr/libexec/psinfo/dkms-helper facts 2>/dev/null";

// ---- files -----------------------------------------------------------------

bool is_directory(const std::string &path)
{
	std::error_code error;
	return fs::is_directory(path, error);
}

std::vector<std::string> lines_of(const std::string &path)
{
	std::ifstream file(path);
	std::vector<std::string> lines;
	for (std::string line; std::getline(file, line);)
		lines.push_back(line);
	return lines;
}

std::vector<std::string> words_of(const std::string &line)
{
	std::istringstream stream(line);
	std::vector<std::string> words;
	for (std::string word; stream >> word;)
		words.push_back(word);
	return words;
}

// ---- facts from dkms-helper --------------------------------------------------

/// Lines KEY=VALUE. Empty if the package is not installed.
class HelperFacts {
public:
	explicit HelperFacts(const std::vector<std::string> &lines)
	{
		for (const std::string &line : lines) {
			const auto equals = line.find('=');
			if (equals == std::string::npos)
				continue;
			keys_.push_back(line.substr(0, equals));
			values_[keys_.back()] = line.substr(equals + 1);
		}
	}

	[[nodiscard]] bool empty() const { return keys_.empty(); }

	/// "" for an unknown key.
	[[nodiscard]] std::string at(const std::string &key) const
	{
		const auto found = values_.find(key);
		return found == values_.end() ? "" : found->second;
	}

	/// The checks with a finding, in the order of dkms-helper.
	[[nodiscard]] std::vector<Check> checks() const
	{
		static const std::string start = "check.";
		std::vector<Check> checks;
		for (const std::string &key : keys_) {
			const auto name = key.substr(std::min(key.size(), start.size()));
			if (key.starts_with(start) && name.find('.') == std::string::npos &&
			    !at(key + ".found").empty())
				checks.push_back({status_of(at(key)), name, at(key + ".found"), at(key + ".hint")});
		}
		return checks;
	}

private:
	static Status status_of(const std::string &word)
	{
		if (word == "ok")
			return Status::Ok;
		return word == "bad" ? Status::Bad : Status::Unknown;
	}

	std::vector<std::string> keys_;
	std::map<std::string, std::string> values_;
};

// ---- what this process sees ----------------------------------------------------

struct Visibility {
	bool is_subset = false; ///< /proc was mounted with subset=pid
	std::string hidepid; ///< "invisible"; empty: off
	bool is_nested = false; ///< not in the initial PID namespace
};

/// Mount options of /proc; see proc(5). A later mount hides an earlier one.
Visibility visibility_of_mounts(const std::string &root)
{
	Visibility visibility;
	for (const std::string &line : lines_of(root + "/proc/self/mountinfo")) {
		const auto words = words_of(line);
		const auto dash = std::find(words.begin(), words.end(), "-");
		if (words.size() < 6 || words.end() - dash < 4 || words[4] != "/proc" || dash[1] != "proc")
			continue;
		visibility = {};
		std::istringstream options(dash[3]);
		for (std::string option; std::getline(options, option, ',');) {
			if (option.starts_with("hidepid=") && option != "hidepid=0" && option != "hidepid=off")
				visibility.hidepid = option.substr(option.find('=') + 1);
			visibility.is_subset = visibility.is_subset || option == "subset=pid";
		}
	}
	return visibility;
}

Visibility visibility_of(const std::string &root)
{
	Visibility visibility = visibility_of_mounts(root);
	std::error_code error;
	const std::string name = fs::read_symlink(root + "/proc/self/ns/pid", error);
	// The initial PID namespace has the same inode number on every kernel.
	visibility.is_nested = !error && name != "pid:[4026531836]";
	return visibility;
}

// ---- checks ----------------------------------------------------------------

/// For a machine without dkms-helper
std::vector<Check> checks_without_package(const Machine &machine)
{
	if (machine.answer.ok())
		return {{Status::Unknown, "package",
			 std::string(package) + " is not installed here; the module was loaded without it"}};
	const char *name = machine.is_known_to_apt(package) ? package : "./psinfo-dkms.deb";
	std::vector<Check> checks = {{Status::Bad, "package", std::string(package) + " is not installed",
				      std::string("To install it: sudo apt install ") + name}};
	const char *loaded =
		is_directory(machine.root + "/sys/module/psinfo") ? "the module is loaded" : "the module is not loaded";
	checks.push_back({Status::Unknown, "loaded", loaded});
	return checks;
}

Check check_answer(const Machine &machine, const Visibility &visibility)
{
	if (machine.answer.ok()) {
		const psinfo::ModuleInfo &info = *machine.answer;
		return {Status::Ok, "answer",
			"/proc/psinfo answers: version " + info.version + ", ABI " + std::to_string(info.abi_major) +
				'.' + std::to_string(info.abi_minor)};
	}
	const psinfo::Error &error = machine.answer.error();
	if (visibility.is_subset)
		return {Status::Bad, "answer", "this /proc is mounted with subset=pid, which hides /proc/psinfo"};
	if (error.kind == psinfo::Error::Kind::Abi)
		return {Status::Bad, "answer", error.message(), "Install psinfo and psinfo-dkms of the same version"};
	if (error.kind == psinfo::Error::Kind::NotFound && !is_directory(machine.root + "/sys/module/psinfo"))
		return {Status::Bad, "answer", "/proc/psinfo does not exist; psinfo reads /proc instead"};
	return {Status::Bad, "answer", error.message()};
}

Check check_view(const Visibility &visibility)
{
	if (!visibility.hidepid.empty())
		return {Status::Unknown, "view",
			"/proc is mounted with hidepid=" + visibility.hidepid +
				": only root and members of the gid= group see processes of other users"};
	if (visibility.is_nested)
		return {Status::Unknown, "view", "this is a nested PID namespace: only its own processes are visible"};
	return {Status::Ok, "view", "all processes are visible"};
}

// ---- output ----------------------------------------------------------------

const char *word_of(Status status)
{
	switch (status) {
	case Status::Ok:
		return "ok";
	case Status::Bad:
		return "BAD";
	case Status::Unknown:
		break;
	}
	return "?";
}

/// The current verdict of dkms-helper. Only root can find out which process keeps the
/// module from being unloaded, so that comes from the last report.
std::string verdict_of(const HelperFacts &facts, const std::vector<std::string> &last_report, const std::string &kernel)
{
	const std::string start = "psinfo: NOT ACTIVE on " + kernel + ": ";
	if (facts.at("loaded") == "going")
		for (const std::string &line : last_report)
			if (line.starts_with(start) && line.find(" module yet: process") != std::string::npos)
				return line.substr(std::string_view("psinfo: ").size());
	return facts.at("verdict");
}

/// The finding of the first bad check with a hint, or else of the first bad check
std::string why_not(const Diagnosis &diagnosis)
{
	const Check *first = nullptr;
	for (const Check &check : diagnosis.checks)
		if (check.status == Status::Bad && (!first || (first->hint.empty() && !check.hint.empty())))
			first = &check;
	if (!first)
		return "the module does not respond";
	return first->found + (first->hint.empty() ? "" : ". " + first->hint);
}

std::string summary(const Diagnosis &diagnosis, const std::string &kernel)
{
	const std::string active = "ACTIVE on " + kernel;
	if (diagnosis.is_active) {
		// What follows ", " is a reservation, such as a failed rebuild.
		if (diagnosis.verdict.starts_with(active + ", "))
			return "psinfo: " + diagnosis.verdict;
		return "psinfo: " + active + (diagnosis.is_well() ? "" : ", but see above");
	}
	if (!diagnosis.verdict.empty() && !diagnosis.verdict.starts_with(active))
		return "psinfo: " + diagnosis.verdict;
	return "psinfo: NOT ACTIVE on " + kernel + ": " + why_not(diagnosis);
}

// ---- this machine ----------------------------------------------------------

/// Whether `apt install` would find the package.
bool is_known_to_apt(const std::string &name)
{
	const char *letters = "abcdefghijklmnopqrstuvwxyz0123456789+.-";
	if (name.find_first_not_of(letters) != std::string::npos)
		return false;
	const std::string command = "apt-cache show --no-all-versions " + name + " 2>/dev/null | grep -q '^Package:'";
	const int status = std::system(command.c_str());
	return status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// The output of a command; nothing if the command does not exist.
std::vector<std::string> lines_from(const char *command)
{
	std::string text;
	std::array<char, 4096> some{};
	FILE *pipe = popen(command, "re");
	if (!pipe)
		return {};
	while (const auto got = fread(some.data(), 1, some.size(), pipe))
		text.append(some.data(), got);
	pclose(pipe);

	std::vector<std::string> lines;
	std::istringstream stream(text);
	for (std::string line; std::getline(stream, line);)
		lines.push_back(line);
	return lines;
}

Machine this_machine()
{
	struct utsname names {};
	uname(&names);
	return {.root = "",
		.kernel = names.release,
		.facts = lines_from(facts_command),
		.answer = psinfo::module_info(),
		.is_known_to_apt = is_known_to_apt};
}

} // namespace

bool Diagnosis::is_well() const
{
	return is_active && std::none_of(checks.begin(), checks.end(),
					 [](const Check &check) { return check.status == Status::Bad; });
}

Diagnosis diagnose(const Machine &machine)
{
	const HelperFacts facts(machine.facts);
	const Visibility visibility = visibility_of(machine.root);

	Diagnosis diagnosis;
	diagnosis.checks = facts.empty() ? checks_without_package(machine) : facts.checks();
	diagnosis.checks.push_back(check_answer(machine, visibility));
	diagnosis.checks.push_back(check_view(visibility));
	diagnosis.last_report = lines_of(machine.root + "/var/lib/psinfo/verdict");
	diagnosis.verdict = verdict_of(facts, diagnosis.last_report, machine.kernel);
	diagnosis.is_active = machine.answer.ok();
	return diagnosis;
}

std::string diagnosis_text(const Diagnosis &diagnosis, const std::string &kernel)
{
	std::ostringstream text;
	for (const Check &check : diagnosis.checks) {
		text << std::left << std::setw(5) << word_of(check.status) << std::setw(9) << check.name
		     << escaped(check.found) << '\n';
		if (!check.hint.empty())
			text << std::string(14, ' ') << escaped(check.hint) << '\n';
	}
	if (!diagnosis.last_report.empty())
		text << "\nThe last report of the package (/var/lib/psinfo/verdict):\n";
	for (const std::string &line : diagnosis.last_report)
		text << "    " << escaped(line) << '\n';
	text << '\n' << escaped(summary(diagnosis, kernel)) << '\n';
	return text.str();
}

std::string diagnosis_json(const Diagnosis &diagnosis, const std::string &kernel)
{
	static const std::map<Status, std::string> words = {
		{Status::Ok, "ok"}, {Status::Bad, "bad"}, {Status::Unknown, "unknown"}};
	Json checks = Json::array();
	for (const Check &check : diagnosis.checks) {
		Json json = {{"name", check.name}, {"status", words.at(check.status)}};
		add_text(json, "found", check.found);
		add_text(json, "hint", check.hint);
		checks.push_back(std::move(json));
	}
	const Json all = {
		{"kernel", kernel}, {"active", diagnosis.is_active}, {"well", diagnosis.is_well()}, {"checks", checks}};
	return dump(all);
}

void add_doctor_options(CLI::App & /*app*/, DoctorOptions & /*options*/)
{
}

Outcome run_doctor(const Context &context, const DoctorOptions & /*options*/)
{
	const Machine machine = this_machine();
	const Diagnosis diagnosis = diagnose(machine);
	if (context.common.format == Format::Json)
		context.out << diagnosis_json(diagnosis, machine.kernel);
	else
		context.out << diagnosis_text(diagnosis, machine.kernel);
	return {diagnosis.is_well() ? Exit::Done : Exit::Unreadable};
}

} // namespace tool
