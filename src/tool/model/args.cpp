// SPDX-License-Identifier: GPL-2.0
// Reads command lines in a child process, which is abandoned if it hangs.
#include "model/args.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <iterator>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/descriptor.h"
#include "lib/proc_text.h"

namespace tool {

namespace {

/// With that many hanging children, only processes that always answered are read.
constexpr std::size_t most_left_behind = 4;
constexpr std::size_t longest = 128UL << 10U;
constexpr std::chrono::milliseconds longest_delay = std::chrono::minutes(1);
/// How long timeouts and answers of a process are kept.
constexpr std::chrono::minutes longest_memory(10);

enum class Finding : std::uint32_t {
	Text,
	Gone, ///< the process has exited
	Unreadable,
};

/// The header that the child writes before the text of each process.
struct Answer {
	Finding finding;
	std::uint32_t length;
};

// ---- the child ----------------------------------------------------------

std::uint64_t ticks_of(psinfo::BootTime start)
{
	static const auto per_second = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
	return static_cast<std::uint64_t>(start.count()) / (1'000'000'000 / per_second);
}

/// An open directory of /proc never refers to a later process with the same pid.
Answer read_args(const std::string &proc, const psinfo::Process &process, std::string &ret_text)
{
	auto directory = psinfo::open_at(AT_FDCWD, proc + "/" + std::to_string(process.pid), O_PATH | O_DIRECTORY);
	if (!directory)
		return {directory.error().number == ENOENT ? Finding::Gone : Finding::Unreadable, 0};

	std::string text;
	int number = psinfo::read_file(directory->fd(), "stat", text);
	if (text.empty())
		return {number == ENOENT || number == ESRCH ? Finding::Gone : Finding::Unreadable, 0};
	psinfo::Process now;
	if (!psinfo::parse_stat(text, now) || ticks_of(now.start) != ticks_of(process.start))
		return {Finding::Gone, 0};
	// What was read before an error is shown.
	static_cast<void>(psinfo::read_file(directory->fd(), "cmdline", ret_text, longest));
	return {Finding::Text, static_cast<std::uint32_t>(ret_text.size())};
}

/// A hanging child must not hold our stdout open: its reader would wait for the child.
void close_all_but(int kept)
{
	if (kept > 0)
		close_range(0, static_cast<unsigned>(kept) - 1, 0);
	close_range(static_cast<unsigned>(kept) + 1, UINT_MAX, 0);
}

[[noreturn]] void be_child(int to, const std::string &proc, const std::vector<const psinfo::Process *> &wanted,
			   std::size_t from)
{
	close_all_but(to);
	for (std::size_t i = from; i < wanted.size(); i++) {
		std::string text;
		Answer answer = read_args(proc, *wanted[i], text);
		if (psinfo::write_all(to, &answer, sizeof(answer)) || psinfo::write_all(to, text.data(), text.size()))
			break;
	}
	_exit(0);
}

// ---- the parent ---------------------------------------------------------

/// False at end of file, on an error or after a timeout.
bool read_all(int from, void *data, std::size_t size, std::chrono::milliseconds timeout)
{
	auto *at = static_cast<char *>(data);
	while (size > 0) {
		pollfd readable = {from, POLLIN, 0};
		int ready = poll(&readable, 1, static_cast<int>(timeout.count()));
		if (ready == 0 || (ready < 0 && errno != EINTR))
			return false;
		auto got = ready < 0 ? 0 : read(from, at, size);
		if (ready > 0 && (got == 0 || (got < 0 && errno != EINTR)))
			return false;
		if (got > 0) {
			at += got;
			size -= static_cast<std::size_t>(got);
		}
	}
	return true;
}

bool has_exited(const psinfo::Process &process)
{
	return process.state == psinfo::State::Zombie || process.state == psinfo::State::Dead;
}

std::string in_brackets(const psinfo::Process &process)
{
	return "[" + process.name + (has_exited(process) ? "] <defunct>" : "]");
}

bool has_none(const psinfo::Process &process)
{
	return process.is_kernel_thread() || has_exited(process);
}

/// Reaps a child that can no longer hang. Without the retry, a signal would leave it a
/// zombie.
void wait_for(pid_t child)
{
	while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
	}
}

bool receive(int from, const psinfo::Process &process, std::chrono::milliseconds timeout,
	     std::map<std::int32_t, std::string> &args)
{
	Answer answer{};
	std::string text;

	if (!read_all(from, &answer, sizeof(answer), timeout))
		return false;
	text.resize(answer.length);
	if (!read_all(from, text.data(), text.size(), timeout))
		return false;
	text = joined_words(std::move(text));
	if (answer.finding != Finding::Unreadable)
		args[process.pid] = text.empty() ? in_brackets(process) : std::move(text);
	return true;
}

} // namespace

std::string joined_words(std::string text)
{
	text.erase(text.find_last_not_of('\0') + 1);
	std::replace(text.begin(), text.end(), '\0', ' ');
	return text;
}

ArgsReader::~ArgsReader()
{
	reap();
}

void ArgsReader::reap()
{
	std::erase_if(left_behind_, [](const auto &one) { return waitpid(one.first, nullptr, WNOHANG) != 0; });
}

/// Returns the index of the process that hangs, or wanted.size().
std::size_t ArgsReader::read_from_child(const Wanted &wanted, std::size_t from,
					std::map<std::int32_t, std::string> &args)
{
	std::array<int, 2> ends;
	if (pipe2(ends.data(), O_CLOEXEC) < 0)
		return wanted.size();
	psinfo::Descriptor output(ends[0]);
	psinfo::Descriptor input(ends[1]);

	pid_t child = fork();
	if (child == 0)
		be_child(input.fd(), proc_, wanted, from);
	input.close();
	if (child < 0)
		return wanted.size();

	while (from < wanted.size() && receive(output.fd(), *wanted[from], timeout_, args))
		from++;
	if (from == wanted.size()) {
		wait_for(child);
	} else {
		kill(child, SIGKILL);
		left_behind_[child] = key_of(*wanted[from]);
	}
	return from;
}

void ArgsReader::read_each(const Wanted &wanted, Limits limits, std::map<std::int32_t, std::string> &args)
{
	for (std::size_t from = 0; from < wanted.size() && limits.slow > 0; from++, limits.slow--) {
		reap();
		if (left_behind_.size() >= limits.left_behind)
			break;
		from = read_from_child(wanted, from, args);
		if (from < wanted.size())
			delay(key_of(*wanted[from]));
	}
}

void ArgsReader::delay(const Key &key)
{
	auto [found, is_new] = delayed_.try_emplace(key, Delay{first_delay_, {}});
	auto &[length, until] = found->second;

	if (!is_new)
		length = std::min(length * 2, longest_delay);
	until = Clock::now() + length;
}

bool ArgsReader::hangs(const Key &key) const
{
	return std::any_of(left_behind_.begin(), left_behind_.end(),
			   [&](const auto &one) { return one.second == key; });
}

bool ArgsReader::is_due(const Key &key) const
{
	return Clock::now() >= delayed_.at(key).until && !hangs(key);
}

/// The longest waiting processes come first, and the first timeout ends the retries:
/// however many there are, they cost one timeout.
void ArgsReader::try_again(const Wanted &delayed, std::map<std::int32_t, std::string> &args)
{
	auto until = [this](const psinfo::Process *process) { return delayed_.at(key_of(*process)).until; };
	Wanted due;

	std::copy_if(delayed.begin(), delayed.end(), std::back_inserter(due),
		     [this](const auto *process) { return is_due(key_of(*process)); });
	std::sort(due.begin(), due.end(), [&](const auto *a, const auto *b) { return until(a) < until(b); });
	read_each(due, {1, most_left_behind}, args);
}

void ArgsReader::forget_old()
{
	const auto oldest = Clock::now() - longest_memory;
	std::erase_if(delayed_, [&](const auto &one) { return one.second.until < oldest && !hangs(one.first); });
	std::erase_if(answered_, [&](const auto &one) { return one.second < oldest; });
}

/// Processes that have always answered are read first, by a separate child, so that no
/// other process can prevent this with a command line that hangs.
std::map<std::int32_t, std::string> ArgsReader::read(const std::vector<const psinfo::Process *> &processes,
						     std::size_t most_slow)
{
	std::map<std::int32_t, std::string> args;
	Wanted trusted;
	Wanted fresh;
	Wanted delayed;

	reap();
	forget_old();
	for (const auto *process : processes) {
		const auto key = key_of(*process);
		if (has_none(*process))
			args[process->pid] = in_brackets(*process);
		else if (delayed_.contains(key))
			delayed.push_back(process);
		else
			(answered_.contains(key) ? trusted : fresh).push_back(process);
	}
	read_each(trusted, {most_slow, SIZE_MAX}, args);
	read_each(fresh, {most_slow, most_left_behind}, args);
	try_again(delayed, args);
	for (const auto *process : processes)
		if (!has_none(*process) && args.contains(process->pid))
			answered_[key_of(*process)] = Clock::now();
	reap();
	return args;
}

} // namespace tool
