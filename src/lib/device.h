// SPDX-License-Identifier: GPL-2.0
// The seam between the library and the kernel: one ioctl. In tests something
// else plays the module.
#ifndef PSINFO_LIB_DEVICE_H
#define PSINFO_LIB_DEVICE_H

namespace psinfo {

/// An open /proc/psinfo. Asked by several threads at once.
class Device {
public:
	virtual ~Device() = default;

	/// ioctl(request, argument): 0, or the errno.
	[[nodiscard]] virtual int ask(unsigned long request, void *argument) const = 0;
};

} // namespace psinfo

#endif // PSINFO_LIB_DEVICE_H
