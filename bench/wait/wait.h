/*
 * How a job waits. A job body is straight-line code that waits only through these verbs, so the same body runs under every
 * runner; what differs between two runners is which `struct wait` and `struct sched` it is given, and nothing else.
 */
#ifndef BENCH_WAIT_H
#define BENCH_WAIT_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wait {
    const char *name; /**< "blocking", "awaiting": shown by `iorace list` */
    bool suspends;    /**< the task waits and not its thread: meanwhile others run, and its stack may be put aside */

    /**
     * Suspend the caller until a deadline (CLOCK_MONOTONIC, ns). Never early.
     * Returns 0, or -ECANCELED where this way of waiting can be cancelled.
     */
    int (*sleep_until)(int64_t deadline_ns);

    /**
     * Run a prepared transfer to its end. The handle is the caller's throughout.
     * Returns 0 and the transfer's CURLcode, or -errno: -ECANCELED, -ENOMEM.
     */
    int (*fetch)(CURL *easy, CURLcode *ret_code);

    /**
     * Write a whole file: temporary name, write, rename (no fsync: see results/README.md). Never holds up other jobs of an awaiting runner.
     *
     * @param dir_fd  directory; `name` is a plain file name in it, without a slash
     * @param bytes   the caller's until the call returns
     * Returns 0 or -errno; on an error nothing stands under `name`.
     */
    int (*save)(int dir_fd, const char *name, const void *bytes, size_t size);
};

extern const struct wait wait_blocking; /**< the thread waits in the kernel */
extern const struct wait wait_awaiting; /**< the task waits, the loop's thread goes on; only under sched_task */

/** The shared part of both `save`s: what is done, wherever it is done. */
int wait_save_file(int dir_fd, const char *name, const void *bytes, size_t size);

#endif
