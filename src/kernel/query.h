/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ioctl(): binary records for programs, by the contract in uapi/psinfo/abi.h.
 */
#ifndef PSINFO_QUERY_H
#define PSINFO_QUERY_H

#include <linux/types.h>

#include "visibility.h"

/**
 * psinfo_query_ioctl() - answer one request
 * @opener: who opened the file; several calls at a time are fine
 * @request: PSINFO_IOC_..., whatever size it holds
 * @argument: pointer to the request's structure, in user space
 *
 * Context: sleeps.
 * Return: 0 or an error of the contract.
 */
long psinfo_query_ioctl(const struct psinfo_viewer *opener,
			unsigned int request, void __user *argument);

#endif /* PSINFO_QUERY_H */
