// SPDX-License-Identifier: GPL-2.0
// A source for commands that run for hours, while the module may be unloaded, loaded
// or upgraded.
#ifndef PSINFO_TOOL_FOLLOWING_H
#define PSINFO_TOOL_FOLLOWING_H

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include <psinfo/psinfo.h>

namespace tool {

/// The source that the user chose; it can be reopened after a failure. With
/// Choice::Auto, /proc replaces a failed module until the module is available again.
/// Not thread-safe.
class Following final : public psinfo::Source {
public:
	using Open = std::function<psinfo::Result<std::unique_ptr<psinfo::Source>>(psinfo::Choice)>;

	/// @first is the source opened for @choice, and must outlive this object.
	Following(
		const psinfo::Source &first, psinfo::Choice choice,
		Open open = [](psinfo::Choice which) { return psinfo::open_source(which); });

	/// Errors: those of the current source.
	[[nodiscard]] psinfo::Result<psinfo::Snapshot> take(const psinfo::Query &query) const override;
	[[nodiscard]] std::string_view name() const override { return source_->name(); }
	/// With Choice::Auto: why the current source is not the module; else nothing.
	[[nodiscard]] const std::optional<psinfo::Error> &module_error() const { return module_error_; }

	/// Changes from /proc back to the module if possible. Call it between snapshots.
	void prefer_module();
	/// Opens a source after an error; false if there is none. With Choice::Auto, /proc
	/// replaces a failed module, even if that can still be opened.
	[[nodiscard]] bool reopen();

private:
	bool change_to(psinfo::Choice choice);

	const psinfo::Source *source_;
	std::unique_ptr<psinfo::Source> own_; ///< the replacement of the first one
	psinfo::Choice choice_;
	Open open_;
	mutable std::optional<psinfo::Error> module_error_; ///< of the last attempt to open or query it
};

} // namespace tool

#endif // PSINFO_TOOL_FOLLOWING_H
