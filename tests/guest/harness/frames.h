// SPDX-License-Identifier: GPL-2.0
// The protocol between guest and host over the single serial console: framed
// lines that cannot be confused with kernel messages or test output.
//
//   @psinfo NONCE SEQUENCE CHANNEL PAYLOAD CHECKSUM
//
// NONCE is new for every boot and known only to init. SEQUENCE counts from 0
// without gaps. CHANNEL is one letter. PAYLOAD is base64, so it contains no
// newline. CHECKSUM is the CRC-32 of everything before it. A frame starts on a
// new line, whatever was written to the console before it.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frames {

enum Channel : char {
	Output = 'o', // the command's standard output
	Error = 'e', // the command's standard error
	Kernel = 'k', // records of /dev/kmsg
	Prompt = 'p', // a shell is about to read: input typed now is not lost
	Verdict = 'v', // one of the three below; always the last frame
};

// Payload of a verdict: "exited N", "killed N" or "broken SENTENCE".

// Sent as a record of the kernel log when /dev/kmsg reports that records were lost (EPIPE)
inline constexpr std::string_view lost_records = "psinfo harness: records were overwritten before they could be read";

struct Frame {
	std::uint64_t sequence = 0;
	char channel = 0;
	std::string payload;
};

inline constexpr std::string_view marker = "@psinfo ";
// A frame is one write() to the console; longer frames would not be faster.
inline constexpr std::size_t largest_payload = 3000;

inline std::uint32_t checksum(std::string_view bytes)
{
	static const auto table = [] {
		std::array<std::uint32_t, 256> t{};
		for (std::uint32_t i = 0; i < 256; ++i) {
			std::uint32_t c = i;
			for (int bit = 0; bit < 8; ++bit)
				c = (c >> 1) ^ (c & 1 ? 0xedb88320u : 0);
			t[i] = c;
		}
		return t;
	}();
	std::uint32_t crc = ~0u;
	for (unsigned char byte : bytes)
		crc = (crc >> 8) ^ table[(crc ^ byte) & 0xff];
	return ~crc;
}

inline constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

inline std::string to_base64(std::string_view bytes)
{
	std::string text;
	text.reserve((bytes.size() + 2) / 3 * 4 + 1);
	for (std::size_t i = 0; i < bytes.size(); i += 3) {
		const std::size_t left = bytes.size() - i;
		std::uint32_t group = static_cast<unsigned char>(bytes[i]) << 16;
		if (left > 1)
			group |= static_cast<unsigned char>(bytes[i + 1]) << 8;
		if (left > 2)
			group |= static_cast<unsigned char>(bytes[i + 2]);
		text += alphabet[group >> 18 & 63];
		text += alphabet[group >> 12 & 63];
		text += left > 1 ? alphabet[group >> 6 & 63] : '=';
		text += left > 2 ? alphabet[group & 63] : '=';
	}
	// An empty payload must still be a word of the line.
	return text.empty() ? "=" : text;
}

inline std::optional<std::string> from_base64(std::string_view text)
{
	static const auto values = [] {
		std::array<int, 256> t;
		t.fill(-1);
		for (std::size_t i = 0; i < alphabet.size(); ++i)
			t[static_cast<unsigned char>(alphabet[i])] = static_cast<int>(i);
		return t;
	}();
	std::string bytes;
	std::uint32_t group = 0;
	int bits = 0;
	while (!text.empty() && text.back() == '=')
		text.remove_suffix(1);
	for (unsigned char letter : text) {
		if (values[letter] < 0)
			return std::nullopt;
		group = group << 6 | static_cast<std::uint32_t>(values[letter]);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			bytes += static_cast<char>(group >> bits & 0xff);
		}
	}
	return bytes;
}

inline std::string encode(std::string_view nonce, const Frame &frame)
{
	std::string line(marker);
	line.append(nonce).append(" ").append(std::to_string(frame.sequence)).append(" ");
	line += frame.channel;
	line.append(" ").append(to_base64(frame.payload)).append(" ");
	line.append(std::to_string(checksum(line)));
	// The first newline ends an unfinished line on the console.
	return "\n" + line + "\n";
}

// Decodes a line that begins with the marker. Returns nothing if the nonce is
// wrong or the line was corrupted.
inline std::optional<Frame> decode(std::string_view nonce, std::string_view line)
{
	std::vector<std::string_view> words;
	std::size_t from = 0;
	const std::size_t last_space = line.rfind(' ');
	for (std::size_t at; (at = line.find(' ', from)) != line.npos; from = at + 1)
		words.push_back(line.substr(from, at - from));
	words.push_back(line.substr(from));
	if (words.size() != 6 || words[1] != nonce || words[3].size() != 1)
		return std::nullopt;
	const auto number = [](std::string_view word, auto &value) {
		const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
		return error == std::errc() && end == word.data() + word.size();
	};
	Frame frame;
	std::uint32_t sum = 0;
	if (!number(words[2], frame.sequence) || !number(words[5], sum))
		return std::nullopt;
	if (checksum(line.substr(0, last_space + 1)) != sum)
		return std::nullopt;
	auto payload = from_base64(words[4]);
	if (!payload)
		return std::nullopt;
	frame.channel = words[3][0];
	frame.payload = std::move(*payload);
	return frame;
}

} // namespace frames
