/*
 * The charts of CPU and memory: medians and intervals over blocks, of sweeps and of single cells. Usage:
 * test_charts_cost DIR, where DIR/run.ndjson is the fixture. Nothing is drawn, so no gnuplot is needed.
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

enum { SERIAL = 1, THREADS, COROUTINES };

/* In block b each job cost 10 b us, and the process held 1,000 b KiB. */
static bool cost_by_block(json_t *line)
{
    json_int_t block = json_integer_value(json_object_get(line, "block"));
    if (strcmp(json_string_value(json_object_get(line, "type")), "trial") != 0 ||
        strcmp(json_string_value(json_object_get(line, "state")), "unsupported") == 0)
        return true;
    json_object_set_new(line, "state", json_string("ok"));
    json_object_set(line, "ok", json_object_get(line, "jobs"));
    json_object_set_new(line, "failed", json_integer(0));
    json_object_set_new(line, "cpu_us_per_job", json_real(10.0 * (double)block));
    json_object_set_new(line, "rss_peak_kib", json_integer(1000 * block));
    return true;
}

static bool cost_of_five_blocks(json_t *line)
{
    return cost_by_block(line) && json_integer_value(json_object_get(line, "block")) <= 5;
}

static void assert_near(double got, double wanted)
{
    if (!(fabs(got - wanted) <= 1e-6 * fabs(wanted)))
        fail_msg("%.9g is not %.9g", got, wanted);
}

/* Returns the row of a runner at x. */
static const double *find_row(const struct scene_row *rows, size_t count, int runner, double x)
{
    for (size_t i = 0; i < count; i++)
        if ((int)rows[i].columns[0] == runner && fabs(rows[i].columns[1] - x) < 1e-9)
            return rows[i].columns;
    fail_msg("no row for runner %d at %g", runner, x);
    return NULL;
}

/* Of 7 blocks the median is the fourth, and its exact 95 % interval goes from the least to the most (98.4 %). */
static void test_a_sweep_has_medians_and_intervals(void **state)
{
    struct scene *scene = *state;
    scene_rewrite(scene, cost_by_block);
    scene_lay_out(scene, &chart_wide, charts_sweep_cost);
    size_t count;
    struct scene_row *rows = scene_rows(scene, "cpu-1.dat", &count);
    static const double xs[] = {1, 30, 500};
    for (size_t i = 0; i < 3; i++) {
        const double *row = find_row(rows, count, COROUTINES, xs[i]);
        assert_near(row[2], 40);
        assert_near(row[3], 10);
        assert_near(row[4], 70);
        assert_int_equal((int)row[5], 1);
    }
    /* Serial has no concurrency: a level from edge to edge, without a marker. */
    size_t level = 0;
    for (size_t i = 0; i < count; i++)
        if ((int)rows[i].columns[0] == SERIAL) {
            level++;
            assert_near(rows[i].columns[2], 40);
            assert_int_equal((int)rows[i].columns[5], 0);
        }
    assert_int_equal(level, 2);
    free(rows);
    /* Memory is shared out among the jobs in flight, so one after another is the point at 1. */
    rows = scene_rows(scene, "memory-1.dat", &count);
    assert_near(find_row(rows, count, COROUTINES, 30)[2], 4000.0 / 30);
    assert_near(find_row(rows, count, COROUTINES, 30)[3], 1000.0 / 30);
    assert_near(find_row(rows, count, COROUTINES, 30)[4], 7000.0 / 30);
    assert_near(find_row(rows, count, SERIAL, 1)[2], 4000);
    assert_int_equal((int)find_row(rows, count, SERIAL, 1)[5], 1);
    free(rows);
    /* Far from its label, which a dotted line leads to. */
    char *script = scene_part(scene, "memory-1.gp");
    assert_non_null(strstr(script, "\nDOTTED = 1\n"));
    free(script);
    scene_lay_out(scene, &chart_narrow, charts_sweep_cost);
    char *narrow = scene_part(scene, "memory-1-narrow-text.dat");
    assert_non_null(strstr(narrow, "logarithmic)\t"));
    assert_null(strstr(narrow, "\u2026"));
    free(narrow);
    scene_lay_out(scene, &chart_wide, charts_sweep_cost);
    char *texts = scene_part(scene, "memory-1-text.dat");
    assert_non_null(strstr(texts, "8.00 KiB")); /* 4,000 KiB of 500 jobs */
    assert_non_null(strstr(texts, "peak memory per concurrent job (KiB, logarithmic)"));
    assert_non_null(strstr(texts, "Line: median of 7 runs at each point. Band: exact 95 % interval of the median."));
    free(texts);
    texts = scene_part(scene, "cpu-1-text.dat");
    assert_non_null(strstr(texts, "CPU time per job (\u00b5s)"));
    assert_non_null(strstr(texts, "40.0 \u00b5s"));
    free(texts);
}

static void test_five_blocks_have_no_interval(void **state)
{
    struct scene *scene = *state;
    scene_rewrite(scene, cost_of_five_blocks);
    scene_lay_out(scene, &chart_wide, charts_sweep_cost);
    size_t count;
    struct scene_row *rows = scene_rows(scene, "cpu-1.dat", &count);
    assert_near(find_row(rows, count, COROUTINES, 30)[2], 30);
    for (size_t i = 0; i < count; i++)
        assert_true(isnan(rows[i].columns[3]) && isnan(rows[i].columns[4]));
    free(rows);
    char *texts = scene_part(scene, "cpu-1-text.dat");
    assert_non_null(strstr(texts, "No interval: that takes 6 runs."));
    assert_null(strstr(texts, "95 %"));
    free(texts);
    scene_lay_out(scene, &chart_wide, charts_cost);
    texts = scene_part(scene, "cost-text.dat");
    assert_non_null(strstr(texts, "No interval: that takes 6 runs."));
    assert_null(strstr(texts, "95 %"));
    free(texts);
}

static bool fail_two_blocks_of_coroutines(json_t *line)
{
    const char *runner = json_string_value(json_object_get(line, "runner"));
    if (cost_by_block(line) && runner && strcmp(runner, "coroutines") == 0 &&
        json_integer_value(json_object_get(line, "block")) <= 2 && json_object_get(line, "state"))
        json_object_set_new(line, "state", json_string("failed"));
    return true;
}

/* Five blocks beside seven: the caption says which have no interval. */
static void test_what_failed_does_not_count(void **state)
{
    struct scene *scene = *state;
    scene_rewrite(scene, fail_two_blocks_of_coroutines);
    scene_lay_out(scene, &chart_wide, charts_sweep_cost);
    size_t count;
    struct scene_row *rows = scene_rows(scene, "cpu-1.dat", &count);
    assert_near(find_row(rows, count, COROUTINES, 30)[2], 50);
    assert_true(isnan(find_row(rows, count, COROUTINES, 30)[3]));
    assert_near(find_row(rows, count, THREADS, 30)[3], 10);
    free(rows);
    char *texts = scene_part(scene, "cpu-1-text.dat");
    assert_non_null(strstr(texts, "Line: median of 5 to 7 runs at each point."));
    assert_non_null(strstr(texts, "interval of the median (none below 6 runs)."));
    free(texts);
    scene_lay_out(scene, &chart_wide, charts_cost);
    texts = scene_part(scene, "cost-text.dat");
    assert_non_null(strstr(texts, "interval of the median (none below 6 runs)."));
    free(texts);
}

/* In the fixture a pool of 500 threads is unsupported. */
static void test_what_a_runner_could_not_do_is_said(void **state)
{
    struct scene *scene = *state;
    scene_lay_out(scene, &chart_wide, charts_sweep_cost);
    static const char *const names[][2] = {{"cpu-1.dat", "cpu-1-text.dat"}, {"memory-1.dat", "memory-1-text.dat"}};
    for (size_t i = 0; i < 2; i++) {
        size_t count;
        struct scene_row *rows = scene_rows(scene, names[i][0], &count);
        assert_true(isnan(find_row(rows, count, THREADS, 500)[2]));
        free(rows);
        char *texts = scene_part(scene, names[i][1]);
        assert_non_null(strstr(texts, "thread pool at 500: not supported: "));
        assert_non_null(strstr(texts, "\u00d7 see below"));
        free(texts);
    }
}

/* Bars: panel, row, runner, value, interval, least; CPU in s left, memory in KiB right. */
static void test_cells_have_bars(void **state)
{
    struct scene *scene = *state;
    scene_rewrite(scene, cost_by_block);
    scene_lay_out(scene, &chart_wide, charts_cost);
    size_t count, cpu = 0, memory = 0;
    struct scene_row *rows = scene_rows(scene, "cost.dat", &count);
    /* Two cells (sleep with five runners, download with four), two panels each; the sweep is elsewhere. */
    assert_int_equal(count, 2 * (5 + 4));
    for (size_t i = 0; i < count; i++) {
        const double *row = rows[i].columns;
        bool is_cpu = (int)row[0] % 2 == 1;
        double unit = is_cpu ? 10e-6 : 1000;
        assert_near(row[3], 4 * unit);
        assert_near(row[4], 1 * unit);
        assert_near(row[5], 7 * unit);
        assert_near(row[6], 1 * unit);
        cpu += is_cpu;
        memory += !is_cpu;
    }
    assert_int_equal(cpu, 9);
    assert_int_equal(memory, 9);
    free(rows);
    char *texts = scene_part(scene, "cost-text.dat");
    assert_non_null(strstr(texts, "CPU: sleep"));
    assert_non_null(strstr(texts, "Memory: download"));
    assert_non_null(strstr(texts, "CPU time per job (\u00b5s)"));
    assert_non_null(strstr(texts, "3.91 MiB"));
    assert_non_null(strstr(texts, "median of 7 runs"));
    free(texts);
}

static bool forget_the_cost(json_t *line)
{
    if (strcmp(json_string_value(json_object_get(line, "type")), "trial") != 0)
        return true;
    json_object_set_new(line, "cpu_us_per_job", json_null());
    json_object_set_new(line, "rss_peak_kib", json_null());
    return true;
}

static void test_unknown_cost_has_no_chart(void **state)
{
    struct scene *scene = *state;
    scene_rewrite(scene, forget_the_cost);
    scene_lay_out(scene, &chart_wide, charts_cost);
    scene_lay_out(scene, &chart_narrow, charts_sweep_cost);
    assert_false(scene_exists(scene, "parts/cost.gp"));
    assert_false(scene_exists(scene, "parts/cpu-1-narrow.gp"));
    assert_false(scene_exists(scene, "parts/memory-1-narrow.gp"));
}

int main(int argc, char **argv)
{
    scene_fixture = argc > 1 ? argv[1] : getenv("IORACE_FIXTURE");
    if (!scene_fixture) {
        fputs("usage: test_charts_cost DIR\n", stderr);
        return 2;
    }
    const struct CMUnitTest tests[] = {
        SCENE_TEST(test_a_sweep_has_medians_and_intervals),  SCENE_TEST(test_five_blocks_have_no_interval),
        SCENE_TEST(test_what_a_runner_could_not_do_is_said), SCENE_TEST(test_cells_have_bars),
        SCENE_TEST(test_unknown_cost_has_no_chart),          SCENE_TEST(test_what_failed_does_not_count),
    };
    return cmocka_run_group_tests_name("charts_cost", tests, NULL, NULL);
}
