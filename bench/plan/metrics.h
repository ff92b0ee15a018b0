/* What two arms can be compared by: a figure of each trial. `metric =` of a cell, --metric of a gate. */
#ifndef BENCH_METRICS_H
#define BENCH_METRICS_H

#include <stdbool.h>
#include <stdint.h>

struct metric {
    const char *name;  /**< a column of trials.csv: "wall_s" */
    const char *unit;  /**< "s" */
    const char *words; /**< for people: "wall time" */
    bool larger_is_better;
    bool of_process;    /**< CPU and memory: of the jobs' process, or of a commanded server */
    bool of_rate;       /**< only jobs that arrive at a rate have it */
    int64_t least_jobs; /**< below which a trial has no such figure */
};

enum {
    METRIC_WALL_S,
    METRIC_JOBS_PER_S,
    METRIC_CPU_US_PER_JOB,
    METRIC_RSS_PEAK_KIB,
    METRIC_LATENCY_P99_MS,
    METRIC_RESPONSE_P50_MS,
    METRIC_RESPONSE_P99_MS,
    METRIC_COUNT
};

/** The table, in this order; ends with a NULL name. */
extern const struct metric metrics[];

/** Returns the metric, or NULL. */
const struct metric *metric_find(const char *name);

/** Returns what lanes whose jobs arrive at a rate are judged by: their schedule sets the wall time, so it is the
 * response, by its 99th percentile, or by its median where a trial has too few jobs for that. */
const struct metric *metric_of_rate(int64_t jobs);

/** Their names, NULL-terminated: for a setting's words. */
const char *const *metric_names(void);

#endif
