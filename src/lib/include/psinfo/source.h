// SPDX-License-Identifier: MIT
// Copyright 2026 psinfo maintainers
// The sources of snapshots: the module psinfo, or /proc on machines without it.
#ifndef PSINFO_SOURCE_H
#define PSINFO_SOURCE_H

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <psinfo/process.h>
#include <psinfo/result.h>

namespace psinfo {

/// A set of states, for a filter.
class StateSet {
public:
	constexpr StateSet() = default;
	constexpr StateSet(State state) : bits_(1U << static_cast<unsigned>(state)) {}
	constexpr StateSet operator|(StateSet other) const
	{
		StateSet both;
		both.bits_ = bits_ | other.bits_;
		return both;
	}
	[[nodiscard]] constexpr bool contains(State state) const { return bits_ >> static_cast<unsigned>(state) & 1U; }
	[[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
	[[nodiscard]] constexpr std::uint32_t bits() const { return bits_; } ///< 1 << PSINFO_STATE_...
	bool operator==(const StateSet &) const = default;

private:
	std::uint32_t bits_ = 0;
};

/// A request. A process must pass every filter that is set. With threads, states and
/// uid are compared with the thread, pid and parent with its process.
/// A user without a mapping in the caller's user namespace is shown as the overflow
/// id (65534). As a filter, that id matches such processes in /proc, but through the
/// module only those whose user really has that id.
/// A pid or parent below 1 and an empty set of states are Invalid.
struct Query {
	enum class Kind { All, KernelThreads, UserProcesses };

	Groups groups{}; ///< ignored if totals_only
	bool threads = false; ///< list threads instead of processes
	bool totals_only = false; ///< Snapshot::processes stays empty
	std::optional<StateSet> states{};
	std::optional<std::uint32_t> uid{}; ///< real user id
	std::optional<std::int32_t> pid{}; ///< only this process (with threads: its threads)
	std::optional<std::int32_t> parent{}; ///< only the children of this process
	Kind kind = Kind::All;
};

/// Can be queried any number of times, also by several threads at once.
class Source {
public:
	virtual ~Source() = default;

	/// A process that exists throughout the call is in the snapshot exactly once.
	/// One that exits meanwhile may be missing, but is never incomplete. A pid that
	/// does not exist is not an error: the snapshot is empty.
	/// Errors: Invalid, Unreadable, NotPermitted, Malformed, Abi.
	[[nodiscard]] virtual Result<Snapshot> take(const Query &query) const = 0;

	/// "module" or "proc"
	[[nodiscard]] virtual std::string_view name() const = 0;
};

/// Version information from the loaded module.
struct ModuleInfo {
	std::string version; ///< of the module: "0.1.0"
	unsigned abi_major;
	unsigned abi_minor;
};

/// Opens the module's file, once. Which processes are visible depends on the opener's
/// credentials and namespaces, and on hidepid= and gid= of the mount at each call.
/// Groups that an older module does not know stay empty in the snapshots.
/// Errors: NotFound without the module, NotPermitted, Abi (also for a module that
/// predates the interface, and for any other file), Malformed, Unreadable.
Result<std::unique_ptr<Source>> open_module(const std::string &path = "/proc/psinfo");

/// Reads the directories of /proc, for machines without the module. Processes that
/// exit meanwhile or that hidepid= hides are left out. The path is resolved once: a
/// later mount there has no effect. With threads, even some that exist throughout may
/// be missing: the kernel cuts the list of a process's threads short if one of them
/// exits at that moment.
/// Errors: NotFound if the directory does not exist or is not a procfs (has no entry
/// `self`), NotPermitted, Unreadable.
Result<std::unique_ptr<Source>> open_proc(const std::string &path = "/proc");

/// Errors: those of open_module().
Result<ModuleInfo> module_info(const std::string &path = "/proc/psinfo");

enum class Choice { Auto, Module, Proc };

/// Opens the chosen source. Auto opens the module or, if that fails for any reason
/// (not loaded, another version of the interface, not permitted, out of memory),
/// /proc; name() of the source returns which. If Auto opens /proc and
/// @ret_module_error is not null, it is set to the error of open_module(); otherwise
/// it is unchanged.
///
/// A module that fails later, in take(), is not replaced: it may be unloaded or run
/// out of memory at any time. A program that needs an answer even then can open
/// Choice::Proc.
///
/// Errors: for Module those of open_module(); for Proc, and for Auto if neither can
/// be opened, those of open_proc().
Result<std::unique_ptr<Source>> open_source(Choice choice = Choice::Auto,
					    std::optional<Error> *ret_module_error = nullptr);

} // namespace psinfo

#endif // PSINFO_SOURCE_H
