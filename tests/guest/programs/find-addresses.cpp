// SPDX-License-Identifier: GPL-2.0
// find-addresses TOPIC: searches for kernel addresses. Prints what it finds, and fails.
//
//	psinfo	in query results and the text of /proc/psinfo
//	text	in the text on standard input
#include "checks.h"
#include "query.h"

namespace {

using checks::expect;

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
void check_search()
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

void check_psinfo()
{
	check_search();
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

void check_text()
{
	check_search();
	const std::string text = read_rest(STDIN_FILENO);
	expect(!text.empty(), "there is no text");
	for (const auto &line : lines_of(text))
		expect_no_address(line, line);
}

constexpr checks::Topic topics[] = {
	{"psinfo", check_psinfo},
	{"text", check_text},
};

} // namespace

int main(int argc, char **argv)
{
	return checks::run_topic(argc, argv, topics);
}
