// SPDX-License-Identifier: GPL-2.0
// A source for who asks for hours: modules are unloaded, loaded and upgraded
// meanwhile.
#ifndef PSINFO_TOOL_FOLLOWING_H
#define PSINFO_TOOL_FOLLOWING_H

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include <psinfo/psinfo.h>

namespace tool {

/// Is what the user chose for as long as it lasts, opened anew where it has gone.
/// With Choice::Auto /proc takes over where the module has gone, and the module
/// as soon as it is there again. Not for several threads at once.
class Following final : public psinfo::Source {
public:
	using Open = std::function<psinfo::Result<std::unique_ptr<psinfo::Source>>(psinfo::Choice)>;

	/// @first is what was opened for @choice, and outlives this.
	Following(
		const psinfo::Source &first, psinfo::Choice choice,
		Open open = [](psinfo::Choice which) { return psinfo::open_source(which); });

	/// Errors are those of the source that it is now.
	[[nodiscard]] psinfo::Result<psinfo::Snapshot> take(const psinfo::Query &query) const override;
	[[nodiscard]] std::string_view name() const override { return source_->name(); }
	/// Why it is not the module now, with Choice::Auto; else nothing.
	[[nodiscard]] const std::optional<psinfo::Error> &module_error() const { return module_error_; }

	/// For the time between two snapshots: the module, if it is there again.
	void prefer_module();
	/// After an error: whether there is a source to ask again. With Choice::Auto that is
	/// /proc where the module failed, even if it can still be opened.
	[[nodiscard]] bool reopen();

private:
	bool change_to(psinfo::Choice choice);

	const psinfo::Source *source_;
	std::unique_ptr<psinfo::Source> own_; ///< where it is not the first one any more
	psinfo::Choice choice_;
	Open open_;
	mutable std::optional<psinfo::Error> module_error_; ///< of the last time it was opened or asked
};

} // namespace tool

#endif // PSINFO_TOOL_FOLLOWING_H
