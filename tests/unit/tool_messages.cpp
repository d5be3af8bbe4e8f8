// SPDX-License-Identifier: GPL-2.0
// Error messages have one grammar, whatever the cause: "psinfo: cannot ACTION SUBJECT:
// PROBLEM", and the hint on a line of its own.
#include <cerrno>
#include <regex>
#include <string>

#include <gtest/gtest.h>

#include "cli/command.h"

namespace {

using psinfo::Error;
using tool::Exit;

const Error errors[] = {
	Error::from_errno(ENOENT, "open", "/proc/psinfo"),
	Error::from_errno(EACCES, "open", "/proc/psinfo"),
	Error::from_errno(ENOMEM, "query", "/proc/psinfo"),
	{Error::Kind::Malformed, "decode", "the module's reply", "the cursor did not advance"},
	{Error::Kind::Abi, "use", "/proc/psinfo", "the module has ABI version 2, not 1"},
	{Error::Kind::Invalid, "query", "processes", "the set of states is empty"},
};

TEST(Messages, OfErrorsAreOneSentenceAndAtMostOneHint)
{
	const std::regex grammar("psinfo: cannot [a-z ]+ [^:]+: [^\n]+[^.\n]\n(hint: [^\n]+[^.\n]\n)?");
	for (const auto &error : errors) {
		for (const char *source : {"module", "proc"}) {
			const auto text = tool::printed(tool::outcome_of_source(error, source));
			EXPECT_TRUE(std::regex_match(text, grammar)) << text;
			EXPECT_EQ(text.find("psinfo: " + error.message() + "\n"), 0U) << text;
		}
		EXPECT_EQ(tool::printed(tool::outcome_of(error)), "psinfo: " + error.message() + "\n");
	}
}

TEST(Messages, OfWarningsAreAReasonAndAHint)
{
	const std::regex grammar("psinfo: [^\n]+; reading /proc instead\nhint: [^\n]+\n");
	for (const auto &error : errors) {
		const auto warning = tool::fallback_warning(error);
		EXPECT_EQ(warning.exit, Exit::Done);
		EXPECT_TRUE(std::regex_match(tool::printed(warning), grammar)) << tool::printed(warning);
	}
}

TEST(Messages, OfWrongUsageHaveAHint)
{
	EXPECT_EQ(tool::printed(tool::wrong_usage("unknown option '--jsno'")),
		  "psinfo: unknown option '--jsno'\n"
		  "hint: try 'psinfo --help' for more information\n");
	EXPECT_EQ(tool::printed(tool::wrong_usage("unknown user 'x'", "'getent passwd' lists the users")),
		  "psinfo: unknown user 'x'\n"
		  "hint: 'getent passwd' lists the users\n");
}

TEST(Messages, StayOnOneLineForAnyFileName)
{
	const auto error = Error::from_errno(ENOENT, "replace", "a\nb\x1b[2J");
	EXPECT_EQ(error.subject, "a\nb\x1b[2J");
	EXPECT_EQ(tool::printed(tool::outcome_of(error)),
		  "psinfo: cannot replace a\\nb\\033[2J: No such file or directory\n");
	EXPECT_EQ(tool::fallback_warning(Error::from_errno(EPERM, "open", "a\nb")).message,
		  "cannot open a\\nb: Operation not permitted; reading /proc instead");
}

TEST(Messages, OfSuccessAreEmpty)
{
	EXPECT_EQ(tool::printed({}), "");
	EXPECT_EQ(tool::printed({Exit::NothingFound}), "");
}

TEST(Messages, HaveTheExitStatusOfTheirKind)
{
	for (const auto &error : errors)
		EXPECT_EQ(tool::outcome_of(error).exit, error.kind == Error::Kind::Abi ? Exit::Abi : Exit::Unreadable);
}

} // namespace
