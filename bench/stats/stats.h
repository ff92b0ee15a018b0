/*
 * The suite's statistics: pure functions on arrays of doubles. Includes nothing of ours. "No value" is NAN.
 * What each is for, and why, is in results/README.md.
 */
#ifndef BENCH_STATS_H
#define BENCH_STATS_H

#include <stdbool.h>
#include <stddef.h>

struct stats_interval {
    double lo, hi; /**< NAN both where n is too small for a finite 95 % interval */
};

/** Returns the median (for even n the mean of the middle two), NAN for n = 0 or any NAN. Leaves `values` as is. */
double stats_median(const double *values, size_t n);

/**
 * The exact 95 % order-statistic interval of the median: the narrowest symmetric pair of order statistics whose
 * coverage by the binomial distribution is at least 0.95. Finite from n = 6. Source: David & Nagaraja, Order
 * Statistics, 7.1.
 */
struct stats_interval stats_median_interval(const double *values, size_t n);

/** Returns the Hodges-Lehmann estimate: the median of the n(n+1)/2 Walsh averages. NAN for n = 0. */
double stats_hodges_lehmann(const double *values, size_t n);

/**
 * The exact 95 % interval that belongs to it, by inverting the signed-rank test. Finite from n = 6.
 * Source: Hollander & Wolfe, Nonparametric Statistical Methods, 3.3.
 */
struct stats_interval stats_signed_rank_interval(const double *values, size_t n);

/**
 * Returns the p-quantile of a sorted array by the nearest-rank definition, or NAN where n does not allow a finite
 * two-sided 95 % interval for it: p50 needs 6, p90 36, p95 72, p99 368, p99.9 3688.
 */
double stats_quantile_sorted(const double *sorted, size_t n, double p);

/** Returns the smallest n for which stats_quantile_sorted(p) is a number. */
size_t stats_quantile_min_n(double p);

#endif
