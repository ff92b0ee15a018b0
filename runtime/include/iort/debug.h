/*
 * Looking at what a loop does: which tasks there are and what each waits for, on a call or on a signal. Slow tasks and
 * deadlocks are reported as rt_loop_options says; the overflow of a task's stack always is, with its name, on stderr,
 * before the program ends by SIGSEGV as it would anyway. A script for gdb lists the tasks of a program that is being
 * debugged (runtime/gdb/iort.py; installed as share/iort/iort.py).
 */
#ifndef IORT_DEBUG_H
#define IORT_DEBUG_H

#include <stdbool.h>
#include <stddef.h>
#include <iort/task.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/** What is known of a task; the texts are valid during the call that shows it. */
struct rt_task_info {
    struct rt_task *task;    /**< borrowed */
    const char *name;        /**< "" if it has none */
    const char *waits_for;   /**< "lock", "task", "read of descriptor"; NULL: it is not waiting */
    const char *waited_name; /**< of "task": the name of the one it waits for; otherwise NULL */
    int waited_fd;           /**< of a descriptor: its number; otherwise -1 */
    enum rt_task_state state;
    bool is_current; /**< the one that runs now */
    bool is_parked;  /**< its stack is put aside */
};

/** Gets one task after another, the order being of no meaning; must not spawn, cancel or wait. Returns false to see no
 * more. */
typedef bool (*rt_task_visit_fn)(const struct rt_task_info *info, void *user);

/**
 * Visit every task that is not done.
 *
 * @param visit  NULL: count only
 * Returns how many were visited, or are there to be. Context: the loop's thread, in a task or not.
 * Source: asyncio.all_tasks.
 */
size_t rt_task_list(struct rt_loop *loop, rt_task_visit_fn visit, void *user);

/**
 * Write a line for every task of a loop.
 *
 * Returns 0 or the -errno of write(2). Context: the loop's thread; allocates nothing and may be called in a signal
 * handler.
 */
int rt_dump_tasks(struct rt_loop *loop, int fd);

/**
 * From now on, write the tasks of every loop that runs to stderr whenever a signal comes, even while a task holds its
 * loop: `kill -USR1 PID` shows where a program hangs.
 *
 * Returns 0 or the -errno of sigaction(2). The handler that was there is not called any more. Context: any thread.
 * Source: faulthandler.register of Python.
 */
int rt_dump_on_signal(int signal_number);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
