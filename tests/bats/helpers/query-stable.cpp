// SPDX-License-Identifier: GPL-2.0
// query-stable: a pass says that it is stable when nobody was born or went, and
// does not say so when somebody was or did between two of its calls. Others are
// born and end, too; so each deed is done several times, and what should be
// stable needs to be so once.
#include "process.h"
#include "query.h"

#include <atomic>
#include <functional>
#include <iostream>
#include <thread>

namespace {

constexpr int most_tries = 200;
constexpr int times = 20;

std::vector<psinfo_record> buffer(4096);

// One call; whether the answer says stable.
bool go_on(int fd, psinfo_query &query)
{
	if (ask(fd, query))
		throw failure("PSINFO_IOC_QUERY");
	return query.result & PSINFO_RESULT_STABLE;
}

psinfo_query query_for(std::uint32_t capacity, std::uint32_t flags)
{
	psinfo_query query = whole_query();
	query.flags = flags;
	query.records = reinterpret_cast<std::uintptr_t>(buffer.data());
	query.record_size = sizeof(psinfo_record);
	query.capacity = capacity;
	return query;
}

// Between two calls of a pass; what it leaves behind is undone after the pass.
using Deed = std::function<std::function<void()>()>;

struct Outcome {
	bool first, second, last;	// what these calls of the pass said
};

Outcome pass_with(const Deed &deed, std::uint32_t flags)
{
	const Descriptor fd(psinfo_path);
	psinfo_query query = query_for(10, flags);
	Outcome outcome = {};
	outcome.first = go_on(fd, query);
	const auto undo = deed();
	outcome.second = go_on(fd, query);
	outcome.last = outcome.second;
	while (query.cursor)
		outcome.last = go_on(fd, query);
	undo();
	return outcome;
}

bool is_right = true;

void expect(bool holds, const std::string &what)
{
	std::cout << (holds ? "right: " : "WRONG: ") << what << std::endl;
	is_right = is_right && holds;
}

bool once(const std::function<bool()> &attempt)
{
	for (int i = 0; i < most_tries; ++i)
		if (attempt())
			return true;
	return false;
}

const std::function<void()> nothing = [] {};

void stable_with(const std::string &what, const Deed &deed)
{
	for (const std::uint32_t flags : {0u, PSINFO_QUERY_THREADS})
		expect(once([&] {
			       const Outcome outcome = pass_with(deed, flags);
			       return outcome.first && outcome.second && outcome.last;
		       }),
		       what + ": stable");
}

void not_stable_with(const std::string &what, const Deed &deed)
{
	for (const std::uint32_t flags : {0u, PSINFO_QUERY_THREADS}) {
		int wrong = 0;
		for (int i = 0; i < times; ++i) {
			const Outcome outcome = pass_with(deed, flags);
			wrong += outcome.second || outcome.last;
		}
		expect(wrong == 0, what + ": not stable" +
					   (wrong ? ", but so it was " + std::to_string(wrong) + " times" : ""));
	}
}

std::function<void()> be_born()
{
	const pid_t child = process::start(process::sleep_forever);
	return [=] { process::end({child}); };
}

std::function<void()> be_born_and_end()
{
	be_born()();
	return nothing;
}

// A thread that lives until it is told to end; returns what tells it.
std::function<void()> begin_thread()
{
	auto *stop = new std::atomic<bool>(false);
	auto *thread = new std::thread([=] { stop->wait(false); });
	return [=] {
		*stop = true;
		stop->notify_one();
		thread->join();
		delete thread;
		delete stop;
	};
}

// The join() of a thread returns before the last of it has gone.
void wait_until_gone(std::size_t threads)
{
	psinfo_query query = query_for(4096, PSINFO_QUERY_THREADS);
	query.filters = PSINFO_FILTER_PID;
	query.pid = static_cast<std::uint32_t>(getpid());
	const Descriptor fd(psinfo_path);
	do
		go_on(fd, query);
	while (query.nr_records > threads);
}

void try_deeds()
{
	stable_with("nothing", [] { return nothing; });
	stable_with("another descriptor asks", [] {
		const Descriptor other(psinfo_path);
		psinfo_query query = query_for(4096, 0);
		go_on(other, query);
		return nothing;
	});
	not_stable_with("a process is born", be_born);
	not_stable_with("a process is born and ends", be_born_and_end);
	not_stable_with("a thread is born", begin_thread);
	not_stable_with("a thread is born and ends", [] {
		begin_thread()();
		wait_until_gone(1);
		return nothing;
	});

	std::function<void()> end;
	const auto after = [&](const std::function<std::function<void()>()> &begin, const std::function<void()> &wait) {
		return [=, &end] {
			end();
			wait();
			end = begin();
			return nothing;
		};
	};
	end = be_born();
	not_stable_with("a process ends and another is born", after(be_born, nothing));
	end();
}

// What ended was there before the pass began.
void try_ends()
{
	for (const bool is_thread : {false, true}) {
		int wrong = 0;
		for (int i = 0; i < times; ++i) {
			const auto end = is_thread ? begin_thread() : be_born();
			const Outcome outcome = pass_with(
				[&] {
					end();
					if (is_thread)
						wait_until_gone(1);
					return nothing;
				},
				0);
			wrong += outcome.second || outcome.last;
		}
		expect(wrong == 0, std::string(is_thread ? "a thread" : "a process") + " ends: not stable");
	}
}

// Calls that do not follow each other on one descriptor know nothing of it.
void try_descriptors()
{
	int wrong = 0;
	for (int i = 0; i < times; ++i) {
		const Descriptor one(psinfo_path), other(psinfo_path);
		psinfo_query query = query_for(10, 0), between = query_for(5, 0);
		go_on(one, query);
		psinfo_query moved = query, skipped = query;
		wrong += go_on(other, moved);
		skipped.cursor += 1;
		wrong += go_on(one, skipped);
		go_on(one, between);
		wrong += go_on(one, query);
	}
	expect(wrong == 0, "calls that do not follow each other on one descriptor: not stable");
}

// A birth before the pass does not matter, and a new pass forgets the last one.
void try_new_passes()
{
	const Descriptor fd(psinfo_path);
	expect(once([&] {
		       psinfo_query query = query_for(10, 0);
		       go_on(fd, query);
		       be_born_and_end();
		       const bool was = go_on(fd, query);
		       query = query_for(4096, 0);
		       return !was && go_on(fd, query) && query.cursor == 0;
	       }),
	       "a new pass on the same descriptor: stable again");
	expect(once([&] {
		       psinfo_query query = whole_query();
		       query.flags = PSINFO_QUERY_TOTALS_ONLY;
		       return go_on(fd, query);
	       }),
	       "totals only: stable");
}

} // namespace

int main()
try {
	try_deeds();
	try_ends();
	try_descriptors();
	try_new_passes();
	return is_right ? 0 : 1;
} catch (const std::exception &error) {
	std::cerr << "query-stable: " << error.what() << "\n";
	return 1;
}
