/*
 * A rate limiter: so many permits in each period, for the tasks of one loop. It is a bucket that holds `burst` permits,
 * is full at first, and is refilled evenly: exactly permits / period_ns, without rounding, however long it runs. First
 * come, first served: one who needs few waits behind one who needs many.
 */
#ifndef IORT_RATE_LIMITER_H
#define IORT_RATE_LIMITER_H

#include <stdint.h>
#include <iort/call.h>
#include <iort/sync.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/** Its memory is the caller's and must outlive its waiters; its fields are the library's. */
struct rt_rate_limiter {
    struct rt_waiters waiters;
    struct rt_call call;
    int64_t period_ns;
    int64_t level, level_most;
    int64_t level_at_ns;
    uint32_t permits;
};

/**
 * @param permits    in each period
 * @param period_ns  ns
 * @param burst      how many there can be at once after a pause; 1 spaces them evenly
 * Returns 0, or -EINVAL (one of these is not positive, or burst times period_ns is over 2^63). Context: any thread;
 * then only the tasks of one loop.
 */
int rt_rate_limiter_init(struct rt_rate_limiter *limiter, uint32_t permits, int64_t period_ns, uint32_t burst);

/** Nobody may wait (asserted). */
void rt_rate_limiter_finish(struct rt_rate_limiter *limiter);

/**
 * Take permits, waiting for them. They are used up: nobody gives them back.
 *
 * Whoever is cancelled or times out takes nothing, and those behind move up.
 *
 * Returns 0, -EINVAL (outside a task, no permits asked for, or more than the burst), -ETIMEDOUT, -ECANCELED, -ENOMEM,
 * or -ENOTSUP (the limiter lies on a parkable task's own stack). Context: a task; suspends unless there are enough.
 * Source: Go's golang.org/x/time/rate, Limiter.WaitN; unlike there, a deadline that will be too early is waited for, as
 * somebody in front may give up.
 */
int rt_rate_limiter_acquire(struct rt_rate_limiter *limiter, uint32_t permits, int64_t deadline_ns);

/**
 * Take permits if there are enough and nobody waits. Returns 0, -EAGAIN, or -EINVAL (none asked for, or more than the
 * burst). Context: a task or a callback; does not suspend.
 */
int rt_rate_limiter_try_acquire(struct rt_rate_limiter *limiter, uint32_t permits);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
