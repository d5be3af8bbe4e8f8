// SPDX-License-Identifier: GPL-2.0
/*
 * All of the module, compiled as one: most of a compilation is reading the
 * kernel's headers, and DKMS compiles on small machines. In the order of the
 * map, so that each file knows what is above it there.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "text.c"
#include "state.c"
#include "visibility.c"
#include "budget.c"
#include "collect.c"
#include "snapshot.c"
#include "columns.c"
#include "table.c"
#include "journal.c"
#include "query.c"
#include "entry.c"
#include "main.c"
