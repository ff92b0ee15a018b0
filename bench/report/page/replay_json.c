#include <stdlib.h>
#include <string.h>
#include "../../clean_text.h"
#include "../../text_stream.h"
#include "replay.h"
#include "../report.h"

/* A bar's ends are known to a sixty-five-thousandth of its lane: finer than a screen. */
#define TICKS 65536

static json_t *clean_string(const char *text)
{
    char *clean = clean_text(text, 4000);
    json_t *string = clean ? json_string(clean) : NULL;
    free(clean);
    return string;
}

static void write_number(FILE *out, uint64_t number)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    while (number >= 32) {
        putc(letters[32 | (number & 31)], out);
        number >>= 5;
    }
    putc(letters[number], out);
}

static int by_start(const void *left, const void *right)
{
    const struct sample *a = left, *b = right;
    if (a->start_ns != b->start_ns)
        return a->start_ns < b->start_ns ? -1 : 1;
    return (a->end_ns > b->end_ns) - (a->end_ns < b->end_ns);
}

/* Ends are rounded like starts, so no error adds up over the jobs. */
static void write_bars(FILE *out, const struct sample *jobs, size_t count, int64_t tick_ns)
{
    int64_t before = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t start = jobs[i].start_ns / tick_ns, end = jobs[i].end_ns / tick_ns;
        write_number(out, (uint64_t)(start - before));
        write_number(out, (uint64_t)(end - start));
        before = start;
    }
}

static void write_failed(FILE *out, const struct sample *jobs, size_t count)
{
    size_t before = 0;
    for (size_t i = 0; i < count; i++) {
        if (jobs[i].ok)
            continue;
        write_number(out, i - before);
        before = i;
    }
}

/* Returns a JSON text of what a function above writes; NULL: out of memory. */
static json_t *packed(const struct sample *jobs, size_t count, int64_t tick_ns)
{
    char *text = NULL;
    size_t size;
    FILE *out = text_stream_open(&text, &size);
    if (!out)
        return NULL;
    if (tick_ns)
        write_bars(out, jobs, count, tick_ns);
    else
        write_failed(out, jobs, count);
    json_t *string = fclose(out) == 0 ? json_string(text) : NULL;
    free(text);
    return string;
}

/* Returns 0 or -1. */
static int add_jobs(json_t *object, const struct sample_set *set)
{
    size_t count = set->sample_count;
    struct sample *jobs = malloc((count ? count : 1) * sizeof(*jobs));
    if (!jobs)
        return -1;
    memcpy(jobs, set->samples, count * sizeof(*jobs));
    qsort(jobs, count, sizeof(*jobs), by_start);
    int64_t end_ns = 0;
    for (size_t i = 0; i < count; i++)
        end_ns = jobs[i].end_ns > end_ns ? jobs[i].end_ns : end_ns;
    int64_t tick_ns = end_ns / TICKS + 1;
    int failed = json_object_set_new(object, "jobs", json_integer(set->jobs)) |
                 json_object_set_new(object, "end", json_integer(end_ns)) |
                 json_object_set_new(object, "tick", json_integer(tick_ns)) |
                 json_object_set_new(object, "bars", packed(jobs, count, tick_ns)) |
                 json_object_set_new(object, "failed", packed(jobs, count, 0));
    free(jobs);
    return failed ? -1 : 0;
}

/* Returns the object, or NULL: out of memory. */
static json_t *lane_object(const struct replay_lane *lane)
{
    char why[1000];
    json_t *object = json_object();
    int failed = json_object_set_new(object, "runner", clean_string(report_runner_label(lane->lane->runner))) |
                 json_object_set_new(object, "look", json_integer(runner_slot(lane->lane->runner)));
    if (!failed && lane->set) {
        failed = add_jobs(object, lane->set);
    } else if (!failed) {
        text_nothing(why, sizeof(why), lane->lane);
        bool well = strcmp(lane->lane->state, "ok") == 0;
        failed = json_object_set_new(object, "why", clean_string(well ? "its jobs' times were not kept" : why));
    }
    if (!failed)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *cell_object(const struct replay_cell *cell)
{
    char about[600];
    const struct summary_record *records[CHART_MOST_ROWS];
    for (size_t i = 0; i < cell->count; i++)
        records[i] = cell->lanes[i].lane;
    struct lane_group group = {.name = (char *)cell->name, .lanes = records, .count = cell->count};
    lane_group_describe(&group, about, sizeof(about));
    json_t *object = json_object(), *lanes = json_array();
    int failed = json_object_set_new(object, "name", clean_string(cell->name)) |
                 json_object_set_new(object, "about", clean_string(about)) | json_object_set(object, "lanes", lanes);
    for (size_t i = 0; !failed && i < cell->count; i++)
        failed = json_array_append_new(lanes, lane_object(&cell->lanes[i]));
    json_decref(lanes);
    if (!failed)
        return object;
    json_decref(object);
    return NULL;
}

int replay_write_json(FILE *out, const struct replay *replay)
{
    json_t *cells = json_array();
    int failed = cells ? 0 : -1;
    for (size_t i = 0; !failed && i < replay->count; i++)
        failed = json_array_append_new(cells, cell_object(&replay->cells[i]));
    char *text = failed ? NULL : json_dumps(cells, JSON_COMPACT | JSON_ENSURE_ASCII);
    json_decref(cells);
    if (!text)
        return -1;
    /* They stand in texts only. No "</script" and no "<!--": a script element would end there, or go on beyond it. */
    for (const char *p = text; *p; p++) {
        if (*p == '<' || *p == '>' || *p == '&')
            fprintf(out, "\\u%04x", (unsigned)*p);
        else
            putc(*p, out);
    }
    free(text);
    return 0;
}
