/* Barrier: the last to arrive wakes the others, each with its index, and nobody has to wait until they have left. */
#include "internal.h"
#include <assert.h>
#include <errno.h>

int rt_barrier_init(struct rt_barrier *barrier, uint32_t parties)
{
    if (parties == 0)
        return -EINVAL;
    *barrier = (struct rt_barrier){.parties = parties};
    return 0;
}

void rt_barrier_finish(struct rt_barrier *barrier)
{
    assert(!barrier->waiters.first);
    (void)barrier;
}

uint32_t rt_barrier_waiting(const struct rt_barrier *barrier)
{
    uint32_t count = 0;
    for (const struct rt_task *task = barrier->waiters.first; task; task = task->waiters_next)
        count++;
    return count;
}

bool rt_barrier_is_broken(const struct rt_barrier *barrier)
{
    return barrier->broken;
}

static void release(struct rt_barrier *barrier, int status)
{
    for (uintptr_t index = 0; barrier->waiters.first; index++) {
        struct rt_task *task = barrier->waiters.first;
        task->wait_item = (void *)index;
        barrier->arrived--;
        rt__wake(task, status);
    }
}

/* `arrived` still counts those who were cut short and have not run since, so it says when to count, and not how many.
 */
static bool is_last(const struct rt_barrier *barrier)
{
    return barrier->arrived >= barrier->parties - 1 && rt_barrier_waiting(barrier) == barrier->parties - 1;
}

int rt_barrier_wait(struct rt_barrier *barrier, int64_t deadline_ns, uint32_t *ret_index)
{
    struct rt_task *self;
    int error = rt__wait_enter(&self);
    if (error < 0)
        return error;
    if (barrier->broken)
        return -EPIPE;
    uint32_t index = barrier->parties - 1;
    if (is_last(barrier)) {
        release(barrier, 0);
    } else {
        barrier->arrived++;
        rt__waiters_push(&barrier->waiters, self);
        error = rt__wait(self, deadline_ns, "barrier");
        if (error < 0 && error != -EPIPE)
            barrier->arrived--;
        if (error == 0)
            index = (uint32_t)(uintptr_t)self->wait_item;
    }
    if (error == 0 && ret_index)
        *ret_index = index;
    return error;
}

void rt_barrier_reset(struct rt_barrier *barrier)
{
    barrier->broken = false;
    release(barrier, -EPIPE);
}

void rt_barrier_abort(struct rt_barrier *barrier)
{
    barrier->broken = true;
    release(barrier, -EPIPE);
}
