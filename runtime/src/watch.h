/*
 * Watching several tasks for one that waits: each has a callback on its end, and the one that makes the condition true
 * wakes the waiter. It lies in the heap, so a parkable task may wait.
 */
#ifndef RT_WATCH_H
#define RT_WATCH_H

#include "internal.h"

struct rt__watched {
    struct rt_call call; /* on the task's end; not asked for once that has come */
    struct rt__watch *watch;
    struct rt_task *task;     /* a reference */
    struct rt__watched *next; /* in the order in which they ended */
};

struct rt__watch {
    struct rt_loop *loop;
    struct rt_task *waiter; /* whoever waits now, or NULL */
    size_t pending;
    size_t wake_at;               /* wake the waiter as soon as so few are pending */
    bool (*is_error)(int result); /* or one has such a result; NULL: none has */
    struct rt__watched *error;    /* the first that had */
    struct rt__watched *done_first, *done_last;
    size_t count;
    struct rt__watched tasks[];
};

/*
 * Returns 0, -EINVAL (outside a task, or another loop's), -EDEADLK (the caller is one of them) or -ENOMEM. The tasks
 * that are done come first among the done ones, in their order.
 */
int rt__watch_create(struct rt__watch **ret_watch, struct rt_task *const *tasks, size_t count,
                     bool (*is_error)(int result));
void rt__watch_destroy(struct rt__watch *watch);

/* Wait until at most `wake_at` are pending or one has failed. Returns as rt__wait. */
int rt__watch_wait(struct rt__watch *watch, size_t wake_at, int64_t deadline_ns, const char *waits_for);

/* Cancel all that are pending and wait until they have ended. Neither cancel nor deadline cuts it short. Returns 0,
 * -EDEADLK (the main task: they never will) or -ENOMEM (a parkable one that cannot be put aside). */
int rt__watch_cancel(struct rt__watch *watch, const char *waits_for);

#endif
