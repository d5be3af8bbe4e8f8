// SPDX-License-Identifier: MIT
// The source that uses the ioctls of the module psinfo.
#ifndef PSINFO_LIB_MODULE_SOURCE_H
#define PSINFO_LIB_MODULE_SOURCE_H

#include <memory>
#include <string>

#include <psinfo/source.h>

#include <psinfo/abi.h>

#include "device.h"

namespace psinfo {

/// Returns what the module supports. Errors: Abi, Malformed, or those of the ioctl.
/// `path` is used in error messages.
[[nodiscard]] Result<psinfo_info> ask_info(const Device &device, const std::string &path);

class ModuleSource final : public Source {
public:
	/// Records per call: at most 104 KiB.
	static constexpr std::uint32_t capacity = 512;

	/// `info` is the result of ask_info() for the device.
	ModuleSource(std::unique_ptr<const Device> device, std::string path, const psinfo_info &info)
		: device_(std::move(device)), path_(std::move(path)), info_(info)
	{
	}

	[[nodiscard]] Result<Snapshot> take(const Query &query) const override;
	[[nodiscard]] std::string_view name() const override { return "module"; }

private:
	[[nodiscard]] psinfo_query request_of(const Query &query) const;
	[[nodiscard]] std::optional<Error> ask(psinfo_query &request) const;

	const std::unique_ptr<const Device> device_;
	const std::string path_;
	const psinfo_info info_;
};

} // namespace psinfo

#endif // PSINFO_LIB_MODULE_SOURCE_H
