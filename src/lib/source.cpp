// SPDX-License-Identifier: MIT
// Chooses the source.
#include <psinfo/source.h>

#include "choice.h"

namespace psinfo {

Result<std::unique_ptr<Source>> open_chosen(Choice choice, const OpenSource &module, const OpenSource &proc,
					    std::optional<Error> *ret_module_error)
{
	if (choice == Choice::Proc)
		return proc();
	auto opened = module();
	if (choice == Choice::Module || opened)
		return opened;
	auto other = proc();
	if (other && ret_module_error)
		*ret_module_error = opened.error();
	return other;
}

Result<std::unique_ptr<Source>> open_source(Choice choice, std::optional<Error> *ret_module_error)
{
	return open_chosen(
		choice, [] { return open_module(); }, [] { return open_proc(); }, ret_module_error);
}

} // namespace psinfo
