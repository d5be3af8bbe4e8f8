// SPDX-License-Identifier: GPL-2.0
/*
 * The memory budget of snapshots: accounts, charging and revoking.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "budget.h"

#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "account.h"
#include "stop.h"

enum {
	LOWEST_MAX_MIB = 1,
	HIGHEST_MAX_MIB = 1024,
	FIRST_PAGES = 16,
};

static unsigned int max_mib = 64;

/* Protects the variables below, all accounts and the state of each memory. */
static DEFINE_SPINLOCK(budget_lock);
static LIST_HEAD(accounts);		/* with at least one open memory */
static size_t bytes_all;
static size_t bytes_users;		/* of these, in accounts other than root's */
static size_t fixed_bytes_all;
static size_t bytes_claimed;		/* revoked, but still in use */

static int max_mib_set(const char *val, const struct kernel_param *kp)
{
	unsigned int mib;

	if (kstrtouint(val, 0, &mib) || mib < LOWEST_MAX_MIB ||
	    mib > HIGHEST_MAX_MIB) {
		pr_err("max_mib: expected a number of MiB from %d to %d, not \"%*pE\"\n",
		       LOWEST_MAX_MIB, HIGHEST_MAX_MIB,
		       (int)min_t(size_t, strcspn(val, "\n"), 40), val);
		return -EINVAL;
	}
	WRITE_ONCE(max_mib, mib);
	return 0;
}

static const struct kernel_param_ops max_mib_ops = {
	.set = max_mib_set,
	.get = param_get_uint,
};

module_param_cb(max_mib, &max_mib_ops, &max_mib, 0644);
__MODULE_PARM_TYPE(max_mib, "uint");
MODULE_PARM_DESC(max_mib,
		 "limit on kernel memory held by open snapshots, in MiB: at most half per user, a quarter reserved for root (default 64)");

/*
 * Some kernels warn if vmalloc is given __GFP_RETRY_MAYFAIL. __GFP_NORETRY avoids
 * the OOM killer as well.
 */
void *psinfo_alloc(size_t bytes)
{
	if (bytes > PAGE_SIZE)
		return __vmalloc(bytes, (PSINFO_GFP & ~__GFP_RETRY_MAYFAIL) |
					__GFP_NORETRY);
	return kmalloc(bytes, PSINFO_GFP);
}

/* ---- accounts ------------------------------------------------------------ */

static struct psinfo_account *account_find(const struct psinfo_account *key)
{
	struct psinfo_account *account;

	lockdep_assert_held(&budget_lock);
	list_for_each_entry(account, &accounts, link) {
		if (psinfo_account_is_same(account, key))
			return account;
	}
	return NULL;
}

int psinfo_memory_open(struct psinfo_memory *memory, const struct cred *cred)
{
	struct psinfo_account *fresh = kzalloc(sizeof(*fresh), PSINFO_GFP);
	struct psinfo_account *account;

	if (!fresh)
		return -ENOMEM;
	INIT_LIST_HEAD(&fresh->memories);
	psinfo_account_set_key(fresh, cred);

	spin_lock(&budget_lock);
	account = account_find(fresh);
	if (!account) {
		account = fresh;
		fresh = NULL;
		list_add(&account->link, &accounts);
	}
	account->nr_memories++;
	memory->account = account;
	memory->in_use = true;
	list_add_tail(&memory->link, &account->memories);
	spin_unlock(&budget_lock);

	kfree(fresh);
	return 0;
}

/* ---- charging ------------------------------------------------------------ */

static size_t budget_limit(void)
{
	return (size_t)READ_ONCE(max_mib) << 20;
}

static bool is_share_exceeded(const struct psinfo_account *account,
			      size_t bytes)
{
	return !account->is_root &&
	       account->bytes + bytes > budget_limit() / 2;
}

static bool users_fit(size_t bytes)
{
	size_t limit = budget_limit();

	lockdep_assert_held(&budget_lock);
	return bytes_users + bytes <= limit - limit / 4;
}

static bool fits(const struct psinfo_account *account, size_t bytes)
{
	lockdep_assert_held(&budget_lock);
	return bytes_all + bytes <= budget_limit() &&
	       (account->is_root || users_fit(bytes));
}

/* Charge @bytes, or uncharge if negative. */
static void account_charge(struct psinfo_account *account, ssize_t bytes)
{
	lockdep_assert_held(&budget_lock);
	account->bytes += bytes;
	bytes_all += bytes;
	if (!account->is_root)
		bytes_users += bytes;
}

/* ---- revoking -------------------------------------------------------------- */

struct detached {
	void **pages;
	unsigned int nr_pages;
};

static void memory_uncharge(struct psinfo_memory *memory, size_t bytes)
{
	lockdep_assert_held(&budget_lock);
	if (memory->revoked && memory->in_use)
		bytes_claimed -= bytes;
	memory->bytes -= bytes;
	account_charge(memory->account, -(ssize_t)bytes);
}

/*
 * Detach the pages of @memory, to be freed without the lock. The memory leaves its
 * account's list: any number of files may be kept open after that, and oldest()
 * must not have to skip them all.
 */
static struct detached detach(struct psinfo_memory *memory)
{
	struct detached detached = { memory->pages, memory->nr_pages };

	memory_uncharge(memory, memory->bytes);
	list_del_init(&memory->link);
	memory->pages = NULL;
	memory->nr_pages = 0;
	memory->max_pages = 0;
	return detached;
}

static void free_detached(struct detached detached)
{
	unsigned int i;

	for (i = 0; i < detached.nr_pages; i++)
		free_page((unsigned long)detached.pages[i]);
	kvfree(detached.pages);
}

/* The oldest revocable memory of @account with this @in_use, except @skip */
static struct psinfo_memory *oldest(const struct psinfo_account *account,
				    bool in_use,
				    const struct psinfo_memory *skip)
{
	struct psinfo_memory *memory;

	list_for_each_entry(memory, &account->memories, link) {
		if (memory != skip && memory->bytes && !memory->revoked &&
		    memory->in_use == in_use)
			return memory;
	}
	return NULL;
}

static bool has_others(const struct psinfo_memory *memory)
{
	return oldest(memory->account, false, memory) ||
	       oldest(memory->account, true, memory);
}

/*
 * Choose the memory to revoke so that @asking gets @bytes more: the oldest one of
 * the account that holds most, among the others that have revocable memory. That
 * account must hold more than @asking's would, unless @asking is the only snapshot
 * of its account. Revoking root's memory does not help if the limit for all users
 * is reached.
 */
static struct psinfo_memory *find_victim(const struct psinfo_memory *asking,
					 size_t bytes, bool in_use)
{
	const struct psinfo_account *own = asking->account;
	size_t most = has_others(asking) ? own->bytes + bytes : 0;
	bool spare_root = !own->is_root && !users_fit(bytes);
	struct psinfo_memory *memory, *victim = NULL;
	struct psinfo_account *account;

	lockdep_assert_held(&budget_lock);
	list_for_each_entry(account, &accounts, link) {
		if (account == own || (account->is_root && spare_root) ||
		    account->bytes <= most)
			continue;
		memory = oldest(account, in_use, NULL);
		if (memory) {
			most = account->bytes;
			victim = memory;
		}
	}
	return victim;
}

/*
 * Try once to charge @bytes. Return: 0; an error; or -EAGAIN if memory was
 * detached into @ret_detached, or will be freed once its owner stops using it.
 */
static int charge_once(struct psinfo_memory *memory, size_t bytes,
		       struct detached *ret_detached)
{
	struct psinfo_memory *victim;

	lockdep_assert_held(&budget_lock);
	if (memory->revoked)
		return -ESTALE;
	if (is_share_exceeded(memory->account, bytes))
		return -ENOBUFS;
	if (fits(memory->account, bytes)) {
		account_charge(memory->account, bytes);
		memory->bytes += bytes;
		return 0;
	}

	victim = find_victim(memory, bytes, false);
	if (victim) {
		victim->revoked = true;
		*ret_detached = detach(victim);
		return -EAGAIN;
	}
	if (bytes_claimed >= bytes)
		return -EAGAIN;
	victim = find_victim(memory, bytes, true);
	if (victim) {
		victim->revoked = true;
		bytes_claimed += victim->bytes;
	}
	return bytes_claimed ? -EAGAIN : -ENOBUFS;
}

/*
 * Revoked memory that is in use is freed when its owner has filled it or printed
 * some rows: within milliseconds, unless the owner is not scheduled. Wait for that,
 * but at most half a second.
 */
static int charge_or_revoke(struct psinfo_memory *memory, size_t bytes)
{
	unsigned int waits = HZ / 2;
	int err, stop;

	for (;;) {
		struct detached detached = {};

		spin_lock(&budget_lock);
		err = charge_once(memory, bytes, &detached);
		spin_unlock(&budget_lock);
		if (err != -EAGAIN)
			return err;

		stop = psinfo_should_stop();
		if (detached.pages)
			free_detached(detached);
		else if (!waits--)
			return -ENOBUFS;
		else if (!stop)
			schedule_timeout_killable(1);
		if (stop)
			return stop;
	}
}

/* Enlarge the array of pages. Return: 0 or an error. */
static int grow_array(struct psinfo_memory *memory)
{
	unsigned int max = max_t(unsigned int, 2 * memory->max_pages,
				 FIRST_PAGES);
	size_t old_bytes = memory->max_pages * sizeof(*memory->pages);
	size_t bytes = max * sizeof(*memory->pages);
	void **pages;
	int err;

	err = charge_or_revoke(memory, bytes);
	if (err)
		return err;
	pages = psinfo_alloc(bytes);
	if (!pages)
		return -ENOMEM;
	if (memory->pages)
		memcpy(pages, memory->pages, old_bytes);
	kvfree(memory->pages);
	memory->pages = pages;
	memory->max_pages = max;

	spin_lock(&budget_lock);
	memory_uncharge(memory, old_bytes);
	spin_unlock(&budget_lock);
	return 0;
}

int psinfo_memory_add_page(struct psinfo_memory *memory)
{
	void *page;
	int err;

	if (memory->nr_pages == memory->max_pages) {
		err = grow_array(memory);
		if (err)
			return err;
	}
	err = charge_or_revoke(memory, PAGE_SIZE);
	if (err)
		return err;
	/* On failure the charge stays until psinfo_memory_close(). */
	page = (void *)__get_free_page(PSINFO_GFP);
	if (!page)
		return -ENOMEM;
	memory->pages[memory->nr_pages++] = page;
	return 0;
}

bool psinfo_memory_charge_buffer(struct psinfo_memory *memory, size_t bytes)
{
	struct psinfo_account *account = memory->account;
	size_t limit = budget_limit();
	bool charged;

	spin_lock(&budget_lock);
	charged = fits(account, bytes) && !is_share_exceeded(account, bytes) &&
		  account->fixed_bytes + bytes <= limit / 16 &&
		  fixed_bytes_all + bytes <= limit / 4;
	if (charged) {
		account_charge(account, bytes);
		account->fixed_bytes += bytes;
		fixed_bytes_all += bytes;
		memory->fixed_bytes += bytes;
	}
	spin_unlock(&budget_lock);
	return charged;
}

int psinfo_memory_begin(struct psinfo_memory *memory)
{
	int err = 0;

	spin_lock(&budget_lock);
	if (memory->revoked)
		err = -ESTALE;
	else
		memory->in_use = true;
	spin_unlock(&budget_lock);
	return err;
}

void psinfo_memory_end(struct psinfo_memory *memory)
{
	struct detached detached = {};

	spin_lock(&budget_lock);
	if (memory->revoked)
		detached = detach(memory);
	memory->in_use = false;
	spin_unlock(&budget_lock);
	free_detached(detached);
}

void psinfo_memory_close(struct psinfo_memory *memory)
{
	struct psinfo_account *account = memory->account;
	struct detached detached;
	bool is_last;

	if (!account)
		return;
	spin_lock(&budget_lock);
	detached = detach(memory);
	account_charge(account, -(ssize_t)memory->fixed_bytes);
	account->fixed_bytes -= memory->fixed_bytes;
	fixed_bytes_all -= memory->fixed_bytes;
	is_last = --account->nr_memories == 0;
	if (is_last)
		list_del(&account->link);
	spin_unlock(&budget_lock);

	free_detached(detached);
	if (is_last)
		kfree(account);
	*memory = (struct psinfo_memory) {};
}
