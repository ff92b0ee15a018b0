/* Event, lock, semaphore: a list of waiters each, woken in their order. */
#include "internal.h"
#include <assert.h>
#include <errno.h>

void rt_event_init(struct rt_event *event)
{
    *event = (struct rt_event){0};
}

void rt_event_finish(struct rt_event *event)
{
    assert(!event->waiters.first);
    (void)event;
}

void rt_event_set(struct rt_event *event)
{
    event->set = true;
    while (event->waiters.first)
        rt__wake(event->waiters.first, 0);
}

void rt_event_clear(struct rt_event *event)
{
    event->set = false;
}

bool rt_event_is_set(const struct rt_event *event)
{
    return event->set;
}

int rt_event_wait(struct rt_event *event, int64_t deadline_ns)
{
    struct rt_task *self;
    int error = rt__wait_enter(&self);
    if (error < 0)
        return error;
    if (event->set)
        return 0;
    rt__waiters_push(&event->waiters, self);
    return rt__wait(self, deadline_ns, "event");
}

void rt_lock_init(struct rt_lock *lock)
{
    *lock = (struct rt_lock){0};
}

void rt_lock_finish(struct rt_lock *lock)
{
    assert(!lock->waiters.first && !lock->owner);
    (void)lock;
}

int rt_lock_acquire(struct rt_lock *lock, int64_t deadline_ns)
{
    struct rt_task *self;
    int error = rt__wait_enter(&self);
    if (error < 0)
        return error;
    if (!lock->owner) {
        lock->owner = self;
        return 0;
    }
    if (lock->owner == self)
        return -EDEADLK;
    /* Whoever releases it makes this task the owner before waking it, so nobody can come in between. */
    rt__waiters_push(&lock->waiters, self);
    return rt__wait(self, deadline_ns, "lock");
}

int rt_lock_try_acquire(struct rt_lock *lock)
{
    struct rt_task *self = rt__self();
    if (!self)
        return -EINVAL;
    if (lock->owner)
        return lock->owner == self ? -EDEADLK : -EAGAIN;
    lock->owner = self;
    return 0;
}

bool rt_lock_is_held(const struct rt_lock *lock)
{
    return lock->owner;
}

int rt_lock_release(struct rt_lock *lock)
{
    struct rt_task *self = rt__self();
    if (!self || lock->owner != self)
        return -EPERM;
    struct rt_task *next = lock->waiters.first;
    lock->owner = next;
    if (next)
        rt__wake(next, 0);
    return 0;
}

void rt_semaphore_init(struct rt_semaphore *semaphore, uint32_t permits)
{
    *semaphore = (struct rt_semaphore){.permits = permits, .most = UINT32_MAX};
}

void rt_semaphore_init_bounded(struct rt_semaphore *semaphore, uint32_t permits)
{
    *semaphore = (struct rt_semaphore){.permits = permits, .most = permits};
}

void rt_semaphore_finish(struct rt_semaphore *semaphore)
{
    assert(!semaphore->waiters.first);
    (void)semaphore;
}

int rt_semaphore_acquire(struct rt_semaphore *semaphore, int64_t deadline_ns)
{
    struct rt_task *self;
    int error = rt__wait_enter(&self);
    if (error < 0)
        return error;
    if (semaphore->permits > 0) {
        semaphore->permits--;
        return 0;
    }
    rt__waiters_push(&semaphore->waiters, self);
    return rt__wait(self, deadline_ns, "semaphore");
}

int rt_semaphore_try_acquire(struct rt_semaphore *semaphore)
{
    if (semaphore->permits == 0)
        return -EAGAIN;
    semaphore->permits--;
    return 0;
}

int rt_semaphore_release(struct rt_semaphore *semaphore)
{
    if (semaphore->permits == semaphore->most)
        return -EOVERFLOW;
    /* The permit goes from hand to hand: counting it up first would let a newcomer overtake the one woken. */
    if (semaphore->waiters.first)
        rt__wake(semaphore->waiters.first, 0);
    else
        semaphore->permits++;
    return 0;
}
