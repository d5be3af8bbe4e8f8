// SPDX-License-Identifier: GPL-2.0
// Which source is opened, and the fallback if the module cannot be opened.
#include <gtest/gtest.h>

#include "choice.h"

#include <cerrno>
#include <utility>

using namespace psinfo;

namespace {

class Named final : public Source {
public:
	explicit Named(std::string name) : name_(std::move(name)) {}
	[[nodiscard]] Result<Snapshot> take(const Query & /*query*/) const override { return Snapshot(); }
	[[nodiscard]] std::string_view name() const override { return name_; }

private:
	std::string name_;
};

OpenSource opens(const std::string &name)
{
	return [=]() -> Result<std::unique_ptr<Source>> {
		return std::unique_ptr<Source>(std::make_unique<Named>(name));
	};
}

OpenSource fails(const Error &error)
{
	return [=]() -> Result<std::unique_ptr<Source>> { return error; };
}

const Error no_such_file = Error::from_errno(ENOENT, "open", "/proc/psinfo");
const Error no_procfs = Error::from_errno(ENOENT, "find", "/proc/self");

const Error module_errors[] = {
	no_such_file,
	{Error::Kind::Abi, "use", "/proc/psinfo", "the module has ABI version 2, not 1"},
	Error::from_errno(EPERM, "open", "/proc/psinfo"),
	Error::from_errno(ENOMEM, "open", "/proc/psinfo"),
	Error::from_errno(ENODEV, "query", "/proc/psinfo"),
	{Error::Kind::Malformed, "decode", "the module's reply", "the cursor did not advance"},
};

TEST(Choice, AutoUsesTheModuleIfItCanBeOpened)
{
	std::optional<Error> why;
	const auto source = open_chosen(Choice::Auto, opens("module"), opens("proc"), &why);
	EXPECT_EQ((*source)->name(), "module");
	EXPECT_FALSE(why);
}

TEST(Choice, AutoFallsBackToProcOnAnyErrorOfTheModule)
{
	for (const auto &error : module_errors) {
		std::optional<Error> why;
		const auto source = open_chosen(Choice::Auto, fails(error), opens("proc"), &why);
		ASSERT_TRUE(source) << error.message();
		EXPECT_EQ((*source)->name(), "proc");
		ASSERT_TRUE(why);
		EXPECT_EQ(why->message(), error.message());
		EXPECT_TRUE(open_chosen(Choice::Auto, fails(error), opens("proc"), nullptr));
	}
}

TEST(Choice, ModuleDoesNotFallBackToProc)
{
	for (const auto &error : module_errors) {
		std::optional<Error> why;
		const auto source = open_chosen(Choice::Module, fails(error), opens("proc"), &why);
		ASSERT_FALSE(source);
		EXPECT_EQ(source.error().message(), error.message());
		EXPECT_FALSE(why);
	}
}

TEST(Choice, ProcDoesNotOpenTheModule)
{
	const auto source = open_chosen(
		Choice::Proc,
		[]() -> Result<std::unique_ptr<Source>> {
			ADD_FAILURE() << "the module was opened";
			return no_such_file;
		},
		opens("proc"), nullptr);
	EXPECT_EQ((*source)->name(), "proc");
}

TEST(Choice, IfBothFailTheErrorOfProcIsReturned)
{
	std::optional<Error> why;
	const auto source = open_chosen(Choice::Auto, fails(no_such_file), fails(no_procfs), &why);
	ASSERT_FALSE(source);
	EXPECT_EQ(source.error().message(), no_procfs.message());
	EXPECT_FALSE(why);
}

} // namespace
