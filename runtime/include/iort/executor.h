/* Blocking calls on a pool of threads, awaited by tasks. */
#ifndef IORT_EXECUTOR_H
#define IORT_EXECUTOR_H

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct rt_executor;

/** A blocking call; runs on a pool thread, where no call of this library that waits may be made. */
typedef int (*rt_executor_fn)(void *arg);

/**
 * Create a pool; threads start as jobs need them. rt_executor_destroy frees it.
 *
 * @param ret_executor  written on success only
 * @param threads       the most threads at once, at least 1
 * Returns 0, -EINVAL or -ENOMEM. Context: any thread; may be shared by several loops.
 */
int rt_executor_create(struct rt_executor **ret_executor, unsigned threads);

/** Finish the calls that were begun, stop the threads, free the pool. No task may be waiting on it. NULL is allowed. */
void rt_executor_destroy(struct rt_executor *executor);

/**
 * Run fn(arg) on a pool thread and await its end.
 *
 * @param executor    NULL: the calling loop's own pool, created when first used
 * @param ret_result  written on success only: what fn returned; NULL if that is of no interest
 *
 * Returns 0, or
 *   -ECANCELED  the task was cancelled before a thread took the call: fn did not and will not run. A call that has
 * begun cannot be interrupted: the wait is not cancellable from then on, and the cancel meets the task's next wait
 *   -EAGAIN     not one thread could be started
 *   -ENOMEM     the loop's own pool could not be made
 *   -EINVAL     outside a task
 * Ownership: arg need only live until the call returns, whatever it returns. Context: a task; suspends.
 * Source: asyncio's loop.run_in_executor.
 */
int rt_executor_call(struct rt_executor *executor, rt_executor_fn fn, void *arg, int *ret_result);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
