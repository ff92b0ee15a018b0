/* The event loop: one thread, one libev (epoll) loop, any number of tasks. */
#ifndef IORT_LOOP_H
#define IORT_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct rt_loop;

/** A task's body: its return value is the task's result, by convention 0, a count or -errno. */
typedef int (*rt_task_fn)(void *arg);

/** How stacks are kept from running into one another; which one a loop got is in rt_loop_stats. */
enum rt_guard {
    RT_GUARD_NONE,     /**< only a canary word, checked as the task ends (past the kernel's limit of mappings) */
    RT_GUARD_MPROTECT, /**< an unreadable page, one mapping each */
    RT_GUARD_MADVISE,  /**< an unreadable page by MADV_GUARD_INSTALL (Linux 6.13), no mapping */
};

/** What asks the kernel for events: libev's backends. */
enum rt_backend {
    RT_BACKEND_AUTO, /**< epoll; poll or select where the kernel has no epoll */
    RT_BACKEND_EPOLL,
    RT_BACKEND_POLL,
    RT_BACKEND_SELECT,
    RT_BACKEND_LINUXAIO,
    RT_BACKEND_IO_URING, /**< an experiment of libev's: in 4.33 a descriptor that is closed while it is watched ends the
                              program by an assertion, and so do many at once */
};

/** All zeros is the default of every field. */
struct rt_loop_options {
    enum rt_backend backend;
    size_t stack_bytes;        /**< usable stack of a task; rounded up to pages; 0: 65536 */
    unsigned executor_threads; /**< threads of the loop's own executor; 0: number of CPUs + 4, at most 32 */
    unsigned curl_multi_size;  /**< transfers that share one multi handle; 0: 16 */
    unsigned curl_connections; /**< connections kept open for each of those; 0: 5, as many as an easy handle keeps by
                                  itself */
    int64_t slow_ns; /**< report a task or callback that holds the loop for longer; 0: do not look (it costs a clock
                        reading a switch) */
    uint64_t schedule_seed; /**< not 0: of the ready tasks a random one runs next, the same ones for the same seed: to
                               shake out code that relies on an order */
    void (*report)(const char *text,
                   void *user); /**< gets one line without a newline for each slow task and deadlock; NULL: stderr */
    void *report_user;          /**< handed to report */
    bool leave_sigsegv; /**< do not have the overflow of a task's stack told on stderr: it takes a handler for SIGSEGV,
                           which leaves the rest to the one before, and an alternate signal stack */
};

/** Counters of one loop; monotone but for the `*_now` ones. */
struct rt_loop_stats {
    uint64_t turns;             /**< times the kernel was asked for events */
    uint64_t switches;          /**< times a task was given the stack */
    uint64_t tasks_spawned;     /**< tasks ever created */
    uint64_t tasks_now;         /**< tasks not yet done */
    uint64_t tasks_peak;        /**< the most at once */
    uint64_t tasks_parked;      /**< tasks whose stack is put aside now (see rt_task_options.parkable) */
    uint64_t tasks_parked_peak; /**< the most of those at once */
    uint64_t stacks_now;        /**< stacks mapped (in use or pooled) */
    enum rt_guard guard;        /**< the weakest guard that any of those stacks has */
};

/**
 * Run a main task on a loop of its own, then cancel and await whatever it left running, and close the loop.
 *
 * @param main_fn  body of the main task
 * @param arg      handed to main_fn; must live until rt_run returns
 * @param options  NULL for the defaults; copied
 *
 * Returns what main_fn returned, or
 *   -EBUSY     this thread already runs a loop
 *   -ENOMEM, -EMFILE, ...  the loop could not be made; main_fn did not run
 * Ownership: none taken. Context: any thread, outside a task.
 * Source: asyncio.run.
 */
int rt_run(rt_task_fn main_fn, void *arg, const struct rt_loop_options *options);

/**
 * Create a loop; rt_loop_destroy frees it.
 *
 * @param ret_loop  written on success only
 * @param options   NULL for the defaults; copied
 *
 * Returns 0, -ENOMEM, -ENOTSUP (libev or the kernel lacks that backend), -EINVAL (no such backend), or the -errno of
 * epoll, timerfd or eventfd. Context: any thread.
 */
int rt_loop_create(struct rt_loop **ret_loop, const struct rt_loop_options *options);

/**
 * Run a main task to its end; other tasks may be left waiting and go on in the next call.
 *
 * When every task waits and nothing outside the loop could ever wake one (no timer, descriptor, transfer or executor
 * job is pending, and the loop is not held) that is reported with the names of the tasks and of what they wait for, and
 * the main task's wait returns -EDEADLK.
 *
 * @param main_fn  NULL: run until rt_loop_stop
 *
 * Returns what main_fn returned (0 without one), or -EBUSY (this thread runs a loop, or this loop is running), -ENOMEM,
 * -EINTR (stopped before the main task was done: it goes on in the next call), -EDEADLK (without a main task, or it
 * could not be woken). Context: outside a task; any one thread at a time, and the same one as long as tasks are left
 * from an earlier run (compiled code may keep the address of a thread's variable, such as errno, across a wait).
 */
int rt_loop_run(struct rt_loop *loop, rt_task_fn main_fn, void *arg);

/**
 * Cancel what is left, run it to its end, and free the loop. NULL is allowed.
 *
 * Tasks that refuse cancellation for ever would keep this from returning. Handles still held by the caller stay valid
 * for rt_task_release. Context: the thread that last ran the loop, outside a task.
 */
void rt_loop_destroy(struct rt_loop *loop);

/**
 * Make rt_loop_run return before the next turn. A loop that does not run is stopped as soon as it is run.
 *
 * Returns 0 or -ENOMEM. Context: any thread, as long as the loop exists. Source: asyncio's loop.stop.
 */
int rt_loop_stop(struct rt_loop *loop);

/**
 * Say that another thread may call rt_call_soon_threadsafe or rt_submit: a loop that has nothing left to wait for then
 * waits rather than report a deadlock. Once for each rt_loop_unhold. Context: the loop's thread, or before it runs.
 */
void rt_loop_hold(struct rt_loop *loop);

/** Take back one rt_loop_hold. */
void rt_loop_unhold(struct rt_loop *loop);

/** Returns the loop that this thread runs, in a task or a callback, or NULL. Context: any thread. Source:
 * asyncio.get_running_loop. */
struct rt_loop *rt_loop_current(void);

/** Copy the loop's counters to *ret_stats. Context: the loop's thread. */
void rt_loop_stats(const struct rt_loop *loop, struct rt_loop_stats *ret_stats);

/** Returns the name of libev's backend in use: "epoll", "poll", "select", "linuxaio" or "io_uring". Context: any
 * thread. */
const char *rt_loop_backend(const struct rt_loop *loop);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
