/*
 * Where nothing has changed, a block's log ratio is as likely to be its own negative: of the 2^n ways to set the signs,
 * how many bring the sum as far from zero as it was seen? Up to 24 values all ways are counted: the sums of each half
 * of the values are listed in order, and pairs of one from each are counted without being formed.
 */
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "draws.h"
#include "stats.h"

#define EXACT_MAX_N 24
#define HALF_SUMS   (1 << (EXACT_MAX_N / 2))

/* Copies the magnitudes that are not zero, as parts of the largest: neither changes p, and sums cannot overflow.
 * Returns how many there are; *ret_sum is the sum of the values, scaled likewise. */
static size_t scaled_magnitudes(double *magnitudes, double *ret_sum, const double *values, size_t n)
{
    double largest = 0, sum = 0;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(values[i]));
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (values[i] == 0)
            continue;
        magnitudes[count++] = fabs(values[i]) / largest;
        sum += values[i] / largest;
    }
    *ret_sum = sum;
    return count;
}

/* Writes the 2^n sums of +-magnitudes, sorted: each magnitude doubles the list, by merging it, once lowered and once
 * raised. Returns 2^n. */
static size_t list_sums(double *sums, const double *magnitudes, size_t n)
{
    double before[HALF_SUMS];
    size_t size = 1;
    sums[0] = 0;
    for (size_t i = 0; i < n; i++) {
        double step = magnitudes[i];
        memcpy(before, sums, size * sizeof(*sums));
        /* The lowered copy is never behind the raised one. */
        for (size_t at = 0, low = 0, high = 0; at < 2 * size; at++) {
            bool lowered = low < size && before[low] - step <= before[high] + step;
            sums[at] = lowered ? before[low++] - step : before[high++] + step;
        }
        size *= 2;
    }
    return size;
}

/* Returns how many of the 2^n sums are at least `least`. */
static double count_from(const double *magnitudes, size_t n, double least)
{
    double left[HALF_SUMS], right[HALF_SUMS];
    size_t left_size = list_sums(left, magnitudes, n / 2);
    size_t right_size = list_sums(right, magnitudes + n / 2, n - n / 2);
    double count = 0;
    size_t j = right_size; /* all from here on are large enough for this left one */
    for (size_t i = 0; i < left_size; i++) {
        while (j > 0 && left[i] + right[j - 1] >= least)
            j--;
        count += (double)(right_size - j);
    }
    return count;
}

static double sampled_p(const double *magnitudes, size_t n, double least, uint64_t seed)
{
    struct stats_draws draws = {.seed = seed};
    size_t as_far = 0;
    for (size_t draw = 0; draw < STATS_DRAWS; draw++) {
        double sum = 0;
        uint64_t coins = 0;
        for (size_t i = 0; i < n; i++, coins >>= 1) {
            if (i % 64 == 0)
                coins = stats_draw_bits(&draws);
            sum += coins & 1 ? magnitudes[i] : -magnitudes[i];
        }
        as_far += fabs(sum) >= least;
    }
    return (1 + (double)as_far) / (1 + STATS_DRAWS);
}

double stats_sign_flip_p(const double *values, size_t n, uint64_t seed)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(values[i]))
            return NAN;
    double few[EXACT_MAX_N], *many = n > EXACT_MAX_N ? malloc(n * sizeof(*many)) : NULL;
    if (n == 0 || (n > EXACT_MAX_N && !many))
        return NAN;

    double *magnitudes = many ? many : few, sum, p;
    size_t count = scaled_magnitudes(magnitudes, &sum, values, n);
    /* Sums that are equal on paper differ by their rounding, and count as equal. */
    double least = fabs(sum) - 4 * DBL_EPSILON * (double)count * (double)count;
    if (least <= 0)
        p = 1;
    else if (count <= EXACT_MAX_N)
        p = 2 * count_from(magnitudes, count, least) / ldexp(1, (int)count);
    else
        p = sampled_p(magnitudes, count, least, seed);
    free(many);
    return p;
}
