#include "arrivals.h"

#include <math.h>
#include "random.h"

static const int64_t ns_per_s = 1000000000;

static void fill_fixed(int64_t *ret_intended_ns, int64_t count, int64_t rate)
{
    for (int64_t i = 0; i < count; i++)
        ret_intended_ns[i] = i / rate * ns_per_s + i % rate * ns_per_s / rate;
}

/* Returns an exponential gap of mean 1. */
static double draw_gap(struct random_stream *stream)
{
    return -log(((double)(random_next(stream) >> 11) + 1) * 0x1p-53);
}

/* The first n sums of n + 1 exponential gaps, divided by the last, are n uniform numbers in ascending order. Source:
 * Devroye, Non-Uniform Random Variate Generation, V.2.1. The stream is drawn twice, since it need not be kept so. */
static void fill_poisson(int64_t *ret_intended_ns, int64_t count, int64_t rate, int64_t seed, int64_t block)
{
    struct random_stream stream;
    double whole = 0, sum = 0, span_ns = (double)count / (double)rate * (double)ns_per_s;
    random_start(&stream, seed, "arrivals", block, 0);
    for (int64_t i = 0; i <= count; i++)
        whole += draw_gap(&stream);
    random_start(&stream, seed, "arrivals", block, 0);
    for (int64_t i = 0; i < count; i++) {
        sum += draw_gap(&stream);
        ret_intended_ns[i] = (int64_t)(sum / whole * span_ns);
    }
}

void arrivals_fill(int64_t *ret_intended_ns, int64_t count, int64_t rate, bool poisson, int64_t seed, int64_t block)
{
    if (poisson)
        fill_poisson(ret_intended_ns, count, rate, seed, block);
    else
        fill_fixed(ret_intended_ns, count, rate);
}
