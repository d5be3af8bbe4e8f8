/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The code points that a name is never shown with: they are invisible or change
 * the direction of the text around them, so a name could pass for another one.
 * The kernel's table and the command write each of their bytes as \ooo, as they
 * do for invalid UTF-8, and both take the list from here. It is not part of the
 * binary interface and is not installed.
 *
 * The list is the initializer of an array of { first, last }:
 *
 *	static const struct range { u32 first, last; } ranges[] =
 *		PSINFO_INVISIBLE_RANGES;
 *
 * Ranges are inclusive, ascending and disjoint. Control characters (C0, DEL, C1)
 * are not in it: those are escaped in any case.
 */
#ifndef PSINFO_INVISIBLE_H
#define PSINFO_INVISIBLE_H

#define PSINFO_INVISIBLE_RANGES { \
	{ 0x00ad, 0x00ad },	/* soft hyphen */ \
	{ 0x061c, 0x061c },	/* Arabic letter mark */ \
	{ 0x180e, 0x180e },	/* Mongolian vowel separator */ \
	{ 0x200b, 0x200f },	/* zero-width characters, direction marks */ \
	{ 0x2028, 0x202e },	/* line separators, embeddings, overrides */ \
	{ 0x2060, 0x206f },	/* word joiner, invisible operators, isolates */ \
	{ 0xfeff, 0xfeff },	/* byte order mark, zero-width no-break space */ \
	{ 0xfff9, 0xfffb },	/* interlinear annotations */ \
	{ 0xe0000, 0xe0fff },	/* tags, variation selectors */ \
}

#endif /* PSINFO_INVISIBLE_H */
