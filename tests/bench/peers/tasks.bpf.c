// SPDX-License-Identifier: GPL-2.0
// A BPF task iterator that writes the same fields of each process as the other
// peers: as a record, and as a line of text. The offsets of the members declared
// here are relocated with the kernel's type information (CO-RE).
#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "tasks.h"

#define KERNEL __attribute__((preserve_access_index))

struct seq_file;
struct task_struct {
	unsigned int __state;
	int exit_state;
	int pid;
	int tgid;
	struct task_struct *real_parent;
	unsigned long long start_boottime;
	char comm[16];
} KERNEL;
struct bpf_iter_meta {
	struct seq_file *seq;
} KERNEL;
struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
} KERNEL;

char LICENSE[] SEC("license") = "GPL";

// Like the kernel's task_state_index(); the most frequent state is tested first.
static __always_inline char state_of(const struct task_struct *task)
{
	const unsigned int state = task->__state;
	const unsigned int exit_state = task->exit_state;

	if (state == 0x01 && !exit_state)
		return 'S';
	if (exit_state)
		return exit_state & 0x20 ? 'Z' : 'X';
	if ((state & 0x402) == 0x402)
		return 'I';
	if (state & 0x40)
		return 'P';
	if (state & 0x08)
		return 't';
	if (state & 0x04)
		return 'T';
	if (state & 0x02)
		return 'D';
	return state & 0x01 ? 'S' : 'R';
}

SEC("iter/task")
int tasks_binary(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct task_record record;

	if (!task)
		return 0;
	record.pid = task->pid;
	if (record.pid != task->tgid)
		return 0;
	record.ppid = task->real_parent->tgid;
	record.start_ns = task->start_boottime;
	// Two 64-bit loads instead of a call
	((__u64 *)record.name)[0] = ((const __u64 *)task->comm)[0];
	((__u64 *)record.name)[1] = ((const __u64 *)task->comm)[1];
	record.state = state_of(task);
	bpf_seq_write(ctx->meta->seq, &record, sizeof(record));
	return 0;
}

SEC("iter/task")
int tasks_text(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;

	if (!task || task->pid != task->tgid)
		return 0;
	BPF_SEQ_PRINTF(ctx->meta->seq, "%d %d %s %c %llu\n", task->pid, task->real_parent->tgid, task->comm,
		       state_of(task), task->start_boottime / 10000000);
	return 0;
}
