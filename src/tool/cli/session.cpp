// SPDX-License-Identifier: GPL-2.0
// Opens the sources of a command, and replaces a module that fails.
#include "cli/session.h"

namespace tool {

namespace {

using psinfo::Choice;
using psinfo::Error;

/// Wraps a source and keeps the last error that it returned.
class Observed final : public psinfo::Source {
public:
	explicit Observed(const psinfo::Source &source) : source_(source) {}

	[[nodiscard]] psinfo::Result<psinfo::Snapshot> take(const psinfo::Query &query) const override
	{
		auto snapshot = source_.take(query);
		if (!snapshot)
			error_ = snapshot.error();
		return snapshot;
	}
	[[nodiscard]] std::string_view name() const override { return source_.name(); }
	[[nodiscard]] const std::optional<Error> &error() const { return error_; }

private:
	const psinfo::Source &source_;
	mutable std::optional<Error> error_;
};

/// A module that is not loaded is not a fault: that warning is given only if wanted.
void warn(const Error &module_error, const Command &command, const CommonOptions &common, const SessionHooks &hooks)
{
	bool is_missing = module_error.kind == Error::Kind::NotFound;
	if (!command.is_unattended && (!is_missing || common.wants_notice))
		hooks.warn(fallback_warning(module_error));
}

/// Whether the command can be run again from /proc. A command that replaces its source
/// itself does not need that.
bool can_fall_back(const Command &command, const CommonOptions &common, const Observed &source)
{
	return source.error() && source.name() == "module" && common.source == Choice::Auto &&
	       command.sources == Command::Sources::One;
}

Outcome run_with_one(const Command &command, const CommonOptions &common, std::ostream &out, const SessionHooks &hooks)
{
	std::optional<Error> module_error;
	auto opened = hooks.open(common.source, &module_error);
	if (!opened)
		return outcome_of_source(opened.error(), common.source == Choice::Module ? "module" : "proc");
	if (module_error)
		warn(*module_error, command, common, hooks);

	const Observed source(**opened);
	auto outcome = command.run({&source, nullptr, out, common, module_error ? &*module_error : nullptr});
	if (outcome.exit == Exit::Done || !can_fall_back(command, common, source))
		return outcome;
	auto proc = hooks.open(Choice::Proc, nullptr);
	if (!proc)
		return outcome;
	warn(*source.error(), command, common, hooks);
	return command.run({proc->get(), nullptr, out, common, &*source.error()});
}

Outcome run_with_both(const Command &command, const CommonOptions &common, std::ostream &out, const SessionHooks &hooks)
{
	auto module = hooks.open(Choice::Module, nullptr);
	if (!module)
		return outcome_of_source(module.error(), "module");
	auto proc = hooks.open(Choice::Proc, nullptr);
	if (!proc)
		return outcome_of_source(proc.error(), "proc");
	return command.run({module->get(), proc->get(), out, common});
}

} // namespace

Outcome run_session(const Command &command, const CommonOptions &common, std::ostream &out, const SessionHooks &hooks)
{
	auto outcome = command.check(common);
	if (outcome.exit != Exit::Done)
		return outcome;
	switch (command.sources) {
	case Command::Sources::None:
		break;
	case Command::Sources::One:
	case Command::Sources::Lasting:
		return run_with_one(command, common, out, hooks);
	case Command::Sources::Both:
		return run_with_both(command, common, out, hooks);
	}
	return command.run({nullptr, nullptr, out, common});
}

} // namespace tool
