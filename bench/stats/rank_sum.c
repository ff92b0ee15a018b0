/*
 * Two samples that are not paired: by how much the second lies above the first, and whether chance alone explains it.
 * The differences of all pairs, one value from each, are to them what the Walsh averages are to one sample.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include "kth.h"
#include "sorted.h"
#include "stats.h"

/* Up to here, both samples together, the distribution is worked out exactly; it takes time of order n^4. Beyond, by
 * its normal limit. */
#define EXACT_MAX_N 100

/* Half of a two-sided 5 %. */
#define TAIL 0.025

struct samples {
    double *from, *to; /* sorted */
    size_t m, n;
};

static void samples_finish(struct samples *samples)
{
    free(samples->from);
    free(samples->to);
}

/* Returns whether both have values, all finite, and there was memory. */
static bool samples_init(struct samples *samples, const double *from, size_t m, const double *to, size_t n)
{
    *samples = (struct samples){stats_sorted_finite(from, m), stats_sorted_finite(to, n), m, n};
    if (samples->from && samples->to)
        return true;
    samples_finish(samples);
    return false;
}

static uint64_t count_at_or_below(const void *context, double limit)
{
    const struct samples *samples = context;
    uint64_t count = 0;
    size_t j = 0; /* those of `to` with an index below j are near enough to this one of `from` */
    for (size_t i = 0; i < samples->m; i++) {
        while (j < samples->n && samples->to[j] - samples->from[i] <= limit)
            j++;
        count += j;
    }
    return count;
}

/* Returns the k-th smallest difference, k from 1. */
static double difference_select(const struct samples *samples, uint64_t k)
{
    return stats_kth_smallest(count_at_or_below, samples, samples->to[0] - samples->from[samples->m - 1],
                              samples->to[samples->n - 1] - samples->from[0], k);
}

static uint64_t pair_count(const struct samples *samples)
{
    return (uint64_t)samples->m * (uint64_t)samples->n;
}

double stats_shift(const double *from, size_t from_count, const double *to, size_t to_count)
{
    struct samples samples;
    if (!samples_init(&samples, from, from_count, to, to_count))
        return NAN;
    uint64_t pairs = pair_count(&samples);
    double shift = difference_select(&samples, pairs / 2 + 1);
    if (pairs % 2 == 0)
        shift = stats_midpoint(difference_select(&samples, pairs / 2), shift);
    samples_finish(&samples);
    return shift;
}

/* How a sum of `taken` weights is distributed that are drawn blindly, without putting back. */
struct sum_distribution {
    double *p; /* of the sum i */
    size_t size;
};

/*
 * One weight after another is taken, with the probability (still to take) / (still there): nothing is ever subtracted,
 * so the smallest probabilities are as exact as the largest. `rows` keeps them apart by how many were taken.
 * `weights` are in rising order.
 */
static bool distribute_sum(struct sum_distribution *ret_sum, const size_t *weights, size_t n, size_t taken)
{
    size_t size = 1;
    for (size_t i = n - taken; i < n; i++)
        size += weights[i];
    double *rows = calloc((taken + 1) * size, sizeof(*rows));
    if (!rows)
        return false;
    rows[0] = 1;
    for (size_t i = 0; i < n; i++) {
        double left = (double)(n - i);
        for (size_t k = i + 1 < taken ? i + 1 : taken;; k--) {
            double *row = rows + k * size;
            double stays = 1 - (double)(taken - k) / left;
            for (size_t sum = 0; sum < size; sum++)
                row[sum] *= stays;
            if (k == 0)
                break;
            double takes = (double)(taken - k + 1) / left;
            const double *fewer = row - size;
            for (size_t sum = weights[i]; sum < size; sum++)
                row[sum] += fewer[sum - weights[i]] * takes;
        }
    }
    ret_sum->p = malloc(size * sizeof(*rows));
    ret_sum->size = size;
    for (size_t sum = 0; ret_sum->p && sum < size; sum++)
        ret_sum->p[sum] = rows[taken * size + sum];
    free(rows);
    return ret_sum->p;
}

static size_t lesser(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Returns how many differences to drop at each end, plus 1; 0 where not even the outermost may go. Without ties the
 * ranks 0 .. m+n-1 are shared out blindly, and the smallest sum is 0 + 1 + ... */
static uint64_t exact_first(size_t m, size_t n)
{
    size_t taken = lesser(m, n), weights[EXACT_MAX_N];
    for (size_t i = 0; i < m + n; i++)
        weights[i] = i;
    struct sum_distribution sum;
    if (!distribute_sum(&sum, weights, m + n, taken))
        return 0;
    size_t smallest = taken * (taken - 1) / 2, first = 0;
    for (double tail = 0; smallest + first < sum.size; first++) {
        tail += sum.p[smallest + first];
        if (tail > TAIL + 1e-12) /* 1/40 is .025 on paper */
            break;
    }
    free(sum.p);
    return first;
}

/* The same by the normal limit, mean mn/2 and variance mn(m+n+1)/12, with continuity correction. */
static uint64_t limit_first(size_t m, size_t n)
{
    const double z = 1.959963984540054; /* the 97.5 % point of the standard normal distribution */
    double pairs = (double)m * (double)n;
    double first = floor(pairs / 2 - z * sqrt(pairs * ((double)m + (double)n + 1) / 12) - 0.5) + 1;
    return first >= 1 ? (uint64_t)first : 0;
}

struct stats_interval stats_rank_sum_interval(const double *from, size_t from_count, const double *to, size_t to_count)
{
    struct stats_interval interval = {NAN, NAN};
    struct samples samples;
    if (!samples_init(&samples, from, from_count, to, to_count))
        return interval;
    bool exact = from_count + to_count <= EXACT_MAX_N;
    uint64_t first = exact ? exact_first(from_count, to_count) : limit_first(from_count, to_count);
    if (first) {
        interval.lo = difference_select(&samples, first);
        interval.hi = difference_select(&samples, pair_count(&samples) + 1 - first);
    }
    samples_finish(&samples);
    return interval;
}

/* The ranks of all values together, from 0 and doubled, so that the mean rank of tied values is a whole number. */
struct joint_ranks {
    size_t *doubled; /* in rising order */
    size_t sum_from; /* of the first sample's */
    double tied;     /* sum of t^3 - t over groups of t equal values */
};

static bool rank_jointly(struct joint_ranks *ret_ranks, const struct samples *samples)
{
    size_t total = samples->m + samples->n;
    *ret_ranks = (struct joint_ranks){.doubled = malloc(total * sizeof(size_t))};
    if (!ret_ranks->doubled)
        return false;
    for (size_t i = 0, j = 0, below = 0; below < total;) {
        double value = j >= samples->n || (i < samples->m && samples->from[i] <= samples->to[j]) ? samples->from[i]
                                                                                                 : samples->to[j];
        size_t of_from = 0, group = 0;
        for (; i < samples->m && samples->from[i] == value; i++, group++)
            of_from++;
        for (; j < samples->n && samples->to[j] == value; j++)
            group++;
        size_t rank = 2 * below + group - 1;
        for (size_t k = 0; k < group; k++)
            ret_ranks->doubled[below++] = rank;
        ret_ranks->sum_from += of_from * rank;
        ret_ranks->tied += (double)group * ((double)group * (double)group - 1);
    }
    return true;
}

/* Of the smaller sample's possible rank sums, those at least as far from their mean as the one seen. All are whole
 * numbers; the doubled ranks have the mean total - 1. */
static double exact_p(const struct joint_ranks *ranks, size_t m, size_t n)
{
    size_t total = m + n, taken = lesser(m, n);
    struct sum_distribution sum;
    if (!distribute_sum(&sum, ranks->doubled, total, taken))
        return NAN;
    /* The two samples' sums are equally far from their means. */
    double seen = fabs((double)ranks->sum_from - (double)(m * (total - 1)));
    double mean = (double)(taken * (total - 1)), p = 0;
    for (size_t i = 0; i < sum.size; i++)
        if (fabs((double)i - mean) >= seen)
            p += sum.p[i];
    free(sum.p);
    return fmin(1, p);
}

static double limit_p(const struct joint_ranks *ranks, size_t m, size_t n)
{
    double total = (double)(m + n), pairs = (double)m * (double)n;
    double variance = pairs / 12 * (total + 1 - ranks->tied / (total * (total - 1)));
    double away = fabs((double)ranks->sum_from - (double)m * (total - 1)) / 2 - 0.5;
    return variance > 0 && away > 0 ? erfc(away / sqrt(2 * variance)) : 1;
}

double stats_rank_sum_p(const double *from, size_t from_count, const double *to, size_t to_count)
{
    struct samples samples;
    if (!samples_init(&samples, from, from_count, to, to_count))
        return NAN;
    struct joint_ranks ranks;
    double p = NAN;
    if (rank_jointly(&ranks, &samples))
        p = from_count + to_count <= EXACT_MAX_N ? exact_p(&ranks, from_count, to_count)
                                                 : limit_p(&ranks, from_count, to_count);
    free(ranks.doubled);
    samples_finish(&samples);
    return p;
}
