// SPDX-License-Identifier: GPL-2.0
// Decoding of binary records: each field is at its documented offset, and invalid
// bytes are refused, without reading beyond them.
#include <climits>
#include <cstring>
#include <random>

#include <gtest/gtest.h>

#include "decode.h"
#include "lib_fake_module.h"
#include "members.h"

using namespace psinfo;
using namespace std::chrono_literals;

namespace {

/// Bytes of exactly that size on the heap, so that ASan detects reads beyond them.
class Bytes {
public:
	explicit Bytes(std::size_t size) : size_(size), bytes_(new std::byte[size]()) {}
	template <typename Number> void put(std::size_t offset, Number number)
	{
		ASSERT_LE(offset + sizeof(number), size_);
		std::memcpy(bytes_.get() + offset, &number, sizeof(number));
	}
	[[nodiscard]] std::span<std::byte> span() const { return {bytes_.get(), size_}; }

private:
	std::size_t size_;
	std::unique_ptr<std::byte[]> bytes_;
};

/// A record of ABI 1.0
constexpr std::size_t whole = 208;

/// A record as it is in memory, written by offset and not through the struct.
Bytes recorded(std::size_t size = whole)
{
	Bytes bytes(whole);
	std::uint32_t words[] = {4242, 4200, 17, 99, 4000, 4100};
	for (std::size_t i = 0; i < std::size(words); i++)
		bytes.put(i * 4, words[i]);
	bytes.put(24, std::uint64_t{123'456'789'012});
	bytes.put(32, std::uint32_t{0x00200040});
	bytes.put(36, std::uint8_t{2});
	const char name[] = "od d)\n\xff";
	std::memcpy(bytes.span().data() + 40, name, sizeof(name));
	std::uint32_t ids[] = {1000, 0, 100, 5};
	for (std::size_t i = 0; i < std::size(ids); i++)
		bytes.put(64 + i * 4, ids[i]);
	std::int32_t sched[] = {-2, 120, 98, 0, 1, 1, 3, 4};
	for (std::size_t i = 0; i < std::size(sched); i++)
		bytes.put(80 + i * 4, sched[i]);
	for (std::size_t i = 0; i < 7; i++)
		bytes.put(112 + i * 8, std::uint64_t{1'000'000 + i});
	bytes.put(168, std::uint32_t{12});
	for (std::size_t i = 0; i < 3; i++)
		bytes.put(176 + i * 8, std::uint64_t{1} << (40 + i));
	bytes.put(200, std::uint64_t{0x1'0000'0abc});

	Bytes cut(size);
	std::memcpy(cut.span().data(), bytes.span().data(), std::min(size, whole));
	return cut;
}

std::vector<Process> decoded(const Bytes &bytes, std::size_t count, const Layout &layout)
{
	std::vector<Process> processes;
	const auto error = decode_records(bytes.span(), count, layout, processes);
	EXPECT_FALSE(error) << error->message();
	return processes;
}

std::optional<Error> refused(std::span<const std::byte> bytes, std::size_t count, const Layout &layout)
{
	std::vector<Process> processes;
	return decode_records(bytes, count, layout, processes);
}

#define GROUP(group, ...) | PSINFO_GROUP_##group
constexpr std::uint32_t all = 0
#include "fields.def"
	;
constexpr std::uint32_t all_of_1_0 =
	PSINFO_GROUP_CRED | PSINFO_GROUP_SCHED | PSINFO_GROUP_TIMES | PSINFO_GROUP_MEMORY | PSINFO_GROUP_CGROUP;

} // namespace

TEST(Decode, IdentityFieldsAreAtTheirContractOffsets)
{
	const auto processes = decoded(recorded(), 1, {whole, whole, all_of_1_0});
	ASSERT_EQ(processes.size(), 1U);
	const auto &process = processes[0];
	EXPECT_EQ(process.pid, 4242);
	EXPECT_EQ(process.tgid, 4200);
	EXPECT_EQ(process.ppid, 17);
	EXPECT_EQ(process.tracer, 99);
	EXPECT_EQ(process.session, 4000);
	EXPECT_EQ(process.pgrp, 4100);
	EXPECT_EQ(process.start, 123'456'789'012ns);
	EXPECT_EQ(process.flags, 0x00200040U);
	EXPECT_EQ(process.state, State::Uninterruptible);
	EXPECT_EQ(process.name, "od d)\n\xff");
	EXPECT_TRUE(process.is_kernel_thread());
	EXPECT_TRUE(process.is_thread());
}

TEST(Decode, GroupFieldsAreAtTheirContractOffsets)
{
	const auto process = decoded(recorded(), 1, {whole, whole, all_of_1_0}).at(0);
	EXPECT_EQ(process.credentials, (Credentials{1000, 0, 100, 5}));
	EXPECT_EQ(process.scheduling, (Scheduling{-2, 120, 98, 0, 1, 1, 3, 4}));
	EXPECT_EQ(process.times,
		  (Times{1'000'000ns, 1'000'001ns, 1'000'002ns, 1'000'003, 1'000'004, 1'000'005, 1'000'006, 12}));
	EXPECT_EQ(process.memory, (Memory{1ULL << 40, 1ULL << 41, 1ULL << 42}));
	EXPECT_EQ(process.control_group.value().cgroup, 0x1'0000'0abcU);
}

/// A small number as the value of a member of the record, and of the field that it becomes
template <typename Member> void put(Member &to, int number)
{
	if constexpr (std::is_array_v<Member>)
		to[0] = static_cast<__u8>('a' + number);
	else
		to = static_cast<Member>(number);
}

std::int64_t number_in(State value)
{
	return static_cast<std::int64_t>(value);
}
std::int64_t number_in(const std::string &value)
{
	return value.at(0) - 'a';
}
std::int64_t number_in(std::chrono::nanoseconds value)
{
	return value.count();
}
template <std::integral Number> std::int64_t number_in(Number value)
{
	return value;
}
template <typename Value> std::int64_t number_in(const std::optional<Value> &value)
{
	return number_in(value.value());
}

TEST(Decode, EveryFieldOfFieldsDefIsDecoded)
{
	psinfo_record record{};
	std::vector<Process> processes;
	int number = 0;
	record.pid = record.tgid = 1;
	const auto decode = [&] {
		processes.clear();
		const auto error = decode_records(std::as_bytes(std::span(&record, 1)), 1,
						  {sizeof(record), sizeof(record), all}, processes);
		ASSERT_FALSE(error);
	};
	// Different numbers, and below the number of states
#define FIELD(group, name, member, ...) \
	number = number % 9 + 1;        \
	put(record.member, number);     \
	decode();                       \
	EXPECT_EQ(number_in(*field_of<group_of_##group, &type_of_##group::name>(processes.at(0))), number) << #name;
#include "fields.def"
}

TEST(Decode, RecordsOfAModuleThatKnowsOnlyTheIdentityAreDecoded)
{
	const auto process = decoded(recorded(), 1, {whole, 64, 0}).at(0);
	EXPECT_EQ(process.pid, 4242);
	EXPECT_GE(record_size_of_all(all), record_size(all));
	EXPECT_EQ(record_size_of_all(all), sizeof(psinfo_record));
	EXPECT_EQ(record_size_of_all(0), 64U);
}

TEST(Decode, OnlyFilledGroupsAreSet)
{
	for (std::uint32_t groups = 0; groups <= all; groups++) {
		const auto size = record_size(groups);
		const auto process = decoded(recorded(size), 1, {size, std::max(size, whole), groups}).at(0);
#define GROUP(group, member, ...) \
	EXPECT_EQ(process.member.has_value(), bool(groups & PSINFO_GROUP_##group)) << groups << ", " << #group;
#include "fields.def"
	}
}

TEST(Decode, RecordSizesAreTheMinimumForTheirGroups)
{
	EXPECT_EQ(record_size(0), 64U);
	EXPECT_EQ(record_size(PSINFO_GROUP_CRED), 80U);
	EXPECT_EQ(record_size(PSINFO_GROUP_SCHED), 112U);
	EXPECT_EQ(record_size(PSINFO_GROUP_TIMES), 176U);
	EXPECT_EQ(record_size(PSINFO_GROUP_MEMORY | PSINFO_GROUP_CRED), 200U);
	EXPECT_EQ(record_size(PSINFO_GROUP_CGROUP), 208U);
	EXPECT_EQ(group_bits(Groups::all()), all);
	EXPECT_EQ(group_bits({.times = true}), PSINFO_GROUP_TIMES);
	EXPECT_EQ(group_bits({}), 0U);
}

TEST(Decode, TheExtraBytesOfANewerModulesRecordsAreSkipped)
{
	constexpr std::size_t longer = sizeof(psinfo_record) + 48;
	Bytes bytes(3 * longer);
	for (std::size_t i = 0; i < 3; i++) {
		std::memset(bytes.span().data() + i * longer, 0xee, longer);
		std::memcpy(bytes.span().data() + i * longer, recorded().span().data(), whole);
		bytes.put(i * longer, static_cast<std::uint32_t>(i + 1));
	}
	const auto processes = decoded(bytes, 3, {longer, longer, all_of_1_0});
	ASSERT_EQ(processes.size(), 3U);
	EXPECT_EQ(processes[2].pid, 3);
	EXPECT_EQ(processes[2].control_group.value().cgroup, 0x1'0000'0abcU);
}

TEST(Decode, NamesEndAtTheFirstZeroOrAfter16Bytes)
{
	auto bytes = recorded(64);
	std::memset(bytes.span().data() + 40, 'x', 16);
	EXPECT_EQ(decoded(bytes, 1, {64, 64, 0}).at(0).name, std::string(16, 'x'));
	bytes.put(40, std::uint8_t{0});
	EXPECT_EQ(decoded(bytes, 1, {64, 64, 0}).at(0).name, "");
}

TEST(Decode, UnknownStatesAreOther)
{
	auto bytes = recorded(64);
	for (unsigned state = 0; state <= 255; state++) {
		bytes.put(36, static_cast<std::uint8_t>(state));
		const auto expected = state < state_count ? all_states[state] : State::Other;
		EXPECT_EQ(decoded(bytes, 1, {64, 64, 0}).at(0).state, expected) << state;
	}
}

TEST(Decode, InvalidPidsAreMalformed)
{
	for (const std::size_t offset : {0, 4, 8, 12, 16, 20}) {
		auto bytes = recorded(64);
		bytes.put(offset, static_cast<std::uint32_t>(INT_MAX));
		EXPECT_FALSE(refused(bytes.span(), 1, {64, 64, 0})) << offset;
		bytes.put(offset, static_cast<std::uint32_t>(INT_MAX) + 1);
		ASSERT_TRUE(refused(bytes.span(), 1, {64, 64, 0})) << offset;
		EXPECT_EQ(refused(bytes.span(), 1, {64, 64, 0})->kind, Error::Kind::Malformed);
		bytes.put(offset, std::uint32_t{0});
		EXPECT_EQ(refused(bytes.span(), 1, {64, 64, 0}).has_value(), offset < 8) << "zero at " << offset;
	}
}

TEST(Decode, InconsistentLayoutsAreMalformed)
{
	const auto bytes = recorded();
	EXPECT_TRUE(refused(bytes.span(), 1, {0, whole, 0}));
	EXPECT_TRUE(refused(bytes.span(), 1, {63, whole, 0}));
	EXPECT_TRUE(refused(bytes.span(), 1, {64, 63, 0}));
	EXPECT_TRUE(refused(bytes.span(), 1, {whole, 0, 0}));
	EXPECT_TRUE(refused(bytes.span(), 1, {200, whole, PSINFO_GROUP_CGROUP}));
	EXPECT_TRUE(refused(bytes.span(), 1, {whole, 200, PSINFO_GROUP_CGROUP}));
	EXPECT_TRUE(refused(bytes.span(), 2, {whole, whole, 0}));
	EXPECT_TRUE(refused(bytes.span(), SIZE_MAX, {whole, whole, 0}));
	EXPECT_TRUE(refused(bytes.span(), SIZE_MAX / whole + 2, {whole, whole, 0}));
	EXPECT_FALSE(refused(bytes.span(), 0, {whole, whole, 0}));
}

TEST(Decode, TruncatedRecordsAreMalformedAtEveryLength)
{
	for (std::size_t length = 0; length < whole; length++) {
		const auto bytes = recorded(length);
		EXPECT_TRUE(refused(bytes.span(), 1, {whole, whole, all_of_1_0})) << length;
		EXPECT_EQ(refused(bytes.span(), 1, {std::max<std::size_t>(length, 1), whole, 0}).has_value(),
			  length < 64)
			<< length;
	}
}

TEST(Decode, RandomBytesAreEitherDecodedOrRefused)
{
	std::mt19937 random(20240131); // the same bytes each time
	for (int round = 0; round < 20000; round++) {
		Bytes bytes(random() % 700);
		for (auto &byte : bytes.span())
			byte = static_cast<std::byte>(random());
		// Without this, nearly every round would fail at the first pid.
		if (round % 2) {
			for (std::size_t i = 0; i < bytes.span().size(); i++)
				bytes.span()[i] &= static_cast<std::byte>(i % 4 == 3 ? 0x7f : 0xff);
		}
		std::vector<Process> processes;
		const Layout layout{random() % 260, random() % 260, static_cast<std::uint32_t>(random() % 64)};
		const auto count = random() % 8;
		const auto error = decode_records(bytes.span(), count, layout, processes);
		ASSERT_LE(processes.size(), count);
		ASSERT_EQ(processes.size() == count, !error || processes.size() == count);
		for (const auto &process : processes)
			ASSERT_GT(process.pid, 0);
	}
}

TEST(Decode, TotalsAreSummedAndUnknownStatesCountAsOther)
{
	psinfo_query answer{};
	for (std::uint32_t i = 0; i < PSINFO_STATES_MAX; i++) {
		answer.processes[i] = 1U << i;
		answer.threads[i] = UINT32_MAX;
	}
	Totals totals;
	add_totals(answer, totals);
	add_totals(answer, totals);
	EXPECT_EQ(totals.processes_in(State::Running), 2U);
	EXPECT_EQ(totals.processes_in(State::Parked), 2U << 8);
	EXPECT_EQ(totals.processes_in(State::Other), 2U * 0xfe00);
	EXPECT_EQ(totals.all_processes(), 2U * 0xffff);
	EXPECT_EQ(totals.all_threads(), 32ULL * UINT32_MAX);
}
