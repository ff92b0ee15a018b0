/*
 * Rate limiter: a token bucket in whole numbers. The level is counted in parts of a permit, period_ns of them, and a
 * nanosecond adds `permits` parts: so nothing is ever rounded.
 */
#include "internal.h"
#include <assert.h>
#include <errno.h>
#include <iort/rate_limiter.h>

/* As long as anybody waits, a call is asked for at the time when the first of them can go on. */
static void serve_called(void *arg);

int rt_rate_limiter_init(struct rt_rate_limiter *limiter, uint32_t permits, int64_t period_ns, uint32_t burst)
{
    int64_t level_most;
    if (permits == 0 || period_ns <= 0 || burst == 0 || __builtin_mul_overflow(period_ns, burst, &level_most))
        return -EINVAL;
    *limiter = (struct rt_rate_limiter){
        .period_ns = period_ns,
        .level = level_most,
        .level_most = level_most,
        .level_at_ns = rt_now_ns(),
        .permits = permits,
    };
    rt_call_init(&limiter->call, serve_called, limiter);
    return 0;
}

void rt_rate_limiter_finish(struct rt_rate_limiter *limiter)
{
    assert(!limiter->waiters.first);
    (void)limiter;
}

static void refill(struct rt_rate_limiter *limiter)
{
    int64_t now_ns = rt_now_ns(), level;
    if (__builtin_mul_overflow(now_ns - limiter->level_at_ns, limiter->permits, &level) ||
        __builtin_add_overflow(level, limiter->level, &level) || level > limiter->level_most)
        level = limiter->level_most;
    limiter->level = level;
    limiter->level_at_ns = now_ns;
}

static bool take(struct rt_rate_limiter *limiter, uint32_t permits)
{
    int64_t price = permits * limiter->period_ns;
    if (price > limiter->level)
        return false;
    limiter->level -= price;
    return true;
}

/* When there will be enough, rounded up: a nanosecond early would be too early. */
static int64_t time_of(const struct rt_rate_limiter *limiter, uint32_t permits)
{
    int64_t missing = permits * limiter->period_ns - limiter->level, due_ns;
    int64_t wait_ns = missing / limiter->permits + (missing % limiter->permits != 0);
    return __builtin_add_overflow(limiter->level_at_ns, wait_ns, &due_ns) ? RT_FOREVER : due_ns;
}

static uint32_t wanted(const struct rt_task *task)
{
    return (uint32_t)(uintptr_t)task->wait_item;
}

/* Let everyone go on whose turn it is. */
static void serve(struct rt_rate_limiter *limiter)
{
    rt_call_cancel(&limiter->call);
    refill(limiter);
    struct rt_task *task;
    while ((task = limiter->waiters.first) && take(limiter, wanted(task)))
        rt__wake(task, 0);
    if (task) {
        /* Its place among the deadlines was there a moment ago, so it cannot fail. */
        int error = rt_call_at(&limiter->call, time_of(limiter, wanted(task)));
        assert(error == 0);
        (void)error;
    }
}

static void serve_called(void *arg)
{
    serve(arg);
}

/* 0, -EAGAIN or -EINVAL. */
static int take_in_turn(struct rt_rate_limiter *limiter, uint32_t permits)
{
    if (permits == 0 || permits > limiter->level_most / limiter->period_ns)
        return -EINVAL;
    if (limiter->waiters.first)
        return -EAGAIN;
    refill(limiter);
    return take(limiter, permits) ? 0 : -EAGAIN;
}

int rt_rate_limiter_try_acquire(struct rt_rate_limiter *limiter, uint32_t permits)
{
    return take_in_turn(limiter, permits);
}

int rt_rate_limiter_acquire(struct rt_rate_limiter *limiter, uint32_t permits, int64_t deadline_ns)
{
    struct rt_task *self;
    int error = rt__wait_enter(&self);
    if (error < 0)
        return error;
    error = take_in_turn(limiter, permits);
    if (error != -EAGAIN)
        return error;
    if (!limiter->waiters.first) {
        rt_call_cancel(&limiter->call); /* asked for by one who was cut short and has not run since */
        error = rt_call_at(&limiter->call, time_of(limiter, permits));
        if (error < 0)
            return error;
    }
    self->wait_item = (void *)(uintptr_t)permits;
    rt__waiters_push(&limiter->waiters, self);
    error = rt__wait(self, deadline_ns, "rate limiter");
    if (error < 0)
        serve(limiter);
    return error;
}
