// SPDX-License-Identifier: GPL-2.0
// fuzz-parameters STRINGS [SEED]: writes STRINGS partly valid, partly random strings to
// the module parameters columns and log (log= is writable only in DEBUG builds). They
// must be accepted or refused as documented. Also reads the table now and then.
// Prints "strings N taken N refused N".
#include "process.h"
#include "table.h"

#include <iostream>
#include <random>
#include <set>

#include <fcntl.h>

namespace {

class Parameter {
public:
	explicit Parameter(const std::string &name)
		: path_("/sys/module/psinfo/parameters/" + name), fd_(open(path_.c_str(), O_RDWR | O_CLOEXEC))
	{
		process::need(fd_ >= 0, path_.c_str());
	}
	int write_to(const std::string &text) const { return pwrite(fd_, text.data(), text.size(), 0) < 0 ? errno : 0; }
	std::string value() const
	{
		char text[4096];
		lseek(fd_, 0, SEEK_SET);
		const ssize_t got = pread(fd_, text, sizeof(text), 0);
		process::need(got > 0, path_.c_str());
		return {text, static_cast<std::size_t>(got) - 1};
	}

private:
	std::string path_;
	int fd_;
};

std::vector<std::string> split(std::string_view list)
{
	std::vector<std::string> parts(1);
	for (const char letter : list)
		if (letter == ',')
			parts.emplace_back();
		else
			parts.back() += letter;
	return parts;
}

// The kernel sees a C string, which ends at the first NUL.
std::string_view up_to_nul(std::string_view text)
{
	return text.substr(0, std::min(text.find('\0'), text.size()));
}

bool is_space(char letter)
{
	return std::strchr(" \t\n\v\f\r\xa0", letter) && letter;
}

std::string_view trimmed(std::string_view text)
{
	while (!text.empty() && is_space(text.front()))
		text.remove_prefix(1);
	while (!text.empty() && is_space(text.back()))
		text.remove_suffix(1);
	return text;
}

bool are_columns(std::string_view text, const std::set<std::string> &known)
{
	text = trimmed(up_to_nul(text));
	if (text == "all")
		return true;
	std::set<std::string> seen;
	for (const auto &name : split(text))
		if (!known.count(name) || !seen.insert(name).second)
			return false;
	return true;
}

// "pids", or a number from 1 to INT_MAX, with an optional newline
bool is_log(std::string_view text)
{
	text = up_to_nul(text);
	if (text.ends_with('\n'))
		text.remove_suffix(1);
	if (text == "pids")
		return true;
	if (text.starts_with('+'))
		text.remove_prefix(1);
	if (text.empty() || text.find_first_not_of("0123456789") != text.npos)
		return false;
	text.remove_prefix(std::min(text.find_first_not_of('0'), text.size()));
	return !text.empty() && text.size() <= 10 && std::stoull(std::string(text)) <= INT32_MAX;
}

class Strings {
public:
	Strings(std::uint64_t seed, std::vector<std::string> names) : engine_(seed), names_(std::move(names)) {}

	std::string columns()
	{
		std::string list;
		if (below(64) == 0)
			list = "all";
		for (std::size_t i = below(below(20) ? 6 : 60) + 1; i && list != "all"; --i)
			list += (list.empty() ? "" : ",") + (below(12) ? names_[below(names_.size())] : odd());
		return spoil(list);
	}

	std::string log()
	{
		switch (below(6)) {
		case 0:
			return spoil("pids");
		case 1:
			return spoil(std::to_string(below(1u << 31)));
		case 2:
			return spoil(std::to_string(engine_()));
		case 3:
			return spoil("+000" + std::to_string(below(5)));
		case 4:
			return spoil(std::to_string(INT32_MAX - 1 + below(3)));
		default:
			return spoil(odd());
		}
	}

private:
	std::size_t below(std::size_t limit) { return engine_() % limit; }

	std::string odd()
	{
		std::string text;
		for (std::size_t i = below(below(100) ? 12 : 3000); i; --i)
			text += static_cast<char>(engine_());
		return text;
	}

	// Usually returns the string unchanged.
	std::string spoil(std::string text)
	{
		switch (below(16)) {
		case 0:
			text += '\n';
			break;
		case 1:
			text.insert(below(text.size() + 1), 1, static_cast<char>(engine_()));
			break;
		case 2:
			text = " " + text + "\t\n";
			break;
		case 3:
			text.insert(below(text.size() + 1), 1, '\0');
			break;
		case 4:
			text.erase(below(text.size() + 1), 1);
			break;
		case 5:
			text += std::string(below(3), ',');
			break;
		default:
			break;
		}
		// sysfs accepts at most one page, and ignores empty writes.
		text.resize(std::min<std::size_t>(text.size(), 4000));
		return text.empty() ? "\n" : text;
	}

	std::mt19937_64 engine_;
	std::vector<std::string> names_;
};

std::string readable(const std::string &text)
{
	std::string out;
	char hex[8];
	for (const char letter : text.substr(0, 200)) {
		std::snprintf(hex, sizeof(hex), "\\x%02x", static_cast<unsigned char>(letter));
		out += letter > ' ' && letter < 127 && letter != '\\' ? std::string(1, letter) : hex;
	}
	return out;
}

} // namespace

int main(int argc, char **argv)
{
	if (argc < 2) {
		std::cerr << "fuzz-parameters: STRINGS [SEED]\n";
		return 2;
	}
	const auto strings = std::strtoull(argv[1], nullptr, 0);
	const auto seed = argc > 2 ? std::strtoull(argv[2], nullptr, 0) : static_cast<std::uint64_t>(time(nullptr));
	const Parameter columns("columns"), log("log");
	process::need(columns.write_to("all") == 0, "columns=all");
	const auto names = split(columns.value());
	const std::set<std::string> known(names.begin(), names.end());
	Strings source(seed, names);
	std::uint64_t taken = 0, refused = 0;

	for (std::uint64_t i = 0; i < strings; ++i) {
		const bool is_columns = i % 2;
		const Parameter &parameter = is_columns ? columns : log;
		const std::string text = is_columns ? source.columns() : source.log();
		const std::string before = i % 64 ? "" : parameter.value();
		const bool wanted = is_columns ? are_columns(text, known) : is_log(text);
		const int error = parameter.write_to(text);
		const auto wrong = [&](const std::string &what) {
			std::cerr << "fuzz-parameters: seed " << seed << ", string " << i << ", "
				  << (is_columns ? "columns" : "log") << "=" << readable(text) << ": " << what
				  << std::endl;
			std::exit(1);
		};
		if (error && error != EINVAL)
			wrong(std::strerror(error));
		if (wanted != !error)
			wrong(error ? "refused" : "taken");
		(error ? refused : taken)++;
		if (!before.empty() && error && parameter.value() != before)
			wrong("it was refused, and the value is another one");
		// The value that is read must be accepted again.
		if (i % 64 == 1 && columns.write_to(columns.value()))
			wrong("its value is not taken back");
		if (i % 1024 == 1)
			if (const auto whole = read_whole("/proc/psinfo", 4096);
			    whole.error || whole.bytes.size() < 200)
				wrong("no table beside it");
	}
	columns.write_to("pid,name,stat,parent");
	std::cout << "seed " << seed << " strings " << strings << " taken " << taken << " refused " << refused
		  << std::endl;
	return 0;
}
