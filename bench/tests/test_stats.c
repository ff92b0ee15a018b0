/* Statistics against answers worked out by hand. */
#include "test_stats_support.h"
#include <float.h>

/* 1, 2, ... n in an order that is not sorted: odd numbers up, even ones down. */
static void fill_progression(double *values, size_t n)
{
    size_t at = 0;
    for (size_t i = 1; i <= n; i += 2)
        values[at++] = (double)i;
    for (size_t i = n - n % 2; i >= 2; i -= 2)
        values[at++] = (double)i;
}

static void median_of_odd_even_and_tied_values(void **state)
{
    (void)state;
    assert_near(stats_median((double[]){3}, 1), 3);
    assert_near(stats_median((double[]){2, 1}, 2), 1.5);
    assert_near(stats_median((double[]){9, 1, 5, 7, 3}, 5), 5);
    assert_near(stats_median((double[]){4, 4, 4, 4, 1, 9}, 6), 4);
    assert_near(stats_median((double[]){7, 1, 6, 2, 5, 3, 4}, 7), 4);
    assert_near(stats_median((double[]){-1, -2, 0, 8}, 4), -0.5);
    assert_near(stats_median((double[]){DBL_MAX, DBL_MAX}, 2) / DBL_MAX, 1);
}

static void median_keeps_its_argument(void **state)
{
    (void)state;
    double values[] = {5, 1, 4};
    stats_median(values, 3);
    stats_median_interval(values, 3);
    stats_hodges_lehmann(values, 3);
    assert_memory_equal(values, ((double[]){5, 1, 4}), sizeof(values));
}

static void nothing_and_nan_have_no_value(void **state)
{
    (void)state;
    double bad[] = {1, 2, NAN, 4, 5, 6, 7};
    double infinite[] = {1, 2, INFINITY, 4, 5, 6, -INFINITY};
    assert_true(isnan(stats_median(NULL, 0)));
    assert_true(isnan(stats_hodges_lehmann(NULL, 0)));
    assert_no_interval(stats_median_interval(NULL, 0));
    assert_no_interval(stats_signed_rank_interval(NULL, 0));
    assert_true(isnan(stats_median(bad, COUNT(bad))));
    assert_true(isnan(stats_hodges_lehmann(bad, COUNT(bad))));
    assert_no_interval(stats_median_interval(bad, COUNT(bad)));
    assert_no_interval(stats_signed_rank_interval(bad, COUNT(bad)));
    assert_true(isnan(stats_hodges_lehmann(infinite, COUNT(infinite))));
    assert_no_interval(stats_signed_rank_interval(infinite, COUNT(infinite)));
}

/*
 * Coverage of x(k), x(n+1-k) is 1 - 2 P(B <= k-1):
 * n = 5:  k = 1: 1 - 2/32 = .9375, too little.      n = 6: k = 1: 1 - 2/64 = .969.
 * n = 7:  k = 1: .984; k = 2: 1 - 16/128 = .875.     n = 8: k = 1: .992; k = 2: 1 - 18/256 = .930.
 * n = 9:  k = 2: 1 - 20/512 = .961.                  n = 10: k = 2: 1 - 22/1024 = .979; k = 3: .891.
 * n = 12: k = 3: 1 - 2 (1 + 12 + 66)/4096 = .961.    n = 100: k = 40: P(B <= 39) = .0176, P(B <= 40) = .0284.
 */
static void median_interval_takes_the_narrowest_pair_that_covers(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        double lo, hi;
    } wanted[] = {{6, 1, 6}, {7, 1, 7}, {8, 1, 8}, {9, 2, 8}, {10, 2, 9}, {12, 3, 10}, {100, 40, 61}};
    double values[100];
    for (size_t n = 1; n <= 5; n++) {
        fill_progression(values, n);
        assert_no_interval(stats_median_interval(values, n));
    }
    for (size_t i = 0; i < COUNT(wanted); i++) {
        fill_progression(values, wanted[i].n);
        assert_interval(stats_median_interval(values, wanted[i].n), wanted[i].lo, wanted[i].hi);
    }
}

/* Where 2^-n is below the smallest double: k is close to n/2 - 1.96 sqrt(n)/2 = 1000 - 43.8. */
static void median_interval_of_thousands(void **state)
{
    (void)state;
    static double values[2000];
    fill_progression(values, 2000);
    struct stats_interval interval = stats_median_interval(values, 2000);
    assert_in_range((uintmax_t)interval.lo, 955, 958);
    assert_near(interval.lo + interval.hi, 2001);
}

/*
 * {1, 4}: averages 1, 2.5, 4.   {1, 2, 6}: 1, 1.5, 2, 3.5, 4, 6, the middle is (2 + 3.5)/2.
 * {1, 2, 4, 8, 16}: 1 1.5 2 2.5 3 4 4.5 [5] 6 8 8.5 9 10 12 16.
 * With 32 come 16.5 17 18 20 24 32: the 11th of 21 is 8.5. With 64 come 32.5 33 34 36 40 48 64: the 14th and 15th of
 * 28 are 12 and 16.
 */
static void hodges_lehmann_of_powers_of_two(void **state)
{
    (void)state;
    assert_near(stats_hodges_lehmann((double[]){4}, 1), 4);
    assert_near(stats_hodges_lehmann((double[]){4, 1}, 2), 2.5);
    assert_near(stats_hodges_lehmann((double[]){6, 1, 2}, 3), 2.75);
    assert_near(stats_hodges_lehmann((double[]){16, 8, 1, 2, 4}, 5), 5);
    assert_near(stats_hodges_lehmann((double[]){16, 8, 32, 1, 2, 4}, 6), 8.5);
    assert_near(stats_hodges_lehmann((double[]){16, 8, 32, 1, 64, 2, 4}, 7), 14);
    assert_near(stats_hodges_lehmann((double[]){-3, -3, -3, -3}, 4), -3);
    assert_near(stats_hodges_lehmann((double[]){-1, 1, 0}, 3), 0);
}

/*
 * Of 2^n sign patterns, those with a rank sum of at most w (partitions into distinct parts: 1 1 1 2 2 3 4 5 6 ...):
 * n = 6:  P(0) = 1/64 = .0156, P(<= 1) = 2/64: drop none, [min, max] covers 1 - 2/64 = .969.
 * n = 7:  P(<= 2) = 3/128 = .0234: drop 2 at each end; the third of 1 1.5 2 ... 40 48 64 is 2 and 40.
 * n = 10: P(<= 8) = 25/1024 = .0244: drop 8. Of 1..10 there are 1 1 2 2 3 averages at 1, 1.5, 2, 2.5, 3: the 9th is 3.
 * n = 12: P(<= 13) = 87/4096 = .0212: drop 13. Of 1..12 likewise 1 1 2 2 3 3 4 up to 4: the 14th is 4.
 */
static void signed_rank_interval_by_hand(void **state)
{
    (void)state;
    double values[12];
    for (size_t n = 1; n <= 5; n++) {
        fill_progression(values, n);
        assert_no_interval(stats_signed_rank_interval(values, n));
    }
    assert_interval(stats_signed_rank_interval((double[]){16, 8, 32, 1, 2, 4}, 6), 1, 32);
    assert_interval(stats_signed_rank_interval((double[]){16, 8, 32, 1, 64, 2, 4}, 7), 2, 40);
    fill_progression(values, 10);
    assert_interval(stats_signed_rank_interval(values, 10), 3, 8);
    fill_progression(values, 12);
    assert_interval(stats_signed_rank_interval(values, 12), 4, 9);
    assert_interval(stats_signed_rank_interval((double[]){2, 2, 2, 2, 2, 2, 2}, 7), 2, 2);
}

/* The same by listing every sign pattern and every average. The critical values are the published ones. */
static void signed_rank_interval_by_enumeration(void **state)
{
    (void)state;
    static const unsigned published[] = {0, 2, 3, 5, 8, 10, 13};
    for (unsigned n = 6; n <= 12; n++) {
        unsigned patterns_of_sum[79] = {0};
        for (unsigned signs = 0; signs < 1u << n; signs++) {
            unsigned sum = 0;
            for (unsigned rank = 1; rank <= n; rank++)
                sum += signs >> (rank - 1) & 1 ? rank : 0;
            patterns_of_sum[sum]++;
        }
        unsigned critical = 0, below = patterns_of_sum[0];
        while ((below + patterns_of_sum[critical + 1]) * 40 <= 1u << n)
            below += patterns_of_sum[++critical];
        assert_int_equal(critical, published[n - 6]);

        double values[12], averages[78];
        size_t count = 0;
        for (unsigned i = 0; i < n; i++)
            values[i] = sin(1 + i * 2.3) * 10;
        for (unsigned i = 0; i < n; i++)
            for (unsigned j = i; j < n; j++)
                averages[count++] = (values[i] + values[j]) / 2;
        qsort(averages, count, sizeof(averages[0]), compare_doubles);
        assert_interval(stats_signed_rank_interval(values, n), averages[critical], averages[count - 1 - critical]);
    }
}

/* From 201 values on the normal limit decides: on 1..n it must go on where the exact distribution ended. */
static void signed_rank_interval_of_many(void **state)
{
    (void)state;
    static double values[50000];
    fill_progression(values, 200);
    struct stats_interval exact = stats_signed_rank_interval(values, 200);
    fill_progression(values, 201);
    struct stats_interval limit = stats_signed_rank_interval(values, 201);
    assert_true(fabs((limit.hi - limit.lo) - (exact.hi - exact.lo)) <= 0.5);

    fill_progression(values, COUNT(values));
    assert_near(stats_hodges_lehmann(values, COUNT(values)), 25000.5);
    struct stats_interval large = stats_signed_rank_interval(values, COUNT(values));
    assert_true(large.lo > 24800 && large.lo < 25000 && large.hi > 25001 && large.hi < 25200);
}

/* The smallest n with max(p, 1-p)^n <= 0.025: .5^6 = .0156 but .5^5 = .031; .9^36 = .0225 but .9^35 = .0250316. */
static void quantiles_need_enough_samples(void **state)
{
    (void)state;
    assert_int_equal(stats_quantile_min_n(0.5), 6);
    assert_int_equal(stats_quantile_min_n(0.9), 36);
    assert_int_equal(stats_quantile_min_n(0.95), 72);
    assert_int_equal(stats_quantile_min_n(0.99), 368);
    assert_int_equal(stats_quantile_min_n(0.999), 3688);
    assert_int_equal(stats_quantile_min_n(0.1), 36);
    assert_true(stats_quantile_min_n(0) == SIZE_MAX);
    assert_true(stats_quantile_min_n(1) == SIZE_MAX);
    assert_true(stats_quantile_min_n(NAN) == SIZE_MAX);
}

/* Nearest rank: the ceil(p n)-th value; .07 * 100 is 7.000000000000001 and still the 7th. .9 * 36 = 32.4; .95 * 72
 * = 68.4; .99 * 368 = 364.32; .999 * 3688 = 3684.3. */
static void quantiles_by_nearest_rank(void **state)
{
    (void)state;
    static double sorted[4000];
    for (size_t i = 0; i < COUNT(sorted); i++)
        sorted[i] = (double)(i + 1);
    static const struct {
        double p;
        size_t n;
        double wanted;
    } rows[] = {{0.5, 6, 3},         {0.5, 7, 4},    {0.5, 10, 5},     {0.5, 12, 6},     {0.9, 36, 33},
                {0.9, 40, 36},       {0.95, 72, 69}, {0.99, 368, 365}, {0.99, 400, 396}, {0.999, 3688, 3685},
                {0.999, 4000, 3996}, {0.1, 36, 4},   {0.07, 100, 7}};
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_near(stats_quantile_sorted(sorted, rows[i].n, rows[i].p), rows[i].wanted);
    assert_true(isnan(stats_quantile_sorted(sorted, 0, 0.5)));
    assert_true(isnan(stats_quantile_sorted(sorted, 1, 0.5)));
    assert_true(isnan(stats_quantile_sorted(sorted, 5, 0.5)));
    assert_true(isnan(stats_quantile_sorted(sorted, 35, 0.9)));
    assert_true(isnan(stats_quantile_sorted(sorted, 367, 0.99)));
    assert_true(isnan(stats_quantile_sorted(sorted, 3687, 0.999)));
    assert_true(isnan(stats_quantile_sorted(sorted, 100, 1.5)));
}

/* Below 6 values none is drawn in: the standard deviation. Of 2 4 4 4 5 5 7 9 the 2 becomes a 4, the
 * 9 a 7: mean 5, squares 12, over 7, over 6 of 8. Of 1 to 12 the 1 becomes a 2 and the 12 an 11: the squares
 * about 6.5 are 2 (4.5^2 + 4.5^2 + 3.5^2 + 2.5^2 + 1.5^2 + .5^2) = 123, over 11; then over the 10 of 12 that were not.
 * Of 1 to 20 two at either end: three times 7.5^2, and 6.5^2 down to .5^2. */
static void spread_is_not_moved_by_one_in_ten(void **state)
{
    (void)state;
    assert_near(stats_spread((double[]){1, 3}, 2), sqrt(2));
    assert_near(stats_spread((double[]){2, 4, 4, 4, 5, 5, 7, 9}, 8), sqrt(12 / 7.0) * 8 / 6);
    assert_near(stats_spread((double[]){2, 4, 4, 4, 6}, 5), sqrt(8 / 4.0));
    assert_near(stats_spread((double[]){3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3}, 12), 0);
    double values[20];
    fill_progression(values, 12);
    assert_near(stats_spread(values, 12), sqrt(123 / 11.0) * 12 / 10);
    for (size_t i = 0; i < 12; i++) {
        fill_progression(values, 12);
        if (values[i] != 12)
            continue;
        values[i] = 1e9; /* however far off, it is drawn in */
        assert_near(stats_spread(values, 12), sqrt(123 / 11.0) * 12 / 10);
    }
    fill_progression(values, 20);
    assert_near(stats_spread(values, 20),
                sqrt(2 * (3 * 56.25 + 42.25 + 30.25 + 20.25 + 12.25 + 6.25 + 2.25 + .25) / 19) * 20 / 16);
    assert_true(isnan(stats_spread(NULL, 0)));
    assert_true(isnan(stats_spread((double[]){1}, 1)));
    assert_true(isnan(stats_spread((double[]){1, NAN, 2}, 3)));
    assert_true(isnan(stats_spread((double[]){1, INFINITY, 2}, 3)));
}

/* Magnitudes 0 0 .5 2 2 3 7: the zeros have no rank, .5 has 1, the two 2 share 2 and 3, 3 has 4 and 7 has 5. */
static void signed_ranks_of_ties_and_zeros(void **state)
{
    (void)state;
    static const double values[] = {-3, 2, 0, 7, -2, -.5, -0.0}, wanted[] = {-4, 2.5, 0, 5, -2.5, -1, 0};
    double ranks[COUNT(values)];
    assert_int_equal(stats_signed_ranks(ranks, values, COUNT(values)), 0);
    for (size_t i = 0; i < COUNT(values); i++)
        assert_near(ranks[i], wanted[i]);
    assert_int_equal(stats_signed_ranks(ranks, values, 0), 0);
    assert_int_equal(stats_signed_ranks(ranks, (double[]){1e300, -1, 1e-300}, 3), 0);
    assert_near(ranks[0], 3);
    assert_near(ranks[1], -2);
    assert_near(ranks[2], 1);
    /* The sign flips of ranks are Wilcoxon's: 1, 2 and 3 up, 4 down: sums of at least 2 of 10 in 14 of 16. */
    assert_int_equal(stats_signed_ranks(ranks, (double[]){.1, .2, .3, -400}, 4), 0);
    assert_near(stats_sign_flip_p(ranks, 4, 1), 14 / 16.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(median_of_odd_even_and_tied_values),
        cmocka_unit_test(median_keeps_its_argument),
        cmocka_unit_test(nothing_and_nan_have_no_value),
        cmocka_unit_test(median_interval_takes_the_narrowest_pair_that_covers),
        cmocka_unit_test(median_interval_of_thousands),
        cmocka_unit_test(hodges_lehmann_of_powers_of_two),
        cmocka_unit_test(spread_is_not_moved_by_one_in_ten),
        cmocka_unit_test(signed_ranks_of_ties_and_zeros),
        cmocka_unit_test(signed_rank_interval_by_hand),
        cmocka_unit_test(signed_rank_interval_by_enumeration),
        cmocka_unit_test(signed_rank_interval_of_many),
        cmocka_unit_test(quantiles_need_enough_samples),
        cmocka_unit_test(quantiles_by_nearest_rank),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
