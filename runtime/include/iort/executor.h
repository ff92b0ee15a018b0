/* Blocking calls on a pool of threads, awaited by tasks. */
#ifndef IORT_EXECUTOR_H
#define IORT_EXECUTOR_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct rt_executor;

/** A blocking call; runs on a pool thread, where no call of this library that waits may be made. */
typedef int (*rt_executor_fn)(void *arg);

/** All zeros is the default of every field but `threads`. */
struct rt_executor_options {
    unsigned threads;    /**< the most threads at once, at least 1 */
    unsigned queue_most; /**< the most calls that stand in the queue for a thread; 0: no limit */
    /**
     * What becomes of a call when the queue is full. false: it waits for room, behind those that already do. As each call is
     * awaited, that changes neither order nor results, only what rt_executor_stats tells. true: it is refused (-ENOBUFS), so that
     * a caller can shed load.
     */
    bool refuse;
    const char *name; /**< the threads' name in debuggers, copied, cut to 11 bytes, a number follows; NULL: "iort" */
};

/** What a pool does now. */
struct rt_executor_stats {
    unsigned threads; /**< started; they stay until the pool is destroyed */
    unsigned running; /**< calls on a thread */
    unsigned queued;  /**< calls in the queue */
    unsigned waiting; /**< calls that wait for room in the queue */
};

/**
 * Create a pool; threads start as jobs need them. rt_executor_destroy frees it.
 *
 * @param ret_executor  written on success only
 * @param threads       the most threads at once, at least 1
 * Returns 0, -EINVAL or -ENOMEM. Context: any thread; may be shared by several loops.
 * Source: concurrent.futures.ThreadPoolExecutor(max_workers).
 */
int rt_executor_create(struct rt_executor **ret_executor, unsigned threads);

/** rt_executor_create with options; copied. */
int rt_executor_create_with(struct rt_executor **ret_executor, const struct rt_executor_options *options);

/**
 * Stop the threads and free the pool. NULL is allowed.
 *
 * Blocks the calling thread until the calls that run have ended; their tasks get the results. Calls that no thread has
 * taken never run and return -ECANCELED, as do those that wait in rt_executor_drain. A running call whose waiter has left
 * (name resolution) is not waited for: its thread ends by itself later.
 * Context: any thread but the pool's own, in a task or not; after it no call may be made.
 * Source: ThreadPoolExecutor.shutdown(cancel_futures=True).
 */
void rt_executor_destroy(struct rt_executor *executor);

/**
 * Run fn(arg) on a pool thread and await its end.
 *
 * @param executor    NULL: the calling loop's own pool, created when first used (rt_loop_options.executor_threads, no limit
 *                    of the queue)
 * @param ret_result  written on success only: what fn returned; NULL if that is of no interest
 *
 * Returns 0, or
 *   -ECANCELED  the task was cancelled, or the pool destroyed, before a thread took the call: fn did not and will not run.
 *               A call that has begun cannot be interrupted: the wait is not cancellable from then on, and the cancel
 *               meets the task's next wait
 *   -ETIMEDOUT  as -ECANCELED, by the deadline of a timeout scope
 *   -EAGAIN     not one thread could be started
 *   -ENOBUFS    the queue is full, and the pool refuses what exceeds it
 *   -ENOMEM     the loop's own pool could not be made
 *   -ENOTSUP    the task is parkable
 *   -EINVAL     outside a task
 * Ownership: arg need only live until the call returns, whatever it returns. Context: a task; suspends.
 * Source: asyncio's loop.run_in_executor.
 */
int rt_executor_call(struct rt_executor *executor, rt_executor_fn fn, void *arg, int *ret_result);

/**
 * Wait until a pool has nothing queued, waiting or running, be it only for a moment: others may go on asking.
 *
 * @param executor     NULL: the calling loop's own
 * @param deadline_ns  CLOCK_MONOTONIC, ns
 * Returns 0, -ETIMEDOUT, -ECANCELED, -ENOMEM, -ENOTSUP (a parkable task) or -EINVAL (outside a task).
 * Context: a task; suspends unless nothing is to be done. Source: asyncio's loop.shutdown_default_executor, without the end.
 */
int rt_executor_drain(struct rt_executor *executor, int64_t deadline_ns);

/** Copy what the pool does now to *ret_stats. NULL is not allowed. Context: any thread. */
void rt_executor_stats(struct rt_executor *executor, struct rt_executor_stats *ret_stats);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
