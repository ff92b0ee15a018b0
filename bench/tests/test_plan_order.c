/* In which order a plan's trials run, how long it expects to take, and how it is shown. */
#include "test_plan_made.h"
#include "../plan/order.h"
#include "../plan/random.h"
#include "../plan/scenario.h"

/* --- order --- */

/* Returns the lanes' numbers of a block in the order in which they run. */
static void order_of(const struct plan *plan, size_t block, size_t *order)
{
    for (size_t i = 0; i < plan->lane_count; i++) {
        const struct planned_trial *trial = &plan->trials[(block - 1) * plan->lane_count + i];
        assert_int_equal(trial->block, block);
        order[i] = (size_t)(trial->lane - plan->lanes);
    }
}

static const char ten_lanes[] = "[run]\nrunner = threads\njobs = 1\n[cell s]\nconcurrency = 1,2,3,4,5,6,7,8,9,10\n";

static void test_blocks_are_complete(void **state)
{
    (void)state;
    struct plan plan = make_plan(ten_lanes, false, NULL);
    assert_int_equal(plan.trial_count, 70);
    for (size_t block = 1; block <= 7; block++) {
        size_t order[10];
        unsigned seen = 0;
        order_of(&plan, block, order);
        for (size_t i = 0; i < 10; i++)
            seen |= 1u << order[i];
        assert_int_equal(seen, 0x3ff);
    }
    plan_finish(&plan);
}

static void test_order_follows_the_seed(void **state)
{
    (void)state;
    size_t one[10], again[10], other[10], second[10];
    struct plan plan = make_plan(ten_lanes, false, NULL);
    order_of(&plan, 1, one);
    order_of(&plan, 2, second);
    plan_finish(&plan);
    plan = make_plan(ten_lanes, false, PAIRS("blocks", "9")); /* more blocks change none of those before */
    order_of(&plan, 1, again);
    plan_finish(&plan);
    plan = make_plan(ten_lanes, false, PAIRS("seed", "2"));
    order_of(&plan, 1, other);
    plan_finish(&plan);
    assert_memory_equal(one, again, sizeof(one));
    assert_memory_not_equal(one, other, sizeof(one));
    assert_memory_not_equal(one, second, sizeof(one));
}

/* Every lane comes to every place equally often: chi-squared with 9 degrees of freedom, p = 1e-6 is 45.1. The seeds are
 * fixed, so this either always passes or never. */
static void test_every_place_is_as_likely(void **state)
{
    (void)state;
    enum { LANES = 10, BLOCKS = 5000 };
    int counts[LANES][LANES] = {0};
    struct lane lanes[LANES];
    for (int block = 1; block <= BLOCKS; block++) {
        struct planned_trial trials[LANES];
        for (int i = 0; i < LANES; i++)
            trials[i] = (struct planned_trial){.lane = &lanes[i], .block = block};
        order_block(trials, LANES, 1, block);
        for (int i = 0; i < LANES; i++)
            counts[trials[i].lane - lanes][i]++;
    }
    for (int lane = 0; lane < LANES; lane++) {
        double expected = (double)BLOCKS / LANES, chi_squared = 0;
        for (int i = 0; i < LANES; i++)
            chi_squared += (counts[lane][i] - expected) * (counts[lane][i] - expected) / expected;
        assert_true(chi_squared < 45.1);
    }
}

static void test_random_streams(void **state)
{
    (void)state;
    /* xoshiro256** from the state 1, 2, 3, 4, worked out by hand: rotl(2 * 5, 7) * 9 = 11520; then s[1] = 0. */
    struct random_stream stream = {.state = {1, 2, 3, 4}};
    assert_true(random_next(&stream) == 11520);
    assert_true(random_next(&stream) == 0);
    assert_true(random_next(&stream) == 1509978240);

    struct random_stream a, b;
    random_start(&a, 1, "order", 2, 3);
    random_start(&b, 1, "order", 2, 3);
    assert_true(random_next(&a) == random_next(&b));
    static const struct {
        int64_t seed;
        const char *purpose;
        int64_t block, job;
    } others[] = {{2, "order", 2, 3}, {1, "delay", 2, 3}, {1, "order", 3, 2}, {1, "order", 2, 4}, {1, "orde", 2, 3}};
    random_start(&a, 1, "order", 2, 3);
    uint64_t first = random_next(&a);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        random_start(&b, others[i].seed, others[i].purpose, others[i].block, others[i].job);
        assert_true(random_next(&b) != first);
    }
    for (int i = 0; i < 1000; i++)
        assert_true(random_below(&a, 3) < 3);
    assert_true(random_below(&a, 1) == 0);
}

/* --- what a person sees --- */

static double seconds_of(const char *text, const char *runner)
{
    struct plan plan = make_plan(text, false, PAIRS("runner", runner));
    double seconds = plan_estimate_trial_s(&plan.lanes[0]);
    plan_finish(&plan);
    return seconds;
}

static void test_estimates(void **state)
{
    (void)state;
    static const char sleeps[] = "[cell a]\nworkload = sleep\ndelay-ms = 10x500,10x200\nconcurrency = 20\n";
    assert_true(seconds_of(sleeps, "serial") > 7 && seconds_of(sleeps, "serial") < 7.5);
    assert_true(seconds_of(sleeps, "coroutines") > 0.5 && seconds_of(sleeps, "coroutines") < 0.8);
    assert_true(seconds_of(sleeps, "blocking-coroutines") > 7);
    assert_true(seconds_of(sleeps, "null") < 0.5);
    static const char rounds[] = "[cell a]\nworkload = sleep\ndelay-ms = 100\njobs = 11\nconcurrency = 5\n";
    assert_true(seconds_of(rounds, "threads") > 0.3 && seconds_of(rounds, "threads") < 0.6);
}

static void test_default_is_short(void **state)
{
    (void)state;
    struct plan plan;
    struct failure failure = {0};
    char *path = scenario_find("default", &failure);
    assert_non_null(path);
    assert_int_equal(plan_make(&plan, path, NULL, 0, false, &failure), 0);
    assert_int_equal(plan.run.blocks, 7);
    assert_true(plan_estimate_s(&plan) < 170); /* three minutes with starting up */
    plan_finish(&plan);
    assert_int_equal(plan_make(&plan, path, NULL, 0, true, &failure), 0);
    assert_int_equal(plan.run.blocks, 6);
    assert_true(plan_estimate_s(&plan) < 20);
    plan_finish(&plan);
    free(path);
}

static void test_print(void **state)
{
    (void)state;
    struct plan plan =
        make_plan("[run]\ntitle = Why not\n[cell a]\nworkload = sleep\ndelay-ms = 2x5\nconcurrency = 1,2\n"
                  "min-cpus = 1\n[cell b]\nmin-cpus = 4000\n",
                  false, PAIRS("blocks", "3"));
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    plan_print(&plan, out);
    fclose(out);
    assert_holds(text, "s: Why not\n3 blocks of 5 runs = 15, seed 1, expected to take about ");
    assert_holds(text, "\na                sleep               -          2  default  serial ");
    assert_holds(text, "\na/concurrency=2  sleep               2          2  default  threads,coroutines ");
    assert_holds(text, "  delay-ms=2x5\n");
    assert_holds(text, "\nnote: b is left out: it needs 4000 CPUs, here ");
    assert_holds(text, "\nnote: no interval can be given below 6 blocks\n");
    free(text);
    plan_finish(&plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks_are_complete),
        cmocka_unit_test(test_order_follows_the_seed),
        cmocka_unit_test(test_every_place_is_as_likely),
        cmocka_unit_test(test_random_streams),
        cmocka_unit_test(test_estimates),
        cmocka_unit_test(test_default_is_short),
        cmocka_unit_test(test_print),
    };
    return cmocka_run_group_tests_name("plan_order", tests, enter_directory, leave_directory);
}
