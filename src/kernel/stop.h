/* SPDX-License-Identifier: GPL-2.0 */
/*
 * When long operations must abort: the caller was killed, or the module is
 * being unloaded and proc_remove() waits for all calls in progress.
 */
#ifndef PSINFO_STOP_H
#define PSINFO_STOP_H

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

/* Set before the entry is removed, never cleared */
extern bool psinfo_unloading;

/**
 * psinfo_should_stop() - reschedule if needed, then check whether to abort
 *
 * Called between two bounded pieces of work.
 *
 * Context: may sleep.
 * Return: 0, -ENODEV if the module is being unloaded, -EINTR if a fatal signal
 * is pending.
 */
static inline int psinfo_should_stop(void)
{
	cond_resched();
	if (unlikely(READ_ONCE(psinfo_unloading)))
		return -ENODEV;
	return fatal_signal_pending(current) ? -EINTR : 0;
}

#endif /* PSINFO_STOP_H */
