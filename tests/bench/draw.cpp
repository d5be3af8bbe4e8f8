// SPDX-License-Identifier: GPL-2.0
// draw TITLE <results >picture.svg: instructions per process against the number of
// processes, a line for each peer, both axes logarithmic. Reads lines as `bench`
// keeps them: "GUEST PROCESSES THREADS PEER INSTRUCTIONS ..."; what has more than
// one thread a process is left out.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace {

constexpr double width = 760, height = 460, left = 70, right = 110, top = 40, bottom = 50;

struct Axis {
	double from, to; ///< powers of ten
	double begin, end; ///< where these lie

	[[nodiscard]] double at(double value) const
	{
		return begin + (std::log10(value) - from) / (to - from) * (end - begin);
	}
};

struct Line {
	std::string peer;
	std::vector<std::pair<double, double>> points;
};

std::vector<Line> read_lines(std::istream &in)
{
	std::map<std::string, Line> lines;
	for (std::string text; std::getline(in, text);) {
		std::istringstream words(text);
		std::string guest, peer;
		double processes = 0, threads = 0, instructions = 0;
		if (!(words >> guest >> processes >> threads >> peer >> instructions) || threads > 1)
			continue;
		lines[peer].peer = peer;
		lines[peer].points.emplace_back(processes, instructions);
	}
	std::vector<Line> sorted;
	for (auto &[peer, line] : lines) {
		std::sort(line.points.begin(), line.points.end());
		sorted.push_back(std::move(line));
	}
	std::sort(sorted.begin(), sorted.end(),
		  [](const Line &a, const Line &b) { return a.points.back().second > b.points.back().second; });
	return sorted;
}

Axis axis_of(const std::vector<Line> &lines, double std::pair<double, double>::*which, double begin, double end)
{
	double least = 1e300, most = 0;
	for (const auto &line : lines)
		for (const auto &point : line.points) {
			least = std::min(least, point.*which);
			most = std::max(most, point.*which);
		}
	return {std::floor(std::log10(least)), std::ceil(std::log10(most)), begin, end};
}

void draw_grid(const Axis &x, const Axis &y)
{
	for (double power = x.from; power <= x.to; power++) {
		const double at = x.at(std::pow(10, power));
		std::printf("<path class='grid' d='M%.1f %.1fV%.1f'/><text x='%.1f' y='%.1f' text-anchor='middle'>%.0f</text>\n",
			    at, top, height - bottom, at, height - bottom + 18, std::pow(10, power));
	}
	for (double power = y.from; power <= y.to; power++) {
		const double at = y.at(std::pow(10, power));
		std::printf("<path class='grid' d='M%.1f %.1fH%.1f'/><text x='%.1f' y='%.1f' text-anchor='end'>%.0f</text>\n",
			    left, at, width - right, left - 6, at + 4, std::pow(10, power));
	}
}

void draw_line(const Line &line, const Axis &x, const Axis &y, const char *colour, double &ret_label)
{
	std::printf("<polyline fill='none' stroke='%s' stroke-width='2' points='", colour);
	for (const auto &[processes, instructions] : line.points)
		std::printf("%.1f,%.1f ", x.at(processes), y.at(instructions));
	std::printf("'/>\n");
	for (const auto &[processes, instructions] : line.points)
		std::printf("<circle cx='%.1f' cy='%.1f' r='3' fill='%s'/>\n", x.at(processes), y.at(instructions), colour);
	// Labels of lines that end close to each other are moved apart.
	ret_label = std::max(y.at(line.points.back().second) + 4, ret_label + 14);
	std::printf("<text x='%.1f' y='%.1f' fill='%s'>%s %.0f</text>\n", x.at(line.points.back().first) + 8, ret_label,
		    colour, line.peer.c_str(), line.points.back().second);
}

} // namespace

int main(int argc, char **argv)
{
	static constexpr const char *colours[] = {"#7f7f7f", "#d62728", "#ff7f0e", "#9467bd", "#1f77b4",
						  "#17becf", "#2ca02c", "#bcbd22", "#8c564b", "#e377c2"};
	const auto lines = read_lines(std::cin);
	if (argc != 2 || lines.empty()) {
		std::fprintf(stderr, "usage: draw TITLE <results, and there must be some\n");
		return 2;
	}
	const auto x = axis_of(lines, &std::pair<double, double>::first, left, width - right);
	const auto y = axis_of(lines, &std::pair<double, double>::second, height - bottom, top);

	std::printf("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %.0f %.0f' font-family='sans-serif' "
		    "font-size='12'>\n<style>.grid{stroke:#ddd}</style>\n<rect width='100%%' height='100%%' fill='white'/>\n",
		    width, height);
	std::printf("<text x='%.0f' y='22' font-size='15'>%s</text>\n", left, argv[1]);
	std::printf("<text x='%.0f' y='%.0f'>processes</text>\n", left, height - 12);
	draw_grid(x, y);
	double label = 0;
	for (std::size_t i = 0; i < lines.size(); i++)
		draw_line(lines[i], x, y, colours[i % std::size(colours)], label);
	std::printf("</svg>\n");
	return 0;
}
