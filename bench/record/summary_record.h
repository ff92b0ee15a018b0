/* What a lane's trials say together: an element of the `summary` line of run.ndjson and a row of summary.csv. */
#ifndef BENCH_SUMMARY_RECORD_H
#define BENCH_SUMMARY_RECORD_H

#include "record.h"

#include <stdint.h>

struct summary_record {
    char *cell;
    char *workload;
    char *params;
    char *runner;
    int64_t concurrency;
    char *connections;
    char *cpus;
    int64_t jobs;   /**< a trial's */
    int64_t trials; /**< with state ok: what the figures below are made of */
    double wall_s_median, wall_s_ci_lo, wall_s_ci_hi, wall_s_min; /**< interval: exact order statistics, null below 6 */
    double speedup_median, speedup_ci_lo,
        speedup_ci_hi; /**< against serial of the same cell, or of the sweep's section,
                            paired in blocks: exp of Hodges-Lehmann of log ratios */
    double jobs_per_s_median;
    double latency_p50_ms, latency_p99_ms; /**< median over trials of the trial's percentile */
    double cpu_us_per_job_median;
    double rss_peak_kib_median;
    char *state; /**< the worst of its trials: failed > partial > no_data > unsupported > ok */
    char *reason;
    /* Of an open loop: medians over trials; null in a closed one. */
    double offered_per_s;
    double response_p50_ms, response_p99_ms;
    double queue_p50_ms, queue_p99_ms;
    double service_p50_ms, service_p99_ms;
    double pacing_p99_ms;
    double queued_median;
    int64_t saturated; /**< of `trials`: those with that flag */
};

extern const struct record_field summary_fields[];

#endif
