/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The entry /proc/psinfo: it appears in every mount of procfs, and the mount
 * it was opened through says what the opener sees.
 */
#ifndef PSINFO_ENTRY_H
#define PSINFO_ENTRY_H

/** psinfo_entry_create() - make /proc/psinfo appear; 0 or -ENOMEM */
int psinfo_entry_create(void);

/**
 * psinfo_entry_remove() - make it go
 *
 * Waits for calls that are under way, not for files to be closed: what is
 * open is released here, and reads from it fail with -EIO from then on.
 */
void psinfo_entry_remove(void);

#endif /* PSINFO_ENTRY_H */
