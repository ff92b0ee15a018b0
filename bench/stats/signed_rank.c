/*
 * The Hodges-Lehmann estimate and its interval: both are order statistics of the Walsh averages (x_i + x_j) / 2 of
 * all pairs, each value with itself included. There are n(n+1)/2 of them, too many to list for a run of 50,000 blocks,
 * so the k-th is found by bisection: sorted values let us count in O(n) how many averages lie at or below a number.
 */
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include "kth.h"
#include "sorted.h"
#include "stats.h"

/* Up to here the null distribution is worked out exactly, in time of order n^3. Beyond, its normal limit drops one rank
 * of thousands fewer at each end: an interval wider by next to nothing. */
#define EXACT_MAX_N 200

/* Half of a two-sided 5 %. */
#define TAIL 0.025

struct sorted_values {
    const double *values;
    size_t n;
};

static uint64_t count_at_or_below(const void *context, double limit)
{
    const struct sorted_values *sorted = context;
    uint64_t count = 0;
    size_t j = sorted->n; /* of the pairs with this i, those with an index below j lie at or below the limit */
    for (size_t i = 0; i < sorted->n; i++) {
        while (j > i && stats_midpoint(sorted->values[i], sorted->values[j - 1]) > limit)
            j--;
        if (j <= i)
            break;
        count += j - i;
    }
    return count;
}

/* Returns the k-th smallest Walsh average, k from 1. */
static double walsh_select(const double *sorted, size_t n, uint64_t k)
{
    return stats_kth_smallest(count_at_or_below, &(struct sorted_values){sorted, n}, sorted[0], sorted[n - 1], k);
}

static uint64_t walsh_count(size_t n)
{
    return (uint64_t)n * ((uint64_t)n + 1) / 2;
}

double stats_hodges_lehmann(const double *values, size_t n)
{
    double *sorted = stats_sorted_finite(values, n);
    if (!sorted)
        return NAN;
    uint64_t m = walsh_count(n);
    double upper = walsh_select(sorted, n, m / 2 + 1);
    double median = m % 2 ? upper : stats_midpoint(walsh_select(sorted, n, m / 2), upper);
    free(sorted);
    return median;
}

/*
 * Returns how many Walsh averages to drop at each end: 1 + the largest c with P(W <= c) <= 2.5 %, or 0 where even
 * P(W = 0) = 2^-n is more. W is the sum of those ranks 1..n that a fair coin picks: its distribution grows by one rank
 * at a time, p'(w) = (p(w) + p(w - rank)) / 2.
 */
static uint64_t exact_first_rank(size_t n)
{
    size_t size = (size_t)walsh_count(n) + 1;
    double *p = calloc(size, sizeof(*p));
    if (!p)
        return 0;
    p[0] = 1;
    for (size_t rank = 1; rank <= n; rank++)
        for (size_t w = (size_t)walsh_count(rank) + 1; w-- > 0;)
            p[w] = (p[w] + (w >= rank ? p[w - rank] : 0)) / 2;

    uint64_t first = 0;
    for (double sum = 0; first < size; first++) {
        sum += p[first];
        if (sum > TAIL)
            break;
    }
    free(p);
    return first;
}

/* The same by W's normal limit, mean n(n+1)/4 and variance n(n+1)(2n+1)/24, with continuity correction. */
static uint64_t limit_first_rank(size_t n)
{
    const double z = 1.959963984540054; /* the 97.5 % point of the standard normal distribution */
    double mean = (double)n * ((double)n + 1) / 4;
    double deviation = sqrt((double)n * ((double)n + 1) * (2 * (double)n + 1) / 24);
    return (uint64_t)floor(mean - z * deviation - 0.5) + 1;
}

struct stats_interval stats_signed_rank_interval(const double *values, size_t n)
{
    struct stats_interval interval = {NAN, NAN};
    uint64_t first = n <= EXACT_MAX_N ? exact_first_rank(n) : limit_first_rank(n);
    double *sorted = first ? stats_sorted_finite(values, n) : NULL;
    if (sorted) {
        interval.lo = walsh_select(sorted, n, first);
        interval.hi = walsh_select(sorted, n, walsh_count(n) + 1 - first);
    }
    free(sorted);
    return interval;
}

struct magnitude {
    double size;
    size_t at;
};

static int compare_magnitudes(const void *left, const void *right)
{
    const struct magnitude *a = left, *b = right;
    return (a->size > b->size) - (a->size < b->size);
}

int stats_signed_ranks(double *ret_ranks, const double *values, size_t n)
{
    struct magnitude *order = calloc(n + 1, sizeof(*order));
    size_t zeros = 0;
    if (!order)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        order[i] = (struct magnitude){fabs(values[i]), i};
        zeros += values[i] == 0;
    }
    qsort(order, n, sizeof(*order), compare_magnitudes);
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from + 1; to < n && order[to].size == order[from].size; to++)
            ;
        /* Ranks from + 1 to `to`, less those that the zeros before would have had. */
        double rank = from < zeros ? 0 : (double)(from + 1 + to) / 2 - (double)zeros;
        for (size_t i = from; i < to; i++)
            ret_ranks[order[i].at] = copysign(rank, values[order[i].at]);
    }
    free(order);
    return 0;
}
