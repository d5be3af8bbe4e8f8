// SPDX-License-Identifier: GPL-2.0
// draw TITLE <results >picture.svg: plots instructions per process against the number
// of processes, one line per peer, both axes logarithmic. Lines that are not psinfo's
// are dashed. Input lines, as written by `bench`: "GUEST PROCESSES THREADS PEER
// INSTRUCTIONS ..."; lines with more than one thread per process are ignored.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

constexpr double width = 780, height = 480, left = 70, right = 130, top = 40, bottom = 50;

struct Axis {
	double from, to; ///< powers of ten
	double begin, end; ///< their coordinates

	[[nodiscard]] double at(double value) const
	{
		return begin + (std::log10(value) - from) / (to - from) * (end - begin);
	}
};

struct Style {
	std::string_view peer;
	const char *colour;
	bool is_ours;
};

// All of the same brightness, so that each has a contrast of at least 4:1 on a white
// and on a dark page.
constexpr const char *grey = "#767676";
constexpr Style styles[] = {
	{"walk", grey, true},	     {"totals", "#0f8575", true},      {"query", "#e72323", true},
	{"all", "#65800f", true},    {"text", "#1a71ec", true},	       {"table", "#a04fda", true},
	{"psinfo", "#228822", true}, {"bpf-binary", "#bd5b05", false}, {"bpf-text", "#0980a7", false},
	{"stat", "#ce2cb3", false},  {"libproc2", "#877607", false},   {"status", "#6e62ee", false},
	{"ps", "#a1694d", false},
};

Style style_of(const std::string &peer)
{
	const auto *found = std::find_if(std::begin(styles), std::end(styles),
					 [&](const Style &style) { return style.peer == peer; });
	return found == std::end(styles) ? Style{peer, grey, false} : *found;
}

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
		std::printf("<path class='grid' d='M%.1f %.1fV%.1f'/><text x='%.1f' y='%.1f' "
			    "text-anchor='middle'>%.0f</text>\n",
			    at, top, height - bottom, at, height - bottom + 18, std::pow(10, power));
	}
	for (double power = y.from; power <= y.to; power++) {
		const double at = y.at(std::pow(10, power));
		std::printf("<path class='grid' d='M%.1f %.1fH%.1f'/><text x='%.1f' y='%.1f' "
			    "text-anchor='end'>%.0f</text>\n",
			    left, at, width - right, left - 6, at + 4, std::pow(10, power));
	}
}

void draw_line(const Line &line, const Axis &x, const Axis &y, double label)
{
	const auto [peer, colour, is_ours] = style_of(line.peer);
	std::printf("<polyline fill='none' stroke='%s' stroke-width='2'%s points='", colour,
		    is_ours ? "" : " stroke-dasharray='6 4'");
	for (const auto &[processes, instructions] : line.points)
		std::printf("%.1f,%.1f ", x.at(processes), y.at(instructions));
	std::printf("'/>\n");
	for (const auto &[processes, instructions] : line.points)
		std::printf("<circle cx='%.1f' cy='%.1f' r='3' fill='%s'/>\n", x.at(processes), y.at(instructions),
			    colour);
	std::printf("<text x='%.1f' y='%.1f' fill='%s'>%s %.0f</text>\n", x.at(line.points.back().first) + 8, label + 4,
		    colour, line.peer.c_str(), line.points.back().second);
}

// Places the labels at the ends of the lines, which are sorted from top to bottom.
// Labels that would overlap are spread evenly around their mean position.
std::vector<double> label_places(const std::vector<Line> &lines, const Axis &y)
{
	constexpr double apart = 14;
	struct Group {
		double sum = 0; ///< of the positions that its labels would give the first one
		std::size_t count = 0;

		[[nodiscard]] double first() const { return sum / static_cast<double>(count); }
	};
	std::vector<Group> groups;
	for (const auto &line : lines) {
		Group group{y.at(line.points.back().second), 1};
		while (!groups.empty() &&
		       groups.back().first() + apart * static_cast<double>(groups.back().count) > group.first()) {
			const auto above = groups.back();
			groups.pop_back();
			group.sum += above.sum - apart * static_cast<double>(above.count * group.count);
			group.count += above.count;
		}
		groups.push_back(group);
	}
	std::vector<double> places;
	for (const auto &group : groups)
		for (std::size_t i = 0; i < group.count; i++)
			places.push_back(group.first() + apart * static_cast<double>(i));
	return places;
}

} // namespace

int main(int argc, char **argv)
{
	const auto lines = read_lines(std::cin);
	if (argc != 2 || lines.empty()) {
		std::fprintf(stderr, "usage: draw TITLE <RESULTS (not empty)\n");
		return 2;
	}
	auto x = axis_of(lines, &std::pair<double, double>::first, left, width - right);
	const auto y = axis_of(lines, &std::pair<double, double>::second, height - bottom, top);
	// Let the lines end at the right edge, next to their labels.
	x.to = x.from;
	for (const auto &line : lines)
		x.to = std::max(x.to, std::log10(line.points.back().first));

	std::printf("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %.0f %.0f' font-family='sans-serif' "
		    "font-size='12' fill='%s'>\n<style>.grid{stroke:%s;stroke-opacity:.35}</style>\n",
		    width, height, grey, grey);
	std::printf("<text x='%.0f' y='22' font-size='15'>%s</text>\n", left, argv[1]);
	std::printf("<text x='%.0f' y='%.0f'>processes</text>\n", left, height - 12);
	draw_grid(x, y);
	const auto places = label_places(lines, y);
	for (std::size_t i = 0; i < lines.size(); i++)
		draw_line(lines[i], x, y, places[i]);
	std::printf("</svg>\n");
	return 0;
}
