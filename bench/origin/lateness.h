/*
 * How much later than asked: a histogram that one loop writes and any thread reads.
 *
 * Log-linear: 32 equal buckets in every power of two, so a bucket is at most 1/32 (3 %) of its value wide, from 1 ns to
 * beyond 100 s in 8 KiB. Source: G. Tene, HdrHistogram, of which this is the simplest case.
 */
#ifndef BENCH_ORIGIN_LATENESS_H
#define BENCH_ORIGIN_LATENESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    LATENESS_SUB_BITS = 5,  /**< 32 buckets a power of two */
    LATENESS_TOP_BITS = 37, /**< values from 2^37 ns (137 s) on share the last bucket */
    LATENESS_BUCKETS = (LATENESS_TOP_BITS - LATENESS_SUB_BITS + 1) << LATENESS_SUB_BITS,
};

/** All zeros is empty. */
struct lateness {
    _Atomic uint64_t buckets[LATENESS_BUCKETS];
    _Atomic int64_t max_ns;
};

/** A reader's sum of several. All zeros is empty. */
struct lateness_sum {
    uint64_t buckets[LATENESS_BUCKETS];
    uint64_t count;
    int64_t max_ns;
};

/** Count one value; negative counts as 0. Context: any thread. */
void lateness_record(struct lateness *lateness, int64_t late_ns);

/**
 * Add a histogram to a sum.
 *
 * @param reset  set it back to zero as it is read: each value is counted in one sum exactly, whoever records meanwhile
 */
void lateness_collect(struct lateness *lateness, bool reset, struct lateness_sum *sum);

/**
 * Returns the value that a share of all values does not exceed (nearest rank), in ns: the middle of its bucket, hence
 * within 1.6 %, and never above the maximum; -1 where nothing was counted.
 *
 * @param share  0 to 1: 0.5 is the median
 */
int64_t lateness_quantile_ns(const struct lateness_sum *sum, double share);

#endif
