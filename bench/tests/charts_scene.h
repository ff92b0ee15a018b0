/* A directory of a test's own with a stored run in it, and what the tests of charts do with that. */
#ifndef BENCH_TESTS_CHARTS_SCENE_H
#define BENCH_TESTS_CHARTS_SCENE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include "../report/charts/charts.h"
#include "../report/report.h"

/** The fixture's directory: set it before any test. */
extern const char *scene_fixture;

struct scene {
    char dir[64];
    char *path; /**< of the last call of scene_at */
};

/** Set up (a copy of the fixture's run.ndjson) and tear down: cmocka's. */
int scene_set_up(void **state);
int scene_tear_down(void **state);
#define SCENE_TEST(name) cmocka_unit_test_setup_teardown(name, scene_set_up, scene_tear_down)

/** Returns the path of a file in the scene; valid until the next call. */
const char *scene_at(struct scene *scene, const char *relative);
bool scene_exists(struct scene *scene, const char *relative);

/** Returns a file's text, malloc'ed; ret_size may be NULL. */
char *scene_read_whole(const char *path, size_t *ret_size);
void scene_write_whole(const char *path, const char *text);
void scene_copy_to(const char *from, const char *to);

/** Rewrite run.ndjson line by line; `change` returns false to leave a line out. */
void scene_rewrite(struct scene *scene, bool (*change)(json_t *line));
/** Add a line to it. Takes the reference. */
void scene_append(struct scene *scene, json_t *line);

/** Draw all charts. With ret_failure NULL it must succeed. Returns what report_write_charts did. */
int scene_draw(struct scene *scene, struct failure *ret_failure);

/** Write the files of one kind of charts in a form, without drawing them, into the scene's "parts". */
typedef int (*scene_kind_fn)(struct chart_list *list, const struct lane_group *groups, size_t count,
                             struct failure *ret_failure);
void scene_lay_out(struct scene *scene, const struct chart_form *form, scene_kind_fn kind);

/** Returns a file of "parts", malloc'ed; it must be there. */
char *scene_part(struct scene *scene, const char *name);

/** The figures of a data file: columns of a row, NAN for what is no number or not there. */
#define SCENE_COLUMNS 8
struct scene_row {
    int index; /**< how many pairs of empty lines stand before it */
    double columns[SCENE_COLUMNS];
};
/** Returns the rows, malloc'ed. */
struct scene_row *scene_rows(struct scene *scene, const char *name, size_t *ret_count);

#endif
