// SPDX-License-Identifier: GPL-2.0
// Totals in the text format of Prometheus, and a file that is replaced atomically.
#include "commands/metrics.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ostream>
#include <set>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "lib/descriptor.h"
#include "model/family.h"

namespace tool {
namespace {

using psinfo::Error;

// ---- the text --------------------------------------------------------------

struct Label {
	std::string name;
	std::string value;
};

/// Backslashes, quotes and newlines must be escaped in a label value.
std::string quoted(const std::string &value)
{
	std::string text = "\"";
	for (const char c : value) {
		if (c == '\\' || c == '"')
			text += '\\';
		text += c == '\n' ? "\\n" : std::string(1, c);
	}
	return text + '"';
}

std::string sample(const std::string &name, const std::vector<Label> &labels, const std::string &value)
{
	std::string text = name;
	for (const Label &label : labels) {
		text += &label == labels.data() ? '{' : ',';
		text += label.name + '=' + quoted(label.value);
	}
	return text + (labels.empty() ? " " : "} ") + value + '\n';
}

/// All metrics are gauges: the counts decrease when processes exit.
std::string heading(const std::string &name, const std::string &help)
{
	return "# HELP " + name + ' ' + help + "\n# TYPE " + name + " gauge\n";
}

std::string gauge(const std::string &name, const std::string &help, std::uint64_t value)
{
	return heading(name, help) + sample(name, {}, std::to_string(value));
}

/// "running", "interruptible", ...: the words of /proc/psinfo in lower case
std::string label_of(psinfo::State state)
{
	std::string word(psinfo::state_word(state));
	for (char &c : word)
		c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
	return word;
}

std::string by_state(const std::string &name, const std::string &help,
		     const std::array<std::uint64_t, psinfo::state_count> &counts)
{
	std::string text = heading(name, help);
	for (const psinfo::State state : psinfo::all_states)
		text += sample(name, {{"state", label_of(state)}},
			       std::to_string(counts[static_cast<std::size_t>(state)]));
	return text;
}

/// Exact to the nanosecond; the decimal point does not depend on the locale.
std::string seconds(std::chrono::nanoseconds span)
{
	const long long ns = span.count() < 0 ? 0 : span.count();
	std::array<char, 48> text{};
	std::snprintf(text.data(), text.size(), "%lld.%09lld", ns / 1'000'000'000, ns % 1'000'000'000);
	return text.data();
}

std::string build_info(const Metrics &metrics)
{
	const std::string name = "psinfo_build_info";
	std::vector<Label> labels = {{"version", PSINFO_VERSION}, {"source", metrics.source}};
	if (metrics.module) {
		labels.push_back({"module_version", metrics.module->version});
		labels.push_back({"abi", std::to_string(metrics.module->abi_major) + '.' +
						 std::to_string(metrics.module->abi_minor)});
	}
	return heading(name, "Versions of the tool and of the module, and which source these values are from.") +
	       sample(name, labels, "1");
}

constexpr std::array<std::string_view, 5> reasons = {"not_loaded", "not_permitted", "abi_mismatch", "failed",
						     "not_asked"};

/// Why the module is not the source: one of @reasons, or "" if it is.
std::string_view reason_of(const Metrics &metrics)
{
	if (metrics.source == "module")
		return "";
	if (!metrics.module_error)
		return "not_asked";
	switch (*metrics.module_error) {
	case Error::Kind::NotFound:
		return "not_loaded";
	case Error::Kind::NotPermitted:
		return "not_permitted";
	case Error::Kind::Abi:
		return "abi_mismatch";
	case Error::Kind::Unreadable:
	case Error::Kind::Malformed:
	case Error::Kind::Invalid:
		break;
	}
	return "failed";
}

/// Always writes all reasons, so that no time series disappears.
std::string module_state(const Metrics &metrics)
{
	const std::string fallback = "psinfo_module_fallback";
	const std::string_view found = reason_of(metrics);
	std::string text =
		gauge("psinfo_module_up", "Whether these values are from the kernel module.", found.empty() ? 1 : 0) +
		heading(fallback, "Why these values are from /proc and not from the kernel module.");
	for (const std::string_view reason : reasons)
		text += sample(fallback, {{"reason", std::string(reason)}}, reason == found ? "1" : "0");
	return text;
}

// ---- the values ------------------------------------------------------------

psinfo::Query all_totals()
{
	psinfo::Query query;
	query.threads = true;
	query.totals_only = true;
	return query;
}

psinfo::Query kernel_totals()
{
	psinfo::Query query;
	query.totals_only = true;
	query.kind = psinfo::Query::Kind::KernelThreads;
	return query;
}

psinfo::Query zombies()
{
	psinfo::Query query;
	query.states = psinfo::State::Zombie;
	query.groups.times = true;
	return query;
}

std::uint64_t count_parents(const psinfo::Snapshot &zombies)
{
	std::set<std::int32_t> parents;
	for (const psinfo::Process &zombie : zombies.processes)
		if (zombie.ppid && is_unreaped(zombie))
			parents.insert(zombie.ppid);
	return parents.size();
}

// ---- the file --------------------------------------------------------------

/// A temporary file next to the file that it is to replace. The destructor removes it
/// unless it was renamed. node-exporter reads only *.prom, which it does not match.
///
/// There is no fsync(): a timer rewrites the file every minute, and each fsync() would
/// make an SD card write its journal. Readers never see a partial file while the
/// machine runs, because it is renamed after all has been written. After a power cut
/// the file may be old, empty or truncated, depending on the file system: psinfo never
/// reads it, and the first run after the boot replaces it, whatever it contains. Until
/// then node-exporter has old values or none.
class Replacement {
public:
	explicit Replacement(const std::string &path)
		: path_(path + ".XXXXXX"), file_(::mkostemp(path_.data(), O_CLOEXEC))
	{
	}
	Replacement(const Replacement &) = delete;
	Replacement &operator=(const Replacement &) = delete;
	~Replacement()
	{
		if (is_open() && !taken_)
			::unlink(path_.c_str());
	}

	[[nodiscard]] bool is_open() const { return file_.fd() >= 0; }

	/// Returns 0 or the errno, as below.
	[[nodiscard]] int write(const std::string &text) const
	{
		if (const int number = psinfo::write_all(file_.fd(), text.data(), text.size()))
			return number;
		return ::fchmod(file_.fd(), 0644) == 0 ? 0 : errno;
	}

	[[nodiscard]] int take_place_of(const std::string &path)
	{
		taken_ = std::rename(path_.c_str(), path.c_str()) == 0;
		return taken_ ? 0 : errno;
	}

private:
	std::string path_;
	psinfo::Descriptor file_;
	bool taken_ = false;
};

/// rename() would replace a device or a pipe with a regular file.
bool is_no_file(const std::string &path)
{
	struct stat status {};
	return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
}

} // namespace

psinfo::Result<Metrics> collect_metrics(const psinfo::Source &source)
{
	auto all = source.take(all_totals());
	if (!all)
		return all.error();
	const auto kernel = source.take(kernel_totals());
	if (!kernel)
		return kernel.error();
	const auto unreaped = source.take(zombies());
	if (!unreaped)
		return unreaped.error();
	Metrics metrics;
	metrics.all = std::move(*all);
	metrics.kernel_threads = kernel->totals.all_processes();
	metrics.zombie_parents = count_parents(*unreaped);
	metrics.source = source.name();
	return metrics;
}

std::string metrics_text(const Metrics &metrics)
{
	const psinfo::Totals &totals = metrics.all.totals;
	return by_state("psinfo_processes", "Processes by state; kernel threads count as processes.",
			totals.processes) +
	       by_state("psinfo_threads", "Threads by state, the first of each process included.", totals.threads) +
	       gauge("psinfo_kernel_threads", "Kernel threads.", metrics.kernel_threads) +
	       gauge("psinfo_zombie_parents", "Processes with children that they have not reaped.",
		     metrics.zombie_parents) +
	       heading("psinfo_capture_duration_seconds", "How long it took to count processes and threads.") +
	       sample("psinfo_capture_duration_seconds", {}, seconds(metrics.all.took)) + module_state(metrics) +
	       build_info(metrics) + "# EOF\n";
}

std::optional<Error> replace_file(const std::string &path, const std::string &text)
{
	if (is_no_file(path))
		return Error{Error::Kind::Invalid, "replace", path, "not a regular file"};
	Replacement replacement(path);
	if (!replacement.is_open())
		return Error::from_errno(errno, "create", "a temporary file next to " + path);
	if (const int number = replacement.write(text))
		return Error::from_errno(number, "write to", "the temporary file next to " + path);
	if (const int number = replacement.take_place_of(path))
		return Error::from_errno(number, "replace", path);
	return std::nullopt;
}

void add_metrics_options(CLI::App &app, MetricsOptions &options)
{
	app.add_option("--output", options.output, "Replace FILE atomically instead of writing to standard output")
		->type_name("FILE")
		->take_last();
}

Outcome run_metrics(const Context &context, const MetricsOptions &options)
{
	auto metrics = collect_metrics(*context.source);
	if (!metrics)
		return outcome_of_source(metrics.error(), context.source->name());
	const auto module = psinfo::module_info();
	if (module)
		metrics->module = *module;
	if (context.module_error)
		metrics->module_error = context.module_error->kind;
	if (options.output.empty()) {
		context.out << metrics_text(*metrics);
		return {};
	}
	const auto error = replace_file(options.output, metrics_text(*metrics));
	return error ? outcome_of(*error) : Outcome();
}

} // namespace tool
