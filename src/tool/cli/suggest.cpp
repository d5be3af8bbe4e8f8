// SPDX-License-Identifier: GPL-2.0
// Suggestions for misspelled names.
#include "cli/suggest.h"

#include <algorithm>
#include <numeric>

namespace tool {

namespace {

constexpr std::size_t most_errors = 2;

/// The number of typing errors between two words: their optimal string alignment
/// distance, computed from the last three rows of the matrix.
std::size_t distance(std::string_view a, std::string_view b)
{
	std::vector<std::size_t> row(b.size() + 1);
	std::vector<std::size_t> above;
	std::vector<std::size_t> above_that;

	std::iota(row.begin(), row.end(), std::size_t{0});
	for (std::size_t i = 1; i <= a.size(); i++) {
		above_that = std::move(above);
		above = row;
		row[0] = i;
		for (std::size_t j = 1; j <= b.size(); j++) {
			bool is_same = a[i - 1] == b[j - 1];
			row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (is_same ? 0 : 1)});
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = std::min(row[j], above_that[j - 2] + 1);
		}
	}
	return row[b.size()];
}

} // namespace

std::string nearest(std::string_view word, const std::vector<std::string> &candidates)
{
	std::size_t least = std::min(most_errors, word.size() / 3) + 1;
	std::string found;

	for (const auto &candidate : candidates) {
		bool is_too_long =
			std::max(word.size(), candidate.size()) >= std::min(word.size(), candidate.size()) + least;
		if (is_too_long || candidate == word)
			continue;
		auto errors = distance(word, candidate);
		if (errors < least) {
			least = errors;
			found = candidate;
		}
	}
	return found;
}

std::string suggestion(std::string_view word, const std::vector<std::string> &candidates, const std::string &more)
{
	auto found = nearest(word, candidates);
	return found.empty() ? more : "did you mean '" + found + "'? If not, " + more;
}

} // namespace tool
