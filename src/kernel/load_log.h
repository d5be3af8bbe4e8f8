/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The parameter log=: messages in the kernel log when the module is loaded.
 */
#ifndef PSINFO_LOAD_LOG_H
#define PSINFO_LOAD_LOG_H

/**
 * psinfo_load_log_write() - write what log= requests; nothing by default
 *
 * Never fails: errors are reported in the kernel log, too.
 */
void psinfo_load_log_write(void);

#endif /* PSINFO_LOAD_LOG_H */
