/* What the tests of statistics share. */
#ifndef TEST_STATS_SUPPORT_H
#define TEST_STATS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include "../stats/stats.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static inline void assert_within(double got, double wanted, double distance)
{
    if (!(fabs(got - wanted) <= distance))
        fail_msg("got %.17g, wanted %.17g", got, wanted);
}

static inline void assert_near(double got, double wanted)
{
    assert_within(got, wanted, 1e-12 * fmax(1, fabs(wanted)));
}

static inline void assert_interval(struct stats_interval got, double lo, double hi)
{
    assert_near(got.lo, lo);
    assert_near(got.hi, hi);
}

static inline void assert_no_interval(struct stats_interval got)
{
    assert_true(isnan(got.lo));
    assert_true(isnan(got.hi));
}

static inline int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* A draw of the standard normal distribution. Source: Box and Muller (1958). */
static inline double draw_normal(unsigned short random[3])
{
    double radius = sqrt(-2 * log(1 - erand48(random)));
    return radius * cos(2 * M_PI * erand48(random));
}

/* A draw whose long tail is on one side, as that of times: exponential. */
static inline double draw_skewed(unsigned short random[3])
{
    return -log(1 - erand48(random));
}

#endif
