// SPDX-License-Identifier: GPL-2.0
// Findings from files, checks of facts, and checks as text: in this order, and
// each only once.
#include "commands/doctor.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
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

#include "render.h"

namespace tool {
namespace {

namespace fs = std::filesystem;
using Status = Check::Status;

constexpr const char *package = "psinfo-dkms";
constexpr const char *helper = "/usr/libexec/psinfo/dkms-helper";
constexpr const char *no_builds = "/etc/dkms/no-autoinstall";
constexpr const char *set_up = "sudo /usr/libexec/psinfo/dkms-helper setup";

// ---- files -----------------------------------------------------------------

bool exists(const std::string &path)
{
	std::error_code error;
	return fs::exists(path, error);
}

bool is_directory(const std::string &path)
{
	std::error_code error;
	return fs::is_directory(path, error);
}

/// A link counts even if it leads nowhere from here.
bool is_there(const std::string &path)
{
	std::error_code error;
	return fs::symlink_status(path, error).type() != fs::file_type::not_found && !error;
}

std::vector<std::string> lines_of(const std::string &path)
{
	std::ifstream file(path);
	std::vector<std::string> lines;
	for (std::string line; std::getline(file, line);)
		lines.push_back(line);
	return lines;
}

std::string first_line(const std::string &path)
{
	const auto lines = lines_of(path);
	return lines.empty() ? "" : lines.front();
}

/// Names in it, in the order of versions; none if it is not there.
std::vector<std::string> names_in(const std::string &directory)
{
	std::vector<std::string> names;
	std::error_code error;
	for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error))
		names.push_back(entry->path().filename());
	std::sort(names.begin(), names.end(),
		  [](const auto &a, const auto &b) { return strverscmp(a.c_str(), b.c_str()) < 0; });
	return names;
}

bool has_entry(const std::string &directory, const std::string &start)
{
	const auto names = names_in(directory);
	return std::any_of(names.begin(), names.end(), [&](const auto &name) { return name.starts_with(start); });
}

std::vector<std::string> words_of(const std::string &line)
{
	std::istringstream stream(line);
	std::vector<std::string> words;
	for (std::string word; stream >> word;)
		words.push_back(word);
	return words;
}

std::string joined(const std::vector<std::string> &words)
{
	std::string text;
	for (const std::string &word : words)
		text.append(text.empty() ? "" : " ").append(word);
	return text;
}

// ---- facts -----------------------------------------------------------------

struct Headers {
	bool there = false;
	bool incomplete = false;
};

struct Findings {
	std::string package_status; ///< "install ok installed"; empty: unknown to dpkg
	std::string version; ///< of the package, or else of the source
	bool has_helper = false;
	bool has_dkms = false;
	bool is_known_to_dkms = false;
	bool is_forbidden_to_build = false;
	bool owns_kernel = false; ///< no chroot, no container
	bool is_32_on_64 = false;
	Headers headers; ///< of the running kernel
	std::vector<std::string> kernels; ///< that are installed
	std::vector<std::string> built; ///< that there is a module for
	std::string build_log; ///< of the last build, if it failed
	std::string blacklist; ///< the file that has it; empty: none
	bool is_masked_at_boot = false;
	bool is_loaded = false;
	bool is_going = false; ///< it is being unloaded
	std::string loaded_version;
	bool wants_signatures = false;
	bool is_overlay = false;
	bool is_subset = false; ///< /proc was mounted with subset=pid
	std::string hidepid; ///< "invisible"; empty: off
	bool is_nested = false; ///< in a PID namespace of its own
};

/// Of several sources, the newest one's version.
std::string source_version(const std::string &root)
{
	const std::string sources = root + "/usr/src/";
	std::string version;
	for (const std::string &name : names_in(sources))
		if (name.starts_with("psinfo-") && exists(fs::path(sources) / name / "dkms.conf"))
			version = name.substr(std::strlen("psinfo-"));
	return version;
}

/// The architecture's part may lie in another tree, which the Makefile names.
std::vector<std::string> included_by(const std::string &makefile)
{
	std::vector<std::string> included;
	for (const std::string &line : lines_of(makefile))
		if (line.starts_with("include /") && line.find(' ', 8) == std::string::npos)
			included.push_back(line.substr(8));
	return included;
}

bool has_asm(const std::string &tree)
{
	for (const std::string &arch : names_in(tree + "/arch"))
		for (const char *part : {"/include/asm", "/include/uapi/asm"})
			if (is_directory(std::string(tree).append("/arch/").append(arch).append(part)))
				return true;
	return false;
}

/// In part, that is: what lacks here makes the compiler talk nonsense.
bool is_incomplete(const std::string &root, const std::string &tree)
{
	for (const char *part :
	     {"/Makefile", "/scripts/Makefile.build", "/include/generated/autoconf.h", "/include/config/auto.conf"})
		if (!exists(tree + part))
			return true;
	bool found = has_asm(tree);
	for (const std::string &makefile : included_by(tree + "/Makefile")) {
		if (!exists(root + makefile))
			return true;
		found = found || has_asm(fs::path(root + makefile).parent_path());
	}
	return !found;
}

Headers headers_of(const std::string &root, const std::string &kernel)
{
	const std::string tree = root + "/lib/modules/" + kernel + "/build";
	Headers headers;
	headers.there = exists(tree + "/include") || exists(tree + "/Makefile");
	headers.incomplete = headers.there && is_incomplete(root, tree);
	return headers;
}

std::vector<std::string> kernels_in(const std::string &root)
{
	std::vector<std::string> kernels;
	const std::string modules = root + "/lib/modules/";
	for (const std::string &name : names_in(modules))
		if (is_directory(modules + name))
			kernels.push_back(name);
	return kernels;
}

bool is_built(const std::string &root, const std::string &kernel)
{
	return has_entry(root + "/lib/modules/" + kernel + "/updates/dkms", "psinfo.ko");
}

/// The file with "blacklist psinfo", or with what comes to the same.
std::string blacklist_in(const std::string &root)
{
	for (const char *directory : {"/etc/modprobe.d", "/run/modprobe.d", "/usr/lib/modprobe.d", "/lib/modprobe.d"})
		for (const std::string &name : names_in(root + directory)) {
			std::string path = std::string(directory).append("/").append(name);
			for (const std::string &line : lines_of(root + path)) {
				const auto words = words_of(line);
				if (words.size() >= 2 && words[1] == "psinfo" &&
				    (words[0] == "blacklist" || words[0] == "install"))
					return path;
			}
		}
	return "";
}

/// A link to /dev/null, or an empty file, of the name that the package's has.
bool is_masked(const std::string &root)
{
	const std::string path = root + "/etc/modules-load.d/psinfo.conf";
	return is_there(path) && lines_of(path).empty();
}

bool is_container(const std::string &root)
{
	return exists(root + "/run/systemd/container") || exists(root + "/.dockerenv") ||
	       exists(root + "/run/.containerenv");
}

/// Mount options of "/" and "/proc"; see proc(5). What lies above hides what is below.
void look_at_mounts(const std::string &root, Findings &facts)
{
	for (const std::string &line : lines_of(root + "/proc/self/mountinfo")) {
		const auto words = words_of(line);
		const auto dash = std::find(words.begin(), words.end(), "-");
		if (words.size() < 6 || words.end() - dash < 4)
			continue;
		if (words[4] == "/")
			facts.is_overlay = dash[1] == "overlay";
		if (words[4] != "/proc" || dash[1] != "proc")
			continue;
		facts.hidepid.clear();
		facts.is_subset = false;
		std::istringstream options(dash[3]);
		for (std::string option; std::getline(options, option, ',');) {
			if (option.starts_with("hidepid=") && option != "hidepid=0" && option != "hidepid=off")
				facts.hidepid = option.substr(std::strlen("hidepid="));
			facts.is_subset = facts.is_subset || option == "subset=pid";
		}
	}
}

/// The first PID namespace has the same number on every kernel.
bool is_nested(const std::string &root)
{
	std::error_code error;
	const std::string name = fs::read_symlink(root + "/proc/self/ns/pid", error);
	return !error && name != "pid:[4026531836]";
}

void look_at_package(const Patient &patient, Findings &facts)
{
	const std::string &root = patient.root;
	const auto space = patient.package.rfind(' ');
	if (space != std::string::npos) {
		facts.package_status = patient.package.substr(0, space);
		facts.version = patient.package.substr(space + 1);
	}
	if (facts.version.empty())
		facts.version = source_version(root);
	facts.has_helper = exists(root + helper);
	facts.has_dkms = exists(root + "/usr/sbin/dkms");
	facts.is_known_to_dkms = has_entry(root + "/var/lib/dkms/psinfo", "");
	facts.is_forbidden_to_build = exists(root + no_builds);
}

void look_at_kernels(const Patient &patient, Findings &facts)
{
	const std::string &root = patient.root;
	facts.kernels = kernels_in(root);
	for (const std::string &kernel : facts.kernels)
		if (is_built(root, kernel))
			facts.built.push_back(kernel);
	facts.headers = headers_of(root, patient.kernel);
	facts.owns_kernel = is_directory(root + "/lib/modules/" + patient.kernel) && !is_container(root);
	facts.is_32_on_64 = patient.bits == 32 && (patient.machine == "aarch64" || patient.machine == "x86_64");
	const std::string log = "/var/lib/psinfo/build-" + patient.kernel + ".log";
	if (exists(root + log))
		facts.build_log = log;
}

Findings facts_of(const Patient &patient)
{
	const std::string &root = patient.root;
	Findings facts;
	look_at_package(patient, facts);
	look_at_kernels(patient, facts);
	look_at_mounts(root, facts);
	facts.blacklist = blacklist_in(root);
	facts.is_masked_at_boot = is_masked(root);
	facts.is_loaded = is_directory(root + "/sys/module/psinfo");
	facts.is_going = first_line(root + "/sys/module/psinfo/initstate") == "going";
	facts.loaded_version = first_line(root + "/sys/module/psinfo/version");
	facts.wants_signatures = first_line(root + "/sys/module/module/parameters/sig_enforce") == "Y";
	facts.is_nested = is_nested(root);
	return facts;
}

// ---- packages --------------------------------------------------------------

/// The first that apt knows of those that may bring a kernel's headers; "" if
/// none does. Never one that apt would not find.
std::string headers_package(const Patient &patient)
{
	const std::string &kernel = patient.kernel;
	std::vector<std::string> candidates = {"linux-headers-" + flavour_of(kernel), "linux-headers-" + kernel};
	if (kernel.ends_with('+')) // of bullseye: 6.1.21-v8+, 6.1.21+
		candidates = {"raspberrypi-kernel-headers"};
	for (const std::string &candidate : candidates)
		if (patient.is_known_to_apt(candidate))
			return candidate;
	return "";
}

/// The newest kernel of the running one's flavour that it was built for, if it
/// is newer: then that is installed, and the old one still runs.
std::string newer_kernel(const Findings &facts, const std::string &running)
{
	std::string newest = running;
	for (const std::string &kernel : facts.built)
		if (flavour_of(kernel) == flavour_of(running) && strverscmp(kernel.c_str(), newest.c_str()) > 0)
			newest = kernel;
	return newest == running ? "" : newest;
}

bool contains(const std::vector<std::string> &names, const std::string &name)
{
	return std::find(names.begin(), names.end(), name) != names.end();
}

// ---- checks ----------------------------------------------------------------

/// What all checks see.
struct Case {
	const Patient &patient;
	const Findings &facts;

	[[nodiscard]] bool is_active() const { return patient.answer.ok(); }
	[[nodiscard]] bool is_built() const { return contains(facts.built, patient.kernel); }
	/// What lacks only for the next build is not bad as long as this one works.
	[[nodiscard]] Status bad_unless_active() const { return is_active() ? Status::Unknown : Status::Bad; }
};

Check check_package(const Case &the)
{
	const Findings &facts = the.facts;
	if (facts.package_status.ends_with(" ok installed"))
		return {Status::Ok, "package", std::string(package) + " " + facts.version + " is installed"};
	if (!facts.package_status.empty() && !facts.package_status.ends_with(" config-files") &&
	    !facts.package_status.ends_with(" not-installed"))
		return {Status::Bad, "package",
			std::string(package) + " " + facts.version + " is installed in part: " + facts.package_status,
			"to finish that: sudo dpkg --configure -a"};
	if (the.is_active())
		return {Status::Unknown, "package",
			std::string(package) + " is not installed here; the module was loaded without it"};
	if (!facts.owns_kernel)
		return {Status::Unknown, "package", std::string(package) + " is not installed here"};
	return {Status::Bad, "package", std::string(package) + " is not installed",
		std::string("to install it: sudo apt install ") +
			(the.patient.is_known_to_apt(package) ? package : "./psinfo-dkms.deb")};
}

Check check_kernel(const Case &the)
{
	const std::string &kernel = the.patient.kernel;
	if (!the.facts.owns_kernel)
		return {the.bad_unless_active(), "kernel",
			"the running kernel " + kernel + " is not this system's (a container, a chroot?)",
			the.is_active() ? "" :
					  "the module has to be installed outside, on the system whose kernel it is"};
	if (the.facts.is_32_on_64)
		return {the.bad_unless_active(), "kernel",
			"this is a 32-bit system on a 64-bit kernel, and the headers of such a kernel cannot be "
			"installed in it",
			"a 64-bit system can have the module; here, psinfo reads /proc"};
	return {Status::Ok, "kernel", kernel + " is running"};
}

Check missing_headers(const Case &the)
{
	const std::string newer = newer_kernel(the.facts, the.patient.kernel);
	if (the.facts.is_32_on_64)
		return {Status::Unknown, "headers", "there are none for this kernel"};
	if (!newer.empty())
		return {the.bad_unless_active(), "headers", the.patient.kernel + " has no headers here",
			"it is built for " + newer + ": reboot into that"};
	const std::string headers = headers_package(the.patient);
	if (headers.empty())
		return {the.bad_unless_active(), "headers",
			"those of " + the.patient.kernel + " are missing, and apt knows no package with them",
			"perhaps after: sudo apt update (there are none for kernels of rpi-update or built by hand)"};
	return {the.bad_unless_active(), "headers", "those of " + the.patient.kernel + " are missing",
		"to get them: sudo apt install " + headers};
}

Check check_headers(const Case &the)
{
	if (!the.facts.owns_kernel)
		return {Status::Unknown, "headers", "not needed here"};
	if (!the.facts.headers.there && the.is_built())
		return {Status::Ok, "headers", "not there; the module is built, and needs none"};
	if (!the.facts.headers.there)
		return missing_headers(the);
	if (!the.facts.headers.incomplete)
		return {Status::Ok, "headers", "those of " + the.patient.kernel + " are there"};
	const std::string headers = headers_package(the.patient);
	return {the.is_built() ? Status::Unknown : the.bad_unless_active(), "headers",
		"those of " + the.patient.kernel + " are incomplete",
		headers.empty() ? "" : "to reinstall them: sudo apt install --reinstall " + headers};
}

Check not_built(const Case &the)
{
	const Status bad = the.bad_unless_active();
	const std::string found = "not built for " + the.patient.kernel;
	if (the.facts.version.empty())
		return {bad, "built", found + ": its source is not installed"};
	if (the.facts.is_forbidden_to_build)
		return {bad, "built", std::string(no_builds) + " turns off builds by DKMS"};
	if (!the.facts.headers.there || the.facts.headers.incomplete)
		return {bad, "built", found + ": its headers are missing or incomplete"};
	if (!the.facts.has_dkms)
		return {bad, "built", found + ": dkms is not installed", "to install it: sudo apt install dkms"};
	if (!the.facts.build_log.empty())
		return {bad, "built", found + ": it could not be built", "why is in " + the.facts.build_log};
	if (!the.facts.has_helper)
		return {bad, "built", found};
	return {bad, "built", found + (the.facts.is_known_to_dkms ? "" : ", and DKMS does not know it"),
		std::string("to try again: ") + set_up};
}

Check check_built(const Case &the)
{
	if (the.is_built())
		return {Status::Ok, "built", "built for: " + joined(the.facts.built)};
	if (!the.facts.owns_kernel)
		return {Status::Unknown, "built",
			"built for: " + (the.facts.built.empty() ? "no kernel yet" : joined(the.facts.built))};
	return not_built(the);
}

Check check_blacklist(const Case &the)
{
	if (!the.facts.blacklist.empty())
		return {the.facts.is_loaded ? Status::Unknown : Status::Bad, "boot",
			"the module is on a blacklist in " + the.facts.blacklist,
			"to have it loaded, remove that line"};
	if (the.facts.is_masked_at_boot)
		return {Status::Unknown, "boot", "not loaded at boot: /etc/modules-load.d/psinfo.conf says so"};
	return {Status::Ok, "boot", "nothing prevents loading it"};
}

/// The package's may say more: "0.1.0-1" has the module "0.1.0". None is any.
bool is_version_of(const std::string &packaged, const std::string &loaded)
{
	return packaged.empty() || packaged == loaded ||
	       (packaged.starts_with(loaded) && std::strchr("-+~", packaged[loaded.size()]));
}

Check check_loaded(const Case &the)
{
	const Findings &facts = the.facts;
	if (!facts.is_loaded && the.is_built() && facts.owns_kernel && facts.blacklist.empty())
		return {Status::Bad, "loaded", "the module is built, but not loaded",
			facts.wants_signatures ? "the kernel wants it signed: see \"Signed modules\" in "
						 "/usr/share/doc/psinfo-dkms/README.Debian" :
						 "to load it: sudo modprobe psinfo"};
	if (!facts.is_loaded)
		return {facts.owns_kernel ? Status::Bad : Status::Unknown, "loaded", "the module is not loaded"};
	if (facts.is_going)
		return {Status::Bad, "loaded",
			"the module is being unloaded, which waits for a process inside a call to /proc/psinfo",
			std::string("to see which one: ") + set_up};
	if (!facts.loaded_version.empty() && !is_version_of(facts.version, facts.loaded_version))
		return {Status::Bad, "loaded",
			"version " + facts.loaded_version + " is loaded until the next boot, not " + facts.version,
			std::string("to replace it now: ") + set_up};
	return {Status::Ok, "loaded", "the module is loaded, version " + facts.loaded_version};
}

Check check_answer(const Case &the)
{
	if (the.is_active()) {
		const psinfo::ModuleInfo &info = *the.patient.answer;
		return {Status::Ok, "answer",
			"/proc/psinfo answers: version " + info.version + ", ABI " + std::to_string(info.abi_major) +
				'.' + std::to_string(info.abi_minor)};
	}
	const psinfo::Error &error = the.patient.answer.error();
	if (the.facts.is_subset)
		return {Status::Bad, "answer", "this /proc is mounted with subset=pid, which hides /proc/psinfo"};
	if (error.kind == psinfo::Error::Kind::Abi)
		return {Status::Bad, "answer", "cannot " + error.message(),
			"install psinfo and psinfo-dkms of the same version"};
	if (error.kind == psinfo::Error::Kind::NotFound && !the.facts.is_loaded)
		return {Status::Bad, "answer", "there is no /proc/psinfo; psinfo reads the rest of /proc instead"};
	return {Status::Bad, "answer", "cannot " + error.message()};
}

Check check_view(const Case &the)
{
	if (!the.facts.hidepid.empty())
		return {Status::Unknown, "view",
			"/proc is mounted with hidepid=" + the.facts.hidepid +
				": who is not root, or in its group, sees only own processes"};
	if (the.facts.is_nested)
		return {Status::Unknown, "view", "a PID namespace of its own: only the processes in it are seen"};
	return {Status::Ok, "view", "all processes can be seen"};
}

/// Worth a line only where they are so.
void add_notes(const Case &the, std::vector<Check> &checks)
{
	std::vector<std::string> missing;
	for (const std::string &kernel : the.facts.kernels)
		if (kernel != the.patient.kernel && !contains(the.facts.built, kernel) &&
		    exists(the.patient.root + "/lib/modules/" + kernel + "/modules.builtin"))
			missing.push_back(kernel);
	if (!missing.empty() && the.facts.has_helper)
		checks.push_back({Status::Unknown, "others", "not built for: " + joined(missing)});
	if (the.facts.is_overlay && the.facts.owns_kernel)
		checks.push_back({Status::Unknown, "disk",
				  "the root file system is an overlay: what is installed will not survive a reboot"});
}

// ---- telling ---------------------------------------------------------------

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

/// dkms-helper's reason, if its last report is about this kernel, or else that
/// of the first check that has a hint.
std::string why_not(const Diagnosis &diagnosis, const std::string &kernel)
{
	const std::string start = "psinfo: NOT ACTIVE on " + kernel + ": ";
	for (const std::string &line : diagnosis.verdict)
		if (line.starts_with(start))
			return line.substr(start.size());
	const Check *first = nullptr;
	for (const Check &check : diagnosis.checks)
		if (check.status == Status::Bad && (!first || (first->hint.empty() && !check.hint.empty())))
			first = &check;
	if (!first)
		return "it does not answer";
	return first->found + (first->hint.empty() ? "" : "; " + first->hint);
}

std::string summary(const Diagnosis &diagnosis, const std::string &kernel)
{
	if (!diagnosis.is_active)
		return "psinfo: NOT ACTIVE on " + kernel + ": " + why_not(diagnosis, kernel);
	return "psinfo: ACTIVE on " + kernel + (diagnosis.is_well() ? "" : ", but see above");
}

// ---- this machine ----------------------------------------------------------

/// As it would have to be known for `apt install` to find it.
bool is_known_to_apt(const std::string &name)
{
	const char *letters = "abcdefghijklmnopqrstuvwxyz0123456789+.-";
	if (name.find_first_not_of(letters) != std::string::npos)
		return false;
	const std::string command = "apt-cache show --no-all-versions " + name + " 2>/dev/null | grep -q '^Package:'";
	const int status = std::system(command.c_str());
	return status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// The first line that a command writes; empty if there is no such command.
std::string first_line_of(const std::string &command)
{
	std::string line(256, '\0');
	FILE *pipe = popen(command.c_str(), "re");
	if (!pipe)
		return "";
	const bool is_one = fgets(line.data(), static_cast<int>(line.size()), pipe) != nullptr;
	pclose(pipe);
	return is_one ? line.substr(0, line.find_first_of(std::string_view("\n\0", 2))) : "";
}

Patient this_machine()
{
	struct utsname names {};
	uname(&names);
	return {.root = "",
		.kernel = names.release,
		.machine = names.machine,
		.bits = 8 * sizeof(void *),
		.package = first_line_of(std::string("dpkg-query -W -f '${Status} ${Version}\\n' ") + package +
					 " 2>/dev/null"),
		.answer = psinfo::module_info(),
		.is_known_to_apt = is_known_to_apt};
}

} // namespace

bool Diagnosis::is_well() const
{
	return is_active && std::none_of(checks.begin(), checks.end(),
					 [](const Check &check) { return check.status == Status::Bad; });
}

std::string flavour_of(const std::string &kernel)
{
	const auto dash = kernel.find('-');
	const bool is_version = !kernel.empty() && ((kernel[0] >= '0' && kernel[0] <= '9') ||
						    (kernel.starts_with("rc") && kernel[2] >= '0' && kernel[2] <= '9'));
	if (!is_version || dash == std::string::npos)
		return kernel;
	return flavour_of(kernel.substr(dash + 1));
}

Diagnosis diagnose(const Patient &patient)
{
	const Findings facts = facts_of(patient);
	const Case the{patient, facts};
	Diagnosis diagnosis;
	for (const auto check : {check_package, check_kernel, check_headers, check_built, check_blacklist, check_loaded,
				 check_answer, check_view})
		diagnosis.checks.push_back(check(the));
	add_notes(the, diagnosis.checks);
	diagnosis.verdict = lines_of(patient.root + "/var/lib/psinfo/verdict");
	diagnosis.is_active = the.is_active();
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
	if (!diagnosis.verdict.empty())
		text << "\nThe last report of the package (/var/lib/psinfo/verdict):\n";
	for (const std::string &line : diagnosis.verdict)
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
	const Patient patient = this_machine();
	const Diagnosis diagnosis = diagnose(patient);
	if (context.common.format == Format::Json)
		context.out << diagnosis_json(diagnosis, patient.kernel);
	else
		context.out << diagnosis_text(diagnosis, patient.kernel);
	return {diagnosis.is_well() ? Exit::Done : Exit::Unreadable};
}

} // namespace tool
