/*
 * What charts say of what is drawn in an unusual way: marks beyond the axis, stretched insets, failed jobs. Usage:
 * test_charts_words DIR, where DIR/run.ndjson is the fixture. Nothing is drawn, so no gnuplot is needed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "charts_scene.h"

static bool is_of_type(const json_t *line, const char *type)
{
    return strcmp(json_string_value(json_object_get(line, "type")), type) == 0;
}

/* Returns a chart's texts, those of one paragraph with a blank between its lines; malloc'ed. */
static char *texts_of(struct scene *scene, const char *name)
{
    char *raw = scene_part(scene, name), *rest = raw, *texts = calloc(1, strlen(raw) + 2);
    assert_non_null(texts);
    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        strsep(&line, "\t"); /* x, y, the text for the SVG, the text for the PNG */
        strsep(&line, "\t");
        const char *text = line ? strsep(&line, "\t") : NULL;
        if (text)
            strcat(strcat(texts, text), " ");
    }
    free(raw);
    return texts;
}

static int lay_out_order(struct chart_list *list, const struct lane_group *groups, size_t count,
                         struct failure *ret_failure)
{
    (void)groups;
    (void)count;
    return charts_order(list, ret_failure);
}

static bool hold_up_a_block(json_t *line)
{
    if (!is_of_type(line, "trial"))
        return !is_of_type(line, "summary");
    if (json_integer_value(json_object_get(line, "block")) != 2 ||
        strcmp(json_string_value(json_object_get(line, "runner")), "threads") != 0 ||
        !json_is_number(json_object_get(line, "wall_s")))
        return true;
    double wall_s = 9 * json_number_value(json_object_get(line, "wall_s"));
    double ok = (double)json_integer_value(json_object_get(line, "ok"));
    json_object_set_new(line, "wall_s", json_real(wall_s));
    json_object_set_new(line, "jobs_per_s", json_real(ok / wall_s));
    return true;
}

/* Each has its value or is counted as one without, and the caption says what the arrow is. */
static void test_what_is_beyond_the_axis(void **state)
{
    struct scene *scene = *state;
    scene_lay_out(scene, &chart_wide, lay_out_order);
    char *texts = texts_of(scene, "order-text.dat");
    assert_null(strstr(texts, "arrow"));
    free(texts);
    scene_rewrite(scene, hold_up_a_block);
    for (int narrow = 0; narrow < 2; narrow++) {
        scene_lay_out(scene, narrow ? &chart_narrow : &chart_wide, lay_out_order);
        size_t count, beyond = 0, values = 0;
        struct scene_row *rows = scene_rows(scene, narrow ? "order-narrow.dat" : "order.dat", &count);
        for (size_t i = 0; i < count; i++)
            beyond += rows[i].index == 0 && (int)rows[i].columns[3] == 1;
        free(rows);
        assert_true(beyond > 3);
        texts = texts_of(scene, narrow ? "order-narrow-text.dat" : "order-text.dat");
        for (const char *p = texts; (p = strstr(p, " % ")) != NULL; p++)
            values += p - texts > 4 && (p[-4] == '+' || p[-5] == '+');
        char wanted[200];
        snprintf(wanted, sizeof(wanted),
                 values < beyond
                     ? "With an arrow, at the edge: beyond the axis, with its value (%zu; %zu without: no room)"
                     : "With an arrow, at the edge: beyond the axis, with its value (%zu)",
                 beyond, beyond - values);
        if (!strstr(texts, wanted))
            fail_msg("'%s' is not in '%s'", wanted, texts);
        free(texts);
    }
}

static bool let_jobs_fail(json_t *line)
{
    json_t *samples = json_object_get(line, "samples");
    if (!is_of_type(line, "sample") || strcmp(json_string_value(json_object_get(line, "runner")), "threads") != 0)
        return true;
    for (size_t i = 0; i < json_array_size(samples); i += 10)
        json_array_set_new(json_array_get(samples, i), 3, json_integer(0));
    return true;
}

static void test_insets_and_failed_jobs(void **state)
{
    struct scene *scene = *state;
    scene_lay_out(scene, &chart_wide, charts_timeline);
    char *texts = texts_of(scene, "timeline-1-text.dat");
    assert_non_null(strstr(texts, "In a frame, at the right: the same jobs once more, stretched"));
    assert_null(strstr(texts, "hatched"));
    free(texts);
    scene_lay_out(scene, &chart_wide, charts_latency);
    texts = texts_of(scene, "cdf-text.dat");
    assert_null(strstr(texts, "without those that failed"));
    free(texts);
    scene_rewrite(scene, let_jobs_fail);
    scene_lay_out(scene, &chart_wide, charts_timeline);
    texts = texts_of(scene, "timeline-1-text.dat");
    assert_non_null(strstr(texts, "Red and hatched, with a cross at the end: a job that failed."));
    free(texts);
    scene_lay_out(scene, &chart_wide, charts_latency);
    texts = texts_of(scene, "cdf-text.dat");
    assert_non_null(strstr(texts, "jobs a line, without those that failed"));
    free(texts);
}

static bool of_options_alone(json_t *line)
{
    if (is_of_type(line, "run"))
        json_object_set_new(line, "scenario", json_string("custom"));
    return true;
}

static void test_a_run_of_options_names_no_scenario(void **state)
{
    struct scene *scene = *state;
    scene_lay_out(scene, &chart_wide, charts_wall);
    char *texts = texts_of(scene, "wall-text.dat");
    assert_non_null(strstr(texts, ", scenario fixture, "));
    assert_non_null(strstr(texts, "Line with end caps: exact 95 % interval"));
    free(texts);
    scene_rewrite(scene, of_options_alone);
    scene_lay_out(scene, &chart_wide, charts_wall);
    texts = texts_of(scene, "wall-text.dat");
    assert_null(strstr(texts, "scenario"));
    free(texts);
}

int main(int argc, char **argv)
{
    scene_fixture = argc > 1 ? argv[1] : getenv("IORACE_FIXTURE");
    if (!scene_fixture) {
        fputs("usage: test_charts_words DIR\n", stderr);
        return 2;
    }
    const struct CMUnitTest tests[] = {
        SCENE_TEST(test_what_is_beyond_the_axis),
        SCENE_TEST(test_insets_and_failed_jobs),
        SCENE_TEST(test_a_run_of_options_names_no_scenario),
    };
    return cmocka_run_group_tests_name("charts_words", tests, NULL, NULL);
}
