// SPDX-License-Identifier: GPL-2.0
// Parents, children and threads in a snapshot. Pure functions.
#ifndef PSINFO_TOOL_FAMILY_H
#define PSINFO_TOOL_FAMILY_H

#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

#include <psinfo/psinfo.h>

namespace tool {

using Processes = std::vector<const psinfo::Process *>;

/// The relations in a snapshot of all processes, which must outlive it. Also finds the
/// relatives of a process from another snapshot, unless its PID belongs to another
/// process in this one.
class Family {
public:
	explicit Family(const psinfo::Snapshot &snapshot);

	/// Null if it cannot be seen, or has exited and its pid was reused.
	[[nodiscard]] const psinfo::Process *parent(const psinfo::Process &process) const;
	/// From the parent upwards.
	[[nodiscard]] Processes ancestors(const psinfo::Process &process) const;
	[[nodiscard]] const Processes &children(const psinfo::Process &process) const;
	/// Without the process itself. Empty if the parent cannot be seen.
	[[nodiscard]] Processes siblings(const psinfo::Process &process) const;
	/// Processes whose parent cannot be seen.
	[[nodiscard]] const Processes &roots() const { return roots_; }
	/// All but the main thread, if the snapshot has threads.
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

/// A zombie that its parent could reap: neither a main thread that exited before the
/// other threads of its process, nor a traced thread. The snapshot must have times.
[[nodiscard]] bool is_unreaped(const psinfo::Process &process);

/// A line of the tree. Its parent is the last line before it that has a lower depth.
struct Branch {
	const psinfo::Process *process;
	std::size_t depth;
	bool is_last; ///< last of its siblings
};

/// The tree from @root, or from all roots if it is null: only the wanted processes
/// and their ancestors.
[[nodiscard]] std::vector<Branch> tree_of(const Family &family, const psinfo::Process *root,
					  const std::function<bool(const psinfo::Process &)> &is_wanted);

} // namespace tool

#endif // PSINFO_TOOL_FAMILY_H
