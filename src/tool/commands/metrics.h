// SPDX-License-Identifier: GPL-2.0
// `psinfo metrics`: totals as text that Prometheus understands, for the
// textfile directory of node-exporter. It is OpenMetrics, and of that only what
// the older Prometheus text format has, too: node-exporter reads the latter.
#ifndef PSINFO_TOOL_COMMANDS_METRICS_H
#define PSINFO_TOOL_COMMANDS_METRICS_H

#include <optional>
#include <string>

#include "command.h"

namespace tool {

struct MetricsOptions {
	std::string output; ///< file to replace; empty: stdout
};

void add_metrics_options(CLI::App &app, MetricsOptions &options);
Outcome run_metrics(const Context &context, const MetricsOptions &options);

/// What is told. Its size does not depend on what runs.
struct Metrics {
	psinfo::Snapshot all; ///< totals of processes and threads
	std::uint64_t kernel_threads = 0;
	std::uint64_t zombie_parents = 0; ///< processes that have zombies for children
	std::string source; ///< "module" or "proc"
	std::optional<psinfo::ModuleInfo> module; ///< what it says about itself, whatever the source
	std::optional<psinfo::Error::Kind> module_error; ///< why the source is /proc; empty: it was asked for
};

[[nodiscard]] psinfo::Result<Metrics> take_metrics(const psinfo::Source &source);
[[nodiscard]] std::string metrics_text(const Metrics &metrics);

/// Puts the text where the file was, or is to be, so that a reader finds the
/// one or the other as a whole. On failure the file is as it was, and nothing
/// else was left there.
[[nodiscard]] std::optional<psinfo::Error> replace_file(const std::string &path, const std::string &text);

} // namespace tool

#endif // PSINFO_TOOL_COMMANDS_METRICS_H
