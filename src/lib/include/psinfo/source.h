// SPDX-License-Identifier: GPL-2.0
// Where snapshots come from: the module psinfo, or /proc where there is none.
#ifndef PSINFO_SOURCE_H
#define PSINFO_SOURCE_H

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <psinfo/result.h>
#include <psinfo/snapshot.h>

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

/// What is asked. All filters that are set must let a process through. With
/// threads, states and uid are judged by each thread, pid and parent by its process.
/// A user without a mapping in the caller's user namespace is shown as the overflow
/// id (65534); as a filter that id finds such processes in /proc, but through the
/// module only those of that very user.
/// Invalid are a pid or parent below 1 and a set of states that is empty.
struct Query {
	enum class Kind { All, KernelThreads, UserProcesses };

	Groups groups{}; ///< without an effect if totals_only
	bool threads = false; ///< each thread instead of each process
	bool totals_only = false; ///< Snapshot::processes stays empty
	std::optional<StateSet> states{};
	std::optional<std::uint32_t> uid{}; ///< the real user
	std::optional<std::int32_t> pid{}; ///< only this process (with threads: its threads)
	std::optional<std::int32_t> parent{}; ///< only the children of this process
	Kind kind = Kind::All;
};

/// Asked any number of times, by any number of threads at once.
class Source {
public:
	virtual ~Source() = default;

	/// A process that lives throughout is in the snapshot exactly once. One that
	/// ends meanwhile may be missing and is never there in part. A pid that is not
	/// there is no error: nothing is found.
	/// Errors: Invalid, Unreadable, NotPermitted, Malformed, Abi.
	[[nodiscard]] virtual Result<Snapshot> take(const Query &query) const = 0;

	/// "module" or "proc"
	[[nodiscard]] virtual std::string_view name() const = 0;
};

/// What a loaded module says about itself.
struct ModuleInfo {
	std::string version; ///< of the module: "0.1.0"
	unsigned abi_major;
	unsigned abi_minor;
};

/// The module's file, opened once. Who may be seen depends on the credentials and
/// namespaces of its opener, and on hidepid= and gid= of its mount at each call.
/// What an older module cannot tell stays empty in the snapshots.
/// Errors: NotFound without the module, NotPermitted, Abi (also for a module of
/// before there was a contract, and for a file that is none), Malformed, Unreadable.
Result<std::unique_ptr<Source>> open_module(const std::string &path = "/proc/psinfo");

/// A walk over the directories of /proc, for machines without the module. Processes
/// that vanish during it are left out; what hidepid= hides is not seen. The path is
/// looked up once: what is mounted there later is not noticed. With threads, some
/// that live throughout may be missing: the kernel's list of a process's threads
/// ends early if one of them ends at that moment.
/// Errors: NotFound if there is no directory, or no procfs in it (nothing named
/// `self`), NotPermitted, Unreadable.
Result<std::unique_ptr<Source>> open_proc(const std::string &path = "/proc");

/// Errors as open_module().
Result<ModuleInfo> module_info(const std::string &path = "/proc/psinfo");

enum class Choice { Auto, Module, Proc };

/// Opens the source of that choice. Auto: the module, and whatever keeps it from
/// being opened (it is not loaded, it has another version of the interface, it may
/// not be opened, it has no memory), else /proc; name() of the source tells which it
/// is. Where /proc takes the place of the module, @ret_module_error, unless it is
/// null, becomes the error of open_module(); otherwise it is left as it is.
///
/// A module that fails later, in take(), is not replaced: it may be unloaded or short
/// of memory at any time. A program that wants an answer nevertheless opens
/// Choice::Proc then.
///
/// Errors: of Module those of open_module(); of Proc, and of Auto if neither can be
/// opened, those of open_proc().
Result<std::unique_ptr<Source>> open_source(Choice choice = Choice::Auto,
					    std::optional<Error> *ret_module_error = nullptr);

} // namespace psinfo

#endif // PSINFO_SOURCE_H
