// SPDX-License-Identifier: GPL-2.0
// Takes samples, compares them, and renders the result.
#include "commands/stuck.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <ostream>
#include <set>
#include <thread>
#include <utility>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/options.h"
#include "model/family.h"
#include "render/format.h"
#include "render/render.h"

namespace tool {
namespace {

using std::chrono::nanoseconds;

/// Identifies one thread, even if its pid is reused.
using ThreadKey = std::pair<std::int32_t, nanoseconds>;

ThreadKey key_of(const psinfo::Process &thread)
{
	return {thread.pid, thread.start};
}

double in_seconds(nanoseconds span)
{
	return std::chrono::duration<double>(span).count();
}

template <typename... Values> std::string formatted(const char *format, Values... values)
{
	const int length = std::snprintf(nullptr, 0, format, values...);
	std::string text(static_cast<std::size_t>(length) + 1, '\0');
	std::snprintf(text.data(), text.size(), format, values...);
	text.pop_back();
	return text;
}

// ---- finding ---------------------------------------------------------------

/// Whether the thread slept throughout. If it had run in between, it would have
/// switched since. Without the counters this is unknown, and the result false.
bool slept_on(const psinfo::Process &earlier, const psinfo::Process &later)
{
	return earlier.state == psinfo::State::Uninterruptible && earlier.start == later.start && earlier.times &&
	       later.times && earlier.times->nvcsw == later.times->nvcsw &&
	       earlier.times->nivcsw == later.times->nivcsw;
}

/// The earliest sample since which the thread, as in the last one, has slept.
const psinfo::Snapshot &asleep_since(const psinfo::Process &thread, const std::vector<psinfo::Snapshot> &samples)
{
	auto since = samples.rbegin();
	for (auto earlier = since + 1; earlier != samples.rend(); ++earlier) {
		const psinfo::Process *before = earlier->find(thread.pid);
		if (!before || !slept_on(*before, thread))
			break;
		since = earlier;
	}
	return *since;
}

/// The time that has passed for certain: from the end of the earlier sample to
/// the beginning of the later one.
nanoseconds surely_between(const psinfo::Snapshot &earlier, const psinfo::Snapshot &later)
{
	return std::max(nanoseconds{0}, later.began - earlier.began - earlier.took);
}

/// Empty if there is no such process. A parent is older than its child: a younger
/// process has reused the parent's PID. A tracer may be older or younger.
std::string name_in(const psinfo::Snapshot &processes, std::int32_t pid, nanoseconds not_after = nanoseconds::max())
{
	const psinfo::Process *process = processes.find(pid);
	return process && process->start <= not_after ? process->name : std::string();
}

std::string parent_name(const psinfo::Snapshot &processes, const psinfo::Process &child)
{
	return name_in(processes, child.ppid, child.start);
}

std::vector<Sleeper> find_sleepers(const std::vector<psinfo::Snapshot> &samples, const psinfo::Snapshot &processes)
{
	std::vector<Sleeper> sleepers;
	for (const psinfo::Process &thread : samples.back().processes) {
		if (thread.state != psinfo::State::Uninterruptible)
			continue;
		const psinfo::Snapshot &since = asleep_since(thread, samples);
		if (&since == &samples.back() && samples.size() > 1)
			continue;
		sleepers.push_back({thread, surely_between(since, samples.back()), parent_name(processes, thread)});
	}
	std::stable_sort(sleepers.begin(), sleepers.end(),
			 [](const Sleeper &a, const Sleeper &b) { return a.at_least > b.at_least; });
	return sleepers;
}

unsigned count_asleep(const std::vector<psinfo::Snapshot> &samples)
{
	std::set<ThreadKey> asleep;
	for (const psinfo::Snapshot &sample : samples)
		for (const psinfo::Process &thread : sample.processes)
			if (thread.state == psinfo::State::Uninterruptible)
				asleep.insert(key_of(thread));
	return static_cast<unsigned>(asleep.size());
}

/// Whether it was a zombie in the first sample, too: for longer than reaping takes.
bool was_unreaped_before(const psinfo::Process &process, const std::vector<psinfo::Snapshot> &samples)
{
	const psinfo::Process *before = samples.front().find(process.pid);
	return before && before->start == process.start && is_unreaped(*before);
}

/// The process that has to reap it: a tracer before the parent.
std::int32_t holder_of(const psinfo::Process &zombie)
{
	return zombie.tracer != 0 ? zombie.tracer : zombie.ppid;
}

bool is_worse(const Unreaped &a, const Unreaped &b)
{
	return a.zombies.size() > b.zombies.size();
}

std::vector<Unreaped> find_unreaped(const std::vector<psinfo::Snapshot> &samples, const psinfo::Snapshot &processes)
{
	std::map<std::int32_t, Unreaped> by_holder;
	for (const psinfo::Process &process : samples.back().processes) {
		if (!is_unreaped(process) || !was_unreaped_before(process, samples))
			continue;
		Unreaped &unreaped = by_holder[holder_of(process)];
		unreaped.holder = holder_of(process);
		unreaped.name =
			process.tracer != 0 ? name_in(processes, process.tracer) : parent_name(processes, process);
		unreaped.zombies.push_back(process);
	}
	std::vector<Unreaped> all;
	for (auto &[holder, unreaped] : by_holder) {
		std::stable_sort(unreaped.zombies.begin(), unreaped.zombies.end(),
				 [](const auto &a, const auto &b) { return a.start < b.start; });
		all.push_back(std::move(unreaped));
	}
	std::stable_sort(all.begin(), all.end(), is_worse);
	return all;
}

// ---- output ----------------------------------------------------------------

/// "12.5 s", "3 min", "5 h", "2 days": rounded for display.
std::string about(nanoseconds span)
{
	const double s = in_seconds(span);
	if (s < 120)
		return formatted("%.1f s", s);
	if (s < 2 * 3600)
		return formatted("%.0f min", s / 60);
	if (s < 2 * 86400)
		return formatted("%.0f h", s / 3600);
	return formatted("%.0f days", s / 86400);
}

std::string named(const std::string &name, std::int32_t pid)
{
	if (pid == 0)
		return "None";
	return formatted("%s (%d)", name.empty() ? "?" : escaped(name).c_str(), pid);
}

std::string over(const Stuck &stuck)
{
	if (stuck.samples == 1)
		return "1 sample";
	return formatted("%u samples over %.1f s", stuck.samples, in_seconds(stuck.span));
}

std::string sleepers_text(const Stuck &stuck, bool headings)
{
	if (stuck.sleepers.empty())
		return {};
	std::string text;
	if (headings)
		text += formatted("Threads in uninterruptible sleep: %zu (%s)\n%7s %7s %-15s %14s  %s\n",
				  stuck.sleepers.size(), over(stuck).c_str(), "PID", "TID", "NAME", "FOR AT LEAST",
				  "PARENT");
	for (const Sleeper &sleeper : stuck.sleepers)
		text += formatted("%7d %7d %s %14s  %s\n", sleeper.thread.tgid, sleeper.thread.pid,
				  padded(escaped(sleeper.thread.name), 15).c_str(), about(sleeper.at_least).c_str(),
				  named(sleeper.parent, sleeper.thread.ppid).c_str());
	return text;
}

std::size_t count_zombies(const Stuck &stuck)
{
	std::size_t count = 0;
	for (const Unreaped &unreaped : stuck.unreaped)
		count += unreaped.zombies.size();
	return count;
}

std::string unreaped_text(const Stuck &stuck, bool headings)
{
	if (stuck.unreaped.empty())
		return {};
	std::string text;
	if (headings)
		text += formatted("Unreaped zombies, by parent or tracer: %zu\n%7s %7s %-23s  %s\n",
				  count_zombies(stuck), "COUNT", "PID", "NAME", "OLDEST");
	for (const Unreaped &unreaped : stuck.unreaped) {
		const psinfo::Process &oldest = unreaped.zombies.front();
		const std::string name = unreaped.holder == 0 ? "None" : escaped(unreaped.name);
		text += formatted("%7zu %7d %s  %s, started %s ago\n", unreaped.zombies.size(), unreaped.holder,
				  padded(name.empty() ? "?" : name, 23).c_str(), named(oldest.name, oldest.pid).c_str(),
				  about(stuck.now - oldest.start).c_str());
	}
	return text;
}

Json to_json(const Sleeper &sleeper)
{
	Json json = {{"pid", sleeper.thread.tgid}, {"tid", sleeper.thread.pid}};
	add_text(json, "name", sleeper.thread.name);
	add_time(json, "start", sleeper.thread.start);
	add_time(json, "for_at_least", sleeper.at_least);
	json["ppid"] = sleeper.thread.ppid;
	add_text(json, "parent", sleeper.parent);
	return json;
}

Json to_json(const Unreaped &unreaped, psinfo::BootTime now)
{
	Json zombies = Json::array();
	for (const psinfo::Process &process : unreaped.zombies) {
		Json zombie = {{"pid", process.pid}};
		add_text(zombie, "name", process.name);
		add_time(zombie, "start", process.start);
		add_time(zombie, "elapsed", now - process.start);
		zombies.push_back(std::move(zombie));
	}
	Json json = {{"pid", unreaped.holder}};
	add_text(json, "name", unreaped.name);
	json["zombies"] = std::move(zombies);
	return json;
}

/// Takes the requested number of samples, with the interval between them.
psinfo::Result<std::vector<psinfo::Snapshot>> collect_samples(const psinfo::Source &source, const StuckOptions &options)
{
	const std::chrono::duration<double> interval(options.interval);
	std::vector<psinfo::Snapshot> samples;
	for (unsigned i = 0; i < options.samples; i++) {
		if (i > 0)
			std::this_thread::sleep_for(interval);
		auto sample = source.take(stuck_query());
		if (!sample)
			return sample.error();
		samples.push_back(std::move(*sample));
	}
	return samples;
}

} // namespace

psinfo::Query stuck_query()
{
	psinfo::Query query;
	query.threads = true;
	query.states = psinfo::StateSet(psinfo::State::Uninterruptible) | psinfo::State::Zombie;
	query.groups.times = true;
	return query;
}

Stuck find_stuck(const std::vector<psinfo::Snapshot> &samples, const psinfo::Snapshot &processes)
{
	Stuck stuck;
	stuck.samples = static_cast<unsigned>(samples.size());
	stuck.now = samples.back().began;
	stuck.span = surely_between(samples.front(), samples.back());
	stuck.sleepers = find_sleepers(samples, processes);
	stuck.passing = count_asleep(samples) - static_cast<unsigned>(stuck.sleepers.size());
	stuck.unreaped = find_unreaped(samples, processes);
	return stuck;
}

std::string stuck_text(const Stuck &stuck, bool headings)
{
	std::string text = sleepers_text(stuck, headings);
	const std::string zombies = unreaped_text(stuck, headings);
	if (!text.empty() && !zombies.empty())
		text += "\n";
	text += zombies;
	if (text.empty() && headings)
		text = "Nothing is stuck (" + over(stuck) + ").\n";
	return text;
}

std::string stuck_json(const Stuck &stuck)
{
	Json sleepers = Json::array();
	for (const Sleeper &sleeper : stuck.sleepers)
		sleepers.push_back(to_json(sleeper));
	Json unreaped = Json::array();
	for (const Unreaped &one : stuck.unreaped)
		unreaped.push_back(to_json(one, stuck.now));
	Json all = {{"samples", stuck.samples}};
	add_time(all, "span", stuck.span);
	all["uninterruptible"] = std::move(sleepers);
	all["passing"] = stuck.passing;
	all["unreaped"] = std::move(unreaped);
	return dump(all);
}

void add_stuck_options(CLI::App &app, StuckOptions &options)
{
	auto *samples = app.add_option("--samples", options.samples, "Number of samples (default: 3)");
	samples->type_name("N")->take_last();
	accept_integer(*samples, 1, 1000, "a whole number from 1 to 1000");
	add_interval(app, options.interval, 0.01, 3600, "1");
}

Outcome run_stuck(const Context &context, const StuckOptions &options)
{
	const auto samples = collect_samples(*context.source, options);
	if (!samples)
		return outcome_of_source(samples.error(), context.source->name());
	const auto processes = context.source->take({});
	if (!processes)
		return outcome_of_source(processes.error(), context.source->name());
	const Stuck stuck = find_stuck(*samples, *processes);
	if (context.common.format == Format::Json)
		context.out << stuck_json(stuck);
	else
		context.out << stuck_text(stuck, context.common.headings);
	return {};
}

} // namespace tool
