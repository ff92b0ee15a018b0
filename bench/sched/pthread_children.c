/*
 * Children as threads: one each, so that none can starve for want of a pool slot. Whoever joins a child that has not begun
 * runs it itself, which also is how children run when no more threads can be made.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include "pthread_internal.h"

struct child {
    int (*fn)(void *arg);
    void *arg;
    int result;
    atomic_bool claimed; /* by its own thread or by the joiner: the first one runs it */
    bool has_thread;
    pthread_t thread;

    pthread_mutex_t mutex;
    bool cancelled;
    pthread_cond_t *waits_on; /* and its mutex: what a cancel must wake */
    pthread_mutex_t *waits_with;
};

static __thread struct child *current_child;

static void run_child(struct child *child)
{
    struct child *before = current_child;
    current_child = child;
    child->result = child->fn(child->arg);
    current_child = before;
}

static void *child_main(void *arg)
{
    struct child *child = arg;
    if (!atomic_exchange(&child->claimed, true))
        run_child(child);
    return NULL;
}

enum { CHILD_STACK_BYTES = 256 * 1024 };

int pthread_child_spawn(struct child **ret_child, int (*fn)(void *arg), void *arg)
{
    struct child *child = calloc(1, sizeof(*child));
    if (!child)
        return -ENOMEM;
    child->fn = fn;
    child->arg = arg;
    pthread_mutex_init(&child->mutex, NULL);
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, CHILD_STACK_BYTES);
    child->has_thread = pthread_create(&child->thread, &attr, child_main, child) == 0;
    pthread_attr_destroy(&attr);
    *ret_child = child;
    return 0;
}

int pthread_child_join(struct child *child, int *ret_result)
{
    if (!atomic_exchange(&child->claimed, true))
        run_child(child);
    if (child->has_thread)
        pthread_join(child->thread, NULL);
    *ret_result = child->result;
    pthread_mutex_destroy(&child->mutex);
    free(child);
    return 0;
}

void pthread_child_cancel(struct child *child)
{
    pthread_mutex_lock(&child->mutex);
    child->cancelled = true;
    pthread_cond_t *condition = child->waits_on;
    pthread_mutex_t *mutex = child->waits_with;
    pthread_mutex_unlock(&child->mutex);
    if (condition) {
        pthread_mutex_lock(mutex);
        pthread_cond_broadcast(condition);
        pthread_mutex_unlock(mutex);
    }
}

static bool take_cancel(struct child *child, pthread_cond_t *condition, pthread_mutex_t *mutex)
{
    pthread_mutex_lock(&child->mutex);
    bool cancelled = child->cancelled;
    child->cancelled = false;
    child->waits_on = condition;
    child->waits_with = mutex;
    pthread_mutex_unlock(&child->mutex);
    return cancelled;
}

int pthread_child_wait(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
    struct child *self = current_child;
    if (!self) { /* a pool's worker: nobody can cancel it */
        pthread_cond_wait(condition, mutex);
        return 0;
    }
    bool cancelled = take_cancel(self, condition, mutex);
    if (!cancelled) {
        pthread_cond_wait(condition, mutex);
        cancelled = take_cancel(self, NULL, NULL);
    } else {
        take_cancel(self, NULL, NULL);
    }
    return cancelled ? -ECANCELED : 0;
}
