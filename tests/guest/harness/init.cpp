// SPDX-License-Identifier: GPL-2.0
// PID 1 of a guest: sets up the system, runs one command and reports its output,
// the kernel log and its exit status to the host as frames.
#include "frames.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

namespace {

constexpr int set_console_level = 8; // an action of syslog(2), without a name in libc

// The host's request, read from /job. The files are deleted before the command
// starts, so that the command cannot read the nonce.
struct Job {
	std::string nonce;
	std::string command;
	std::string parameters; // module parameters
	std::string environment; // NAME=VALUE lines for the command
	std::string size; // "ROWS COLUMNS" of the shell's terminal
	bool load_module = false;
	bool shell = false;
};

std::string take_file(const std::string &path)
{
	std::ifstream file(path, std::ios::binary);
	std::string text(std::istreambuf_iterator<char>(file), {});
	unlink(path.c_str());
	return text;
}

Job take_job()
{
	Job job;
	job.nonce = take_file("/job/nonce");
	job.command = take_file("/job/command");
	job.parameters = take_file("/job/parameters");
	job.environment = take_file("/job/environment");
	job.size = take_file("/job/size");
	job.load_module = !take_file("/job/load-module").empty();
	job.shell = !take_file("/job/shell").empty();
	rmdir("/job");
	return job;
}

bool write_all(int fd, std::string_view bytes)
{
	while (!bytes.empty()) {
		const ssize_t done = write(fd, bytes.data(), bytes.size());
		if (done < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (done < 0)
			return false;
		bytes.remove_prefix(static_cast<std::size_t>(done));
	}
	return true;
}

// The serial console, opened as /dev/console: unlike the tty device it survives
// the hangup when a shell's session ends.
class Console {
public:
	explicit Console(std::string nonce)
		: nonce_(std::move(nonce)), fd_(open("/dev/console", O_RDWR | O_NOCTTY | O_CLOEXEC))
	{
	}

	// Raw mode: no CR before newlines, no echo.
	void make_raw() const
	{
		termios settings;
		if (tcgetattr(fd_, &settings) == 0) {
			cfmakeraw(&settings);
			tcsetattr(fd_, TCSADRAIN, &settings);
		}
	}

	void send(char channel, std::string_view bytes)
	{
		do {
			const auto part = bytes.substr(0, frames::largest_payload);
			bytes.remove_prefix(part.size());
			write_all(fd_, frames::encode(nonce_, {sequence_++, channel, std::string(part)}));
		} while (!bytes.empty());
	}

	void finish() const { tcdrain(fd_); }

private:
	std::string nonce_;
	int fd_;
	std::uint64_t sequence_ = 0;
};

[[noreturn]] void power_off()
{
	sync();
	reboot(RB_POWER_OFF);
	// Some boards cannot power off; the host kills QEMU after the verdict.
	for (;;)
		pause();
}

[[noreturn]] void finish(Console &console, const std::string &verdict)
{
	console.send(frames::Verdict, verdict);
	console.finish();
	power_off();
}

void mount_one(const char *type, const char *where, unsigned long flags = 0, const char *options = "")
{
	mkdir(where, 0755);
	mount(type, where, type, flags, options);
}

void mount_file_systems()
{
	constexpr unsigned long safe = MS_NOSUID | MS_NODEV | MS_NOEXEC;

	mount_one("proc", "/proc", safe);
	mount_one("sysfs", "/sys", safe);
	mount_one("devtmpfs", "/dev", MS_NOSUID, "mode=0755");
	mount_one("devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "gid=5,mode=620,ptmxmode=666");
	mount_one("tmpfs", "/dev/shm", MS_NOSUID | MS_NODEV, "mode=1777");
	mount_one("tmpfs", "/run", MS_NOSUID | MS_NODEV, "mode=0755");
	mount_one("tmpfs", "/tmp", MS_NOSUID | MS_NODEV, "mode=1777");
	mount_one("cgroup2", "/sys/fs/cgroup", safe);
	for (const auto &[target, name] : {std::pair{"/proc/self/fd", "/dev/fd"},
					   {"/proc/self/fd/0", "/dev/stdin"},
					   {"/proc/self/fd/1", "/dev/stdout"},
					   {"/proc/self/fd/2", "/dev/stderr"}})
		if (symlink(target, name) < 0)
			continue;
	// One write each: a kernel may lack some of the controllers.
	for (const char *controller : {"+cpu", "+memory", "+pids"})
		std::ofstream("/sys/fs/cgroup/cgroup.subtree_control") << controller;
}

void bring_up_loopback()
{
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ifreq request{};

	std::strcpy(request.ifr_name, "lo");
	request.ifr_flags = IFF_UP | IFF_RUNNING;
	ioctl(fd, SIOCSIFFLAGS, &request);
	close(fd);
}

// Loads a module file. Returns an error message, or an empty string.
std::string load_module(const char *path, const std::string &parameters)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return std::string("cannot open ") + path + ": " + std::strerror(errno);
	std::string problem;
	if (syscall(SYS_finit_module, fd, parameters.c_str(), 0) < 0)
		problem = std::string("cannot load ") + path + ": " + std::strerror(errno);
	close(fd);
	return problem;
}

std::vector<std::string> lines_of(const std::string &text)
{
	std::vector<std::string> lines;
	std::size_t from = 0;
	for (std::size_t at; (at = text.find('\n', from)) != text.npos; from = at + 1)
		lines.push_back(text.substr(from, at - from));
	if (from < text.size())
		lines.push_back(text.substr(from));
	return lines;
}

// ---- the command ---------------------------------------------------------

struct Pipe {
	int read_end = -1;
	int write_end = -1;
};

Pipe make_pipe()
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return {};
	// A large buffer, so that the command rarely blocks on the slow serial line
	fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	return {ends[0], ends[1]};
}

void become_environment(const Job &job)
{
	clearenv();
	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/root/tests/bin", 1);
	setenv("HOME", "/root", 1);
	setenv("USER", "root", 1);
	setenv("TERM", "dumb", 1);
	setenv("LC_ALL", "C", 1);
	for (const auto &line : lines_of(job.environment))
		if (const auto at = line.find('='); at != line.npos)
			setenv(line.substr(0, at).c_str(), line.substr(at + 1).c_str(), 1);
	if (chdir("/root") < 0)
		_exit(125);
}

void restore_signals()
{
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, nullptr);
}

// Starts the command. `started` is closed without data if execve() succeeds.
pid_t start_command(const Job &job, const Pipe &output, const Pipe &error, const Pipe &started)
{
	const pid_t child = fork();
	if (child != 0)
		return child;
	setsid();
	restore_signals();
	become_environment(job);
	dup2(open("/dev/null", O_RDONLY), 0);
	dup2(output.write_end, 1);
	dup2(error.write_end, 2);
	execl("/bin/bash", "bash", "-c", job.command.c_str(), nullptr);
	write_all(started.write_end, std::strerror(errno));
	_exit(127);
}

// The tty of the console: /dev/console cannot be a controlling terminal.
std::string serial_line()
{
	std::ifstream file("/sys/class/tty/console/active");
	std::string word, last = "console";
	while (file >> word)
		last = word;
	return "/dev/" + last;
}

pid_t start_shell(const Job &job)
{
	const pid_t child = fork();
	if (child != 0)
		return child;
	setsid();
	restore_signals();
	become_environment(job);
	const int line = open(serial_line().c_str(), O_RDWR);
	ioctl(line, TIOCSCTTY, 1);
	winsize size{};
	if (std::sscanf(job.size.c_str(), "%hu %hu", &size.ws_row, &size.ws_col) == 2)
		ioctl(line, TIOCSWINSZ, &size);
	for (int fd = 0; fd < 3; ++fd)
		dup2(line, fd);
	execl("/bin/bash", "-bash", "-i", nullptr);
	_exit(127);
}

// ---- forwarding ----------------------------------------------------------

// Sends the data available now. Returns false at end of file.
bool forward(Console &console, int fd, char channel)
{
	char buffer[frames::largest_payload];
	for (;;) {
		const ssize_t got = read(fd, buffer, sizeof(buffer));
		if (got > 0)
			console.send(channel, {buffer, static_cast<std::size_t>(got)});
		else if (got == 0)
			return false;
		else if (errno != EINTR)
			return errno == EAGAIN;
		if (got > 0 && static_cast<std::size_t>(got) < sizeof(buffer))
			return true;
	}
}

// /dev/kmsg returns one record per read; send several in one frame.
void forward_kernel_log(Console &console, int fd)
{
	std::string batch;
	char record[8192];
	for (;;) {
		const ssize_t got = read(fd, record, sizeof(record));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EPIPE) {
			batch.append("4,0,0,-;").append(frames::lost_records).append("\n");
			continue;
		}
		if (got <= 0)
			break;
		if (batch.size() + static_cast<std::size_t>(got) > frames::largest_payload) {
			console.send(frames::Kernel, batch);
			batch.clear();
		}
		batch.append(record, static_cast<std::size_t>(got));
	}
	if (!batch.empty())
		console.send(frames::Kernel, batch);
}

// Reaps all exited children. Returns whether the wanted one was among them.
bool reap(pid_t wanted, int &ret_status)
{
	bool found = false;
	int status;
	for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
		if (pid == wanted) {
			ret_status = status;
			found = true;
		}
	}
	return found;
}

std::string verdict_of(int status)
{
	if (WIFEXITED(status))
		return "exited " + std::to_string(WEXITSTATUS(status));
	return "killed " + std::to_string(WTERMSIG(status));
}

std::string run_shell(Console &console, const Job &job, int kernel_log)
{
	console.send(frames::Prompt, "");
	const pid_t shell = start_shell(job);
	int status = 0;
	for (pid_t pid; (pid = waitpid(-1, &status, 0)) != shell;)
		if (pid < 0 && errno != EINTR)
			return "broken cannot wait for the shell";
	// The end of the session has reset the terminal settings.
	console.make_raw();
	forward_kernel_log(console, kernel_log);
	return verdict_of(status);
}

std::string run_command(Console &console, const Job &job, int kernel_log, int signals)
{
	Pipe output = make_pipe(), error = make_pipe(), started = make_pipe();
	const pid_t child = start_command(job, output, error, started);
	close(output.write_end);
	close(error.write_end);
	close(started.write_end);
	if (child < 0)
		return std::string("broken cannot fork: ") + std::strerror(errno);

	pollfd waits[] = {{output.read_end, POLLIN, 0},
			  {error.read_end, POLLIN, 0},
			  {kernel_log, POLLIN, 0},
			  {signals, POLLIN, 0}};
	const auto pump = [&] {
		if (waits[0].fd >= 0 && !forward(console, waits[0].fd, frames::Output))
			waits[0].fd = -1;
		if (waits[1].fd >= 0 && !forward(console, waits[1].fd, frames::Error))
			waits[1].fd = -1;
		forward_kernel_log(console, kernel_log);
	};
	int status = 0;
	for (bool ended = false; !ended;) {
		poll(waits, std::size(waits), 1000);
		signalfd_siginfo ignored;
		while (read(signals, &ignored, sizeof(ignored)) > 0)
			continue;
		// Reap first, so that the pipes contain all output of the child.
		ended = reap(child, status);
		pump();
	}
	// Drain the pipes, but do not wait for end of file: background processes of
	// the command do not keep the guest alive.
	for (int pending; waits[0].fd >= 0 && ioctl(waits[0].fd, FIONREAD, &pending) == 0 && pending > 0;)
		pump();
	for (int pending; waits[1].fd >= 0 && ioctl(waits[1].fd, FIONREAD, &pending) == 0 && pending > 0;)
		pump();

	char reason[200];
	if (const ssize_t got = read(started.read_end, reason, sizeof(reason)); got > 0)
		return "broken cannot execute /bin/bash: " + std::string(reason, static_cast<std::size_t>(got));
	return verdict_of(status);
}

} // namespace

int main()
{
	if (getpid() != 1) {
		std::fputs("init: this program must be the first process (PID 1) of a guest\n", stderr);
		return 2;
	}
	mount_file_systems();
	Job job = take_job();
	// Kernel messages on the console would corrupt frames. The log is forwarded
	// from /dev/kmsg instead; a panic raises the console level itself.
	klogctl(set_console_level, nullptr, 1);
	Console console(job.nonce);
	console.make_raw();

	sigset_t child_ended;
	sigemptyset(&child_ended);
	sigaddset(&child_ended, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child_ended, nullptr);
	const int signals = signalfd(-1, &child_ended, SFD_NONBLOCK | SFD_CLOEXEC);
	const int kernel_log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	umask(022);
	bring_up_loopback();
	sethostname("guest", 5);

	if (kernel_log < 0 || signals < 0)
		finish(console, "broken init cannot open the kernel log");
	if (job.load_module) {
		const std::string problem = load_module("/root/psinfo.ko", job.parameters);
		if (!problem.empty()) {
			forward_kernel_log(console, kernel_log);
			finish(console, "broken " + problem);
		}
	}
	finish(console,
	       job.shell ? run_shell(console, job, kernel_log) : run_command(console, job, kernel_log, signals));
}
