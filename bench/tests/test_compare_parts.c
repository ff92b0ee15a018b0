/* The small parts of comparing runs: metrics by name, thresholds, sparklines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include "../commands/threshold.h"
#include "../compare/metric.h"
#include "../compare/sparkline.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void metrics_by_name(void **state)
{
    (void)state;
    const struct compare_metric *list[COMPARE_METRICS_MOST];
    struct failure failure;
    assert_int_equal(compare_metric_parse_list("cpu_us_per_job,wall_s", list, &failure), 2);
    assert_string_equal(list[0]->of->name, "cpu_us_per_job");
    assert_string_equal(list[1]->of->name, "wall_s");
    const char *bad[] = {"", "wall", "wall_s,", ",wall_s", "wall_s,wall_s", "wall_s,x,jobs_per_s"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(compare_metric_parse_list(bad[i], list, &failure), -1);
        assert_int_equal(failure.status, EXIT_USAGE);
    }
    assert_int_equal(compare_metric_parse_list("wall_s,jobs_per_s,cpu_us_per_job,rss_peak_kib,latency_p99_ms,"
                                               "response_p50_ms,response_p99_ms",
                                               list, &failure),
                     7);
}

static void thresholds(void **state)
{
    (void)state;
    struct failure failure;
    double share = 0;
    assert_int_equal(threshold_parse("5%", &share, &failure), 0);
    assert_float_equal(share, 0.05, 1e-12);
    assert_int_equal(threshold_parse("0.1%", &share, &failure), 0);
    assert_float_equal(share, 0.001, 1e-12);
    assert_int_equal(threshold_parse("2.5", &share, &failure), 0);
    assert_float_equal(share, 0.025, 1e-12);
    /* 0.05 may be meant as a share. */
    const char *bad[] = {"",    "%",   "x",   "0",   "0.05", "0.05%", "-5%", "+5%",
                         "nan", "inf", "5%%", "5 %", "5x",   "1e1",   "101%"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(threshold_parse(bad[i], &share, &failure), -1);
        assert_int_equal(failure.status, EXIT_USAGE);
    }
    assert_float_equal(share, 0.025, 1e-12);
}

static void sparklines(void **state)
{
    (void)state;
    struct text_pool *pool = text_pool_create();
    const double doubled[] = {1, 1, NAN, 2, 2}, flat[] = {1, 1.001, 0.999}, one[] = {3}, none[] = {NAN};
    assert_string_equal(sparkline_text(pool, doubled, 5, 40), "\u2581\u2581\u00b7\u2588\u2588");
    assert_string_equal(sparkline_text(pool, doubled, 5, 2), "\u2585\u2585"); /* alone the end is in the middle */
    assert_string_equal(sparkline_text(pool, flat, 3, 40), "\u2585\u2585\u2585");
    assert_string_equal(sparkline_text(pool, one, 1, 40), "\u2585");
    assert_string_equal(sparkline_text(pool, none, 1, 40), "\u00b7");
    assert_string_equal(sparkline_text(pool, none, 0, 40), "");
    text_pool_destroy(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metrics_by_name),
        cmocka_unit_test(thresholds),
        cmocka_unit_test(sparklines),
    };
    return cmocka_run_group_tests_name("compare_parts", tests, NULL, NULL);
}
