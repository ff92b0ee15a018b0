/* Inside bench/stats: every estimate here starts from sorted values, and none may change its caller's. */
#ifndef BENCH_STATS_SORTED_H
#define BENCH_STATS_SORTED_H

#include <stddef.h>

/** Returns a sorted copy (the caller's), or NULL for n = 0, any NAN, or no memory: none of them has an estimate to
 * give. */
double *stats_sorted_copy(const double *values, size_t n);

/** The same, and NULL for any infinity: sums and differences of infinities would have no order. */
double *stats_sorted_finite(const double *values, size_t n);

/** Returns (a + b) / 2 without overflow; monotone in both. */
double stats_midpoint(double a, double b);

#endif
