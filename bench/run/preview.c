#include <jansson.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include "preview.h"
#include "../runners.h"

enum { ROWS = 6, LABEL_WIDTH = 22, NARROWEST = 20 };

/* Returns the samples of the lane's first trial: [[start, end, worker, ok], ...], or NULL. */
static json_t *first_samples(const struct kept_samples *kept, size_t lane)
{
    if (!kept->lanes[lane].count)
        return NULL;
    json_t *line = json_loads(kept->lanes[lane].trials[0].line, 0, NULL);
    json_t *samples = json_incref(json_object_get(line, "samples"));
    json_decref(line);
    return samples;
}

static double part(const json_t *samples, size_t job, size_t which)
{
    return (double)json_integer_value(json_array_get(json_array_get(samples, job), which));
}

static double latest_end(const json_t *samples)
{
    double latest = 0;
    for (size_t i = 0; i < json_array_size(samples); i++)
        if (part(samples, i, 1) > latest)
            latest = part(samples, i, 1);
    return latest;
}

/* Each row stands for some neighbouring jobs; a column is filled if any of them ran then. */
static void draw_row(const json_t *samples, int row, double end, int columns, FILE *out)
{
    static const char block[] = "\u2588";
    bool utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    size_t jobs = json_array_size(samples), first = jobs * (size_t)row / ROWS, last = jobs * (size_t)(row + 1) / ROWS;
    bool filled[512] = {false};
    for (size_t i = first; i < last; i++) {
        int from = (int)(part(samples, i, 0) / end * columns), to = (int)(part(samples, i, 1) / end * columns);
        for (int c = from; c <= to && c < columns; c++)
            filled[c] = true;
    }
    for (int c = 0; c < columns; c++)
        fputs(!filled[c] ? " " : utf8 ? block : "#", out);
}

static void draw_lane(const struct lane *lane, const json_t *samples, double end, int columns, FILE *out)
{
    double own_end = latest_end(samples);
    for (int row = 0; row < ROWS; row++) {
        char label[64] = "";
        if (row == 0)
            snprintf(label, sizeof(label), "%s", lane->runner);
        else if (row == 1)
            snprintf(label, sizeof(label), own_end < 1e9 ? "%.3g ms" : "%.3g s",
                     own_end < 1e9 ? own_end / 1e6 : own_end / 1e9);
        fprintf(out, "  %-*.*s|", LABEL_WIDTH, LABEL_WIDTH, label);
        draw_row(samples, row, end, columns, out);
        fputc('\n', out);
    }
    fputc('\n', out);
}

static void draw_cell(const struct plan *plan, const struct kept_samples *kept, const struct cell *cell, int columns,
                      FILE *out)
{
    double end = 0;
    for (size_t i = 0; i < plan->lane_count; i++) {
        json_t *samples = plan->lanes[i].cell == cell ? first_samples(kept, i) : NULL;
        double lane_end = latest_end(samples);
        end = lane_end > end ? lane_end : end;
        json_decref(samples);
    }
    if (end <= 0)
        return;
    fprintf(out, "%s: when each job ran, in the first block (time runs to the right)\n\n", cell->name);
    for (size_t i = 0; i < plan->lane_count; i++) {
        json_t *samples = plan->lanes[i].cell == cell ? first_samples(kept, i) : NULL;
        if (json_array_size(samples) > 0)
            draw_lane(&plan->lanes[i], samples, end, columns, out);
        json_decref(samples);
    }
}

void preview_print(const struct plan *plan, const struct kept_samples *kept, int width, FILE *out)
{
    int columns = width - LABEL_WIDTH - 5;
    columns = columns < NARROWEST ? NARROWEST : columns > 100 ? 100 : columns;
    for (size_t i = 0; i < plan->cell_count; i++)
        if (!plan->cells[i].sweep && strcmp(plan->cells[i].settings.workload, "null") != 0)
            draw_cell(plan, kept, &plan->cells[i], columns, out);
}
