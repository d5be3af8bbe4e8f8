// SPDX-License-Identifier: GPL-2.0
// psinfo doctor with various output of dkms-helper. Whether that output is true is
// tested in whole systems: tests/system/chroots.
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

const psinfo::Error missing = psinfo::Error::from_errno(ENOENT, "open", "/proc/psinfo");

/// A Raspberry Pi without problems, until a test changes something.
class Doctor : public testing::Test {
protected:
	Doctor()
	{
		std::string name = fs::temp_directory_path() / "psinfo-doctor-XXXXXX";
		root_ = ::mkdtemp(name.data());
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

	/// The module is not loaded and does not answer; @verdict is the reason.
	void is_not_active(const std::string &verdict)
	{
		fs::remove_all(root_ / "sys/module/psinfo");
		answer_ = missing;
		facts_ = {"loaded=no",
			  "active=no",
			  "check.package=ok",
			  "check.package.found=psinfo-dkms 0.1.0 is installed",
			  "check.package.hint=",
			  "check.headers=bad",
			  "check.headers.found=its headers are missing",
			  "check.headers.hint=To install them: sudo apt install linux-headers-rpi-v8",
			  "verdict=" + verdict};
	}

	[[nodiscard]] tool::Diagnosis diagnose() const
	{
		return tool::diagnose(
			{.root = root_,
			 .kernel = kernel,
			 .facts = facts_,
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
		std::string text = tool::diagnosis_text(diagnose(), kernel);
		text.pop_back();
		return text.substr(text.rfind('\n') + 1);
	}

	fs::path root_;
	std::vector<std::string> facts_ = {"loaded=yes",
					   "active=yes",
					   "check.package=ok",
					   "check.package.found=psinfo-dkms 0.1.0 is installed",
					   "check.package.hint=",
					   "check.others=ok",
					   "check.others.found=",
					   "check.others.hint=",
					   "verdict=ACTIVE on 6.12.47+rpt-rpi-v8. Try: cat /proc/psinfo"};
	psinfo::Result<psinfo::ModuleInfo> answer_ = psinfo::ModuleInfo{"0.1.0", 1, 0};
	std::set<std::string> known_;
};

TEST_F(Doctor, AHealthyMachinePassesAllChecks)
{
	for (const Check &check : diagnose().checks)
		EXPECT_EQ(check.status, Status::Ok) << check.name << ": " << check.found;
	EXPECT_TRUE(diagnose().is_well());
	EXPECT_EQ(last_line(), "psinfo: ACTIVE on 6.12.47+rpt-rpi-v8");
}

TEST_F(Doctor, RepeatsTheCaveatOfAnActiveVerdict)
{
	const std::string verdict =
		"ACTIVE on 6.12.47+rpt-rpi-v8, possibly only until the next boot: it could not be built";
	facts_.back() = "verdict=" + verdict;
	EXPECT_EQ(last_line(), "psinfo: " + verdict);
}

TEST_F(Doctor, ShowsTheChecksOfTheHelperInOrder)
{
	is_not_active("NOT ACTIVE on 6.12.47+rpt-rpi-v8: its headers are missing");
	const auto checks = diagnose().checks;
	ASSERT_EQ(checks.size(), 4U);
	EXPECT_EQ(checks[0], (Check{Status::Ok, "package", "psinfo-dkms 0.1.0 is installed"}));
	EXPECT_EQ(checks[1], (Check{Status::Bad, "headers", "its headers are missing",
				    "To install them: sudo apt install linux-headers-rpi-v8"}));
	EXPECT_EQ(checks[2].name, "answer");
	EXPECT_EQ(checks[3].name, "view");
	EXPECT_EQ(last_line(), "psinfo: NOT ACTIVE on 6.12.47+rpt-rpi-v8: its headers are missing");
}

TEST_F(Doctor, ANoteIsNotAFailure)
{
	facts_.insert(facts_.end(),
		      {"check.disk=note", "check.disk.found=the root file system is an overlay", "check.disk.hint="});
	EXPECT_EQ(check("disk").status, Status::Unknown);
	EXPECT_TRUE(diagnose().is_well());
	EXPECT_EQ(check("others").found, "not checked") << "there is nothing to say";
}

TEST_F(Doctor, AnActiveModuleMayHaveAFailedCheck)
{
	facts_.insert(facts_.end(),
		      {"check.loaded=bad", "check.loaded.found=version 0.0.9 is loaded", "check.loaded.hint="});
	EXPECT_FALSE(diagnose().is_well());
	EXPECT_EQ(last_line(), "psinfo: ACTIVE on 6.12.47+rpt-rpi-v8, but see above");
}

TEST_F(Doctor, LinesThatAreNotFactsAreIgnored)
{
	facts_.insert(facts_.begin(), {"", "=", "check.", "check", "check.x", "check.x.found", "nonsense", "a=b=c"});
	EXPECT_TRUE(diagnose().is_well());
	facts_ = {"nonsense"};
	answer_ = missing;
	EXPECT_EQ(check("package").found, "psinfo-dkms is not installed");
}

TEST_F(Doctor, WithoutThePackageSaysWhatToInstall)
{
	is_not_active("");
	facts_.clear();
	EXPECT_EQ(check("package"), (Check{Status::Bad, "package", "psinfo-dkms is not installed",
					   "To install it: sudo apt install ./psinfo-dkms.deb"}));
	known_.insert("psinfo-dkms");
	EXPECT_EQ(check("package").hint, "To install it: sudo apt install psinfo-dkms");
	EXPECT_EQ(check("loaded").found, "the module is not loaded");
	EXPECT_EQ(last_line(), "psinfo: NOT ACTIVE on 6.12.47+rpt-rpi-v8: psinfo-dkms is not installed. To install it: "
			       "sudo apt install psinfo-dkms");
}

TEST_F(Doctor, AManuallyLoadedModuleDoesNotNeedThePackage)
{
	facts_.clear();
	EXPECT_TRUE(diagnose().is_well());
}

TEST_F(Doctor, WhatOnlyRootCanFindOutComesFromTheLastReport)
{
	is_not_active("NOT ACTIVE on 6.12.47+rpt-rpi-v8: cannot unload the module yet: psinfo could not determine");
	facts_[0] = "loaded=going";
	EXPECT_NE(last_line().find("could not determine"), std::string::npos);
	put("/var/lib/psinfo/verdict", "psinfo: NOT ACTIVE on 6.12.47+rpt-rpi-v8: cannot unload the old module yet: "
				       "process 812 (cat, user alice) is still inside a call to /proc/psinfo.\n");
	EXPECT_NE(last_line().find("process 812 (cat, user alice)"), std::string::npos);
	facts_[0] = "loaded=no";
	EXPECT_NE(last_line().find("could not determine"), std::string::npos) << "what has changed since is not told";
	EXPECT_NE(tool::diagnosis_text(diagnose(), kernel).find("    psinfo: NOT ACTIVE on 6.12.47+rpt-rpi-v8: cannot"),
		  std::string::npos);
}

TEST_F(Doctor, ExplainsWhyTheModuleDoesNotAnswer)
{
	answer_ = psinfo::Error::from_errno(EACCES, "open", "/proc/psinfo");
	EXPECT_EQ(check("answer").found, "cannot open /proc/psinfo: Permission denied");
	EXPECT_EQ(last_line(), "psinfo: NOT ACTIVE on 6.12.47+rpt-rpi-v8: cannot open /proc/psinfo: Permission denied");
	answer_ = psinfo::Error{psinfo::Error::Kind::Abi, "use", "/proc/psinfo", "the module has ABI version 2"};
	EXPECT_EQ(check("answer").found, "cannot use /proc/psinfo: the module has ABI version 2");
	EXPECT_EQ(check("answer").hint, "Install psinfo and psinfo-dkms of the same version");
	answer_ =
		psinfo::Error{psinfo::Error::Kind::Malformed, "decode", "the module's reply", "the records are short"};
	EXPECT_EQ(check("answer").found, "cannot decode the module's reply: the records are short");
	answer_ = missing;
	EXPECT_EQ(check("answer").found, "cannot open /proc/psinfo: No such file or directory");
	put("/proc/self/mountinfo", "23 22 0:5 / /proc rw - proc proc rw,subset=pid\n");
	EXPECT_EQ(check("answer").found, "this /proc is mounted with subset=pid, which hides /proc/psinfo");
}

TEST_F(Doctor, MentionsHidepidAndPidNamespaces)
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

TEST_F(Doctor, JsonHasTheSameChecks)
{
	is_not_active("NOT ACTIVE");
	const auto json = nlohmann::json::parse(tool::diagnosis_json(diagnose(), kernel));
	EXPECT_EQ(json["active"], false);
	EXPECT_EQ(json["well"], false);
	EXPECT_EQ(json["checks"][0]["name"], "package");
	EXPECT_EQ(json["checks"][0]["status"], "ok");
	EXPECT_EQ(json["checks"][1]["hint"], "To install them: sudo apt install linux-headers-rpi-v8");
}

} // namespace
