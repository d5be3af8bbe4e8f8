// SPDX-License-Identifier: GPL-2.0
// Tables, JSON, CSV, raw values and totals: the small machine as text.
#include <algorithm>
#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "render/render.h"
#include "tool_fixture.h"

namespace {

using namespace std::string_literals;
using namespace tool_test;
using tool::Format;
using tool::Style;

/// The small machine, or @source, as psinfo would print it.
std::string rendered(std::string_view shown, const Style &style, const FakeSource &source = FakeSource())
{
	tool::Collector collector(source);
	tool::Listing listing;
	EXPECT_FALSE(collector.collect({{}, columns(shown), {}}, listing));
	listing.facts.initial_namespace = true;
	return tool::render(listing, columns(shown), style);
}

TEST(Table, AlignsColumnsAndEscapesNames)
{
	EXPECT_EQ(rendered("pid,name,stat,parent", {}), "PID NAME            STAT          PARENT\n"
							"  1 init            INTERRUPTIBLE swapper/0\n"
							"  2 kthreadd        INTERRUPTIBLE swapper/0\n"
							"  3 kworker/0:1     IDLE          kthreadd\n"
							" 10 bash            INTERRUPTIBLE init\n"
							" 20 defunct one     ZOMBIE        bash\n"
							" 21 evil\\n\\033[2J\\\\ RUNNING       bash\n");
}

TEST(Table, HasHumanReadableValues)
{
	EXPECT_EQ(rendered("pid,user,time,rss,runtime,name", {}),
		  "PID USER          TIME  RSS RUNTIME NAME\n"
		  "  1 root       0:03.00 1.0M       - init\n"
		  "  2 root       0:01.00    0       - kthreadd\n"
		  "  3 root       0:01.00    0       - kworker/0:1\n"
		  " 10 4000000001 0:01.25 5.0M       - bash\n"
		  " 20 4000000001 0:01.00    0       - defunct one\n"
		  " 21 4000000002 1:01:02 1.5K       - evil\\n\\033[2J\\\\\n");
}

TEST(Table, HasAQuestionMarkForAnUnknownCommandLine)
{
	tool::Listing listing;
	listing.snapshot.processes = small_machine();
	for (const auto &process : listing.snapshot.processes)
		listing.rows.push_back(&process);
	listing.rows.resize(3);
	listing.facts.args = {{1, "/sbin/init \x1b[2J"}, {2, "[kthreadd]"}};
	EXPECT_EQ(tool::render(listing, columns("pid,args"), {}), "PID ARGS\n"
								  "  1 /sbin/init \\033[2J\n"
								  "  2 [kthreadd]\n"
								  "  3 ?\n");
}

TEST(Table, MayHaveNoHeadingsAndNoRows)
{
	Style style;
	style.headings = false;
	EXPECT_EQ(rendered("state,pid", style), "S  1\nS  2\nI  3\nS 10\nZ 20\nR 21\n");
	EXPECT_EQ(rendered("pid", style, FakeSource(std::vector<Process>())), "");
	EXPECT_EQ(rendered("pid,name", {}, FakeSource(std::vector<Process>())), "PID NAME\n");
}

TEST(Table, ColoursOnlyStates)
{
	Style style;
	style.colour = true;
	style.headings = false;
	EXPECT_EQ(rendered("stat,pid", style, FakeSource({small_machine()[4], small_machine()[3]})),
		  "\033[35mZOMBIE\033[0m        20\n"
		  "INTERRUPTIBLE 10\n");
}

TEST(Table, IsCutToTheWidthOfTheTerminal)
{
	Style style;
	style.width = 10;
	EXPECT_EQ(
		rendered("pid,name", style, FakeSource({small_machine()[4], process(30, 1, "öäüöäüöäü", State::Idle)})),
		"PID NAME\n"
		" 20 defunc\n"
		" 30 öäüöäü\n");
	style.width = 2;
	style.colour = true;
	EXPECT_EQ(rendered("pid,stat", style, FakeSource({small_machine()[5]})), "PI\n 2\033[32m\033[0m\n");
}

TEST(Table, AlignsAndCutsByTerminalColumns)
{
	FakeSource source({process(5, 1, "漢字", State::Idle), process(6, 1, "e\xcc\x81", State::Idle)});
	EXPECT_EQ(rendered("name,pid", {}, source), "NAME PID\n"
						    "漢字   5\n"
						    "e\xcc\x81      6\n");
	Style style;
	style.width = 7;
	EXPECT_EQ(rendered("pid,name", style, source), "PID NAM\n"
						       "  5 漢\n"
						       "  6 e\xcc\x81\n");
}

TEST(Raw, HasOneSpaceBetweenExactValues)
{
	EXPECT_EQ(rendered("pid,name,utime,rss,runtime", {Format::Raw}), "PID NAME UTIME RSS RUNTIME\n"
									 "1 init 2 1048576 -\n"
									 "2 kthreadd 0 0 -\n"
									 "3 kworker/0:1 0 0 -\n"
									 "10 bash 0.25 5242880 -\n"
									 "20 defunct\\040one 0 0 -\n"
									 "21 evil\\n\\033[2J\\\\ 3661 1536 -\n");
}

TEST(Raw, LeavesNoColumnEmpty)
{
	EXPECT_EQ(rendered("pid,name", {Format::Raw, false}, FakeSource({process(5, 1, "", State::Idle)})), "5 -\n");
}

TEST(Csv, QuotesValuesThatNeedIt)
{
	FakeSource source({process(5, 1, "a,b", State::Idle), process(6, 1, "say \"hi\"", State::Idle),
			   process(7, 1, "", State::Idle)});
	EXPECT_EQ(rendered("pid,name,parent,rss", {Format::Csv}, source), "pid,name,parent,rss\n"
									  "5,\"a,b\",,\n"
									  "6,\"say \"\"hi\"\"\",,\n"
									  "7,,,\n");
}

TEST(Json, HasTypesAndKeepsTheOrderOfColumns)
{
	FakeSource source({small_machine()[5]});
	EXPECT_EQ(rendered("pid,name,stat,uid,utime,rss,runtime,nice,parent", {Format::Json}, source), R"({
  "processes": [
    {
      "pid": 21,
      "name": "evil\n\u001b[2J\\",
      "stat": "RUNNING",
      "uid": 4000000002,
      "utime_seconds": 3661.0,
      "utime_ns": 3661000000000,
      "rss": 1536,
      "runtime_seconds": null,
      "runtime_ns": null,
      "nice": 0,
      "parent": null
    }
  ]
}
)");
}

nlohmann::json row_of(std::string_view shown, const Process &process)
{
	auto text = rendered(shown, {Format::Json}, FakeSource({process}));
	return nlohmann::json::parse(text).at("processes").at(0);
}

/// 1.5 years after boot, where seconds as a double have steps of 7 ns.
TEST(Json, TimesAreExactEvenAfterALongUptime)
{
	auto early = process(5, 1, "a", State::Idle);
	auto late = early;
	early.start = 47'304'000s + 1ns;
	late.start = 47'304'000s + 2ns;
	auto early_row = row_of("start", early);
	auto late_row = row_of("start", late);

	EXPECT_EQ(early_row.at("start_ns").get<std::int64_t>(), 47'304'000'000'000'001);
	EXPECT_EQ(late_row.at("start_ns").get<std::int64_t>(), 47'304'000'000'000'002);
	EXPECT_NEAR(early_row.at("start_seconds").get<double>(), 47304000, 1e-6);
	late.start = -3s;
	EXPECT_EQ(row_of("start", late).at("start_ns").get<std::int64_t>(), -3'000'000'000);
}

/// How a program gets the bytes of a name: see psinfo(1), JSON.
std::string bytes_of(const nlohmann::json &row)
{
	if (!row.contains("name_hex"))
		return row.at("name").get<std::string>();
	std::string bytes;
	auto hex = row.at("name_hex").get<std::string>();
	for (std::size_t i = 0; i < hex.size(); i += 2)
		bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
	return bytes;
}

TEST(Json, NamesAreDistinctAndCanBeRestoredExactly)
{
	std::string all_bytes;
	for (int byte = 1; byte < 256; byte++)
		all_bytes += static_cast<char>(byte);
	const std::string names[] = {
		all_bytes,
		"plain",
		"back\\slash",
		"\\377",
		"\xff",
		"\\\\377",
		"\xef\xbf\xbd",
		"a\nb\x1b\x7f\"",
		"öäü €",
		"\xf0\x9f\x90\xa7",
		// In two literals, as letters after \x would be more digits
		"\xe2\x80\xae" + "abc"s,
		"\xc2\x9b" + "2J"s,
		"cut \xe2\x82",
		"\xc0\xaf",
		"\xed\xa0\x80",
		"\xf4\x90\x80\x80",
		"\xf5",
		"",
	};
	std::set<std::string> seen;
	for (const auto &name : names) {
		auto row = row_of("name", process(5, 1, name, State::Idle));
		EXPECT_EQ(bytes_of(row), name) << row;
		EXPECT_TRUE(seen.insert(row.dump()).second) << row << " is there twice";
	}
}

TEST(Json, TextIsNotEscapedTwice)
{
	auto name_of = [](const std::string &name) { return row_of("name", process(5, 1, name, State::Idle)); };
	EXPECT_EQ(name_of("a\\b\nc").at("name"), "a\\b\nc");
	EXPECT_EQ(name_of("öäü").at("name"), "öäü");
	EXPECT_FALSE(name_of("öäü").contains("name_hex"));
	EXPECT_EQ(name_of("a\xff\xfe"
			  "b")
			  .at("name"),
		  "a\uFFFD\uFFFDb");
	EXPECT_EQ(name_of("a\xff\xfe"
			  "b")
			  .at("name_hex"),
		  "61fffe62");
	EXPECT_EQ(name_of("cut \xe2\x82").at("name"), "cut \uFFFD\uFFFD");
}

TEST(Json, ContainsOnlyPrintableAscii)
{
	FakeSource source({process(5, 1,
				   "\x1b[2J\x7f\xc2\x9b"
				   "2J\xe2\x80\xae\xe2\x80\xa8\xf0\x9f\x90\xa7\xff",
				   State::Idle)});
	auto text = rendered("name", {Format::Json}, source);
	auto is_plain = [](char byte) { return byte == '\n' || (byte >= ' ' && byte <= '~'); };
	EXPECT_TRUE(std::all_of(text.begin(), text.end(), is_plain)) << text;
}

TEST(Json, WithoutRowsIsAnEmptyList)
{
	EXPECT_EQ(rendered("pid", {Format::Json}, FakeSource(std::vector<Process>())), "{\n  \"processes\": []\n}\n");
}

psinfo::Totals some_totals()
{
	psinfo::Totals totals;
	totals.processes = {1, 54, 0, 0, 0, 2, 0, 41, 0, 0};
	totals.threads = {3, 150, 1, 0, 0, 2, 0, 41, 0, 0};
	return totals;
}

TEST(Totals, AreRenderedAsATable)
{
	EXPECT_EQ(tool::render_totals(some_totals(), {}), "STATE            PROCESSES    THREADS\n"
							  "RUNNING                  1          3\n"
							  "INTERRUPTIBLE           54        150\n"
							  "UNINTERRUPTIBLE          0          1\n"
							  "STOPPED                  0          0\n"
							  "TRACED                   0          0\n"
							  "ZOMBIE                   2          2\n"
							  "DEAD                     0          0\n"
							  "IDLE                    41         41\n"
							  "PARKED                   0          0\n"
							  "OTHERS                   0          0\n"
							  "TOTAL                   98        197\n");
}

TEST(Totals, AreRenderedAsCsvRawAndJson)
{
	auto csv = tool::render_totals(some_totals(), {Format::Csv});
	EXPECT_TRUE(csv.starts_with("state,processes,threads\nRUNNING,1,3\nINTERRUPTIBLE,54,150\n")) << csv;
	EXPECT_TRUE(csv.ends_with("TOTAL,98,197\n")) << csv;
	EXPECT_TRUE(tool::render_totals(some_totals(), {Format::Raw, false}).starts_with("RUNNING 1 3\n"));

	auto json = nlohmann::json::parse(tool::render_totals(some_totals(), {Format::Json})).at("totals");
	EXPECT_EQ(json.at("processes").at("IDLE"), 41);
	EXPECT_EQ(json.at("threads").at("TOTAL"), 197);
	EXPECT_EQ(json.at("threads").size(), 11U);
}

TEST(Totals, BelowAListHaveTheFormatOfTheModule)
{
	EXPECT_EQ(tool::render_summary(some_totals(), false),
		  "RUNNING: 1\tINTERRUPTIBLE: 54\tUNINTERRUPTIBLE: 0\tSTOPPED: 0\n"
		  "TRACED: 0\tZOMBIE: 2\tDEAD: 0\tIDLE: 41\tPARKED: 0\tOTHERS: 0\n"
		  "TOTAL: 98\n");
	EXPECT_TRUE(tool::render_summary(some_totals(), true).ends_with("TOTAL: 197\n"));
}

using SummaryLines = std::vector<std::string>;

TEST(Summary, UsesNamesOfStatesIfTheyFit)
{
	EXPECT_EQ(tool::summary_lines(some_totals(), false, 80, 8),
		  (SummaryLines{"RUNNING: 1  INTERRUPTIBLE: 54  UNINTERRUPTIBLE: 0  STOPPED: 0  TRACED: 0",
				"ZOMBIE: 2  DEAD: 0  IDLE: 41  PARKED: 0  OTHERS: 0  TOTAL: 98"}));
}

TEST(Summary, UsesLettersOfStatesIfNamesDoNotFit)
{
	EXPECT_EQ(tool::summary_lines(some_totals(), false, 30, 8),
		  (SummaryLines{"R:1 S:54 D:0 T:0 t:0 Z:2 X:0", "I:41 P:0 ?:0 TOTAL:98"}));
}

TEST(Summary, FitsEveryWidthAndMarksTruncation)
{
	psinfo::Totals large;
	large.processes.fill(4'194'304);
	for (const auto &totals : {some_totals(), large})
		for (std::size_t width = 1; width <= 120; width++)
			for (std::size_t most = 1; most <= 12; most++) {
				auto lines = tool::summary_lines(totals, false, width, most);
				std::size_t counts = 0;
				bool is_marked = false;
				ASSERT_FALSE(lines.empty());
				ASSERT_LE(lines.size(), most);
				for (const auto &line : lines) {
					ASSERT_LE(line.size(), width) << line;
					counts += static_cast<std::size_t>(std::count(line.begin(), line.end(), ':'));
					is_marked = is_marked || line.ends_with('>');
				}
				ASSERT_TRUE(is_marked || counts == psinfo::state_count + 1)
					<< width << " columns, " << most << " lines";
			}
}

} // namespace
