/*
 * Futures: a result that comes from elsewhere, and that tasks can wait for before it is there. Whoever makes one
 * fulfils it once, as a rule from a callback; what a task returns needs none (see rt_task_await).
 *
 * From another thread it is fulfilled by a callback, since a future belongs to the thread of its loop:
 *
 *     static void fulfil(void *arg)
 *     {
 *         struct question *question = arg;
 *         rt_future_set_result(question->future, question->answer);
 *     }
 *     ...
 *     rt_call_soon_threadsafe(question->loop, fulfil, question);
 *
 * While it is awaited, rt_loop_hold tells the loop that this can happen.
 */
#ifndef IORT_FUTURE_H
#define IORT_FUTURE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct rt_call;
struct rt_future;

enum rt_future_state {
    RT_FUTURE_PENDING,   /**< not fulfilled yet */
    RT_FUTURE_DONE,      /**< a value or an error is there */
    RT_FUTURE_CANCELLED, /**< given up: what it returns is -ECANCELED */
};

/**
 * Create a future that is pending, for the loop that this thread runs.
 *
 * @param ret_future  written on success only; the caller then owns a reference, given back by rt_future_release
 * Returns 0, -EINVAL (this thread runs no loop) or -ENOMEM. Context: a task or a callback; does not suspend.
 * Source: asyncio's loop.create_future.
 */
int rt_future_create(struct rt_future **ret_future);

/** Take one more reference, given back by rt_future_release. Returns the future. Context: the loop's thread. */
struct rt_future *rt_future_retain(struct rt_future *future);

/**
 * Give a reference back. The last one frees the future; if it is pending then, callbacks that wait for it are never
 * called. Who awaits it holds a reference of its own. NULL is allowed. Context: the loop's thread, or after the loop is
 * gone.
 */
void rt_future_release(struct rt_future *future);

/**
 * Fulfil a future with a value, and wake all who await it.
 *
 * @param value  handed to them as it is; what it points to is their business and the caller's
 * Returns 0, -EALREADY (it is done or cancelled; nothing is changed), or -EINVAL (this thread does not run its loop).
 * Context: a task or a callback of the same loop; does not suspend. Source: asyncio.Future.set_result.
 */
int rt_future_set_result(struct rt_future *future, void *value);

/**
 * Fulfil a future with an error.
 *
 * @param error  -errno: what rt_future_await and rt_future_result return
 * Returns as rt_future_set_result; -EINVAL, too, if error is not negative. Source: asyncio.Future.set_exception.
 */
int rt_future_set_error(struct rt_future *future, int error);

/** Give a future up: who awaits it gets -ECANCELED. Returns as rt_future_set_result. Source: asyncio.Future.cancel. */
int rt_future_cancel(struct rt_future *future);

/**
 * Returns the state. Context: the loop's thread, or after the loop is gone. Source: asyncio.Future.done and cancelled.
 */
enum rt_future_state rt_future_state(const struct rt_future *future);

/**
 * Wait until a future is fulfilled. Any number of tasks may await the same one, and all get its value.
 *
 * @param ret_value    written on success only; NULL if that is of no interest
 * @param deadline_ns  CLOCK_MONOTONIC, ns; RT_FOREVER waits without limit
 *
 * Returns 0, the error that was set, or
 *   -ECANCELED  the future was cancelled: then rt_future_state is RT_FUTURE_CANCELLED. In any other state it was the
 *               caller who was cancelled. When both are, the future counts, and the caller's cancel meets its next wait
 *   -ETIMEDOUT  the deadline, or a timeout scope's, has passed; the future stays as it is
 *   -EDEADLK    in the main task: nothing could ever fulfil it
 *   -ENOMEM     no room for one more deadline
 *   -EINVAL     called outside a task, or the future belongs to another loop
 * Unlike asyncio's, a cancelled or timed out caller does not cancel the future: others may await it.
 * Ownership: the reference stays the caller's. Context: a task of the same loop; suspends unless it is fulfilled.
 * Source: await future.
 */
int rt_future_await(struct rt_future *future, void **ret_value, int64_t deadline_ns);

/**
 * What rt_future_await would return at once.
 *
 * @param ret_value  written on success only; NULL if that is of no interest
 * Returns 0, the error that was set, -ECANCELED (the future was cancelled), or -EBUSY (pending).
 * Context: the loop's thread, or after the loop is gone. Source: asyncio.Future.result and exception.
 */
int rt_future_result(const struct rt_future *future, void **ret_value);

/**
 * Have a callback called once a future is fulfilled or cancelled, in the turn after; in the next turn if it is already.
 *
 * @param call  initialised with rt_call_init; its memory must live until it was called or rt_call_cancel took it back,
 *              or until the future is freed
 * Returns 0, -EBUSY (the call is asked for already), -ENOTSUP (`call` lies on a parkable task's own stack), or -EINVAL
 * (this thread does not run the future's loop). Context: a task or a callback of the same loop; does not suspend.
 * Source: asyncio.Future.add_done_callback; rt_call_cancel is remove_done_callback.
 */
int rt_future_on_done(struct rt_future *future, struct rt_call *call);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
