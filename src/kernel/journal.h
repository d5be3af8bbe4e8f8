/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parameter log= writes to the kernel log when the module loads.
 */
#ifndef PSINFO_JOURNAL_H
#define PSINFO_JOURNAL_H

/**
 * psinfo_journal_write() - write what log= asked for; nothing by default
 *
 * Never fails: that something could not be written is a line in the log too.
 */
void psinfo_journal_write(void);

#endif /* PSINFO_JOURNAL_H */
