/*
 * How long the jobs of one run took: percentiles on an axis that gives the tail its room, and the distribution. From
 * the jobs that were kept, so of one run a runner; a percentile only as far as that many jobs can tell it.
 */
#include "lines.h"
#include "../report.h"
#include "../../stats/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* px */
#define AXES_HEIGHT_ONE    564.0
#define AXES_HEIGHT        330.0
#define AXES_HEIGHT_NARROW 330.0

#define PAGE_MOST 3 /* panels of a picture */

/* A line has this many points, whatever the number of jobs: more could not be seen. */
#define POINTS_MOST 400
#define MARKED_MOST 8

/* A cell is drawn as a tail if its jobs can tell this percentile: of fewer there is only the median. */
#define TAIL_LEAST 0.9

/* A cell whose jobs are drawn: of a sweep, the point where most is in flight. */
struct cell {
    const char *name, *description;
    const struct summary_record *lanes[CHART_MOST_ROWS];
    struct job_times times[CHART_MOST_ROWS]; /* of the lanes */
    bool kept[CHART_MOST_ROWS];              /* there are samples */
    size_t count;
    size_t n_min, n_max;
    int64_t jobs_most; /* where more ran than were kept */
    long blocks;
};

static void cells_free(struct cell *cells, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t l = 0; l < cells[i].count; l++)
            job_times_free(&cells[i].times[l]);
}

/* The x of a sweep that is drawn: the highest of which jobs were kept. NAN: the group is none, or has nothing. */
static double drawn_x(const struct chart_list *list, const struct lane_group *group)
{
    double highest = NAN;
    for (size_t i = 0; group->swept && i < group->count; i++)
        if (isfinite(group->x[i]) && !(group->x[i] <= highest) && samples_of(list, group->lanes[i]))
            highest = group->x[i];
    return highest;
}

/* "200 jobs, concurrency 200, delay 20 ms, 1 CPU; n = 200 jobs a line". */
static void describe(struct cell *cell, struct text_pool *words, const char *swept)
{
    struct lane_group group = {.lanes = cell->lanes, .count = cell->count};
    char text[600];
    lane_group_describe(&group, text, sizeof(text));
    const char *n = units_count(words, (double)cell->n_min);
    if (cell->n_min != cell->n_max)
        n = pool_printf(words, "%s to %s", n, units_count(words, (double)cell->n_max));
    size_t failed = 0;
    for (size_t i = 0; i < cell->count; i++)
        failed += cell->times[i].failed;
    cell->description = pool_printf(words, "%s%s; n = %s jobs a line", text, swept, n);
    if (cell->jobs_most > 0)
        cell->description = pool_printf(words, "%s (of up to %s, evenly picked)", cell->description,
                                        units_count(words, (double)cell->jobs_most));
    if (failed)
        cell->description = pool_printf(words, "%s, without those that failed", cell->description);
}

/* Returns 0 or -1 (memory); a cell of which nothing was kept has n_max 0. */
static int cell_init(struct cell *cell, const struct chart_list *list, const struct lane_group *group)
{
    double x = drawn_x(list, group);
    *cell = (struct cell){.name = group->name};
    for (size_t i = 0; i < group->count && cell->count < CHART_MOST_ROWS; i++) {
        const struct summary_record *lane = group->lanes[i];
        /* What does not depend on what is swept stands beside each of its points. */
        if (group->swept && isfinite(group->x[i]) && group->x[i] != x)
            continue;
        const struct sample_set *set = samples_of(list, lane);
        size_t at = cell->count;
        if (set && job_times_make(&cell->times[at], set) < 0)
            return -1;
        cell->lanes[at] = lane;
        cell->kept[at] = set != NULL;
        if (set && set->jobs > (int64_t)set->sample_count && set->jobs > cell->jobs_most)
            cell->jobs_most = set->jobs;
        cell->count++;
        if (group->swept && isfinite(group->x[i]))
            cell->name = lane->cell;
        size_t n = cell->times[at].count;
        cell->blocks = lane->trials > cell->blocks ? lane->trials : cell->blocks;
        if (n == 0)
            continue;
        cell->n_min = cell->n_max == 0 || n < cell->n_min ? n : cell->n_min;
        cell->n_max = n > cell->n_max ? n : cell->n_max;
    }
    if (cell->n_max > 0)
        describe(cell, list->words, group->swept ? ", its highest point" : "");
    return 0;
}

/* The largest p of which n jobs are enough to know the percentile; below 0.5: none. */
static double last_percentile(size_t n)
{
    double lo = 0.5, hi = 1;
    if (n < stats_quantile_min_n(lo))
        return 0;
    for (int i = 0; i < 60; i++) {
        double middle = (lo + hi) / 2;
        if (middle < 1 && stats_quantile_min_n(middle) <= n)
            lo = middle;
        else
            hi = middle;
    }
    return lo;
}

/* "p98", "p99.9": rounded down, with as many digits as its tail has noughts. */
static const char *percentile_name(struct text_pool *words, double p)
{
    double digits = fmax(0, ceil(-log10(1 - p)) - 2), power = pow(10, digits);
    return pool_printf(words, "p%.9g", floor(p * 100 * power + 1e-6) / power);
}

static double tail_of(double p)
{
    return 1 / (1 - p);
}

/* A job that began and ended in the same nanosecond took one: a logarithmic axis has no zero. */
static double time_of(double seconds, double scale)
{
    return fmax(seconds, 1e-9) * scale;
}

static void add_point(struct line *line, double x, double y, bool marked)
{
    line->points[line->count++] = (struct line_point){.x = x, .y = y, .lo = NAN, .hi = NAN, .marked = marked};
}

/* From the median on, evenly along the axis, with markers at the percentiles that have names and at the end. */
static void fill_percentiles(struct line *line, const struct job_times *times, double scale)
{
    static const double named[] = {0.5, 0.9, 0.95, 0.99, 0.999, 0.9999, 0.99999};
    double last = last_percentile(times->count), reach = tail_of(last) / 2;
    bool end_marked = true;
    for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
        if (named[i] <= last && tail_of(last) < 1.2 * tail_of(named[i]))
            end_marked = false; /* two markers would be one on another */
    for (int i = 0; i <= POINTS_MOST; i++) {
        double p = i == POINTS_MOST ? last : 1 - 0.5 / pow(reach, (double)i / POINTS_MOST);
        double seconds = stats_quantile_sorted(times->seconds, times->count, p);
        if (isfinite(seconds))
            add_point(line, tail_of(p), time_of(seconds, scale), i == POINTS_MOST && end_marked);
    }
    for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
        double seconds = stats_quantile_sorted(times->seconds, times->count, named[i]);
        if (isfinite(seconds))
            add_point(line, tail_of(named[i]), time_of(seconds, scale), true);
    }
    line_sort(line);
}

/* Steps: at each job's time the share rises by that of one job; where there are too many, by that of several. */
static void fill_distribution(struct line *line, const struct job_times *times, double scale)
{
    static const double named[] = {0.1, 0.5, 0.9};
    size_t n = times->count, steps = n < POINTS_MOST ? n : POINTS_MOST, next = 0;
    double before = 0;
    for (size_t i = 1; i <= steps; i++) {
        size_t rank = i * n / steps;
        double x = time_of(times->seconds[rank - 1], scale), share = (double)rank / (double)n;
        bool marked = next < 3 && share >= named[next] - 1e-9;
        while (next < 3 && share >= named[next] - 1e-9)
            next++;
        add_point(line, x, before, false);
        add_point(line, x, share, marked);
        before = share;
    }
}

static void time_axis(struct chart_axis *ret_axis, double least, double most, int wanted)
{
    /* A job of no measurable time has no place on a logarithmic axis. */
    axis_near(ret_axis, fmax(least, most * 1e-6), fmax(most, 1e-3), wanted);
}

static void time_axis_y(struct chart_axis *ret_axis, const struct line_panel *panel, double room_px)
{
    time_axis(ret_axis, panel->y_least, panel->y_most, room_px < 400 ? 4 : 6);
}

static void time_axis_x(struct chart_axis *ret_axis, const struct line_panel *panel, double room_px)
{
    time_axis(ret_axis, panel->x_least, panel->x_most, room_px < 600 ? 4 : 8);
}

static void tail_axis(struct chart_axis *ret_axis, const struct line_panel *panel, double room_px)
{
    axis_tail(ret_axis, panel->x_most, room_px);
}

static void share_axis(struct chart_axis *ret_axis, const struct line_panel *panel, double room_px)
{
    (void)panel;
    (void)room_px;
    axis_share(ret_axis);
}

/* One of the two kinds. */
struct latency_kind {
    const char *name, *title, *subtitle;
    const char *columns; /* of a unit */
    bool tail;
};

static const struct latency_kind percentiles = {
    .name = "percentiles",
    .title = "How long the slow jobs took",
    .subtitle = "percentiles of a job's own time, start to end; the axis widens towards the slowest",
    .columns = "1 / (1 - p)\ttime in the panel's unit\t(no interval)\t(no interval)",
    .tail = true,
};

static const struct latency_kind distribution = {
    .name = "cdf",
    .title = "How long the jobs took",
    .subtitle = "height: the share of the jobs that took no longer than the time below it, start to end",
    .columns = "time in the panel's unit\tshare of the jobs\t(no interval)\t(no interval)",
};

/* Why a lane has no line, or not all of its jobs in it; NULL: it has. */
static const char *describe_gap(const struct cell *cell, size_t lane, struct text_pool *words)
{
    char why[1000];
    const struct job_times *times = &cell->times[lane];
    if (!cell->kept[lane]) {
        text_nothing(why, sizeof(why), cell->lanes[lane]);
        return pool_printf(words, "%s", why);
    }
    if (times->count < stats_quantile_min_n(0.5))
        return pool_printf(words, "%zu job%s; even p50 needs %zu", times->count, times->count == 1 ? "" : "s",
                           stats_quantile_min_n(0.5));
    if (times->failed > 0)
        return pool_printf(words, "%zu of %zu jobs failed and are not in the line", times->failed,
                           times->failed + times->count);
    return NULL;
}

/* The axis' name, with the meaning of a percentile that is on it. */
static const char *tail_name(const struct line_panel *panel, const struct chart_form *form)
{
    struct chart_axis axis;
    if (form->narrow)
        return "percentile";
    axis_tail(&axis, panel->x_most, form->width / 2);
    return strstr(axis.ticks, "\"p90\"") ? "percentile (p90: nine jobs in ten took no longer)"
                                         : "percentile (p50: half of the jobs took no longer)";
}

/* Returns the panel, which may have nothing to draw; NULL: no memory. */
static struct line_panel *make_panel(const struct latency_kind *kind, const struct chart_list *list,
                                     const struct cell *cell)
{
    struct text_pool *words = list->words;
    struct line_panel *panel = pool_array(words, 1, sizeof(*panel));
    double longest = 0, scale;
    if (!panel)
        return NULL;
    for (size_t i = 0; i < cell->count; i++)
        if (cell->times[i].count > 0)
            longest = fmax(longest, cell->times[i].seconds[cell->times[i].count - 1]);
    const char *unit = text_time_unit(longest, &scale);
    panel->heading = cell->name;
    panel->description = cell->description;
    const char *at = NULL;
    for (size_t i = 0; i < cell->count; i++) {
        const struct job_times *times = &cell->times[i];
        struct line *line = line_of(panel, words, cell->lanes[i]->runner, 2 * POINTS_MOST + MARKED_MOST);
        if (!line)
            return NULL;
        line->gap = describe_gap(cell, i, words);
        if (times->count < stats_quantile_min_n(0.5))
            continue;
        if (kind->tail)
            fill_percentiles(line, times, scale);
        else
            fill_distribution(line, times, scale);
        double last = last_percentile(times->count), p = kind->tail ? last : 0.5;
        line->figure = units_duration(words, time_of(stats_quantile_sorted(times->seconds, times->count, p), 1));
        const char *own = pool_printf(words, "slowest known: %s", percentile_name(words, last));
        at = !at || strcmp(at, own) == 0 ? own : "slowest known";
    }
    panel->figure_name = kind->tail ? at : "median";
    if (!line_panel_measure(panel))
        return panel;
    struct chart_axis axis;
    time_axis(&axis, kind->tail ? panel->y_least : panel->x_least, kind->tail ? panel->y_most : panel->x_most, 4);
    const char *remark = axis.log ? ", logarithmic" : axis.lo > 0 ? "; does not begin at 0" : "";
    const char *time_name = pool_printf(words, "time of a job (%s%s)", unit, remark);
    panel->x_axis = kind->tail ? tail_axis : time_axis_x;
    panel->y_axis = kind->tail ? time_axis_y : share_axis;
    panel->x_name = kind->tail ? tail_name(panel, list->form) : time_name;
    panel->y_name = kind->tail ? time_name : "share of the jobs";
    panel->stacked = !kind->tail;
    return panel;
}

/* Of which run the lines are, and what they do not say. */
static const char *meaning(const struct latency_kind *kind, const struct cell *const *cells, size_t count,
                           const char *left_out, struct text_pool *words)
{
    long blocks = 0;
    for (size_t i = 0; i < count; i++)
        blocks = cells[i]->blocks > blocks ? cells[i]->blocks : blocks;
    const char *which = blocks > 1 ? pool_printf(words, " (of %ld, the one with the median time)", blocks) : "";
    const char *end = pool_printf(words,
                                  " A line ends where there are too few jobs to know more: p90 needs %zu, p99 %zu, "
                                  "p99.9 %zu.",
                                  stats_quantile_min_n(0.9), stats_quantile_min_n(0.99), stats_quantile_min_n(0.999));
    return pool_printf(
        words,
        "Each line: the jobs of one run%s. Jobs of one run are not independent, so there is no interval; "
        "the tables have the medians over all runs.%s%s",
        which, kind->tail ? end : "", left_out);
}

static int draw_page(struct chart_list *list, const struct latency_kind *kind, const struct cell *const *cells,
                     size_t count, const char *left_out, size_t page, size_t pages, struct failure *ret_failure)
{
    const struct line_panel *panels[PAGE_MOST];
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        struct line_panel *panel = make_panel(kind, list, cells[i]);
        if (!panel)
            return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
        if (line_panel_measure(panel))
            panels[used++] = panel;
    }
    if (used == 0)
        return 0;
    const char *of = pages > 1 ? pool_printf(list->words, "%zu of %zu", page, pages) : NULL;
    const struct line_picture picture = {
        .name = kind->name,
        .number = page > 1 ? (int)page : 0,
        .title = kind->title,
        .of = of,
        .subtitle = of ? pool_printf(list->words, "%s (%s)", kind->subtitle, of) : kind->subtitle,
        .meaning = meaning(kind, cells, count, left_out, list->words),
        .columns = kind->columns,
        .panels = panels,
        .count = used,
        .thickness = 0.7,
        .panel_height = list->form->narrow ? AXES_HEIGHT_NARROW
                        : used == 1        ? AXES_HEIGHT_ONE
                                           : AXES_HEIGHT,
    };
    return lines_draw(list, &picture, ret_failure);
}

/* Cells whose jobs are too few for any slow one to be known are not drawn as a tail: the caption names them. */
static int draw_pages(struct chart_list *list, const struct latency_kind *kind, const struct cell *cells, size_t count,
                      struct failure *ret_failure)
{
    struct text_pool *words = list->words;
    const struct cell *drawn[CHART_MOST_PANELS];
    size_t used = 0, needed = stats_quantile_min_n(TAIL_LEAST);
    const char *left_out = "";
    for (size_t i = 0; i < count; i++) {
        if (!kind->tail || cells[i].n_max >= needed) {
            drawn[used++] = &cells[i];
            continue;
        }
        char name[300];
        text_fit(name, sizeof(name), cells[i].name, TEXT_CAPTION, 400);
        left_out = pool_printf(words, "%s%s%s", left_out, left_out[0] ? ", " : "", name);
    }
    if (left_out[0])
        left_out = pool_printf(words, " Not drawn, with fewer than %zu jobs: %s.", needed, left_out);
    size_t pages = (used + PAGE_MOST - 1) / PAGE_MOST;
    for (size_t p = 0; p < pages; p++) {
        size_t from = p * used / pages, to = (p + 1) * used / pages;
        if (draw_page(list, kind, &drawn[from], to - from, left_out, p + 1, pages, ret_failure) < 0)
            return -1;
    }
    return 0;
}

int charts_latency(struct chart_list *list, const struct lane_group *groups, size_t count, struct failure *ret_failure)
{
    struct cell *cells = calloc(CHART_MOST_PANELS, sizeof(*cells));
    size_t used = 0;
    int result = cells ? 0 : -1;
    for (size_t i = 0; result == 0 && i < count && used < CHART_MOST_PANELS; i++) {
        /* Jobs that do nothing take no time. */
        /* In an open loop a job's own time leaves out what it waited: that has a chart of its own. */
        if (strcmp(groups[i].lanes[0]->workload, "null") == 0 || lane_group_is_open(&groups[i]))
            continue;
        result = cell_init(&cells[used++], list, &groups[i]);
        if (result == 0 && cells[used - 1].n_max < stats_quantile_min_n(0.5))
            cells_free(&cells[--used], 1);
    }
    if (result < 0)
        failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    if (result == 0)
        result = draw_pages(list, &percentiles, cells, used, ret_failure);
    if (result == 0)
        result = draw_pages(list, &distribution, cells, used, ret_failure);
    if (cells)
        cells_free(cells, used);
    free(cells);
    return result;
}
