/* Jobs that arrive at a rate: when they are due, whether they piled up, and the search for the highest rate. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "../plan/arrivals.h"
#include "../plan/knee.h"
#include "../trial/open_loop.h"

/* --- arrivals --- */

static void fixed_arrivals_are_exact(void **state)
{
    (void)state;
    enum { COUNT = 1001 };
    static const struct {
        int64_t rate, index, due_ns;
    } rows[] = {
        {1, 0, 0},          {1, 1000, 1000000000000}, {3, 1, 333333333},
        {3, 3, 1000000000}, {1000, 1, 1000000},       {10000000, 1000, 100000},
    };
    int64_t due_ns[COUNT];
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        arrivals_fill(due_ns, COUNT, rows[i].rate, false, 1, 1);
        assert_int_equal(due_ns[rows[i].index], rows[i].due_ns);
        for (size_t j = 1; j < COUNT; j++)
            assert_true(due_ns[j] > due_ns[j - 1]);
    }
}

/* The mean and, by the share of gaps that are longer than x means, the shape: exp(-x). */
static void poisson_arrivals_are_exponential(void **state)
{
    (void)state;
    enum { COUNT = 100000, RATE = 1000 };
    int64_t *due_ns = malloc(COUNT * sizeof(*due_ns));
    arrivals_fill(due_ns, COUNT, RATE, true, 42, 1);
    double span_s = (double)(due_ns[COUNT - 1] - due_ns[0]) / 1e9;
    assert_true(due_ns[0] >= 0 && due_ns[COUNT - 1] <= (int64_t)COUNT * 1000000000 / RATE);
    assert_true(fabs((COUNT - 1) / span_s / RATE - 1) < 0.01);
    for (double x = 0.25; x <= 4; x *= 2) {
        size_t longer = 0;
        for (size_t i = 1; i < COUNT; i++) {
            assert_true(due_ns[i] >= due_ns[i - 1]);
            longer += (double)(due_ns[i] - due_ns[i - 1]) > x * 1e9 / RATE;
        }
        double wanted = exp(-x), deviation = sqrt(wanted * (1 - wanted) / COUNT);
        assert_true(fabs((double)longer / COUNT - wanted) < 4 * deviation);
    }
    /* Independent: as many in each tenth of the time as chance allows. */
    size_t tenths[10] = {0};
    for (size_t i = 0; i < COUNT; i++)
        tenths[due_ns[i] / (int64_t)(COUNT / RATE * 1e8)]++;
    for (size_t i = 0; i < 10; i++)
        assert_true(fabs((double)tenths[i] - COUNT / 10.0) < 4.5 * sqrt(COUNT / 10.0));
    free(due_ns);
}

/* A mean rate that is as asked in a small block, too: what is offered is no matter of luck. */
static void small_blocks_offer_what_was_asked(void **state)
{
    (void)state;
    int64_t due_ns[400];
    for (int64_t block = 1; block <= 50; block++) {
        arrivals_fill(due_ns, 400, 100, true, 7, block);
        assert_true(due_ns[399] <= 4000000000 && due_ns[399] > 3900000000);
    }
}

static void arrivals_depend_on_seed_and_block_alone(void **state)
{
    (void)state;
    int64_t one[100], same[100], other_block[100], other_seed[100];
    arrivals_fill(one, 100, 50, true, 3, 2);
    arrivals_fill(same, 100, 50, true, 3, 2);
    arrivals_fill(other_block, 100, 50, true, 3, 3);
    arrivals_fill(other_seed, 100, 50, true, 4, 2);
    assert_memory_equal(one, same, sizeof(one));
    assert_memory_not_equal(one, other_block, sizeof(one));
    assert_memory_not_equal(one, other_seed, sizeof(one));
    /* At twice the rate the same arrivals come twice as soon. */
    arrivals_fill(same, 100, 100, true, 3, 2);
    for (size_t i = 0; i < 100; i++)
        assert_true(llabs(same[i] - one[i] / 2) <= 1);
}

/* --- piling up --- */

enum { JOBS = 1000 };

/* A server of one worker: each job takes service_ms, and a pause of a second begins at pause_ms. */
static double simulate(double *response_ms, int count, double rate, double service_ms, double pause_ms)
{
    double free_ms = 0;
    for (int i = 0; i < count; i++) {
        double due_ms = i * 1000.0 / rate, start_ms = fmax(due_ms, free_ms);
        if (start_ms >= pause_ms && start_ms < pause_ms + 1000)
            start_ms = pause_ms + 1000;
        free_ms = start_ms + service_ms;
        response_ms[i] = free_ms - due_ms;
    }
    return free_ms / 1000;
}

static bool saturated(int count, double rate, double service_ms, double pause_ms, double *ret_growth_ms)
{
    static double response_ms[JOBS];
    double wall_s = simulate(response_ms, count, rate, service_ms, pause_ms);
    struct open_loop_jobs jobs = {response_ms, (size_t)count, rate, wall_s};
    return open_loop_saturated(&jobs, ret_growth_ms);
}

static void piles_are_told_from_pauses(void **state)
{
    (void)state;
    double growth_ms;
    assert_false(saturated(JOBS, 100, 5, INFINITY, &growth_ms));
    assert_true(growth_ms == 0);
    assert_false(saturated(JOBS, 100, 9.99, INFINITY, &growth_ms));
    /* Twice what it can do: job i is done at 20 (i + 1) ms and due at 10 i: the quarters' medians are 7.5 s apart. */
    assert_true(saturated(JOBS, 100, 20, INFINITY, &growth_ms));
    assert_true(fabs(growth_ms - 7500) < 11);
    /* 2 % too much. */
    assert_true(saturated(JOBS, 100, 10.2, INFINITY, &growth_ms));
    assert_true(fabs(growth_ms - 150) < 1);
    /* Half a per cent too much is within what a clock can tell. */
    assert_false(saturated(JOBS, 100, 10.05, INFINITY, &growth_ms));
    /* A server that stopped for a second and caught up is not one that cannot keep up. */
    for (double pause_ms = 100; pause_ms < 8000; pause_ms += 700)
        assert_false(saturated(JOBS, 100, 2, pause_ms, &growth_ms));
    /* One that stopped at the end did not do what was offered. */
    assert_true(saturated(JOBS, 100, 2, 9500, &growth_ms));
}

/* Of 100 jobs in a second, by quarters. Done fast enough, all of them: it is the lag alone that tells. A pile grows all
 * the time, by more than three quarters of a hundredth of the second; what disturbs a machine comes and goes. */
static void a_growing_lag_is_a_pile(void **state)
{
    (void)state;
    static const struct {
        double quarters_ms[4];
        bool piled_up;
    } rows[] = {
        {{10, 15, 18, 18.1}, true}, {{10, 15, 17, 17.4}, false}, {{20, 20, 20, 50}, false},
        {{20, 60, 30, 50}, false},  {{20, 20, 40, 50}, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        double response_ms[100], growth_ms;
        for (size_t j = 0; j < 100; j++)
            response_ms[j] = rows[i].quarters_ms[j / 25];
        struct open_loop_jobs jobs = {response_ms, 100, 100, 1.008};
        assert_int_equal(open_loop_saturated(&jobs, &growth_ms), rows[i].piled_up);
        assert_true(growth_ms == rows[i].quarters_ms[3] - rows[i].quarters_ms[0]);
    }
    /* The middle halves of the first and the last quarter touch. */
    double response_ms[100], growth_ms;
    for (size_t j = 0; j < 100; j++)
        response_ms[j] = 10 + (double)(j / 25) * 3 + (double)(j % 25);
    struct open_loop_jobs jobs = {response_ms, 100, 100, 1.008};
    assert_false(open_loop_saturated(&jobs, &growth_ms));
    assert_true(growth_ms == 9);
}

/* The last job's own time is not for want of speed: jobs of 2 s, as many at once as come, 100 a second for 5 s. */
static void long_jobs_are_not_slow(void **state)
{
    (void)state;
    double response_ms[500], growth_ms;
    for (size_t i = 0; i < 500; i++)
        response_ms[i] = 2000;
    struct open_loop_jobs jobs = {response_ms, 500, 100, 6.99};
    assert_false(open_loop_saturated(&jobs, &growth_ms));
    jobs.wall_s = 7.1; /* 500 / 5.1 s */
    assert_true(open_loop_saturated(&jobs, &growth_ms));
}

static void few_jobs_tell_nothing(void **state)
{
    (void)state;
    double growth_ms = 0;
    assert_false(saturated(19, 100, 20, INFINITY, &growth_ms));
    assert_true(isnan(growth_ms));
    assert_true(saturated(20, 100, 20, INFINITY, &growth_ms));
    assert_false(saturated(0, 100, 20, INFINITY, &growth_ms));
}

/* --- the search --- */

/* A runner that keeps up with `most` a second, and at `bent` takes 10 ms in place of 1. */
struct model {
    double most, bent;
    unsigned disturbed; /* the trial, from 1, that somebody disturbs; 0: none */
};

static struct knee search(const struct model *model, int64_t highest)
{
    struct knee knee;
    knee_begin(&knee, highest);
    assert_int_equal(knee.rate, 100);
    while (knee.rate) {
        assert_true(knee.rate >= KNEE_LEAST_RATE && knee.rate <= highest);
        assert_in_range(knee_attempt(&knee), 1, 3);
        bool piled_up = (double)knee.rate > model->most || knee.trials + 1 == model->disturbed;
        knee_tell(&knee, piled_up, (double)knee.rate > model->bent ? 10 : 1);
        assert_true(knee.trials <= KNEE_MOST_TRIALS);
    }
    return knee;
}

static void assert_found(const struct knee *knee, double wanted)
{
    if (!((double)knee->kept_up <= wanted && (double)knee->kept_up >= wanted / KNEE_RESOLUTION - 1))
        fail_msg("%lld, wanted %g", (long long)knee->kept_up, wanted);
}

static void the_knee_is_found(void **state)
{
    (void)state;
    static const double mosts[] = {25, 50, 99, 100, 101, 777, 12345, 400000, 999999};
    for (size_t i = 0; i < sizeof(mosts) / sizeof(mosts[0]); i++) {
        struct knee knee = search(&(struct model){mosts[i], INFINITY, 0}, 10000000);
        assert_found(&knee, mosts[i]);
        assert_true((double)knee.too_much > mosts[i]);
        /* Answers that take ten times as long are too much, too, though none piles up. */
        knee = search(&(struct model){1e9, mosts[i], 0}, 10000000);
        if (mosts[i] >= 100)
            assert_found(&knee, mosts[i]);
    }
}

static void a_disturbed_trial_changes_nothing(void **state)
{
    (void)state;
    struct knee quiet = search(&(struct model){5000, INFINITY, 0}, 10000000);
    for (unsigned trial = 1; trial <= quiet.trials; trial++) {
        struct knee knee = search(&(struct model){5000, INFINITY, trial}, 10000000);
        assert_int_equal(knee.kept_up, quiet.kept_up);
        assert_int_equal(knee.too_much, quiet.too_much);
        assert_true(knee.trials <= quiet.trials + 2);
    }
}

static void a_search_has_ends(void **state)
{
    (void)state;
    struct knee knee = search(&(struct model){1e9, INFINITY, 0}, 3000);
    assert_int_equal(knee.kept_up, 3000);
    assert_int_equal(knee.too_much, 0);
    knee = search(&(struct model){5, INFINITY, 0}, 3000);
    assert_int_equal(knee.kept_up, 0);
    assert_int_equal(knee.too_much, 25);
    assert_int_equal(knee.trials, 6);
    /* A percentile that is not known is no good news. */
    knee_begin(&knee, 1000);
    while (knee.rate)
        knee_tell(&knee, false, NAN);
    assert_int_equal(knee.kept_up, 0);
}

static void steps_have_jobs_enough(void **state)
{
    (void)state;
    assert_int_equal(knee_step_jobs(100, 2), 400);
    assert_int_equal(knee_step_jobs(5000, 2), 10000);
    assert_true(knee_limit_ms(2) == 7);
    assert_true(isnan(knee_limit_ms(NAN)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixed_arrivals_are_exact),
        cmocka_unit_test(poisson_arrivals_are_exponential),
        cmocka_unit_test(small_blocks_offer_what_was_asked),
        cmocka_unit_test(arrivals_depend_on_seed_and_block_alone),
        cmocka_unit_test(piles_are_told_from_pauses),
        cmocka_unit_test(a_growing_lag_is_a_pile),
        cmocka_unit_test(long_jobs_are_not_slow),
        cmocka_unit_test(few_jobs_tell_nothing),
        cmocka_unit_test(the_knee_is_found),
        cmocka_unit_test(a_disturbed_trial_changes_nothing),
        cmocka_unit_test(a_search_has_ends),
        cmocka_unit_test(steps_have_jobs_enough),
    };
    return cmocka_run_group_tests_name("open_loop", tests, NULL, NULL);
}
