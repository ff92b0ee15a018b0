/*
 * Timeout scopes: a deadline for everything that a task does between two lines. Within a scope, a wait that reaches the
 * scope's deadline returns -ETIMEDOUT, and so does every further one: the code unwinds to rt_timeout_end, which says
 * whether it was this scope's deadline that passed. Scopes nest, and the earliest deadline holds; a wait's own deadline
 * may be earlier still.
 *
 *     struct rt_timeout timeout;
 *     rt_timeout_begin(&timeout, rt_deadline_ns(2 * RT_NS_PER_S));
 *     int error = talk_to_server(fd);
 *     if (rt_timeout_end(&timeout) == -ETIMEDOUT)
 *         ...
 *
 * When things meet in one turn: whatever reaches the waiting task first decides what its wait returns. A result that
 * came before the deadline stands, and so does one that is there as the wait begins, even if the deadline has passed; a
 * cancel that comes second meets the next wait. Waits that a header calls not cancellable are not cut short by a scope
 * either.
 */
#ifndef IORT_TIMEOUT_H
#define IORT_TIMEOUT_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct rt_task;

/** One scope, in the caller's memory (its stack, as a rule); its fields are the library's. */
struct rt_timeout {
    struct rt_timeout *outer;
    int64_t deadline_ns;
    int64_t outer_limit_ns;
    bool expired;
    bool shield;
};

/**
 * Begin a scope. Every one must be ended, innermost first, by the task that began it.
 *
 * @param deadline_ns  CLOCK_MONOTONIC, ns; RT_FOREVER: none (it can be moved later)
 * Returns 0, or -EINVAL (outside a task; nothing was begun). Context: a task; does not suspend.
 * Source: asyncio.timeout_at.
 */
int rt_timeout_begin(struct rt_timeout *timeout, int64_t deadline_ns);

/**
 * Give the innermost scope another deadline. Source: asyncio.Timeout.reschedule.
 *
 * Returns 0, -ETIMEDOUT (it has expired already), or -EINVAL (not the caller's innermost scope).
 */
int rt_timeout_move(struct rt_timeout *timeout, int64_t deadline_ns);

/**
 * End the innermost scope.
 *
 * Returns 0, -ETIMEDOUT (a wait was cut short by this scope's deadline), or -EINVAL (not the caller's innermost scope).
 */
int rt_timeout_end(struct rt_timeout *timeout);

/**
 * Begin a scope that nothing cuts short: until rt_shield_end a cancel waits outside, and so do the deadlines of outer
 * scopes (those of scopes begun inside hold). For what must be finished, such as a last message before a connection is
 * closed.
 *
 * Returns 0, or -EINVAL (outside a task). Context: a task; does not suspend.
 * Source: trio's CancelScope(shield=True); asyncio.shield(task), which keeps a cancel from an awaited task, is
 * rt_task_await, which never hands it on.
 */
int rt_shield_begin(struct rt_timeout *shield);

/** End a shield, the innermost scope; a cancel that came meanwhile meets the next wait. Returns 0 or -EINVAL as above.
 */
int rt_shield_end(struct rt_timeout *shield);

/**
 * Wait until a task is done, and cancel it if that takes too long.
 *
 * When the deadline passes, or the caller is cancelled, the task is cancelled, too, and the call returns once it has
 * ended.
 *
 * @param ret_result  written on success only: the task's result; NULL if that is of no interest
 * Returns 0 (also if the task ended while it was being cancelled with a result other than -ECANCELED), -ETIMEDOUT,
 * -ECANCELED (the caller was cancelled), or as rt_task_await. Ownership: the reference stays the caller's.
 * Context: a task of the same loop; suspends. Source: asyncio.wait_for.
 */
int rt_wait_for(struct rt_task *task, int64_t deadline_ns, int *ret_result);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
