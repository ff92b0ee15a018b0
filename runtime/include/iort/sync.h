/*
 * Waiting for one another within a loop: event, lock, semaphore. None of these is for use across threads or loops (not
 * checked); a wait from outside a task is -EINVAL. All are first come, first served. Every wait with a deadline may
 * also return -ENOMEM: no room for one more. Memory is the caller's (init/finish) and must outlive its waiters; finish
 * with somebody waiting is a programmer's error (asserted).
 */
#ifndef IORT_SYNC_H
#define IORT_SYNC_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct rt_task;

/** A list of waiting tasks; its fields are the library's. */
struct rt_waiters {
    struct rt_task *first, *last;
};

/** A flag that tasks can wait for. */
struct rt_event {
    struct rt_waiters waiters;
    bool set;
};

void rt_event_init(struct rt_event *event);
void rt_event_finish(struct rt_event *event);
/** Set the flag and wake everyone who waits. Does not suspend. */
void rt_event_set(struct rt_event *event);
/** Clear the flag. Does not suspend. */
void rt_event_clear(struct rt_event *event);
/** Wait for the flag. Returns 0, -ETIMEDOUT, -ECANCELED, -EDEADLK or -EINVAL. Source: asyncio.Event.wait. */
int rt_event_wait(struct rt_event *event, int64_t deadline_ns);

/** Mutual exclusion between tasks; fair: it is handed to the longest waiter. */
struct rt_lock {
    struct rt_waiters waiters;
    struct rt_task *owner;
};

void rt_lock_init(struct rt_lock *lock);
void rt_lock_finish(struct rt_lock *lock);
/** Take the lock. Returns 0, -EDEADLK (the caller holds it already), -ETIMEDOUT, -ECANCELED or -EINVAL. */
int rt_lock_acquire(struct rt_lock *lock, int64_t deadline_ns);
/** Give the lock back. Returns 0, or -EPERM if the caller does not hold it. Does not suspend. */
int rt_lock_release(struct rt_lock *lock);

/** A count of permits. */
struct rt_semaphore {
    struct rt_waiters waiters;
    uint32_t permits;
};

/** @param permits  how many may hold it at once */
void rt_semaphore_init(struct rt_semaphore *semaphore, uint32_t permits);
void rt_semaphore_finish(struct rt_semaphore *semaphore);
/** Take a permit. Returns 0, -ETIMEDOUT, -ECANCELED, -EDEADLK or -EINVAL. */
int rt_semaphore_acquire(struct rt_semaphore *semaphore, int64_t deadline_ns);
/** Give a permit back: to the longest waiter if there is one. Does not suspend. */
void rt_semaphore_release(struct rt_semaphore *semaphore);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
