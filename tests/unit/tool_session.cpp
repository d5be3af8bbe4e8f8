// SPDX-License-Identifier: GPL-2.0
// Which source a command runs with, the fallback if the module fails, and the
// warnings.
#include <cerrno>
#include <sstream>
#include <utility>

#include <gtest/gtest.h>

#include "cli/command_line.h"
#include "cli/session.h"
#include "tool_fixture.h"

namespace {

using namespace tool_test;
using psinfo::Choice;
using psinfo::Error;
using tool::Exit;

const Error not_loaded = Error::from_errno(ENOENT, "open", "/proc/psinfo");
const Error other_version = {Error::Kind::Abi, "use", "/proc/psinfo", "the module has ABI version 2, not 1"};
const Error no_memory = Error::from_errno(ENOMEM, "query", "/proc/psinfo");

/// A source for the small machine, which fails after the given number of answers.
class Flaky final : public psinfo::Source {
public:
	Flaky(std::string name, std::optional<Error> error, unsigned answers)
		: name_(std::move(name)), error_(std::move(error)), answers_(answers)
	{
	}
	[[nodiscard]] psinfo::Result<psinfo::Snapshot> take(const psinfo::Query &query) const override
	{
		if (error_ && asked_++ >= answers_)
			return *error_;
		return machine_.take(query);
	}
	[[nodiscard]] std::string_view name() const override { return name_; }

private:
	FakeSource machine_;
	std::string name_;
	std::optional<Error> error_;
	unsigned answers_;
	mutable unsigned asked_ = 0;
};

struct SessionTest : testing::Test {
	std::optional<Error> open_error; ///< of the module
	std::optional<Error> take_error; ///< of the module
	unsigned answers = 0; ///< successful answers before take_error
	bool has_proc = true;
	bool wants_notice = true;
	std::vector<std::string> opened;
	std::vector<std::string> warnings;
	std::string output;

	psinfo::Result<std::unique_ptr<psinfo::Source>> open(Choice choice, std::optional<Error> *ret_module_error)
	{
		bool takes_module = choice != Choice::Proc && !open_error;
		if (choice == Choice::Module && open_error)
			return *open_error;
		if (!takes_module && !has_proc)
			return Error::from_errno(ENOENT, "find", "/proc/self");
		if (choice == Choice::Auto && open_error && ret_module_error)
			*ret_module_error = open_error;
		opened.emplace_back(takes_module ? "module" : "proc");
		return std::unique_ptr<psinfo::Source>(
			std::make_unique<Flaky>(opened.back(), takes_module ? take_error : std::nullopt, answers));
	}

	tool::Outcome run(const std::string &words)
	{
		std::istringstream stream(words);
		std::vector<std::string> parts;
		for (std::string word; stream >> word;)
			parts.push_back(word);
		tool::CommandLine line{};
		tool::CommonOptions common;
		auto outcome = tool::parse_command_line(parts, line);
		EXPECT_EQ(outcome.exit, Exit::Done) << outcome.message;
		outcome = tool::resolve(line.arguments, {}, common);
		EXPECT_EQ(outcome.exit, Exit::Done) << outcome.message;
		common.wants_notice |= wants_notice;
		std::ostringstream out;
		opened.clear();
		warnings.clear();
		outcome = tool::run_session(
			line.command, common, out,
			{[this](Choice choice, std::optional<Error> *error) { return open(choice, error); },
			 [this](const tool::Outcome &warning) { warnings.push_back(tool::printed(warning)); }});
		output = out.str();
		return outcome;
	}
};

using Names = std::vector<std::string>;

TEST_F(SessionTest, OnlyTheSourceThatIsUsedIsOpened)
{
	EXPECT_EQ(run("-o pid").exit, Exit::Done);
	EXPECT_EQ(opened, Names{"module"});
	EXPECT_EQ(warnings, Names());
	EXPECT_EQ(run("--source proc -o pid").exit, Exit::Done);
	EXPECT_EQ(opened, Names{"proc"});
	EXPECT_EQ(warnings, Names());
}

TEST_F(SessionTest, AModuleThatCannotBeOpenedIsReplacedWithAWarning)
{
	open_error = other_version;
	wants_notice = false;
	EXPECT_EQ(run("-o pid").exit, Exit::Done);
	EXPECT_EQ(opened, Names{"proc"});
	EXPECT_EQ(warnings, Names{"psinfo: cannot use /proc/psinfo: the module has ABI version 2, not 1; "
				  "reading /proc instead\n"
				  "hint: install psinfo and psinfo-dkms of the same version\n"});
	open_error = Error::from_errno(EPERM, "open", "/proc/psinfo");
	EXPECT_EQ(run("-o pid").exit, Exit::Done);
	EXPECT_EQ(warnings, Names{"psinfo: cannot open /proc/psinfo: Operation not permitted; "
				  "reading /proc instead\n"
				  "hint: try again with sudo\n"});
}

TEST_F(SessionTest, AModuleThatIsNotLoadedIsMentionedOnlyIfANoticeIsWanted)
{
	open_error = not_loaded;
	EXPECT_EQ(run("-o pid").exit, Exit::Done);
	EXPECT_EQ(warnings, Names{"psinfo: the module is not loaded; reading /proc instead\n"
				  "hint: sudo modprobe psinfo; if that fails: psinfo doctor\n"});
	wants_notice = false;
	EXPECT_EQ(run("-o pid").exit, Exit::Done);
	EXPECT_EQ(warnings, Names());
	EXPECT_EQ(run("--source=auto -o pid").exit, Exit::Done);
	EXPECT_EQ(warnings.size(), 1U) << "the source was asked for";
}

/// The output of show without its command line. That is read from the real /proc, with a
/// timeout that may expire on a busy machine.
std::string without_args(const std::string &output)
{
	std::string text;
	std::istringstream lines(output);
	for (std::string line; std::getline(lines, line);)
		text += line.starts_with("args:") ? "" : line + '\n';
	return text;
}

TEST_F(SessionTest, AModuleThatFailsDuringACommandIsReplaced)
{
	const char *commands[] = {"-o pid,name", "show 10", "tree", "totals", "stuck --samples 2 -d 0.01"};
	for (const int number : {ENOMEM, ENOBUFS, EIO, ENODEV, ENOTTY, EPERM}) {
		for (const char *words : commands) {
			take_error.reset();
			EXPECT_EQ(run(words).exit, Exit::Done) << words;
			const auto expected = without_args(output);
			take_error = Error::from_errno(number, "query", "/proc/psinfo");
			take_error->kind = Error::Kind::Unreadable;
			for (answers = 0; answers < 3; answers++) {
				EXPECT_EQ(run(words).exit, Exit::Done) << words;
				EXPECT_EQ(without_args(output), expected)
					<< words << ", after " << answers << " answers";
				if (opened == Names{"module"})
					break; // the command makes no more queries
				EXPECT_EQ(opened, (Names{"module", "proc"}));
				EXPECT_EQ(warnings.size(), 1U);
			}
			EXPECT_GT(answers, 0U) << words;
			answers = 0;
		}
	}
	EXPECT_EQ(run("-o pid").exit, Exit::Done);
	EXPECT_EQ(warnings, Names{"psinfo: cannot query /proc/psinfo: Operation not permitted; reading /proc instead\n"
				  "hint: psinfo doctor\n"});
}

TEST_F(SessionTest, NamesOfParentsAreShownEvenIfTheModuleFails)
{
	EXPECT_EQ(run("-n -o parent -p 20").exit, Exit::Done);
	EXPECT_EQ(output, "bash\n");
	answers = 1;
	take_error = no_memory;
	EXPECT_EQ(run("-n -o parent -p 20").exit, Exit::Done);
	EXPECT_EQ(output, "bash\n");
	EXPECT_EQ(opened, (Names{"module", "proc"}));
}

TEST_F(SessionTest, WithSourceModuleTheErrorIsReported)
{
	open_error = other_version;
	EXPECT_EQ(run("--source=module").exit, Exit::Abi);
	EXPECT_EQ(opened, Names());
	open_error.reset();
	take_error = no_memory;
	auto outcome = run("--source=module");
	EXPECT_EQ(outcome.exit, Exit::Unreadable);
	EXPECT_EQ(outcome.message, "cannot query /proc/psinfo: Cannot allocate memory");
	EXPECT_EQ(opened, Names{"module"});
	EXPECT_EQ(warnings, Names());
}

TEST_F(SessionTest, WrongUsageIsReportedBeforeASourceIsOpened)
{
	open_error = other_version;
	for (const char *words :
	     {"-o bogus", "--source=module --sort bogus", "--totals --csv", "watch -o bogus", "watch"}) {
		EXPECT_EQ(run(words).exit, Exit::Usage) << words;
		EXPECT_EQ(opened, Names()) << words;
		EXPECT_EQ(warnings, Names()) << words;
	}
}

TEST_F(SessionTest, AnErrorOfProcDoesNotHintAtTheModule)
{
	open_error = not_loaded;
	has_proc = false;
	for (const char *words : {"-o pid", "--source=proc"}) {
		auto outcome = run(words);
		EXPECT_EQ(outcome.exit, Exit::Unreadable) << words;
		EXPECT_EQ(outcome.message, "cannot find /proc/self: No such file or directory") << words;
		EXPECT_EQ(outcome.hint, "sudo mount -t proc proc /proc") << words;
	}
	EXPECT_EQ(run("--source=module").hint, "sudo modprobe psinfo; if that fails: psinfo doctor");
}

TEST_F(SessionTest, ThreadsThatWereNotCountedAreNull)
{
	EXPECT_EQ(run("-J --totals").exit, Exit::Done);
	EXPECT_NE(output.find("\"threads\": null"), std::string::npos) << output;
	EXPECT_EQ(run("-J --totals -T").exit, Exit::Done);
	EXPECT_EQ(output.find("\"threads\": null"), std::string::npos) << output;
}

TEST_F(SessionTest, WithoutProcTheErrorIsThatOfTheModule)
{
	has_proc = false;
	take_error = no_memory;
	auto outcome = run("-o pid");
	EXPECT_EQ(outcome.exit, Exit::Unreadable);
	EXPECT_EQ(outcome.message, "cannot query /proc/psinfo: Cannot allocate memory");
	EXPECT_EQ(warnings, Names());
}

TEST_F(SessionTest, MetricsReportTheFallbackInsteadOfAWarning)
{
	auto expect_reason = [this](const std::string &words, const char *reason) {
		EXPECT_EQ(run(words).exit, Exit::Done);
		EXPECT_EQ(warnings, Names());
		EXPECT_NE(output.find("source=\"proc\""), std::string::npos) << output;
		EXPECT_NE(output.find("psinfo_module_up 0\n"), std::string::npos) << output;
		EXPECT_NE(output.find(std::string("{reason=\"") + reason + "\"} 1\n"), std::string::npos) << output;
	};
	open_error = not_loaded;
	expect_reason("metrics", "not_loaded");
	open_error = other_version;
	expect_reason("metrics", "abi_mismatch");
	open_error.reset();
	expect_reason("metrics --source=proc", "not_asked");
	take_error = no_memory;
	expect_reason("metrics --source=auto", "failed");
	EXPECT_EQ(opened, (Names{"module", "proc"}));

	take_error.reset();
	EXPECT_EQ(run("metrics").exit, Exit::Done);
	EXPECT_EQ(opened, Names{"module"});
	EXPECT_NE(output.find("psinfo_module_up 1\n"), std::string::npos) << output;
}

TEST_F(SessionTest, VerifyNeedsBothSources)
{
	open_error = not_loaded;
	EXPECT_EQ(run("verify").exit, Exit::Unreadable);
	open_error.reset();
	has_proc = false;
	EXPECT_EQ(run("verify").exit, Exit::Unreadable);
	EXPECT_EQ(warnings, Names());
}

TEST_F(SessionTest, RepeatedColumnsAndSortKeysAccumulate)
{
	EXPECT_EQ(run("-r -p 1,2 -o pid -o ppid --output=name").exit, Exit::Done);
	EXPECT_EQ(output, "PID PPID NAME\n1 0 init\n2 0 kthreadd\n");
	EXPECT_EQ(run("-n -r -p 3 -o +ppid -o +flags").exit, Exit::Done);
	EXPECT_EQ(output, "3 kworker/0:1 IDLE kthreadd 2 2097152\n");
	EXPECT_EQ(run("-n -r -p 10,20,21 -o pid --sort ppid --sort=-pid").exit, Exit::Done);
	EXPECT_EQ(output, "10\n21\n20\n");
}

TEST_F(SessionTest, ASelectionThatMatchesNothingExitsWithOne)
{
	for (const char *words : {"-p 999999", "--ppid 999999", "-u 4000000009", "-s PARKED", "-p 1 --kernel-threads",
				  "-p 2 --user-processes", "-J -p 999999", "--csv -p 999999", "-T -p 999999",
				  "totals -p 999999", "totals -J -s PARKED", "tree -p 999999", "tree 10 -s PARKED"}) {
		auto outcome = run(words);
		EXPECT_EQ(outcome.exit, Exit::NothingFound) << words;
		EXPECT_EQ(static_cast<int>(outcome.exit), 1);
		EXPECT_EQ(outcome.message, "") << words;
	}
	for (const char *words : {"-p 1", "-p 1,999999", "-s Z", "totals -p 1", "tree -s Z", "-u 4000000001"})
		EXPECT_EQ(run(words).exit, Exit::Done) << words;
}

} // namespace
