/* Summaries: against the fixture's, which were worked out by other means, and where there is little to sum up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "../report/report.h"
#include "fixtures/made_up_run.h"
#include "version.h"
#include "../stored/summary.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void assert_same_real(const char *lane, const char *name, double got, double wanted)
{
    /* Inputs of nine digits, logarithms and exponentials on both sides. */
    bool same = isnan(wanted) ? isnan(got) : fabs(got - wanted) <= 2e-8 * fabs(wanted);
    if (!same)
        fail_msg("%s: %s is %.12g, wanted %.12g", lane, name, got, wanted);
}

static void the_fixture_sums_up_to_what_its_maker_says(void **state)
{
    (void)state;
    struct run_data run;
    struct failure failure = {0};
    if (run_data_read(&run, IORACE_SOURCE_DIR "/bench/tests/fixtures/run", &failure) != 0)
        fail_msg("%s", failure.text);
    const json_t *stored = json_object_get(run.end, "lanes");
    assert_int_equal(json_array_size(stored), run.lane_count);
    for (size_t i = 0; i < run.lane_count; i++) {
        struct summary_record wanted;
        record_init(summary_fields, &wanted);
        if (record_from_json(summary_fields, &wanted, json_array_get(stored, i), &failure) != 0)
            fail_msg("lanes[%zu]: %s", i, failure.text);
        for (const struct record_field *field = summary_fields; field->name; field++) {
            const char *got_at = (const char *)&run.lanes[i] + field->offset,
                       *wanted_at = (const char *)&wanted + field->offset;
            switch (field->kind) {
            case RECORD_REAL:
                assert_same_real(wanted.cell, field->name, *(const double *)got_at, *(const double *)wanted_at);
                break;
            case RECORD_COUNT:
                assert_int_equal(*(const int64_t *)got_at, *(const int64_t *)wanted_at);
                break;
            case RECORD_TEXT:
                if (*(char *const *)wanted_at)
                    assert_string_equal(*(char *const *)got_at, *(char *const *)wanted_at);
                else
                    assert_null(*(char *const *)got_at);
            }
        }
        record_finish(summary_fields, &wanted);
    }
    run_data_finish(&run);
}

/* By hand: serial 1 s +- 10 %, threads 0.5 s in every block; odd blocks .9/.5 = 1.8, even ones 1.1/.5 = 2.2. */
static void six_blocks_give_intervals(void **state)
{
    (void)state;
    const struct made_up_lane lanes[] = {{.runner = "serial", .wall_s = 1, .noise = 0.1},
                                         {.runner = "threads", .wall_s = 0.5}};
    struct run_data run;
    made_up_read(&run, lanes, COUNT(lanes), 6);
    const struct summary_record *serial = &run.lanes[0], *threads = &run.lanes[1];
    assert_same_real("serial", "wall_s_median", serial->wall_s_median, 1);
    assert_same_real("serial", "wall_s_ci_lo", serial->wall_s_ci_lo, 0.9);
    assert_same_real("serial", "wall_s_ci_hi", serial->wall_s_ci_hi, 1.1);
    assert_same_real("serial", "wall_s_min", serial->wall_s_min, 0.9);
    assert_true(serial->speedup_median == 1);
    assert_true(isnan(serial->speedup_ci_lo));
    /* Of the 21 averages of three logs each of 1.8 and 2.2, six are log 1.8, six log 2.2 and nine their middle. */
    assert_same_real("threads", "speedup_median", threads->speedup_median, sqrt(1.8 * 2.2));
    assert_same_real("threads", "speedup_ci_lo", threads->speedup_ci_lo, 1.8);
    assert_same_real("threads", "speedup_ci_hi", threads->speedup_ci_hi, 2.2);
    made_up_finish(&run);
}

static void below_six_blocks_there_are_none(void **state)
{
    (void)state;
    for (int blocks = 1; blocks <= 5; blocks++) {
        const struct made_up_lane lanes[] = {{.runner = "serial", .wall_s = 1}, {.runner = "threads", .wall_s = 0.5}};
        struct run_data run;
        made_up_read(&run, lanes, COUNT(lanes), blocks);
        assert_same_real("threads", "speedup_median", run.lanes[1].speedup_median, 2);
        assert_true(isnan(run.lanes[1].speedup_ci_lo) && isnan(run.lanes[1].speedup_ci_hi));
        assert_true(isnan(run.lanes[1].wall_s_ci_lo) && isnan(run.lanes[1].wall_s_ci_hi));
        assert_int_equal(run.lanes[1].trials, blocks);
        made_up_finish(&run);
    }
}

/* Only blocks that have both are pairs: of 7, threads failed in 2, so 5 are left and there is no interval. */
static void failed_trials_are_left_out_and_named(void **state)
{
    (void)state;
    const struct made_up_lane lanes[] = {
        {.runner = "serial", .wall_s = 1},
        {.runner = "threads", .wall_s = 0.5, .state = "failed", .reason = "2 jobs failed", .bad_blocks = 2},
        {.runner = "coroutines", .state = "unsupported", .reason = "not here"},
        {.runner = "processes", .wall_s = 0.5, .state = "partial", .bad_blocks = 7}};
    struct run_data run;
    made_up_read(&run, lanes, COUNT(lanes), 7);
    assert_int_equal(run.lanes[1].trials, 5);
    assert_string_equal(run.lanes[1].state, "failed");
    assert_string_equal(run.lanes[1].reason, "2 jobs failed");
    assert_same_real("threads", "speedup_median", run.lanes[1].speedup_median, 2);
    assert_true(isnan(run.lanes[1].speedup_ci_lo));
    assert_int_equal(run.lanes[2].trials, 0);
    assert_string_equal(run.lanes[2].state, "unsupported");
    assert_string_equal(run.lanes[2].reason, "not here");
    assert_true(isnan(run.lanes[2].wall_s_median) && isnan(run.lanes[2].speedup_median) &&
                isnan(run.lanes[2].jobs_per_s_median));
    assert_string_equal(run.lanes[3].state, "partial");
    assert_null(run.lanes[3].reason);
    made_up_finish(&run);
}

/* A section that sweeps concurrency and a body's size has a serial lane for each size; one that sweeps jobs pairs by
 * seconds a job. */
static void a_sweep_is_paired_with_its_own_serial(void **state)
{
    (void)state;
    const struct made_up_lane lanes[] = {
        {.cell = "s/body-bytes=1", .sweep = "s", .params = "body-bytes=1", .runner = "serial", .wall_s = 1},
        {.cell = "s/body-bytes=2", .sweep = "s", .params = "body-bytes=2", .runner = "serial", .wall_s = 8},
        {.cell = "s/concurrency=5,body-bytes=1",
         .sweep = "s",
         .params = "body-bytes=1",
         .runner = "threads",
         .concurrency = 5,
         .wall_s = 0.5},
        {.cell = "s/concurrency=5,body-bytes=2",
         .sweep = "s",
         .params = "body-bytes=2",
         .runner = "threads",
         .concurrency = 5,
         .wall_s = 2},
        {.cell = "s/concurrency=9,body-bytes=2",
         .sweep = "s",
         .params = "body-bytes=2",
         .runner = "threads",
         .concurrency = 9,
         .jobs = 20,
         .wall_s = 2},
        {.cell = "other/concurrency=5",
         .sweep = "other",
         .params = "body-bytes=1",
         .runner = "threads",
         .concurrency = 5,
         .wall_s = 0.5},
        {.cell = "alone", .params = "body-bytes=1", .runner = "threads", .wall_s = 0.5},
    };
    const double wanted[] = {1, 1, 2, 4, 8, NAN, NAN};
    struct run_data run;
    made_up_read(&run, lanes, COUNT(lanes), 7);
    for (size_t i = 0; i < COUNT(lanes); i++)
        assert_same_real(run.lanes[i].cell, "speedup_median", run.lanes[i].speedup_median, wanted[i]);
    /* Where jobs are swept too, the serial lane with as many of them. */
    const struct made_up_lane jobs[] = {
        {.cell = "s/jobs=5", .sweep = "s", .runner = "serial", .jobs = 5, .wall_s = 1},
        {.cell = "s/jobs=9", .sweep = "s", .runner = "serial", .jobs = 9, .wall_s = 9},
        {.cell = "s/jobs=9,concurrency=5", .sweep = "s", .runner = "threads", .jobs = 9, .wall_s = 1}};
    struct run_data swept;
    made_up_read(&swept, jobs, COUNT(jobs), 7);
    assert_ptr_equal(summary_serial_of(&swept, &swept.lanes[2]), &swept.lanes[1]);
    made_up_finish(&swept);

    assert_null(summary_serial_of(&run, &run.lanes[5]));
    assert_ptr_equal(summary_serial_of(&run, &run.lanes[3]), &run.lanes[1]);
    made_up_finish(&run);
}

static void a_lane_that_was_never_run_says_so(void **state)
{
    (void)state;
    const struct made_up_lane lanes[] = {{.runner = "serial", .wall_s = 1}, {.runner = "threads", .wall_s = 0.5}};
    struct run_data run, cut;
    struct failure failure = {0};
    made_up_read(&run, lanes, COUNT(lanes), 1);
    char *text = made_up_slurp(run.dir, "run.ndjson");
    char *end = strchr(strchr(text, '\n') + 1, '\n') + 1; /* the plan and the first trial */
    made_up_write(run.dir, "run.ndjson", text, (size_t)(end - text));
    free(text);
    assert_int_equal(run_data_read(&cut, run.dir, &failure), 0);
    assert_true(cut.partial);
    assert_string_equal(cut.lanes[0].state, "ok");
    assert_string_equal(cut.lanes[1].state, "no_data");
    assert_non_null(strstr(cut.lanes[1].reason, "not run"));
    assert_true(isnan(cut.lanes[1].wall_s_median));
    run_data_finish(&cut);
    made_up_finish(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fixture_sums_up_to_what_its_maker_says),
        cmocka_unit_test(six_blocks_give_intervals),
        cmocka_unit_test(below_six_blocks_there_are_none),
        cmocka_unit_test(failed_trials_are_left_out_and_named),
        cmocka_unit_test(a_sweep_is_paired_with_its_own_serial),
        cmocka_unit_test(a_lane_that_was_never_run_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
