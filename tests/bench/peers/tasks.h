/* SPDX-License-Identifier: GPL-2.0 */
/* The record that tasks.bpf.c writes for each process */
#ifndef TASKS_H
#define TASKS_H

#include <linux/types.h>

struct task_record {
	__u64 start_ns;
	__s32 pid;
	__s32 ppid;
	char name[16];
	__u64 state; /* the letter; 64 bits to avoid padding */
};

#endif
