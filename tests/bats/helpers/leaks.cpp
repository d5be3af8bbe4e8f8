// SPDX-License-Identifier: GPL-2.0
// leaks TOPIC: searches for information that psinfo must not disclose. Prints what it
// finds, and fails.
//
//	bytes		bytes of an answer that were not written
//	recycled	previous contents of kernel memory
//	addresses	kernel addresses in query results and the text
//	text		kernel addresses in the text on standard input
//	totals		hidden processes in the totals
//	cursor		hidden processes in cursors, results, the text, number of calls
//	relations	numbers of a parent, tracer, session or group that stat does
//			not show
//	outside		processes outside of a PID namespace that affect it inside
#include "checks.h"
#include "namespaces.h"
#include "procfs.h"
#include "query.h"
#include "table.h"

#include <cstdio>
#include <functional>
#include <iostream>
#include <iterator>

#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/ptrace.h>

namespace {

using checks::expect;

// ---- processes -----------------------------------------------------------------------

using Role = std::function<void()>;

// Starts a child with this name and user; returns when its role begins.
pid_t play(const char *name, uid_t user, const Role &role = process::sleep_forever)
{
	return process::start_named(
		name, [=] { process::become(user); }, role);
}

pid_t play_stopped(const char *name, uid_t user)
{
	const pid_t child = play(name, user, [] { raise(SIGSTOP); });
	process::need(waitpid(child, nullptr, WUNTRACED) == child, "waitpid");
	return child;
}

pid_t play_zombie(const char *name, uid_t user)
{
	const pid_t child = play(name, user, [] { _exit(0); });
	siginfo_t info;
	process::need(waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT) == 0, "waitid");
	return child;
}

void sleep_beside_thread()
{
	process::add_sleeping_thread();
	process::sleep_forever();
}

// Runs `body` as the first process of a PID namespace, where no other processes
// are created or exit meanwhile.
void in_namespace(const Role &body)
{
	const pid_t first = namespaces::start_first([&] {
		body();
		std::fflush(stderr);
	});
	int status;
	process::need(waitpid(first, &status, 0) == first, "waitpid");
	expect(status == 0, "what was done in a PID namespace failed");
}

// Runs `body` as alice, without privileges.
void as_alice(const Role &body)
{
	const pid_t child = process::start([&] {
		process::become(process::alice);
		body();
		std::fflush(stderr);
	});
	int status;
	process::need(waitpid(child, &status, 0) == child, "waitpid");
	expect(status == 0, "what was done as alice failed");
}

class Opened {
public:
	explicit Opened(int proc) : fd_(openat(proc, "psinfo", O_RDONLY | O_CLOEXEC))
	{
		if (fd_ < 0)
			throw failure("psinfo");
	}
	Opened(const Opened &) = delete;
	~Opened() { close(fd_); }
	operator int() const { return fd_; }

private:
	int fd_;
};

std::string text_of(int proc)
{
	return read_rest(Opened(proc));
}

// Waits until the processes in a PID namespace are idle: two samples in a row must
// show all threads, and only the caller running, if it is one of them. Before that
// they may still be creating their threads.
void wait_until_still(int proc, std::uint32_t nr_threads, std::uint32_t nr_running)
{
	psinfo_query query = whole_query();
	query.flags = PSINFO_QUERY_THREADS;
	const Opened fd(proc);
	for (int tries = 0, still = 0; tries < 200; ++tries) {
		const psinfo_query totals = ask_totals(fd, query);
		const bool is_still =
			sum(totals.threads) == nr_threads && totals.threads[PSINFO_STATE_RUNNING] == nr_running;
		still = is_still ? still + 1 : 0;
		if (still == 2)
			return;
		process::nap(0.1);
	}
	throw std::runtime_error("the processes do not come to rest");
}

// ---- passes ----------------------------------------------------------------------------

// The raw results of a pass: each call's answer, except its time and duration
struct Trace {
	std::vector<psinfo_query> calls;
	std::vector<unsigned char> records;
};

Trace trace(
	int fd, psinfo_query query, std::uint32_t capacity, const Role &between = [] {})
{
	std::vector<psinfo_record> buffer(capacity);
	Trace trace;
	set_buffer(query, buffer.data(), capacity);
	do {
		must_ask(fd, query);
		const auto *from = reinterpret_cast<const unsigned char *>(buffer.data());
		trace.records.insert(trace.records.end(), from, from + query.nr_records * sizeof(psinfo_record));
		trace.calls.push_back(query);
		trace.calls.back().began_ns = trace.calls.back().took_ns = trace.calls.back().records = 0;
		between();
	} while (query.cursor);
	return trace;
}

void expect_same(const Trace &one, const Trace &other, const std::string &what)
{
	expect(one.calls.size() == other.calls.size(),
	       what + ": " + std::to_string(one.calls.size()) + " calls are " + std::to_string(other.calls.size()));
	for (std::size_t i = 0; i < std::min(one.calls.size(), other.calls.size()); ++i)
		expect(is_same(one.calls[i], other.calls[i]),
		       what + ": call " + std::to_string(i) + " has another answer");
	expect(one.records == other.records, what + ": the records are not the same");
}

// ---- bytes ------------------------------------------------------------------------------

// Queries one process with a buffer that was filled with this byte.
std::vector<unsigned char> filled_with(unsigned char byte, int fd, psinfo_query &query)
{
	std::vector<unsigned char> buffer(std::size_t{query.capacity} * query.record_size + 64, byte);
	query.records = reinterpret_cast<std::uintptr_t>(buffer.data());
	std::memset(&query.nr_records, byte, sizeof(query) - offsetof(psinfo_query, nr_records));
	must_ask(fd, query);
	query.records = query.began_ns = query.took_ns = query.result = 0;
	return buffer;
}

void compare_bytes(int fd, psinfo_query query)
{
	const std::string what = "groups " + std::to_string(query.groups) + ", size " +
				 std::to_string(query.record_size) + ", flags " + std::to_string(query.flags) + ": ";
	psinfo_query again = query;
	const auto one = filled_with(0xa5, fd, query), other = filled_with(0x5a, fd, again);

	expect(is_same(query, again), what + "the answer depends on what stood in its place");
	expect(query.nr_records >= 1, what + "no record");
	const std::size_t written = std::size_t{query.nr_records} * query.record_size;
	for (std::size_t i = 0; i < one.size(); ++i)
		if (i < written)
			expect(one[i] == other[i], what + "byte " + std::to_string(i) + " was not written");
		else
			expect(one[i] == 0xa5 && other[i] == 0x5a, what + "byte " + std::to_string(i) + " was written");
}

void look_at_bytes()
{
	const pid_t still = play_stopped("s", process::alice);
	const Descriptor fd(psinfo_path);
	for (std::uint32_t groups = 0; groups <= all_groups; ++groups)
		for (const std::uint32_t size : {record_size_for(groups), whole_record, whole_record + 8, 4096u})
			for (const std::uint32_t flags : {0u, PSINFO_QUERY_THREADS}) {
				if (size < record_size_for(groups))
					continue;
				psinfo_query query = whole_query();
				query.flags = flags;
				query.groups = groups;
				filter_by_pid(query, still);
				query.capacity = 2;
				query.record_size = size;
				compare_bytes(fd, query);
			}
}

// ---- recycled ---------------------------------------------------------------------------

// Bytes that this program fills kernel memory with, and the kernel's poison values
constexpr unsigned char ours[] = {0xa5, 0xde}, theirs[] = {0x6b, 0x5a, 0xaa, 0xbb, 0xcc};
constexpr std::size_t run_length = 8;

// Whether this byte occurs more often in a row than in any number or name
bool has_run(std::string_view bytes, unsigned char byte)
{
	return bytes.find(std::string(run_length, static_cast<char>(byte))) != bytes.npos;
}

// The same for a table, where the byte may be escaped
bool has_escaped_run(std::string_view text, unsigned char byte)
{
	char escaped[8];
	std::snprintf(escaped, sizeof(escaped), "\\%03o", byte);
	return text.find(std::string(escaped) + escaped + escaped) != text.npos;
}

void expect_clean(std::string_view bytes, const std::string &what)
{
	for (const auto &set :
	     {std::basic_string_view(ours, sizeof(ours)), std::basic_string_view(theirs, sizeof(theirs))})
		for (const unsigned char byte : set)
			expect(!has_run(bytes, byte) && !has_escaped_run(bytes, byte),
			       what + " holds what was in memory before: " + std::to_string(byte));
}

// The following functions make the kernel allocate, fill and free memory of all sizes.
void soil_messages(unsigned char byte)
{
	const int queue = msgget(IPC_PRIVATE, 0600);
	struct {
		long type;
		char text[4096];
	} message = {1, {}};
	std::memset(message.text, byte, sizeof(message.text));
	for (std::size_t size = 16; queue >= 0 && size <= sizeof(message.text); size += size / 2)
		for (int i = 0; i < 4; ++i)
			msgsnd(queue, &message, size, IPC_NOWAIT);
	msgctl(queue, IPC_RMID, nullptr);
}

void soil_sockets(unsigned char byte)
{
	int ends[2];
	process::need(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends) == 0, "socketpair");
	const std::string bytes(120000, static_cast<char>(byte));
	for (std::size_t size = 64; size < bytes.size(); size += size / 2)
		(void)!send(ends[0], bytes.data(), size, MSG_DONTWAIT);
	close(ends[0]);
	close(ends[1]);
}

void soil_pipes(unsigned char byte)
{
	constexpr int nr = 40;
	const std::string bytes(65536, static_cast<char>(byte));
	std::vector<int> open;
	for (int i = 0; i < nr; ++i) {
		int ends[2];
		process::need(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0, "pipe");
		(void)!write(ends[1], bytes.data(), bytes.size());
		open.insert(open.end(), {ends[0], ends[1]});
	}
	for (const int fd : open)
		close(fd);
}

void soil_names(unsigned char byte)
{
	std::vector<pid_t> children;
	for (int i = 0; i < 10; ++i)
		children.push_back(play(std::string(15, static_cast<char>(byte)).c_str(), process::root));
	process::end(children);
}

void look_at_recycled()
{
	expect(has_run("x" + std::string(8, '\xde'), 0xde) && has_escaped_run("\\336\\336\\336\\336", 0xde),
	       "what is looked for is not found where it is");
	for (int round = 0; round < 6; ++round) {
		const unsigned char byte = ours[round % std::size(ours)];
		for (const auto soil : {soil_names, soil_messages, soil_sockets, soil_pipes}) {
			soil(byte);
			expect_clean(read_file(psinfo_path), "the text");
			soil(byte);
			const std::uint32_t size = round % 2 ? whole_record : 4096, capacity = round % 3 ? 300 : 3;
			std::vector<unsigned char> buffer(std::size_t{size} * capacity);
			psinfo_query query = whole_query();
			query.groups = round % 2 ? all_groups : PSINFO_GROUP_CGROUP;
			set_buffer(query, buffer.data(), capacity, size);
			const Descriptor fd(psinfo_path);
			do {
				must_ask(fd, query);
				expect_clean({reinterpret_cast<const char *>(buffer.data()), buffer.size()}, "records");
			} while (query.cursor);
		}
	}
}

// ---- addresses ----------------------------------------------------------------------------

constexpr bool is_64_bit = sizeof(void *) == 8;
constexpr std::uint64_t lowest_address = is_64_bit ? 0xffff'0000'0000'0000 : 0xc000'0000;

bool is_address(std::uint64_t value)
{
	return value >= lowest_address && (is_64_bit || value <= 0xffff'ffff);
}

// Finds any eight bytes that could be an address, except small negative numbers.
// 32-bit addresses are not searched in times, which can have any value.
std::string address_in(psinfo_record record)
{
	for (const auto &field : record_fields) {
		auto *at = reinterpret_cast<unsigned char *>(&record) + field.offset;
		const auto value = value_of(field, record);
		if (field.is_signed && value > -5000 && value < 0)
			std::memset(at, 0, field.size);
		const bool is_time = std::string_view(field.name).ends_with("_ns");
		if (!is_64_bit && !field.is_name() && !is_time && is_address(static_cast<std::uint64_t>(value)))
			return field.name;
	}
	for (std::size_t at = 0; is_64_bit && at + 8 <= sizeof(record); at += 4) {
		std::uint64_t word;
		std::memcpy(&word, reinterpret_cast<unsigned char *>(&record) + at, sizeof(word));
		if (is_address(word))
			return "byte " + std::to_string(at);
	}
	return {};
}

std::string address_in(std::string_view text)
{
	constexpr std::string_view digits = "0123456789abcdefABCDEF";
	const auto length = 2 * sizeof(void *);
	for (std::size_t at = 0, end; (at = text.find_first_of(digits, at)) != text.npos; at = end) {
		end = std::min(text.find_first_not_of(digits, at), text.size());
		const std::string word(text.substr(at, end - at));
		const bool is_decimal = word.find_first_not_of(digits.substr(0, 10)) == word.npos;
		if (word.size() == length && is_address(std::strtoull(word.c_str(), nullptr, 16)) &&
		    (is_64_bit || !is_decimal))
			return word;
		if (is_64_bit && is_decimal && word.size() == 20 &&
		    is_address(std::strtoull(word.c_str(), nullptr, 10)))
			return word;
	}
	return {};
}

void expect_no_address(std::string_view text, const std::string &what)
{
	const auto word = address_in(text);
	expect(word.empty(), what + " has an address: " + word);
}

// Tests the search itself: a search that finds nothing would always pass.
void prove_that_addresses_are_found()
{
	psinfo_record record = {};
	const std::uint64_t address = is_64_bit ? 0xffff'8880'1234'5678 : 0xc123'4568;
	record.nice = -20;
	expect(address_in(record).empty(), "there is no address in an empty record");
	record.vsize_bytes = address;
	expect(!address_in(record).empty(), "an address in a number is not found");
	if (is_64_bit) {
		record = {};
		std::memcpy(reinterpret_cast<char *>(&record) + offsetof(psinfo_record, name), &address,
			    sizeof(address));
		expect(!address_in(record).empty(), "an address in the name is not found");
	}
	record = {};
	record.flags = static_cast<std::uint32_t>(address >> (is_64_bit ? 32 : 0));
	record.state = 0xff;
	std::memset(record.reserved0, 0xff, sizeof(record.reserved0));
	expect(!address_in(record).empty(), "an address in two halves is not found");
	expect(!address_in(is_64_bit ? "x: ffff888012345678\n" : "x: c1234568\n").empty(),
	       "an address in a text is not found");
	expect(!address_in(is_64_bit ? "0xffffffff81000000" : "0xc10000f0").empty(),
	       "an address in a text is not found");
	if (is_64_bit)
		expect(!address_in("| 18446744071578845184 |").empty(), "an address as a decimal is not found");
	expect(address_in("4294967295 -1 12345678901234567 deadbeef 99").empty() || !is_64_bit,
	       "numbers are no addresses");
}

void look_for_addresses()
{
	prove_that_addresses_are_found();
	const Descriptor fd(psinfo_path);
	for (const std::uint32_t flags : {0u, PSINFO_QUERY_THREADS}) {
		psinfo_query query = whole_query();
		query.flags = flags;
		query.groups = all_groups;
		for (const auto &record : pass(fd, query, 100).records) {
			const auto where = address_in(record);
			expect(where.empty(), "the record of " + name_of(record) + " has an address, at " + where);
		}
		const psinfo_query totals = ask_totals(fd, query);
		for (std::size_t at = offsetof(psinfo_query, nr_records); at + 8 <= sizeof(totals); at += 4) {
			std::uint64_t word;
			std::memcpy(&word, reinterpret_cast<const char *>(&totals) + at, sizeof(word));
			const bool is_time =
				at >= offsetof(psinfo_query, began_ns) - 4 && at < offsetof(psinfo_query, processes);
			expect(!is_address(word) || (!is_64_bit && is_time),
			       "totals have an address, at byte " + std::to_string(at));
		}
	}
	psinfo_info info = {};
	info.size = sizeof(info);
	if (ioctl(fd, PSINFO_IOC_INFO, &info))
		throw failure("PSINFO_IOC_INFO");
	for (std::size_t at = 0; at + sizeof(void *) <= sizeof(info); at += 4) {
		std::uintptr_t word;
		std::memcpy(&word, reinterpret_cast<const char *>(&info) + at, sizeof(word));
		expect(!is_address(word), "info has an address, at byte " + std::to_string(at));
	}
	expect_no_address(read_file(psinfo_path), "the text");
}

void look_into_text()
{
	prove_that_addresses_are_found();
	const std::string text = read_rest(STDIN_FILENO);
	expect(!text.empty(), "there is no text");
	for (const auto &line : lines_of(text))
		expect_no_address(line, line);
}

// ---- hidden from alice ----------------------------------------------------------------------

constexpr const char *marker = "hidden-one";

// Processes of alice, and hidden ones before, between and after them
struct Crowd {
	std::vector<pid_t> hidden, shown;
	std::size_t nr_with_threads = 0; // processes with a second thread

	void hide(int sleepers)
	{
		while (sleepers-- > 0)
			hidden.push_back(play(marker, process::bob));
		hidden.push_back(play_stopped(marker, process::bob));
		hidden.push_back(play_zombie(marker, process::root));
		hidden.push_back(play(marker, process::bob, sleep_beside_thread));
		++nr_with_threads;
	}
	void show()
	{
		shown.push_back(play("shown", process::alice));
		shown.push_back(play_stopped("shown-stopped", process::alice));
		shown.push_back(play_zombie("shown-zombie", process::alice));
		shown.push_back(play("shown-threads", process::alice, sleep_beside_thread));
		++nr_with_threads;
	}
	// To be called by their parent, the first process of the PID namespace.
	void settle(int proc) const
	{
		const auto nr_threads = nr_with_threads + shown.size() + hidden.size() + 1;
		wait_until_still(proc, static_cast<std::uint32_t>(nr_threads), 1);
	}
};

using Filters = std::vector<std::pair<std::string, std::function<void(psinfo_query &)>>>;

Filters filters_for(const Crowd &crowd)
{
	const auto states = [](std::uint32_t states) {
		return [=](psinfo_query &query) { query.filters |= PSINFO_FILTER_STATES, query.states = states; };
	};
	const auto uid = [](uid_t uid) {
		return [=](psinfo_query &query) { query.filters |= PSINFO_FILTER_UID, query.uid = uid; };
	};
	const auto pid = [](pid_t pid) { return [=](psinfo_query &query) { filter_by_pid(query, pid); }; };
	const auto parent = [](pid_t pid) { return [=](psinfo_query &query) { filter_by_parent(query, pid); }; };
	return {
		{"no filter", [](psinfo_query &) {}},
		{"sleeping", states(1u << PSINFO_STATE_INTERRUPTIBLE)},
		{"stopped", states(1u << PSINFO_STATE_STOPPED)},
		{"zombies", states(1u << PSINFO_STATE_ZOMBIE)},
		{"stopped and zombies", states(1u << PSINFO_STATE_STOPPED | 1u << PSINFO_STATE_ZOMBIE)},
		{"of alice", uid(process::alice)},
		{"of bob", uid(process::bob)},
		{"of root", uid(process::root)},
		{"one shown", pid(crowd.shown.front())},
		{"one hidden", pid(crowd.hidden.front())},
		{"a hidden zombie", pid(crowd.hidden[crowd.hidden.size() - 2])},
		{"children of the first", parent(1)},
		{"children of one shown", parent(crowd.shown.front())},
		{"user", [](psinfo_query &query) { query.filters |= PSINFO_FILTER_USER; }},
		{"kernel", [](psinfo_query &query) { query.filters |= PSINFO_FILTER_KERNEL; }},
		{"stopped ones of bob",
		 [=](psinfo_query &query) {
			 uid(process::bob)(query);
			 states(1u << PSINFO_STATE_STOPPED)(query);
		 }},
	};
}

void look_at_totals()
{
	in_namespace([] {
		const int proc = namespaces::mount_own_proc({{"hidepid", "2"}});
		Crowd crowd;
		crowd.hide(5);
		crowd.show();
		crowd.hide(5);
		crowd.settle(proc);
		as_alice([&] {
			const Opened fd(proc);
			for (const std::uint32_t flags : {0u, PSINFO_QUERY_THREADS})
				for (const auto &[name, filter] : filters_for(crowd)) {
					const std::string what = name + (flags ? ", threads: " : ": ");
					psinfo_query query = whole_query();
					query.flags = flags;
					filter(query);
					Totals processes{}, threads{};
					const auto records = pass(fd, query, 3).records;
					count_records(records.data(), records.size(), flags, processes, threads);
					const psinfo_query totals = ask_totals(fd, query);
					expect(std::equal(processes.begin(), processes.end(), totals.processes),
					       what + "the totals count others than those shown");
					expect(std::equal(threads.begin(), threads.end(), totals.threads),
					       what + "the totals of threads count others than those shown");
					for (const auto &record : records)
						expect(name_of(record) != marker, what + "a hidden one is shown");
					if (name == "no filter" && !flags)
						expect(records.size() == crowd.shown.size() + 1,
						       what + "not as many as alice has");
				}
			// table::parse() checks that the totals are the sum of the rows.
			std::string problem;
			const auto text = text_of(proc);
			const auto table = table::parse(text, problem);
			expect(table && table->rows.size() == crowd.shown.size() + 1, "the rows: " + problem);
		});
	});
}

// ---- cursor -----------------------------------------------------------------------------------

struct Look {
	std::vector<Trace> traces;
	std::string text;
};

// Everything that alice can observe: passes with room for one record, for some, for
// all of hers, for one more, and for many
Look look_as_alice(int proc, const Crowd &crowd)
{
	Look look;
	const Opened fd(proc);
	const auto all = static_cast<std::uint32_t>(crowd.shown.size() + 1);
	for (const std::uint32_t flags : {0u, PSINFO_QUERY_THREADS})
		for (const std::uint32_t capacity : {1u, 3u, all - 1, all, all + 1, all + 3, 1000u}) {
			psinfo_query query = whole_query();
			query.flags = flags;
			query.groups = PSINFO_GROUP_CRED;
			look.traces.push_back(trace(fd, query, capacity));
			for (const auto &[name, filter] : filters_for(crowd)) {
				psinfo_query filtered = query;
				filter(filtered);
				look.traces.push_back(trace(fd, filtered, capacity));
			}
		}
	look.text = text_of(proc);
	return look;
}

void compare_looks(const Look &one, const Look &other, const std::string &what)
{
	for (std::size_t i = 0; i < one.traces.size(); ++i) {
		const Trace &now = other.traces[i], &then = one.traces[i];
		expect_same(then, now, what + ", pass " + std::to_string(i));
		expect(std::string_view(reinterpret_cast<const char *>(now.records.data()), now.records.size())
				       .find(marker) == std::string_view::npos,
		       what + ": a hidden one is shown");
	}
	expect(one.text == other.text, what + ": the text has changed:\n" + one.text + other.text);
	expect(other.text.find(marker) == std::string::npos, what + ": a hidden one is in the text");
}

// For each byte received, compares a new look with the first one, and replies.
void keep_looking(int proc, const Crowd &crowd, int line)
{
	const Look first = look_as_alice(proc, crowd);
	expect(first.traces.size() > 10 && first.text.find("shown-threads") != std::string::npos, "alice sees nothing");
	for (char word = 0; write(line, "x", 1) == 1 && read(line, &word, 1) == 1 && word != 'e';)
		compare_looks(first, look_as_alice(proc, crowd),
			      word == 'g' ? "without hidden ones" : "while hidden ones come and go");
}

void look_at_cursor()
{
	in_namespace([] {
		const int proc = namespaces::mount_own_proc({{"hidepid", "2"}});
		Crowd crowd;
		crowd.hide(3);
		crowd.show();
		crowd.hide(300); // more than PSINFO_BATCH
		crowd.show();
		crowd.hide(20);
		crowd.settle(proc);
		int ends[2];
		process::need(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0, "socketpair");
		const pid_t looks = process::start([&] {
			process::become(process::alice);
			process::set_name("looks");
			close(ends[0]);
			keep_looking(proc, crowd, ends[1]);
			std::fflush(stderr);
		});
		close(ends[1]);
		char byte;
		const auto wait = [&] { process::need(read(ends[0], &byte, 1) == 1, "alice"); };
		wait();
		process::need(write(ends[0], "m", 1) == 1, "alice");
		for (int i = 0; i < 200 && recv(ends[0], &byte, 1, MSG_DONTWAIT | MSG_PEEK) < 0; ++i)
			process::end({play(marker, process::bob), play(marker, process::root)});
		wait();
		process::end(crowd.hidden);
		process::need(write(ends[0], "g", 1) == 1, "alice");
		wait();
		process::need(write(ends[0], "e", 1) == 1, "alice");
		int status;
		process::need(waitpid(looks, &status, 0) == looks, "waitpid");
		expect(status == 0, "alice failed");
	});
}

// ---- relations ----------------------------------------------------------------------------------

// Compares records with stat and status through the same mount: all, or only the
// wanted one, which is returned.
psinfo_record compare_relations(int proc, std::uint32_t wanted, const std::string &what, bool all = true)
{
	psinfo_record found = {};
	const Opened fd(proc);
	psinfo_query query = whole_query();
	if (!all)
		filter_by_pid(query, static_cast<pid_t>(wanted));
	for (const auto &record : pass(fd, query, 100).records) {
		const std::string directory =
			"/proc/self/fd/" + std::to_string(proc) + "/" + std::to_string(record.pid);
		const auto stat = stat_at(directory);
		const auto status = status_at(directory);
		const std::string whose = what + ": " + name_of(record) + " has another ";
		expect(stat && status, what + ": " + name_of(record) + " is shown and cannot be read");
		if (!stat || !status)
			continue;
		expect(record.ppid == stat->field[4], whose + "parent");
		expect(record.pgrp == stat->field[5], whose + "process group");
		expect(record.session == stat->field[6], whose + "session");
		expect(record.tracer == status_number(*status, "TracerPid"), whose + "tracer");
		if (record.pid == wanted)
			found = record;
	}
	expect(found.pid == wanted, what + ": who is looked for is not there");
	return found;
}

void trace_process(pid_t pid)
{
	process::need(ptrace(PTRACE_SEIZE, pid, 0, 0) == 0, "ptrace");
}

void look_at_relations()
{
	// A process of alice whose relatives are all hidden
	in_namespace([] {
		const int proc = namespaces::mount_own_proc({{"hidepid", "2"}});
		process::Pipe pids;
		const pid_t relative = play(marker, process::root, [&] {
			setsid();
			const pid_t child = play("shown", process::alice);
			trace_process(child);
			pids.send(child);
			process::sleep_forever();
		});
		const auto child = pids.receive<pid_t>(marker);
		as_alice([=] {
			const auto number = static_cast<std::uint32_t>(relative);
			const auto record =
				compare_relations(proc, static_cast<std::uint32_t>(child), "hidden relatives");
			expect(record.ppid == number && record.tracer == number && record.session == number &&
				       record.pgrp == number,
			       "stat tells these numbers, so the record does");
			expect(text_of(proc).find(marker) == std::string::npos,
			       "the name of a hidden relative is shown");
		});
	});

	// A process whose relatives are all outside of its PID namespace
	const pid_t first = namespaces::start_first(process::sleep_forever);
	const Descriptor ns(namespaces::path(first, "pid"));
	const int proc = namespaces::mount_proc(ns, {});
	const pid_t joined = namespaces::start_in(ns, process::sleep_forever);
	trace_process(joined);
	const auto inside = status_number(status_at("/proc/" + std::to_string(joined)).value_or(Status{}), "NSpid", 2);
	const auto record = compare_relations(proc, static_cast<std::uint32_t>(inside), "relatives outside");
	expect(!record.ppid && !record.tracer && !record.session && !record.pgrp, "numbers from outside are told");
	const Descriptor outer("/proc", O_RDONLY | O_DIRECTORY);
	const auto seen = compare_relations(outer, static_cast<std::uint32_t>(joined), "the same from outside", false);
	expect(seen.ppid == static_cast<std::uint32_t>(getpid()) && seen.tracer == seen.ppid,
	       "from outside they are told");
	process::end({joined, first});
}

// ---- outside ------------------------------------------------------------------------------------

void look_at_outside()
{
	const pid_t first = namespaces::start_first([] {
		Crowd crowd;
		crowd.show();
		process::sleep_forever();
	});
	const Descriptor ns(namespaces::path(first, "pid"));
	const int proc = namespaces::mount_proc(ns, {});
	wait_until_still(proc, 6, 0);

	const auto be_born_and_end = [] {
		process::end({play(marker, process::root), play(marker, process::alice), play(marker, process::bob)});
	};
	for (const std::uint32_t flags : {0u, PSINFO_QUERY_THREADS})
		for (const std::uint32_t capacity : {1u, 3u, 100u}) {
			const std::string what = "room for " + std::to_string(capacity) + (flags ? ", threads" : "");
			const Opened fd(proc);
			psinfo_query query = whole_query();
			query.flags = flags;
			query.groups = all_groups;
			const Trace quiet = trace(fd, query, capacity),
				    loud = trace(fd, query, capacity, be_born_and_end);
			expect_same(quiet, loud, what);
			expect(quiet.records.size() == (flags ? 6 : 5) * sizeof(psinfo_record),
			       what + ": others are shown");

			// Many processes that exist outside during the whole pass
			std::vector<pid_t> many;
			for (int i = 0; i < 30; ++i)
				many.push_back(play(marker, process::alice));
			expect_same(quiet, trace(fd, query, capacity), what + ", beside many");
			process::end(many);
		}
	const std::string quiet = text_of(proc);
	const pid_t outside = play(marker, process::root);
	expect(quiet == text_of(proc), "the text has changed");
	process::end({outside, first});
}

constexpr checks::Topic topics[] = {
	{"bytes", look_at_bytes},	  {"recycled", look_at_recycled}, {"addresses", look_for_addresses},
	{"text", look_into_text},	  {"totals", look_at_totals},	  {"cursor", look_at_cursor},
	{"relations", look_at_relations}, {"outside", look_at_outside},
};

} // namespace

int main(int argc, char **argv)
{
	return checks::run_topic(argc, argv, topics);
}
