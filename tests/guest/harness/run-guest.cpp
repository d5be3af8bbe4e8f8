// SPDX-License-Identifier: GPL-2.0
// Runs one guest: starts QEMU, decodes its serial console, forwards the command's
// output and decides the result. Failure is the default: success requires an
// intact verdict and a clean kernel log.
//
//   run-guest NAME DIRECTORY NONCE TIMEOUT command|shell -- QEMU [ARGUMENT...]
//
// Writes console.log (all bytes) and kernel.log to DIRECTORY. Exit status: that of
// the command, 128+N if signal N killed it, 124 on timeout, 125 if the guest
// failed or its kernel log contains errors.
#include "frames.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;

constexpr int status_hang = 124;
constexpr int status_broken = 125;
constexpr char leave_key = 0x1d; // Ctrl-], as in telnet
constexpr std::chrono::seconds panic_grace{15};

// A healthy kernel never logs these. Only records from the kernel are searched;
// /dev/kmsg marks records written by programs.
constexpr const char *complaints[] = {
	"WARNING: ",
	"BUG: ",
	"BUG kmalloc",
	"Oops",
	"Call trace:",
	"Call Trace:",
	"cut here",
	"detected stalls",
	"self-detected stall",
	"soft lockup",
	"hard LOCKUP",
	"blocked for more than",
	"general protection fault",
	"Unable to handle kernel",
	"refcount_t:",
	"UBSAN:",
	"KASAN:",
	"KCSAN:",
	"sleeping function called",
	"scheduling while atomic",
	"possible circular locking",
	"possible recursive locking",
	"inconsistent lock state",
	"suspicious RCU usage",
	"unreferenced object",
	"suspected memory leaks",
	"leak detector disabled",
	"leaking",
	"list_add corruption",
	"list_del corruption",
	"Objects remaining in",
	"Kernel panic",
	"Internal error",
};

// Functions at which a stack leaves the module for generic kernel code that has
// data races of its own: printk(), memory allocation and reclaim, interrupts, faults,
// and reading the counters of other CPUs, which takes no lock.
constexpr const char *services[] = {
	" _printk+",
	" __alloc_pages",
	" alloc_pages",
	" __kmalloc",
	" kmem_cache_alloc",
	" __kvmalloc",
	" kvfree+",
	" kfree+",
	" __cond_resched+",
	" asm_sysvec_",
	" asm_common_interrupt",
	" asm_exc_page_fault",
	" __percpu_counter_sum+",
};

void write_all(int fd, std::string_view bytes)
{
	while (!bytes.empty()) {
		const ssize_t done = write(fd, bytes.data(), bytes.size());
		if (done < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (done < 0)
			return;
		bytes.remove_prefix(static_cast<std::size_t>(done));
	}
}

// Decodes the guest's console and collects the results.
class Guest {
public:
	Guest(std::string nonce, const std::string &directory, bool shell)
		: nonce_(std::move(nonce)),
		  shell_(shell),
		  console_log_(directory + "/console.log"),
		  kernel_log_(directory + "/kernel.log")
	{
	}

	void take(std::string_view bytes)
	{
		console_log_ << bytes << std::flush;
		for (char byte : bytes) {
			if (byte == '\n') {
				take_line();
				line_.clear();
			} else if (byte != '\r' || shell_) {
				line_ += byte;
			}
			if (shell_)
				show_to_person(byte);
		}
	}

	void end_of_console()
	{
		if (shell_)
			show("");
		if (!line_.empty())
			take_line();
		if (!record_.empty())
			take_record(record_);
		if (!race_.empty())
			judge_race();
	}

	bool has_verdict() const { return !verdict_.empty(); }
	const std::string &verdict() const { return verdict_; }
	const std::string &damage() const { return damage_; }
	const std::string &panic() const { return panic_; }
	const std::vector<std::string> &complaints_seen() const { return complaints_; }
	int others_races() const { return others_races_; }
	int undecided_races() const { return undecided_races_; }
	int gaps() const { return gaps_; }
	const std::vector<std::string> &last_lines() const { return last_lines_; }
	bool prompts() const { return prompts_; }

private:
	// Shows the console without the frames. A line is held back while it may
	// still become a frame, and an empty line until the next one begins, because
	// every frame starts with a newline.
	void show_to_person(char byte)
	{
		if (byte == '\n') {
			if (line_was_frame_) {
				empty_lines_ = std::max(empty_lines_ - 1, 0);
			} else {
				if (last_line_.size() > shown_)
					show(std::string_view(last_line_).substr(shown_));
				++empty_lines_;
			}
			shown_ = 0;
			return;
		}
		const std::string start = std::string(frames::marker) + nonce_;
		const auto common = std::min(line_.size(), start.size());
		if (shown_ == 0 && line_.compare(0, common, start, 0, common) == 0)
			return;
		show(std::string_view(line_).substr(shown_));
		shown_ = line_.size();
	}

	void show(std::string_view bytes)
	{
		write_all(1, std::string(static_cast<std::size_t>(empty_lines_), '\n').append(bytes));
		empty_lines_ = 0;
	}

	void take_line()
	{
		last_line_ = line_;
		line_was_frame_ = false;
		const std::string start = std::string(frames::marker) + nonce_;
		const auto at = line_.find(start);
		if (at == line_.npos) {
			take_raw_line();
			return;
		}
		line_was_frame_ = true;
		if (has_verdict())
			return damaged("a frame came after the verdict");
		const auto frame = at == 0 ? frames::decode(nonce_, line_) : std::nullopt;
		if (!frame)
			return damaged("frame " + std::to_string(next_sequence_) + " was damaged on the console");
		if (frame->sequence != next_sequence_)
			damaged("frame " + std::to_string(next_sequence_) + " is missing");
		next_sequence_ = frame->sequence + 1;
		switch (frame->channel) {
		case frames::Output:
			return write_all(1, frame->payload);
		case frames::Error:
			return write_all(2, frame->payload);
		case frames::Kernel:
			return take_kernel_log(frame->payload);
		case frames::Prompt:
			prompts_ = true;
			return;
		case frames::Verdict:
			verdict_ = frame->payload;
			return;
		default:
			return damaged("a frame of an unknown kind arrived");
		}
	}

	void take_raw_line()
	{
		if (line_.empty())
			return;
		if (panic_.empty() && line_.find("Kernel panic - not syncing") != line_.npos)
			panic_ = line_;
		last_lines_.push_back(line_);
		if (last_lines_.size() > 400)
			last_lines_.erase(last_lines_.begin(), last_lines_.begin() + 100);
	}

	void take_kernel_log(std::string_view payload)
	{
		for (char byte : payload) {
			if (byte != '\n') {
				record_ += byte;
				continue;
			}
			take_record(record_);
			record_.clear();
		}
	}

	// "PRIORITY,SEQUENCE,MICROSECONDS,FLAGS;TEXT"; lines that begin with a space
	// are additional data of the preceding record and are logged unchanged.
	void take_record(const std::string &record)
	{
		const auto text_at = record.find(';');
		if (text_at == record.npos || record.front() == ' ') {
			kernel_log_ << record << '\n';
			return;
		}
		const int priority = std::atoi(record.c_str());
		unsigned long long microseconds = 0;
		std::sscanf(record.c_str(), "%*d,%*u,%llu", &microseconds);
		char time[40];
		std::snprintf(time, sizeof(time), "[%5llu.%06llu] ", microseconds / 1000000, microseconds % 1000000);
		const std::string text = record.substr(text_at + 1);
		kernel_log_ << time << text << '\n' << std::flush;
		const bool from_kernel = priority >> 3 == 0;
		if (!from_kernel || race(text))
			return;
		if (std::any_of(std::begin(complaints), std::end(complaints),
				[&](const char *word) { return text.find(word) != text.npos; }))
			complaints_.push_back(time + text);
	}

	// Collects KCSAN reports, each from its title to the next ruler line; returns
	// whether this line is a title. Linux has data races of its own, mostly benign.
	// A report is an error only if a function of the module is in one of its stacks
	// and did not just call generic code (`services`) or get interrupted. Lines of
	// other processors may be interleaved, so everything but the title is also
	// searched for other errors. If records were lost, a report ends at the gap, since
	// later lines may belong to another one; unless the module is in its first part, it
	// is then unknown whose race it was.
	bool race(const std::string &line)
	{
		const bool title = line.starts_with("BUG: KCSAN:");
		const bool gap = line == frames::lost_records;
		gaps_ += gap;
		if (race_.empty() && !title)
			return false;
		const bool rule = line.size() > 40 && line.find_first_not_of('=') == line.npos;
		if (!race_.empty() && (title || rule || gap))
			judge_race(gap);
		if (!rule && !gap)
			race_.push_back(line);
		return title;
	}

	void judge_race(bool cut_off = false)
	{
		bool ours = false, elsewhere = false;
		for (const auto &line : race_) {
			if (line.empty() || line.find(" on cpu ") != line.npos)
				elsewhere = false; // the next stack begins
			elsewhere = elsewhere ||
				    std::any_of(std::begin(services), std::end(services),
						[&](const char *name) { return line.find(name) != line.npos; });
			ours = ours || (line.find("[psinfo]") != line.npos && !elsewhere);
		}
		if (ours)
			complaints_.insert(complaints_.end(), race_.begin(), race_.end());
		else
			++(cut_off ? undecided_races_ : others_races_);
		race_.clear();
	}

	void damaged(std::string what)
	{
		if (damage_.empty())
			damage_ = std::move(what);
	}

	std::string nonce_;
	bool shell_;
	std::ofstream console_log_, kernel_log_;
	std::string line_, last_line_, record_, verdict_, damage_, panic_;
	std::size_t shown_ = 0;
	int empty_lines_ = 0;
	bool line_was_frame_ = false, prompts_ = false;
	std::uint64_t next_sequence_ = 0;
	std::vector<std::string> complaints_, last_lines_, race_;
	int others_races_ = 0, undecided_races_ = 0, gaps_ = 0;
};

// Sets the terminal to raw mode; the destructor restores it.
class RawTerminal {
public:
	explicit RawTerminal(bool wanted) : active_(wanted && isatty(0) && tcgetattr(0, &before_) == 0)
	{
		if (!active_)
			return;
		termios raw = before_;
		cfmakeraw(&raw);
		raw.c_oflag |= OPOST | ONLCR;
		tcsetattr(0, TCSADRAIN, &raw);
	}
	~RawTerminal()
	{
		if (active_)
			tcsetattr(0, TCSADRAIN, &before_);
	}
	RawTerminal(const RawTerminal &) = delete;
	RawTerminal &operator=(const RawTerminal &) = delete;

private:
	termios before_{};
	bool active_;
};

struct Machine {
	pid_t pid = -1;
	int input = -1; // to its serial console
	int output = -1; // from it, and QEMU's error messages
};

Machine start(char **arguments)
{
	int in[2], out[2];
	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
		return {};
	const pid_t parent = getpid();
	const pid_t pid = fork();
	if (pid != 0) {
		close(in[0]);
		close(out[1]);
		return {pid, in[1], out[0]};
	}
	// QEMU must not outlive this process.
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(status_broken);
	// Ctrl-C is for this process only; QEMU is killed when it exits.
	setpgid(0, 0);
	dup2(in[0], 0);
	dup2(out[1], 1);
	dup2(out[1], 2);
	execvp(arguments[0], arguments);
	std::fprintf(stderr, "%s: %s\n", arguments[0], std::strerror(errno));
	_exit(127);
}

struct End {
	bool timed_out = false;
	bool left = false; // the user pressed leave_key
};

End watch(Guest &guest, const Machine &machine, Clock::time_point deadline, bool shell)
{
	pollfd waits[] = {{machine.output, POLLIN, 0}, {shell ? 0 : -1, POLLIN, 0}};
	std::string typed; // not yet forwarded
	bool panicked = false;
	End end;

	while (!guest.has_verdict()) {
		const auto left =
			std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
		if (left <= 0) {
			end.timed_out = !panicked;
			break;
		}
		poll(waits, std::size(waits), static_cast<int>(std::min<long long>(left, 1000)));
		char buffer[65536];
		if (waits[0].revents) {
			const ssize_t got = read(machine.output, buffer, sizeof(buffer));
			if (got == 0)
				break;
			if (got > 0)
				guest.take({buffer, static_cast<std::size_t>(got)});
		}
		if (waits[1].revents) {
			const ssize_t got = read(0, buffer, sizeof(buffer));
			if (got <= 0) {
				// End of standard input: send Ctrl-D.
				typed += '\x04';
				waits[1].fd = -1;
			} else if (std::memchr(buffer, leave_key, static_cast<std::size_t>(got)) && isatty(0)) {
				end.left = true;
				break;
			} else {
				typed.append(buffer, static_cast<std::size_t>(got));
			}
		}
		if (guest.prompts() && !typed.empty()) {
			write_all(machine.input, typed);
			typed.clear();
		}
		// After a panic, wait only for the rest of its report.
		if (!panicked && !guest.panic().empty()) {
			panicked = true;
			deadline = std::min(deadline, Clock::now() + panic_grace);
		}
	}
	return end;
}

// Prints the last console lines of a guest without a verdict.
void print_last_lines(const Guest &guest, std::size_t count)
{
	const auto &lines = guest.last_lines();
	if (lines.empty())
		std::cerr << "    (none)\n";
	for (std::size_t i = lines.size() > count ? lines.size() - count : 0; i < lines.size(); ++i)
		std::cerr << "    " << lines[i] << '\n';
}

// Prints the cause of a panic, from the first line of the kernel's report.
void print_panic(const Guest &guest)
{
	const auto &lines = guest.last_lines();
	const auto is_cause = [](const std::string &line) {
		return std::any_of(std::begin(complaints), std::end(complaints),
				   [&](const char *word) { return line.find(word) != line.npos; });
	};
	auto at = std::find_if(lines.begin(), lines.end(), is_cause);
	for (int i = 0; at != lines.end() && i < 40; ++at, ++i)
		std::cerr << "    " << *at << '\n';
}

int judge(const Guest &guest, const End &end, int qemu_status, const std::string &name, const std::string &directory,
	  long timeout)
{
	const std::string who = "psinfo: guest " + name + ": ";
	const std::string where = " (" + directory + ")\n";

	if (!guest.has_verdict()) {
		if (end.left) {
			std::cerr << "\r\n" << who << "killed by Ctrl-]\n";
			return 0;
		}
		if (end.timed_out) {
			std::cerr << who << "no verdict within " << timeout
				  << " s: it hangs or is too slow; last output" << where;
			print_last_lines(guest, 15);
			return status_hang;
		}
		if (!guest.panic().empty()) {
			std::cerr << who << "the kernel panicked" << where;
			print_panic(guest);
			return status_broken;
		}
		if (WIFEXITED(qemu_status) && WEXITSTATUS(qemu_status) != 0)
			std::cerr << who << "QEMU failed with status " << WEXITSTATUS(qemu_status) << "; last output"
				  << where;
		else
			std::cerr << who << "it ended without a verdict; last output" << where;
		print_last_lines(guest, 15);
		return status_broken;
	}
	if (!guest.damage().empty()) {
		std::cerr << who << guest.damage() << "; the verdict is ignored" << where;
		print_last_lines(guest, 15);
		return status_broken;
	}
	if (!guest.complaints_seen().empty()) {
		std::cerr << who << "the kernel logged warnings or errors; the verdict was \"" << guest.verdict() << '"'
			  << where;
		for (const auto &line : guest.complaints_seen())
			std::cerr << "    " << line << '\n';
		return status_broken;
	}
	if (guest.others_races() > 0)
		std::cerr << who << guest.others_races()
			  << " data races of Linux itself were reported, none with psinfo\n";
	if (guest.undecided_races() > 0)
		std::cerr << who << "data race reports cut off by lost log records: " << guest.undecided_races()
			  << '\n';
	if (guest.gaps() > 0)
		std::cerr << who << "gaps in the kernel log: " << guest.gaps() << '\n';
	int number = 0;
	if (std::sscanf(guest.verdict().c_str(), "exited %d", &number) == 1)
		return number;
	if (std::sscanf(guest.verdict().c_str(), "killed %d", &number) == 1)
		return 128 + number;
	std::cerr << who << "cannot run the command: "
		  << guest.verdict().substr(std::min(guest.verdict().size(), std::strlen("broken "))) << where;
	return status_broken;
}

} // namespace

int main(int argc, char **argv)
{
	if (argc < 8 || std::string(argv[6]) != "--") {
		std::cerr << "usage: run-guest NAME DIRECTORY NONCE TIMEOUT command|shell -- QEMU [ARGUMENT...]\n";
		return 2;
	}
	const std::string name = argv[1], directory = argv[2], nonce = argv[3];
	const long timeout = std::atol(argv[4]);
	const bool shell = std::string(argv[5]) == "shell";

	std::signal(SIGPIPE, SIG_IGN);
	Guest guest(nonce, directory, shell);
	const Machine machine = start(argv + 7);
	if (machine.pid < 0) {
		std::cerr << "psinfo: guest " << name << ": cannot start QEMU: " << std::strerror(errno) << '\n';
		return status_broken;
	}
	End end;
	{
		const RawTerminal terminal(shell);
		end = watch(guest, machine, Clock::now() + std::chrono::seconds(timeout), shell);
	}
	// Also after a verdict: some boards cannot power off.
	if (guest.has_verdict() || end.timed_out || end.left || !guest.panic().empty())
		kill(machine.pid, SIGKILL);
	int qemu_status = 0;
	waitpid(machine.pid, &qemu_status, 0);
	guest.end_of_console();
	return judge(guest, end, qemu_status, name, directory, timeout);
}
