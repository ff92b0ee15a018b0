/*
 * Signals as something to wait for, through signalfd(2): no handler runs, nothing is interrupted.
 *
 * A signal arrives there only if no thread takes it otherwise, so every thread of the program must block the set. Threads
 * inherit the mask of the one that starts them: open before other threads are started (this library's own block every
 * signal in any case), or have each of them block the set itself by pthread_sigmask. Subprocesses of rt_process_spawn
 * and of rt_process_executor begin with an empty mask and default dispositions; what a program starts by fork(2) and exec(2)
 * itself inherits the blocked set.
 */
#ifndef IORT_SIGNAL_H
#define IORT_SIGNAL_H

#include <stdint.h>
#include <sys/select.h> /* sigset_t, which <signal.h> hides from strict C */

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct rt_signal;

/**
 * Block a set of signals in the calling thread and collect them from now on. A signal that was pending already is collected, too.
 *
 * @param ret_signal  written on success only; rt_signal_close frees it
 * @param set         SIGKILL and SIGSTOP in it have no effect
 * Returns 0, -ENOMEM, or the -errno of signalfd(2); on failure the mask is as it was. Context: the thread that runs, or will
 * run, the loop; in a task or not. Source: asyncio's loop.add_signal_handler.
 */
int rt_signal_open(struct rt_signal **ret_signal, const sigset_t *set);

/**
 * Wait for the next signal of the set. The same signal sent twice before it was waited for counts once (but for real-time ones).
 *
 * @param deadline_ns  CLOCK_MONOTONIC, ns
 * @param ret_number   written on success only: SIGINT, SIGTERM, ...
 * Returns 0, or an error as listed in io.h (-EBUSY: another task waits for the same set). Context: a task; suspends.
 */
int rt_signal_wait(struct rt_signal *signal, int64_t deadline_ns, int *ret_number);

/**
 * Stop collecting, and unblock in this thread what rt_signal_open had blocked. NULL is allowed.
 *
 * Signals that arrived and were not waited for are dropped: otherwise the one that ended the program's work would kill it
 * here. A task that still waits gets -EBADF. Sets that share signals are closed in the reverse order of opening.
 * Context: the thread that opened it; a task of the loop that waited on it, or after that loop is gone.
 */
void rt_signal_close(struct rt_signal *signal);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
