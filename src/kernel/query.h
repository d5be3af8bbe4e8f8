/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ioctl(): what programs ask /proc/psinfo, by the contract that stands in
 * uapi/psinfo/abi.h.
 */
#ifndef PSINFO_QUERY_H
#define PSINFO_QUERY_H

#include <linux/spinlock.h>
#include <linux/types.h>

#include "collect.h"
#include "visibility.h"

/*
 * How far the pass of an open file has come, to know whether the members of
 * the PID namespace were the same all the time.
 */
struct psinfo_pass {
	spinlock_t lock;	/* guards what follows */
	u64 cursor;		/* that the last call gave back; 0: none */
	bool stable;
	struct psinfo_members members;	/* when the pass began */
};

void psinfo_pass_init(struct psinfo_pass *pass);

/**
 * psinfo_query_ioctl() - answer one request
 * @viewer: who opened the file
 * @pass: of the same file; calls at the same time are fine
 * @request: PSINFO_IOC_..., whatever size it holds
 * @argument: pointer to the request's structure, in user space
 *
 * Context: sleeps.
 * Return: 0 or an error of the contract.
 */
long psinfo_query_ioctl(const struct psinfo_viewer *viewer,
			struct psinfo_pass *pass, unsigned int request,
			void __user *argument);

#endif /* PSINFO_QUERY_H */
