// SPDX-License-Identifier: GPL-2.0
/*
 * Names as they are displayed.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "name.h"

#include <linux/compiler.h>
#include <linux/string.h>

static noinline unsigned int escaped_width(const char *text)
{
	char scratch[PSINFO_NAME_TEXT_MAX];
	unsigned int width;

	psinfo_put_escaped(scratch, text, &width);
	return width;
}

void psinfo_name_copy(struct psinfo_name *name, const u8 *comm)
{
	unsigned int length;
	bool plain = true;

	memcpy(name->text, comm, TASK_COMM_LEN);
	name->text[TASK_COMM_LEN - 1] = '\0';
	for (length = 0; name->text[length]; length++)
		plain &= psinfo_is_plain(name->text[length]);
	name->plain = plain;
	name->width = likely(plain) ? length : escaped_width(name->text);
}

#ifdef DEBUG
#include "selftest/name.c"
#endif
