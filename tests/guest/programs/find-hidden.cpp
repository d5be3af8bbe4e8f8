// SPDX-License-Identifier: GPL-2.0
// find-hidden TOPIC: searches for traces of processes that the reader must not see. Prints
// what it finds, and fails.
//
//	totals		hidden processes in the totals
//	cursor		hidden processes in cursors, results, the text, number of calls
//	outside		processes outside of a PID namespace that affect it inside
#include "hidden.h"
#include "table.h"

namespace {

using namespace hidden;
using checks::expect;

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

void check_totals()
{
	in_namespace([] {
		const int proc = namespaces::mount_own_proc({{"hidepid", "2"}});
		Crowd crowd;
		crowd.hide(5);
		crowd.show();
		crowd.hide(5);
		crowd.settle(proc);
		as_alice([&] {
			const Descriptor fd(proc, "psinfo");
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
						       what + "not all processes of alice are shown");
				}
			// table::parse() checks that the totals are the sum of the rows.
			std::string problem;
			const auto text = text_of(proc);
			const auto table = table::parse(text, problem);
			expect(table && table->rows.size() == crowd.shown.size() + 1, "the rows: " + problem);
		});
	});
}

// ---- passes ----------------------------------------------------------------------------

// The raw results of a pass: each call's answer, except its time and duration
struct Trace {
	std::vector<psinfo_query> calls;
	std::vector<unsigned char> records;
};

Trace trace(
	int fd, psinfo_query query, std::uint32_t capacity, const Body &between = [] {})
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

// ---- cursor -----------------------------------------------------------------------------------

// Everything that alice can observe
struct Snapshot {
	std::vector<Trace> traces;
	std::string text;
};

// Makes passes with room for one record, for some, for all of hers, for one more, and
// for many.
Snapshot take_snapshot(int proc, const Crowd &crowd)
{
	Snapshot snapshot;
	const Descriptor fd(proc, "psinfo");
	const auto all = static_cast<std::uint32_t>(crowd.shown.size() + 1);
	for (const std::uint32_t flags : {0u, PSINFO_QUERY_THREADS})
		for (const std::uint32_t capacity : {1u, 3u, all - 1, all, all + 1, all + 3, 1000u}) {
			psinfo_query query = whole_query();
			query.flags = flags;
			query.groups = PSINFO_GROUP_CRED;
			snapshot.traces.push_back(trace(fd, query, capacity));
			for (const auto &[name, filter] : filters_for(crowd)) {
				psinfo_query filtered = query;
				filter(filtered);
				snapshot.traces.push_back(trace(fd, filtered, capacity));
			}
		}
	snapshot.text = text_of(proc);
	return snapshot;
}

void compare_snapshots(const Snapshot &one, const Snapshot &other, const std::string &what)
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

// For each byte received, compares a new snapshot with the first one, and replies.
void compare_repeatedly(int proc, const Crowd &crowd, int line)
{
	const Snapshot first = take_snapshot(proc, crowd);
	expect(first.traces.size() > 10 && first.text.find("shown-threads") != std::string::npos, "alice sees nothing");
	for (char word = 0; write(line, "x", 1) == 1 && read(line, &word, 1) == 1 && word != 'e';)
		compare_snapshots(first, take_snapshot(proc, crowd),
				  word == 'g' ? "without hidden ones" : "while hidden ones start and exit");
}

void check_cursor()
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
		process::SocketPair line;
		const pid_t reader = process::start([&] {
			process::become(process::alice);
			process::set_name("reader");
			close(line.mine);
			compare_repeatedly(proc, crowd, line.theirs);
		});
		line.close_theirs();
		process::hear(line.mine, "alice");
		process::say(line.mine, 'm');
		char byte;
		for (int i = 0; i < 200 && recv(line.mine, &byte, 1, MSG_DONTWAIT | MSG_PEEK) < 0; ++i)
			process::end({start_as(marker, process::bob), start_as(marker, process::root)});
		process::hear(line.mine, "alice");
		process::end(crowd.hidden);
		process::say(line.mine, 'g');
		process::hear(line.mine, "alice");
		process::say(line.mine, 'e');
		expect(process::wait_for(reader) == 0, "alice failed");
	});
}

// ---- outside ------------------------------------------------------------------------------------

void check_outside()
{
	const pid_t first = namespaces::start_first([] {
		Crowd crowd;
		crowd.show();
		process::sleep_forever();
	});
	const Descriptor ns(namespaces::path(first, "pid"));
	const int proc = namespaces::mount_proc(ns, {});
	wait_until_idle(proc, 6, 0);

	const auto create_and_end = [] {
		process::end({start_as(marker, process::root), start_as(marker, process::alice),
			      start_as(marker, process::bob)});
	};
	for (const std::uint32_t flags : {0u, PSINFO_QUERY_THREADS})
		for (const std::uint32_t capacity : {1u, 3u, 100u}) {
			const std::string what = "room for " + std::to_string(capacity) + (flags ? ", threads" : "");
			const Descriptor fd(proc, "psinfo");
			psinfo_query query = whole_query();
			query.flags = flags;
			query.groups = all_groups;
			const Trace quiet = trace(fd, query, capacity),
				    loud = trace(fd, query, capacity, create_and_end);
			expect_same(quiet, loud, what);
			expect(quiet.records.size() == (flags ? 6 : 5) * sizeof(psinfo_record),
			       what + ": others are shown");

			// Many processes that exist outside during the whole pass
			std::vector<pid_t> many;
			for (int i = 0; i < 30; ++i)
				many.push_back(start_as(marker, process::alice));
			expect_same(quiet, trace(fd, query, capacity), what + ", beside many");
			process::end(many);
		}
	const std::string quiet = text_of(proc);
	const pid_t outside = start_as(marker, process::root);
	expect(quiet == text_of(proc), "the text has changed");
	process::end({outside, first});
}

constexpr checks::Topic topics[] = {
	{"totals", check_totals},
	{"cursor", check_cursor},
	{"outside", check_outside},
};

} // namespace

int main(int argc, char **argv)
{
	return checks::run_topic(argc, argv, topics);
}
