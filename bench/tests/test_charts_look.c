/*
 * Whether charts can be read: letters large enough in both forms, no text over another or outside the picture, runners
 * that differ without any colour. Usage: test_charts_look DIR, where DIR/run.ndjson is the fixture.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../data_path.h"
#include "../output/gnuplot.h"
#include "charts_scene.h"

/* How wide the page shows a chart, px: of 1,280 and of 390. */
#define SHOWN_WIDE   1100.0
#define SHOWN_NARROW 340.0
#define LEAST_PX     14.0

static bool have_gnuplot;

static char *read_style(void)
{
    char *path = data_path("scripts/charts/style.gp");
    assert_non_null(path);
    char *text = scene_read_whole(path, NULL);
    free(path);
    return text;
}

/* L* of a colour #rrggbb, 0 to 100: what is left of it on grey paper. Source: CIE 15; IEC 61966-2-1. */
static double lightness(unsigned rgb)
{
    static const double weights[] = {0.0722, 0.7152, 0.2126};
    double luminance = 0;
    for (int i = 0; i < 3; i++) {
        double c = (double)(rgb >> (8 * i) & 0xff) / 255;
        luminance += weights[i] * (c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
    }
    return luminance > 0.008856 ? 116 * cbrt(luminance) - 16 : 903.3 * luminance;
}

static void test_runners_differ_without_colour(void **state)
{
    (void)state;
    struct {
        char dash[40];
        int marker;
        double light;
    } types[9];
    char *style = read_style(), *rest = style;
    assert_non_null(strstr(style, "set colorsequence podo"));
    size_t count = 0;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        int number;
        unsigned rgb;
        char *dash = strstr(line, " dt "), *marker = strstr(line, " pt ");
        if (sscanf(line, "set linetype %d lc rgb \"#%6x\"", &number, &rgb) != 2)
            continue;
        assert_true(count < 9 && dash && marker);
        assert_non_null(strstr(line, " lw ")); /* a template that draws with `lt` alone has the width, too */
        assert_int_equal(number, (int)count + 1);
        snprintf(types[count].dash, sizeof(types[count].dash), "%.*s", (int)(marker - dash - 4), dash + 4);
        for (char *p = types[count].dash + strlen(types[count].dash); p > types[count].dash && p[-1] == ' ';)
            *--p = '\0';
        types[count].marker = atoi(marker + 4);
        types[count++].light = lightness(rgb);
    }
    assert_int_equal(count, 9);
    assert_int_equal(runner_slot("no such runner"), 9);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(types[i].dash, types[k].dash);
            assert_int_not_equal(types[i].marker, types[k].marker);
            if (fabs(types[i].light - types[k].light) < 5)
                fail_msg("lightness of %zu and %zu: %.1f and %.1f", i + 1, k + 1, types[i].light, types[k].light);
        }
    free(style);
}

/* What the pictures are drawn with is what they were laid out with. */
static void test_the_style_has_the_sizes_of_the_layout(void **state)
{
    (void)state;
    char *style = read_style(), *sizes = strstr(style, "array TEXT_SIZE[7] = [");
    assert_non_null(sizes);
    sizes += strlen("array TEXT_SIZE[7] = [");
    for (int i = TEXT_TITLE; i <= TEXT_ALARM; i++) {
        double size = strtod(sizes, &sizes);
        assert_true(size == text_height((enum text_style)i));
        assert_true(size * SHOWN_WIDE / chart_wide.width >= LEAST_PX);
        assert_true(size * SHOWN_NARROW / chart_narrow.width >= LEAST_PX);
        sizes++;
    }
    free(style);
}

static void test_no_letter_is_too_small(void **state)
{
    struct scene *scene = *state;
    static const char *const names[] = {"wall", "sweep-1", "timeline-1", "percentiles",
                                        "cdf",  "cost",    "memory-1",   "order"};
    if (!have_gnuplot) {
        print_message("# no gnuplot here\n");
        skip();
    }
    scene_draw(scene, NULL);
    for (size_t i = 0; i < 2 * sizeof(names) / sizeof(names[0]); i++) {
        const struct chart_form *form = i % 2 ? &chart_narrow : &chart_wide;
        char name[64];
        snprintf(name, sizeof(name), "charts/%s%s.svg", names[i / 2], form->narrow ? "-narrow" : "");
        char *svg = scene_read_whole(scene_at(scene, name), NULL), *at = svg;
        double width, shown = form->narrow ? SHOWN_NARROW : SHOWN_WIDE;
        size_t texts = 0;
        assert_non_null(strstr(svg, "viewBox=\"0 0 "));
        assert_int_equal(sscanf(strstr(svg, "viewBox=\"0 0 "), "viewBox=\"0 0 %lf", &width), 1);
        assert_true(width == form->width);
        while ((at = strstr(at, "font-size=\"")) != NULL) {
            double size = strtod(at += strlen("font-size=\""), NULL);
            if (size * shown / width < LEAST_PX)
                fail_msg("%s: letters of %g are shown at %.1f px", name, size, size * shown / width);
            texts++;
        }
        assert_true(texts >= 5);
        free(svg);
    }
}

/* A text where it is drawn, as far as its width is known. */
struct box {
    double left, right, top, bottom;
    char text[200];
};

/* The array NAME of a script: numbers. */
static size_t read_array(const char *script, const char *name, double *values, size_t most)
{
    char head[64];
    size_t count = 0;
    snprintf(head, sizeof(head), "array %s[", name);
    const char *at = strstr(script, head);
    assert_non_null(at);
    at = strchr(at, '=') + 3;
    for (char *end; count < most; at = end + 1) {
        values[count] = strtod(at, &end);
        if (end == at)
            break;
        count++;
    }
    return count;
}

static double read_number(const char *script, const char *name)
{
    char head[64];
    snprintf(head, sizeof(head), "\n%s = ", name);
    const char *at = strstr(script, head);
    assert_non_null(at);
    return strtod(at + strlen(head), NULL);
}

static size_t read_boxes(const char *texts, const char *script, struct box *boxes, size_t most)
{
    double styles[32], aligns[32];
    size_t blocks = read_array(script, "TEXT_STYLE", styles, 32), block = 0, count = 0;
    assert_int_equal(read_array(script, "TEXT_ALIGN", aligns, 32), blocks);
    char *copy = strdup(texts), *rest = copy;
    int empty = 0;
    for (char *line; (line = strsep(&rest, "\n")) != NULL && rest;) {
        empty = line[0] ? 0 : empty + 1;
        block += empty == 2;
        if (line[0] == '#' || !line[0])
            continue;
        assert_true(count < most && block < blocks);
        char *x = strsep(&line, "\t"), *y = strsep(&line, "\t"), *text = strsep(&line, "\t");
        enum text_style style = (enum text_style)styles[block];
        double width = text_width(text, style), height = text_height(style), left = atof(x) - width * aligns[block] / 2;
        boxes[count] = (struct box){left, left + width, atof(y) - height * 0.45, atof(y) + height * 0.45, ""};
        snprintf(boxes[count++].text, sizeof(boxes[0].text), "%s", text);
    }
    free(copy);
    return count;
}

static void check_chart(struct scene *scene, const char *name)
{
    enum { BOXES_MOST = 600 };
    static struct box boxes[BOXES_MOST];
    char part[320];
    snprintf(part, sizeof(part), "%s-text.dat", name);
    char *texts = scene_part(scene, part);
    snprintf(part, sizeof(part), "%s.gp", name);
    char *script = scene_part(scene, part);
    double width = read_number(script, "WIDTH"), height = read_number(script, "HEIGHT");
    size_t count = read_boxes(texts, script, boxes, BOXES_MOST);
    assert_true(count >= 4);
    for (size_t i = 0; i < count; i++) {
        const struct box *box = &boxes[i];
        if (box->left < 0 || box->right > width || box->top < 0 || box->bottom > height)
            fail_msg("%s: '%s' is outside: %.0f to %.0f of %.0f, %.0f to %.0f of %.0f", name, box->text, box->left,
                     box->right, width, box->top, box->bottom, height);
        for (size_t k = 0; k < i; k++) {
            const struct box *other = &boxes[k];
            /* These mark places, which may be close. */
            if (strcmp(box->text, "\u00d7") == 0 && strcmp(other->text, box->text) == 0)
                continue;
            if (box->left < other->right && other->left < box->right && box->top < other->bottom &&
                other->top < box->bottom)
                fail_msg("%s: '%s' and '%s' overlap", name, box->text, other->text);
        }
    }
    free(texts);
    free(script);
}

static int lay_out_order(struct chart_list *list, const struct lane_group *groups, size_t count,
                         struct failure *ret_failure)
{
    (void)groups;
    (void)count;
    return charts_order(list, ret_failure);
}

/* Every chart of the run in both forms. Returns how many there were. */
static size_t check_run(struct scene *scene)
{
    static const scene_kind_fn kinds[] = {charts_wall,    charts_sweep, charts_rate,       charts_timeline,
                                          charts_latency, charts_cost,  charts_sweep_cost, lay_out_order};
    size_t seen = 0;
    for (size_t k = 0; k < 2 * sizeof(kinds) / sizeof(kinds[0]); k++) {
        scene_lay_out(scene, k % 2 ? &chart_narrow : &chart_wide, kinds[k / 2]);
        DIR *dir = opendir(scene_at(scene, "parts"));
        for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
            char name[300];
            size_t length = strlen(entry->d_name);
            if (length < 4 || strcmp(entry->d_name + length - 3, ".gp") != 0)
                continue;
            snprintf(name, sizeof(name), "%.*s", (int)length - 3, entry->d_name);
            check_chart(scene, name);
            seen++;
        }
        closedir(dir);
    }
    return seen;
}

static void test_texts_stand_apart(void **state)
{
    assert_int_equal(check_run(*state), 2 * 10);
}

static bool keep_one_lane(json_t *line)
{
    json_t *lanes = json_object_get(line, "lanes");
    const char *cell = json_string_value(json_object_get(line, "cell"));
    const char *runner = json_string_value(json_object_get(line, "runner"));
    for (size_t i = json_array_size(lanes); i-- > 1;)
        json_array_remove(lanes, i);
    return !cell || (strcmp(cell, "sleep") == 0 && strcmp(runner, "serial") == 0);
}

static bool drop_summary(json_t *line)
{
    return strcmp(json_string_value(json_object_get(line, "type")), "summary") != 0;
}

static void test_one_lane_alone(void **state)
{
    struct scene *scene = *state;
    scene_rewrite(scene, drop_summary);
    scene_rewrite(scene, keep_one_lane);
    /* wall, timeline, percentiles, cdf, cost, order */
    assert_int_equal(check_run(scene), 2 * 6);
}

static void test_open_loop(void **state)
{
    struct scene *scene = *state;
    char *from;
    assert_true(asprintf(&from, "%s/../rate/run.ndjson", scene_fixture) > 0);
    scene_copy_to(from, scene_at(scene, "run.ndjson"));
    free(from);
    check_run(scene);
    scene_lay_out(scene, &chart_narrow, charts_rate);
    assert_true(scene_exists(scene, "parts/rate-1-narrow.gp"));
}

#define LONG                                                                                                           \
    "a name that goes on and on \u6f22\u5b57 without any need, \u00fcber alle Grenzen hinaus and then some more of "   \
    "it that nobody will ever read to its end"

static void lengthen(json_t *object)
{
    static const char *const keys[] = {"reason", "cpu_model", "kernel", "params"};
    for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
        if (json_is_string(json_object_get(object, keys[k])))
            json_object_set_new(object, keys[k], json_string(LONG));
    const char *cell = json_string_value(json_object_get(object, "cell"));
    const char *runner = json_string_value(json_object_get(object, "runner"));
    if (cell && strcmp(cell, "sleep") == 0)
        json_object_set_new(object, "cell", json_string(LONG));
    if (runner && strcmp(runner, "processes") == 0)
        json_object_set_new(object, "runner", json_string("myrunnerwithalongnamewithoutaspace"));
    else if (runner && strcmp(runner, "blocking-coroutines") == 0)
        json_object_set_new(object, "runner", json_string(LONG));
}

static bool make_long(json_t *line)
{
    json_t *lanes = json_object_get(line, "lanes"), *lane, *samples = json_object_get(line, "samples"), *sample;
    size_t i;
    lengthen(line);
    json_array_foreach(lanes, i, lane) lengthen(lane);
    /* Beside a long name in the timeline. */
    json_array_foreach(samples, i, sample)
    {
        if (i % 7 == 3)
            json_array_set_new(sample, 3, json_integer(0));
    }
    return drop_summary(line);
}

static void test_long_names(void **state)
{
    struct scene *scene = *state;
    scene_rewrite(scene, make_long);
    assert_int_equal(check_run(scene), 2 * 10);
}

/* Two of three trials failed, and a whole runner. */
static bool fail_many(json_t *line)
{
    const char *runner = json_string_value(json_object_get(line, "runner"));
    if (strcmp(json_string_value(json_object_get(line, "type")), "trial") != 0)
        return drop_summary(line);
    if (strcmp(runner, "threads") == 0 || json_integer_value(json_object_get(line, "position")) % 3 != 0) {
        json_object_set_new(line, "state", json_string("failed"));
        json_object_set_new(line, "reason", json_string("23 of 200 jobs failed (23 timeout); job 7: no answer"));
    }
    return true;
}

static void test_many_failures(void **state)
{
    struct scene *scene = *state;
    scene_rewrite(scene, fail_many);
    assert_int_equal(check_run(scene), 2 * 10);
}

/* The first coroutines of each block failed; threads are not supported. */
static bool fail_some(json_t *line)
{
    const char *runner = json_string_value(json_object_get(line, "runner"));
    if (strcmp(json_string_value(json_object_get(line, "type")), "trial") != 0)
        return drop_summary(line);
    bool failed = strcmp(runner, "coroutines") == 0, unsupported = strcmp(runner, "threads") == 0;
    json_object_set_new(line, "state", json_string(failed ? "failed" : unsupported ? "unsupported" : "ok"));
    json_object_set(line, "ok", json_object_get(line, "jobs"));
    json_object_set_new(line, "failed", json_integer(0));
    return true;
}

/* Each run has a mark, what failed another than what was not supported, and the caption counts them without a colour. */
static void test_order_tells_failures_apart(void **state)
{
    struct scene *scene = *state;
    scene_rewrite(scene, fail_some);
    scene_lay_out(scene, &chart_wide, lay_out_order);
    size_t count, marks = 0, kinds[2] = {0};
    struct scene_row *rows = scene_rows(scene, "order.dat", &count);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].index > 0)
            continue;
        marks++;
        for (int k = 0; k < 2; k++)
            kinds[k] += (int)rows[i].columns[3] == 2 + k;
    }
    free(rows);
    assert_true(kinds[0] > 0 && kinds[1] > 0);
    char *texts = scene_part(scene, "order-text.dat"), wanted[100];
    snprintf(wanted, sizeof(wanted), "n = %zu runs, each a mark", marks);
    assert_non_null(strstr(texts, wanted));
    assert_non_null(strstr(texts, "Cross in a circle"));
    assert_non_null(strstr(texts, "Diamond"));
    assert_null(strstr(texts, "Red"));
    assert_null(strstr(texts, "Grey"));
    free(texts);
}

/* Where "block 1" has no room the word stands once. */
static void test_block_numbers_have_their_word(void **state)
{
    struct scene *scene = *state;
    scene_lay_out(scene, &chart_narrow, lay_out_order);
    char *texts = scene_part(scene, "order-narrow-text.dat");
    assert_non_null(strstr(texts, "\tblock\t"));
    free(texts);
    scene_lay_out(scene, &chart_wide, lay_out_order);
    texts = scene_part(scene, "order-text.dat");
    assert_non_null(strstr(texts, "\tblock 1\t"));
    free(texts);
}

static bool without_serial(json_t *line)
{
    json_t *lanes = json_object_get(line, "lanes");
    const char *runner = json_string_value(json_object_get(line, "runner"));
    for (size_t i = json_array_size(lanes); i-- > 0;)
        if (strcmp(json_string_value(json_object_get(json_array_get(lanes, i), "runner")), "serial") == 0)
            json_array_remove(lanes, i);
    return drop_summary(line) && (!runner || strcmp(runner, "serial") != 0);
}

static void test_wall_speaks_of_serial_where_it_is(void **state)
{
    struct scene *scene = *state;
    scene_lay_out(scene, &chart_wide, charts_wall);
    char *texts = scene_part(scene, "wall-text.dat");
    assert_non_null(strstr(texts, "against serial"));
    free(texts);
    scene_rewrite(scene, without_serial);
    scene_lay_out(scene, &chart_wide, charts_wall);
    texts = scene_part(scene, "wall-text.dat");
    assert_null(strstr(texts, "serial"));
    assert_null(strstr(texts, "bold"));
    free(texts);
}

/* The longest bar takes what its figures leave of the panel, and the last tick is at its end or beyond. */
static void test_bars_fill_their_panel(void **state)
{
    struct scene *scene = *state;
    for (int f = 0; f < 2; f++) {
        enum { PANELS_MOST = 4 };
        double xmax[PANELS_MOST], scale[PANELS_MOST], longest[PANELS_MOST] = {0}, last[PANELS_MOST] = {0};
        size_t count, panels;
        scene_lay_out(scene, f ? &chart_narrow : &chart_wide, charts_wall);
        char *script = scene_part(scene, f ? "wall-narrow.gp" : "wall.gp");
        panels = read_array(script, "XMAX", xmax, PANELS_MOST);
        assert_int_equal(read_array(script, "SCALE", scale, PANELS_MOST), panels);
        struct scene_row *rows = scene_rows(scene, f ? "wall-narrow.dat" : "wall.dat", &count);
        for (size_t i = 0; i < count; i++) {
            size_t p = (size_t)rows[i].columns[0] - 1;
            longest[p] = fmax(longest[p], rows[i].columns[3] * scale[p]);
        }
        free(rows);
        char *ticks = strstr(script, "array XTICS");
        for (size_t p = 0; p < panels; p++) {
            ticks = strchr(ticks, '\'') + 1;
            char *end = strchr(ticks, '\'');
            *end = '\0';
            last[p] = atof(strrchr(ticks, ' '));
            ticks = end + 1;
            assert_true(last[p] >= longest[p] * 0.999 && last[p] <= xmax[p] * 1.001);
            assert_true(longest[p] / xmax[p] > 0.5);
        }
        free(script);
    }
}

int main(int argc, char **argv)
{
    scene_fixture = argc > 1 ? argv[1] : getenv("IORACE_FIXTURE");
    if (!scene_fixture) {
        fputs("usage: test_charts_look DIR\n", stderr);
        return 2;
    }
    struct failure failure = {0};
    const char *const none[] = {"/dev/null"};
    have_gnuplot = gnuplot_run("/", none, 1, &failure) == 0 || failure.status != EXIT_LOCAL_LIMIT;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runners_differ_without_colour),
        cmocka_unit_test(test_the_style_has_the_sizes_of_the_layout),
        SCENE_TEST(test_no_letter_is_too_small),
        SCENE_TEST(test_texts_stand_apart),
        SCENE_TEST(test_one_lane_alone),
        SCENE_TEST(test_open_loop),
        SCENE_TEST(test_long_names),
        SCENE_TEST(test_many_failures),
        SCENE_TEST(test_order_tells_failures_apart),
        SCENE_TEST(test_block_numbers_have_their_word),
        SCENE_TEST(test_wall_speaks_of_serial_where_it_is),
        SCENE_TEST(test_bars_fill_their_panel),
    };
    return cmocka_run_group_tests_name("charts_look", tests, NULL, NULL);
}
