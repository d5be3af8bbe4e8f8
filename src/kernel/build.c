// SPDX-License-Identifier: GPL-2.0
/*
 * The whole module as one compilation unit: most of the compile time goes to
 * the kernel's headers, and DKMS compiles on small machines. In the order of
 * the map in ../README.md: each file uses only those above it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "text.c"
#include "name.c"
#include "state.c"
#include "visibility.c"
#include "budget.c"
#include "times.c"
#include "groups.c"
#include "collect.c"
#include "snapshot.c"
#include "columns.c"
#include "table.c"
#include "load_log.c"
#include "query.c"
#include "entry.c"
#include "main.c"
