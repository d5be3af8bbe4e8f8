// SPDX-License-Identifier: GPL-2.0
// One source after the other.
#include "following.h"

#include <utility>

namespace tool {

Following::Following(const psinfo::Source &first, psinfo::Choice choice, Open open)
	: source_(&first), choice_(choice), open_(std::move(open))
{
}

psinfo::Result<psinfo::Snapshot> Following::take(const psinfo::Query &query) const
{
	return source_->take(query);
}

bool Following::change_to(psinfo::Choice choice)
{
	auto opened = open_(choice);
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
