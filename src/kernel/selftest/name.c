// SPDX-License-Identifier: GPL-2.0
/* Names: inputs and expected outputs */
#include "selftest.h"

struct name_row {
	const char *name;
	unsigned int pad;
	const char *text;
	unsigned int width;
};

static const struct name_row name_rows[] __initconst = {
	{ "", 0, "", 0 },
	{ "", 3, "   ", 0 },
	{ "init", 0, "init", 4 },
	{ "init", 6, "init  ", 4 },
	{ "init", 4, "init", 4 },
	{ "init", 2, "init", 4 },
	{ "a b}c~", 0, "a b}c~", 6 },
	/* the column separator */
	{ "a | b", 0, "a \\174 b", 8 },
	{ "{|}", 8, "{\\174}  ", 6 },
	{ "||", 0, "\\174\\174", 8 },
	{ "fifteen bytes..", 0, "fifteen bytes..", 15 },
	{ "fifteen bytes..", 30, "fifteen bytes..               ", 15 },
	{ "fourteen bytes\\", 16, "fourteen bytes\\\\", 16 },
	{ "[]^_`{}~!", 10, "[]^_`{}~! ", 9 },
	{ " a  ", 6, " a    ", 4 },
	{ "a\\b", 0, "a\\\\b", 4 },
	{ "a\nb", 0, "a\\nb", 4 },
	{ "a\tb", 0, "a\\011b", 6 },
	{ "\033[2J", 0, "\\033[2J", 7 },
	{ "\177", 5, "\\177 ", 4 },
	{ "\001\001\001\001\001\001\001\001\001\001\001\001\001\001\001", 0,
	  "\\001\\001\\001\\001\\001\\001\\001\\001\\001\\001\\001\\001\\001\\001\\001",
	  60 },
	/* UTF-8 of two, three, four bytes; padding counts characters */
	{ "\303\251", 3, "\303\251  ", 1 },
	{ "\342\202\254", 2, "\342\202\254 ", 1 },
	{ "\360\237\220\247", 2, "\360\237\220\247 ", 1 },
	/* invalid: truncated, stray, overlong, surrogate, too high, C1 */
	{ "\303", 0, "\\303", 4 },
	{ "\342\202", 0, "\\342\\202", 8 },
	{ "\360\237\220", 0, "\\360\\237\\220", 12 },
	{ "\251x", 0, "\\251x", 5 },
	{ "\300\257", 0, "\\300\\257", 8 },
	{ "\340\200\257", 0, "\\340\\200\\257", 12 },
	{ "\360\200\200\257", 0, "\\360\\200\\200\\257", 16 },
	{ "\355\240\200", 0, "\\355\\240\\200", 12 },
	{ "\364\220\200\200", 0, "\\364\\220\\200\\200", 16 },
	{ "\365\200\200\200", 0, "\\365\\200\\200\\200", 16 },
	{ "\302\233", 0, "\\302\\233", 8 },
	{ "\377", 0, "\\377", 4 },
	/* line direction and line breaks: U+202E, U+2028, U+2067 */
	{ "a\342\200\256b", 0, "a\\342\\200\\256b", 14 },
	{ "\342\200\250", 0, "\\342\\200\\250", 12 },
	{ "\342\201\247", 0, "\\342\\201\\247", 12 },
	{ "\342\200\246", 0, "\342\200\246", 1 },
	/* invisible: U+00AD, U+061C, U+200B, U+200F, U+FEFF, U+E0061 */
	{ "\302\255", 0, "\\302\\255", 8 },
	{ "\330\234", 0, "\\330\\234", 8 },
	{ "a\342\200\213b", 0, "a\\342\\200\\213b", 14 },
	{ "\342\200\217", 0, "\\342\\200\\217", 12 },
	{ "\357\273\277", 0, "\\357\\273\\277", 12 },
	{ "\363\240\201\241", 0, "\\363\\240\\201\\241", 16 },
	{ "\357\270\217", 0, "\\357\\270\\217", 12 },	/* U+FE0F */
	{ "\343\205\244", 0, "\\343\\205\\244", 12 },	/* U+3164 */
	/* visible neighbours: U+00AE, U+2010, U+2070, U+FE10 */
	{ "\302\256", 0, "\302\256", 1 },
	{ "\342\200\220", 0, "\342\200\220", 1 },
	{ "\342\201\260", 0, "\342\201\260", 1 },
	{ "\357\270\220", 0, "\357\270\220", 1 },
};

/* Stale bytes after the NUL are not copied; a missing NUL is added. */
struct copy_row {
	char comm[TASK_COMM_LEN];
	char name[TASK_COMM_LEN];
};

static const struct copy_row copy_rows[] __initconst = {
	{ "", "" },
	{ "\0stale", "" },
	{ "a\0stale", "a" },
	{ "sevenby\0stale78", "sevenby" },
	{ "eight by\0stale8", "eight by" },
	{ "eleven byte\0st", "eleven byte" },
	{ "fifteen bytes..", "fifteen bytes.." },
	{ "\377\001\200\177\0\0\0x", "\377\001\200\177" },
	{ { 's', 'i', 'x', 't', 'e', 'e', 'n', ' ', 'b', 'y', 't', 'e', 's',
	    ' ', '.', '.' }, "sixteen bytes ." },
};

int __init psinfo_name_selftest(void)
{
	char text[PSINFO_NAME_TEXT_MAX + 1];
	u8 comm[TASK_COMM_LEN];
	struct psinfo_name name;
	struct psinfo_selftest count = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(name_rows); i++) {
		strscpy_pad((char *)comm, name_rows[i].name, sizeof(comm));
		psinfo_name_copy(&name, comm);
		*psinfo_put_name(text, &name, name_rows[i].pad) = '\0';
		PSINFO_EXPECT(&count, !strcmp(text, name_rows[i].text),
			      "name row %u: \"%s\", expected \"%s\"", i, text,
			      name_rows[i].text);
		PSINFO_EXPECT(&count,
			      name.width == name_rows[i].width,
			      "name row %u: width %u, expected %u", i,
			      name.width, name_rows[i].width);
	}
	for (i = 0; i < ARRAY_SIZE(copy_rows); i++) {
		memset(comm, 0xff, sizeof(comm));
		psinfo_comm_copy(comm, copy_rows[i].comm);
		memset(&name, 0xff, sizeof(name));
		psinfo_name_copy(&name, comm);
		PSINFO_EXPECT(&count, !memcmp(name.text, copy_rows[i].name,
					      sizeof(name.text)),
			      "copy row %u: %*pE", i,
			      (int)sizeof(name.text), name.text);
	}
	return psinfo_selftest_end(&count, "name");
}
