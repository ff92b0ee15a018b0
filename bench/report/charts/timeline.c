/*
 * The timeline of one cell: a panel a runner, in it each job as a line from its start to its end. All panels have the
 * same time axis, so that their lengths can be compared; where that leaves a runner a sliver at the left, the same jobs
 * are drawn once more beside it, stretched, on an axis of their own.
 */
#include "charts.h"
#include "../report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* px */
#define HEADS_RIGHT 330.0 /* the runner's name and its time stand left of this */
#define ROW_GAP     37.0
#define ROW_LEAST   85.0
#define ROW_MOST    190.0
#define ROW_NARROW  130.0
#define HEAD_NARROW 40.0 /* the same, above the row */
#define AXIS_FOOT   80.0

/* Shorter than this share of the axis: drawn once more. Where it is drawn: from this share on to the right edge. */
#define SLIVER    0.28
#define ZOOM_FROM 0.42
/* Stretched panels share an axis while the shortest of them takes at least this share of it. */
#define ZOOM_ALIKE 0.25
/* px: its frame goes so far beyond it, around the ticks and their unit. */
#define FRAME_SIDE 14.0
#define FRAME_UNIT 46.0
#define FRAME_TOP  4.0
#define FRAME_FOOT 27.0

/* More lines of a runner would be less than a pixel each, and make megabytes of SVG. */
#define LINES_MOST  400
#define FAILED_MOST 200

struct row {
    const struct summary_record *lane;
    const struct sample_set *set; /* NULL: nothing kept */
    struct sample *jobs;          /* of the set, by start */
    size_t failed;
    double end_s;
    double top, bottom; /* px */
    double zoom_s;      /* end of the stretched axis; 0: none */
};

struct timeline {
    const struct lane_group *group;
    struct row rows[CHART_MOST_ROWS];
    size_t count;
    double end_s;
    size_t jobs_a_line; /* 1, or more where there are too many for a line each */
    double left, right; /* px, of the axes */
};

static int by_start(const void *a, const void *b)
{
    const struct sample *left = a, *right = b;
    if (left->start_ns != right->start_ns)
        return left->start_ns < right->start_ns ? -1 : 1;
    if (left->end_ns != right->end_ns)
        return left->end_ns < right->end_ns ? -1 : 1;
    return (left->worker > right->worker) - (left->worker < right->worker);
}

static void timeline_finish(struct timeline *timeline)
{
    for (size_t i = 0; i < timeline->count; i++)
        free(timeline->rows[i].jobs);
}

/* Returns 0 or -1 (memory). */
static int timeline_init(struct timeline *timeline, const struct chart_list *list, const struct lane_group *group)
{
    *timeline = (struct timeline){.group = group, .jobs_a_line = 1};
    for (size_t i = 0; i < group->count && timeline->count < CHART_MOST_ROWS; i++) {
        struct row *row = &timeline->rows[timeline->count++];
        *row = (struct row){.lane = group->lanes[i], .set = samples_of(list, group->lanes[i])};
        if (!row->set)
            continue;
        row->jobs = calloc(row->set->sample_count, sizeof(*row->jobs));
        if (!row->jobs)
            return -1;
        memcpy(row->jobs, row->set->samples, row->set->sample_count * sizeof(*row->jobs));
        qsort(row->jobs, row->set->sample_count, sizeof(*row->jobs), by_start);
        for (size_t j = 0; j < row->set->sample_count; j++) {
            row->failed += !row->jobs[j].ok;
            row->end_s = fmax(row->end_s, (double)row->jobs[j].end_ns / 1e9);
        }
        timeline->end_s = fmax(timeline->end_s, row->end_s);
        size_t together = (row->set->sample_count + LINES_MOST - 1) / LINES_MOST;
        if (together > timeline->jobs_a_line)
            timeline->jobs_a_line = together;
    }
    return 0;
}

/*
 * Give the slivers their stretched axes, the longest first: those that are about as long share one, so that they can be
 * compared with each other, too.
 */
static void choose_zooms(struct timeline *timeline)
{
    double below = timeline->end_s * SLIVER;
    for (;;) {
        double longest = 0;
        for (size_t i = 0; i < timeline->count; i++)
            if (timeline->rows[i].zoom_s == 0 && timeline->rows[i].end_s < below)
                longest = fmax(longest, timeline->rows[i].end_s);
        if (longest <= 0)
            return;
        for (size_t i = 0; i < timeline->count; i++) {
            struct row *row = &timeline->rows[i];
            if (row->zoom_s == 0 && row->end_s < below && row->end_s >= longest * ZOOM_ALIKE)
                row->zoom_s = longest * 1.03;
        }
    }
}

/* Returns the y below the panels' common axis. */
static double lay_out(struct timeline *timeline, const struct chart_form *form, double y)
{
    double rows = (double)timeline->count, head = form->narrow ? HEAD_NARROW : 0;
    y += form->narrow ? 8 : 18;
    double around = y + AXIS_FOOT + CHART_CAPTION_HEIGHT;
    double pitch = fmax(ROW_LEAST + ROW_GAP, fmin(ROW_MOST + ROW_GAP, (CHART_HEIGHT - around) / rows));
    if (form->narrow)
        pitch = ROW_NARROW + ROW_GAP + HEAD_NARROW;
    for (size_t i = 0; i < timeline->count; i++) {
        timeline->rows[i].top = y + (double)i * pitch + head;
        timeline->rows[i].bottom = y + (double)(i + 1) * pitch - ROW_GAP;
    }
    timeline->left = form->narrow ? form->margin + 8 : HEADS_RIGHT;
    timeline->right = form->width - form->margin - 20;
    return y + rows * pitch + AXIS_FOOT;
}

static double zoom_left(const struct timeline *timeline)
{
    return timeline->left + ZOOM_FROM * (timeline->right - timeline->left);
}

/* The unit stands at the right; on a phone, which has no room there, at the left. */
static double frame_left(const struct chart *chart, const struct timeline *timeline)
{
    return zoom_left(timeline) - (chart->form->narrow ? FRAME_UNIT : FRAME_SIDE);
}

static double frame_right(const struct chart *chart, const struct timeline *timeline)
{
    return timeline->right + (chart->form->narrow ? FRAME_SIDE : FRAME_UNIT);
}

/*
 * Columns panel, job (from 1), start and end s, runner, failed. Where there are too many jobs for the picture a line is
 * several that started one after another, from the first start to the last end; those that failed are drawn once more
 * over it, as far as there is room.
 */
static void write_jobs(struct chart *chart, const struct timeline *timeline, const struct row *row, size_t number)
{
    size_t count = row->set->sample_count, failed = 0;
    int slot = runner_slot(row->lane->runner);
    for (size_t from = 0; from < count; from += timeline->jobs_a_line) {
        int64_t start_ns = row->jobs[from].start_ns, end_ns = 0;
        bool any_ok = false;
        for (size_t j = from; j < from + timeline->jobs_a_line && j < count; j++) {
            any_ok = any_ok || row->jobs[j].ok;
            if (row->jobs[j].end_ns > end_ns)
                end_ns = row->jobs[j].end_ns;
        }
        if (any_ok)
            fprintf(chart->data, "%zu\t%zu\t%.9g\t%.9g\t%d\t0\n", number, from + 1, (double)start_ns / 1e9,
                    (double)end_ns / 1e9, slot);
    }
    for (size_t j = 0; j < count && failed < FAILED_MOST; j++)
        if (!row->jobs[j].ok) {
            failed++;
            fprintf(chart->data, "%zu\t%zu\t%.9g\t%.9g\t%d\t1\n", number, j + 1, (double)row->jobs[j].start_ns / 1e9,
                    (double)row->jobs[j].end_ns / 1e9, slot);
        }
}

/* Above the row: the runner's name, at the other end the time large, and what failed. */
static void write_narrow_head(struct chart *chart, const struct timeline *timeline, const struct row *row,
                              const char *time, const char *failed)
{
    char fitted[600];
    double x = chart->form->width - chart->form->margin, y = row->top - HEAD_NARROW / 2;
    enum text_style style = row->set ? TEXT_NUMBER : TEXT_NOTE;
    chart_text(chart, x, y, style, TEXT_RIGHT, time);
    x -= text_width(time, style) + 14;
    chart_text(chart, x, y, TEXT_ALARM, TEXT_RIGHT, failed);
    x -= failed[0] ? text_width(failed, TEXT_ALARM) + 14 : 0;
    text_fit(fitted, sizeof(fitted), report_runner_label(row->lane->runner), TEXT_BODY, x - timeline->left);
    chart_text(chart, timeline->left, y, TEXT_BODY, TEXT_LEFT, fitted);
}

/* Left of the row: the runner's name, below it the time large, and what failed. */
static void write_wide_head(struct chart *chart, const struct row *row, const char *time, const char *failed)
{
    char lines[2][TEXT_LINE_SIZE];
    double room = HEADS_RIGHT - CHART_MARGIN - 16;
    text_fit_lines(lines, report_runner_label(row->lane->runner), TEXT_BODY, room);
    double height = lines[1][0] ? 54 : 27;
    double y = (row->top + row->bottom - height - 32 - (failed[0] ? 26 : 0)) / 2;
    chart_label(chart, CHART_MARGIN, y + height / 2, TEXT_BODY, TEXT_LEFT, room,
                report_runner_label(row->lane->runner));
    chart_text(chart, CHART_MARGIN, y + height + 17, row->set ? TEXT_NUMBER : TEXT_NOTE, TEXT_LEFT, time);
    chart_text(chart, CHART_MARGIN, y + height + 46, TEXT_ALARM, TEXT_LEFT, failed);
}

static void write_head(struct chart *chart, const struct timeline *timeline, const struct row *row,
                       struct text_pool *words)
{
    char why[1000];
    const char *time = row->set ? units_duration(words, row->end_s) : "not drawn", *failed = "";
    if (row->failed)
        failed = pool_printf(words, "%s of %s failed", units_count(words, (double)row->failed),
                             units_count(words, (double)row->set->sample_count));
    if (chart->form->narrow)
        write_narrow_head(chart, timeline, row, time, failed);
    else
        write_wide_head(chart, row, time, failed);
    if (row->set)
        return;
    text_nothing(why, sizeof(why), row->lane);
    chart_paragraph(chart, timeline->left + 14, (row->top + row->bottom) / 2 - 28, TEXT_NOTE,
                    timeline->right - timeline->left - 20, chart->form->narrow ? 4 : 2, why);
}

/* Lines from the sliver's ends to the panel where it is drawn once more, and by how much it is stretched. */
static void write_zoom(struct chart *chart, const struct timeline *timeline, const struct row *row, double axis_end,
                       struct text_pool *words)
{
    double width = timeline->right - timeline->left, left = frame_left(chart, timeline);
    double at = timeline->left + row->zoom_s / axis_end * width;
    chart_line(chart, at, row->top, left, row->top - FRAME_TOP);
    chart_line(chart, at, row->bottom, left, row->bottom + FRAME_FOOT);
    double scale;
    const char *unit = text_time_unit(row->zoom_s, &scale);
    const char *times = units_times(words, axis_end / row->zoom_s * (1 - ZOOM_FROM), NAN, NAN).value;
    chart_label(chart, (at + left) / 2, (row->top + row->bottom) / 2, TEXT_NOTE, TEXT_CENTER, left - at - 8,
                pool_printf(words, "stretched %s", times));
    /* Where there is no room beside the axis, below its beginning. */
    if (chart->form->narrow)
        chart_text(chart, zoom_left(timeline) - 14, row->bottom + 13, TEXT_NOTE, TEXT_RIGHT, unit);
    else
        chart_text(chart, timeline->right + 8, row->bottom + 13, TEXT_NOTE, TEXT_LEFT, unit);
}

static void write_variables(struct chart *chart, const struct timeline *timeline, const struct chart_axis *axis,
                            double scale)
{
    double values[6][CHART_MOST_ROWS];
    struct chart_axis zoom[CHART_MOST_ROWS];
    for (size_t i = 0; i < timeline->count; i++) {
        const struct row *row = &timeline->rows[i];
        double zoom_scale;
        text_time_unit(row->zoom_s, &zoom_scale);
        axis_linear(&zoom[i], 0, row->zoom_s > 0 ? row->zoom_s * zoom_scale : 1, chart->form->narrow ? 3 : 5);
        values[0][i] = row->top;
        values[1][i] = row->bottom;
        values[2][i] = row->set ? (double)row->set->sample_count : 1;
        values[3][i] = row->zoom_s * zoom_scale;
        values[4][i] = zoom_scale;
        values[5][i] = (double)runner_slot(row->lane->runner);
    }
    static const char *const names[6] = {"TOP", "BOTTOM", "JOBS", "ZOOM_END", "ZOOM_SCALE", "RUNNER"};
    chart_number(chart, "PANELS", (double)timeline->count);
    chart_number(chart, "LEFT", timeline->left);
    chart_number(chart, "RIGHT", timeline->right);
    chart_number(chart, "ZOOM_LEFT", zoom_left(timeline));
    chart_number(chart, "FRAME_LEFT", frame_left(chart, timeline));
    chart_number(chart, "FRAME_RIGHT", frame_right(chart, timeline));
    chart_number(chart, "FRAME_TOP", FRAME_TOP);
    chart_number(chart, "FRAME_FOOT", FRAME_FOOT);
    chart_number(chart, "SCALE", scale);
    chart_number(chart, "JOBS_A_LINE", (double)timeline->jobs_a_line);
    chart_number(chart, "XMAX", axis->hi);
    fprintf(chart->script, "XTICS = '%s'\n", axis->ticks);
    for (size_t v = 0; v < 6; v++)
        chart_array(chart, names[v], values[v], timeline->count);
    fprintf(chart->script, "array ZOOM_XTICS[%zu]\n", timeline->count);
    for (size_t i = 0; i < timeline->count; i++)
        fprintf(chart->script, "ZOOM_XTICS[%zu] = '%s'\n", i + 1, zoom[i].ticks);
}

static double write_title(struct chart *chart, const struct timeline *timeline)
{
    char text[900], description[500];
    lane_group_describe(timeline->group, description, sizeof(description));
    snprintf(text, sizeof(text), description[0] ? "%.300s: %s" : "%.300s", timeline->group->name, description);
    return chart_title(chart, "When each job ran", timeline->group->name, text);
}

static void write_caption(struct chart *chart, const struct timeline *timeline, const struct run_data *run)
{
    char meaning[700], line[100] = "Each line is one job", median[100];
    long blocks = 0;
    bool framed = false, failed = false;
    for (size_t i = 0; i < timeline->count; i++) {
        if (timeline->rows[i].lane->trials > blocks)
            blocks = timeline->rows[i].lane->trials;
        framed = framed || timeline->rows[i].zoom_s > 0;
        failed = failed || timeline->rows[i].failed > 0;
    }
    snprintf(median, sizeof(median), "%ld, the one with the median time", blocks);
    if (timeline->jobs_a_line > 1)
        snprintf(line, sizeof(line), "Each line is %zu jobs in a row", timeline->jobs_a_line);
    snprintf(meaning, sizeof(meaning),
             "%s, the first at the bottom.%s%s n = 1 run of each runner (a single run has no interval)%s%s.", line,
             framed ? " In a frame, at the right: the same jobs once more, stretched so many times, on a time axis of "
                      "their own."
                    : "",
             failed ? " Red and hatched, with a cross at the end: a job that failed." : "", blocks > 1 ? ": of " : "",
             blocks > 1 ? median : "");
    chart_caption(chart, run, meaning);
}

static int draw(struct chart_list *list, struct timeline *timeline, int number, struct failure *ret_failure)
{
    double scale;
    struct chart_axis axis;
    const char *unit = text_time_unit(timeline->end_s, &scale);
    struct chart *chart = chart_begin(list, "timeline", number, CHART_HEIGHT, ret_failure);
    if (!chart)
        return -1;
    choose_zooms(timeline);
    double below = lay_out(timeline, chart->form, write_title(chart, timeline));
    axis_linear(&axis, 0, timeline->end_s * scale * 1.01, chart->form->narrow ? 5 : 9);
    write_variables(chart, timeline, &axis, scale);
    fputs("# panel\tjob (by its start)\tstart s\tend s\trunner's number in the style\tfailed\n", chart->data);
    for (size_t i = 0; i < timeline->count; i++) {
        const struct row *row = &timeline->rows[i];
        write_head(chart, timeline, row, list->words);
        if (row->set)
            write_jobs(chart, timeline, row, i + 1);
        if (row->zoom_s > 0)
            write_zoom(chart, timeline, row, axis.hi / scale, list->words);
    }
    chart_textf(chart, timeline->right, below - AXIS_FOOT + 52, TEXT_BODY, TEXT_RIGHT, "time since the start (%s)",
                unit);
    chart->height = rint(below + CHART_CAPTION_HEIGHT);
    write_caption(chart, timeline, list->run);
    return chart_end(list, chart, "timeline", ret_failure);
}

int charts_timeline(struct chart_list *list, const struct lane_group *groups, size_t count, struct failure *ret_failure)
{
    int number = 0;
    for (size_t i = 0; i < count && number < CHART_MOST_PANELS; i++) {
        /* Jobs that do nothing show nothing: there is no waiting in them. */
        if (groups[i].swept || strcmp(groups[i].lanes[0]->workload, "null") == 0)
            continue;
        struct timeline timeline;
        int result = timeline_init(&timeline, list, &groups[i]);
        if (result < 0)
            failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
        else if (timeline.end_s > 0)
            result = draw(list, &timeline, ++number, ret_failure);
        timeline_finish(&timeline);
        if (result < 0)
            return -1;
    }
    return 0;
}
