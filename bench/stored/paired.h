/* Two lanes against each other, block by block: what changes from block to block hits both and cancels. */
#ifndef BENCH_REPORT_PAIRED_H
#define BENCH_REPORT_PAIRED_H

#include <stddef.h>
#include "trial_index.h"

/** How many times more one lane has of something than another. NAN where it is not known. */
struct paired_ratio {
    size_t blocks; /**< in which both lanes have the figure */
    double ratio;  /**< exp of the Hodges-Lehmann estimate of the log ratios */
    double lo, hi; /**< its 95 % interval; NAN below 6 blocks */
};

/** Returns a figure of a trial, NAN if it has none. */
typedef double (*trial_figure_fn)(const struct trial_record *trial);

/** Seconds a job: with equal jobs, as in a cell, its ratio is that of the wall times. */
double trial_seconds_per_job(const struct trial_record *trial);
double trial_rss_peak_kib(const struct trial_record *trial);

/**
 * Compare two lanes over the blocks in which both have a trial of state ok.
 *
 * @param over, under  numerator and denominator: of seconds a job, the result says how many times sooner `under` was
 * Returns 0 with *ret_ratio written, or -1 (memory).
 */
int paired_compare(struct paired_ratio *ret_ratio, const struct trial_index *index, struct trial_span over,
                   struct trial_span under, trial_figure_fn figure);

#endif
