/* Scheduling by the runtime: workers and children are tasks of one loop, in one thread. */
#include <errno.h>
#include <iort/iort.h>
#include <stdlib.h>
#include "sched.h"

struct task_pool {
    const struct pool *pool;
    struct rt_event created, primed, open;
    unsigned waiting; /* workers that stand at the current barrier */
    unsigned started;
    int error;
    bool begun, parked;
    struct rt_task **workers;
};

/* The pool of this thread's loop. A worker's argument is its own place among the handles, which is its number, too: a
 * million of them need not have more. */
static __thread struct task_pool *current_pool;

static void arrive(struct task_pool *pool, struct rt_event *all_there)
{
    if (++pool->waiting == pool->started)
        rt_event_set(all_there);
}

static int worker_main(void *arg)
{
    struct task_pool *pool = current_pool;
    unsigned number = (unsigned)((struct rt_task **)arg - pool->workers);
    int error = rt_event_wait(&pool->created, RT_FOREVER);
    if (error < 0)
        return error; /* cancelled: not all of the workers could be made */
    error = pool->pool->prime(pool->pool->context, number);
    if (error && !pool->error)
        pool->error = error;
    arrive(pool, &pool->primed);
    error = rt_event_wait(&pool->open, RT_FOREVER);
    if (error == 0 && !pool->error)
        pool->pool->work(pool->pool->context, number);
    return error;
}

static int run_workers(struct task_pool *pool)
{
    struct rt_task_options options = {.parkable = pool->pool->parkable};
    unsigned count = pool->pool->worker_count;
    while (pool->started < count) {
        struct rt_task **worker = &pool->workers[pool->started];
        int error = rt_task_spawn_with(worker, worker_main, worker, &options);
        if (error < 0)
            return error;
        pool->started++;
    }
    /* Tasks have no stack before they first run: let them all come to the first barrier, so that what follows is not theirs to pay. */
    int error = rt_yield();
    if (error < 0)
        return error;
    for (unsigned i = 0; i < count; i++)
        if (rt_task_state(pool->workers[i]) != RT_TASK_RUNNING)
            return -ENOMEM;
    pool->pool->created(pool->pool->context);
    rt_event_set(&pool->created);
    error = rt_event_wait(&pool->primed, RT_FOREVER);
    if (error < 0)
        return error;
    if (!pool->error)
        pool->pool->opened(pool->pool->context);
    rt_event_set(&pool->open);
    return pool->error;
}

static int pool_main(void *arg)
{
    struct task_pool *pool = arg;
    pool->begun = true;
    pool->workers = calloc(pool->pool->worker_count, sizeof(struct rt_task *));
    int error = -ENOMEM;
    if (pool->workers) {
        current_pool = pool;
        rt_event_init(&pool->created);
        rt_event_init(&pool->primed);
        rt_event_init(&pool->open);
        error = run_workers(pool);
        for (unsigned i = 0; i < pool->started; i++) {
            if (error)
                rt_task_cancel(pool->workers[i]);
            rt_task_join(pool->workers[i], NULL);
        }
    }
    struct rt_loop_stats stats;
    rt_loop_stats(rt_loop_current(), &stats);
    pool->parked = stats.tasks_parked_peak > 0;
    free(pool->workers);
    return error;
}

static int task_run_pool(const struct pool *pool, struct pool_outcome *ret_outcome)
{
    struct task_pool tasks = {.pool = pool};
    struct rt_loop_options options = {.stack_bytes = pool->stack_bytes, .curl_connections = pool->connections};
    int error = rt_run(pool_main, &tasks, &options);
    *ret_outcome = (struct pool_outcome){tasks.started, error < 0 && !tasks.begun, tasks.parked};
    return error;
}

/* The seam's types are the runtime's own: nothing to translate but the names. */

static int task_spawn(struct child **ret_child, int (*fn)(void *arg), void *arg)
{
    return rt_task_spawn((struct rt_task **)ret_child, fn, arg);
}

static int task_join(struct child *child, int *ret_result)
{
    return rt_task_join((struct rt_task *)child, ret_result);
}

static void task_cancel(struct child *child)
{
    rt_task_cancel((struct rt_task *)child);
}

static int task_queue_create(struct item_queue **ret_queue, size_t capacity)
{
    return rt_queue_create((struct rt_queue **)ret_queue, capacity);
}

static void task_queue_destroy(struct item_queue *queue)
{
    rt_queue_destroy((struct rt_queue *)queue);
}

static int task_queue_put(struct item_queue *queue, void *item)
{
    return rt_queue_put((struct rt_queue *)queue, item, RT_FOREVER);
}

static int task_queue_get(struct item_queue *queue, void **ret_item)
{
    return rt_queue_get((struct rt_queue *)queue, ret_item, RT_FOREVER);
}

static void task_queue_close(struct item_queue *queue)
{
    rt_queue_close((struct rt_queue *)queue);
}

struct mutex {
    struct rt_lock lock;
};

static int task_mutex_create(struct mutex **ret_mutex)
{
    struct mutex *mutex = malloc(sizeof(*mutex));
    if (!mutex)
        return -ENOMEM;
    rt_lock_init(&mutex->lock);
    *ret_mutex = mutex;
    return 0;
}

static void task_mutex_destroy(struct mutex *mutex)
{
    if (!mutex)
        return;
    rt_lock_finish(&mutex->lock);
    free(mutex);
}

static int task_mutex_lock(struct mutex *mutex)
{
    return rt_lock_acquire(&mutex->lock, RT_FOREVER);
}

static int task_mutex_unlock(struct mutex *mutex)
{
    return rt_lock_release(&mutex->lock);
}

const struct sched sched_task = {
    .name = "task",
    .worker_call = "mmap of a stack",
    .run_pool = task_run_pool,
    .spawn = task_spawn,
    .join = task_join,
    .cancel = task_cancel,
    .queue_create = task_queue_create,
    .queue_destroy = task_queue_destroy,
    .queue_put = task_queue_put,
    .queue_get = task_queue_get,
    .queue_close = task_queue_close,
    .mutex_create = task_mutex_create,
    .mutex_destroy = task_mutex_destroy,
    .mutex_lock = task_mutex_lock,
    .mutex_unlock = task_mutex_unlock,
};
