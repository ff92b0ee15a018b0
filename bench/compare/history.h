/*
 * Stored runs in the order of time: a series for each lane. Runs of another kind (machine, build) and lanes that are
 * defined otherwise are never joined: they are series of their own.
 */
#ifndef BENCH_COMPARE_HISTORY_H
#define BENCH_COMPARE_HISTORY_H

#include "history_find.h"
#include "metric.h"
#include "run_facts.h"

/** What runs must have in common to be joined. */
struct history_kind {
    const char *facts[RUN_FACTS_PARTING]; /**< in the order of run_facts; "" where not known */
    size_t run_count;
    const char *words; /**< "Intel(R) Xeon(R) Processor, 2 CPUs, x86_64, release build" */
};

struct history_run {
    const char *dir, *id, *scenario, *started, *date, *commit; /**< commit: "" where it is not known */
    size_t kind;
    size_t place; /**< from 1, among the runs of its kind */
};

struct history_left_out {
    const char *dir, *reason;
};

/** A lane in one run. */
struct history_point {
    const struct history_run *run;
    double *values; /**< one a trial */
    size_t value_count;
    double median, lo, hi; /**< 95 % interval; NAN below 6 trials */
    double change, change_lo,
        change_hi; /**< over the point before; NAN for the first and below 2 trials of either, the interval below 6 */
    double step;   /**< where a new level begins: the new one over the old one; NAN elsewhere */
};

struct history_series {
    size_t kind;
    const char *scenario, *cell, *runner;
    const char *facts[LANE_FACTS];
    const struct compare_metric *metric; /**< that its points are of */
    bool alike; /**< another series of this kind has the same cell and runner, defined otherwise */
    struct history_point *points;
    size_t point_count, change_count;
};

/** A series of fewer runs has no new level, whatever they are (stats_change_points). */
enum { HISTORY_LEVEL_RUNS = 8 };

struct history {
    const struct compare_metric *asked; /**< of all series; NULL: of each what fits it (compare_metric_of) */
    const char *words;                  /**< "wall time", or "wall time, and 99th percentile of the response" */
    double threshold;                   /**< smaller changes are not marked */
    struct history_kind *kinds;
    size_t kind_count;
    struct history_run *runs; /**< by their start */
    size_t run_count;
    struct history_series *series; /**< by kind, then in the order in which lanes were first met */
    size_t series_count;
    struct history_left_out *left_out;
    size_t left_out_count;
    const char **warnings; /**< of what is not known of runs that are joined: sentences */
    size_t warning_count;
    struct text_pool *pool;
};

/**
 * Read the runs and join what belongs together.
 *
 * @param asked  NULL: the wall time, and of lanes whose jobs arrive at a rate their response
 *
 * Returns 0 (history_finish is then due), or -1: a run that was named cannot be read (run_data_read's status),
 * EXIT_NO_DATA (not one of them has a figure; the first reason is named), EXIT_LOCAL_LIMIT (memory). A run that was
 * found but cannot be read, that is partial or has no figure, is left out and listed.
 */
int history_make(struct history *ret_history, const struct found_runs *found, const struct compare_metric *asked,
                 double threshold, struct failure *ret_failure);
void history_finish(struct history *history);

/** Returns what defines a series beside its name: "download delay-ms=20, concurrency 20, 100 jobs, warm connections, 1
 * CPU"; and the scenario, where another series has the same name. */
const char *history_series_describe(struct text_pool *pool, const struct history_series *series);

#endif
