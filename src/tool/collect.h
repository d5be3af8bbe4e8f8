// SPDX-License-Identifier: GPL-2.0
// From a source to rows: a snapshot and the facts that its columns need.
#ifndef PSINFO_TOOL_COLLECT_H
#define PSINFO_TOOL_COLLECT_H

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <psinfo/psinfo.h>

#include "args.h"
#include "command.h"
#include "fields.h"
#include "users.h"

namespace tool {

/// What is shown, from where it was asked to where it can be rendered. Rows point
/// into the snapshot, cells into the facts: it does not move.
struct Listing {
	psinfo::Snapshot snapshot;
	Facts facts;
	std::vector<const psinfo::Process *> rows; ///< in the order wanted

	Listing() = default;
	Listing(const Listing &) = delete;
	Listing &operator=(const Listing &) = delete;
};

struct Wanted {
	const Filter &filter;
	const Columns &columns;
	const std::vector<SortKey> &sort;
	bool threads = false;
	std::size_t skip = 0; ///< of the rows, as sorted
	std::size_t most = SIZE_MAX; ///< rows
	std::size_t most_slow = SIZE_MAX; ///< command lines that take too long; see ArgsReader::read()
};

/// Asks a source again and again; names and what hangs are remembered.
class Collector {
public:
	explicit Collector(const psinfo::Source &source) : source_(source) {}

	/// Fills @listing, which is new. Nothing is wrong if there is no error.
	[[nodiscard]] std::optional<psinfo::Error> collect(const Wanted &wanted, Listing &listing);

private:
	[[nodiscard]] std::optional<psinfo::Error> find_facts(const Needs &needs, const Wanted &wanted,
							      Listing &listing) const;
	[[nodiscard]] std::optional<psinfo::Error> find_parents(Listing &listing) const;
	void choose_rows(const Wanted &wanted, Listing &listing);

	const psinfo::Source &source_;
	std::shared_ptr<Users> users_ = std::make_shared<Users>();
	ArgsReader args_;
};

} // namespace tool

#endif // PSINFO_TOOL_COLLECT_H
