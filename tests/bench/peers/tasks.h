/* SPDX-License-Identifier: GPL-2.0 */
/* What tasks.bpf.c writes of each process, and bpf.cpp reads. */
#ifndef TASKS_H
#define TASKS_H

#include <linux/types.h>

struct task_record {
	__u64 start_ns;
	__s32 pid;
	__s32 ppid;
	char name[16];
	__u64 state; /* the letter; no byte is left unwritten */
};

#endif
