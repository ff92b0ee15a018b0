/*
 * The suite's statistics: pure functions on arrays of doubles. Includes nothing of ours. "No value" is NAN.
 * What each is for, and why, is in results/README.md. What draws random numbers takes a seed, and gives the same for
 * the same one on every machine.
 */
#ifndef BENCH_STATS_H
#define BENCH_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stats_interval {
    double lo, hi; /**< NAN both where n is too small for a finite 95 % interval */
};

/* One sample. */

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

/**
 * The rank of each value's magnitude, from 1, with the value's sign; tied ones have their mean rank, a zero has none
 * and gives 0. Of a sum of these no value is more than one of n, however far off it lies.
 *
 * @param ret_ranks  in the order of `values`, which are no NAN
 * Returns 0 or -ENOMEM. Source: Wilcoxon (1945).
 */
int stats_signed_ranks(double *ret_ranks, const double *values, size_t n);

/**
 * Returns the standard deviation with a tenth of the values at either end (one below 20, none below 6) drawn in to
 * the next ones, divided by the share of those that were not: for normal values about the standard deviation itself
 * (.92 of it for 6, .98 for 12), and what one disturbance in ten does to it is bounded. NAN for n < 2, any NAN or infinity.
 * Source: Tukey & McLaughlin (1963), the standard error of a trimmed mean.
 */
double stats_spread(const double *values, size_t n);

/* Random draws where counting every case would take too long; p is then (1 + cases as far) / (1 + draws). */
#define STATS_DRAWS 99999

/**
 * Returns the two-sided sign-flip p of "each value is as likely to be its own negative": the share of the 2^n sign
 * patterns whose sum is at least as far from zero as the one seen. Exact up to 24 values other than zero, by
 * STATS_DRAWS seeded draws beyond. A zero has no sign and changes nothing; zeros alone give 1. NAN for n = 0, any NAN
 * or infinity. Source: Fisher, The Design of Experiments, 21; Phipson & Smyth (2010) for the 1 + of the draws.
 */
double stats_sign_flip_p(const double *values, size_t n, uint64_t seed);

/* Two samples that are not paired, as of two stored runs. */

/**
 * Returns the Hodges-Lehmann shift: the median of the differences to[j] - from[i] of all pairs. NAN where either is
 * empty, or holds a NAN or infinity.
 */
double stats_shift(const double *from, size_t from_count, const double *to, size_t to_count);

/**
 * The exact 95 % interval that belongs to it, by inverting the rank-sum test; beyond 100 values by its normal limit.
 * NAN where the samples are too small: finite from 4 and 4, 3 and 5, 2 and 8, 1 and 39. With ties it is at least as
 * wide as it need be. Source: Hollander & Wolfe, Nonparametric Statistical Methods, 4.3.
 */
struct stats_interval stats_rank_sum_interval(const double *from, size_t from_count, const double *to, size_t to_count);

/**
 * Returns the two-sided p of the rank-sum test: the share of the ways to deal out the joint ranks, tied values having
 * their mean rank, whose sum lies at least as far from the middle as the one seen. Exact up to 100 values together,
 * by the normal limit beyond. All values equal give 1; NAN as for stats_shift.
 * Source: Wilcoxon (1945); Hollander & Wolfe, 4.1.
 */
double stats_rank_sum_p(const double *from, size_t from_count, const double *to, size_t to_count);

/* Several tests at once, and how many blocks they need. */

/**
 * Adjust p-values so that each may be held against alpha though all were looked at: the smallest times count, the next
 * times count - 1, ...; never falling, at most 1. A NAN stays NAN and is not counted as a test.
 *
 * @param ret_adjusted  in the order of `p`; may be `p` itself
 * Returns 0 or -ENOMEM. Source: Holm (1979).
 */
int stats_holm(double *ret_adjusted, const double *p, size_t count);

/**
 * Returns the fewest blocks with which the smallest possible sign-flip p, 2^(1-n), is at most alpha / cells: with
 * fewer, Holm's adjustment over so many cells lets nothing through. SIZE_MAX for an alpha of 0 or less.
 */
size_t stats_blocks_for_holm(size_t cells, double alpha);

/**
 * Returns the shift of which n values find, in 98 to 99 of 100 tries, that it is more than `limit`: the lower end of
 * their signed-rank interval lies beyond it. For values spread by a standard deviation of `spread` around the shift,
 * roughly normal. An approximation from 12 values on, by Student's interval, which the signed-rank one resembles; too
 * little for fewer, whose interval hangs on the outermost ones. NAN for n < 6 or a spread that is none.
 */
double stats_smallest_shift(size_t n, double spread, double limit);

/**
 * Returns how many blocks make an interval of half-width `half_width` at n blocks so narrow that it stays within
 * `wanted` of the true value on a given side in about 8 of 10 tries: it shrinks with the square root of n. 0 if none
 * do.
 */
size_t stats_blocks_for_half_width(size_t n, double half_width, double wanted);

/* A series in time. */

/** From its point `at` on the series has another level. */
struct stats_change {
    size_t at;            /**< index of the first point of the new level */
    double before, after; /**< medians of the points between the changes on either side */
    double p;             /**< of the shuffles, as strong a split anywhere */
};

struct stats_change_rules {
    double alpha; /**< 0.05: at most so many of steady series have any mark */
    double least; /**< smaller changes are not marked, in the values' unit: log(1.05) for logs and 5 % */
    uint64_t seed;
};

/**
 * Mark where the level of a series changed: splits by energy distance (E-divisive), each by the p of 999 seeded
 * shuffles within the segments found so far, strongest first, ending with the first that does not stand. Then, smallest
 * first, changes are taken away that are at most rules->least, or at most what the points themselves leave open: their
 * median half-width, over the root of the points in the shorter of the two segments.
 *
 * A level needs two points. A change needs eight points to be found at all, and the more the nearer it is to an end:
 * of 20, the last two may be a new level, the last one never.
 *
 * @param ret_changes  room for count / 2; in order of time
 * @param values       in order of time; logs where ratios count. NAN: no value, left out
 * @param intervals    of each value; NULL or NAN: not known
 * Returns the number of changes, or -ENOMEM. Takes time of order 1000 count^2.
 * Source: Matteson & James (2014), A Nonparametric Approach for Multiple Change Point Analysis of Multivariate Data;
 * Daly et al. (2020) on its use for the performance of a program.
 */
int stats_change_points(struct stats_change *ret_changes, const double *values, const struct stats_interval *intervals,
                        size_t count, const struct stats_change_rules *rules);

#endif
