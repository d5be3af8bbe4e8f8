// SPDX-License-Identifier: MIT
// Takes snapshots from /proc. All files of a process are opened relative to a
// descriptor of its directory, which never refers to a later process with the same
// pid: once the process is reaped, the files cannot be read, and it is left out.
#include "proc_source.h"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <string>
#include <unordered_map>

#include <sys/stat.h>
#include <unistd.h>

#include "filter.h"
#include "proc_text.h"

namespace psinfo {

namespace {

BootTime boot_time()
{
	timespec now{};
	clock_gettime(CLOCK_BOOTTIME, &now);
	return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

/// Whether the call failed because the process exited or hidepid= hides it.
bool is_left_out(int number)
{
	return number == ENOENT || number == ESRCH || number == ENOTDIR || number == EACCES || number == EPERM;
}

Error not_as_documented(std::string file)
{
	return {Error::Kind::Malformed, "read", std::move(file), "not in the format described in proc(5)"};
}

std::optional<Error> unless_left_out(const Error &error)
{
	return is_left_out(error.number) ? std::nullopt : std::optional(error);
}

/// The inode numbers of cgroups, each looked up once.
class Cgroups {
public:
	explicit Cgroups(int proc)
	{
		std::string text;
		if (read_file(proc, "self/mountinfo", text) == 0)
			mount_ = parse_mountinfo(text);
	}

	/// 0 if the cgroup has been removed or is not below the mount.
	std::uint64_t inode(std::string_view path)
	{
		const auto [at, is_new] = inodes_.try_emplace(std::string(path), 0);
		if (is_new && mount_)
			at->second = look_up(path);
		return at->second;
	}

private:
	[[nodiscard]] std::uint64_t look_up(std::string_view path) const
	{
		struct stat status = {};
		const auto directory = cgroup_directory(*mount_, path);
		return directory && stat(directory->c_str(), &status) == 0 ? status.st_ino : 0;
	}

	std::optional<CgroupMount> mount_;
	std::unordered_map<std::string, std::uint64_t> inodes_;
};

/// One walk over the directories, for one query.
class Walk {
public:
	Walk(const Query &query, int proc, const std::string &path) : query_(query), proc_(proc), path_(path)
	{
		if (query.groups.control_group && !query.totals_only)
			cgroups_.emplace(proc);
	}

	std::optional<Error> visit_all();
	std::optional<Error> visit_process(std::int32_t pid);
	/// Sorted by pid.
	Snapshot take_snapshot();

private:
	/// The directory of a process or thread, and its path for error messages.
	struct Place {
		int fd;
		std::int32_t pid;
		std::string path;
	};

	std::optional<Error> visit_threads(const Place &process);
	std::optional<Error> visit_task(const Place &task);
	Result<Process> read_task(const Place &task);
	std::optional<Error> read_text(const Place &task, const char *name);
	std::optional<Error> read_stat(const Place &task, Process &process);
	std::optional<Error> read_status(const Place &task, Process &process);
	std::optional<std::chrono::nanoseconds> read_runtime(const Place &task);
	/// Empty if the cgroup is outside our cgroup namespace.
	std::optional<ControlGroup> read_cgroup(const Place &task);
	[[nodiscard]] Process process_with_groups() const;

	const Query &query_;
	const int proc_;
	const std::string &path_;
	std::optional<Cgroups> cgroups_;
	std::string text_; // contents of the file read last; kept to reuse its memory
	Snapshot snapshot_;
};

/// Opens a directory below `parent`. `path` is used in error messages.
Result<Descriptor> open_directory(int parent, const std::string &name, const std::string &path)
{
	auto directory = open_at(parent, name, O_DIRECTORY);
	if (directory)
		return directory;
	return Error::from_errno(directory.error().number, "open", path);
}

/// Calls visit(pid) for each entry that is a number, until a call returns an error.
template <typename Visit> std::optional<Error> for_each_pid(int directory, const std::string &path, Visit visit)
{
	auto stream = open_stream(directory, path);
	if (!stream)
		return stream.error();
	for (;;) {
		errno = 0;
		const dirent *entry = readdir(stream->get()); // NOLINT(concurrency-mt-unsafe): a stream of our own
		if (!entry && errno)
			return Error::from_errno(errno, "read", path);
		if (!entry)
			return std::nullopt;
		const auto pid = parse_pid(entry->d_name);
		if (!pid)
			continue;
		if (auto error = visit(*pid))
			return error;
	}
}

std::optional<Error> Walk::visit_all()
{
	return for_each_pid(proc_, path_, [this](std::int32_t pid) { return visit_process(pid); });
}

std::optional<Error> Walk::visit_process(std::int32_t pid)
{
	const auto name = std::to_string(pid);
	const auto path = path_ + "/" + name;
	auto directory = open_directory(proc_, name, path);
	if (!directory)
		return unless_left_out(directory.error());
	const Place process{directory->fd(), pid, path};
	return query_.threads ? visit_threads(process) : visit_task(process);
}

std::optional<Error> Walk::visit_threads(const Place &process)
{
	const auto tasks_path = process.path + "/task";
	auto tasks = open_directory(process.fd, "task", tasks_path);
	if (!tasks)
		return unless_left_out(tasks.error());
	const auto error = for_each_pid(tasks->fd(), tasks_path, [&](std::int32_t tid) -> std::optional<Error> {
		const auto name = std::to_string(tid);
		const auto path = tasks_path + "/" + name;
		auto directory = open_directory(tasks->fd(), name, path);
		if (!directory)
			return unless_left_out(directory.error());
		return visit_task({directory->fd(), tid, path});
	});
	return error ? unless_left_out(*error) : std::nullopt;
}

std::optional<Error> Walk::visit_task(const Place &task)
{
	auto process = read_task(task);
	if (!process)
		return unless_left_out(process.error());
	// passes() compares the tgid, so it also rejects a thread's id as query.pid:
	// /proc/<tid> can be opened, although it is not listed.
	if (!passes(query_, *process, process->credentials->uid))
		return std::nullopt;
	count(*process, query_.threads, snapshot_.totals);
	if (query_.totals_only)
		return std::nullopt;
	if (!query_.groups.credentials)
		process->credentials.reset();
	snapshot_.processes.push_back(std::move(*process));
	return std::nullopt;
}

/// A process with empty requested groups, and the credentials, which filters need.
Process Walk::process_with_groups() const
{
	Process process;
	process.credentials.emplace();
	if (query_.totals_only)
		return process;
#define GROUP(group, member, ...) \
	if (query_.groups.member) \
		process.member.emplace();
#include "fields.def"
	return process;
}

/// Status is read last: if that succeeds, the process still exists, and a file that was
/// missing before is one that this kernel does not have.
Result<Process> Walk::read_task(const Place &task)
{
	auto process = process_with_groups();
	if (auto error = read_stat(task, process))
		return *error;
	if (process.scheduling)
		process.scheduling->static_prio = 120 + process.scheduling->nice; // the kernel's NICE_TO_PRIO()
	if (process.times && query_.threads)
		process.times->runtime = read_runtime(task);
	if (cgroups_) {
		process.control_group = read_cgroup(task);
		process.withheld.control_group = !process.control_group;
	}
	if (auto error = read_status(task, process))
		return *error;
	return process;
}

std::optional<Error> Walk::read_text(const Place &task, const char *name)
{
	if (const int number = read_file(task.fd, name, text_))
		return Error::from_errno(number, "read", task.path + "/" + name);
	return std::nullopt;
}

std::optional<Error> Walk::read_stat(const Place &task, Process &process)
{
	if (auto error = read_text(task, "stat"))
		return error;
	if (!parse_stat(text_, process) || process.pid != task.pid)
		return not_as_documented(task.path + "/stat");
	if (process.pgrp < 0) // being reaped: half of its fields are already 0 or -1
		return Error::from_errno(ESRCH, "read", task.path + "/stat");
	return std::nullopt;
}

std::optional<Error> Walk::read_status(const Place &task, Process &process)
{
	if (auto error = read_text(task, "status"))
		return error;
	if (!parse_status(text_, process))
		return not_as_documented(task.path + "/status");
	if (process.tgid == 0) // being reaped
		return Error::from_errno(ESRCH, "read", task.path + "/status");
	return std::nullopt;
}

/// Only for a thread: /proc/<pid>/schedstat covers the main thread alone.
std::optional<std::chrono::nanoseconds> Walk::read_runtime(const Place &task)
{
	if (read_text(task, "schedstat"))
		return std::nullopt;
	const auto nanoseconds = parse_first_number(text_);
	return nanoseconds ? std::optional(std::chrono::nanoseconds(*nanoseconds)) : std::nullopt;
}

std::optional<ControlGroup> Walk::read_cgroup(const Place &task)
{
	if (read_text(task, "cgroup"))
		return ControlGroup{};
	const auto path = parse_cgroup(text_);
	if (path && is_outside_cgroup_namespace(*path))
		return std::nullopt;
	return ControlGroup{path ? cgroups_->inode(*path) : 0};
}

Snapshot Walk::take_snapshot()
{
	std::sort(snapshot_.processes.begin(), snapshot_.processes.end(),
		  [](const Process &a, const Process &b) { return a.pid < b.pid; });
	return std::move(snapshot_);
}

} // namespace

Result<Snapshot> ProcSource::take(const Query &query) const
{
	if (auto error = query_error(query))
		return *error;
	const auto began = boot_time();
	Walk walk(query, directory_.fd(), path_);
	if (auto error = query.pid ? walk.visit_process(*query.pid) : walk.visit_all())
		return *error;
	auto snapshot = walk.take_snapshot();
	snapshot.began = began;
	snapshot.took = boot_time() - began;
	return snapshot;
}

Result<std::unique_ptr<Source>> open_proc(const std::string &path)
{
	auto directory = open_at(AT_FDCWD, path, O_DIRECTORY);
	if (!directory)
		return directory.error();
	// Fail in an empty directory, as in a chroot, instead of listing no processes.
	struct stat status = {};
	if (fstatat(directory->fd(), "self", &status, AT_SYMLINK_NOFOLLOW) < 0)
		return Error::from_errno(errno, "find", path + "/self");
	return std::unique_ptr<Source>(std::make_unique<ProcSource>(std::move(*directory), path));
}

} // namespace psinfo
