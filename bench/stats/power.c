/* How many blocks are enough: before a gate, to plan it, and after one, to say what would settle it. */
#include <math.h>
#include <stdint.h>
#include "stats.h"

static const double z_95 = 1.959963984540054; /* two-sided 95 % of the standard normal distribution */
static const double z_99 = 2.326347874040841; /* 99 % of it lies below */
static const double z_80 = 0.841621233572914;

size_t stats_blocks_for_holm(size_t cells, double alpha)
{
    double wanted = alpha / (double)(cells ? cells : 1);
    if (!(wanted > 0))
        return SIZE_MAX;
    size_t blocks = 1;
    while (ldexp(1, 1 - (int)blocks) > wanted)
        blocks++;
    return blocks;
}

/* The two-sided 95 % point of Student's t, within 0.5 % from 5 degrees on. Source: Abramowitz & Stegun, 26.7.5. */
static double t_95(double degrees)
{
    double z = z_95, z3 = z * z * z, z5 = z3 * z * z;
    return z + (z3 + z) / (4 * degrees) + (5 * z5 + 16 * z3 + 3 * z) / (96 * degrees * degrees);
}

double stats_smallest_shift(size_t n, double spread, double limit)
{
    if (n < 6 || !(spread >= 0) || !isfinite(spread) || isnan(limit))
        return NAN;
    double degrees = (double)n - 1, t = t_95(degrees);
    double error = spread / sqrt((double)n);
    /* The interval's end is a mean less t times an estimated error: it varies with both. */
    double end_error = error * sqrt(1 + t * t / (2 * degrees));
    return limit + t * error + z_99 * end_error;
}

size_t stats_blocks_for_half_width(size_t n, double half_width, double wanted)
{
    if (!(half_width >= 0) || !(wanted > 0))
        return 0;
    double times = half_width / wanted * (1 + z_80 / z_95);
    double blocks = ceil((double)n * times * times);
    return blocks < (double)SIZE_MAX / 2 ? (size_t)blocks : 0;
}
