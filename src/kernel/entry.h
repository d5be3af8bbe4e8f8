/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The entry /proc/psinfo: it appears in every mount of procfs, and the mount
 * through which it is opened determines what the opener sees.
 */
#ifndef PSINFO_ENTRY_H
#define PSINFO_ENTRY_H

/** psinfo_entry_create() - create /proc/psinfo; 0 or -ENOMEM */
int psinfo_entry_create(void);

/**
 * psinfo_entry_remove() - remove /proc/psinfo
 *
 * Waits for calls in progress, which abort early, but not for files to be
 * closed: open files are released here, and later reads from them fail with
 * -EIO. A call that waits for a page fault cannot abort.
 */
void psinfo_entry_remove(void);

#endif /* PSINFO_ENTRY_H */
