// SPDX-License-Identifier: MIT
// Takes snapshots through the ioctls of the module psinfo. A pass is a series of
// calls that ends when the cursor is 0 again. No state is kept between passes.
#include "module_source.h"

#include <algorithm>
#include <cerrno>
#include <limits>

#include <sys/ioctl.h>

#include "decode.h"
#include "descriptor.h"
#include "filter.h"

namespace psinfo {

namespace {

class FileDevice final : public Device {
public:
	explicit FileDevice(Descriptor file) : file_(std::move(file)) {}

	[[nodiscard]] int ask(unsigned long request, void *argument) const override
	{
		return ioctl(file_.fd(), request, argument) < 0 ? errno : 0;
	}

private:
	Descriptor file_;
};

/// EINTR means that a fatal signal is pending: the process dies before it can retry,
/// unless a debugger has discarded the signal.
int ask_again(const Device &device, unsigned long request, void *argument)
{
	int number = 0;
	do {
		number = device.ask(request, argument);
	} while (number == EINTR);
	return number;
}

/// The description of the errno is replaced where it would be misleading.
Error ioctl_error(int number, const std::string &path)
{
	auto error = Error::from_errno(number, "query", path);
	if (number == ENOTTY) {
		error.kind = Error::Kind::Abi;
		error.problem = "the module does not support queries";
	} else if (number == ENODEV) {
		error.problem = "the module is being unloaded";
	} else if (number == EINVAL || number == E2BIG) {
		error.kind = Error::Kind::Invalid;
		error.problem = "the module does not support this query";
	}
	return error;
}

std::optional<Error> info_error(const psinfo_info &info, const std::string &path)
{
	if (info.abi_major != PSINFO_ABI_MAJOR)
		return Error{Error::Kind::Abi, "use", path,
			     "the module has ABI version " + std::to_string(info.abi_major) + ", not " +
				     std::to_string(PSINFO_ABI_MAJOR)};
	if (info.query_size < PSINFO_QUERY_SIZE_VER1 || info.record_size < PSINFO_RECORD_SIZE_IDENTITY)
		return invalid_reply("its structures are smaller than in any ABI version");
	return std::nullopt;
}

/// Checks an answer, except for its records: decode_records() checks those. A pass
/// always ends, because the cursor must advance with each call.
std::optional<Error> answer_error(const psinfo_query &answer, std::uint64_t cursor_before)
{
	constexpr std::uint64_t max = std::numeric_limits<std::int32_t>::max();
	if (answer.cursor != 0 && (answer.cursor <= cursor_before || answer.cursor > max || answer.capacity == 0))
		return invalid_reply("the cursor did not advance");
	return std::nullopt;
}

void set_filter(psinfo_query &request, std::uint32_t filter, __u32 &field, std::uint32_t value)
{
	request.filters |= filter;
	field = value;
}

void set_filters(psinfo_query &request, const Query &query)
{
	if (query.states)
		set_filter(request, PSINFO_FILTER_STATES, request.states, query.states->bits());
	if (query.uid)
		set_filter(request, PSINFO_FILTER_UID, request.uid, *query.uid);
	if (query.pid)
		set_filter(request, PSINFO_FILTER_PID, request.pid, static_cast<std::uint32_t>(*query.pid));
	if (query.parent)
		set_filter(request, PSINFO_FILTER_PARENT, request.parent, static_cast<std::uint32_t>(*query.parent));
	if (query.kind == Query::Kind::KernelThreads)
		request.filters |= PSINFO_FILTER_KERNEL;
	if (query.kind == Query::Kind::UserProcesses)
		request.filters |= PSINFO_FILTER_USER;
}

std::optional<Error> decode_answer(const psinfo_query &answer, std::span<const std::byte> buffer,
				   std::vector<Process> &processes)
{
	if (answer.nr_records == 0)
		return std::nullopt;
	const auto groups = answer.groups & answer.groups_filled;
	return decode_records(buffer, answer.nr_records, {answer.record_size, answer.kernel_record_size, groups},
			      processes);
}

/// The interface guarantees sorted records, except that a thread may be out of order:
/// an execve() during the pass gives it the pid of its process.
std::optional<Error> put_in_order(std::vector<Process> &processes, bool threads)
{
	const auto is_before = [](const Process &a, const Process &b) { return a.pid < b.pid; };
	const auto is_not_before = [](const Process &a, const Process &b) { return a.pid >= b.pid; };
	if (std::adjacent_find(processes.begin(), processes.end(), is_not_before) == processes.end())
		return std::nullopt;
	if (!threads)
		return invalid_reply("the records are not sorted by pid");
	std::stable_sort(processes.begin(), processes.end(), is_before);
	return std::nullopt;
}

} // namespace

/// The request without its buffer. Groups that an older module does not know are not
/// requested and stay empty.
psinfo_query ModuleSource::request_of(const Query &query) const
{
	psinfo_query request{};
	request.size = sizeof(request);
	set_filters(request, query);
	if (query.threads)
		request.flags |= PSINFO_QUERY_THREADS;
	if (query.totals_only) {
		request.flags |= PSINFO_QUERY_TOTALS_ONLY;
		return request;
	}
	request.groups = group_bits(query.groups) & info_.groups;
	request.capacity = capacity;
	request.record_size = static_cast<std::uint32_t>(record_size_of_all(request.groups));
	return request;
}

/// Makes one call and checks its answer, except for the records.
std::optional<Error> ModuleSource::ask(psinfo_query &request) const
{
	const auto cursor_before = request.cursor;
	const int number = ask_again(*device_, PSINFO_IOC_QUERY, &request);
	if (number == ENOTTY) { // it supported queries when it was opened
		auto error = Error::from_errno(number, "query", path_);
		error.problem = "the module has been unloaded";
		return error;
	}
	if (number)
		return ioctl_error(number, path_);
	return answer_error(request, cursor_before);
}

Result<Snapshot> ModuleSource::take(const Query &query) const
{
	if (auto error = query_error(query))
		return *error;
	auto request = request_of(query);
	std::vector<std::byte> buffer(std::size_t{request.capacity} * request.record_size);
	request.records = reinterpret_cast<std::uintptr_t>(buffer.data());

	Snapshot snapshot;
	std::optional<std::int64_t> began;
	do {
		if (auto error = ask(request))
			return *error;
		if (!began)
			began = request.began_ns;
		if (auto error = decode_answer(request, buffer, snapshot.processes))
			return *error;
		add_totals(request, snapshot.totals);
	} while (request.cursor != 0);

	snapshot.began = BootTime(*began);
	snapshot.took = BootTime(request.began_ns - *began + static_cast<std::int64_t>(request.took_ns));
	if (auto error = put_in_order(snapshot.processes, query.threads))
		return *error;
	return snapshot;
}

Result<psinfo_info> ask_info(const Device &device, const std::string &path)
{
	psinfo_info info{};
	info.size = sizeof(info);
	if (const int number = ask_again(device, PSINFO_IOC_INFO, &info))
		return ioctl_error(number, path);
	if (auto error = info_error(info, path))
		return *error;
	return info;
}

Result<std::unique_ptr<Source>> open_module(const std::string &path)
{
	auto file = open_at(AT_FDCWD, path);
	if (!file)
		return file.error();
	auto device = std::make_unique<FileDevice>(std::move(*file));
	auto info = ask_info(*device, path);
	if (!info)
		return info.error();
	return std::unique_ptr<Source>(std::make_unique<ModuleSource>(std::move(device), path, *info));
}

Result<ModuleInfo> module_info(const std::string &path)
{
	auto file = open_at(AT_FDCWD, path);
	if (!file)
		return file.error();
	const FileDevice device(std::move(*file));
	auto info = ask_info(device, path);
	if (!info)
		return info.error();
	const auto *end = std::find(std::begin(info->version), std::end(info->version), 0);
	return ModuleInfo{{std::cbegin(info->version), end}, info->abi_major, info->abi_minor};
}

} // namespace psinfo
