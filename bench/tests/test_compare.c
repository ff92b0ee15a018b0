/* Two runs against each other: verdicts by hand, and made-up runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "../compare/comparison_output.h"
#include "../report/tables/markdown.h"
#include "fixtures/made_up_run.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct compare_rules rules = {.threshold = 0.05, .alpha = 0.05};

static struct compare_figures figures(double lo, double ratio, double hi, double p_holm)
{
    return (struct compare_figures){
        .base_count = 7, .head_count = 7, .ratio = ratio, .lo = lo, .hi = hi, .p = p_holm, .p_holm = p_holm};
}

static enum compare_verdict judged(double lo, double ratio, double hi, double p_holm)
{
    struct compare_figures of = figures(lo, ratio, hi, p_holm);
    return compare_judge(&of, false, &rules);
}

static void a_verdict_needs_the_whole_interval(void **state)
{
    (void)state;
    assert_int_equal(judged(1.06, 1.2, 1.3, 0.01), COMPARE_REGRESSION);
    assert_int_equal(judged(1.04, 1.2, 1.3, 0.01), COMPARE_INCONCLUSIVE);
    assert_int_equal(judged(0.97, 1.0, 1.03, 0.9), COMPARE_SAME);
    assert_int_equal(judged(1.01, 1.02, 1.03, 0.001), COMPARE_SAME); /* surely slower, but by too little to matter */
    assert_int_equal(judged(0.97, 1.0, 1.06, 0.9), COMPARE_INCONCLUSIVE);
    assert_int_equal(judged(0.94, 1.0, 1.03, 0.9), COMPARE_INCONCLUSIVE);
    assert_int_equal(judged(0.7, 0.8, 0.94, 0.01), COMPARE_IMPROVED);
    assert_int_equal(judged(0.7, 0.8, 0.96, 0.01), COMPARE_INCONCLUSIVE);
    /* Within the threshold, on either side of 1, is the same distance: 1 / 1.05 is 0.9524. */
    assert_int_equal(judged(0.9523, 1.0, 1.03, 0.9), COMPARE_INCONCLUSIVE);
    assert_int_equal(judged(0.9525, 1.0, 1.03, 0.9), COMPARE_SAME);
}

static void and_a_p_below_alpha(void **state)
{
    (void)state;
    assert_int_equal(judged(1.06, 1.2, 1.3, 0.05), COMPARE_INCONCLUSIVE);
    assert_int_equal(judged(1.06, 1.2, 1.3, 0.049), COMPARE_REGRESSION);
    assert_int_equal(judged(0.7, 0.8, 0.9, 0.05), COMPARE_INCONCLUSIVE);
    assert_int_equal(judged(1.06, 1.2, 1.3, NAN), COMPARE_INCONCLUSIVE);
}

static void more_may_be_better(void **state)
{
    (void)state;
    struct compare_figures less = figures(0.7, 0.8, 0.9, 0.01), more = figures(1.1, 1.2, 1.3, 0.01);
    assert_int_equal(compare_judge(&less, true, &rules), COMPARE_REGRESSION);
    assert_int_equal(compare_judge(&more, true, &rules), COMPARE_IMPROVED);
}

/* Of 7 and 7 separate values, 2 of the 3432 orders are as extreme; the 9th and the 41st of 49 differences are the ends.
 */
static void figures_by_hand(void **state)
{
    (void)state;
    const double base[] = {1, 2, 4, 8, 16, 32, 64};
    double head[7];
    for (size_t i = 0; i < 7; i++)
        head[i] = base[i] * 1024;
    struct compare_figures of;
    compare_figures_make(&of, base, 7, head, 7);
    assert_float_equal(of.base_median, 8, 1e-9);
    assert_float_equal(of.head_median, 8192, 1e-6);
    assert_float_equal(log2(of.ratio), 10, 1e-9);
    assert_float_equal(of.p, 2.0 / 3432, 1e-12);
    /* Differences of exponents: 10 + d, where d has 7 - |d| pairs; 1 + 2 + 3 = 6 lie below -3 and 4 are -3. */
    assert_float_equal(log2(of.lo), 7, 1e-9);
    assert_float_equal(log2(of.hi), 13, 1e-9);
    compare_figures_make(&of, base, 5, head, 7);
    assert_true(isfinite(of.ratio) && isnan(of.lo) && isnan(of.hi) && isnan(of.p));
    assert_int_equal(compare_judge(&of, false, &rules), COMPARE_INCONCLUSIVE);
}

static void none_and_one_value_are_no_data(void **state)
{
    (void)state;
    const double values[] = {1, 1, 1, 1, 1, 1, 1};
    for (size_t few = 0; few < 2; few++) {
        struct compare_figures of;
        compare_figures_make(&of, values, few, values, 7);
        assert_int_equal(compare_judge(&of, false, &rules), COMPARE_NO_DATA);
        assert_true(isnan(of.ratio) && isnan(of.p));
        compare_figures_make(&of, values, 7, values, few);
        assert_int_equal(compare_judge(&of, false, &rules), COMPARE_NO_DATA);
    }
}

/* Holm by hand: of .04, .01 and .03 the smallest times 3, the next times 2, none less than the one before. */
static void p_is_adjusted_over_those_that_have_one(void **state)
{
    (void)state;
    struct compare_figures of[4] = {{.p = 0.04}, {.p = NAN}, {.p = 0.01}, {.p = 0.03}};
    struct compare_figures *pointers[4] = {&of[0], &of[1], &of[2], &of[3]};
    assert_int_equal(compare_adjust(pointers, 4), 3);
    assert_float_equal(of[2].p_holm, 0.03, 1e-12);
    assert_float_equal(of[3].p_holm, 0.06, 1e-12);
    assert_float_equal(of[0].p_holm, 0.06, 1e-12);
    assert_true(isnan(of[1].p_holm));
}

/* 2 / (12 choose 6) = 2/924 is below .05/23 and not below .05/24; 2 / (14 choose 7) = 2/3432 is below .05/85, not /86.
 */
static void how_many_trials_so_many_lanes_need(void **state)
{
    (void)state;
    assert_int_equal(compare_trials_needed(0, 0.05), 6);
    assert_int_equal(compare_trials_needed(1, 0.05), 6);
    assert_int_equal(compare_trials_needed(23, 0.05), 6);
    assert_int_equal(compare_trials_needed(24, 0.05), 7);
    assert_int_equal(compare_trials_needed(85, 0.05), 7);
    assert_int_equal(compare_trials_needed(86, 0.05), 8);
}

/* Made-up runs */

struct pair {
    struct run_data base, head;
    struct comparison_request request;
    struct comparison comparison;
    struct failure failure;
    int result;
};

static void compare(struct pair *pair, const struct made_up_lane *base, size_t base_count, int base_blocks,
                    const struct made_up_lane *head, size_t head_count, int head_blocks, bool force)
{
    made_up_read(&pair->base, base, base_count, base_blocks);
    made_up_read(&pair->head, head, head_count, head_blocks);
    pair->request = (struct comparison_request){.base = &pair->base,
                                                .head = &pair->head,
                                                .metrics = {compare_metric_find("wall_s")},
                                                .metric_count = 1,
                                                .rules = rules,
                                                .force = force};
    pair->failure = (struct failure){0};
    pair->result = comparison_make(&pair->comparison, &pair->request, &pair->failure);
}

static void finish(struct pair *pair)
{
    if (pair->result == 0)
        comparison_finish(&pair->comparison);
    made_up_finish(&pair->base);
    made_up_finish(&pair->head);
}

static void compare_equal_counts(struct pair *pair, const struct made_up_lane *base, const struct made_up_lane *head,
                                 size_t count, int blocks)
{
    compare(pair, base, count, blocks, head, count, blocks, false);
    if (pair->result != 0)
        fail_msg("%s", pair->failure.text);
}

static const struct made_up_lane plain[] = {
    {.runner = "serial", .wall_s = 1, .noise = 0.01},
    {.runner = "threads", .wall_s = 0.11, .noise = 0.01},
    {.runner = "coroutines", .wall_s = 0.1, .noise = 0.01},
};

static void a_slower_lane_is_found(void **state)
{
    (void)state;
    struct pair pair;
    struct made_up_lane slower[COUNT(plain)];
    memcpy(slower, plain, sizeof(plain));
    slower[1].wall_s *= 1.2;
    slower[2].wall_s *= 0.8;
    compare_equal_counts(&pair, plain, slower, COUNT(plain), 7);
    const struct lane_comparison *lanes = pair.comparison.lanes;
    assert_int_equal(pair.comparison.lane_count, 3);
    assert_int_equal(lanes[0].verdict, COMPARE_SAME);
    assert_int_equal(lanes[1].verdict, COMPARE_REGRESSION);
    assert_int_equal(lanes[2].verdict, COMPARE_IMPROVED);
    /* Of the 49 differences 25 are log 1.2, 12 lie 1.01/.99 above and 12 as much below. */
    assert_float_equal(lanes[1].figures[0].ratio, 1.2, 1e-6);
    assert_float_equal(lanes[1].figures[0].lo, 1.2 * 0.99 / 1.01, 1e-6);
    assert_float_equal(lanes[1].figures[0].hi, 1.2 * 1.01 / 0.99, 1e-6);
    assert_int_equal(comparison_status(&pair.comparison, false), EXIT_REGRESSION);
    assert_int_equal(comparison_status(&pair.comparison, true), EXIT_REGRESSION);
    finish(&pair);
}

static void equal_runs_are_the_same(void **state)
{
    (void)state;
    struct pair pair;
    compare_equal_counts(&pair, plain, plain, COUNT(plain), 7);
    for (size_t i = 0; i < pair.comparison.lane_count; i++)
        assert_int_equal(pair.comparison.lanes[i].verdict, COMPARE_SAME);
    assert_int_equal(comparison_status(&pair.comparison, true), EXIT_DONE);
    finish(&pair);
}

static void noise_is_inconclusive_and_strict_says_so(void **state)
{
    (void)state;
    struct pair pair;
    const struct made_up_lane noisy[] = {{.runner = "serial", .wall_s = 1, .noise = 0.2}};
    compare_equal_counts(&pair, noisy, noisy, 1, 7);
    assert_int_equal(pair.comparison.lanes[0].verdict, COMPARE_INCONCLUSIVE);
    assert_non_null(strstr(pair.comparison.lanes[0].reason, "--blocks"));
    assert_int_equal(comparison_status(&pair.comparison, false), EXIT_DONE);
    assert_int_equal(comparison_status(&pair.comparison, true), EXIT_INCONCLUSIVE);
    finish(&pair);
}

static void few_blocks_are_inconclusive(void **state)
{
    (void)state;
    struct pair pair;
    const struct made_up_lane slower[] = {{.runner = "serial", .wall_s = 10}};
    compare_equal_counts(&pair, plain, slower, 1, 5);
    assert_int_equal(pair.comparison.lanes[0].verdict, COMPARE_INCONCLUSIVE);
    assert_non_null(strstr(pair.comparison.lanes[0].reason, "takes 6 blocks in each run, here are 5 and 5"));
    finish(&pair);
}

/* 24 lanes: with 6 trials no p can come below .05/24, so even twice the time is no regression; 7 are enough. */
static void so_many_lanes_need_more_blocks(void **state)
{
    (void)state;
    enum { LANES = 24 };
    struct made_up_lane base[LANES], head[LANES];
    char names[LANES][16];
    for (size_t i = 0; i < LANES; i++) {
        snprintf(names[i], sizeof(names[i]), "cell-%zu", i);
        base[i] = head[i] = (struct made_up_lane){.cell = names[i], .runner = "serial", .wall_s = 1, .noise = 0.01};
    }
    head[3].wall_s = 2;
    for (int blocks = 6; blocks <= 7; blocks++) {
        struct pair pair;
        compare_equal_counts(&pair, base, head, LANES, blocks);
        assert_int_equal(pair.comparison.lanes[3].verdict, blocks == 6 ? COMPARE_INCONCLUSIVE : COMPARE_REGRESSION);
        assert_int_equal(strstr(pair.comparison.lanes[3].reason, "takes 7 blocks in each run") != NULL, blocks == 6);
        finish(&pair);
    }
}

static void a_lane_without_figures_is_no_data(void **state)
{
    (void)state;
    struct pair pair;
    struct made_up_lane head[COUNT(plain)];
    memcpy(head, plain, sizeof(plain));
    head[0].state = "failed";
    head[0].reason = "killed by signal 9";
    head[1].state = "failed";
    head[1].reason = "timeout";
    head[1].bad_blocks = 6; /* one of 7 went well */
    compare_equal_counts(&pair, plain, head, COUNT(plain), 7);
    assert_int_equal(pair.comparison.lanes[0].verdict, COMPARE_NO_DATA);
    assert_int_equal(pair.comparison.lanes[1].verdict, COMPARE_NO_DATA);
    assert_string_equal(pair.comparison.lanes[0].reason, "head: failed: killed by signal 9");
    assert_string_equal(pair.comparison.lanes[1].reason, "head: a single block that went well");
    assert_int_equal(comparison_status(&pair.comparison, false), EXIT_DONE);
    assert_int_equal(comparison_status(&pair.comparison, true), EXIT_INCONCLUSIVE);
    finish(&pair);

    const struct made_up_lane never[] = {{.runner = "threads", .state = "unsupported", .reason = "too many"},
                                         {.runner = "serial", .wall_s = 1, .noise = 0.01}};
    compare_equal_counts(&pair, never, never, COUNT(never), 7);
    assert_int_equal(pair.comparison.lanes[0].verdict, COMPARE_NO_DATA);
    assert_int_equal(comparison_status(&pair.comparison, true), EXIT_DONE); /* nothing was lost */
    finish(&pair);
    compare_equal_counts(&pair, never, never, 1, 7);
    assert_int_equal(comparison_status(&pair.comparison, false), EXIT_NO_DATA);
    finish(&pair);
}

static void a_percentile_says_what_it_takes(void **state)
{
    (void)state;
    struct pair pair;
    compare_equal_counts(&pair, plain, plain, 1, 7);
    comparison_finish(&pair.comparison);
    pair.request.metrics[0] = compare_metric_find("latency_p99_ms");
    pair.result = comparison_make(&pair.comparison, &pair.request, &pair.failure);
    assert_int_equal(pair.result, 0);
    assert_int_equal(pair.comparison.lanes[0].verdict, COMPARE_NO_DATA);
    assert_string_equal(pair.comparison.lanes[0].reason, "that takes 368 jobs in a block");
    assert_int_equal(comparison_status(&pair.comparison, false), EXIT_NO_DATA);
    finish(&pair);
}

/* The schedule sets how long such a trial takes, whatever became of it. */
static void lanes_with_a_rate_are_judged_by_their_response(void **state)
{
    (void)state;
#define RATE(of_cell, of_jobs, p50, p99)                                                                               \
    {                                                                                                                  \
        .cell = of_cell, .runner = "threads", .params = "rate=100", .jobs = of_jobs, .wall_s = of_jobs / 100.0,        \
        .offered_per_s = 100, .noise = 0.001, .response_p50_ms = p50, .response_p99_ms = p99                           \
    }
    const struct made_up_lane base[] = {{.cell = "closed", .runner = "threads", .wall_s = 1, .noise = 0.001},
                                        RATE("many", 1000, 2, 5),
                                        RATE("few", 100, 2, 0)};
    const struct made_up_lane head[] = {{.cell = "closed", .runner = "threads", .wall_s = 1, .noise = 0.001},
                                        RATE("many", 1000, 2, 10),
                                        RATE("few", 100, 3, 0)};
    static const char *const metric_of[] = {"wall_s", "response_p99_ms", "response_p50_ms"};
    static const enum compare_verdict verdicts[] = {COMPARE_SAME, COMPARE_REGRESSION, COMPARE_REGRESSION};
    struct pair pair;
    compare_equal_counts(&pair, base, head, 3, 7);
    for (size_t i = 0; i < 3; i++) /* by the wall time if it is asked for */
        assert_int_equal(pair.comparison.lanes[i].verdict, COMPARE_SAME);
    comparison_finish(&pair.comparison);
    pair.request.metrics[0] = NULL;
    pair.result = comparison_make(&pair.comparison, &pair.request, &pair.failure);
    assert_int_equal(pair.result, 0);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(pair.comparison.lanes[i].metric->of->name, metric_of[i]);
        assert_int_equal(pair.comparison.lanes[i].verdict, verdicts[i]);
    }
    assert_string_equal(pair.comparison.words,
                        "wall time, and median of the response, and 99th percentile of the response");
    struct report_tables tables;
    assert_int_equal(comparison_tables_make(&tables, &pair.comparison, &pair.failure), 0);
    assert_int_equal(tables.count, 3);
    assert_string_equal(tables.tables[2].title, "99th percentile of the response (response_p99_ms)");
    assert_int_equal(tables.tables[2].row_count, 1);
    assert_string_equal(tables.tables[2].rows[0].label, "many");
    report_tables_finish(&tables);
    finish(&pair);
}

static void lanes_of_one_run_are_new_or_gone(void **state)
{
    (void)state;
    struct pair pair;
    compare(&pair, plain, 2, 7, &plain[1], 2, 7, false);
    assert_int_equal(pair.result, 0);
    const struct lane_comparison *lanes = pair.comparison.lanes;
    assert_int_equal(pair.comparison.lane_count, 3);
    assert_int_equal(lanes[0].verdict, COMPARE_SAME);
    assert_int_equal(lanes[1].verdict, COMPARE_NEW);
    assert_string_equal(lane_comparison_runner(&lanes[1]), "coroutines");
    assert_float_equal(lanes[1].figures[0].head_median, 0.099, 1e-9);
    assert_true(isnan(lanes[1].figures[0].base_median));
    assert_int_equal(lanes[2].verdict, COMPARE_GONE);
    assert_string_equal(lane_comparison_runner(&lanes[2]), "serial");
    assert_int_equal(comparison_status(&pair.comparison, true), EXIT_DONE);
    finish(&pair);

    compare(&pair, plain, 1, 7, &plain[1], 2, 7, true);
    assert_int_equal(pair.result, -1);
    assert_int_equal(pair.failure.status, EXIT_NO_DATA);
    assert_non_null(strstr(pair.failure.text, "in common"));
    finish(&pair);
}

static void another_cell_of_the_same_name_is_refused(void **state)
{
    (void)state;
    static const struct {
        struct made_up_lane head;
        const char *said;
    } rows[] = {
        {{.cell = "c", .runner = "threads", .wall_s = 1, .params = "delay-ms=5"},
         "settings of c under threads: 'none' in BASE, 'delay-ms=5' in HEAD"},
        {{.cell = "c", .runner = "threads", .wall_s = 1, .jobs = 11}, "jobs of c under threads: '10' in BASE, '11' in"},
        {{.cell = "c", .runner = "threads", .wall_s = 1, .concurrency = 9}, "concurrency of c under threads: '10'"},
        {{.cell = "c", .runner = "threads", .wall_s = 1, .workload = "null"}, "workload of c under threads: 'sleep'"},
    };
    const struct made_up_lane base = {.cell = "c", .runner = "threads", .wall_s = 1};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct pair pair;
        compare(&pair, &base, 1, 7, &rows[i].head, 1, 7, false);
        assert_int_equal(pair.result, -1);
        assert_int_equal(pair.failure.status, EXIT_NO_DATA);
        if (!strstr(pair.failure.text, rows[i].said) || !strstr(pair.failure.text, "--force"))
            fail_msg("'%s' is not in: %s", rows[i].said, pair.failure.text);
        finish(&pair);
        compare(&pair, &base, 1, 7, &rows[i].head, 1, 7, true);
        assert_int_equal(pair.result, 0);
        struct report_tables tables;
        assert_int_equal(comparison_tables_make(&tables, &pair.comparison, NULL), 0);
        assert_non_null(strstr(tables.warnings[0], "must not be compared (--force)"));
        assert_non_null(strstr(comparison_sentence(tables.pool, &pair.comparison), "--force"));
        report_tables_finish(&tables);
        finish(&pair);
    }
}

/* Not inlined: gcc 12 then takes the stream's buffer for a local of this function, and warns. */
__attribute__((noinline)) static char *printed(const struct comparison *comparison)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_int_equal(comparison_print(comparison, out, NULL), 0);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void the_table(void **state)
{
    (void)state;
    struct pair pair;
    struct made_up_lane head[COUNT(plain)];
    memcpy(head, plain, sizeof(plain));
    head[1].wall_s *= 1.2;
    head[2].noise = 0.2;
    compare_equal_counts(&pair, plain, head, COUNT(plain), 7);
    char *text = printed(&pair.comparison);
    const char *wanted[] = {
        "wall time, head against base, 3 in all: 1 regression, 1 same, 1 inconclusive.\n",
        "wall time (wall_s)\n  less is better\n",
        "  cell    runner                          base      head   head / base  95 % interval   verdict\n",
        "  sleep   one after another (serial)   0.990 s   0.990 s         1.00x  [0.980, 1.02]   same\n",
        "          thread pool                  0.109 s   0.131 s         1.20x  [1.18, 1.22]    regression\n",
        "[0.792, 1.21]   inconclusive*\n",
        "  * inconclusive (sleep, coroutines): the interval reaches across the threshold",
        "`iorace gate`",
        "Warning: base and head are the same run.\n",
    };
    for (size_t i = 0; i < COUNT(wanted); i++)
        if (!strstr(text, wanted[i]))
            fail_msg("'%s' is not in:\n%s", wanted[i], text);
    assert_null(strstr(text, " \n"));
    const char *jargon[] = {"lane", "trial"};
    for (size_t i = 0; i < COUNT(jargon); i++)
        assert_null(strstr(text, jargon[i]));
    free(text);
    finish(&pair);
}

/* What is not done is not explained: no p is adjusted over none, and none over one. */
static void the_legend_says_how_many_are_judged(void **state)
{
    (void)state;
    static const struct {
        int blocks;
        size_t lanes;
        const char *wanted, *other;
    } cases[] = {
        {1, 3, "Nothing is judged: that takes an interval, and 6 blocks", "regression:"},
        {5, 3, "Nothing is judged: that takes an interval, and 6 blocks", "adjusted"},
        {7, 1, "and p is below 0.05", "adjusted"},
        {7, 3, "and p, adjusted since 3 are judged, is below 0.05", "Nothing is judged"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct pair pair;
        struct report_tables tables;
        compare_equal_counts(&pair, plain, plain, cases[i].lanes, cases[i].blocks);
        assert_int_equal(comparison_tables_make(&tables, &pair.comparison, NULL), 0);
        if (!strstr(tables.legend, cases[i].wanted) || strstr(tables.legend, cases[i].other))
            fail_msg("%d blocks of %zu: %s", cases[i].blocks, cases[i].lanes, tables.legend);
        report_tables_finish(&tables);
        finish(&pair);
    }
}

static void the_json(void **state)
{
    (void)state;
    struct pair pair;
    compare(&pair, plain, 2, 7, plain, 3, 7, false);
    json_t *object = comparison_json(&pair.comparison, EXIT_DONE), *lanes = json_object_get(object, "lanes");
    assert_string_equal(json_string_value(json_object_get(object, "schema")), "iorace.compare/1");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(object, "counts"), "new")), 1);
    assert_int_equal(json_array_size(lanes), 3);
    const json_t *lane = json_array_get(lanes, 0);
    assert_string_equal(json_string_value(json_object_get(lane, "verdict")), "same");
    assert_float_equal(json_number_value(json_object_get(lane, "ratio")), 1, 1e-9);
    assert_int_equal(json_integer_value(json_object_get(lane, "base_trials")), 7);
    assert_true(json_is_null(json_object_get(json_array_get(lanes, 2), "base_trials")));
    assert_true(json_is_null(json_object_get(json_array_get(lanes, 2), "base_median")));
    json_decref(object);
    finish(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_verdict_needs_the_whole_interval),
        cmocka_unit_test(and_a_p_below_alpha),
        cmocka_unit_test(more_may_be_better),
        cmocka_unit_test(figures_by_hand),
        cmocka_unit_test(none_and_one_value_are_no_data),
        cmocka_unit_test(p_is_adjusted_over_those_that_have_one),
        cmocka_unit_test(how_many_trials_so_many_lanes_need),
        cmocka_unit_test(a_slower_lane_is_found),
        cmocka_unit_test(equal_runs_are_the_same),
        cmocka_unit_test(noise_is_inconclusive_and_strict_says_so),
        cmocka_unit_test(few_blocks_are_inconclusive),
        cmocka_unit_test(so_many_lanes_need_more_blocks),
        cmocka_unit_test(a_lane_without_figures_is_no_data),
        cmocka_unit_test(a_percentile_says_what_it_takes),
        cmocka_unit_test(lanes_with_a_rate_are_judged_by_their_response),
        cmocka_unit_test(lanes_of_one_run_are_new_or_gone),
        cmocka_unit_test(another_cell_of_the_same_name_is_refused),
        cmocka_unit_test(the_table),
        cmocka_unit_test(the_legend_says_how_many_are_judged),
        cmocka_unit_test(the_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
