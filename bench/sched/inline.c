/* No scheduling at all: one worker, the calling thread, and a spawned child runs to its end on the spot. Whatever would wait for
 * somebody else waits for ever here: -EDEADLK. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include "sched.h"

static int inline_run_pool(const struct pool *pool, struct pool_outcome *ret_outcome)
{
    *ret_outcome = (struct pool_outcome){.started = 1};
    pool->created(pool->context);
    int error = pool->prime(pool->context, 0);
    if (error)
        return error;
    pool->opened(pool->context);
    pool->work(pool->context, 0);
    return 0;
}

struct child {
    int result;
};

static int inline_spawn(struct child **ret_child, int (*fn)(void *arg), void *arg)
{
    struct child *child = malloc(sizeof(*child));
    if (!child)
        return -ENOMEM;
    child->result = fn(arg);
    *ret_child = child;
    return 0;
}

static int inline_join(struct child *child, int *ret_result)
{
    *ret_result = child->result;
    free(child);
    return 0;
}

static void inline_cancel(struct child *child)
{
    (void)child; /* it has ended already */
}

struct item_queue {
    size_t capacity, first, count;
    bool closed;
    void *items[];
};

static int inline_queue_create(struct item_queue **ret_queue, size_t capacity)
{
    struct item_queue *queue = calloc(1, sizeof(*queue) + capacity * sizeof(queue->items[0]));
    if (!queue)
        return -ENOMEM;
    queue->capacity = capacity;
    *ret_queue = queue;
    return 0;
}

static void inline_queue_destroy(struct item_queue *queue)
{
    free(queue);
}

static int inline_queue_put(struct item_queue *queue, void *item)
{
    if (queue->closed)
        return -EPIPE;
    if (queue->count == queue->capacity)
        return -EDEADLK;
    queue->items[(queue->first + queue->count++) % queue->capacity] = item;
    return 0;
}

static int inline_queue_get(struct item_queue *queue, void **ret_item)
{
    if (queue->count == 0)
        return queue->closed ? -EPIPE : -EDEADLK;
    *ret_item = queue->items[queue->first];
    queue->first = (queue->first + 1) % queue->capacity;
    queue->count--;
    return 0;
}

static void inline_queue_close(struct item_queue *queue)
{
    queue->closed = true;
}

struct mutex {
    bool held;
};

static int inline_mutex_create(struct mutex **ret_mutex)
{
    *ret_mutex = calloc(1, sizeof(struct mutex));
    return *ret_mutex ? 0 : -ENOMEM;
}

static void inline_mutex_destroy(struct mutex *mutex)
{
    free(mutex);
}

static int inline_mutex_lock(struct mutex *mutex)
{
    if (mutex->held)
        return -EDEADLK;
    mutex->held = true;
    return 0;
}

static int inline_mutex_unlock(struct mutex *mutex)
{
    if (!mutex->held)
        return -EPERM;
    mutex->held = false;
    return 0;
}

const struct sched sched_inline = {
    .name = "inline",
    .worker_call = "none",
    .run_pool = inline_run_pool,
    .spawn = inline_spawn,
    .join = inline_join,
    .cancel = inline_cancel,
    .queue_create = inline_queue_create,
    .queue_destroy = inline_queue_destroy,
    .queue_put = inline_queue_put,
    .queue_get = inline_queue_get,
    .queue_close = inline_queue_close,
    .mutex_create = inline_mutex_create,
    .mutex_destroy = inline_mutex_destroy,
    .mutex_lock = inline_mutex_lock,
    .mutex_unlock = inline_mutex_unlock,
};
