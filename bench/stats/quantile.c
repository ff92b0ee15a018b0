/* Percentiles that n samples can support, and no others. */
#include <math.h>
#include <stdint.h>
#include "stats.h"

/*
 * The widest interval that n samples give is [min, max]. It misses the p-quantile on one side when all samples lie
 * below it, with probability p^n, and on the other with (1-p)^n; a two-sided 95 % interval allows 2.5 % a side. So the
 * rarer tail decides: max(p, 1-p)^n <= 0.025.
 */
size_t stats_quantile_min_n(double p)
{
    if (!(p > 0 && p < 1))
        return SIZE_MAX;
    double needed = ceil(log(0.025) / log(fmax(p, 1 - p)));
    return needed < (double)SIZE_MAX ? (size_t)needed : SIZE_MAX;
}

double stats_quantile_sorted(const double *sorted, size_t n, double p)
{
    size_t needed = stats_quantile_min_n(p);
    if (needed == SIZE_MAX || n < needed)
        return NAN;
    /* p * n that is a whole number on paper (0.999 * 4000) must not be rounded up by the last bit of p. */
    double rank = ceil(p * (double)n - 1e-9);
    size_t index = rank < 1 ? 0 : (size_t)rank - 1;
    return sorted[index < n ? index : n - 1];
}
