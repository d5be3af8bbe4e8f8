// SPDX-License-Identifier: GPL-2.0
/* Runs all self-tests, and a row that fails on request. */
#include "selftest.h"

#include <linux/moduleparam.h>

static bool selftest_wrong;
module_param(selftest_wrong, bool, 0);
MODULE_PARM_DESC(selftest_wrong,
		 "make the self-test fail, to check that the module then does not load (DEBUG only)");

static int __init wrong_selftest(void)
{
	struct psinfo_selftest count = {};

	PSINFO_EXPECT(&count, !selftest_wrong, "failure requested by selftest_wrong");
	return psinfo_selftest_end(&count, "main");
}

static int __init selftest(void)
{
	return psinfo_text_selftest() ?: psinfo_name_selftest() ?:
	       psinfo_state_selftest() ?:
	       psinfo_snapshot_selftest() ?: psinfo_columns_selftest() ?:
	       wrong_selftest();
}
