/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ioctl(): binary records for programs, as specified in uapi/psinfo/abi.h.
 */
#ifndef PSINFO_QUERY_H
#define PSINFO_QUERY_H

#include <linux/types.h>

#include "visibility.h"

/**
 * psinfo_query_ioctl() - handle one request
 * @opener: the viewer of the open file; concurrent calls are allowed
 * @request: PSINFO_IOC_...; the size encoded in it is ignored
 * @argument: pointer to the request's structure, in user space
 *
 * Context: may sleep.
 * Return: 0 or an error specified in abi.h.
 */
long psinfo_query_ioctl(const struct psinfo_viewer *opener,
			unsigned int request, void __user *argument);

#endif /* PSINFO_QUERY_H */
