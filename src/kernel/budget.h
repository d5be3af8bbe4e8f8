/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The memory of snapshots: single pages, charged to an account, within a limit
 * for all. Many Raspberry Pi systems run without the memory cgroup, where
 * GFP_KERNEL_ACCOUNT bounds nothing; this does.
 *
 * An account is a user. Processes in a user namespace are charged to the
 * owner of their outermost user namespace, so that a range of subordinate ids
 * is one account; if root owns it, as with containers that a system service
 * starts, each such namespace is an account of its own. All processes with
 * CAP_SYS_RESOURCE in the initial user namespace share the account of root.
 *
 * When the budget is full, snapshots are revoked, so that whoever holds little
 * is not refused because others hold much: the oldest one of the account that
 * holds most, those that are not in use first. That account must hold more than
 * the asking one, unless this is the only snapshot of the asking account. The
 * reader of a revoked snapshot gets -ESTALE and opens the file again. An account
 * other than root's holds at most half of the budget, and all of those together
 * at most three quarters.
 */
#ifndef PSINFO_BUDGET_H
#define PSINFO_BUDGET_H

#include <linux/cred.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/types.h>

/*
 * For all that a reader has allocated. It is charged to the reader's memory
 * cgroup; when that is full, the reader gets -ENOMEM. Without
 * __GFP_RETRY_MAYFAIL the OOM killer would end a process of the cgroup instead.
 */
#define PSINFO_GFP	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/**
 * psinfo_alloc() - memory made of single pages; kvfree() frees it
 * @bytes: how much; what is larger than a page is mapped together, because
 *	physically contiguous pages would have to be made by compaction
 *
 * Return: the memory, not zeroed, or NULL.
 */
void *psinfo_alloc(size_t bytes);

struct psinfo_account;

/*
 * The pages of one snapshot. All zero is a valid empty one. Its owner uses the
 * pages only between psinfo_memory_begin() and psinfo_memory_end().
 */
struct psinfo_memory {
	void **pages;			/* each of PAGE_SIZE bytes */
	unsigned int nr_pages;
	unsigned int max_pages;		/* that the array has room for */
	/* Guarded by the lock of budget.c, as is taking the pages away */
	struct psinfo_account *account;	/* NULL: not open */
	struct list_head link;		/* of the account; none once revoked */
	size_t bytes;			/* charged for pages and array */
	size_t fixed_bytes;		/* charged for what cannot be revoked */
	bool in_use;
	bool revoked;
};

/**
 * psinfo_memory_open() - begin a snapshot; it is in use from now on
 * @memory: all zero
 * @cred: who is charged; pinned until psinfo_memory_close()
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM; on error @memory is still all zero.
 */
int psinfo_memory_open(struct psinfo_memory *memory, const struct cred *cred);

/**
 * psinfo_memory_add_page() - one page more, not zeroed
 *
 * Context: may sleep; @memory is in use.
 * Return: 0; -ENOBUFS if the account holds its share or no other holds more, if
 * this snapshot alone is larger than the budget, or if memory that was claimed
 * is still in use after half a second; -ESTALE if this snapshot was revoked;
 * -ENOMEM; -EINTR; -ENODEV.
 */
int psinfo_memory_add_page(struct psinfo_memory *memory);

/**
 * psinfo_memory_charge_buffer() - charge @bytes that cannot be revoked
 *
 * A sixteenth of the budget is available for this to each account, and a quarter
 * to all of them. psinfo_memory_close() gives it back.
 *
 * Return: whether it was charged.
 */
bool psinfo_memory_charge_buffer(struct psinfo_memory *memory, size_t bytes);

/**
 * psinfo_memory_begin() - use the pages: they stay until psinfo_memory_end()
 *
 * Between the two, do not access user space: somebody may wait for the memory.
 * Return: 0, or -ESTALE if the snapshot was revoked.
 */
int psinfo_memory_begin(struct psinfo_memory *memory);
void psinfo_memory_end(struct psinfo_memory *memory);

/** psinfo_memory_close() - free everything; @memory is all zero again */
void psinfo_memory_close(struct psinfo_memory *memory);

#endif /* PSINFO_BUDGET_H */
