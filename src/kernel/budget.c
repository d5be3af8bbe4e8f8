// SPDX-License-Identifier: GPL-2.0
/*
 * The byte budget of snapshots: a limit for all, a share per user, a reserve
 * for root.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "budget.h"

#include <linux/capability.h>
#include <linux/list.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#define MAX_MIB_LEAST	1
#define MAX_MIB_MOST	1024

struct psinfo_user {
	struct list_head link;
	kuid_t uid;
	size_t bytes;
	unsigned int purses;
};

static unsigned int max_mib = 64;

/* Guards the three below, and every struct psinfo_user and its membership. */
static DEFINE_SPINLOCK(budget_lock);
static LIST_HEAD(users);	/* only those who hold something: a handful */
static size_t bytes_all;
static size_t bytes_users;	/* what the unprivileged hold of bytes_all */

static int max_mib_set(const char *val, const struct kernel_param *kp)
{
	unsigned int mib;

	if (kstrtouint(val, 0, &mib) || mib < MAX_MIB_LEAST ||
	    mib > MAX_MIB_MOST) {
		pr_err("max_mib: a number of MiB from %d to %d is wanted\n",
		       MAX_MIB_LEAST, MAX_MIB_MOST);
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
		 "MiB of kernel memory that open snapshots may hold: half of it per user, a quarter kept for root (default 64)");

static bool is_privileged(const struct cred *cred)
{
	return cred->user_ns == &init_user_ns &&
	       cap_raised(cred->cap_effective, CAP_SYS_RESOURCE);
}

/* Who answers for @cred: the maker of the outermost user namespace it is in. */
static kuid_t payer(const struct cred *cred)
{
	const struct user_namespace *ns = cred->user_ns;
	kuid_t uid = cred->uid;

	for (; ns != &init_user_ns; ns = ns->parent)
		uid = ns->owner;
	return uid;
}

static struct psinfo_user *user_find(kuid_t uid)
{
	struct psinfo_user *user;

	lockdep_assert_held(&budget_lock);
	list_for_each_entry(user, &users, link) {
		if (uid_eq(user->uid, uid))
			return user;
	}
	return NULL;
}

/* Return: the entry of @uid with one purse more, or NULL without memory. */
static struct psinfo_user *user_get(kuid_t uid)
{
	struct psinfo_user *fresh = kzalloc(sizeof(*fresh), PSINFO_GFP);
	struct psinfo_user *user;

	spin_lock(&budget_lock);
	user = user_find(uid);
	if (!user && fresh) {
		user = fresh;
		fresh = NULL;
		user->uid = uid;
		list_add(&user->link, &users);
	}
	if (user)
		user->purses++;
	spin_unlock(&budget_lock);

	kfree(fresh);
	return user;
}

static void user_put(struct psinfo_user *user)
{
	bool last;

	spin_lock(&budget_lock);
	last = --user->purses == 0;
	if (last)
		list_del(&user->link);
	spin_unlock(&budget_lock);

	if (last)
		kfree(user);
}

int psinfo_purse_take(struct psinfo_purse *purse, const struct cred *cred,
		      size_t bytes)
{
	size_t limit = (size_t)READ_ONCE(max_mib) << 20;
	int err = -ENOBUFS;

	if (!purse->user && !is_privileged(cred)) {
		purse->user = user_get(payer(cred));
		if (!purse->user)
			return -ENOMEM;
	}

	spin_lock(&budget_lock);
	if (bytes_all + bytes > limit)
		goto out;
	if (purse->user) {
		if (bytes_users + bytes > limit - limit / 4 ||
		    purse->user->bytes + bytes > limit / 2)
			goto out;
		purse->user->bytes += bytes;
		bytes_users += bytes;
	}
	bytes_all += bytes;
	purse->bytes += bytes;
	err = 0;
out:
	spin_unlock(&budget_lock);
	return err;
}

void psinfo_purse_empty(struct psinfo_purse *purse)
{
	spin_lock(&budget_lock);
	bytes_all -= purse->bytes;
	if (purse->user) {
		purse->user->bytes -= purse->bytes;
		bytes_users -= purse->bytes;
	}
	spin_unlock(&budget_lock);

	if (purse->user)
		user_put(purse->user);
	*purse = (struct psinfo_purse) {};
}
