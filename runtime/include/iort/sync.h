/*
 * Waiting for one another within a loop: event, lock, semaphore, condition, barrier. None of these is for use across
 * threads or loops (not checked); a wait from outside a task is -EINVAL. All are first come, first served. Every wait
 * with a deadline may also return -ENOMEM: no room for one more. Memory is the caller's (init/finish) and must outlive
 * its waiters, those included that were cut short and have not returned yet; finish with somebody waiting is a
 * programmer's error (asserted). What wakes others (set, release, notify, reset, abort) does not suspend.
 *
 * What is handed over is not lost: a task that was given the lock or a permit and is cancelled before it runs again has
 * it, its call returns 0, and the cancel meets its next wait.
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
/** Returns whether the flag is set. */
bool rt_event_is_set(const struct rt_event *event);
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
/**
 * Take the lock if nobody has it. Returns 0, -EAGAIN, -EDEADLK (the caller holds it already) or -EINVAL. Does not
 * suspend, and leaves a cancel to the next wait. Source: pthread_mutex_trylock(3).
 */
int rt_lock_try_acquire(struct rt_lock *lock);
/** Returns whether anybody holds the lock. Source: asyncio.Lock.locked. */
bool rt_lock_is_held(const struct rt_lock *lock);
/** Give the lock back. Returns 0, or -EPERM if the caller does not hold it. Does not suspend. */
int rt_lock_release(struct rt_lock *lock);

/** A count of permits. */
struct rt_semaphore {
    struct rt_waiters waiters;
    uint32_t permits;
    uint32_t most;
};

/** @param permits  how many may hold it at once */
void rt_semaphore_init(struct rt_semaphore *semaphore, uint32_t permits);
/** A semaphore that never has more permits than at first: one release too many is an error. Source:
 * asyncio.BoundedSemaphore. */
void rt_semaphore_init_bounded(struct rt_semaphore *semaphore, uint32_t permits);
void rt_semaphore_finish(struct rt_semaphore *semaphore);
/** Take a permit. Returns 0, -ETIMEDOUT, -ECANCELED, -EDEADLK or -EINVAL. Source: asyncio.Semaphore.acquire. */
int rt_semaphore_acquire(struct rt_semaphore *semaphore, int64_t deadline_ns);
/**
 * Take a permit if there is one. Returns 0 or -EAGAIN. Context: a task or a callback; does not suspend, and leaves a
 * cancel to the next wait. Source: sem_trywait(3).
 */
int rt_semaphore_try_acquire(struct rt_semaphore *semaphore);
/**
 * Give a permit back: to the longest waiter if there is one. Returns 0, or -EOVERFLOW (nothing was given back: a
 * bounded semaphore has all its permits, any other UINT32_MAX). Context: a task or a callback.
 */
int rt_semaphore_release(struct rt_semaphore *semaphore);

/** Waiting, without the lock, for what the lock protects to change. */
struct rt_condition {
    struct rt_waiters waiters;
    struct rt_lock *lock;
};

/** Returns whether what is waited for is so. Called with the lock held; must not wait. */
typedef bool (*rt_condition_fn)(void *arg);

/** @param lock  must outlive the condition; several conditions may share it */
void rt_condition_init(struct rt_condition *condition, struct rt_lock *lock);
void rt_condition_finish(struct rt_condition *condition);
/**
 * Give the lock back, wait to be notified, and take the lock again, in line with everyone who wants it.
 *
 * The deadline, a timeout scope and a cancel cut the waiting short, but not the taking again. Unlike most waits, a
 * cancel that comes after the notify still ends it with -ECANCELED if the caller has not run since; the notify then
 * goes to another waiter.
 *
 * Returns 0 (look whether what you wait for is so: others may have had the lock in between), -ETIMEDOUT, -ECANCELED,
 * -EDEADLK, -ENOMEM, each with the lock held, or
 *   -EPERM            the caller does not hold the lock; nothing was done
 *   -EINVAL           called outside a task
 *   -ENOTRECOVERABLE  the lock is *not* held, as it cannot be had: the loop is in a dead end and another task has it,
 *                     or there was no memory to put a parkable task aside once more
 * Context: a task; suspends.
 * Source: asyncio.Condition.wait; pthread_cond_wait(3); Python issue 112202 for the notify.
 */
int rt_condition_wait(struct rt_condition *condition, int64_t deadline_ns);
/**
 * Wait until fn(arg) says true: it is asked at once, after each notify, and once more when the deadline has passed.
 *
 * Returns 0, or as rt_condition_wait. A cancel that is due is not seen if fn says true at once.
 * Source: asyncio.Condition.wait_for; threading.Condition.wait_for for the deadline.
 */
int rt_condition_wait_for(struct rt_condition *condition, rt_condition_fn fn, void *arg, int64_t deadline_ns);
/** Have the `count` longest waiters go on, once they have the lock. Returns 0, or -EPERM if the caller does not hold
 * it. */
int rt_condition_notify(struct rt_condition *condition, uint32_t count);
/** rt_condition_notify for everyone who waits. */
int rt_condition_notify_all(struct rt_condition *condition);

/** A place where tasks wait until so many of them are there, again and again. */
struct rt_barrier {
    struct rt_waiters waiters;
    uint32_t parties;
    uint32_t arrived;
    bool broken;
};

/**
 * @param parties  how many it lets pass at once
 * Returns 0, or -EINVAL (0 parties). Source: asyncio.Barrier.
 */
int rt_barrier_init(struct rt_barrier *barrier, uint32_t parties);
void rt_barrier_finish(struct rt_barrier *barrier);
/**
 * Wait until `parties` tasks wait; the last to come goes on without waiting, and the next round begins at once.
 *
 * A task that is cancelled or whose deadline passes gives its place up: the others go on waiting for one more (as in
 * asyncio; threading.Barrier breaks there).
 *
 * @param ret_index  written on success only: 0 for the first to have come of those who pass, parties - 1 for the last,
 *                   each once (asyncio may give one out twice after a cancel); NULL if that is of no interest
 *
 * Returns 0, -EPIPE (the barrier is broken, or was reset or broken meanwhile), -ETIMEDOUT, -ECANCELED, -EDEADLK,
 * -ENOMEM or -EINVAL. Context: a task; suspends unless it is the last. Source: asyncio.Barrier.wait.
 */
int rt_barrier_wait(struct rt_barrier *barrier, int64_t deadline_ns, uint32_t *ret_index);
/** Begin anew: whoever waits gets -EPIPE, and a broken barrier is whole again. Source: asyncio.Barrier.reset. */
void rt_barrier_reset(struct rt_barrier *barrier);
/** Break it: every wait, now and until a reset, returns -EPIPE. Source: asyncio.Barrier.abort. */
void rt_barrier_abort(struct rt_barrier *barrier);
/** Returns whether it is broken. */
bool rt_barrier_is_broken(const struct rt_barrier *barrier);
/** Returns how many wait. Takes time in proportion. Source: asyncio.Barrier.n_waiting. */
uint32_t rt_barrier_waiting(const struct rt_barrier *barrier);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
