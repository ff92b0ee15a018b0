/*
 * Charts of a stored run, from the fixture to the pictures. Usage: test_charts DIR, where DIR/run.ndjson is the
 * fixture. Templates are found as the program finds them (IORACE_DATADIR or the source tree). Without gnuplot: skipped
 * (77).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../output/gnuplot.h"
#include "charts_scene.h"

static const char *const expected[] = {"wall", "sweep-1", "timeline-1", "timeline-2", "percentiles",
                                       "cdf",  "cost",    "cpu-1",      "memory-1",   "order"};
enum { EXPECTED = sizeof(expected) / sizeof(expected[0]), BOTH = 2 * EXPECTED };

/* Returns the name of a chart: the wide ones, then the narrow ones. Valid until the next call. */
static const char *name_of(size_t i)
{
    static char name[32];
    snprintf(name, sizeof(name), "%s%s", expected[i % EXPECTED], i < EXPECTED ? "" : "-narrow");
    return name;
}

static void test_every_chart_has_its_files(void **state)
{
    struct scene *scene = *state;
    static const char *const endings[] = {".gp", ".dat", "-text.dat", "-marks.dat", ".svg", ".png"};
    scene_draw(scene, NULL);
    json_t *index = json_load_file(scene_at(scene, "charts/index.json"), 0, NULL);
    assert_int_equal(json_array_size(index), EXPECTED);
    for (size_t i = 0; i < EXPECTED; i++) {
        char name[64];
        const json_t *chart = json_array_get(index, i);
        snprintf(name, sizeof(name), "%s.svg", expected[i]);
        assert_string_equal(json_string_value(json_object_get(chart, "file")), name);
        snprintf(name, sizeof(name), "%s-narrow.svg", expected[i]);
        assert_string_equal(json_string_value(json_object_get(chart, "narrow")), name);
        assert_true(strlen(json_string_value(json_object_get(chart, "title"))) > 5);
        assert_non_null(strstr(json_string_value(json_object_get(chart, "caption")), "interval"));
    }
    for (size_t i = 0; i < BOTH; i++)
        for (size_t e = 0; e < sizeof(endings) / sizeof(endings[0]); e++) {
            char name[64];
            struct stat status;
            snprintf(name, sizeof(name), "charts/%s%s", name_of(i), endings[e]);
            if (i >= EXPECTED && strcmp(endings[e], ".png") == 0)
                continue;
            assert_int_equal(stat(scene_at(scene, name), &status), 0);
            assert_true(status.st_size > 0);
        }
    json_decref(index);
    /* Nothing else is left: no directory of the drawing, no temporary name. */
    size_t files = 0;
    DIR *dir = opendir(scene_at(scene, "charts"));
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        files += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(dir);
    assert_int_equal(files, EXPECTED * 6 + EXPECTED * 5 + 1);
}

static void assert_same_svgs(struct scene *scene, const char *left_dir, const char *right_dir)
{
    for (size_t i = 0; i < BOTH; i++) {
        char name[128];
        size_t left_size, right_size;
        snprintf(name, sizeof(name), "%s/%s.svg", left_dir, name_of(i));
        char *left = scene_read_whole(scene_at(scene, name), &left_size);
        snprintf(name, sizeof(name), "%s/%s.svg", right_dir, name_of(i));
        char *right = scene_read_whole(scene_at(scene, name), &right_size);
        assert_int_equal(left_size, right_size);
        assert_memory_equal(left, right, left_size);
        free(left);
        free(right);
    }
}

static void keep_first(struct scene *scene)
{
    char *from = strdup(scene_at(scene, "charts"));
    assert_int_equal(rename(from, scene_at(scene, "first")), 0);
    free(from);
}

static void test_drawing_again_gives_the_same_bytes(void **state)
{
    struct scene *scene = *state;
    scene_draw(scene, NULL);
    keep_first(scene);
    scene_draw(scene, NULL);
    assert_same_svgs(scene, "first", "charts");
}

/* Row 30 of the faults: a locale with a decimal comma. */
static void test_a_decimal_comma_changes_nothing(void **state)
{
    struct scene *scene = *state;
    scene_draw(scene, NULL);
    keep_first(scene);
    /* Few machines have one ready: make it here. */
    char *command;
    assert_true(asprintf(&command, "localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8 >/dev/null 2>&1", scene->dir) > 0);
    bool made = system(command) == 0;
    free(command);
    setenv("LOCPATH", scene->dir, 1);
    bool comma = made && setlocale(LC_ALL, "de_DE.UTF-8") && localeconv()->decimal_point[0] == ',';
    unsetenv("LOCPATH");
    if (!comma) {
        print_message("# no locale with a decimal comma here\n");
        skip();
    }
    scene_draw(scene, NULL);
    setlocale(LC_ALL, "C");
    assert_same_svgs(scene, "first", "charts");
}

/* `cd charts && gnuplot NAME.gp`, with nothing there but that script and its data. */
static void test_a_script_stands_by_itself(void **state)
{
    struct scene *scene = *state;
    scene_draw(scene, NULL);
    assert_int_equal(mkdir(scene_at(scene, "alone"), 0700), 0);
    char scripts[BOTH][64];
    const char *names[BOTH];
    for (size_t i = 0; i < BOTH; i++) {
        static const char *const endings[] = {".gp", ".dat", "-text.dat", "-marks.dat"};
        for (size_t e = 0; e < 4; e++) {
            char from[160], to[160];
            snprintf(from, sizeof(from), "%s/charts/%s%s", scene->dir, name_of(i), endings[e]);
            snprintf(to, sizeof(to), "%s/alone/%s%s", scene->dir, name_of(i), endings[e]);
            scene_copy_to(from, to);
        }
        snprintf(scripts[i], sizeof(scripts[i]), "%s.gp", name_of(i));
        names[i] = scripts[i];
    }
    struct failure failure = {0};
    if (gnuplot_run(scene_at(scene, "alone"), names, BOTH, &failure) < 0)
        fail_msg("%s", failure.text);
    assert_same_svgs(scene, "charts", "alone");
}

#define HOSTILE                                                                                                        \
    "`touch EVIL` $(touch EVIL) <touch EVIL |touch EVIL ]]> \xe2\x80\xae \xe6\xbc\xa2 '.system('touch EVIL').' \"q\" " \
    "100% %n "                                                                                                         \
    "\\n {/Bold x}_2 @home &amp;"

static void make_hostile(json_t *object)
{
    static const char *const keys[] = {"reason", "cpu_model", "kernel", "scenario", "title"};
    const char *cell = json_string_value(json_object_get(object, "cell"));
    const char *runner = json_string_value(json_object_get(object, "runner"));
    for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
        if (json_is_string(json_object_get(object, keys[k])))
            json_object_set_new(object, keys[k], json_string(HOSTILE));
    if (json_object_get(object, "params"))
        json_object_set_new(object, "params", json_sprintf("a=%s", HOSTILE));
    if (runner && strcmp(runner, "processes") == 0)
        json_object_set_new(object, "runner", json_string("`touch EVIL`"));
    if (cell && strncmp(cell, "sweep/", 6) != 0)
        json_object_set_new(object, "cell", json_string(strcmp(cell, "sleep") == 0 ? HOSTILE : "<touch EVIL"));
}

static bool change_to_hostile(json_t *line)
{
    json_t *lanes = json_object_get(line, "lanes"), *lane;
    size_t i;
    make_hostile(line);
    json_array_foreach(lanes, i, lane) make_hostile(lane);
    return true;
}

/* Row 31: a label or file name aimed at gnuplot. */
static void test_hostile_labels_are_inert(void **state)
{
    struct scene *scene = *state;
    char before[4096];
    scene_rewrite(scene, change_to_hostile);
    assert_non_null(getcwd(before, sizeof(before)));
    assert_int_equal(chdir(scene->dir), 0);
    scene_draw(scene, NULL);
    assert_int_equal(chdir(before), 0);

    /* Commands would have run where gnuplot ran (gone by now) or here; what they would have made is nowhere. */
    assert_false(scene_exists(scene, "EVIL"));
    assert_false(scene_exists(scene, "charts/EVIL"));
    for (size_t i = 0; i < BOTH; i++) {
        char name[64];
        snprintf(name, sizeof(name), "charts/%s.gp", name_of(i));
        char *script = scene_read_whole(scene_at(scene, name), NULL);
        assert_null(strstr(script, "EVIL"));
        free(script);
    }
    /* Shown as it is, and not as markup. */
    char *svg = scene_read_whole(scene_at(scene, "charts/timeline-1.svg"), NULL);
    assert_non_null(strstr(svg, "`touch EVIL` $(touch EVIL) &lt;touch EVIL |touch"));
    assert_null(strstr(svg, "<touch"));
    assert_null(strstr(svg, "]]>"));
    assert_null(strstr(svg, "\xe2\x80\xae"));
    free(svg);
}

static bool keep_three_blocks(json_t *line)
{
    return json_integer_value(json_object_get(line, "block")) <= 3;
}

static void test_few_blocks_have_no_interval(void **state)
{
    struct scene *scene = *state;
    scene_rewrite(scene, keep_three_blocks);
    scene_draw(scene, NULL);
    char *index = scene_read_whole(scene_at(scene, "charts/index.json"), NULL);
    assert_non_null(strstr(index, "runs. No interval: that takes 6 runs"));
    assert_null(strstr(index, "95 %"));
    free(index);
}

static bool keep_no_trial(json_t *line)
{
    const char *type = json_string_value(json_object_get(line, "type"));
    return strcmp(type, "trial") != 0 && strcmp(type, "sample") != 0 && strcmp(type, "summary") != 0;
}

static void test_an_empty_run_has_no_chart(void **state)
{
    struct scene *scene = *state;
    scene_rewrite(scene, keep_no_trial);
    scene_draw(scene, NULL);
    json_t *index = json_load_file(scene_at(scene, "charts/index.json"), 0, NULL);
    assert_int_equal(json_array_size(index), 0);
    assert_true(json_is_array(index));
    json_decref(index);
    assert_false(scene_exists(scene, "charts/wall.svg"));
}

static void test_old_charts_go_and_other_files_stay(void **state)
{
    struct scene *scene = *state;
    static const char *const stays[] = {"charts/mine.svg", "charts/my-sweep-9.svg", "charts/sweep-9.txt",
                                        "charts/wall"};
    static const char *const goes[] = {"charts/sweep-9.svg", "charts/timeline-12-text.dat", "charts/wall-2.gp",
                                       "charts/memory-3-narrow-marks.dat", "charts/cost-4-narrow.svg"};
    assert_int_equal(mkdir(scene_at(scene, "charts"), 0700), 0);
    for (size_t i = 0; i < 4; i++)
        scene_write_whole(scene_at(scene, stays[i]), "x");
    for (size_t i = 0; i < 5; i++)
        scene_write_whole(scene_at(scene, goes[i]), "x");
    /* What two drawings that were killed have left: long ago, and perhaps still at work. */
    static const char *const drawings[] = {"charts/.drawing-old", "charts/.drawing-new"};
    const struct timespec old[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(mkdir(scene_at(scene, drawings[i]), 0700), 0);
    scene_write_whole(scene_at(scene, "charts/.drawing-old/wall.gp"), "x");
    assert_int_equal(utimensat(AT_FDCWD, scene_at(scene, drawings[0]), old, 0), 0);
    scene_draw(scene, NULL);
    assert_false(scene_exists(scene, drawings[0]));
    assert_true(scene_exists(scene, drawings[1]));
    for (size_t i = 0; i < 4; i++)
        assert_true(scene_exists(scene, stays[i]));
    for (size_t i = 0; i < 5; i++)
        assert_false(scene_exists(scene, goes[i]));
}

/* Draw with a program of ours as the only gnuplot (NULL: none at all), and expect that the earlier charts are as they
 * were. */
static struct failure draw_with(struct scene *scene, const char *gnuplot)
{
    struct failure failure;
    scene_draw(scene, NULL);
    char *before = scene_read_whole(scene_at(scene, "charts/wall.svg"), NULL), *path = strdup(getenv("PATH"));
    assert_int_equal(mkdir(scene_at(scene, "bin"), 0700), 0);
    if (gnuplot) {
        scene_write_whole(scene_at(scene, "bin/gnuplot"), gnuplot);
        assert_int_equal(chmod(scene_at(scene, "bin/gnuplot"), 0700), 0);
    }
    setenv("PATH", scene_at(scene, "bin"), 1);
    int result = scene_draw(scene, &failure);
    setenv("PATH", path, 1);
    assert_int_equal(result, -1);
    char *after = scene_read_whole(scene_at(scene, "charts/wall.svg"), NULL);
    assert_string_equal(before, after);
    free(before);
    free(after);
    free(path);
    return failure;
}

static void test_no_gnuplot_names_the_package(void **state)
{
    struct failure failure = draw_with(*state, NULL);
    assert_int_equal(failure.status, EXIT_LOCAL_LIMIT);
    assert_non_null(strstr(failure.text, "gnuplot-nox"));
}

static void test_what_gnuplot_says_is_passed_on(void **state)
{
    struct failure failure = draw_with(*state, "#!/bin/sh\necho 'line 3: no such terminal' >&2\nexit 1\n");
    assert_int_equal(failure.status, EXIT_JOBS_FAILED);
    assert_non_null(strstr(failure.text, "line 3: no such terminal"));
}

/* Row 25, as gnuplot does it: a full disk, and exit status 0. */
static void test_a_cut_picture_is_not_taken(void **state)
{
    struct failure failure = draw_with(*state, "#!/bin/sh\nfor a; do f=${a%.gp}; done\n"
                                               "echo '<svg> and so on, but not to its end' > $f.svg\necho > $f.png\n");
    assert_int_equal(failure.status, EXIT_JOBS_FAILED);
    assert_non_null(strstr(failure.text, "only a part of"));
}

static void test_a_file_where_the_directory_goes(void **state)
{
    struct scene *scene = *state;
    struct failure failure;
    scene_write_whole(scene_at(scene, "charts"), "mine");
    assert_int_equal(scene_draw(scene, &failure), -1);
    assert_int_equal(failure.status, EXIT_JOBS_FAILED);
    assert_non_null(strstr(failure.text, "/charts: Not a directory"));
}

int main(int argc, char **argv)
{
    scene_fixture = argc > 1 ? argv[1] : getenv("IORACE_FIXTURE");
    if (!scene_fixture) {
        fputs("usage: test_charts DIR\n", stderr);
        return 2;
    }
    struct failure failure = {0};
    const char *const none[] = {"/dev/null"};
    if (gnuplot_run("/", none, 1, &failure) < 0 && failure.status == EXIT_LOCAL_LIMIT) {
        printf("1..0 # SKIP %s\n", failure.text);
        return 77;
    }
    const struct CMUnitTest tests[] = {
        SCENE_TEST(test_every_chart_has_its_files),       SCENE_TEST(test_drawing_again_gives_the_same_bytes),
        SCENE_TEST(test_a_decimal_comma_changes_nothing), SCENE_TEST(test_a_script_stands_by_itself),
        SCENE_TEST(test_hostile_labels_are_inert),        SCENE_TEST(test_few_blocks_have_no_interval),
        SCENE_TEST(test_an_empty_run_has_no_chart),       SCENE_TEST(test_old_charts_go_and_other_files_stay),
        SCENE_TEST(test_no_gnuplot_names_the_package),    SCENE_TEST(test_what_gnuplot_says_is_passed_on),
        SCENE_TEST(test_a_cut_picture_is_not_taken),      SCENE_TEST(test_a_file_where_the_directory_goes),
    };
    return cmocka_run_group_tests_name("charts", tests, NULL, NULL);
}
