/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory of snapshots: single pages, charged to accounts, with a limit for the
 * total. Many Raspberry Pi systems run without the memory cgroup, so that
 * GFP_KERNEL_ACCOUNT limits nothing; this budget does.
 *
 * Each user has an account. Processes in a user namespace are charged to the
 * owner of their outermost user namespace, so that all subordinate ids of a
 * user share one account. If root owns that namespace, as in containers started
 * by a system service, the namespace has its own account. Processes with
 * CAP_SYS_RESOURCE in the initial user namespace share root's account.
 *
 * When the budget is full, snapshots are revoked so that accounts that hold
 * much do not lock out the others: the oldest snapshot of the account that
 * holds most, preferably one not in use. That account must hold more than the
 * requesting one would, unless this is the only snapshot of the requesting
 * account. Readers of a revoked snapshot get -ESTALE and must reopen the file.
 * An account other than root's may hold at most half of the budget, and all of
 * those together at most three quarters.
 */
#ifndef PSINFO_BUDGET_H
#define PSINFO_BUDGET_H

#include <linux/cred.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/types.h>

/*
 * For all allocations on behalf of a reader. They are charged to the reader's
 * memory cgroup; if that is full, the reader gets -ENOMEM. Without
 * __GFP_RETRY_MAYFAIL the OOM killer would kill a process of the cgroup instead.
 */
#define PSINFO_GFP	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/**
 * psinfo_alloc() - allocate memory from single pages; free it with kvfree()
 * @bytes: size; above PAGE_SIZE the memory is only virtually contiguous, because
 *	physically contiguous pages might require compaction
 *
 * Return: the memory, not zeroed, or NULL.
 */
void *psinfo_alloc(size_t bytes);

struct psinfo_account;

/*
 * The pages of one snapshot; all zero is valid and empty. The owner may use the
 * pages only between psinfo_memory_begin() and psinfo_memory_end().
 */
struct psinfo_memory {
	void **pages;			/* each of PAGE_SIZE bytes */
	unsigned int nr_pages;
	unsigned int max_pages;		/* capacity of the array */
	/* Protected by budget_lock, as is detaching the pages */
	struct psinfo_account *account;	/* NULL: not open */
	struct list_head link;		/* in account->memories until detached */
	size_t bytes;			/* charged for pages and array */
	size_t fixed_bytes;		/* charged and not revocable */
	bool in_use;
	bool revoked;
};

/**
 * psinfo_memory_open() - open a snapshot's memory, which is in use at once
 * @memory: all zero
 * @cred: determines the account; must be pinned until psinfo_memory_close()
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM; on error @memory is still all zero.
 */
int psinfo_memory_open(struct psinfo_memory *memory, const struct cred *cred);

/**
 * psinfo_memory_add_page() - add a page, not zeroed
 *
 * Context: may sleep; @memory is in use.
 * Return: 0; -ENOBUFS if the account's share is used up, if the budget is full
 * and no other account holds more, if this snapshot alone exceeds the budget, or
 * if revoked memory is still in use after half a second; -ESTALE if this
 * snapshot was revoked; -ENOMEM; -EINTR; -ENODEV.
 */
int psinfo_memory_add_page(struct psinfo_memory *memory);

/**
 * psinfo_memory_charge_buffer() - charge @bytes that cannot be revoked
 *
 * These are limited to a sixteenth of the budget per account and a quarter in
 * total. psinfo_memory_close() uncharges them.
 *
 * Return: true if charged.
 */
bool psinfo_memory_charge_buffer(struct psinfo_memory *memory, size_t bytes);

/**
 * psinfo_memory_begin() - keep the pages until psinfo_memory_end()
 *
 * Between the two, do not access user space: another reader may be waiting.
 * Return: 0, or -ESTALE if the snapshot was revoked.
 */
int psinfo_memory_begin(struct psinfo_memory *memory);
void psinfo_memory_end(struct psinfo_memory *memory);

/** psinfo_memory_close() - free everything; @memory is all zero again */
void psinfo_memory_close(struct psinfo_memory *memory);

#endif /* PSINFO_BUDGET_H */
