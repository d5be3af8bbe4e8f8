// SPDX-License-Identifier: GPL-2.0
// `psinfo tree`: prints processes as a tree of parents and children.
#ifndef PSINFO_TOOL_COMMANDS_TREE_H
#define PSINFO_TOOL_COMMANDS_TREE_H

#include <string>
#include <vector>

#include "cli/command.h"
#include "model/family.h"

namespace tool {

struct TreeOptions {
	std::int32_t root = 0; ///< 0: all
};

void add_tree_options(CLI::App &app, TreeOptions &options);
Outcome run_tree(const Context &context, const TreeOptions &options);

/// One line each, as "  ├─name(pid)"; threads as "{name}(pid)".
[[nodiscard]] std::string render_tree(const std::vector<Branch> &branches, bool utf8, bool colour);
/// A flat list in the order of the lines, with the depth of each.
[[nodiscard]] std::string render_tree_json(const std::vector<Branch> &branches);

} // namespace tool

#endif // PSINFO_TOOL_COMMANDS_TREE_H
