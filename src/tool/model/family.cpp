// SPDX-License-Identifier: GPL-2.0
// Parents, children and threads in a snapshot.
#include "model/family.h"

#include <algorithm>
#include <unordered_set>

namespace tool {

namespace {

using psinfo::Process;

const Processes no_processes;

/// No function here recurses, because chains of children may be long.
using Kept = std::unordered_set<const Process *>;

Processes with_threads(const Family &family, const Process &process)
{
	if (process.is_thread())
		return {};
	Processes nodes = family.threads(process);
	const auto &children = family.children(process);
	nodes.insert(nodes.end(), children.begin(), children.end());
	return nodes;
}

Processes all_below(const Family &family, Processes nodes)
{
	Kept seen(nodes.begin(), nodes.end());
	for (std::size_t i = 0; i < nodes.size(); i++)
		for (const auto *below : with_threads(family, *nodes[i]))
			if (seen.insert(below).second)
				nodes.push_back(below);
	return nodes;
}

/// The wanted nodes and their ancestors.
Kept kept_of(const Family &family, const Processes &nodes, const std::function<bool(const Process &)> &is_wanted)
{
	Kept kept;
	for (const auto *node : nodes) {
		if (!is_wanted(*node))
			continue;
		for (const auto *at = node; at && kept.insert(at).second;)
			at = family.parent(*at);
	}
	return kept;
}

/// Each node only once: a snapshot is not atomic and might even contain a cycle.
void push(std::vector<Branch> &stack, const Processes &nodes, std::size_t depth, Kept &kept)
{
	bool is_last = true;
	for (std::size_t i = nodes.size(); i-- > 0;) {
		if (kept.erase(nodes[i]) == 0)
			continue;
		stack.push_back({nodes[i], depth, is_last});
		is_last = false;
	}
}

} // namespace

Family::Family(const psinfo::Snapshot &snapshot) : snapshot_(snapshot)
{
	for (const auto &process : snapshot.processes) {
		const auto *above = parent(process);
		if (process.is_thread())
			threads_[process.tgid].push_back(&process);
		else if (above)
			children_[above->pid].push_back(&process);
		else
			roots_.push_back(&process);
	}
}

const Processes &Family::find(const ByPid &lists, std::int32_t pid)
{
	auto found = lists.find(pid);
	return found == lists.end() ? no_processes : found->second;
}

/// The parent of a thread is its process.
const Process *Family::parent(const Process &process) const
{
	const auto *found = snapshot_.find(process.is_thread() ? process.tgid : process.ppid);
	return found && found != &process && found->start <= process.start ? found : nullptr;
}

Processes Family::ancestors(const Process &process) const
{
	Processes result;
	for (const auto *above = parent(process); above; above = parent(*above)) {
		if (std::find(result.begin(), result.end(), above) != result.end())
			break;
		result.push_back(above);
	}
	return result;
}

/// Whether the snapshot has this process, and not another one with its PID. The
/// process may come from another snapshot.
bool Family::holds(const Process &process) const
{
	const auto *found = snapshot_.find(process.pid);
	return found && found->start == process.start;
}

const Processes &Family::children(const Process &process) const
{
	return holds(process) ? find(children_, process.pid) : no_processes;
}

Processes Family::siblings(const Process &process) const
{
	const auto *above = parent(process);
	Processes result = above ? children(*above) : Processes();
	std::erase_if(result, [&](const Process *sibling) { return sibling->pid == process.pid; });
	return result;
}

const Processes &Family::threads(const Process &process) const
{
	return holds(process) ? find(threads_, process.pid) : no_processes;
}

bool is_unreaped(const Process &process)
{
	return process.state == psinfo::State::Zombie && !process.is_thread() &&
	       !(process.times && process.times->threads > 1);
}

std::vector<Branch> tree_of(const Family &family, const Process *root,
			    const std::function<bool(const Process &)> &is_wanted)
{
	Processes roots = root ? Processes{root} : family.roots();
	auto kept = kept_of(family, all_below(family, roots), is_wanted);
	std::vector<Branch> stack;
	std::vector<Branch> result;

	push(stack, roots, 0, kept);
	while (!stack.empty()) {
		auto branch = stack.back();
		stack.pop_back();
		result.push_back(branch);
		push(stack, with_threads(family, *branch.process), branch.depth + 1, kept);
	}
	return result;
}

} // namespace tool
