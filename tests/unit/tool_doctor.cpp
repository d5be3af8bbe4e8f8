// SPDX-License-Identifier: GPL-2.0
// The doctor, and machines made of files with one ailment each.
#include "commands/doctor.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace {

namespace fs = std::filesystem;
using tool::Check;
using Status = tool::Check::Status;

constexpr const char *kernel = "6.12.47+rpt-rpi-v8";

const psinfo::Error missing{psinfo::Error::Kind::NotFound, ENOENT, "open /proc/psinfo"};

/// A Raspberry Pi on which all is well, until a test takes something away.
class Doctor : public testing::Test {
protected:
	Doctor()
	{
		std::string name = fs::temp_directory_path() / "psinfo-doctor-XXXXXX";
		root_ = ::mkdtemp(name.data());
		install_package("install ok installed");
		install_headers(kernel);
		install_kernel(kernel);
		install_module(kernel);
		put("/usr/sbin/dkms");
		put("/sys/module/psinfo/version", "0.1.0\n");
		put("/proc/self/mountinfo", "22 1 179:2 / / rw,noatime shared:1 - ext4 /dev/root rw\n"
					    "23 22 0:5 / /proc rw,nosuid shared:12 - proc proc rw\n");
		fs::create_directories(root_ / "proc/self/ns");
		fs::create_symlink("pid:[4026531836]", root_ / "proc/self/ns/pid");
	}
	~Doctor() override { fs::remove_all(root_); }

	void put(const std::string &path, const std::string &content = "")
	{
		const fs::path file = root_.string() + path;
		fs::create_directories(file.parent_path());
		std::ofstream(file) << content;
	}

	void take(const std::string &path) { fs::remove_all(root_.string() + path); }

	void install_package(const std::string &status)
	{
		package_ = status + " 0.1.0";
		put("/usr/src/psinfo-0.1.0/dkms.conf");
		put("/usr/libexec/psinfo/dkms-helper");
		put("/var/lib/dkms/psinfo/0.1.0/source/dkms.conf");
	}

	void install_kernel(const std::string &name) { put("/lib/modules/" + name + "/modules.builtin"); }

	void install_headers(const std::string &name)
	{
		const std::string build = "/lib/modules/" + name + "/build";
		put(build + "/Makefile", "include /usr/src/common/Makefile\n");
		put(build + "/scripts/Makefile.build");
		put(build + "/include/generated/autoconf.h");
		put(build + "/include/config/auto.conf");
		put("/usr/src/common/Makefile");
		put("/usr/src/common/arch/arm64/include/asm/elf.h");
	}

	void install_module(const std::string &name) { put("/lib/modules/" + name + "/updates/dkms/psinfo.ko.xz"); }

	/// Neither loaded nor answering.
	void unload()
	{
		take("/sys/module/psinfo");
		answer_ = missing;
	}

	[[nodiscard]] tool::Diagnosis diagnose() const
	{
		return tool::diagnose(
			{.root = root_,
			 .kernel = kernel_,
			 .machine = "aarch64",
			 .bits = bits_,
			 .package = package_,
			 .answer = answer_,
			 .is_known_to_apt = [this](const std::string &name) { return known_.contains(name); }});
	}

	[[nodiscard]] Check check(const std::string &name) const
	{
		for (const Check &check : diagnose().checks)
			if (check.name == name)
				return check;
		return {Status::Unknown, name, "not checked"};
	}

	[[nodiscard]] std::string last_line() const
	{
		std::string text = tool::diagnosis_text(diagnose(), kernel_);
		text.pop_back();
		return text.substr(text.rfind('\n') + 1);
	}

	fs::path root_;
	std::string kernel_ = kernel;
	unsigned bits_ = 64;
	std::string package_;
	psinfo::Result<psinfo::ModuleInfo> answer_ = psinfo::ModuleInfo{"0.1.0", 1, 0};
	std::set<std::string> known_ = {"linux-headers-rpi-v8"};
};

TEST_F(Doctor, AHealthyMachineIsWell)
{
	for (const Check &check : diagnose().checks)
		EXPECT_EQ(check.status, Status::Ok) << check.name << ": " << check.found;
	EXPECT_TRUE(diagnose().is_well());
	EXPECT_EQ(last_line(), "psinfo: ACTIVE on 6.12.47+rpt-rpi-v8");
}

TEST_F(Doctor, TheVersionIsThatOfTheRightPackage)
{
	EXPECT_EQ(check("package").found, "psinfo-dkms 0.1.0 is installed");
}

TEST_F(Doctor, WithoutThePackageSaysWhatToInstall)
{
	unload();
	package_.clear();
	for (const char *path : {"/usr/src/psinfo-0.1.0", "/usr/libexec", "/var/lib/dkms", "/usr/sbin",
				 "/lib/modules/6.12.47+rpt-rpi-v8/updates"})
		take(path);
	EXPECT_EQ(check("package"), (Check{Status::Bad, "package", "psinfo-dkms is not installed",
					   "to install it: sudo apt install ./psinfo-dkms.deb"}));
	known_.insert("psinfo-dkms");
	EXPECT_EQ(check("package").hint, "to install it: sudo apt install psinfo-dkms");
	EXPECT_EQ(check("built").hint, "") << "what follows from it has no advice of its own";
	EXPECT_EQ(last_line(), "psinfo: NOT ACTIVE on 6.12.47+rpt-rpi-v8: psinfo-dkms is not installed; to install it: "
			       "sudo apt install psinfo-dkms");
}

TEST_F(Doctor, AModuleLoadedByHandIsWellWithoutThePackage)
{
	package_.clear();
	for (const char *path : {"/usr/src/psinfo-0.1.0", "/usr/libexec", "/var/lib/dkms",
				 "/lib/modules/6.12.47+rpt-rpi-v8/updates", "/lib/modules/6.12.47+rpt-rpi-v8/build"})
		take(path);
	EXPECT_TRUE(diagnose().is_well());
}

TEST_F(Doctor, AHalfInstalledPackageIsToBeConfigured)
{
	install_package("install ok half-configured");
	EXPECT_EQ(check("package").status, Status::Bad);
	EXPECT_EQ(check("package").hint, "to finish that: sudo dpkg --configure -a");
	install_package("deinstall ok config-files");
	unload();
	EXPECT_EQ(check("package").found, "psinfo-dkms is not installed");
}

TEST_F(Doctor, MissingHeadersAreNamedIfAptKnowsThem)
{
	unload();
	take("/lib/modules/6.12.47+rpt-rpi-v8/build");
	take("/lib/modules/6.12.47+rpt-rpi-v8/updates");
	EXPECT_EQ(check("headers").hint, "to get them: sudo apt install linux-headers-rpi-v8");
	EXPECT_EQ(check("built").status, Status::Bad);
	known_.clear();
	EXPECT_EQ(check("headers").found,
		  "those of 6.12.47+rpt-rpi-v8 are missing, and apt knows no package with them");
}

TEST_F(Doctor, BullseyesHeadersHaveAnotherName)
{
	unload();
	kernel_ = "6.1.21-v8+";
	install_kernel(kernel_);
	known_ = {"raspberrypi-kernel-headers"};
	EXPECT_EQ(check("headers").hint, "to get them: sudo apt install raspberrypi-kernel-headers");
}

TEST_F(Doctor, HeadersAreNotMissedWhereTheModuleIsBuilt)
{
	take("/lib/modules/6.12.47+rpt-rpi-v8/build");
	EXPECT_TRUE(diagnose().is_well());
}

TEST_F(Doctor, DamagedHeadersAreToBeMended)
{
	unload();
	take("/lib/modules/6.12.47+rpt-rpi-v8/updates");
	for (const char *part :
	     {"/lib/modules/6.12.47+rpt-rpi-v8/build/scripts", "/usr/src/common/arch", "/usr/src/common"}) {
		take(part);
		EXPECT_EQ(check("headers").found, "those of 6.12.47+rpt-rpi-v8 are incomplete");
		EXPECT_EQ(check("headers").hint,
			  "to reinstall them: sudo apt install --reinstall linux-headers-rpi-v8");
		install_headers(kernel);
		EXPECT_EQ(check("headers").status, Status::Ok);
	}
}

TEST_F(Doctor, ANewerKernelWaitsForAReboot)
{
	unload();
	take("/lib/modules/6.12.47+rpt-rpi-v8/build");
	take("/lib/modules/6.12.47+rpt-rpi-v8/updates");
	install_kernel("6.12.62+rpt-rpi-v8");
	install_module("6.12.62+rpt-rpi-v8");
	EXPECT_EQ(check("headers").hint, "it is built for 6.12.62+rpt-rpi-v8: reboot into that");
	take("/lib/modules/6.12.62+rpt-rpi-v8");
	install_module("6.12.62+rpt-rpi-2712");
	EXPECT_EQ(check("headers").hint, "to get them: sudo apt install linux-headers-rpi-v8")
		<< "another flavour is no kernel for this board";
}

TEST_F(Doctor, A32BitSystemOnA64BitKernelIsExplained)
{
	unload();
	bits_ = 32;
	take("/lib/modules/6.12.47+rpt-rpi-v8/build");
	take("/lib/modules/6.12.47+rpt-rpi-v8/updates");
	EXPECT_EQ(check("kernel").status, Status::Bad);
	EXPECT_NE(check("kernel").found.find("32-bit system on a 64-bit kernel"), std::string::npos);
	EXPECT_EQ(check("headers").hint, "") << "advice that cannot be followed is none";
}

TEST_F(Doctor, WhyItIsNotBuilt)
{
	unload();
	take("/lib/modules/6.12.47+rpt-rpi-v8/updates");
	EXPECT_EQ(check("built").hint, "to try again: sudo /usr/libexec/psinfo/dkms-helper setup");
	take("/var/lib/dkms/psinfo");
	EXPECT_EQ(check("built").found, "not built for 6.12.47+rpt-rpi-v8, and DKMS does not know it");
	put("/var/lib/psinfo/build-6.12.47+rpt-rpi-v8.log");
	EXPECT_EQ(check("built").hint, "why is in /var/lib/psinfo/build-6.12.47+rpt-rpi-v8.log");
	take("/usr/sbin/dkms");
	EXPECT_EQ(check("built").hint, "to install it: sudo apt install dkms");
	put("/etc/dkms/no-autoinstall");
	EXPECT_EQ(check("built").found, "/etc/dkms/no-autoinstall turns off builds by DKMS");
}

TEST_F(Doctor, KernelsThatItWasBuiltForAreListedByVersion)
{
	install_module("6.12.5+rpt-rpi-v8");
	EXPECT_EQ(check("built").found, "built for: 6.12.5+rpt-rpi-v8 6.12.47+rpt-rpi-v8");
	install_kernel("6.12.47+rpt-rpi-2712");
	EXPECT_EQ(check("others").found, "not built for: 6.12.47+rpt-rpi-2712");
	EXPECT_TRUE(diagnose().is_well());
}

TEST_F(Doctor, BuiltButNotLoaded)
{
	unload();
	EXPECT_EQ(check("loaded").hint, "to load it: sudo modprobe psinfo");
	put("/sys/module/module/parameters/sig_enforce", "Y\n");
	EXPECT_NE(check("loaded").hint.find("Signed modules"), std::string::npos);
	put("/etc/modprobe.d/psinfo-off.conf", "# not now\nblacklist  psinfo\n");
	EXPECT_EQ(check("boot").found, "the module is on a blacklist in /etc/modprobe.d/psinfo-off.conf");
	EXPECT_EQ(check("boot").status, Status::Bad);
	EXPECT_EQ(check("loaded").hint, "");
}

TEST_F(Doctor, ABlacklistIsNoIllnessWhileItIsLoaded)
{
	put("/etc/modprobe.d/off.conf", "blacklist psinfo\n");
	EXPECT_EQ(check("boot").status, Status::Unknown);
	EXPECT_TRUE(diagnose().is_well());
}

TEST_F(Doctor, AMaskedBootIsMentioned)
{
	fs::create_directories(root_ / "etc/modules-load.d");
	fs::create_symlink("/dev/null", root_ / "etc/modules-load.d/psinfo.conf");
	EXPECT_EQ(check("boot").status, Status::Unknown);
}

TEST_F(Doctor, AnotherVersionIsLoaded)
{
	put("/sys/module/psinfo/version", "0.0.9\n");
	EXPECT_EQ(check("loaded").found, "version 0.0.9 is loaded until the next boot, not 0.1.0");
	EXPECT_FALSE(diagnose().is_well());
	EXPECT_EQ(last_line(), "psinfo: ACTIVE on 6.12.47+rpt-rpi-v8, but see above");
	put("/sys/module/psinfo/version", "0.1\n");
	EXPECT_EQ(check("loaded").status, Status::Bad);
}

TEST_F(Doctor, AModuleThatIsBeingUnloadedIsNotCalledLoaded)
{
	put("/sys/module/psinfo/initstate", "live\n");
	EXPECT_EQ(check("loaded").status, Status::Ok);
	put("/sys/module/psinfo/initstate", "going\n");
	answer_ = missing;
	EXPECT_EQ(check("loaded").status, Status::Bad);
	EXPECT_EQ(check("loaded").found,
		  "the module is being unloaded, which waits for a process inside a call to /proc/psinfo");
	put("/var/lib/psinfo/verdict", "psinfo: NOT ACTIVE on 6.12.47+rpt-rpi-v8: the old module cannot be unloaded "
				       "yet: process 812 (cat, user alice) is still inside a call to /proc/psinfo.\n");
	EXPECT_NE(last_line().find("process 812 (cat, user alice)"), std::string::npos);
}

TEST_F(Doctor, WhyItDoesNotAnswer)
{
	answer_ = psinfo::Error{psinfo::Error::Kind::NotPermitted, EACCES, "open /proc/psinfo"};
	EXPECT_EQ(check("answer").found, "cannot open /proc/psinfo: Permission denied");
	answer_ = psinfo::Error{psinfo::Error::Kind::Abi, 0, "use /proc/psinfo: the module's interface has version 2"};
	EXPECT_EQ(check("answer").found, "cannot use /proc/psinfo: the module's interface has version 2");
	EXPECT_EQ(check("answer").hint, "install psinfo and psinfo-dkms of the same version");
	answer_ = psinfo::Error{psinfo::Error::Kind::Malformed, 0,
				"use /proc/psinfo: the module's structures are shorter"};
	EXPECT_EQ(check("answer").found, "cannot use /proc/psinfo: the module's structures are shorter");
	answer_ = missing;
	EXPECT_EQ(check("answer").found, "cannot open /proc/psinfo: No such file or directory");
	put("/proc/self/mountinfo", "23 22 0:5 / /proc rw - proc proc rw,subset=pid\n");
	EXPECT_EQ(check("answer").found, "this /proc is mounted with subset=pid, which hides /proc/psinfo");
}

TEST_F(Doctor, WhatHidesProcessesIsMentioned)
{
	put("/proc/self/mountinfo", "23 22 0:5 / /proc rw - proc proc rw,gid=4,hidepid=invisible\n");
	EXPECT_EQ(check("view").status, Status::Unknown);
	EXPECT_NE(check("view").found.find("hidepid=invisible"), std::string::npos);
	put("/proc/self/mountinfo", "23 22 0:5 / /proc rw - proc proc rw\n");
	fs::remove(root_ / "proc/self/ns/pid");
	fs::create_symlink("pid:[4026532836]", root_ / "proc/self/ns/pid");
	EXPECT_NE(check("view").found.find("PID namespace"), std::string::npos);
	EXPECT_TRUE(diagnose().is_well());
}

TEST_F(Doctor, AContainerIsNotBlamed)
{
	unload();
	take("/lib/modules");
	put("/run/systemd/container", "podman\n");
	package_.clear();
	EXPECT_EQ(check("kernel").hint, "the module has to be installed outside, on the system whose kernel it is");
	for (const char *name : {"package", "headers", "built", "loaded"})
		EXPECT_EQ(check(name).status, Status::Unknown) << name;
	EXPECT_FALSE(diagnose().is_well());
}

TEST_F(Doctor, AnOverlayIsMentioned)
{
	put("/proc/self/mountinfo", "22 1 0:30 / / rw - overlay overlay rw\n");
	EXPECT_NE(check("disk").found.find("will not survive a reboot"), std::string::npos);
}

TEST_F(Doctor, TheVerdictOfThePackageIsPreferred)
{
	unload();
	put("/var/lib/psinfo/verdict", "psinfo: NOT ACTIVE on 6.12.47+rpt-rpi-v8: it has the flu.\n"
				       "psinfo: built for: no kernel yet\n");
	EXPECT_EQ(last_line(), "psinfo: NOT ACTIVE on 6.12.47+rpt-rpi-v8: it has the flu.");
	EXPECT_NE(tool::diagnosis_text(diagnose(), kernel).find("    psinfo: built for: no kernel yet\n"),
		  std::string::npos);
	put("/var/lib/psinfo/verdict", "psinfo: NOT ACTIVE on 5.10.1: it has the flu.\n");
	EXPECT_EQ(last_line(), "psinfo: NOT ACTIVE on 6.12.47+rpt-rpi-v8: the module is built, but not loaded; to load "
			       "it: sudo modprobe psinfo");
}

TEST_F(Doctor, JsonHasTheSame)
{
	unload();
	const auto json = nlohmann::json::parse(tool::diagnosis_json(diagnose(), kernel));
	EXPECT_EQ(json["active"], false);
	EXPECT_EQ(json["well"], false);
	EXPECT_EQ(json["checks"][0]["name"], "package");
	EXPECT_EQ(json["checks"][0]["status"], "ok");
}

TEST(Flavour, IsWhatIsNoVersion)
{
	for (const auto &[name, flavour] : {std::pair{"6.12.47+rpt-rpi-v8", "rpi-v8"},
					    {"6.12.47+rpt-rpi-2712", "rpi-2712"},
					    {"6.1.0-44-amd64", "amd64"},
					    {"6.1.0-0.deb11.13-cloud-arm64", "cloud-arm64"},
					    {"7.2-rc3-amd64", "amd64"},
					    {"6.1.21-v8+", "v8+"},
					    {"6.12.1", "6.12.1"},
					    {"rc", "rc"},
					    {"", ""}})
		EXPECT_EQ(tool::flavour_of(name), flavour);
}

} // namespace
