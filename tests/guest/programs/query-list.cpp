// SPDX-License-Identifier: GPL-2.0
// query-list [WORD...]: queries /proc/psinfo and prints a line for each record,
// such as "pid=1 tgid=1 ... name=init", with all fields of all groups.
//
//	on=FILE		queries that file; on=- queries descriptor 0
//	pid=N parent=N uid=N states=LETTERS kernel user threads
//			filters and flags of the query
//	capacity=N	requests up to N records per call (default 256)
//	only=FIELD,...	prints only these fields
//	totals		prints "RUNNING=N ... TOTAL=N THREADS=N" instead, from
//			one call for totals only
#include "query.h"

#include <cstdio>

namespace {

struct Wish {
	std::string file = psinfo_path;
	psinfo_query query = whole_query();
	std::uint32_t capacity = 256;
	std::vector<std::string> only;
	bool totals = false;
};

std::uint32_t states_of(const std::string &letters)
{
	std::uint32_t states = 0;
	for (const char letter : letters) {
		const auto state = state_letters.find(letter);
		if (state == state_letters.npos)
			throw std::runtime_error(std::string("there is no state ") + letter);
		states |= 1u << state;
	}
	return states;
}

std::vector<std::string> split(const std::string &list)
{
	std::vector<std::string> parts;
	std::size_t from = 0;
	for (std::size_t comma; (comma = list.find(',', from)) != list.npos; from = comma + 1)
		parts.push_back(list.substr(from, comma - from));
	parts.push_back(list.substr(from));
	return parts;
}

void add_word(Wish &wish, const std::string &word)
{
	const auto equals = std::min(word.find('='), word.size());
	const std::string key = word.substr(0, equals);
	const std::string value = word.substr(std::min(equals + 1, word.size()));
	const auto number = static_cast<std::uint32_t>(std::strtoul(value.c_str(), nullptr, 10));
	psinfo_query &query = wish.query;

	if (key == "on")
		wish.file = value;
	else if (key == "pid")
		query.filters |= PSINFO_FILTER_PID, query.pid = number;
	else if (key == "parent")
		query.filters |= PSINFO_FILTER_PARENT, query.parent = number;
	else if (key == "uid")
		query.filters |= PSINFO_FILTER_UID, query.uid = number;
	else if (key == "states")
		query.filters |= PSINFO_FILTER_STATES, query.states = states_of(value);
	else if (key == "kernel")
		query.filters |= PSINFO_FILTER_KERNEL;
	else if (key == "user")
		query.filters |= PSINFO_FILTER_USER;
	else if (key == "threads")
		query.flags |= PSINFO_QUERY_THREADS;
	else if (key == "capacity")
		wish.capacity = number;
	else if (key == "only")
		wish.only = split(value);
	else if (key == "totals")
		wish.totals = true;
	else
		throw std::runtime_error("what is " + word + "?");
}

void print_record(const psinfo_record &record, const std::vector<std::string> &only)
{
	std::string line;
	for (const auto &field : record_fields) {
		if (!only.empty() && std::find(only.begin(), only.end(), field.name) == only.end())
			continue;
		line += line.empty() ? "" : " ";
		line += std::string(field.name) + "=";
		line += field.is_name() ? name_of(record) : std::to_string(value_of(field, record));
	}
	std::puts(line.c_str());
}

void print_totals(int fd, const psinfo_query &query)
{
	const psinfo_query totals = ask_totals(fd, query);
	for (std::size_t i = 0; i < state_words.size(); ++i)
		std::printf("%s=%u ", std::string(state_words[i]).c_str(), totals.processes[i]);
	std::printf("TOTAL=%u THREADS=%u\n", sum(totals.processes), sum(totals.threads));
}

} // namespace

int main(int argc, char **argv)
{
	Wish wish;
	for (int i = 1; i < argc; ++i)
		add_word(wish, argv[i]);
	const Descriptor fd(wish.file == "-" ? "/dev/null" : wish.file);
	const int asked = wish.file == "-" ? 0 : static_cast<int>(fd);
	if (wish.totals) {
		print_totals(asked, wish.query);
		return 0;
	}
	wish.query.groups = all_groups;
	for (const auto &record : pass(asked, wish.query, wish.capacity).records)
		print_record(record, wish.only);
	return 0;
}
