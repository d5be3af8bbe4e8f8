/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Code points that are always escaped in names: they are invisible or change the
 * direction of the text around them, so that one name could look like another.
 * The module's table and the command both use this list and write each byte of
 * such a character as \ooo, as they do for invalid UTF-8. The list is not part
 * of the ABI and is not installed.
 *
 * It contains Unicode's Default_Ignorable_Code_Point property, the line
 * separators, the interlinear annotations, and the empty Braille pattern.
 *
 * The list is the initializer of an array of { first, last }:
 *
 *	static const struct range { u32 first, last; } ranges[] =
 *		PSINFO_INVISIBLE_RANGES;
 *
 * Ranges are inclusive, ascending and disjoint. Control characters (C0, DEL, C1)
 * are not listed: they are always escaped.
 */
#ifndef PSINFO_INVISIBLE_H
#define PSINFO_INVISIBLE_H

#define PSINFO_INVISIBLE_RANGES { \
	{ 0x00ad, 0x00ad },	/* soft hyphen */ \
	{ 0x034f, 0x034f },	/* combining grapheme joiner */ \
	{ 0x061c, 0x061c },	/* Arabic letter mark */ \
	{ 0x115f, 0x1160 },	/* Hangul fillers */ \
	{ 0x17b4, 0x17b5 },	/* inherent vowels of Khmer */ \
	{ 0x180b, 0x180f },	/* Mongolian variation selectors, vowel separator */ \
	{ 0x200b, 0x200f },	/* zero-width characters, direction marks */ \
	{ 0x2028, 0x202e },	/* line separators, embeddings, overrides */ \
	{ 0x2060, 0x206f },	/* word joiner, invisible operators, isolates */ \
	{ 0x2800, 0x2800 },	/* empty Braille pattern */ \
	{ 0x3164, 0x3164 },	/* Hangul filler */ \
	{ 0xfe00, 0xfe0f },	/* variation selectors */ \
	{ 0xfeff, 0xfeff },	/* byte order mark, zero-width no-break space */ \
	{ 0xffa0, 0xffa0 },	/* halfwidth Hangul filler */ \
	{ 0xfff0, 0xfffb },	/* unassigned, interlinear annotations */ \
	{ 0x1bca0, 0x1bca3 },	/* shorthand format controls */ \
	{ 0x1d173, 0x1d17a },	/* musical beams, ties, slurs, phrases */ \
	{ 0xe0000, 0xe0fff },	/* tags, variation selectors */ \
}

#endif /* PSINFO_INVISIBLE_H */
