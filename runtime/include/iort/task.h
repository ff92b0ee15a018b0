/* Tasks: straight-line code that gives up the thread only where it waits. */
#ifndef IORT_TASK_H
#define IORT_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <iort/loop.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct rt_task;
struct rt_call;

enum rt_task_state {
    RT_TASK_PENDING,   /**< created, not yet started: it has no stack */
    RT_TASK_RUNNING,   /**< started: running, ready, or waiting */
    RT_TASK_DONE,      /**< its function returned; the result is there */
    RT_TASK_CANCELLED, /**< cancelled before it started; the result is -ECANCELED */
};

/**
 * Create a task on the calling task's loop; it starts when the caller waits, after those that were ready before it.
 *
 * But a task that is awaited before it has started takes its turn from whoever awaits it, and gives it back as it ends, so
 * that a tree of tasks is walked as one of calls would be. Others get their turn after at most 64 of these.
 * Nothing ties it to its parent: a task that ends leaves those it has spawned running (see group.h for children that must end
 * first); what is left as the loop ends is cancelled and awaited.
 *
 * @param ret_task  written on success only; the caller then owns a reference, given back by rt_task_release or
 *                  rt_task_join. NULL: nobody awaits the task (it is detached).
 * @param fn, arg   the body; arg must live until the task is done
 *
 * Returns 0, -EINVAL (this thread runs no loop), -ENOTSUP (the caller is parkable and arg lies on its stack) or
 * -ENOMEM. Context: a task or a callback. Does not suspend. Source: asyncio.create_task.
 */
int rt_task_spawn(struct rt_task **ret_task, rt_task_fn fn, void *arg);

/** All zeros is the default of every field. */
struct rt_task_options {
    const char *name; /**< copied, cut to 31 bytes; NULL: none */
    /**
     * While it waits, what its stack holds may be put aside in a few hundred bytes, so that a million can wait at once.
     * In return nobody may keep a pointer to anything on that stack across a wait: calls that would hand one out return
     * -ENOTSUP (rt_curl_perform, rt_executor_call, rt_submit, rt_call_at, a spawn with such an argument), what they
     * cannot see is up to the caller (a lock or an event must not lie there). Ignored under sanitizers, valgrind and
     * -Dcontext=ucontext.
     */
    bool parkable;
};

/** rt_task_spawn with options. */
int rt_task_spawn_with(struct rt_task **ret_task, rt_task_fn fn, void *arg, const struct rt_task_options *options);

/**
 * Wait until a task is done. Any number of tasks may await the same one; the handle must be valid as the call is made,
 * and may be released by its holder meanwhile.
 *
 * @param ret_result  written on success only: what the task's function returned (-ECANCELED if it never started);
 *                    NULL if that is of no interest
 *
 * Returns 0, or
 *   -ECANCELED  the caller, not the awaited task, was cancelled; the awaited task goes on
 *   -ETIMEDOUT  the deadline of a timeout scope has passed; the awaited task goes on
 *   -EDEADLK    a task awaits itself, or every task waits for another
 *   -ENOMEM     no room for one more deadline
 *   -EINVAL     called outside a task, or the task belongs to another loop
 * Ownership: the reference stays the caller's. Context: a task of the same loop; suspends unless the task is done.
 * Source: await task.
 */
int rt_task_await(struct rt_task *task, int *ret_result);

/**
 * rt_task_await, then rt_task_release, in that order and only if the await returned 0: on an error the caller still
 * owns the reference.
 */
int rt_task_join(struct rt_task *task, int *ret_result);

/** Give a reference back; the task runs on. NULL is allowed. Context: a task of the same loop, or after the loop is
 * gone. */
void rt_task_release(struct rt_task *task);

/**
 * Ask a task to stop: the wait it is in, or else the next one it begins, returns -ECANCELED, once. A task that has not
 * started never does. Waits marked "not cancellable" in their header end first.
 *
 * If the wait's own result arrives in the same turn before the cancel, the result stands and the *next* wait returns
 * -ECANCELED; if the cancel comes first, the wait returns -ECANCELED. Cancelling twice before the task has seen the
 * first counts as once. Cancelling a finished task does nothing.
 *
 * Returns 0, -EALREADY (the task is done), or -EINVAL (outside a task of the same loop). A task may cancel itself.
 * Context: a task of the same loop; does not suspend. Source: asyncio.Task.cancel.
 */
int rt_task_cancel(struct rt_task *task);

/** Take one more reference, given back by rt_task_release. Returns the task. Context: as rt_task_release. */
struct rt_task *rt_task_retain(struct rt_task *task);

/**
 * Have a callback called once a task is done, in the turn after; at once in the next turn if it is done already.
 *
 * @param call  initialised with rt_call_init; its memory must live until it was called or rt_call_cancel took it back
 * Returns 0, -EBUSY (the call is asked for already), or as rt_call_soon. Context: a task or a callback of the same
 * loop. Source: asyncio.Task.add_done_callback; rt_call_cancel is remove_done_callback.
 */
int rt_task_on_done(struct rt_task *task, struct rt_call *call);

/** Copy the result of a task that is done. Returns 0, or -EBUSY (it is not done). Source: asyncio.Task.result. */
int rt_task_result(const struct rt_task *task, int *ret_result);

/** Returns the state. Context: a task of the same loop, or after the loop is gone. */
enum rt_task_state rt_task_state(const struct rt_task *task);

/** Returns the calling task (a borrowed reference, valid while it runs), or NULL outside of one. */
struct rt_task *rt_task_self(void);

/**
 * Name a task for error messages and debuggers.
 *
 * @param name  copied, cut to 31 bytes; where there is no memory for it, the task has none
 * Context: a task or a callback of the same loop. Source: asyncio.Task.set_name.
 */
void rt_task_set_name(struct rt_task *task, const char *name);

/** Returns the name, "" if none was set; valid until another is set or the task is gone. Context: as rt_task_set_name. */
const char *rt_task_name(const struct rt_task *task);

/**
 * Let every other ready task run once.
 *
 * Returns 0, -ECANCELED, -ETIMEDOUT (the deadline of a timeout scope has passed), -ENOMEM (no room to put a parkable
 * task aside), or -EINVAL (outside a task). Context: a task; suspends. Source: asyncio.sleep(0).
 */
int rt_yield(void);

/**
 * Suspend the calling task until a deadline.
 *
 * @param deadline_ns  CLOCK_MONOTONIC, ns; RT_FOREVER waits without limit
 *
 * Returns 0 once the deadline has passed (never before it), or
 *   -ETIMEDOUT  the earlier deadline of a timeout scope has passed
 *   -ECANCELED  the task was cancelled: unwind and return
 *   -EDEADLK    RT_FOREVER in the main task, and nothing else could ever happen
 *   -ENOMEM     no room for one more deadline
 *   -EINVAL     called outside a task
 * Ownership: none taken. Context: a task; suspends, if only for one turn.
 * Source: asyncio.sleep; libev manual, "The special problem of being too early".
 */
int rt_sleep_until(int64_t deadline_ns);

/** rt_sleep_until the deadline that is duration_ns from now. */
int rt_sleep_ns(int64_t duration_ns);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
