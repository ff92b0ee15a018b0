/* iorace plot DIR: draw the charts of a stored run or gate again, and say where they are. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "command.h"
#include "parse.h"
#include "../gate/gate_forest.h"
#include "../gate/gate_stored.h"
#include "../report/report.h"

static const char doc[] =
    "Draw the charts of a stored run or gate again: DIR/charts/*.svg and *.png, with the gnuplot scripts (.gp) and "
    "data (.dat) "
    "they are made of. DIR is its directory, as `iorace run` or `iorace gate` made it; results/latest is the last one."
    "\v"
    "Edit DIR/charts/NAME.gp and run `gnuplot NAME.gp` there to change a chart; plotting again replaces it.\n\n"
    "Exit status: 0 done; 1 DIR cannot be written, or gnuplot failed; 2 usage, or no run there; 5 nothing to draw, or "
    "not a run.ndjson of ours; 6 gnuplot is not installed.";

static error_t parse(int key, char *arg, struct argp_state *state)
{
    const char **dir = state->input;
    switch (key) {
    case ARGP_KEY_ARG:
        if (*dir)
            argp_error(state, "one directory at a time");
        *dir = arg;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which run? DIR is missing: a run's directory, such as results/latest");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* Whatever a path holds, a terminal shall see one link. */
static void print_link(const char *dir, const char *file, size_t stem, const char *ending)
{
    fputs("  file://", stdout);
    for (const unsigned char *p = (const unsigned char *)dir; *p; p++) {
        if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || strchr("/-._~", *p))
            putchar(*p);
        else
            printf("%%%02X", *p);
    }
    printf("/charts/%.*s%s\n", (int)stem, file, ending);
}

/* What report_write_charts wrote is in its index: in the order in which charts are shown. */
static int print_charts(const char *given, struct failure *ret_failure)
{
    char *dir = realpath(given, NULL), *path = NULL;
    json_t *index = NULL, *chart;
    size_t i;
    if (dir && asprintf(&path, "%s/charts/index.json", dir) >= 0) {
        index = json_load_file(path, 0, NULL);
        free(path);
    }
    int status = EXIT_DONE;
    if (!index)
        failure_set(ret_failure, status = EXIT_JOBS_FAILED, "cannot read %s/charts/index.json again", given);
    else if (json_array_size(index) == 0)
        failure_set(ret_failure, status = EXIT_NO_DATA, "%s: no run in it has a result: nothing to draw", given);
    json_array_foreach(index, i, chart)
    {
        const char *file = json_string_value(json_object_get(chart, "file"));
        const char *title = json_string_value(json_object_get(chart, "title"));
        size_t stem = file ? strcspn(file, ".") : 0;
        if (!file || !title)
            continue;
        printf("%s\n", title);
        print_link(dir, file, stem, ".svg");
        print_link(dir, file, stem, ".png");
    }
    json_decref(index);
    free(dir);
    return status;
}

static int draw_run(const char *dir, struct failure *ret_failure)
{
    struct run_data run;
    if (run_data_read(&run, dir, ret_failure) < 0)
        return -1;
    int result = report_write_charts(&run, ret_failure);
    run_data_finish(&run);
    return result;
}

int command_plot(int argc, char **argv, struct failure *ret_failure)
{
    static const struct argp argp = {.parser = parse, .args_doc = "DIR", .doc = doc};
    const char *dir = NULL;
    int parsed = command_parse(&argp, argc, argv, &dir, ret_failure);
    if (parsed != 0)
        return parsed > 0 ? EXIT_DONE : EXIT_USAGE;
    int result = gate_is_stored(dir) ? gate_forest_draw(dir, ret_failure) : draw_run(dir, ret_failure);
    return result < 0 ? (int)ret_failure->status : print_charts(dir, ret_failure);
}
