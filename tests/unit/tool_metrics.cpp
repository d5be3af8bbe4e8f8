// SPDX-License-Identifier: GPL-2.0
// The text for Prometheus, and the atomic replacement of the file.
#include "commands/metrics.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>

#include <csignal>
#include <cstdlib>
#include <regex.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <gtest/gtest.h>

namespace {

unsigned flushed = 0; ///< calls of fsync() and fdatasync()

} // namespace

// These replace the functions of the C library in this program.
extern "C" int fsync(int /*descriptor*/)
{
	flushed++;
	return 0;
}

extern "C" int fdatasync(int /*descriptor*/)
{
	flushed++;
	return 0;
}

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

tool::Metrics some_metrics()
{
	tool::Metrics metrics;
	for (std::size_t i = 0; i < psinfo::state_count; i++) {
		metrics.all.totals.processes[i] = i + 1;
		metrics.all.totals.threads[i] = 10 * (i + 1);
	}
	metrics.all.took = 1234567ns;
	metrics.kernel_threads = 42;
	metrics.zombie_parents = 2;
	metrics.source = "module";
	metrics.module = psinfo::ModuleInfo{"0.1.0", 1, 0};
	return metrics;
}

std::vector<std::string> lines_of(const std::string &text)
{
	std::istringstream stream(text);
	std::vector<std::string> lines;
	for (std::string line; std::getline(stream, line);)
		lines.push_back(line);
	return lines;
}

bool has_line(const std::string &text, const std::string &line)
{
	const auto lines = lines_of(text);
	return std::find(lines.begin(), lines.end(), line) != lines.end();
}

TEST(MetricsText, HasAllStates)
{
	const std::string text = tool::metrics_text(some_metrics());
	EXPECT_TRUE(has_line(text, "psinfo_processes{state=\"running\"} 1"));
	EXPECT_TRUE(has_line(text, "psinfo_processes{state=\"others\"} 10"));
	EXPECT_TRUE(has_line(text, "psinfo_threads{state=\"uninterruptible\"} 30"));
	EXPECT_TRUE(has_line(text, "psinfo_kernel_threads 42"));
	EXPECT_TRUE(has_line(text, "psinfo_zombie_parents 2"));
	EXPECT_TRUE(has_line(text, "psinfo_capture_duration_seconds 0.001234567"));
	EXPECT_TRUE(has_line(text, "psinfo_module_up 1"));
	EXPECT_EQ(lines_of(text).back(), "# EOF");
}

TEST(MetricsText, ReportsAMissingModule)
{
	auto metrics = some_metrics();
	metrics.module.reset();
	metrics.source = "proc";
	const std::string text = tool::metrics_text(metrics);
	EXPECT_TRUE(has_line(text, "psinfo_module_up 0"));
	EXPECT_NE(text.find("source=\"proc\"} 1\n"), std::string::npos);
	EXPECT_EQ(text.find("module_version"), std::string::npos);
}

TEST(MetricsText, ReportsWhyTheModuleIsNotTheSource)
{
	using Kind = psinfo::Error::Kind;
	struct {
		std::optional<Kind> error;
		const char *reason;
	} const rows[] = {
		{Kind::NotFound, "not_loaded"}, {Kind::NotPermitted, "not_permitted"}, {Kind::Abi, "abi_mismatch"},
		{Kind::Unreadable, "failed"},	{Kind::Malformed, "failed"},	       {std::nullopt, "not_asked"},
	};
	auto count_reasons = [](const std::string &text, const std::string &value) {
		const auto lines = lines_of(text);
		return std::count_if(lines.begin(), lines.end(), [&](const std::string &line) {
			return line.starts_with("psinfo_module_fallback{reason=") && line.ends_with("} " + value);
		});
	};
	auto metrics = some_metrics();
	EXPECT_EQ(count_reasons(tool::metrics_text(metrics), "0"), 5);
	metrics.source = "proc";
	for (const auto &row : rows) {
		metrics.module_error = row.error; // although module_info() succeeded
		const auto text = tool::metrics_text(metrics);
		EXPECT_TRUE(has_line(text, "psinfo_module_up 0")) << row.reason;
		EXPECT_TRUE(has_line(text, std::string("psinfo_module_fallback{reason=\"") + row.reason + "\"} 1"))
			<< text;
		EXPECT_EQ(count_reasons(text, "0"), 4) << row.reason;
	}
}

TEST(MetricsText, EscapesLabelValues)
{
	auto metrics = some_metrics();
	metrics.module->version = "a\"b\\c\nd";
	EXPECT_NE(tool::metrics_text(metrics).find("module_version=\"a\\\"b\\\\c\\nd\""), std::string::npos);
}

bool matches(const std::string &line, const char *pattern)
{
	regex_t regex{};
	if (::regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		throw std::invalid_argument(pattern);
	const bool found = ::regexec(&regex, line.c_str(), 0, nullptr, 0) == 0;
	::regfree(&regex);
	return found;
}

/// "psinfo_threads" for "# TYPE psinfo_threads gauge" and for its samples
std::string family_of(const std::string &line)
{
	const std::size_t start = line[0] == '#' ? std::string("# TYPE ").size() : 0;
	return line.substr(start, line.find_first_of(" {", start) - start);
}

/// Required by both Prometheus' text format and OpenMetrics: a heading of two lines
/// for each family, followed by all of its samples, none twice.
TEST(MetricsText, IsValid)
{
	const char *sample = "^[a-z_]+([{][a-z_]+=\"[^\"]*\"(,[a-z_]+=\"[^\"]*\")*[}])? [0-9]+([.][0-9]+)?$";
	std::string family;
	std::set<std::string> seen;
	auto lines = lines_of(tool::metrics_text(some_metrics()));
	EXPECT_EQ(lines.back(), "# EOF");
	lines.pop_back();
	for (const std::string &line : lines) {
		const bool is_help = matches(line, "^# HELP [a-z_]+ [A-Z].*[.]$");
		EXPECT_TRUE(is_help || matches(line, "^# TYPE [a-z_]+ gauge$") || matches(line, sample)) << line;
		EXPECT_TRUE(seen.insert(line.substr(0, line.rfind(' '))).second) << "twice: " << line;
		if (is_help)
			family = family_of(line);
		EXPECT_EQ(family_of(line), family);
	}
}

/// A temporary directory; the destructor removes it with its contents.
class ReplaceFile : public testing::Test {
protected:
	ReplaceFile()
	{
		std::string name = fs::temp_directory_path() / "psinfo-metrics-XXXXXX";
		directory_ = ::mkdtemp(name.data());
	}
	~ReplaceFile() override { fs::remove_all(directory_); }

	[[nodiscard]] std::string path() const { return directory_ / "psinfo.prom"; }

	[[nodiscard]] std::string content() const
	{
		std::ifstream file(path());
		std::ostringstream text;
		text << file.rdbuf();
		return text.str();
	}

	[[nodiscard]] std::size_t files() const
	{
		return static_cast<std::size_t>(
			std::distance(fs::directory_iterator(directory_), fs::directory_iterator()));
	}

	fs::path directory_;
};

TEST_F(ReplaceFile, CreatesAWorldReadableFile)
{
	const auto mask = ::umask(077);
	EXPECT_FALSE(tool::replace_file(path(), "text\n"));
	::umask(mask);
	EXPECT_EQ(content(), "text\n");
	struct stat status {};
	ASSERT_EQ(::stat(path().c_str(), &status), 0);
	EXPECT_EQ(status.st_mode & 07777U, 0644U);
	EXPECT_EQ(files(), 1U);
}

TEST_F(ReplaceFile, DoesNotCallFsync)
{
	flushed = 0;
	EXPECT_FALSE(tool::replace_file(path(), "text\n"));
	EXPECT_EQ(content(), "text\n");
	EXPECT_EQ(flushed, 0U);
}

TEST_F(ReplaceFile, AnEmptyOrIncompleteFileIsReplaced)
{
	for (const char *left : {"", "psinfo_proc"}) {
		std::ofstream(path()) << left;
		EXPECT_FALSE(tool::replace_file(path(), "text\n"));
		EXPECT_EQ(content(), "text\n");
		EXPECT_EQ(files(), 1U);
	}
}

TEST_F(ReplaceFile, AnOpenReaderKeepsTheOldFile)
{
	EXPECT_FALSE(tool::replace_file(path(), "old\n"));
	std::ifstream reader(path());
	EXPECT_FALSE(tool::replace_file(path(), "new\n"));
	std::string line;
	std::getline(reader, line);
	EXPECT_EQ(line, "old");
	EXPECT_EQ(content(), "new\n");
	EXPECT_EQ(files(), 1U);
}

TEST_F(ReplaceFile, AMissingDirectoryIsAnError)
{
	const auto error = tool::replace_file(directory_ / "missing" / "psinfo.prom", "text\n");
	ASSERT_TRUE(error);
	EXPECT_EQ(error->kind, psinfo::Error::Kind::NotFound);
	EXPECT_EQ(error->message(), "cannot create a temporary file next to " +
					    (directory_ / "missing" / "psinfo.prom").string() +
					    ": No such file or directory");
	EXPECT_EQ(files(), 0U);
}

TEST_F(ReplaceFile, ADeviceIsNotReplaced)
{
	const auto error = tool::replace_file("/dev/null", "text\n");
	ASSERT_TRUE(error);
	EXPECT_EQ(error->message(), "cannot replace /dev/null: not a regular file");
	EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST_F(ReplaceFile, ADirectoryIsNotReplaced)
{
	fs::create_directory(path());
	EXPECT_TRUE(tool::replace_file(path(), "text\n"));
	EXPECT_EQ(files(), 1U);
}

TEST_F(ReplaceFile, AFailedWriteLeavesTheOldFile)
{
	EXPECT_FALSE(tool::replace_file(path(), "old\n"));
	struct rlimit before {};
	ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
	const auto handler = std::signal(SIGXFSZ, SIG_IGN);
	const struct rlimit small {
		.rlim_cur = 16, .rlim_max = before.rlim_max
	};
	ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
	const auto error = tool::replace_file(path(), std::string(1000, 'x'));
	ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
	std::signal(SIGXFSZ, handler);
	ASSERT_TRUE(error);
	EXPECT_EQ(error->number, EFBIG);
	EXPECT_EQ(content(), "old\n");
	EXPECT_EQ(files(), 1U) << "nothing else is left there";
}

/// A source with fixed answers.
class FakeSource : public psinfo::Source {
public:
	[[nodiscard]] psinfo::Result<psinfo::Snapshot> take(const psinfo::Query &query) const override
	{
		psinfo::Snapshot snapshot;
		if (query.kind == psinfo::Query::Kind::KernelThreads) {
			snapshot.totals.processes[7] = 5;
		} else if (query.states) {
			EXPECT_TRUE(query.groups.times) << "they tell how many threads there are";
			// The last two: a parent outside the namespace; a main thread that
			// exited before the others.
			for (const int ppid : {7, 7, 9, 0, 11}) {
				psinfo::Process zombie;
				zombie.pid = zombie.tgid = 100;
				zombie.ppid = ppid;
				zombie.state = psinfo::State::Zombie;
				zombie.times = psinfo::Times{};
				zombie.times->threads = ppid == 11 ? 2 : 1;
				snapshot.processes.push_back(zombie);
			}
		} else {
			EXPECT_TRUE(query.threads && query.totals_only);
			snapshot.totals.processes[1] = 11;
		}
		return snapshot;
	}
	[[nodiscard]] std::string_view name() const override { return "proc"; }
};

TEST(CollectMetrics, CombinesThreeQueries)
{
	const auto metrics = tool::collect_metrics(FakeSource());
	ASSERT_TRUE(metrics);
	EXPECT_EQ((*metrics).all.totals.all_processes(), 11U);
	EXPECT_EQ((*metrics).kernel_threads, 5U);
	EXPECT_EQ((*metrics).zombie_parents, 2U);
	EXPECT_EQ((*metrics).source, "proc");
}

} // namespace
