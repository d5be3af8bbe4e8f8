/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The parameter log=: messages in the kernel log when the module is loaded.
 */
#ifndef PSINFO_JOURNAL_H
#define PSINFO_JOURNAL_H

/**
 * psinfo_journal_write() - write what log= requests; nothing by default
 *
 * Never fails: errors are reported in the kernel log, too.
 */
void psinfo_journal_write(void);

#endif /* PSINFO_JOURNAL_H */
