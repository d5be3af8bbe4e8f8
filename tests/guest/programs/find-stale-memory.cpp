// SPDX-License-Identifier: GPL-2.0
// find-stale-memory TOPIC: searches what psinfo returns for kernel memory that it has not
// written. Prints what it finds, and fails.
//
//	bytes		bytes of an answer that were not written
//	recycled	previous contents of kernel memory
#include "hidden.h"

#include <sys/ipc.h>
#include <sys/msg.h>

namespace {

using checks::expect;
using hidden::start_as;

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

void check_bytes()
{
	const pid_t still = hidden::start_stopped("s", process::alice);
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
		children.push_back(start_as(std::string(15, static_cast<char>(byte)).c_str(), process::root));
	process::end(children);
}

void check_recycled()
{
	expect(has_run("x" + std::string(8, '\xde'), 0xde) && has_escaped_run("\\336\\336\\336\\336", 0xde),
	       "a value that is there is not found");
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

constexpr checks::Topic topics[] = {
	{"bytes", check_bytes},
	{"recycled", check_recycled},
};

} // namespace

int main(int argc, char **argv)
{
	return checks::run_topic(argc, argv, topics);
}
