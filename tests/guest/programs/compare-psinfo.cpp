// SPDX-License-Identifier: GPL-2.0
// compare-psinfo WHAT: compares psinfo with /proc or ps while processes keep running, as
// described in comparison.h.
//
//	processes [LEAST [every-field]]
//				every field of every record of the query with stat,
//				status, schedstat and cgroup in /proc/<pid>/
//	threads [LEAST [every-field]]
//				the same with /proc/<pid>/task/<tid>/
//	columns			all columns of the table with stat and status
//	table			the table of the default columns byte by byte with one
//				generated from stat, until no process has changed meanwhile
//	ps			all columns of the table with the output of ps
//
// At least LEAST processes (default 30) must have been compared and, with every-field,
// each field with a value other than 0. Cgroups are looked up in /sys/fs/cgroup. The table must have all columns, or the default ones.
#include "known.h"
#include "ps.h"
#include "rendering.h"
#include "table.h"

#include <cctype>

namespace {

using table::Table;

constexpr int least_rounds = 3;
constexpr int most_rounds = 40;
constexpr std::size_t least_processes = 30;

// 0 in all processes of a guest with one processor, without a disk and without swap,
// where the reader is in the initial cgroup namespace
constexpr std::string_view often_0[] = {"cpu", "maj_flt", "swap_bytes", "groups_withheld"};

// ---- records, field by field -----------------------------------------------------------

// Fields that had a value other than 0 in /proc
std::set<std::string_view> &varied()
{
	static std::set<std::string_view> fields;
	return fields;
}

// Prints the fields that were 0 in /proc all the time, which a module that does not fill
// them in would pass; returns whether there were none.
bool varied_every_field()
{
	bool all = true;
	for (const auto &field : record_fields) {
		const bool may_be_0 =
			std::find(std::begin(often_0), std::end(often_0), field.name) != std::end(often_0);
		if (field.is_reserved() || field.is_name() || may_be_0 || varied().contains(field.name))
			continue;
		std::fprintf(stderr, "%s is 0 in every process: its rule in known.h has to vary it\n", field.name);
		all = false;
	}
	return all;
}

// What the rules say of a process, by field
using Values = std::map<std::string, long long>;

struct Sample {
	Snapshot snapshot;
	std::map<pid_t, Values> values;
};

// Nothing if the process has exited since its stat was read
std::optional<Values> values_of(const Seen &seen)
{
	Values values;
	for (const auto &rule : rules) {
		const auto value = rule.value(seen);
		if (!value)
			return {};
		values[rule.field] = *value;
	}
	return values;
}

Sample take_sample(bool threads)
{
	Sample sample{threads ? take_snapshot_of_threads() : take_snapshot(), {}};
	std::erase_if(sample.snapshot, [&](const auto &entry) {
		auto values = values_of(entry.second);
		if (values)
			sample.values[entry.first] = std::move(*values);
		return !values;
	});
	return sample;
}

void compare_field(Findings &findings, const RecordField &field, const psinfo_record &record, const Values &before,
		   const Values &after)
{
	const Rule &rule = rule_of(field.name);
	long long shown = value_of(field, record), low = before.at(field.name), high = after.at(field.name);
	// /proc truncates times to ticks; sizes in KiB are exact. A start time below the
	// zero of a time namespace wraps around in /proc.
	if (rule.unit == ns_per_tick)
		shown = static_cast<long long>(static_cast<unsigned long long>(shown) / ns_per_tick);
	else
		low *= rule.unit, high *= rule.unit;
	if (low)
		varied().insert(field.name);
	findings.settle(static_cast<pid_t>(record.pid), field.name, rule.course, shown, low, high);
}

void compare_names(Findings &findings, const psinfo_record &record, const Seen &before, const Seen &after)
{
	const auto pid = static_cast<pid_t>(record.pid);
	const std::string name = name_of(record), b = held_name(before.stat), a = held_name(after.stat);
	findings.settle(pid, "name", name == b || name == a, false, name, b, a);
	for (std::size_t i = name.size(); i < sizeof(record.name); ++i)
		if (record.name[i])
			return findings.problem(pid, "there is something after its name");
}

void compare_record(Findings &findings, const psinfo_record &record, const Sample &before, const Sample &after)
{
	const auto pid = static_cast<pid_t>(record.pid);
	if (!findings.list(pid, before.snapshot, after.snapshot))
		return;
	const Seen &b = before.snapshot.at(pid), &a = after.snapshot.at(pid);
	for (const auto &field : record_fields) {
		if (field.is_reserved())
			findings.settle(pid, field.name, Course::Fixed, value_of(field, record), 0, 0);
		else if (field.is_name())
			compare_names(findings, record, b, a);
		else
			compare_field(findings, field, record, before.values.at(pid), after.values.at(pid));
	}
	findings.settle_times(pid, static_cast<long long>(record.utime_ns) / ns_per_tick,
			      static_cast<long long>(record.stime_ns) / ns_per_tick, b, a);
}

void compare_records(Findings &findings, bool threads)
{
	constexpr std::uint32_t capacity = 50; // several calls per pass
	psinfo_query query = whole_query();
	query.groups = all_groups;
	query.flags = threads ? PSINFO_QUERY_THREADS : 0;

	const Sample before = take_sample(threads);
	const Pass answer = pass(Descriptor(psinfo_path), query, capacity);
	const Sample after = take_sample(threads);
	for (const auto &record : answer.records)
		compare_record(findings, record, before, after);
	findings.end_list(before.snapshot, after.snapshot);
}

// ---- the table, column by column -------------------------------------------------------

// A column of numbers: its rule, and the unit that it has in the rule's units
struct Number {
	std::string column;
	const Rule &rule;

	// The table has ticks, as stat, and KiB, as status.
	long long unit() const { return std::string_view(rule.field).ends_with("_bytes") && rule.unit == 1 ? 1024 : 1; }
};

std::string upper(std::string text)
{
	for (char &letter : text)
		letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
	return text;
}

std::vector<Number> columns_of_numbers()
{
	std::vector<Number> numbers;
#define FIELD(group, name, member, unit, origin, course, width, ...) \
	if (width && !table::is_text_column(upper(#name)))           \
		numbers.push_back({upper(#name), rule_of(#member)});
#include "../../../src/uapi/fields.def"
	return numbers;
}

const std::vector<Number> &numbers()
{
	static const auto all = columns_of_numbers();
	return all;
}

struct Text {
	const char *column;
	// The expected cell according to one snapshot of /proc
	std::function<std::string(const Seen &, const Snapshot &)> value;
};

std::string parent_name(const Seen &seen, const Snapshot &snapshot)
{
	const auto parent = snapshot.find(static_cast<pid_t>(seen.stat.field[4]));
	if (seen.stat.field[4] == 0)
		return "swapper/0";
	return parent == snapshot.end() ? "None" : held_name(parent->second.stat);
}

const Text texts[] = {
	{"NAME", [](const Seen &seen, const Snapshot &) { return held_name(seen.stat); }},
	{"STAT", [](const Seen &seen, const Snapshot &) { return state_word(seen.stat.state); }},
	{"STATE", [](const Seen &seen, const Snapshot &) { return std::string(1, seen.stat.state); }},
	{"PARENT", parent_name},
};

void check_columns(const Table &table)
{
	std::set<std::string> known;
	for (const auto &number : numbers())
		known.insert(number.column);
	for (const auto &text : texts)
		known.insert(text.column);
	for (const auto &name : table.headers)
		if (!known.contains(std::string(name)))
			throw std::runtime_error("nothing is known to compare the column " + std::string(name) +
						 " with");
	if (known.size() != table.headers.size())
		throw std::runtime_error("the table has not all columns");
}

void compare_row(Findings &findings, const Table &table, const table::Row &row, const Snapshot &before,
		 const Snapshot &after)
{
	const auto cell = [&](const std::string &column) { return std::string(table.cell(row, column)); };
	const auto pid = static_cast<pid_t>(row.pid);
	if (!findings.list(pid, before, after))
		return;
	const Seen &b = before.at(pid), &a = after.at(pid);
	for (const auto &number : numbers())
		findings.settle(pid, number.column, number.rule.course, std::stoll(cell(number.column)),
				number.rule.value(b).value() / number.unit(),
				number.rule.value(a).value() / number.unit());
	for (const auto &text : texts) {
		const std::string shown = table::unescape(cell(text.column)), low = text.value(b, before),
				  high = text.value(a, after);
		findings.settle(pid, text.column, shown == low || shown == high, false, cell(text.column), low, high);
	}
	findings.settle_times(pid, std::stoll(cell("UTIME")), std::stoll(cell("STIME")), b, a);
}

void compare_columns(Findings &findings)
{
	const Snapshot before = take_snapshot();
	const std::string text = read_file(psinfo_path);
	const Table table = table::must_parse(text);
	const Snapshot after = take_snapshot();

	check_columns(table);
	for (const auto &row : table.rows)
		compare_row(findings, table, row, before, after);
	findings.end_list(before, after);
}

// ---- the table, byte by byte -----------------------------------------------------------

void print_difference(const std::string &expected, const std::string &actual)
{
	const auto e = lines_of(expected), a = lines_of(actual);
	for (std::size_t i = 0; i < std::max(e.size(), a.size()); ++i) {
		const std::string none = "(no line)", &left = i < e.size() ? e[i] : none,
				  &right = i < a.size() ? a[i] : none;
		if (left != right)
			std::fprintf(stderr, "line %zu\n  expected '%s'\n  got      '%s'\n", i + 1, left.c_str(),
				     right.c_str());
	}
}

int compare_table()
{
	using namespace rendering;
	constexpr int most_tries = 100;
	std::string expected, actual;

	for (int i = 0; i < most_tries; ++i) {
		const auto before = rows_of(all_stats());
		actual = read_file(psinfo_path);
		expected = table_of(rows_of(all_stats()));
		if (table_of(before) == expected && expected == actual) {
			std::printf("%zu rows\n", before.size());
			return 0;
		}
	}
	std::fprintf(stderr, "not once in %d tries the same; the last time:\n", most_tries);
	print_difference(expected, actual);
	return 1;
}

} // namespace

int main(int argc, char **argv)
{
	const std::string what = argc > 1 ? argv[1] : "";
	const bool threads = what == "threads", every_field = argc == 4 && argv[3] == std::string("every-field");
	if (argc == 2 && what == "table")
		return compare_table();
	start_varied();
	if (argc == 2 && what == "columns") {
		Findings findings("psinfo", "/proc");
		return compare_in_rounds(
			findings, [&] { compare_columns(findings); }, least_rounds, most_rounds, least_processes);
	}
	if (argc == 2 && what == "ps") {
		Findings findings("ps", "psinfo");
		return compare_in_rounds(
			findings, [&] { ps::compare_round(findings); }, 1, 15, least_processes);
	}
	if ((argc != 2 && argc != 3 && !every_field) || (what != "processes" && !threads))
		throw std::runtime_error(
			"usage: compare-psinfo processes|threads [LEAST [every-field]], columns, table or ps");
	Findings findings("the query", "/proc");
	const int status = compare_in_rounds(
		findings, [&] { compare_records(findings, threads); }, least_rounds, most_rounds,
		argc > 2 ? static_cast<std::size_t>(std::atoi(argv[2])) : least_processes);
	return every_field && !varied_every_field() ? 1 : status;
}
