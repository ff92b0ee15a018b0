/*
 * Callbacks: functions that the loop calls between tasks, on its own stack. A callback must not wait (every call that
 * waits returns -EINVAL there) and holds up the loop as long as it runs.
 */
#ifndef IORT_CALL_H
#define IORT_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <iort/loop.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

typedef void (*rt_call_fn)(void *arg);

/** A place among the loop's deadlines; its fields are the library's. */
struct rt_timer {
    size_t place;
    void (*fire)(struct rt_timer *timer);
};

/**
 * One callback, asked for at most once at a time. The memory is the caller's: it must live, and stay where it is, until
 * the callback has been called or was cancelled. Its fields are the library's.
 */
struct rt_call {
    struct rt_timer timer;
    struct rt_call *prev, *next, **list;
    struct rt_loop *loop;
    rt_call_fn fn;
    void *arg;
    bool at_once;
};

/** Say what to call. fn gets arg; the call may be asked for again from within fn, and its memory freed there. */
void rt_call_init(struct rt_call *call, rt_call_fn fn, void *arg);

/**
 * Call in the loop's next turn, after what was asked for before.
 *
 * Returns 0, -EBUSY (already asked for), -ENOTSUP (`call` lies on a parkable task's own stack), or -EINVAL (this thread
 * runs no loop). Context: a task or a callback; does not suspend. Source: asyncio's loop.call_soon.
 */
int rt_call_soon(struct rt_call *call);

/**
 * Call once a deadline has passed, never before. A loop that is destroyed first takes the call back: its memory must
 * live until then.
 *
 * @param deadline_ns  CLOCK_MONOTONIC, ns
 * Returns as rt_call_soon, or -ENOMEM. Source: asyncio's loop.call_at.
 */
int rt_call_at(struct rt_call *call, int64_t deadline_ns);

/** rt_call_at the deadline that is duration_ns from now. Source: asyncio's loop.call_later. */
int rt_call_later(struct rt_call *call, int64_t duration_ns);

/**
 * Take back what was asked for, or what waits for a task or a future to be done.
 *
 * Returns 0 (it will not be called), or -EALREADY (nothing was asked for: it has been called, or never was to be).
 * Context: the thread of the loop, in a task or a callback, or after the loop is gone. Source: asyncio.Handle.cancel.
 */
int rt_call_cancel(struct rt_call *call);

/**
 * From any thread: call fn(arg) in a turn of a loop, in the order in which one thread asked.
 *
 * A loop that has nothing left to wait for reports a deadlock rather than wait for other threads: rt_loop_hold tells it
 * to. A loop that is destroyed first still makes the calls.
 *
 * Returns 0 or -ENOMEM (fn is not called). Ownership: arg must live until it was called.
 * Context: any thread, as long as the loop exists. Not for signal handlers (see signal.h).
 * Source: asyncio's loop.call_soon_threadsafe.
 */
int rt_call_soon_threadsafe(struct rt_loop *loop, rt_call_fn fn, void *arg);

/**
 * From a task of one loop: run fn(arg) as a task of another thread's loop and await its result.
 *
 * @param loop        running in another thread until the call returns, and held (rt_loop_hold)
 * @param ret_result  written on success only; NULL if that is of no interest
 *
 * Returns 0, -ECANCELED or -ETIMEDOUT (the caller was cancelled, or a timeout scope ended: the other task is cancelled,
 * too, and has ended), -ENOTSUP (a parkable task), -ENOMEM, -EINVAL (outside a task, or `loop` is the caller's own).
 * Ownership: arg need only live until the call returns. Context: a task; suspends.
 * Source: asyncio.wrap_future(asyncio.run_coroutine_threadsafe(fn(arg), loop)).
 */
int rt_submit(struct rt_loop *loop, rt_task_fn fn, void *arg, int *ret_result);

/**
 * From a thread without a loop: run fn(arg) as a task of another thread's loop and block until it is done.
 *
 * Returns 0, -ENOMEM, or -EBUSY (this thread runs a loop: blocking it would be wrong, see rt_submit).
 * Context: any thread that runs no loop. Source: asyncio.run_coroutine_threadsafe(fn(arg), loop).result().
 */
int rt_submit_blocking(struct rt_loop *loop, rt_task_fn fn, void *arg, int *ret_result);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
