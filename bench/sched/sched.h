/*
 * How jobs are created and coordinated. A runner is a pair of one `struct wait` and one `struct sched`.
 *
 * A pool is N workers that the harness starts, primes, releases together, and lets take jobs until there are none. Inside
 * a job the other verbs create children and coordinate them. A child is not bound to a pool slot, so jobs that spawn and join cannot
 * starve a fixed pool.
 */
#ifndef BENCH_SCHED_H
#define BENCH_SCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What the harness hands a pool. `created` and `opened` are called once, by one thread, while every worker waits. */
struct pool {
    unsigned worker_count;
    size_t stack_bytes;   /**< of a thread, or of a task */
    bool parkable;        /**< nobody keeps a pointer into a worker's stack while it waits: tasks may be put aside */
    unsigned connections; /**< that a worker keeps open, where it is the scheduler who keeps them; 0: a few */
    void *context;
    /** The workers exist. */
    void (*created)(void *context);
    /** Make a worker ready (own handle, warm connection), on that worker; may wait. Non-zero: the pool is not opened. */
    int (*prime)(void *context, unsigned worker);
    /** Every worker is ready and at the barrier, or (a thread) a few instructions before it: start the clock. The release
     *  follows at once. */
    void (*opened)(void *context);
    /** Take jobs until there are none. */
    void (*work)(void *context, unsigned worker);
};

/** What became of a pool. */
struct pool_outcome {
    unsigned started;   /**< workers that could be created */
    bool loop_refused;  /**< it was not a worker that could not be created, but the event loop */
    bool stacks_parked; /**< stacks were put aside while their tasks waited */
};

struct child;      /**< a spawned body, until it is joined */
struct item_queue; /**< a bounded queue of pointers, first in, first out */
struct mutex;

struct sched {
    const char *name;
    const char *worker_call; /**< the call that makes a worker, for people to whom it was refused: "pthread_create" */

    /**
     * Run a pool to its end: create the workers, prime them, `opened`, release them, wait for all.
     *
     * @param ret_outcome  written in any case
     * Returns 0; -EAGAIN, -ENOMEM, ...: a worker could not be created, and none was primed or has worked; or what a prime returned,
     * and none has worked.
     */
    int (*run_pool)(const struct pool *pool, struct pool_outcome *ret_outcome);

    /**
     * Run fn(arg) as a child of the calling job. Under inline it has run to its end when spawn returns.
     *
     * @param ret_child  written on success only; must be joined
     * Returns 0, -EAGAIN or -ENOMEM.
     */
    int (*spawn)(struct child **ret_child, int (*fn)(void *arg), void *arg);

    /** Wait for a child, helping by running it if it has not begun, and free it. Returns 0, or -ECANCELED (not joined then).
     *  *ret_result is what fn returned. */
    int (*join)(struct child *child, int *ret_result);

    /** Ask a child to stop: interrupts a sched wait, and an awaiting wait; not nanosleep, nor a blocking transfer. */
    void (*cancel)(struct child *child);

    int (*queue_create)(struct item_queue **ret_queue, size_t capacity);
    /** Nobody waits on it any more. NULL is allowed. */
    void (*queue_destroy)(struct item_queue *queue);
    /** Returns 0; -EPIPE: closed; -EDEADLK: it is full and nobody could ever take from it; -ECANCELED. */
    int (*queue_put)(struct item_queue *queue, void *item);
    /** Returns 0; -EPIPE: closed and empty; -EDEADLK: it is empty and nobody could ever put into it; -ECANCELED. */
    int (*queue_get)(struct item_queue *queue, void **ret_item);
    void (*queue_close)(struct item_queue *queue);

    int (*mutex_create)(struct mutex **ret_mutex);
    void (*mutex_destroy)(struct mutex *mutex);
    int (*mutex_lock)(struct mutex *mutex); /**< 0, -EDEADLK (held by the caller), -ECANCELED */
    int (*mutex_unlock)(struct mutex *mutex);
};

extern const struct sched sched_inline;  /**< the caller runs everything, one after another */
extern const struct sched sched_pthread; /**< one thread a worker */
extern const struct sched sched_task;    /**< one task a worker, all on one loop in one thread */

#endif
