/* Scheduling by the kernel: a thread a worker. Children and what they coordinate with are in pthread_children.c and pthread_sync.c. */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include "pthread_internal.h"

struct thread_pool {
    const struct pool *pool;
    /* Barriers that any number of threads can stand at: the coordinator holds each for writing until it opens; all who want to
     * read are then woken at once, none having to hand a mutex to the next as with a condition variable. */
    pthread_rwlock_t created, open;
    sem_t primed;
    atomic_int error;     /* the first prime's that failed */
    atomic_bool given_up; /* not every thread could be made */
};

struct worker_start {
    struct thread_pool *pool;
    unsigned number;
    pthread_t thread;
};

static void pass(pthread_rwlock_t *barrier)
{
    pthread_rwlock_rdlock(barrier);
    pthread_rwlock_unlock(barrier);
}

static void *worker_main(void *arg)
{
    struct worker_start *start = arg;
    struct thread_pool *threads = start->pool;
    const struct pool *pool = threads->pool;
    pass(&threads->created);
    if (atomic_load(&threads->given_up))
        return NULL;
    int error = pool->prime(pool->context, start->number), none = 0;
    if (error)
        atomic_compare_exchange_strong(&threads->error, &none, error);
    sem_post(&threads->primed);
    pass(&threads->open);
    if (!atomic_load(&threads->error))
        pool->work(pool->context, start->number);
    return NULL;
}

static int start_workers(struct thread_pool *threads, struct worker_start *starts, unsigned *ret_started)
{
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, threads->pool->stack_bytes);
    int error = 0;
    unsigned i = 0;
    for (; i < threads->pool->worker_count && !error; i++) {
        starts[i] = (struct worker_start){.pool = threads, .number = i};
        error = pthread_create(&starts[i].thread, &attr, worker_main, &starts[i]);
    }
    *ret_started = error ? i - 1 : i;
    pthread_attr_destroy(&attr);
    return -error;
}

static int pthread_run_pool(const struct pool *pool, struct pool_outcome *ret_outcome)
{
    *ret_outcome = (struct pool_outcome){0};
    struct worker_start *starts = calloc(pool->worker_count, sizeof(*starts));
    if (!starts)
        return -ENOMEM;
    struct thread_pool threads = {.pool = pool};
    pthread_rwlock_init(&threads.created, NULL);
    pthread_rwlock_init(&threads.open, NULL);
    sem_init(&threads.primed, 0, 0);
    pthread_rwlock_wrlock(&threads.created);
    pthread_rwlock_wrlock(&threads.open);

    int error = start_workers(&threads, starts, &ret_outcome->started);
    if (error)
        atomic_store(&threads.given_up, true);
    else
        pool->created(pool->context);
    pthread_rwlock_unlock(&threads.created);
    if (!error) {
        for (unsigned i = 0; i < pool->worker_count; i++)
            while (sem_wait(&threads.primed) < 0)
                ; /* EINTR */
        error = atomic_load(&threads.error);
        if (!error)
            pool->opened(pool->context);
    }
    pthread_rwlock_unlock(&threads.open);

    for (unsigned i = 0; i < ret_outcome->started; i++)
        pthread_join(starts[i].thread, NULL);
    sem_destroy(&threads.primed);
    pthread_rwlock_destroy(&threads.created);
    pthread_rwlock_destroy(&threads.open);
    free(starts);
    return error;
}

const struct sched sched_pthread = {
    .name = "pthread",
    .worker_call = "pthread_create",
    .run_pool = pthread_run_pool,
    .spawn = pthread_child_spawn,
    .join = pthread_child_join,
    .cancel = pthread_child_cancel,
    .queue_create = pthread_queue_create,
    .queue_destroy = pthread_queue_destroy,
    .queue_put = pthread_queue_put,
    .queue_get = pthread_queue_get,
    .queue_close = pthread_queue_close,
    .mutex_create = pthread_mutex_make,
    .mutex_destroy = pthread_mutex_free,
    .mutex_lock = pthread_mutex_take,
    .mutex_unlock = pthread_mutex_give,
};
