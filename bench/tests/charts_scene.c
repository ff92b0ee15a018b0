#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "charts_scene.h"

const char *scene_fixture;

const char *scene_at(struct scene *scene, const char *relative)
{
    free(scene->path);
    assert_true(asprintf(&scene->path, "%s/%s", scene->dir, relative) > 0);
    return scene->path;
}

bool scene_exists(struct scene *scene, const char *relative)
{
    return access(scene_at(scene, relative), F_OK) == 0;
}

char *scene_read_whole(const char *path, size_t *ret_size)
{
    char *text = NULL;
    size_t size = 0;
    FILE *in = fopen(path, "r");
    if (!in)
        fail_msg("%s: %s", path, strerror(errno));
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    for (int c; (c = getc(in)) != EOF;)
        putc(c, out);
    fclose(in);
    assert_int_equal(fclose(out), 0);
    if (ret_size)
        *ret_size = size;
    return text;
}

void scene_write_whole(const char *path, const char *text)
{
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    assert_true(fputs(text, out) >= 0);
    assert_int_equal(fclose(out), 0);
}

static void remove_tree(const char *path)
{
    DIR *dir = opendir(path);
    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        char *child;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        assert_true(asprintf(&child, "%s/%s", path, entry->d_name) > 0);
        if (unlink(child) < 0)
            remove_tree(child);
        free(child);
    }
    if (dir)
        closedir(dir);
    rmdir(path);
}

void scene_copy_to(const char *from, const char *to)
{
    char *text = scene_read_whole(from, NULL);
    scene_write_whole(to, text);
    free(text);
}

int scene_set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    char *from;
    assert_non_null(scene);
    strcpy(scene->dir, "/tmp/test-charts-XXXXXX");
    assert_non_null(mkdtemp(scene->dir));
    assert_true(asprintf(&from, "%s/run.ndjson", scene_fixture) > 0);
    scene_copy_to(from, scene_at(scene, "run.ndjson"));
    free(from);
    *state = scene;
    return 0;
}

int scene_tear_down(void **state)
{
    struct scene *scene = *state;
    remove_tree(scene->dir);
    free(scene->path);
    free(scene);
    return 0;
}

void scene_rewrite(struct scene *scene, bool (*change)(json_t *line))
{
    char *text = scene_read_whole(scene_at(scene, "run.ndjson"), NULL), *rest = text;
    FILE *out = fopen(scene_at(scene, "run.ndjson"), "w");
    assert_non_null(out);
    for (char *line; (line = strsep(&rest, "\n")) != NULL && *line;) {
        json_t *object = json_loads(line, 0, NULL);
        assert_non_null(object);
        if (change(object)) {
            assert_int_equal(json_dumpf(object, out, JSON_COMPACT), 0);
            putc('\n', out);
        }
        json_decref(object);
    }
    assert_int_equal(fclose(out), 0);
    free(text);
}

void scene_append(struct scene *scene, json_t *line)
{
    FILE *out = fopen(scene_at(scene, "run.ndjson"), "a");
    assert_non_null(line);
    assert_non_null(out);
    assert_int_equal(json_dumpf(line, out, JSON_COMPACT), 0);
    putc('\n', out);
    assert_int_equal(fclose(out), 0);
    json_decref(line);
}

int scene_draw(struct scene *scene, struct failure *ret_failure)
{
    struct run_data run;
    struct failure failure = {0};
    if (run_data_read(&run, scene->dir, &failure) < 0)
        fail_msg("%s", failure.text);
    int result = report_write_charts(&run, &failure);
    run_data_finish(&run);
    if (result < 0 && !ret_failure)
        fail_msg("%s", failure.text);
    if (ret_failure)
        *ret_failure = failure;
    return result;
}

void scene_lay_out(struct scene *scene, const struct chart_form *form, scene_kind_fn kind)
{
    struct run_data run;
    struct failure failure = {0};
    struct lane_group *groups;
    size_t count;
    struct chart_list list = {.run = &run, .form = form, .words = text_pool_create()};
    remove_tree(scene_at(scene, "parts"));
    assert_int_equal(mkdir(scene_at(scene, "parts"), 0700), 0);
    list.dir = strdup(scene_at(scene, "parts"));
    if (run_data_read(&run, scene->dir, &failure) < 0)
        fail_msg("%s", failure.text);
    assert_int_equal(trial_index_make(&list.trials, run.trials, run.trial_count), 0);
    assert_int_equal(lane_groups_make(&groups, &count, &run, &failure), 0);
    if (kind(&list, groups, count, &failure) < 0)
        fail_msg("%s", failure.text);
    assert_false(pool_failed(list.words));
    lane_groups_free(groups, count);
    text_pool_destroy(list.words);
    chart_list_finish(&list);
    run_data_finish(&run);
}

char *scene_part(struct scene *scene, const char *name)
{
    char relative[340];
    snprintf(relative, sizeof(relative), "parts/%s", name);
    return scene_read_whole(scene_at(scene, relative), NULL);
}

struct scene_row *scene_rows(struct scene *scene, const char *name, size_t *ret_count)
{
    char *text = scene_part(scene, name), *rest = text;
    struct scene_row *rows = NULL;
    size_t count = 0;
    int index = 0, empty = 0;
    for (char *line; (line = strsep(&rest, "\n")) != NULL && rest;) {
        if (line[0] == '#')
            continue;
        empty = line[0] ? 0 : empty + 1;
        index += empty == 2;
        if (!line[0])
            continue;
        rows = reallocarray(rows, count + 1, sizeof(*rows));
        assert_non_null(rows);
        struct scene_row *row = &rows[count++];
        row->index = index;
        for (size_t i = 0; i < SCENE_COLUMNS; i++) {
            char *cell = strsep(&line, "\t"), *end;
            row->columns[i] = cell ? strtod(cell, &end) : NAN;
            if (cell && (end == cell || *end))
                row->columns[i] = NAN;
        }
    }
    free(text);
    *ret_count = count;
    return rows;
}
