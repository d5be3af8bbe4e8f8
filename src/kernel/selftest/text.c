// SPDX-License-Identifier: GPL-2.0
/* Numbers as text: inputs and expected outputs. selftest/name.c has the escapes. */
#include "selftest.h"

struct number_row {
	s64 value;
	unsigned int pad;
	const char *text;
};

static const struct number_row number_rows[] __initconst = {
	{ 0, 1, "0" },
	{ 0, 5, "    0" },
	{ 9, 1, "9" },
	{ 10, 2, "10" },
	{ -20, 4, " -20" },
	{ 4194304, 7, "4194304" },
	{ 4294967295LL, 10, "4294967295" },
	{ 4294967296LL, 11, " 4294967296" },
	{ 9223372036854775807LL, 19, "9223372036854775807" },
	{ (s64)0x8000000000000000ULL, 21, " -9223372036854775808" },
};

int __init psinfo_text_selftest(void)
{
	struct psinfo_selftest count = {};
	unsigned int i;
	char text[32];

	for (i = 0; i < ARRAY_SIZE(number_rows); i++) {
		*psinfo_put_number(text, number_rows[i].value,
				   number_rows[i].pad) = '\0';
		PSINFO_EXPECT(&count, !strcmp(text, number_rows[i].text),
			      "number row %u: \"%s\", expected \"%s\"", i,
			      text, number_rows[i].text);
		PSINFO_EXPECT(&count,
			      psinfo_number_width(number_rows[i].value) ==
			      strlen(strim(text)),
			      "number row %u: width %u", i,
			      psinfo_number_width(number_rows[i].value));
	}
	return psinfo_selftest_end(&count, "text");
}
