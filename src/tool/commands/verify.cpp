// SPDX-License-Identifier: GPL-2.0
// Compares fields as fields.def says: how the module's value must fit those of /proc
// before and after it.
#include "commands/verify.h"

#include <algorithm>
#include <cstdio>
#include <ostream>
#include <set>
#include <thread>
#include <utility>

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <psinfo/abi.h>

#include "lib/members.h"
#include "render/format.h"
#include "render/render.h"

namespace tool {
namespace {

using psinfo::Process;
using psinfo::Snapshot;
using std::chrono::nanoseconds;

// ---- fields ----------------------------------------------------------------

using psinfo::Course;
using psinfo::Origin;
using psinfo::Unit;

struct Field {
	const char *name;
	Course course; ///< CHANGES: equal to one of the two; if those differ, any value is accepted
	bool in_ticks; ///< /proc has only whole clock ticks
	bool is_letter;
	bool is_optional; ///< an older module may not have it
	/// Nothing if it was not requested or is unknown.
	std::optional<std::int64_t> (*value)(const Process &process);
};

std::optional<std::int64_t> number(const nanoseconds &member)
{
	return member.count();
}

template <typename Member> std::optional<std::int64_t> number(const Member &member)
{
	return static_cast<std::int64_t>(member);
}

template <typename Member> std::optional<std::int64_t> number(const std::optional<Member> &member)
{
	return member ? number(*member) : std::nullopt;
}

/// As a letter, as in /proc.
std::optional<std::int64_t> number(psinfo::State state)
{
	return psinfo::state_letter(state);
}

/// Names are compared by compare_name().
std::optional<std::int64_t> number(const std::string & /*name*/)
{
	return std::nullopt;
}

template <auto group, auto member> std::optional<std::int64_t> value_of(const Process &process)
{
	const auto *value = psinfo::field_of<group, member>(process);
	return value ? number(*value) : std::nullopt;
}

/// Nothing for 0: the inode cannot be looked up, for instance of a removed cgroup.
template <>
std::optional<std::int64_t> value_of<psinfo::group_of_CGROUP, &psinfo::ControlGroup::cgroup>(const Process &process)
{
	const auto &group = process.control_group;
	return group && group->cgroup ? number(group->cgroup) : std::nullopt;
}

/// Whether the cgroup is outside the reader's cgroup namespace.
std::optional<std::int64_t> cgroup_withheld(const Process &process)
{
	return process.withheld.control_group;
}

constexpr bool is_in_ticks(Unit unit, const Origin &origin)
{
	return unit == Unit::TIME && origin.file == Origin::File::Stat;
}

template <typename Value> constexpr bool is_optional_v = false;
template <typename Value> constexpr bool is_optional_v<std::optional<Value>> = true;

// Whether a module of ABI 1.0, in which cgroup was the last group, does not have the group
constexpr bool is_later_IDENTITY = false;
#define GROUP(group, ...) constexpr bool is_later_##group = PSINFO_RECORD_SIZE_##group > PSINFO_RECORD_SIZE_CGROUP;
#include "fields.def"

constexpr Field all_fields[] = {
#define FIELD(group, name, member, unit, origin, course, ...)                        \
	{#name,                                                                      \
	 Course::course,                                                             \
	 is_in_ticks(Unit::unit, PSINFO_ORIGIN_##origin),                            \
	 Unit::unit == Unit::STATE,                                                  \
	 is_later_##group || is_optional_v<decltype(psinfo::type_of_##group::name)>, \
	 value_of<psinfo::group_of_##group, &psinfo::type_of_##group::name>},
#include "fields.def"
	{"cgroup withheld", Course::CHANGES, false, false, false, cgroup_withheld},
};

// ---- one process -----------------------------------------------------------

/// One process in each of the three snapshots.
struct Layers {
	const Process &before;
	const Process &module;
	const Process &after;
};

bool fits(Course course, std::int64_t before, std::int64_t module, std::int64_t after)
{
	if (course == Course::GROWS)
		return before <= module && module <= after;
	return module == before || module == after || before != after;
}

std::string shown(const Field &field, std::int64_t value)
{
	if (field.is_letter)
		return std::string(1, static_cast<char>(value));
	return std::to_string(value);
}

std::string range(const std::string &before, const std::string &after)
{
	return before == after ? before : before + " .. " + after;
}

void compare_field(const Layers &layers, const Field &field, nanoseconds tick, Comparison &comparison)
{
	auto before = field.value(layers.before);
	auto module = field.value(layers.module);
	auto after = field.value(layers.after);
	if (!before || !after)
		return;
	comparison.fields++;
	if (!module) {
		comparison.differences.push_back({layers.module.pid, layers.module.name, field.name, "nothing",
						  range(shown(field, *before), shown(field, *after))});
		return;
	}
	// Round as the kernel does: a start before the zero of a time namespace wraps.
	if (field.in_ticks)
		for (auto *value : {&before, &module, &after})
			**value = static_cast<std::int64_t>(static_cast<std::uint64_t>(**value) /
							    static_cast<std::uint64_t>(tick.count()));
	if (!fits(field.course, *before, *module, *after))
		comparison.differences.push_back({layers.module.pid, layers.module.name, field.name,
						  shown(field, *module),
						  range(shown(field, *before), shown(field, *after))});
}

/// /proc appends the current work to the name of a kworker, and shows names of kernel
/// threads that are longer than the 15 bytes of comm.
bool is_name_of(const Process &module, const std::string &proc)
{
	constexpr std::uint32_t pf_wq_worker = 0x20;
	constexpr std::size_t comm_length = 15;
	if (module.name == proc)
		return true;
	if (!module.is_kernel_thread() || !proc.starts_with(module.name))
		return false;
	const char next = proc[module.name.size()];
	return module.name.size() == comm_length || ((module.flags & pf_wq_worker) && (next == '+' || next == '-'));
}

void compare_name(const Layers &layers, Comparison &comparison)
{
	comparison.fields++;
	if (is_name_of(layers.module, layers.before.name) || is_name_of(layers.module, layers.after.name) ||
	    layers.before.name != layers.after.name)
		return;
	comparison.differences.push_back(
		{layers.module.pid, layers.module.name, "name", layers.module.name, layers.before.name});
}

using Fields = std::vector<const Field *>;

/// Those to compare: not the key, and not what the module has of no process.
Fields fields_of(const Snapshot &module)
{
	Fields fields;
	for (const Field &field : all_fields) {
		const auto has_it = [&](const Process &process) { return field.value(process).has_value(); };
		const bool is_known =
			!field.is_optional || std::any_of(module.processes.begin(), module.processes.end(), has_it);
		if (field.course != Course::KEY && is_known)
			fields.push_back(&field);
	}
	return fields;
}

void compare_process(const Layers &layers, const Fields &fields, nanoseconds tick, Comparison &comparison)
{
	comparison.processes++;
	compare_name(layers, comparison);
	for (const Field *field : fields)
		compare_field(layers, *field, tick, comparison);
}

// ---- all processes ---------------------------------------------------------

/// The same process before and after, and not another one with the same pid.
bool is_throughout(const Process *before, const Process *after)
{
	return before && after && before->start == after->start;
}

/// Whether it may have been created after the first snapshot of /proc began, and have
/// exited before the second one.
bool is_newcomer(const Process &process, const Snapshot &before, nanoseconds tick)
{
	return process.start + tick >= before.began;
}

void compare_listed(const Samples &samples, nanoseconds tick, Comparison &comparison)
{
	const auto fields = fields_of(samples.module);
	for (const Process &process : samples.module.processes) {
		const Process *before = samples.before.find(process.pid);
		const Process *after = samples.after.find(process.pid);
		if (is_throughout(before, after))
			compare_process({*before, process, *after}, fields, tick, comparison);
		else if (before || after || is_newcomer(process, samples.before, tick))
			comparison.passing++;
		else
			comparison.differences.push_back({process.pid, process.name, "process", "there", "not there"});
	}
}

void find_unlisted(const Samples &samples, Comparison &comparison)
{
	for (const Process &process : samples.before.processes)
		if (is_throughout(&process, samples.after.find(process.pid)) && !samples.module.find(process.pid))
			comparison.differences.push_back({process.pid, process.name, "process", "not there", "there"});
}

/// Records must be sorted by pid, without duplicates.
void check_order(const Snapshot &module, Comparison &comparison)
{
	for (std::size_t i = 1; i < module.processes.size(); i++) {
		const Process &process = module.processes[i];
		const std::int32_t previous = module.processes[i - 1].pid;
		if (process.pid <= previous)
			comparison.differences.push_back({process.pid, process.name, "order",
							  "after " + std::to_string(previous), "by pid, each once"});
	}
}

/// Totals must always be the sums of the rows.
void check_totals(const Snapshot &module, Comparison &comparison)
{
	psinfo::Totals sums;
	for (const Process &process : module.processes)
		sums.processes[static_cast<std::size_t>(process.state)]++;
	for (const psinfo::State state : psinfo::all_states)
		if (sums.processes_in(state) != module.totals.processes_in(state))
			comparison.differences.push_back({0, "",
							  std::string("total of ").append(psinfo::state_word(state)),
							  std::to_string(module.totals.processes_in(state)),
							  std::to_string(sums.processes_in(state)) + " rows"});
}

// ---- repeat the comparison -------------------------------------------------

std::set<std::int32_t> pids_of(const std::vector<Difference> &differences)
{
	std::set<std::int32_t> pids;
	for (const Difference &difference : differences)
		pids.insert(difference.pid);
	return pids;
}

bool is_among(const Difference &wanted, const std::vector<Difference> &differences)
{
	return std::any_of(differences.begin(), differences.end(), [&](const Difference &difference) {
		return difference.pid == wanted.pid && difference.field == wanted.field;
	});
}

/// The remaining differences, with current values. Totals are not checked again: they
/// must match in every snapshot.
psinfo::Result<std::vector<Difference>> compare_again(const TakeSamples &take, nanoseconds tick,
						      const std::vector<Difference> &earlier)
{
	std::vector<Difference> still;
	for (const std::int32_t pid : pids_of(earlier)) {
		std::vector<Difference> now;
		if (pid != 0) {
			const auto samples = take(pid);
			if (!samples)
				return samples.error();
			now = compare(*samples, tick).differences;
		}
		for (const Difference &difference : pid != 0 ? now : earlier)
			if (difference.pid == pid && is_among(difference, earlier))
				still.push_back(difference);
	}
	return still;
}

/// Sets @ret_asked to the source that was queried last: the one that failed, if any.
psinfo::Result<Samples> query_samples(const Context &context, std::optional<std::int32_t> pid,
				      const psinfo::Source *&ret_asked)
{
	psinfo::Query query;
	query.groups = psinfo::Groups::all();
	query.pid = pid;
	const auto take = [&](const psinfo::Source *source) {
		ret_asked = source;
		return source->take(query);
	};
	auto before = take(context.other);
	if (!before)
		return before.error();
	auto module = take(context.source);
	if (!module)
		return module.error();
	auto after = take(context.other);
	if (!after)
		return after.error();
	return Samples{std::move(*before), std::move(*module), std::move(*after)};
}

std::string spaced(const std::string &text, std::size_t width)
{
	return padded(text, width) + "  ";
}

} // namespace

nanoseconds clock_tick()
{
	return nanoseconds{std::chrono::seconds{1}} / sysconf(_SC_CLK_TCK);
}

Comparison compare(const Samples &samples, nanoseconds tick)
{
	Comparison comparison;
	check_totals(samples.module, comparison);
	check_order(samples.module, comparison);
	compare_listed(samples, tick, comparison);
	find_unlisted(samples, comparison);
	std::stable_sort(comparison.differences.begin(), comparison.differences.end(),
			 [](const Difference &a, const Difference &b) { return a.pid < b.pid; });
	return comparison;
}

psinfo::Result<Comparison> verify(const TakeSamples &take, nanoseconds tick, unsigned attempts,
				  std::chrono::milliseconds pause)
{
	const auto samples = take(std::nullopt);
	if (!samples)
		return samples.error();
	Comparison comparison = compare(*samples, tick);
	for (unsigned i = 0; i < attempts && !comparison.differences.empty(); i++) {
		std::this_thread::sleep_for(pause);
		auto still = compare_again(take, tick, comparison.differences);
		if (!still)
			return still.error();
		comparison.differences = std::move(*still);
	}
	return comparison;
}

std::string comparison_text(const Comparison &comparison)
{
	std::string text;
	if (!comparison.differences.empty())
		text = "    PID  NAME             FIELD          MODULE                /PROC\n";
	for (const Difference &difference : comparison.differences) {
		std::string pid = difference.pid == 0 ? "-" : std::to_string(difference.pid);
		pid.insert(0, pid.size() < 7 ? 7 - pid.size() : 0, ' ');
		text += spaced(pid, 7) + spaced(escaped(difference.name), 15) + spaced(difference.field, 13) +
			spaced(escaped(difference.module), 20) + escaped(difference.proc) + '\n';
	}
	return text + std::to_string(comparison.processes) + " processes, " + std::to_string(comparison.fields) +
	       " fields compared, " + std::to_string(comparison.differences.size()) + " differ\n";
}

std::string comparison_json(const Comparison &comparison)
{
	Json differences = Json::array();
	for (const Difference &difference : comparison.differences) {
		Json json = {{"pid", difference.pid}};
		add_text(json, "name", difference.name);
		json["field"] = difference.field;
		add_text(json, "module", difference.module);
		add_text(json, "proc", difference.proc);
		differences.push_back(std::move(json));
	}
	const Json all = {{"processes", comparison.processes},
			  {"fields", comparison.fields},
			  {"passing", comparison.passing},
			  {"differences", differences}};
	return dump(all);
}

void add_verify_options(CLI::App & /*app*/, VerifyOptions & /*options*/)
{
}

Outcome run_verify(const Context &context, const VerifyOptions & /*options*/)
{
	constexpr unsigned attempts = 20;
	constexpr std::chrono::milliseconds pause{10};
	const psinfo::Source *asked = nullptr;
	const auto take = [&](std::optional<std::int32_t> pid) { return query_samples(context, pid, asked); };
	const auto comparison = verify(take, clock_tick(), attempts, pause);
	if (!comparison)
		return outcome_of_source(comparison.error(), asked->name());
	if (context.common.format == Format::Json)
		context.out << comparison_json(*comparison);
	else
		context.out << comparison_text(*comparison);
	return {comparison->differences.empty() ? Exit::Done : Exit::Unreadable};
}

} // namespace tool
