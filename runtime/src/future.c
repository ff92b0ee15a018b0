/* Futures: a state, a value, and the two lists of those who wait for it, tasks and callbacks. */
#include <errno.h>
#include <iort/future.h>
#include <stdlib.h>
#include "internal.h"

struct rt_future {
    struct rt_loop *loop;
    struct rt_waiters waiters;
    struct rt_call *on_done; /* circular, oldest first */
    void *value;
    int error;
    enum rt_future_state state;
    uint32_t references;
};

int rt_future_create(struct rt_future **ret_future)
{
    struct rt_loop *loop = rt__loop;
    if (!loop)
        return -EINVAL;
    struct rt_future *future = malloc(sizeof(*future));
    if (!future)
        return -ENOMEM;
    *future = (struct rt_future){.loop = loop, .references = 1};
    *ret_future = future;
    return 0;
}

struct rt_future *rt_future_retain(struct rt_future *future)
{
    future->references++;
    return future;
}

void rt_future_release(struct rt_future *future)
{
    if (!future || --future->references > 0)
        return;
    while (future->on_done)
        rt_call_cancel(future->on_done); /* they must not keep the address of a list that is gone */
    free(future);
}

static int fulfil(struct rt_future *future, enum rt_future_state state, void *value, int error)
{
    if (rt__loop != future->loop)
        return -EINVAL;
    if (future->state != RT_FUTURE_PENDING)
        return -EALREADY;
    future->state = state;
    future->value = value;
    future->error = error;
    while (future->waiters.first)
        rt__wake(future->waiters.first, 0);
    rt__call_done(&future->on_done);
    return 0;
}

int rt_future_set_result(struct rt_future *future, void *value)
{
    return fulfil(future, RT_FUTURE_DONE, value, 0);
}

int rt_future_set_error(struct rt_future *future, int error)
{
    return error < 0 ? fulfil(future, RT_FUTURE_DONE, NULL, error) : -EINVAL;
}

int rt_future_cancel(struct rt_future *future)
{
    return fulfil(future, RT_FUTURE_CANCELLED, NULL, -ECANCELED);
}

enum rt_future_state rt_future_state(const struct rt_future *future)
{
    return future->state;
}

int rt_future_result(const struct rt_future *future, void **ret_value)
{
    if (future->state == RT_FUTURE_PENDING)
        return -EBUSY;
    if (future->error == 0 && ret_value)
        *ret_value = future->value;
    return future->error;
}

int rt_future_await(struct rt_future *future, void **ret_value, int64_t deadline_ns)
{
    struct rt_task *self = rt__self();
    if (!self || self->loop != future->loop)
        return -EINVAL;
    /* Before a cancel that is due: a caller who finds the future cancelled takes that for the reason. */
    if (future->state == RT_FUTURE_CANCELLED)
        return -ECANCELED;
    int error = rt__wait_begin(self);
    if (error < 0)
        return error;
    if (future->state == RT_FUTURE_PENDING) {
        future->references++; /* whoever holds it may release it before this task runs again */
        rt__waiters_push(&future->waiters, self);
        error = rt__wait(self, deadline_ns, "future");
        if (error == -ECANCELED && future->state == RT_FUTURE_CANCELLED)
            self->cancel_requested = true;
        if (error == 0)
            error = rt_future_result(future, ret_value);
        rt_future_release(future);
        return error;
    }
    return rt_future_result(future, ret_value);
}

int rt_future_on_done(struct rt_future *future, struct rt_call *call)
{
    return rt__call_when_done(call, future->loop, future->state != RT_FUTURE_PENDING, &future->on_done);
}
