// SPDX-License-Identifier: GPL-2.0
// Replaces a source that failed.
#include "model/following.h"

#include <utility>

namespace tool {

Following::Following(const psinfo::Source &first, psinfo::Choice choice, Open open)
	: source_(&first), choice_(choice), open_(std::move(open))
{
}

psinfo::Result<psinfo::Snapshot> Following::take(const psinfo::Query &query) const
{
	auto snapshot = source_->take(query);
	if (choice_ == psinfo::Choice::Auto && name() == "module")
		module_error_ = snapshot ? std::nullopt : std::optional(snapshot.error());
	return snapshot;
}

bool Following::change_to(psinfo::Choice choice)
{
	auto opened = open_(choice);
	if (!opened && choice_ == psinfo::Choice::Auto && choice == psinfo::Choice::Module)
		module_error_ = opened.error();
	if (!opened)
		return false;
	own_ = std::move(*opened);
	source_ = own_.get();
	return true;
}

void Following::prefer_module()
{
	if (choice_ == psinfo::Choice::Auto && name() == "proc")
		change_to(psinfo::Choice::Module);
}

bool Following::reopen()
{
	bool is_failed_module = choice_ == psinfo::Choice::Auto && name() == "module";
	return change_to(is_failed_module ? psinfo::Choice::Proc : choice_);
}

} // namespace tool
