/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Accounts of the memory budget: which credentials are charged together. budget.h
 * says who shares an account with whom.
 */
#ifndef PSINFO_ACCOUNT_H
#define PSINFO_ACCOUNT_H

#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/list.h>
#include <linux/types.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

struct psinfo_account {
	struct list_head link;
	/*
	 * The key. ns is only compared. It stays allocated because the owners of
	 * the account's memories pin credentials in it or in its descendants.
	 */
	kuid_t uid;
	const struct user_namespace *ns;	/* NULL: keyed by uid */
	bool is_root;
	size_t bytes;
	size_t fixed_bytes;			/* part of bytes, not revocable */
	unsigned int nr_memories;
	struct list_head memories;		/* oldest first */
};

static inline bool is_privileged(const struct cred *cred)
{
	return cred->user_ns == &init_user_ns &&
	       cap_raised(cred->cap_effective, CAP_SYS_RESOURCE);
}

/* The outermost user namespace below the initial one, or NULL */
static inline const struct user_namespace *
outermost_ns(const struct cred *cred)
{
	const struct user_namespace *ns = cred->user_ns;

	if (ns == &init_user_ns)
		return NULL;
	while (ns->parent != &init_user_ns)
		ns = ns->parent;
	return ns;
}

/* Set the key, by which the account of a user is found, to that of @cred. */
static inline void psinfo_account_set_key(struct psinfo_account *account,
					  const struct cred *cred)
{
	const struct user_namespace *ns = outermost_ns(cred);

	account->uid = cred->uid;
	account->is_root = is_privileged(cred);
	if (account->is_root) {
		account->uid = GLOBAL_ROOT_UID;
	} else if (ns) {
		account->uid = ns->owner;
		if (uid_eq(ns->owner, GLOBAL_ROOT_UID))
			account->ns = ns;
	}
}

static inline bool psinfo_account_is_same(const struct psinfo_account *one,
					  const struct psinfo_account *other)
{
	return uid_eq(one->uid, other->uid) && one->ns == other->ns &&
	       one->is_root == other->is_root;
}

#endif /* PSINFO_ACCOUNT_H */
