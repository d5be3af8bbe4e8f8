// SPDX-License-Identifier: GPL-2.0
// Which source it shall be.
#include <psinfo/source.h>

namespace psinfo {

Result<std::unique_ptr<Source>> open_source(Choice choice)
{
	if (choice == Choice::Proc)
		return open_proc();
	auto module = open_module();
	if (choice == Choice::Auto && !module && module.error().kind == Error::Kind::NotFound)
		return open_proc();
	return module;
}

} // namespace psinfo
