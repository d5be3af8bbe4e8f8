// SPDX-License-Identifier: MIT
// The source that reads the directories of /proc.
#ifndef PSINFO_LIB_PROC_SOURCE_H
#define PSINFO_LIB_PROC_SOURCE_H

#include <psinfo/source.h>

#include "descriptor.h"

namespace psinfo {

class ProcSource final : public Source {
public:
	/// `directory` is a procfs; `path` is used in error messages.
	ProcSource(Descriptor directory, std::string path) : directory_(std::move(directory)), path_(std::move(path)) {}

	[[nodiscard]] Result<Snapshot> take(const Query &query) const override;
	[[nodiscard]] std::string_view name() const override { return "proc"; }

private:
	const Descriptor directory_;
	const std::string path_;
};

} // namespace psinfo

#endif // PSINFO_LIB_PROC_SOURCE_H
