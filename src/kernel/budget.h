/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How much kernel memory snapshots may hold, in all and per user. Many
 * Raspberry Pi systems run without the memory cgroup, where GFP_KERNEL_ACCOUNT
 * bounds nothing; this does.
 *
 * Of max_mib, a quarter is kept for holders of CAP_SYS_RESOURCE, and no other
 * user holds more than half.
 */
#ifndef PSINFO_BUDGET_H
#define PSINFO_BUDGET_H

#include <linux/cred.h>
#include <linux/gfp.h>
#include <linux/types.h>

/*
 * For what a reader has allocated. It is charged to the reader's memory cgroup;
 * where that has no more, the reader is told -ENOMEM. Without RETRY_MAYFAIL the
 * OOM killer would end a process of the group instead, for no more than a look.
 */
#define PSINFO_GFP	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

struct psinfo_user;

/* What one open file has taken; all zero is a valid empty purse. */
struct psinfo_purse {
	struct psinfo_user *user;	/* NULL: privileged, or nothing taken */
	size_t bytes;
};

/**
 * psinfo_purse_take() - take @bytes out of the budget for @cred
 * @purse: where it is noted; one credential per purse
 * @cred: whose share it is: the real user, or if that user lives in a user
 *	namespace, whoever made it, so that a range of subordinate ids is one
 * @bytes: how much
 *
 * Context: may sleep.
 * Return: 0, -ENOBUFS beyond the budget, -ENOMEM. On error nothing is taken.
 */
int psinfo_purse_take(struct psinfo_purse *purse, const struct cred *cred,
		      size_t bytes);

/** psinfo_purse_empty() - give all that @purse took back */
void psinfo_purse_empty(struct psinfo_purse *purse);

#endif /* PSINFO_BUDGET_H */
