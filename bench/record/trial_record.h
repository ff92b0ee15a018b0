/* What one trial measured: a `trial` line of run.ndjson and a row of trials.csv. Columns in this order. */
#ifndef BENCH_TRIAL_RECORD_H
#define BENCH_TRIAL_RECORD_H

#include "record.h"

#include <stdint.h>

struct trial_record {
    /* What was run: set by the parent. */
    char *run; /**< id of the run */
    char *cell;
    int64_t block;    /**< from 1 */
    int64_t position; /**< from 1: the place in the order in which the run's trials were executed */
    char *workload;
    char *params;
    char *runner;
    int64_t concurrency; /**< workers that were there; for serial 1 */
    char *connections;   /**< "warm", "cold"; null where the workload makes none */
    char *cpus;          /**< CPUs of the jobs, "0-2,4" */
    /* What came out: set by the trial itself. */
    int64_t jobs, ok, failed;
    double wall_s;     /**< from the opened barrier to the end of the last job */
    double setup_s;    /**< creating and tearing down the workers (and their loop), priming apart */
    double jobs_per_s; /**< ok / wall_s */
    double latency_p50_ms, latency_p90_ms, latency_p99_ms; /**< a job's own start to end; null below 6, 36, 368 jobs */
    double cpu_user_s, cpu_sys_s;                          /**< of the process within the bracket */
    double cpu_us_per_job;
    double proc_user_s, proc_sys_s; /**< of the whole process, from wait4: set by the parent */
    int64_t rss_peak_kib;           /**< VmHWM */
    int64_t threads_peak;
    double proc_wall_s;  /**< spawn to exit: set by the parent */
    double server_cpu_s; /**< the test server's, within the bracket; null for a foreign server */
    int64_t warmup_requests;
    int64_t ctx_voluntary, ctx_involuntary; /**< context switches within the bracket */
    int64_t bytes;                          /**< decoded body bytes received by all jobs */
    char *state;                            /**< trial_state_words */
    char *
        flags; /**< space-separated: origin_saturated origin_late disturbed stacks_parked saturated workers_busy; "" if none */
    char *reason; /**< one line: why jobs failed or the lane is unsupported; null if all is well */
    /* Of an open loop; null in a closed one. */
    double offered_per_s;                    /**< the rate at which jobs were due */
    double response_p50_ms, response_p99_ms; /**< from when a job was due to its end; null below 6, 368 jobs */
    double queue_p50_ms, queue_p99_ms;       /**< from when it was due to its start */
    double service_p50_ms, service_p99_ms;   /**< from its start to its end */
    double
        pacing_p99_ms; /**< from when it was due and a worker had it in hand to its start: timers, and waiting for a CPU */
    double lag_growth_ms; /**< median response of the last quarter of the jobs less that of the first */
    int64_t queued;       /**< jobs that found no worker free when they were due */
    /* What may cast doubt on the figures: set by the parent. */
    double server_busy_share;  /**< of the bracket's time: its busiest loop's CPU; null: no test server, or not ours */
    double server_late_p99_ms; /**< how much later than asked the test server answered; null: no delays, or not ours */
    double other_cpu_share;    /**< of the CPUs' time while the process lived: what others had; null: not known */
};

extern const char *const trial_state_words[]; /**< ok failed unsupported partial no_data */
extern const struct record_field trial_fields[];

/**
 * Hold a stored trial's numbers against each other. What no version of the program wrote is an error: more jobs ok and
 * failed than there were, a state of ok without all of them ok, a rate that is not ok / wall_s, a percentile above a
 * higher one. Percentiles of too few jobs become null. Without wall_s there is no rate, and what was ok is no_data.
 *
 * Returns 0 or -1 (EXIT_NO_DATA, text without file and line; EXIT_LOCAL_LIMIT: memory). The record stays the caller's.
 */
int trial_record_check(struct trial_record *trial, struct failure *ret_failure);

#endif
