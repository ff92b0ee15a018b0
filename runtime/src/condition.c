/* Condition: a notified task is moved from one line to the other, and runs again only when it has the lock. */
#include "internal.h"
#include <assert.h>
#include <errno.h>

void rt_condition_init(struct rt_condition *condition, struct rt_lock *lock)
{
    *condition = (struct rt_condition){.lock = lock};
}

void rt_condition_finish(struct rt_condition *condition)
{
    assert(!condition->waiters.first);
    (void)condition;
}

/* Of the task's wait nothing but the lock is left: neither its deadline nor a cancel may end it without. */
static void move_to_lock(struct rt_lock *lock, struct rt_task *task)
{
    rt__waiters_remove(task);
    rt__timers_clear(&task->loop->timers, &task->timer);
    task->cancellable = false;
    task->waits_for = "lock";
    rt__waiters_push(&lock->waiters, task);
}

static void notify(struct rt_condition *condition, uint32_t count)
{
    for (; count > 0 && condition->waiters.first; count--)
        move_to_lock(condition->lock, condition->waiters.first);
}

static int room_to_be_put_aside(struct rt_task *self)
{
    return self->parkable ? rt__stage_prepare(self->loop) : 0;
}

/* Whoever was cut short stands in line for the lock like everyone else. */
static int take_again(struct rt_lock *lock, struct rt_task *self)
{
    if (!lock->owner) {
        lock->owner = self;
        return 0;
    }
    if (room_to_be_put_aside(self) < 0)
        return -ENOTRECOVERABLE;
    rt__waiters_push(&lock->waiters, self);
    rt__wait_held(self, "lock");
    return lock->owner == self ? 0 : -ENOTRECOVERABLE; /* woken without it: the loop reports a dead end */
}

int rt_condition_wait(struct rt_condition *condition, int64_t deadline_ns)
{
    struct rt_task *self = rt__self();
    struct rt_lock *lock = condition->lock;
    if (!self)
        return -EINVAL;
    if (lock->owner != self)
        return -EPERM;
    int error = rt__wait_begin(self);
    if (error == 0)
        error =
            room_to_be_put_aside(self); /* before the lock is given away: without room it could not be taken again */
    if (error < 0)
        return error;
    rt__waiters_push(&condition->waiters, self);
    rt_lock_release(lock);
    int status = rt__wait(self, deadline_ns, "condition");
    if (lock->owner != self) {
        error = take_again(lock, self);
        if (error < 0)
            return error;
    }
    /* A cancel that could not be heard while it stood in line. */
    if (rt__wait_begin(self) < 0) {
        if (status == 0)
            notify(condition, 1);
        return -ECANCELED;
    }
    return status;
}

int rt_condition_wait_for(struct rt_condition *condition, rt_condition_fn fn, void *arg, int64_t deadline_ns)
{
    struct rt_task *self = rt__self();
    if (!self)
        return -EINVAL;
    if (condition->lock->owner != self)
        return -EPERM;
    int error = 0;
    while (!fn(arg)) {
        if (error < 0)
            return error;
        error = rt_condition_wait(condition, deadline_ns);
        if (error < 0 && error != -ETIMEDOUT)
            return error;
    }
    return 0;
}

int rt_condition_notify(struct rt_condition *condition, uint32_t count)
{
    struct rt_task *self = rt__self();
    if (!self || condition->lock->owner != self)
        return -EPERM;
    notify(condition, count);
    return 0;
}

int rt_condition_notify_all(struct rt_condition *condition)
{
    return rt_condition_notify(condition, UINT32_MAX);
}
