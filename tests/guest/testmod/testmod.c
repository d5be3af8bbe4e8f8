// SPDX-License-Identifier: GPL-2.0
/*
 * Does on purpose what only kernel code can do: creates threads in states that
 * user space cannot reach, and the failures that the test harness must detect.
 * The parameter act= selects the action; rmmod ends it.
 */
#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/idr.h>
#include <linux/irqflags.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pid_namespace.h>
#include <linux/preempt.h>
#include <linux/proc_fs.h>
#include <linux/radix-tree.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/wait.h>

static char *act = "";
module_param(act, charp, 0444);
MODULE_PARM_DESC(act, "what to do: park, dstate, idle, stuck, walk, say, warn, oops, bug, panic or hang");

static char *says = "";
module_param(says, charp, 0444);
MODULE_PARM_DESC(says, "the line that act=say writes to the kernel log");

static struct task_struct *thread;

static int act_warn(void)
{
	WARN_ON(true);
	return 0;
}

static int act_oops(void)
{
	int *nowhere = NULL;

	/* Otherwise the compiler may treat the dereference as unreachable. */
	OPTIMIZER_HIDE_VAR(nowhere);
	return READ_ONCE(*nowhere);
}

static int act_bug(void)
{
	BUG();
	return 0;
}

/* Only writes a line to the log that looks like a failure. */
static int act_say(void)
{
	pr_warn("%s\n", says);
	return 0;
}

static int act_panic(void)
{
	panic("testmod: act=panic");
	return 0;
}

/* Locks up this processor; the command never returns. */
static int act_hang(void)
{
	preempt_disable();
	local_irq_disable();
	for (;;)
		cpu_relax();
	return 0;
}

static int parked_thread(void *unused)
{
	while (!kthread_should_stop()) {
		if (kthread_should_park())
			kthread_parkme();
		else
			schedule_timeout_interruptible(HZ / 10);
	}
	return 0;
}

/* Stays in this state until the module is removed. */
static int sleeping_thread(void *state)
{
	for (;;) {
		set_current_state((unsigned long)state);
		if (kthread_should_stop())
			break;
		/* Shorter than the timeout of the hung task detector */
		schedule_timeout(30 * HZ);
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

static int start(int (*function)(void *), unsigned long state, const char *name)
{
	struct task_struct *task;

	task = kthread_run(function, (void *)state, "%s", name);
	if (IS_ERR(task))
		return PTR_ERR(task);
	thread = task;
	return 0;
}

static int act_park(void)
{
	int err;

	err = start(parked_thread, 0, "psinfo_parked");
	if (err)
		return err;
	err = kthread_park(thread);
	if (err)
		kthread_stop(thread);
	return err;
}

static int act_dstate(void)
{
	return start(sleeping_thread, TASK_UNINTERRUPTIBLE, "psinfo_dstate");
}

static int act_idle(void)
{
	return start(sleeping_thread, TASK_IDLE, "psinfo_idle");
}

static DECLARE_WAIT_QUEUE_HEAD(stuck_readers);
static bool stuck_released;
static struct proc_dir_entry *stuck_entry;

/* Not interruptible by signals, and holds the mmap lock of the reader. */
static ssize_t stuck_read(struct file *file, char __user *buffer, size_t size, loff_t *position)
{
	mmap_write_lock(current->mm);
	/* Shorter than the timeout of the hung task detector */
	while (!wait_event_timeout(stuck_readers, READ_ONCE(stuck_released), 30 * HZ))
		;
	mmap_write_unlock(current->mm);
	return 0;
}

static const struct proc_ops stuck_ops = {
	.proc_read = stuck_read,
	.proc_lseek = noop_llseek,
};

static int act_stuck(void)
{
	stuck_entry = proc_create("testmod-stuck", 0400, NULL, &stuck_ops);
	return stuck_entry ? 0 : -ENOMEM;
}

static void release_stuck(void)
{
	WRITE_ONCE(stuck_released, true);
	wake_up_all(&stuck_readers);
	/* Waits until all callers have left stuck_read(). */
	proc_remove(stuck_entry);
}

/* The work of one RCU read section: a bounded number of PIDs */
static unsigned long walk_some(struct pid_namespace *ns, unsigned long next,
			       unsigned int *processes)
{
	struct radix_tree_iter iter;
	unsigned int looked_at = 0;
	void __rcu **slots;
	unsigned long i;
	struct pid *pid;

	while (looked_at < 512) {
		radix_tree_iter_init(&iter, next);
		slots = radix_tree_next_chunk(&ns->idr.idr_rt, &iter, 0);
		if (!slots)
			return 0;
		for (i = 0; i < radix_tree_chunk_size(&iter); i++) {
			pid = rcu_dereference_raw(slots[i]);
			if (pid && !radix_tree_deref_retry(pid) &&
			    pid_task(pid, PIDTYPE_TGID))
				(*processes)++;
		}
		next = iter.index + radix_tree_chunk_size(&iter);
		looked_at += radix_tree_chunk_size(&iter);
	}
	return next;
}

/*
 * The minimum cost of listing processes in PID order: the same walk as in
 * psinfo, but nothing is stored.
 */
static int act_walk(void)
{
	struct pid_namespace *ns = task_active_pid_ns(current);
	u64 least = U64_MAX, start;
	unsigned int processes, i;
	unsigned long next;

	for (i = 0; i < 20; i++) {
		processes = 0;
		next = 1;
		start = ktime_get_ns();
		while (next) {
			rcu_read_lock();
			next = walk_some(ns, next, &processes);
			rcu_read_unlock();
		}
		least = min(least, ktime_get_ns() - start);
	}
	pr_info("testmod: walk: %llu ns for %u processes\n", least, processes);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(void);
} acts[] = {
	{ "warn", act_warn },
	{ "oops", act_oops },
	{ "bug", act_bug },
	{ "say", act_say },
	{ "panic", act_panic },
	{ "hang", act_hang },
	{ "park", act_park },
	{ "dstate", act_dstate },
	{ "idle", act_idle },
	{ "stuck", act_stuck },
	{ "walk", act_walk },
};

static int __init testmod_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(acts); i++)
		if (!strcmp(act, acts[i].name))
			return acts[i].run();
	pr_err("testmod: unknown act=%s\n", act);
	return -EINVAL;
}
module_init(testmod_init);

static void __exit testmod_exit(void)
{
	/* kthread_stop() wakes a parked thread as well. */
	if (thread)
		kthread_stop(thread);
	if (stuck_entry)
		release_stuck();
}
module_exit(testmod_exit);

MODULE_DESCRIPTION("Causes failures on purpose, for the tests of psinfo");
MODULE_LICENSE("GPL");
