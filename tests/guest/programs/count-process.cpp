// SPDX-License-Identifier: GPL-2.0
// count-process KIND WORD=N...: checks that the totals of /proc/psinfo change
// by exactly these numbers, and no other counter changes, when processes of
// that kind (kinds.h) are created. Retries, because other processes may change
// state meanwhile; a wrong counter is wrong every time.
#include "kinds.h"
#include "table.h"

#include <cstdio>

namespace {

constexpr int most_tries = 100;

using Totals = std::map<std::string_view, long long>;

Totals read_totals()
{
	const std::string text = read_file(psinfo_path);
	const auto table = table::must_parse(text);
	Totals totals = {{"TOTAL", static_cast<long long>(table.rows.size())}};
	for (std::size_t i = 0; i < state_words.size(); ++i)
		totals[state_words[i]] = table.totals[i];
	return totals;
}

void end(const Pids &pids)
{
	for (const pid_t pid : pids)
		if (pid != getpid())
			kill(pid, SIGKILL);
	while (waitpid(-1, nullptr, __WALL) > 0)
		continue;
	for (const pid_t pid : pids)
		wait_until("the end of " + std::to_string(pid), [=] { return pid == getpid() || !stat_of(pid); });
}

std::string differences(const Totals &from, const Totals &to)
{
	std::string text;
	for (const auto &[word, count] : to)
		if (count != from.at(word))
			text += " " + std::string(word) + "=" + std::to_string(count - from.at(word));
	return text;
}

} // namespace

int main(int argc, char **argv)
{
	if (argc < 3)
		throw std::runtime_error("usage: count-process KIND WORD=N...");
	const Kind kind = kind_called(argv[1]);
	Totals expected = {{"TOTAL", 0}};
	for (const auto word : state_words)
		expected[word] = 0;
	const Totals nothing = expected;
	for (int i = 2; i < argc; ++i) {
		const std::string wanted = argv[i];
		const auto equals = wanted.find('=');
		const long long count = std::stoll(wanted.substr(equals + 1));
		expected.at(wanted.substr(0, equals)) = count;
		expected["TOTAL"] += count;
	}

	std::string seen;
	for (int i = 0; i < most_tries; ++i) {
		const Totals before = read_totals();
		const Pids pids = kind.make({"psinfo-counted"});
		const Totals after = read_totals();
		end(pids);
		const Totals later = read_totals();

		Totals moved = after;
		for (auto &[word, count] : moved)
			count -= before.at(word);
		if (moved == expected && later == before) {
			std::printf("%s:%s\n", kind.name, differences(nothing, moved).c_str());
			return 0;
		}
		seen = "appeared:" + differences(before, after) + "; disappeared:" + differences(after, later);
	}
	std::fprintf(stderr, "%s: the totals did not move by%s in %d tries; the last time:\n%s\n", kind.name,
		     differences(nothing, expected).c_str(), most_tries, seen.c_str());
	return 1;
}
