/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared by the self-tests: a failed row is reported and keeps the module
 * from loading. Only compiled with DEBUG.
 */
#ifndef PSINFO_SELFTEST_H
#define PSINFO_SELFTEST_H

#include <linux/errno.h>
#include <linux/printk.h>
#include <linux/types.h>

struct psinfo_selftest {
	unsigned int rows;
	unsigned int failed;
};

static inline bool psinfo_selftest_row(struct psinfo_selftest *count, bool holds)
{
	count->rows++;
	count->failed += !holds;
	return holds;
}

/* Counts a row; logs an error if @condition does not hold. */
#define PSINFO_EXPECT(count, condition, fmt, ...) do {			\
	if (!psinfo_selftest_row(count, condition))			\
		pr_err("self-test: " fmt "\n", ##__VA_ARGS__);		\
} while (0)

/* Return: 0, or -EINVAL if a row failed or there was none. */
static inline int psinfo_selftest_end(const struct psinfo_selftest *count,
				      const char *what)
{
	pr_info("self-test: %s: %u rows, %u failed\n", what,
		count->rows, count->failed);
	return count->failed || !count->rows ? -EINVAL : 0;
}

#endif /* PSINFO_SELFTEST_H */
