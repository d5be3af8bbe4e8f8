// SPDX-License-Identifier: GPL-2.0
// `psinfo metrics`: prints totals for Prometheus, for the textfile directory of
// node-exporter. The format is OpenMetrics, limited to what the older Prometheus
// text format has, too, because node-exporter reads the latter.
#ifndef PSINFO_TOOL_COMMANDS_METRICS_H
#define PSINFO_TOOL_COMMANDS_METRICS_H

#include <optional>
#include <string>

#include "cli/command.h"

namespace tool {

struct MetricsOptions {
	std::string output; ///< file to replace; empty: stdout
};

void add_metrics_options(CLI::App &app, MetricsOptions &options);
Outcome run_metrics(const Context &context, const MetricsOptions &options);

/// The exported values. Their number does not depend on the processes.
struct Metrics {
	psinfo::Snapshot all; ///< totals of processes and threads
	std::uint64_t kernel_threads = 0;
	std::uint64_t zombie_parents = 0; ///< processes with zombie children
	std::string source; ///< "module" or "proc"
	std::optional<psinfo::ModuleInfo> module; ///< its version, whatever the source
	std::optional<psinfo::Error::Kind> module_error; ///< why the source is /proc; empty: it was requested
};

[[nodiscard]] psinfo::Result<Metrics> collect_metrics(const psinfo::Source &source);
[[nodiscard]] std::string metrics_text(const Metrics &metrics);

/// Creates or replaces the file atomically: a reader sees either the old contents
/// or all of the text. On failure the file is unchanged, and no other file is left.
[[nodiscard]] std::optional<psinfo::Error> replace_file(const std::string &path, const std::string &text);

} // namespace tool

#endif // PSINFO_TOOL_COMMANDS_METRICS_H
