/* The figures by which runs are compared: one number a trial each. */
#ifndef BENCH_COMPARE_METRIC_H
#define BENCH_COMPARE_METRIC_H

#include <stddef.h>
#include "../failure.h"
#include "../record/summary_record.h"
#include "../plan/metrics.h"
#include "../stored/paired.h"
#include "../output/units.h"

struct compare_metric {
    const struct metric *of; /**< its name, its words, which way is better */
    trial_figure_fn figure;  /**< NAN where a trial has none */
    struct units_estimate (*format)(struct text_pool *pool, double value, double lo, double hi);
};

enum { COMPARE_METRICS_MOST = METRIC_COUNT };

/** Ends with one whose `of` is NULL. The first is the default, but for lanes with a rate (compare_metric_of). */
extern const struct compare_metric compare_metrics[COMPARE_METRICS_MOST + 1];

/** Returns what a lane is judged by: what was asked for; where that is NULL the wall time, or of a lane whose jobs
 * arrive at a rate the response (metric_of_rate). */
const struct compare_metric *compare_metric_of(const struct compare_metric *asked, const struct summary_record *lane);

/** Returns the metric of this name, or NULL. */
const struct compare_metric *compare_metric_find(const char *name);

/**
 * Read "wall_s,cpu_us_per_job".
 *
 * Returns how many were written to ret_metrics, or -1 (EXIT_USAGE, naming what there is).
 */
int compare_metric_parse_list(const char *list, const struct compare_metric *ret_metrics[COMPARE_METRICS_MOST],
                              struct failure *ret_failure);

/**
 * Gather a figure of a lane's trials of state ok, in the order of their blocks. What has no logarithm (NAN, zero) is
 * left out.
 *
 * @param values  has room for span.count
 * Returns how many there are.
 */
size_t compare_metric_values(const struct compare_metric *metric, const struct trial_index *index,
                             struct trial_span span, double *values);

#endif
