/* Sign flips, Holm's adjustment and the blocks it needs, against answers worked out by hand or by plain counting. */
#include "test_stats_support.h"
#include <float.h>
#include <string.h>

/*
 * Of n values, the sums over all sign patterns:
 * {1, 1}: 2 0 0 -2, two of four as far as 2.
 * {1, 2, 3}: the seen 6 and -6 alone, 2/8. {1, 2, -3}: all are at least 0 away.
 * {3, 2, -1}: magnitudes sum to 6, 4, 2, 0 and their negatives; seen 4: 4/8.
 * {1, 1, 1, 1, 1, -1}: seen 4; all plus (1) and one minus (6), either way: 14/64.
 */
static void sign_flips_by_hand(void **state)
{
    (void)state;
    assert_near(stats_sign_flip_p((double[]){1}, 1, 0), 1);
    assert_near(stats_sign_flip_p((double[]){1, 1}, 2, 0), 0.5);
    assert_near(stats_sign_flip_p((double[]){1, 2, 3}, 3, 0), 0.25);
    assert_near(stats_sign_flip_p((double[]){-1, -2, -3}, 3, 0), 0.25);
    assert_near(stats_sign_flip_p((double[]){1, 2, -3}, 3, 0), 1);
    assert_near(stats_sign_flip_p((double[]){3, 2, -1}, 3, 0), 0.5);
    assert_near(stats_sign_flip_p((double[]){1, 1, 1, 1, 1, -1}, 6, 0), 14 / 64.0);
    assert_near(stats_sign_flip_p((double[]){.1, .1, .1, .1, .1, .1}, 6, 0), 2 / 64.0);
}

/* Darwin's plants, pairs of crossed and self-fertilised, in eighths of an inch: Fisher counted 863 of 32,768 sums as
 * large as the one seen, 314. The Design of Experiments, 21. */
static void sign_flips_as_fisher_counted_them(void **state)
{
    (void)state;
    static const double eighths[] = {49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48};
    assert_near(stats_sign_flip_p(eighths, COUNT(eighths), 0), 2 * 863 / 32768.0);
}

static double p_by_counting(const int *values, unsigned n)
{
    int seen = 0;
    unsigned as_far = 0;
    for (unsigned i = 0; i < n; i++)
        seen += values[i];
    for (unsigned signs = 0; signs < 1u << n; signs++) {
        int sum = 0;
        for (unsigned i = 0; i < n; i++)
            sum += signs >> i & 1 ? values[i] : -values[i];
        as_far += abs(sum) >= abs(seen);
    }
    return as_far / (double)(1u << n);
}

/* Small whole numbers, so that there are zeros and equal sums; as tenths, so that sums are rounded. */
static void sign_flips_by_counting(void **state)
{
    (void)state;
    unsigned short random[3] = {20, 11, 26};
    for (int round = 0; round < 300; round++) {
        unsigned n = 1 + (unsigned)(erand48(random) * 14);
        int values[14];
        double tenths[14];
        for (unsigned i = 0; i < n; i++) {
            values[i] = (int)(erand48(random) * 12) - 3;
            tenths[i] = values[i] * 0.1;
        }
        assert_near(stats_sign_flip_p(tenths, n, 0), p_by_counting(values, n));
    }
    static const int twenty[20] = {5, 9, -3, 7, 1, 4, -6, 8, 2, 3, -9, 5, 6, 1, -2, 4, 7, -1, 2, 3};
    double values[20];
    for (int i = 0; i < 20; i++)
        values[i] = twenty[i] / 7.0;
    assert_near(stats_sign_flip_p(values, 20, 0), p_by_counting(twenty, 20));
}

static void zeros_have_no_sign(void **state)
{
    (void)state;
    assert_near(stats_sign_flip_p((double[]){0, 1, 0, 2, 3, -0.0}, 6, 0), 0.25);
    assert_near(stats_sign_flip_p((double[]){0, 0, 0}, 3, 0), 1);
    /* 27 values, but 6 of them with a sign: still exact. */
    double values[27] = {0};
    for (int i = 20; i < 26; i++)
        values[i] = 1;
    assert_near(stats_sign_flip_p(values, COUNT(values), 0), 2 / 64.0);
}

static void what_is_no_number_has_no_p(void **state)
{
    (void)state;
    assert_true(isnan(stats_sign_flip_p(NULL, 0, 0)));
    assert_true(isnan(stats_sign_flip_p((double[]){1, NAN, 2}, 3, 0)));
    assert_true(isnan(stats_sign_flip_p((double[]){1, INFINITY, 2}, 3, 0)));
    assert_true(isnan(stats_sign_flip_p((double[]){1, -INFINITY, INFINITY}, 3, 0)));
    assert_near(stats_sign_flip_p((double[]){DBL_MAX, DBL_MAX, DBL_MAX}, 3, 0), 0.25);
    assert_near(stats_sign_flip_p((double[]){DBL_MIN, DBL_MIN, -DBL_MIN}, 3, 0), 1);
}

/*
 * Beyond 24 values, held against the exact distribution of a sum of whole numbers, built up a value at a time. A share
 * of 99,999 draws varies by sqrt(p (1-p) / 99999): five of those are allowed.
 */
static void many_sign_flips_are_drawn(void **state)
{
    (void)state;
    enum { N = 30, MOST = 300 };
    double values[N], chance[2 * MOST + 1] = {0};
    int seen = 0, magnitudes = 0;
    chance[MOST] = 1;
    for (int i = 0; i < N; i++) {
        int value = i % 7 - 2 ? i % 7 - 2 : -3;
        double next[2 * MOST + 1] = {0};
        for (int sum = -magnitudes; sum <= magnitudes; sum++) {
            next[MOST + sum + value] += chance[MOST + sum] / 2;
            next[MOST + sum - value] += chance[MOST + sum] / 2;
        }
        memcpy(chance, next, sizeof(chance));
        magnitudes += abs(value);
        seen += value;
        values[i] = value;
    }
    double exact = 0;
    for (int sum = -MOST; sum <= MOST; sum++)
        exact += abs(sum) >= abs(seen) ? chance[MOST + sum] : 0;
    assert_true(exact > 0.005 && exact < 0.5);

    double first = stats_sign_flip_p(values, N, 1), second = stats_sign_flip_p(values, N, 2);
    double margin = 5 * sqrt(exact * (1 - exact) / STATS_DRAWS);
    assert_within(first, exact, margin);
    assert_within(second, exact, margin);
    assert_true(first == stats_sign_flip_p(values, N, 1));
    assert_true(first != second);

    /* Never 0: a draw that was not made may be as far. 2^-99 is not met in 99,999 draws. */
    double hundred[100];
    for (int i = 0; i < 100; i++)
        hundred[i] = 1;
    assert_near(stats_sign_flip_p(hundred, 100, 1), 1e-5);
}

static void assert_holm(const double *p, const double *wanted, size_t count)
{
    double adjusted[8];
    assert_int_equal(stats_holm(adjusted, p, count), 0);
    for (size_t i = 0; i < count; i++) {
        if (isnan(wanted[i]))
            assert_true(isnan(adjusted[i]));
        else
            assert_near(adjusted[i], wanted[i]);
    }
}

/* .005 x 4, .01 x 3, .03 x 2; .04 x 1 would be less than the one before and is raised to it. */
static void holm_by_hand(void **state)
{
    (void)state;
    assert_holm((double[]){.01, .04, .03, .005}, (double[]){.03, .06, .06, .02}, 4);
    assert_holm((double[]){.7, .6}, (double[]){1, 1}, 2);
    assert_holm((double[]){.02, .02, .02}, (double[]){.06, .06, .06}, 3);
    assert_holm((double[]){.04}, (double[]){.04}, 1);
    assert_holm((double[]){NAN, .01, NAN, .03}, (double[]){NAN, .02, NAN, .03}, 4);
    assert_holm((double[]){NAN, NAN}, (double[]){NAN, NAN}, 2);
    assert_int_equal(stats_holm(NULL, NULL, 0), 0);

    double in_place[] = {.01, .04, .03, .005};
    assert_int_equal(stats_holm(in_place, in_place, 4), 0);
    assert_near(in_place[0], .03);
    assert_near(in_place[3], .02);
}

/* 2^(1-n): 1/16 = .0625 > .05 >= 1/32; .05/2 = .025 >= 1/64; .05/10 = .005 >= 1/256; .05/100 = .0005 >= 1/2048. */
static void blocks_for_holm_by_hand(void **state)
{
    (void)state;
    assert_int_equal(stats_blocks_for_holm(0, .05), 6);
    assert_int_equal(stats_blocks_for_holm(1, .05), 6);
    assert_int_equal(stats_blocks_for_holm(2, .05), 7);
    assert_int_equal(stats_blocks_for_holm(10, .05), 9);
    assert_int_equal(stats_blocks_for_holm(100, .05), 12);
    assert_int_equal(stats_blocks_for_holm(103, .05), 13);
    assert_int_equal(stats_blocks_for_holm(1, .5), 2);
    assert_int_equal(stats_blocks_for_holm(1, .015625), 7); /* exactly 2^-6 */
    assert_true(stats_blocks_for_holm(1, 0) == SIZE_MAX);
    assert_true(stats_blocks_for_holm(1, NAN) == SIZE_MAX);
    for (size_t cells = 1; cells <= 200; cells++) {
        double p[20], all_alike[20];
        size_t blocks = stats_blocks_for_holm(cells, .05);
        for (size_t i = 0; i < blocks; i++)
            all_alike[i] = .1;
        p[0] = stats_sign_flip_p(all_alike, blocks, 0);
        p[1] = stats_sign_flip_p(all_alike, blocks - 1, 0);
        assert_true(p[0] * (double)cells <= .05 && p[1] * (double)cells > .05);
    }
}

/* Twice as narrow wants four times the blocks, and .8416/1.9600 of the width more, to be there in 8 of 10 tries:
 * (1.4294)^2 = 2.0432 times. */
static void blocks_for_half_width_by_hand(void **state)
{
    (void)state;
    assert_int_equal(stats_blocks_for_half_width(12, .02, .02), 25); /* 24.52 */
    assert_int_equal(stats_blocks_for_half_width(12, .04, .02), 99); /* 98.07 */
    assert_int_equal(stats_blocks_for_half_width(12, 0, .02), 0);
    assert_int_equal(stats_blocks_for_half_width(12, .04, 0), 0);
    assert_int_equal(stats_blocks_for_half_width(12, NAN, .02), 0);
    assert_int_equal(stats_blocks_for_half_width(12, .04, NAN), 0);
    assert_int_equal(stats_blocks_for_half_width(12, 1, 1e-30), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sign_flips_by_hand),
        cmocka_unit_test(sign_flips_as_fisher_counted_them),
        cmocka_unit_test(sign_flips_by_counting),
        cmocka_unit_test(zeros_have_no_sign),
        cmocka_unit_test(what_is_no_number_has_no_p),
        cmocka_unit_test(many_sign_flips_are_drawn),
        cmocka_unit_test(holm_by_hand),
        cmocka_unit_test(blocks_for_holm_by_hand),
        cmocka_unit_test(blocks_for_half_width_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
