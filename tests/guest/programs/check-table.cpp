// SPDX-License-Identifier: GPL-2.0
// check-table FILE [PID N]: reads a table three times, checks it, and prints the
// number of rows and the time of the fastest read. With PID and N, exactly N
// rows must be children of that process.
#include "process.h"
#include "table.h"

#include <algorithm>
#include <iostream>

int main(int argc, char **argv)
{
	constexpr int times = 3;
	if (argc != 2 && argc != 4) {
		std::cerr << "check-table: FILE [PID N]\n";
		return 2;
	}
	double best = 1e9;
	std::size_t rows = 0;
	for (int i = 0; i < times; ++i) {
		const double start = process::now();
		const auto text = read_whole(argv[1]);
		best = std::min(best, process::now() - start);
		if (text.error) {
			std::cerr << "check-table: " << argv[1] << ": " << std::strerror(text.error) << "\n";
			return 1;
		}
		std::string problem;
		const auto table = table::parse(text.bytes, problem);
		if (table && argc == 4) {
			const std::string parent = argv[2], wanted = argv[3];
			const auto children =
				std::count_if(table->rows.begin(), table->rows.end(),
					      [&](const auto &row) { return table->cell(row, "PPID") == parent; });
			if (std::to_string(children) != wanted)
				problem = parent + " should have " + wanted + " children, and has " +
					  std::to_string(children);
		}
		if (!problem.empty()) {
			std::cerr << "check-table: " << problem << "\n" << text.bytes.substr(0, 10000);
			return 1;
		}
		rows = table->rows.size();
	}
	std::cout << rows << " rows in " << static_cast<long>(best * 1e6) << " us, "
		  << static_cast<long>(best * 1e9 / static_cast<double>(std::max<std::size_t>(rows, 1))) << " ns each"
		  << std::endl;
	return 0;
}
