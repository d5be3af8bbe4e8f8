// SPDX-License-Identifier: GPL-2.0
// Who is whose parent. Pure functions of a snapshot.
#ifndef PSINFO_TOOL_FAMILY_H
#define PSINFO_TOOL_FAMILY_H

#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

#include <psinfo/psinfo.h>

namespace tool {

using Processes = std::vector<const psinfo::Process *>;

/// Of a snapshot of all processes, which has to outlive it. The relatives of a
/// process taken from another snapshot are found as well, unless its PID belongs to
/// another process in this one.
class Family {
public:
	explicit Family(const psinfo::Snapshot &snapshot);

	/// Null if it cannot be seen, or has gone and left its pid to somebody else.
	[[nodiscard]] const psinfo::Process *parent(const psinfo::Process &process) const;
	/// From the parent upwards.
	[[nodiscard]] Processes ancestors(const psinfo::Process &process) const;
	[[nodiscard]] const Processes &children(const psinfo::Process &process) const;
	/// Without itself. None if the parent cannot be seen.
	[[nodiscard]] Processes siblings(const psinfo::Process &process) const;
	/// Those whose parent cannot be seen.
	[[nodiscard]] const Processes &roots() const { return roots_; }
	/// All but the first, if the snapshot has threads.
	[[nodiscard]] const Processes &threads(const psinfo::Process &process) const;

private:
	using ByPid = std::unordered_map<std::int32_t, Processes>;
	static const Processes &find(const ByPid &lists, std::int32_t pid);
	[[nodiscard]] bool holds(const psinfo::Process &process) const;

	const psinfo::Snapshot &snapshot_;
	ByPid children_;
	ByPid threads_;
	Processes roots_;
};

/// A zombie that its parent could reap. A first thread that has ended before the others of
/// its process is one only in name, and so is a traced thread. The snapshot has times.
[[nodiscard]] bool is_unreaped(const psinfo::Process &process);

/// A line of the tree: the nodes above it are the last lines of lower depth.
struct Branch {
	const psinfo::Process *process;
	std::size_t depth;
	bool is_last; ///< of its siblings
};

/// From @root down, or from all roots if it is null; only what is wanted, and
/// what leads there.
[[nodiscard]] std::vector<Branch> tree_of(const Family &family, const psinfo::Process *root,
					  const std::function<bool(const psinfo::Process &)> &is_wanted);

} // namespace tool

#endif // PSINFO_TOOL_FAMILY_H
