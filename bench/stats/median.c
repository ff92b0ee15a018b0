/* The middle of a lane's trials, and how well it is known: order statistics alone, so outliers cannot pull. */
#include <math.h>
#include <stdlib.h>
#include "sorted.h"
#include "stats.h"

double stats_median(const double *values, size_t n)
{
    double *sorted = stats_sorted_copy(values, n);
    if (!sorted)
        return NAN;
    double median = n % 2 ? sorted[n / 2] : stats_midpoint(sorted[n / 2 - 1], sorted[n / 2]);
    free(sorted);
    return median;
}

/* P(B = i) for B binomial with n tosses of a fair coin; by logarithms, since 2^-n underflows for n > 1074. */
static double fair_binomial(size_t n, size_t i)
{
    int sign;
    double log_choose =
        lgamma_r((double)n + 1, &sign) - lgamma_r((double)i + 1, &sign) - lgamma_r((double)(n - i) + 1, &sign);
    return exp(log_choose - (double)n * M_LN2);
}

struct stats_interval stats_median_interval(const double *values, size_t n)
{
    struct stats_interval interval = {NAN, NAN};

    /* The pair x(k), x(n+1-k) misses the true median with probability 2 P(B <= k-1): take the largest k that may. */
    size_t k = 0;
    double tail = 0;
    while (k < n / 2) {
        tail += fair_binomial(n, k);
        if (tail > 0.025)
            break;
        k++;
    }
    if (k == 0)
        return interval;

    double *sorted = stats_sorted_copy(values, n);
    if (sorted) {
        interval.lo = sorted[k - 1];
        interval.hi = sorted[n - k];
    }
    free(sorted);
    return interval;
}
