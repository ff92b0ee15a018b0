/* What is said and shown of jobs that arrived at a rate: sentences, tables, how far a runner kept up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "../report/knee_found.h"
#include "../report/report.h"
#include "../report/tables/tables.h"
#include "test_rate_support.h"

static void how_far_each_kept_up_is_said(void **state)
{
    (void)state;
    SAYS(7,
         "Sleeps (1,000 jobs, at most 10 at once): coroutines kept up with 400 a second (99 % done within 2.50 ms) and "
         "not "
         "with 800; "
         "a thread pool kept up with 800 a second (99 % done within 3.00 ms), the most that was tried.",
         POINT("coroutines", 200, 2), POINT("coroutines", 400, 2.5), POINT("coroutines", 800, 2.5, PILED),
         POINT("threads", 400, 2), POINT("threads", 800, 3), POINT("threads", 200, 2));
    /* Seven milliseconds are what three times 2 and one make: 7.1 are too late. */
    SAYS(1,
         "Sleeps (1,000 jobs, at most 10 at once): coroutines kept up with 400 a second (99 % done within 7.00 ms) and "
         "not "
         "with 800; this rests on a single run at each rate; at 400 a second coroutines finished 99 % of the jobs "
         "within 7.00 ms of when they were due, though within "
         "2.00 ms of "
         "when they were begun. A closed loop would have shown only the latter: it lets the next job come only when a "
         "worker is free for it, instead of counting those that would have come meanwhile (coordinated omission).",
         POINT("coroutines", 200, 2), POINT("coroutines", 400, 7, .service_p99_ms = 2),
         POINT("coroutines", 800, 7.1, .service_p99_ms = 7));
    SAYS(1,
         "Sleeps (1,000 jobs, 1 at once): one after another did not keep up with 200 a second, the least that was "
         "tried; this rests on a single run at each rate.",
         POINT("serial", 200, 2, PILED), POINT("serial", 400, 2, PILED));
    /* The runner that does nothing is no rival, and what failed did not fall behind for that. */
    SAYS(1,
         "Sleeps (1,000 jobs, at most 10 at once): coroutines kept up with 200 a second (99 % done within 2.00 ms), "
         "but with "
         "400 a second runs failed; this rests on a single run at each rate.",
         POINT("null", 200, 2), POINT("coroutines", 200, 2), POINT("coroutines", 400, 2, .state = "failed"));
}

static void what_is_so_of_all_is_said_once(void **state)
{
    (void)state;
    SAYS(7,
         "Sleeps (1,000 jobs, at most 10 at once): all three runners kept up with 200 a second (99 % done within 2.00 "
         "ms to 3.00 ms), the most that was tried.",
         POINT("coroutines", 100, 2), POINT("coroutines", 200, 2), POINT("threads", 200, 3), POINT("serial", 200, 2.5),
         POINT("null", 200, 2));
    /* The time, where it is known of all. */
    static const char untimed[] =
        "Sleeps (at most 10 at once): both runners kept up with 20 a second, the most that was "
        "tried; this rests on a single run at each rate.";
    SAYS(1, untimed, FEW("threads", 20, 20), POINT("coroutines", 20, 9));
    SAYS(1, untimed, POINT("threads", 20, 9), FEW("coroutines", 20, 20));
    /* Not where one could not, or was tried at another. */
    SAYS(
        7,
        "Sleeps (1,000 jobs, at most 10 at once): coroutines kept up with 200 a second (99 % done within 2.00 ms), the "
        "most that was tried; a thread pool kept up with 100 a second (99 % done within 2.00 ms) and not with 200.",
        POINT("coroutines", 200, 2), POINT("threads", 100, 2), POINT("threads", 200, 2, PILED));
}

/* Below 20 jobs no trial is ever flagged, which is no keeping up. */
static void too_few_jobs_tell_nothing(void **state)
{
    (void)state;
    SAYS(1, "", FEW("serial", 2, 10), FEW("serial", 10, 19));
    SAYS(1,
         "Sleeps (at most 10 at once): coroutines kept up with 20 a second, the most that was tried; "
         "this rests on a single run at each rate.",
         FEW("coroutines", 10, 10), FEW("coroutines", 20, 20));
}

/* Nothing is known of how it would have done. */
static void what_was_not_measured_did_not_fall_behind(void **state)
{
    (void)state;
    static const char kept_up[] =
        "Sleeps (1,000 jobs, at most 10 at once): coroutines kept up with 200 a second (99 % done within 2.00 ms); "
        "this rests on 2 runs at each rate.";
    static const char *const states[] = {"unsupported", "partial"};
    for (size_t i = 0; i < COUNT(states); i++) {
        SAYS(2, kept_up, POINT("coroutines", 200, 2), POINT("coroutines", 400, 2, .state = states[i]));
        SAYS(2, "", POINT("coroutines", 200, 2, .state = states[i]));
    }
    SAYS(2, "", POINT("coroutines", 200, 2, .state = "failed"));
    /* Then the server did not keep up, whoever asked. */
    SAYS(2, kept_up, POINT("coroutines", 200, 2),
         POINT("coroutines", 400, 900, .service_p99_ms = 2, .flags = "origin_saturated saturated"));
    /* Not the least that was tried, but the least that tells something. */
    SAYS(2,
         "Sleeps (1,000 jobs, at most 10 at once): coroutines did not keep up with 400 a second; this rests on 2 runs "
         "at each rate.",
         POINT("coroutines", 200, 2, .state = "failed"), POINT("coroutines", 400, 2, PILED));
}

/* Of a lower rate nobody would look for it. */
static void what_was_not_measured_below_is_said(void **state)
{
    (void)state;
#define KEPT_UP JOBS "coroutines kept up with "
    SAYS(7,
         KEPT_UP "400 a second (99 % done within 2.00 ms), the most that was tried, though with 200 a second runs "
                 "failed; a thread pool kept up with 400 a second (99 % done within 2.00 ms), the most that was tried.",
         POINT("coroutines", 100, 2), POINT("coroutines", 200, 2, .state = "failed"), POINT("coroutines", 400, 2),
         POINT("threads", 400, 2));
    SAYS(7,
         KEPT_UP "400 a second (99 % done within 2.00 ms) and not with 800, though of 200 a second nothing is known.",
         POINT("coroutines", 200, 2, .flags = "origin_saturated"), POINT("coroutines", 400, 2),
         POINT("coroutines", 800, 2, PILED));
    SAYS(7, KEPT_UP "100 a second (99 % done within 2.00 ms) and not with 400, and with 200 a second runs failed.",
         POINT("coroutines", 100, 2), POINT("coroutines", 200, 2, .state = "failed"),
         POINT("coroutines", 400, 2, PILED));
}

/* In an order that leaves no doubt of what is what. */
static void what_was_not_measured_below_and_above_is_said(void **state)
{
    (void)state;
    SAYS(7,
         KEPT_UP "200 a second (99 % done within 2.00 ms), but with 400 a second runs failed, and with 100 a second "
                 "runs failed.",
         POINT("coroutines", 100, 2, .state = "failed"), POINT("coroutines", 200, 2),
         POINT("coroutines", 400, 2, .state = "failed"));
    SAYS(7,
         KEPT_UP "100 a second (99 % done within 2.00 ms) and not with 400, but did with 800 (99 % done within 2.00 "
                 "ms), and with 200 a second runs failed.",
         POINT("coroutines", 100, 2), POINT("coroutines", 200, 2, .state = "failed"),
         POINT("coroutines", 400, 2, PILED), POINT("coroutines", 800, 2));
}

/* Something else may have been in the way of the lower rate. */
static void what_kept_up_again_is_said(void **state)
{
    (void)state;
    SAYS(7,
         JOBS "coroutines did not keep up with 100 a second, the least that was tried, but did with 400 (99 % "
              "done within 3.00 ms).",
         POINT("coroutines", 100, 900, PILED), POINT("coroutines", 200, 2), POINT("coroutines", 400, 3),
         POINT("coroutines", 800, 900));
    SAYS(7,
         KEPT_UP "100 a second (99 % done within 2.00 ms) and not with 200, but did with 400 (99 % done within 3.00 "
                 "ms).",
         POINT("coroutines", 100, 2), POINT("coroutines", 200, 90), POINT("coroutines", 400, 3),
         POINT("coroutines", 800, 2, PILED));
}

static void what_piled_up_is_said_of_a_single_rate(void **state)
{
    (void)state;
    SAYS(6, "Sleeps (1,000 jobs, at most 10 at once): coroutines did not keep up with 100 a second: jobs piled up.",
         AT_100("coroutines", 1000, 999, PILED));
    SAYS(6, "Sleeps (1,000 jobs, at most 10 at once): in 2 of 6 runs at 100 a second jobs of a thread pool piled up.",
         AT_100("threads", 12, 11, PILED, .flagged_blocks = 2), AT_100("coroutines", 12, 11));
    /* The median of three runs that piled up and three that did not is the time of none. */
    SAYS(6, "Sleeps (1,000 jobs, at most 10 at once): in 3 of 6 runs at 100 a second jobs of coroutines piled up.",
         AT_100("coroutines", 500, 11, PILED, .flagged_blocks = 3, .response_p50_ms = 10, .connections = "warm"));
}

/* A rate at which some runs piled up, no more than half of them, is none that was not kept up with. */
static void what_piled_up_now_and_then_is_said_of_a_swept_rate(void **state)
{
    (void)state;
    SAYS(7,
         KEPT_UP
         "200 a second (99 % done within 2.00 ms), the most that was tried; in 3 of 7 runs at 200 a second jobs "
         "of coroutines piled up.",
         POINT("coroutines", 100, 2), POINT("coroutines", 200, 2, PILED, .flagged_blocks = 3));
    /* One of two decides nothing. */
    SAYS(2,
         KEPT_UP "200 a second (99 % done within 2.00 ms); this rests on 2 runs at each rate; in 1 of 2 runs at 400 a "
                 "second jobs of coroutines piled up.",
         POINT("coroutines", 200, 2), POINT("coroutines", 400, 2, PILED, .flagged_blocks = 1));
    SAYS(6,
         KEPT_UP
         "400 a second (99 % done within 2.00 ms), the most that was tried; in 3 of 6 runs at 200 a second jobs "
         "of coroutines piled up.",
         POINT("coroutines", 100, 2), POINT("coroutines", 200, 2, PILED, .flagged_blocks = 3),
         POINT("coroutines", 400, 2));
    /* What was too much, or too late, is told already. */
    SAYS(7, KEPT_UP "100 a second (99 % done within 2.00 ms) and not with 200.", POINT("coroutines", 100, 2),
         POINT("coroutines", 200, 8, PILED, .flagged_blocks = 3),
         POINT("coroutines", 400, 2, PILED, .flagged_blocks = 4));
}

/* How far a runner kept up is told of rates only. */
static void what_piled_up_is_said_of_other_sweeps(void **state)
{
    (void)state;
#define AT_POINT(of_runner, point, ...)                                                                                \
    AT_100(of_runner, 2, 2, .cell = "s/" point, .sweep = "s", .params = "rate=100 " point, ##__VA_ARGS__)
    SAYS(7,
         JOBS "one after another did not keep up with 100 a second at body-bytes=10, 20 and 30: jobs piled up; "
              "coroutines did not keep up with 100 a second at body-bytes=30: jobs piled up; in 3 of 7 runs at 100 a "
              "second and body-bytes=20 jobs of coroutines piled up.",
         AT_POINT("serial", "body-bytes=10", PILED, .concurrency = 10), AT_POINT("coroutines", "body-bytes=10"),
         AT_POINT("serial", "body-bytes=20", PILED, .concurrency = 10),
         AT_POINT("coroutines", "body-bytes=20", PILED, .flagged_blocks = 3),
         AT_POINT("serial", "body-bytes=30", PILED, .concurrency = 10), AT_POINT("coroutines", "body-bytes=30", PILED));
    /* One after another is none of the points. */
    SAYS(7,
         "Sleeps (1,000 jobs, 2 to at most 4 at once): one after another did not keep up with 100 a second: jobs piled "
         "up; coroutines did not "
         "keep up with 100 a second at 2 at once: jobs piled up.",
         AT_POINT("serial", "concurrency=2", PILED), AT_POINT("coroutines", "concurrency=2", PILED, .concurrency = 2),
         AT_POINT("coroutines", "concurrency=4", .concurrency = 4));
}

/* Who waits for jobs to arrive is no sooner done: neither a speed-up nor "no faster". */
static void speed_is_not_compared(void **state)
{
    (void)state;
    SAYS(7, "", AT_100("serial", 2, 2), AT_100("coroutines", 2, 2));
}

static void assert_row(const struct table_row *row, const char *label, const char *const *wanted)
{
    assert_string_equal(row->label, label);
    for (size_t i = 0; wanted[i]; i++)
        if (wanted[i][0] && strcmp(row->cells[i].text, wanted[i]) != 0)
            fail_msg("%s, column %zu: '%s', wanted '%s'", label, i, row->cells[i].text, wanted[i]);
}

#define ROW(...) ((const char *const[]){__VA_ARGS__, NULL})

static void tables_show_rates(void **state)
{
    (void)state;
    /* In the order of a search; the rows are by runner and rate. */
    const struct made_up_lane lanes[] = {
        POINT("coroutines", 400, 9, PILED, .queued = 500, .service_p99_ms = 2),
        POINT("threads", 200, 2),
        POINT("coroutines", 200, 2, .service_p99_ms = 2),
        POINT("threads", 100, 2),
        POINT("coroutines", 300, 8, .state = "failed", .reason = "refused"),
        FEW("serial", 10, 10),
    };
    struct run_data run;
    struct report_tables tables;
    struct failure failure = {0};
    made_up_read(&run, lanes, COUNT(lanes), 3);
    assert_int_equal(report_tables_make(&tables, &run, &failure), 0);
    assert_int_equal(tables.count, 1);
    const struct report_table *table = &tables.tables[0];
    assert_string_equal(table->columns[0].title, "offered/s");
    assert_non_null(strstr(table->subtitle, ", fixed arrivals"));
    assert_int_equal(table->row_count, 6);
    assert_row(&table->rows[0], "coroutines", ROW("200", "200", "", "2.00 ms", "2.00 ms", "", "yes"));
    assert_row(&table->rows[1], "coroutines*1", ROW("300", "", "", "", "", "", "failed"));
    assert_row(&table->rows[2], "coroutines*2", ROW("400", "400", "", "9.00 ms", "2.00 ms", "", "saturated"));
    assert_row(&table->rows[3], "thread pool", ROW("100", "100", "", "2.00 ms"));
    assert_row(&table->rows[4], "thread pool", ROW("200", "200"));
    assert_row(&table->rows[5], "one after another (serial)", ROW("10", "", "", "", "", "", "too few jobs to tell"));
    bool busy = false, failed = false;
    for (size_t i = 0; i < table->note_count; i++) {
        busy = busy || strstr(table->notes[i], "coroutines at 400/s (up to 50 % of the jobs): all 10 workers were busy "
                                               "when jobs were due, which waited");
        failed = failed || strstr(table->notes[i], "coroutines at 300/s: 3 of 3 runs failed: refused");
    }
    assert_true(busy && failed);
    assert_string_equal(tables.legend,
                        "Figures are medians of 3 runs of each. Response: from when a job was due to its end; service: "
                        "from its start to its end; queue: what lies between. Keeps up: 99 in 100 of the jobs offered "
                        "were done, not counting how long the last took (done/s does), and they did not take longer "
                        "and longer. Saturated: jobs piled up.");
    report_tables_finish(&tables);
    made_up_finish(&run);
}

/* A cell may have both. */
static void a_closed_loop_beside_has_no_rate(void **state)
{
    (void)state;
    const struct made_up_lane lanes[] = {
        {.runner = "serial", .jobs = 400, .wall_s = 1, .state = "failed", .reason = "refused", .bad_blocks = 1},
        AT_100("coroutines", 9, 8),
    };
    struct run_data run;
    struct report_tables tables;
    struct failure failure = {0};
    made_up_read(&run, lanes, COUNT(lanes), 7);
    assert_int_equal(report_tables_make(&tables, &run, &failure), 0);
    assert_row(&tables.tables[0].rows[0], "one after another (serial)*", ROW("–", "400", "–", "–", "–", "–", "–"));
    assert_row(&tables.tables[0].rows[1], "coroutines", ROW("100", "100", "", "9.00 ms", "8.00 ms", "", "yes"));
    assert_string_equal(tables.tables[0].notes[0], "* one after another (serial): 1 of 7 runs failed: refused");
    report_tables_finish(&tables);
    made_up_finish(&run);
}

/* The sentence, the column and the chart's marks go by the same rule. */
static void what_is_late_does_not_keep_up(void **state)
{
    (void)state;
    const struct made_up_lane lanes[] = {
        POINT("coroutines", 100, 2), POINT("coroutines", 119, 7),        POINT("coroutines", 130, 7.5),
        POINT("coroutines", 200, 9), POINT("coroutines", 400, 9, PILED), POINT("threads", 100, 2),
    };
    struct run_data run;
    struct report_tables tables;
    struct failure failure = {0};
    made_up_read(&run, lanes, COUNT(lanes), 2);
    char *sentences = report_sentences(&run);
    assert_non_null(strstr(sentences, "coroutines kept up with 119 a second (99 % done within 7.00 ms) and not with "
                                      "130;"));
    free(sentences);
    assert_int_equal(report_tables_make(&tables, &run, &failure), 0);
    static const char *const words[] = {"yes", "yes", "too late", "too late", "saturated", "yes"};
    for (size_t i = 0; i < COUNT(words); i++)
        assert_string_equal(tables.tables[0].rows[i].cells[6].text, words[i]);
    assert_non_null(strstr(tables.legend, "Saturated: jobs piled up. Too late: 99 % of the jobs were not done within "
                                          "three times the response at the lowest rate that was kept up with, and 1 ms "
                                          "more (7.00 ms for coroutines in s)."));
    report_tables_finish(&tables);
    made_up_finish(&run);
}

/* `planned` of the first line, whose `lanes` first lanes were planned; the others came in the course of a search. */
static void assert_stopped(int count, int blocks, int lanes, int planned, const char *wanted)
{
    const struct made_up_lane made[] = {POINT("coroutines", 100, 2), POINT("coroutines", 200, 2),
                                        POINT("coroutines", 400, 2)};
    struct run_data run;
    struct report_tables tables;
    struct failure failure = {0};
    made_up_read(&run, made, (size_t)count, 1);
    run.partial = true;
    for (int i = lanes; i < count; i++)
        json_object_set_new(json_array_get(json_object_get(run.run, "lanes"), (size_t)i), "type", json_string("lane"));
    json_object_set_new(run.run, "blocks", json_integer(blocks));
    json_object_set_new(run.run, "planned_trials", json_integer(planned));
    assert_int_equal(report_tables_make(&tables, &run, &failure), 0);
    assert_string_equal(tables.warnings[0], wanted);
    report_tables_finish(&tables);
    made_up_finish(&run);
}

static void a_search_that_was_stopped_had_no_plan(void **state)
{
    (void)state;
    assert_stopped(3, 7, 1, 1, "Stopped early, in the middle of the search; 3 runs were made.");
    assert_stopped(2, 7, 2, 2, "Stopped early, in the middle of the search; 2 runs were made.");
    assert_stopped(1, 7, 1, 1, "Stopped early, in the middle of the search; 1 run was made.");
    assert_stopped(3, 1, 1, 1, "Stopped early, in the middle of the search; 3 runs were made.");
    /* One lane of seven blocks, and a search behind it. */
    assert_stopped(2, 7, 2, 8, "Stopped early, before the search: 2 of 7 planned runs were made.");
    assert_stopped(3, 7, 3, 21, "Stopped early: 3 of 21 planned runs were made.");
    assert_stopped(2, 1, 3, 3, "Stopped early: 2 of 3 planned runs were made.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(how_far_each_kept_up_is_said),
        cmocka_unit_test(what_is_so_of_all_is_said_once),
        cmocka_unit_test(too_few_jobs_tell_nothing),
        cmocka_unit_test(what_was_not_measured_did_not_fall_behind),
        cmocka_unit_test(what_was_not_measured_below_is_said),
        cmocka_unit_test(what_was_not_measured_below_and_above_is_said),
        cmocka_unit_test(what_kept_up_again_is_said),
        cmocka_unit_test(what_piled_up_is_said_of_a_single_rate),
        cmocka_unit_test(what_piled_up_now_and_then_is_said_of_a_swept_rate),
        cmocka_unit_test(what_piled_up_is_said_of_other_sweeps),
        cmocka_unit_test(speed_is_not_compared),
        cmocka_unit_test(tables_show_rates),
        cmocka_unit_test(a_closed_loop_beside_has_no_rate),
        cmocka_unit_test(what_is_late_does_not_keep_up),
        cmocka_unit_test(a_search_that_was_stopped_had_no_plan),
    };
    return cmocka_run_group_tests_name("rate_report", tests, NULL, NULL);
}
