// SPDX-License-Identifier: GPL-2.0
// Collects rows from a source: a snapshot and the facts that its columns need.
#ifndef PSINFO_TOOL_LISTING_H
#define PSINFO_TOOL_LISTING_H

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <psinfo/psinfo.h>

#include "model/args.h"
#include "model/fields.h"
#include "model/select.h"
#include "model/users.h"

namespace tool {

/// All data that is needed for rendering. Not movable, because rows point into the
/// snapshot and cells into the facts.
struct Listing {
	psinfo::Snapshot snapshot;
	Facts facts;
	std::vector<const psinfo::Process *> rows; ///< in the requested order

	Listing() = default;
	Listing(const Listing &) = delete;
	Listing &operator=(const Listing &) = delete;
};

struct Wanted {
	const Filter &filter;
	const Columns &columns;
	const std::vector<SortKey> &sort;
	bool threads = false;
	std::size_t skip = 0; ///< rows, after sorting
	std::size_t most = SIZE_MAX; ///< rows
	std::size_t most_slow = SIZE_MAX; ///< command lines that time out; see ArgsReader::read()
};

/// Collects repeatedly from a source. User names and hanging processes are cached.
class Collector {
public:
	explicit Collector(const psinfo::Source &source) : source_(source) {}

	/// Fills @listing, which must be new. Returns nothing on success.
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

#endif // PSINFO_TOOL_LISTING_H
