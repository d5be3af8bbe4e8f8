// SPDX-License-Identifier: GPL-2.0
// compare-with-proc: compares all columns of /proc/psinfo with stat and
// status of every process in /proc, as described in comparison.h.
#include "known.h"
#include "table.h"

#include <cctype>

namespace {

using table::Table;

constexpr int least_rounds = 3;
constexpr int most_rounds = 40;
constexpr std::size_t least_processes = 30;

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
	std::function<std::string(const Seen &, const Look &)> value;
};

std::string parent_name(const Seen &seen, const Look &look)
{
	const auto parent = look.find(static_cast<pid_t>(seen.stat.field[4]));
	if (seen.stat.field[4] == 0)
		return "swapper/0";
	return parent == look.end() ? "None" : held_name(parent->second.stat);
}

const Text texts[] = {
	{"NAME", [](const Seen &seen, const Look &) { return held_name(seen.stat); }},
	{"STAT", [](const Seen &seen, const Look &) { return state_word(seen.stat.state); }},
	{"STATE", [](const Seen &seen, const Look &) { return std::string(1, seen.stat.state); }},
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

void compare_row(Findings &findings, const Table &table, const table::Row &row, const Look &before, const Look &after)
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

void round(Findings &findings)
{
	const Look before = look_around();
	const std::string text = read_file(psinfo_path);
	const Table table = table::must_parse(text);
	const Look after = look_around();

	check_columns(table);
	for (const auto &row : table.rows)
		compare_row(findings, table, row, before, after);
	findings.end_list(before, after);
}

} // namespace

int main()
try {
	Findings findings("psinfo", "/proc");
	return compare_in_rounds(
		findings, [&] { round(findings); }, least_rounds, most_rounds, least_processes);
} catch (const std::exception &error) {
	std::fprintf(stderr, "compare-with-proc: %s\n", error.what());
	return 1;
}
