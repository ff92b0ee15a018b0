/* Inside bench/stats: the k-th smallest of numbers that are too many to list, but can be counted. */
#ifndef BENCH_STATS_KTH_H
#define BENCH_STATS_KTH_H

#include <stdint.h>

/** Returns how many of the numbers lie at or below a limit; never falls as the limit rises. */
typedef uint64_t (*stats_count_fn)(const void *context, double limit);

/**
 * Returns the k-th smallest, k from 1, of numbers that all lie in lowest..highest, in at most 64 calls of
 * `count_at_or_below`: by bisection over the doubles themselves, so that it is exact at every scale.
 */
double stats_kth_smallest(stats_count_fn count_at_or_below, const void *context, double lowest, double highest,
                          uint64_t k);

#endif
