// SPDX-License-Identifier: GPL-2.0
// A source that survives the unloading of the module.
#include <gtest/gtest.h>

#include <cerrno>
#include <memory>
#include <string>
#include <utility>

#include "model/following.h"

namespace {

using psinfo::Choice;
using psinfo::Error;
using tool::Following;

/// A machine whose module is loaded and unloaded.
struct Machine {
	bool has_module = true;
	bool is_out_of_memory = false; ///< the module can be opened, but queries fail
	unsigned opened = 0;

	struct Fake : psinfo::Source {
		const Machine &machine;
		std::string what;
		unsigned number;

		Fake(const Machine &where, std::string which, unsigned nth)
			: machine(where), what(std::move(which)), number(nth)
		{
		}
		[[nodiscard]] psinfo::Result<psinfo::Snapshot> take(const psinfo::Query & /*query*/) const override
		{
			if (what == "module" && (!machine.has_module || number != machine.opened))
				return Error{Error::Kind::Unreadable, "query", "it", "the module has been unloaded"};
			if (what == "module" && machine.is_out_of_memory)
				return Error::from_errno(ENOMEM, "query", "it");
			return psinfo::Snapshot();
		}
		[[nodiscard]] std::string_view name() const override { return what; }
	};

	psinfo::Result<std::unique_ptr<psinfo::Source>> open(Choice choice)
	{
		const bool takes_module = choice != Choice::Proc && has_module;
		if (!takes_module && choice == Choice::Module)
			return Error::from_errno(ENOENT, "open", "it");
		return std::unique_ptr<psinfo::Source>(
			std::make_unique<Fake>(*this, takes_module ? "module" : "proc", ++opened));
	}
};

struct FollowingTest : testing::Test {
	Machine machine;
	std::unique_ptr<psinfo::Source> first;

	Following begin(Choice choice)
	{
		auto opened = machine.open(choice);
		first = std::move(*opened);
		return {*first, choice, [this](Choice which) { return machine.open(which); }};
	}
};

TEST_F(FollowingTest, FallsBackToProcAndReturnsToTheModule)
{
	auto source = begin(Choice::Auto);
	EXPECT_EQ(source.name(), "module");

	machine.has_module = false;
	EXPECT_FALSE(source.take({}));
	ASSERT_TRUE(source.reopen());
	EXPECT_EQ(source.name(), "proc");
	EXPECT_TRUE(source.take({}));

	source.prefer_module();
	EXPECT_EQ(source.name(), "proc");
	machine.has_module = true;
	source.prefer_module();
	EXPECT_EQ(source.name(), "module");
	EXPECT_TRUE(source.take({}));
}

TEST_F(FollowingTest, AModuleThatAlwaysFailsIsReplacedEachTime)
{
	auto source = begin(Choice::Auto);
	machine.is_out_of_memory = true;
	for (unsigned i = 0; i < 3; i++) {
		source.prefer_module();
		EXPECT_EQ(source.name(), "module");
		EXPECT_FALSE(source.take({}));
		ASSERT_TRUE(source.reopen());
		EXPECT_EQ(source.name(), "proc");
		EXPECT_TRUE(source.take({}));
	}
	machine.is_out_of_memory = false;
	source.prefer_module();
	EXPECT_TRUE(source.take({}));
	EXPECT_EQ(source.name(), "module");
}

TEST_F(FollowingTest, KnowsWhyTheModuleIsNotUsed)
{
	auto source = begin(Choice::Auto);
	EXPECT_TRUE(source.take({}));
	EXPECT_FALSE(source.module_error());

	machine.is_out_of_memory = true;
	EXPECT_FALSE(source.take({}));
	ASSERT_TRUE(source.reopen());
	EXPECT_TRUE(source.take({}));
	ASSERT_TRUE(source.module_error());
	EXPECT_EQ(source.module_error()->number, ENOMEM) << "also after /proc has answered";

	machine.has_module = false;
	source.prefer_module();
	EXPECT_TRUE(source.take({}));
	ASSERT_TRUE(source.module_error());
	EXPECT_EQ(source.module_error()->kind, Error::Kind::NotFound);

	machine.has_module = true;
	machine.is_out_of_memory = false;
	source.prefer_module();
	EXPECT_TRUE(source.take({}));
	EXPECT_FALSE(source.module_error());
}

TEST_F(FollowingTest, AReplacedModuleIsReopened)
{
	auto source = begin(Choice::Module);
	machine.opened++; // the module was replaced
	EXPECT_FALSE(source.take({}));
	ASSERT_TRUE(source.reopen());
	EXPECT_TRUE(source.take({}));
}

TEST_F(FollowingTest, IfTheModuleWasChosenThereIsNoFallback)
{
	auto source = begin(Choice::Module);
	machine.has_module = false;
	EXPECT_FALSE(source.reopen());
	EXPECT_EQ(source.name(), "module");
	EXPECT_FALSE(source.take({}));
}

TEST_F(FollowingTest, IfProcWasChosenTheModuleIsNotOpened)
{
	auto source = begin(Choice::Proc);
	source.prefer_module();
	EXPECT_EQ(source.name(), "proc");
	EXPECT_EQ(machine.opened, 1U);
	EXPECT_FALSE(source.module_error());
}

} // namespace
