/* Timeout scopes and shields: what bounds the waits of a task from outside them. */
#include "internal.h"
#include <errno.h>

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void set_limit(struct rt_task *self, int64_t limit_ns)
{
    self->limit_ns = limit_ns;
    self->limited = limit_ns != RT_FOREVER;
}

static int scope_begin(struct rt_timeout *scope, int64_t deadline_ns, bool shield)
{
    struct rt_task *self = rt__self();
    if (!self || (shield && self->shields == UINT8_MAX))
        return -EINVAL;
    *scope = (struct rt_timeout){
        .outer = self->scopes,
        .deadline_ns = deadline_ns,
        .outer_limit_ns = self->limit_ns,
        .shield = shield,
    };
    self->scopes = scope;
    set_limit(self, shield ? RT_FOREVER : earlier(deadline_ns, self->limit_ns));
    self->shields += shield;
    return 0;
}

static int scope_end(struct rt_timeout *scope, bool shield)
{
    struct rt_task *self = rt__self();
    if (!self || self->scopes != scope || scope->shield != shield)
        return -EINVAL;
    self->scopes = scope->outer;
    set_limit(self, scope->outer_limit_ns);
    self->shields -= shield;
    return scope->expired ? -ETIMEDOUT : 0;
}

int rt_timeout_begin(struct rt_timeout *timeout, int64_t deadline_ns)
{
    return scope_begin(timeout, deadline_ns, false);
}

int rt_timeout_end(struct rt_timeout *timeout)
{
    return scope_end(timeout, false);
}

int rt_timeout_move(struct rt_timeout *timeout, int64_t deadline_ns)
{
    struct rt_task *self = rt__self();
    if (!self || self->scopes != timeout || timeout->shield)
        return -EINVAL;
    if (timeout->expired)
        return -ETIMEDOUT;
    timeout->deadline_ns = deadline_ns;
    set_limit(self, earlier(deadline_ns, timeout->outer_limit_ns));
    return 0;
}

int rt_shield_begin(struct rt_timeout *shield)
{
    return scope_begin(shield, RT_FOREVER, true);
}

int rt_shield_end(struct rt_timeout *shield)
{
    return scope_end(shield, true);
}

int rt_wait_for(struct rt_task *task, int64_t deadline_ns, int *ret_result)
{
    struct rt_timeout timeout, shield;
    int error = rt_timeout_begin(&timeout, deadline_ns);
    if (error < 0)
        return error;
    int result;
    error = rt_task_await(task, &result);
    rt_timeout_end(&timeout);
    if (error == -ETIMEDOUT || error == -ECANCELED) {
        rt_task_cancel(task);
        rt_shield_begin(&shield);
        int again = rt_task_await(task, &result);
        rt_shield_end(&shield);
        if (again < 0)
            return again;
        /* A result that came in spite of it is not thrown away. */
        if (error == -ETIMEDOUT && result != -ECANCELED)
            error = 0;
    }
    if (error == 0 && ret_result)
        *ret_result = result;
    return error;
}
