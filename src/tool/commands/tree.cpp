// SPDX-License-Identifier: GPL-2.0
// `psinfo tree`: prints processes as a tree of parents and children.
#include "commands/tree.h"

#include <ostream>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/options.h"
#include "model/select.h"
#include "render/format.h"
#include "render/render.h"

namespace tool {

namespace {

struct Strokes {
	std::string_view pass; ///< another sibling follows below
	std::string_view blank; ///< the last sibling is above
	std::string_view branch;
	std::string_view last;
};
constexpr Strokes utf8_lines = {"│ ", "  ", "├─", "└─"};
constexpr Strokes ascii_lines = {"| ", "  ", "|-", "`-"};

void append_process(std::string &to, const psinfo::Process &process, bool colour)
{
	auto begin = colour ? colour_of(process.state) : "";

	to += begin;
	to += process.is_thread() ? "{" : "";
	append_escaped(to, process.name);
	to += process.is_thread() ? "}(" : "(";
	append_number(to, std::int64_t{process.pid});
	to += ')';
	to += begin.empty() ? "" : colour_end;
	to += '\n';
}

Outcome no_such_process(std::int32_t pid)
{
	return outcome_of({psinfo::Error::Kind::NotFound, "show", "the tree of process " + std::to_string(pid),
			   "no such process is visible to you"},
			  "'psinfo tree' without a PID shows all processes");
}

} // namespace

std::string render_tree(const std::vector<Branch> &branches, bool utf8, bool colour)
{
	const Strokes &lines = utf8 ? utf8_lines : ascii_lines;
	std::vector<bool> has_ended; // by depth: whether the ancestor there is the last sibling
	std::string result;

	for (const auto &branch : branches) {
		has_ended.resize(branch.depth);
		for (std::size_t depth = 1; depth < branch.depth; depth++)
			result += has_ended[depth] ? lines.blank : lines.pass;
		if (branch.depth > 0)
			result += branch.is_last ? lines.last : lines.branch;
		has_ended.push_back(branch.is_last);
		append_process(result, *branch.process, colour);
	}
	return result;
}

std::string render_tree_json(const std::vector<Branch> &branches)
{
	Json rows = Json::array();

	for (const auto &[process, depth, is_last] : branches) {
		Json row = {{"pid", process->pid}, {"tgid", process->tgid}, {"ppid", process->ppid}};
		add_text(row, "name", process->name);
		row["stat"] = psinfo::state_word(process->state);
		row["depth"] = depth;
		rows.push_back(std::move(row));
	}
	return dump({{"processes", std::move(rows)}});
}

void add_tree_options(CLI::App &app, TreeOptions &options)
{
	auto *pid = app.add_option("PID", options.root, "Only this process and its descendants")->type_name("");
	accept_pid(*pid);
}

Outcome run_tree(const Context &context, const TreeOptions &options)
{
	const Filter &filter = context.common.filter;
	psinfo::Query query; // all processes: ancestors of a match need not match
	query.groups.credentials = !filter.uids.empty();
	query.threads = context.common.threads;

	auto snapshot = context.source->take(query);
	if (!snapshot)
		return outcome_of_source(snapshot.error(), context.source->name());
	const auto *root = options.root ? snapshot->find(options.root) : nullptr;
	if (options.root && !root)
		return no_such_process(options.root);

	Family family(*snapshot);
	auto branches = tree_of(family, root, [&](const psinfo::Process &process) { return matches(filter, process); });
	context.out << (context.common.format == Format::Json ?
				render_tree_json(branches) :
				render_tree(branches, context.common.utf8, context.common.colour));
	return outcome_of_search(filter, !branches.empty());
}

} // namespace tool
