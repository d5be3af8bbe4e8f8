// SPDX-License-Identifier: MIT
// The interface between the library and the kernel: one ioctl. Tests implement it
// to simulate the module.
#ifndef PSINFO_LIB_DEVICE_H
#define PSINFO_LIB_DEVICE_H

namespace psinfo {

/// An open /proc/psinfo. Several threads may call it at once.
class Device {
public:
	virtual ~Device() = default;

	/// Calls ioctl(request, argument). Returns 0 or the errno.
	[[nodiscard]] virtual int ask(unsigned long request, void *argument) const = 0;
};

} // namespace psinfo

#endif // PSINFO_LIB_DEVICE_H
