/*
 * The charts of how long jobs took: where their lines are, where they stop, and what is said beside them. Usage:
 * test_charts_latency DIR, where DIR/run.ndjson is the fixture. Nothing is drawn, so no gnuplot is needed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "charts_scene.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The runners' numbers in the style, and the columns of the data. */
enum { SERIAL = 1, THREADS, COROUTINES };
enum { RUNNER, X, Y, LO, HI, MARKED };

static bool keep_no_sample(json_t *line)
{
    const char *type = json_string_value(json_object_get(line, "type"));
    return strcmp(type, "sample") != 0 && strcmp(type, "summary") != 0;
}

/* Jobs that took 1 ms, 2 ms ... `count` ms; those from `failed_from` on (from 1) failed. */
static json_t *make_samples(const char *cell, const char *runner, int block, int count, int failed_from)
{
    json_t *samples = json_array();
    for (int i = 1; i <= count; i++)
        json_array_append_new(samples, json_pack("[i, i, i, i]", 0, i * 1000000, 0, i < failed_from));
    return json_pack("{s:s, s:s, s:s, s:i, s:i, s:o}", "type", "sample", "cell", cell, "runner", runner, "block", block,
                     "jobs", count, "samples", samples);
}

/* Those of a runner in a panel; *ret_count is how many. The rows before are moved out of the way. */
static struct scene_row *rows_of(struct scene *scene, const char *name, int panel, int runner, size_t *ret_count)
{
    size_t count, kept = 0;
    struct scene_row *rows = scene_rows(scene, name, &count);
    for (size_t i = 0; i < count; i++)
        if (rows[i].index == panel && (int)rows[i].columns[RUNNER] == runner)
            rows[kept++] = rows[i];
    *ret_count = kept;
    return rows;
}

static void assert_close(double got, double wanted, double share)
{
    if (!(fabs(got - wanted) <= share * fabs(wanted)))
        fail_msg("%.9g is not within %g of %.9g", got, share, wanted);
}

/* The largest p for n jobs is 0.025^(1/n): for 40 jobs 0.9119, at 1 / (1 - p) = 11.35. */
static void test_percentiles_stop_where_jobs_are_too_few(void **state)
{
    struct scene *scene = *state;
    scene_rewrite(scene, keep_no_sample);
    scene_append(scene, make_samples("sleep", "serial", 1, 40, 99));
    scene_append(scene, make_samples("sleep", "threads", 1, 35, 99));
    scene_append(scene, make_samples("sleep", "coroutines", 1, 5, 99));
    scene_append(scene, make_samples("download", "serial", 1, 367, 999));
    scene_append(scene, make_samples("download", "threads", 1, 368, 999));
    scene_lay_out(scene, &chart_wide, charts_latency);
    static const struct {
        int panel, runner;
        double reach, last_ms; /* of the line's end; in the panel's unit: s from 0.1 s on */
        double named[4];       /* at p50, p90, p95, p99; 0: not there */
    } rows[] = {
        {0, SERIAL, 11.35, 37, {20, 36, 0, 0}},
        {0, THREADS, 9.997, 32, {18, 0, 0, 0}},
        {1, SERIAL, 99.99, 0.364, {0.184, 0.331, 0.349, 0}},
        {1, THREADS, 100.26, 0.365, {0.184, 0.332, 0.350, 0.365}},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        static const double at[] = {2, 10, 20, 100};
        size_t count, marked = 0;
        struct scene_row *points = rows_of(scene, "percentiles.dat", rows[i].panel, rows[i].runner, &count);
        double named[4] = {0};
        assert_true(count > 100);
        assert_close(points[0].columns[X], 2, 1e-9);
        assert_close(points[count - 1].columns[X], rows[i].reach, 1e-3);
        assert_close(points[count - 1].columns[Y], rows[i].last_ms, 1e-9);
        for (size_t p = 0; p < count; p++) {
            assert_true(p == 0 || points[p].columns[X] >= points[p - 1].columns[X]);
            assert_true(p == 0 || points[p].columns[Y] >= points[p - 1].columns[Y]);
            assert_true(isnan(points[p].columns[LO]) && isnan(points[p].columns[HI]));
            marked += points[p].columns[MARKED] == 1;
            for (size_t a = 0; a < 4; a++)
                if (points[p].columns[MARKED] == 1 && fabs(points[p].columns[X] - at[a]) < 1e-6)
                    named[a] = points[p].columns[Y];
        }
        for (size_t a = 0; a < 4; a++)
            assert_close(named[a], rows[i].named[a], 1e-9);
        assert_true(marked >= 2 && marked <= 5);
        free(points);
    }
    /* Five jobs: not even a median. */
    size_t count;
    free(rows_of(scene, "percentiles.dat", 0, COROUTINES, &count));
    assert_int_equal(count, 0);
    char *texts = scene_part(scene, "percentiles-text.dat");
    assert_non_null(strstr(texts, "coroutines: 5 jobs; even p50 needs 6"));
    assert_non_null(strstr(texts, "n = 5 to 40 jobs a line"));
    assert_non_null(strstr(texts, "n = 367 to 368 jobs a line"));
    assert_non_null(strstr(texts, "\tslowest known\t"));
    assert_non_null(strstr(texts, "37.0 ms"));
    assert_non_null(strstr(texts, "0.365 s"));
    assert_non_null(strstr(texts, "p90 needs 36, p99 368, p99.9 3688"));
    free(texts);
}

static void test_the_distribution_rises_by_a_job_a_step(void **state)
{
    struct scene *scene = *state;
    scene_rewrite(scene, keep_no_sample);
    scene_append(scene, make_samples("sleep", "serial", 1, 10, 99));
    scene_append(scene, make_samples("sleep", "threads", 1, 5, 99));
    scene_append(scene, make_samples("sleep", "coroutines", 1, 900, 9999));
    scene_lay_out(scene, &chart_wide, charts_latency);
    size_t count;
    struct scene_row *points = rows_of(scene, "cdf.dat", 0, SERIAL, &count);
    /* Two points a job: at its time from the share before up to the one with it. */
    assert_int_equal(count, 20);
    for (size_t i = 0; i < 10; i++) {
        /* In seconds, as the longest of 900 jobs has it. */
        assert_close(points[2 * i].columns[X], (double)(i + 1) / 1e3, 1e-9);
        assert_close(points[2 * i + 1].columns[X], (double)(i + 1) / 1e3, 1e-9);
        assert_true(fabs(points[2 * i].columns[Y] - (double)i / 10) < 1e-9);
        assert_close(points[2 * i + 1].columns[Y], (double)(i + 1) / 10, 1e-9);
        assert_int_equal((int)points[2 * i + 1].columns[MARKED], i == 0 || i == 4 || i == 8);
    }
    free(points);
    free(rows_of(scene, "cdf.dat", 0, THREADS, &count));
    assert_int_equal(count, 0);
    /* Nine hundred are drawn by fewer points, to the last. */
    points = rows_of(scene, "cdf.dat", 0, COROUTINES, &count);
    assert_true(count >= 400 && count <= 800);
    assert_close(points[count - 1].columns[X], 0.9, 1e-9);
    assert_close(points[count - 1].columns[Y], 1, 1e-9);
    free(points);
    char *texts = scene_part(scene, "cdf-text.dat");
    assert_non_null(strstr(texts, "median"));
    assert_non_null(strstr(texts, "5.00 ms")); /* of 1 to 10 ms, by nearest rank */
    free(texts);
}

/* Blocks 1, 2 and 3 took 3, 1 and 2 s: the median is block 3. */
static bool give_blocks_times(json_t *line)
{
    static const double wall_s[] = {3, 1, 2};
    json_int_t block = json_integer_value(json_object_get(line, "block"));
    if (block > 3)
        return false;
    if (block > 0 && strcmp(json_string_value(json_object_get(line, "type")), "trial") == 0) {
        json_object_set_new(line, "wall_s", json_real(wall_s[block - 1]));
        json_object_set_new(line, "jobs_per_s", json_null());
    }
    return keep_no_sample(line);
}

/* What --samples leaves: the jobs of every block. */
static void test_of_many_kept_runs_the_median_is_drawn(void **state)
{
    struct scene *scene = *state;
    scene_rewrite(scene, give_blocks_times);
    scene_append(scene, make_samples("sleep", "serial", 1, 10, 99));
    scene_append(scene, make_samples("sleep", "serial", 2, 20, 99));
    scene_append(scene, make_samples("sleep", "serial", 3, 30, 99));
    scene_lay_out(scene, &chart_wide, charts_latency);
    size_t count;
    struct scene_row *points = rows_of(scene, "cdf.dat", 0, SERIAL, &count);
    assert_int_equal(count, 60);
    free(points);
    char *texts = scene_part(scene, "cdf-text.dat");
    assert_non_null(strstr(texts, "of 3, the one with the median time"));
    free(texts);
    scene_lay_out(scene, &chart_wide, charts_timeline);
    free(scene_rows(scene, "timeline-1.dat", &count));
    assert_int_equal(count, 30);
}

static void test_what_is_not_in_a_line_is_said(void **state)
{
    struct scene *scene = *state;
    scene_rewrite(scene, keep_no_sample);
    json_t *kept = make_samples("sleep", "coroutines", 1, 50, 99);
    json_object_set_new(kept, "jobs", json_integer(20000));
    scene_append(scene, make_samples("sleep", "serial", 1, 40, 37)); /* the last four failed */
    scene_append(scene, kept);
    scene_lay_out(scene, &chart_wide, charts_latency);
    size_t count;
    struct scene_row *points = rows_of(scene, "cdf.dat", 0, SERIAL, &count);
    assert_int_equal(count, 72);
    assert_close(points[count - 1].columns[X], 36, 1e-9);
    free(points);
    char *texts = scene_part(scene, "percentiles-text.dat");
    assert_non_null(strstr(texts, "one after another (serial): 4 of 40 jobs failed and are not in the line"));
    assert_non_null(strstr(texts, "n = 36 to 50 jobs a line (of up to 20,000, evenly picked)"));
    assert_non_null(strstr(texts, "\tthread pool")); /* nothing was kept of it */
    free(texts);
}

/* One note for runners that have the same to say. */
static void test_equal_notes_are_one(void **state)
{
    struct scene *scene = *state;
    scene_rewrite(scene, keep_no_sample);
    scene_append(scene, make_samples("sleep", "serial", 1, 40, 37));
    scene_append(scene, make_samples("sleep", "threads", 1, 40, 37));
    scene_append(scene, make_samples("sleep", "coroutines", 1, 40, 38));
    scene_lay_out(scene, &chart_wide, charts_latency);
    char *texts = scene_part(scene, "percentiles-text.dat");
    const char *note = strstr(texts, "one after another (serial), thread pool: 4 of 40 jobs failed");
    assert_non_null(note);
    assert_null(strstr(strchr(note, '\n'), "4 of 40 jobs failed")); /* and not once more */
    assert_non_null(strstr(texts, "coroutines: 3 of 40 jobs failed"));
    assert_null(strstr(texts, "\tthread pool: 4 of 40"));
    free(texts);
}

/* Of 35 jobs only the median is known: no panel with a step, but a word. */
static void test_a_cell_of_few_jobs_has_no_tail(void **state)
{
    struct scene *scene = *state;
    scene_rewrite(scene, keep_no_sample);
    scene_append(scene, make_samples("sleep", "serial", 1, 35, 99));
    scene_append(scene, make_samples("download", "threads", 1, 36, 99));
    scene_lay_out(scene, &chart_wide, charts_latency);
    char *texts = scene_part(scene, "percentiles-text.dat");
    assert_null(strstr(texts, "\tsleep\t"));
    assert_non_null(strstr(texts, "\tdownload\t"));
    assert_non_null(strstr(texts, " 36 jobs: sleep."));
    assert_non_null(strstr(texts, "slowest known: p90"));
    assert_non_null(strstr(texts, "p90: nine jobs in ten"));
    free(texts);
    texts = scene_part(scene, "cdf-text.dat");
    assert_non_null(strstr(texts, "\tsleep\t"));
    assert_null(strstr(texts, "Not drawn"));
    free(texts);
}

/* Of a sweep, the point with most in flight, and the serial lane beside it. */
static void test_a_sweep_is_shown_at_its_highest_point(void **state)
{
    struct scene *scene = *state;
    scene_rewrite(scene, keep_no_sample);
    scene_append(scene, make_samples("sweep/concurrency=1", "serial", 1, 40, 99));
    scene_append(scene, make_samples("sweep/concurrency=30", "coroutines", 1, 41, 99));
    scene_append(scene, make_samples("sweep/concurrency=200", "coroutines", 1, 42, 99));
    scene_append(scene, make_samples("sweep/concurrency=200", "threads", 1, 43, 99));
    scene_lay_out(scene, &chart_wide, charts_latency);
    static const struct {
        int runner;
        size_t points;
    } rows[] = {{SERIAL, 80}, {THREADS, 86}, {COROUTINES, 84}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t count;
        free(rows_of(scene, "cdf.dat", 0, rows[i].runner, &count));
        assert_int_equal(count, rows[i].points);
    }
    char *texts = scene_part(scene, "cdf-text.dat");
    assert_non_null(strstr(texts, "sweep/concurrency=200"));
    assert_non_null(strstr(texts, "its highest point"));
    free(texts);
}

/* Jobs of no measurable time beside long ones: the axis is logarithmic and has no zero. */
static void test_jobs_of_no_time_have_a_place(void **state)
{
    struct scene *scene = *state;
    scene_rewrite(scene, keep_no_sample);
    json_t *line = make_samples("sleep", "serial", 1, 40, 99), *samples = json_object_get(line, "samples");
    for (size_t i = 0; i < 30; i++)
        json_array_set_new(json_array_get(samples, i), 1, json_integer(0));
    scene_append(scene, line);
    scene_lay_out(scene, &chart_narrow, charts_latency);
    char *script = scene_part(scene, "percentiles-narrow.gp");
    assert_null(strstr(script, "inf"));
    assert_non_null(strstr(script, "LOG_Y[1] = [1]"));
    free(script);
    size_t count;
    struct scene_row *points = rows_of(scene, "percentiles-narrow.dat", 0, SERIAL, &count);
    assert_true(count > 100 && points[0].columns[Y] > 0);
    free(points);
}

int main(int argc, char **argv)
{
    scene_fixture = argc > 1 ? argv[1] : getenv("IORACE_FIXTURE");
    if (!scene_fixture) {
        fputs("usage: test_charts_latency DIR\n", stderr);
        return 2;
    }
    const struct CMUnitTest tests[] = {
        SCENE_TEST(test_percentiles_stop_where_jobs_are_too_few),
        SCENE_TEST(test_the_distribution_rises_by_a_job_a_step),
        SCENE_TEST(test_of_many_kept_runs_the_median_is_drawn),
        SCENE_TEST(test_what_is_not_in_a_line_is_said),
        SCENE_TEST(test_equal_notes_are_one),
        SCENE_TEST(test_a_cell_of_few_jobs_has_no_tail),
        SCENE_TEST(test_a_sweep_is_shown_at_its_highest_point),
        SCENE_TEST(test_jobs_of_no_time_have_a_place),
    };
    return cmocka_run_group_tests_name("charts_latency", tests, NULL, NULL);
}
