// SPDX-License-Identifier: GPL-2.0
/*
 * psinfo: /proc/psinfo lists all visible processes and their states. Module
 * init, and exit in reverse order.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/printk.h>

#include "columns.h"
#include "entry.h"
#include "load_log.h"
#include "snapshot.h"
#include "state.h"
#include "text.h"

#ifdef DEBUG
#include "selftest/main.c"
#else
static int __init selftest(void)
{
	return 0;
}
#endif

static int __init psinfo_init(void)
{
	int err;

	err = selftest();
	if (err)
		return err;
	err = psinfo_entry_create();
	if (err)
		return err;
	pr_info("version " PSINFO_VERSION " loaded, see /proc/psinfo\n");
	psinfo_load_log_write();
	return 0;
}

static void __exit psinfo_exit(void)
{
	psinfo_entry_remove();
	pr_info("unloaded\n");
}

module_init(psinfo_init);
module_exit(psinfo_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("psinfo maintainers");
MODULE_DESCRIPTION("Process table and totals per state in /proc/psinfo");
MODULE_VERSION(PSINFO_VERSION);
