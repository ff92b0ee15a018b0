/* Shift, interval and p of two samples that are not paired. */
#include "test_stats_support.h"
#include <float.h>

/*
 * From {1, 2} to {3, 4}: differences 2 3 1 2, the middle ones 2 and 2. From {0} to {1, 2, 4}: 1 2 4.
 * From {1, 5} to {2, 4, 9}: 1 3 8 -3 -1 4, sorted -3 -1 1 3 4 8: (1 + 3)/2.
 */
static void shift_by_hand(void **state)
{
    (void)state;
    assert_near(stats_shift((double[]){1, 2}, 2, (double[]){3, 4}, 2), 2);
    assert_near(stats_shift((double[]){3, 4}, 2, (double[]){1, 2}, 2), -2);
    assert_near(stats_shift((double[]){0}, 1, (double[]){4, 1, 2}, 3), 2);
    assert_near(stats_shift((double[]){5, 1}, 2, (double[]){9, 2, 4}, 3), 2);
    assert_near(stats_shift((double[]){7, 7}, 2, (double[]){7, 7, 7}, 3), 0);
}

/* To the last bit: found by bisection, it must be one of the differences, the one that sorting puts in the middle. */
static void shift_by_sorting(void **state)
{
    (void)state;
    unsigned short random[3] = {1, 2, 3};
    for (int round = 0; round < 200; round++) {
        double from[5], to[7], differences[35];
        for (size_t i = 0; i < 5; i++)
            from[i] = draw_normal(random);
        for (size_t j = 0; j < 7; j++)
            to[j] = draw_normal(random);
        for (size_t i = 0; i < 35; i++)
            differences[i] = to[i / 5] - from[i % 5];
        qsort(differences, 35, sizeof(differences[0]), compare_doubles);
        assert_true(stats_shift(from, 5, to, 7) == differences[17]);
    }
}

/* Permeability of the human chorioamnion, at term and at 12 to 26 weeks. The shift is -.305 and the one-sided p .1272:
 * Hollander & Wolfe, Nonparametric Statistical Methods, tables 4.1 and examples 4.1, 4.3. Of C(15, 5) = 3003. */
static void samples_of_the_textbook(void **state)
{
    (void)state;
    static const double at_term[] = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
    static const double before[] = {1.15, 0.88, 0.90, 0.74, 1.21};
    assert_near(stats_shift(at_term, 10, before, 5), -0.305);
    assert_within(stats_rank_sum_p(at_term, 10, before, 5), 2 * 0.1272, 1e-4);
    assert_within(stats_rank_sum_p(before, 5, at_term, 10), 2 * 0.1272, 1e-4);
}

/* Two and two: of the 6 ways to deal out four ranks, two are apart as far. Four and four: 2 of 70. */
static void rank_sum_by_hand(void **state)
{
    (void)state;
    assert_near(stats_rank_sum_p((double[]){1, 2}, 2, (double[]){3, 4}, 2), 2 / 6.0);
    assert_near(stats_rank_sum_p((double[]){1, 3}, 2, (double[]){2, 4}, 2), 4 / 6.0);
    assert_near(stats_rank_sum_p((double[]){1, 4}, 2, (double[]){2, 3}, 2), 1);
    assert_near(stats_rank_sum_p((double[]){1, 2, 3, 4}, 4, (double[]){8, 7, 6, 5}, 4), 2 / 70.0);
    assert_near(stats_rank_sum_p((double[]){5, 5, 5}, 3, (double[]){5, 5}, 2), 1);
    assert_near(stats_rank_sum_p((double[]){1}, 1, (double[]){2}, 1), 1);
    /* Ranks 1, 2.5, 2.5, 4: the six sums of two are 3.5 3.5 5 5 6.5 6.5; seen 3.5, 1.5 from the middle. */
    assert_near(stats_rank_sum_p((double[]){1, 2}, 2, (double[]){2, 3}, 2), 4 / 6.0);
}

/* Every way to deal out the joint values: m of them are the first sample's. Ranks are counted, not sorted. */
static double p_by_dealing(const double *values, unsigned m, unsigned n)
{
    unsigned total = m + n, ways = 0, as_far = 0;
    double rank[16], middle = m * (total + 1) / 2.0, seen = 0;
    for (unsigned i = 0; i < total; i++) {
        rank[i] = 0.5;
        for (unsigned j = 0; j < total; j++)
            rank[i] += values[j] < values[i] ? 1 : values[j] == values[i] ? 0.5 : 0;
        seen += i < m ? rank[i] : 0;
    }
    for (unsigned dealt = 0; dealt < 1u << total; dealt++) {
        if (__builtin_popcount(dealt) != (int)m)
            continue;
        double sum = 0;
        for (unsigned i = 0; i < total; i++)
            sum += dealt >> i & 1 ? rank[i] : 0;
        ways++;
        as_far += fabs(sum - middle) >= fabs(seen - middle);
    }
    return as_far / (double)ways;
}

static void rank_sum_by_dealing(void **state)
{
    (void)state;
    unsigned short random[3] = {4, 5, 6};
    for (int round = 0; round < 200; round++) {
        unsigned m = 1 + (unsigned)(erand48(random) * 6), n = 1 + (unsigned)(erand48(random) * 6);
        double values[12];
        /* Every other round with few different values, so with ties. */
        for (unsigned i = 0; i < m + n; i++)
            values[i] = round % 2 ? floor(erand48(random) * 4) : erand48(random);
        assert_near(stats_rank_sum_p(values, m, values + m, n), p_by_dealing(values, m, n));
    }
}

/*
 * From 0 .. m-1 to m, 2m, ... nm all differences are different: 1 .. mn, so the k-th smallest is k. The interval leaves
 * out the critical value of U at each end. Published two-sided 5 % points of the Mann-Whitney U; -1: none.
 */
static void rank_sum_interval_has_the_published_points(void **state)
{
    (void)state;
    static const struct {
        size_t m, n;
        int critical;
    } published[] = {{3, 3, -1}, {3, 4, -1}, {2, 7, -1}, {1, 38, -1},  {4, 4, 0},    {3, 5, 0},    {2, 8, 0},
                     {1, 39, 0}, {4, 6, 2},  {5, 5, 2},  {6, 6, 5},    {7, 7, 8},    {6, 8, 8},    {8, 8, 13},
                     {5, 10, 8}, {9, 9, 17}, {9, 7, 12}, {10, 10, 23}, {12, 12, 37}, {20, 10, 55}, {20, 20, 127}};
    for (size_t row = 0; row < COUNT(published); row++) {
        size_t m = published[row].m, n = published[row].n;
        double from[50], to[50];
        for (size_t i = 0; i < m; i++)
            from[i] = (double)((i * 7 + 3) % m); /* in no order; 7 divides no m here but 7 itself */
        for (size_t i = 0; m % 7 == 0 && i < m; i++)
            from[i] = (double)(m - 1 - i);
        for (size_t j = 0; j < n; j++)
            to[j] = (double)((n - j) * m);
        struct stats_interval interval = stats_rank_sum_interval(from, m, to, n);
        if (published[row].critical < 0)
            assert_no_interval(interval);
        else
            assert_interval(interval, published[row].critical + 1, (double)(m * n) - published[row].critical);
    }
}

/* From 101 values on the normal limit decides, and must go on where the exact distribution ended. */
static void two_large_samples(void **state)
{
    (void)state;
    static double from[1000], to[1000];
    unsigned short random[3] = {7, 8, 9};
    for (size_t i = 0; i < COUNT(from); i++) {
        from[i] = draw_normal(random);
        to[i] = draw_normal(random) + 0.3;
    }
    struct stats_interval exact = stats_rank_sum_interval(from, 50, to, 50);
    struct stats_interval limit = stats_rank_sum_interval(from, 51, to, 50);
    assert_within(limit.lo, exact.lo, 0.06);
    assert_within(limit.hi, exact.hi, 0.06);
    double exact_p = stats_rank_sum_p(from, 50, to, 50), limit_p = stats_rank_sum_p(from, 51, to, 50);
    assert_true(exact_p > 1e-6 && exact_p < 0.9);
    assert_within(log(limit_p), log(exact_p), 0.4);

    /* The standard error of a difference of two means of 1000 is .045; a shift of the median is known as well. */
    struct stats_interval large = stats_rank_sum_interval(from, 1000, to, 1000);
    assert_within(stats_shift(from, 1000, to, 1000), 0.3, 0.15);
    assert_true(large.lo > 0.1 && large.lo < 0.3 && large.hi > 0.3 && large.hi < 0.5);
    assert_true(stats_rank_sum_p(from, 1000, to, 1000) < 1e-6);
    assert_true(stats_rank_sum_p(from, 1000, from, 1000) > 0.99);

    /* Nine in ten are equal: far less can vary than without ties, and the limit must know it. */
    for (size_t i = 0; i < COUNT(from); i++) {
        from[i] = i % 10 == 0;
        to[i] = i % 10 == 0 || i % 10 == 5;
    }
    exact_p = stats_rank_sum_p(from, 50, to, 50), limit_p = stats_rank_sum_p(from, 51, to, 50);
    assert_true(exact_p > 0.2 && exact_p < 0.3);
    assert_within(log(limit_p), log(exact_p), 0.3);

    for (size_t i = 0; i < COUNT(from); i++)
        from[i] = to[i] = 5;
    assert_near(stats_rank_sum_p(from, 1000, to, 1000), 1);
    assert_interval(stats_rank_sum_interval(from, 1000, to, 1000), 0, 0);
}

static void samples_that_are_none(void **state)
{
    (void)state;
    double good[] = {1, 2, 3, 4, 5, 6}, bad[] = {1, 2, NAN, 4, 5, 6}, endless[] = {1, 2, INFINITY, 4, 5, 6};
    double *const others[] = {bad, endless};
    for (size_t i = 0; i < COUNT(others); i++) {
        assert_true(isnan(stats_shift(good, 6, others[i], 6)));
        assert_true(isnan(stats_shift(others[i], 6, good, 6)));
        assert_true(isnan(stats_rank_sum_p(others[i], 6, good, 6)));
        assert_no_interval(stats_rank_sum_interval(good, 6, others[i], 6));
    }
    assert_true(isnan(stats_shift(good, 6, NULL, 0)));
    assert_true(isnan(stats_shift(NULL, 0, NULL, 0)));
    assert_true(isnan(stats_rank_sum_p(NULL, 0, good, 6)));
    assert_no_interval(stats_rank_sum_interval(NULL, 0, good, 6));
    double most[] = {DBL_MAX, -DBL_MAX, DBL_MAX, 0, 1, -DBL_MAX};
    struct stats_interval widest = stats_rank_sum_interval(most, 6, most, 6);
    assert_true(widest.lo <= 0 && widest.hi >= 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shift_by_hand),           cmocka_unit_test(shift_by_sorting),
        cmocka_unit_test(samples_of_the_textbook), cmocka_unit_test(rank_sum_by_hand),
        cmocka_unit_test(rank_sum_by_dealing),     cmocka_unit_test(rank_sum_interval_has_the_published_points),
        cmocka_unit_test(two_large_samples),       cmocka_unit_test(samples_that_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
