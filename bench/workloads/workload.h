/*
 * A workload: what a job is. It holds no runner's code: the body waits through `wait` and coordinates through `sched`.
 * To add one, write one file like sleep.c, and name it in workloads.c and meson.build.
 */
#ifndef BENCH_WORKLOAD_H
#define BENCH_WORKLOAD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include "../plan/plan.h"
#include "../runners.h"

/** What became of one job: flat bytes in a slot that the harness owns. The harness stamps the times. */
struct job_result {
    int64_t start_ns, end_ns; /**< CLOCK_MONOTONIC */
    int64_t bytes;            /**< decoded body bytes */
    int32_t worker;
    int16_t http_status; /**< 0: none */
    uint8_t error;       /**< enum job_error; 0: ok */
    uint8_t curl_code;
};

enum job_error {
    JOB_OK = 0,
    JOB_REFUSED,
    JOB_RESET,
    JOB_TIMEOUT,
    JOB_RESOLVE,
    JOB_TLS,
    JOB_HTTP_STATUS,
    JOB_SHORT_BODY,
    JOB_WRONG_BODY,
    JOB_TOO_LARGE,
    JOB_PROTOCOL,
    JOB_SAVE,
    JOB_LOCAL_LIMIT,
    JOB_CANCELED,
    JOB_OTHER,
    JOB_UNSUPPORTED, /**< this runner cannot do it (-EDEADLK and the like): the trial is `unsupported`, not failed */
    JOB_ERROR_COUNT,
};

/** Returns "refused", "reset", ... */
const char *job_error_name(enum job_error error);

struct workload {
    const char *name;
    const char *summary;    /**< one line for `iorace list` */
    const char *title;      /**< begins a sentence: "Downloads" */
    const char *job, *jobs; /**< what one job is, and several: "page", "pages" */
    bool parkable;  /**< its body keeps no pointer to its stack with anybody while it waits: see rt_task_options */
    bool transfers; /**< makes HTTP requests: wants a server, has connections */

    /** Work out everything the jobs need, before the clock: lists, expected hashes, files. `*ret_state` is handed to the other calls; read-only while jobs run.
     *  Returns 0 or -1. */
    int (*prepare)(void **ret_state, const struct trial_spec *spec, struct failure *ret_failure);
    void (*finish)(void *state);

    /** Make what one worker keeps for itself (an easy handle), on that worker, before the clock; and free it, after. NULL: nothing.
     *  `warm`: open the worker's connection with one request that carries WARMUP_USER_AGENT.
     *  *ret_warmups is increased by the requests made. Returns 0 or -errno. */
    int (*worker_create)(void **ret_worker, void *state, const struct runner *runner, bool warm, int64_t *ret_warmups);
    void (*worker_destroy)(void *worker);

    /** Do job number `index` (from 0). Fills bytes, http_status, curl_code. Returns enum job_error. */
    enum job_error (*body)(void *state, void *worker, const struct runner *runner, int64_t index,
                           struct job_result *result);

    /** Returns how many connections a worker needs to keep, so that every runner's can be reused: one for each host. NULL: none. */
    unsigned (*connections)(const void *state);

    /** One line about a failed job, for people; after the clock. NULL: the error's name says it all. */
    void (*describe)(void *state, int64_t index, const struct job_result *result, char *buffer, size_t size);

    /** What is held equal between runners, as JSON (libcurl's options); NULL: nothing. */
    json_t *(*held)(void *state);
};

/** Ends with NULL. */
extern const struct workload *const workloads[];
const struct workload *workload_find(const char *name);
const char *const *workload_names(void);

#endif
