/*
 * Calls on a pool of forked processes: for work that needs a processor of its own, or that may crash. asyncio's
 * run_in_executor with a ProcessPoolExecutor.
 *
 * A worker is a fork of this program, so a function has the same address there, and it sees the memory as it was when the worker was
 * started, not as it is at the call: what a call needs goes in as flat bytes, and what it finds comes out as flat bytes.
 *
 * A fork copies only the thread that forks. A lock that another thread held at that moment stays locked in the worker for ever: if
 * the program has threads, a worker's function must keep to what POSIX allows there (async-signal-safe functions; glibc adds
 * malloc and free), or the workers must be started before the threads are (`start_all`). It must not touch what the
 * parent's libraries share with the outside either, such as libcurl's handles or a database's connection.
 *
 * A worker has: descriptors 0, 1, 2 and its own socket, every other one closed; default dispositions and an empty signal mask;
 * the whole stack of the loop's thread. It runs no loop, and may run one of its own (rt_run). It never returns from the
 * fork and ends by _exit: no atexit function runs. When the parent ends, or the thread that started it, it is killed.
 */
#ifndef IORT_PROCESS_EXECUTOR_H
#define IORT_PROCESS_EXECUTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct rt_process_executor;

/**
 * What a worker runs.
 *
 * @param out       room for out_size bytes
 * Returns how many bytes of `out` are the answer, or a negative number of its own choice, such as -errno.
 */
typedef ssize_t (*rt_process_executor_fn)(const void *in, size_t in_bytes, void *out, size_t out_size);

/** All zeros is the default of every field but `workers`. */
struct rt_process_executor_options {
    unsigned workers; /**< the most at once, at least 1; started as calls need them, kept until the end */
    size_t in_most;   /**< the most bytes of a call's input; 0: 65536 */
    size_t out_most;  /**< the most bytes of a call's output; 0: 65536 */
    bool start_all;   /**< start every worker at once, in rt_process_executor_create */
};

struct rt_process_call {
    rt_process_executor_fn fn;
    const void *in; /**< until the call returns */
    size_t in_bytes;
    void *out; /**< the same; unknown contents after an error */
    size_t out_size;
};

/**
 * Create a pool; rt_process_executor_destroy frees it.
 *
 * @param ret_executor  written on success only
 * Returns 0, -EINVAL (no workers, or outside a task), -ENOMEM, and with start_all what a call returns for a worker that cannot be
 * started. Context: a task; suspends with start_all. The pool belongs to that task's loop.
 * Source: concurrent.futures.ProcessPoolExecutor.
 */
int rt_process_executor_create(struct rt_process_executor **ret_executor,
                               const struct rt_process_executor_options *options);

/**
 * Run a function in a worker and await its answer. Calls get workers in the order in which they ask.
 *
 * When the deadline passes, the task is cancelled, or a timeout scope ends while the function runs, its worker is killed
 * and collected; the next call that needs one starts another.
 *
 * @param deadline_ns   CLOCK_MONOTONIC, ns
 * @param ret_returned  written on success only: what fn returned; NULL if that is of no interest
 * @param ret_status    written on -EPIPE only: how the worker ended, as of waitpid(2); NULL if that is of no interest
 *
 * Returns 0, or
 *   -EPIPE      the worker ended during the call (a crash, an exit, a kill); another takes its place
 *   -ETIMEDOUT, -ECANCELED  see above; if no worker had taken the call, it never runs
 *   -EMSGSIZE   in_bytes or out_size is more than the pool's options allow
 *   -EPROTO     fn returned more than out_size
 *   -EAGAIN, -EMFILE, -ENOMEM, ...  no worker could be started
 *   -EINVAL     outside a task of the pool's loop
 * Context: a task of the pool's loop, parkable or not; suspends.
 */
int rt_process_executor_call(struct rt_process_executor *executor, const struct rt_process_call *call,
                             int64_t deadline_ns, ssize_t *ret_returned, int *ret_status);

/**
 * Kill the workers, collect them, and free the pool; NULL is allowed. Blocks for as long as killed processes take to end.
 *
 * No call may be waiting or running (asserted). Context: a task of the pool's loop, or after that loop is gone.
 */
void rt_process_executor_destroy(struct rt_process_executor *executor);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
