/*
 * Response and service time against the rate at which jobs arrived: two panels with the same axes, so that what jobs
 * waited before they were begun is seen as the difference. A line a runner; a hollow circle is a point that was too
 * much, by the rule of the sentence and the table (knee_found.h).
 */
#include "lines.h"
#include "../knee_found.h"
#include "../rate_words.h"
#include "../report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* px, of a panel's axes */
#define AXES_HEIGHT 330.0

enum { PANELS = 2 };

static double response_p50(const struct trial_record *trial)
{
    return trial->response_p50_ms;
}

static double response_p99(const struct trial_record *trial)
{
    return trial->response_p99_ms;
}

static double service_p50(const struct trial_record *trial)
{
    return trial->service_p50_ms;
}

static double service_p99(const struct trial_record *trial)
{
    return trial->service_p99_ms;
}

static const struct {
    const char *heading, *begun;
    size_t p99_of_lane, p50_of_lane;
    trial_figure_fn p99, p50;
} kinds[PANELS] = {
    {"Response time", "from when a job was due", offsetof(struct summary_record, response_p99_ms),
     offsetof(struct summary_record, response_p50_ms), response_p99, response_p50},
    {"Service time", "from when it was begun", offsetof(struct summary_record, service_p99_ms),
     offsetof(struct summary_record, service_p50_ms), service_p99, service_p50},
};

struct rate_chart {
    const struct lane_group *group;
    struct line_panel panels[PANELS];
    struct run_count runs;
    bool median;          /* too few jobs for the 99th percentile: the figures are medians */
    bool saturated, late; /* a point is */
    double *rates;        /* ascending, each once */
};

static double real_at(const void *record, size_t offset)
{
    return *(const double *)((const char *)record + offset);
}

static bool knows_p99(const struct lane_group *group)
{
    for (size_t i = 0; i < group->count; i++)
        if (group->lanes[i]->trials > 0 && !isfinite(group->lanes[i]->response_p99_ms))
            return false;
    return true;
}

/* "99 %", or "half" where there are too few jobs for that. */
static const char *share_of(const struct rate_chart *rate)
{
    return rate->median ? "half" : "99 %";
}

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void rates_axis(struct chart_axis *ret_axis, const struct line_panel *panel, double room_px)
{
    axis_log_at(ret_axis, panel->ticks, panel->tick_count, room_px);
}

/* Far apart where jobs piled up; else a few milliseconds that are all alike. */
static void ms_axis(struct chart_axis *ret_axis, const struct line_panel *panel, double room_px)
{
    (void)room_px;
    /* A logarithm wants no zero. */
    axis_near(ret_axis, fmax(panel->y_least, 1e-4), fmax(panel->y_most, 1e-3), 5);
}

/* Returns 0 or -1 (memory). */
static int fill_point(struct rate_chart *rate, const struct chart_list *list, const struct summary_record *lane,
                      size_t kind, struct line_point *point)
{
    struct lane_estimate estimate;
    if (lane_estimate_make(&estimate, list, lane, rate->median ? kinds[kind].p50 : kinds[kind].p99) < 0)
        return -1;
    double ms = real_at(lane, rate->median ? kinds[kind].p50_of_lane : kinds[kind].p99_of_lane);
    point->y = isfinite(ms) ? fmax(ms, 1e-4) : NAN;
    point->lo = estimate.lo;
    point->hi = estimate.hi;
    bool saturated = lane_is_saturated(lane);
    bool late = lane_is_late(lane, knee_limit_of(rate->group, &list->trials, lane));
    point->marked = saturated || late ? LINE_HOLLOW : LINE_MARKED;
    rate->saturated = rate->saturated || (isfinite(point->y) && saturated);
    rate->late = rate->late || (isfinite(point->y) && late);
    if (isfinite(point->y))
        run_count_add(&rate->runs, lane->trials, isfinite(point->lo));
    return 0;
}

/* "at 4,000 jobs/s": where all lines end, or just that they do. */
static const char *name_figures(const struct line_panel *panel, struct text_pool *words)
{
    double end = NAN;
    bool alike = true;
    for (size_t i = 0; i < panel->count; i++) {
        const struct line *line = &panel->lines[i];
        for (size_t p = line->count; p-- > 0;)
            if (isfinite(line->points[p].y)) {
                alike = alike && (isnan(end) || line->points[p].x == end);
                end = line->points[p].x;
                break;
            }
    }
    return alike && isfinite(end) ? pool_printf(words, "at %s jobs/s", units_count(words, end)) : "at the line's end";
}

/* Returns 0 or -1 (memory). */
static int fill_panel(struct rate_chart *rate, const struct chart_list *list, size_t kind)
{
    const struct lane_group *group = rate->group;
    const struct summary_record *gaps[CHART_MOST_ROWS] = {0};
    struct line_panel *panel = &rate->panels[kind];
    struct text_pool *words = list->words;
    *panel = (struct line_panel){
        .heading = pool_printf(words, "%s: %s", kinds[kind].heading, kinds[kind].begun),
        .description = pool_printf(words, "the time within which %s of the jobs were done", share_of(rate)),
        .x_name = "jobs offered per second (logarithmic)",
        .x_axis = rates_axis,
        .y_axis = ms_axis,
        .ticks = rate->rates,
    };
    for (size_t i = 0; i < group->count; i++) {
        const struct summary_record *lane = group->lanes[i];
        struct line *line = line_of(panel, words, lane->runner, group->count);
        if (!line && panel->count == CHART_MOST_ROWS)
            continue;
        if (!line)
            return -1;
        struct line_point *point = &line->points[line->count++];
        point->x = lane->offered_per_s > 0 ? lane->offered_per_s : group->x[i];
        if (fill_point(rate, list, lane, kind, point) < 0)
            return -1;
        if (!isfinite(point->y) && !gaps[line - panel->lines])
            gaps[line - panel->lines] = lane;
    }
    for (size_t i = 0; i < panel->count; i++) {
        struct line *line = &panel->lines[i];
        line_sort(line);
        for (size_t p = 0; p < line->count; p++)
            if (isfinite(line->points[p].y))
                line->figure = units_duration(words, line->points[p].y / 1e3);
        if (gaps[i] && kind == PANELS - 1) /* said once, below both */
            line_say_gap(line, words, gaps[i]);
    }
    panel->figure_name = name_figures(panel, words);
    return 0;
}

/* The same axes for both, and their names. Returns whether there is anything to draw. */
static bool share_axes(struct rate_chart *rate, struct text_pool *words)
{
    struct line_panel *panels = rate->panels;
    if (!line_panel_measure(&panels[0]) || !line_panel_measure(&panels[1]))
        return false;
    double least = fmin(panels[0].y_least, panels[1].y_least), most = fmax(panels[0].y_most, panels[1].y_most);
    for (size_t k = 0; k < PANELS; k++) {
        struct chart_axis axis;
        panels[k].y_least = least;
        panels[k].y_most = most;
        ms_axis(&axis, &panels[k], 0);
        panels[k].y_name = pool_printf(words, "%s within (ms%s)", share_of(rate),
                                       axis.log      ? ", logarithmic"
                                       : axis.lo > 0 ? "; does not begin at 0"
                                                     : "");
    }
    return true;
}

/* Returns 0 or -1 (memory). */
static int rate_init(struct rate_chart *rate, const struct chart_list *list, const struct lane_group *group)
{
    *rate = (struct rate_chart){.group = group, .median = !knows_p99(group)};
    rate->rates = pool_array(list->words, group->count, sizeof(*rate->rates));
    if (!rate->rates)
        return -1;
    for (size_t k = 0; k < PANELS; k++)
        if (fill_panel(rate, list, k) < 0)
            return -1;
    size_t count = 0, kept = 0;
    for (size_t i = 0; i < rate->panels[0].count; i++)
        for (size_t p = 0; p < rate->panels[0].lines[i].count; p++)
            if (rate->panels[0].lines[i].points[p].x > 0)
                rate->rates[count++] = rate->panels[0].lines[i].points[p].x;
    qsort(rate->rates, count, sizeof(double), by_value);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || rate->rates[i] > rate->rates[kept - 1])
            rate->rates[kept++] = rate->rates[i];
    for (size_t k = 0; k < PANELS; k++)
        rate->panels[k].tick_count = kept;
    return 0;
}

static const char *hollow_means(const struct rate_chart *rate)
{
    if (rate->saturated && rate->late)
        return " Hollow circle: too much, the jobs piled up or were done too late.";
    return rate->saturated ? " Hollow circle: saturated, the jobs piled up."
           : rate->late    ? " Hollow circle: too much, the jobs were done too late."
                           : "";
}

static const char *meaning(const struct rate_chart *rate, struct text_pool *words)
{
    char runs[64];
    run_count_text(rate->runs, runs, sizeof(runs));
    const char *hollow = hollow_means(rate);
    if (!rate->runs.intervals)
        return pool_printf(words,
                           "Line: median of %s at each rate.%s No interval: that takes 6 runs. Both panels have the "
                           "same axes.",
                           runs, hollow);
    return pool_printf(words,
                       "Line: median of %s at each rate. Band: exact 95 %% interval of the median%s.%s Both panels "
                       "have the same axes.",
                       runs, rate->runs.min < 6 ? " (none below 6 runs)" : "", hollow);
}

static int draw(struct chart_list *list, struct rate_chart *rate, int number, struct failure *ret_failure)
{
    struct text_pool *words = list->words;
    const struct lane_group *group = rate->group;
    char description[500];
    lane_group_describe(group, description, sizeof(description));
    const struct line_panel *panels[PANELS] = {&rate->panels[0], &rate->panels[1]};
    const struct line_picture picture = {
        .name = "rate",
        .number = number,
        .title = "Response and service time against offered rate",
        .of = group->name,
        .subtitle = pool_printf(words, description[0] ? "%s: %s%s" : "%s%s%s", group->name, description,
                                rate_body_size(words, list->run, &list->trials, group)),
        .meaning = meaning(rate, words),
        .columns = "jobs/s offered\tmedian ms\tinterval from ms\tto ms",
        .panels = panels,
        .count = PANELS,
        .thickness = 1,
        .panel_height = AXES_HEIGHT,
    };
    return lines_draw(list, &picture, ret_failure);
}

int charts_rate(struct chart_list *list, const struct lane_group *groups, size_t count, struct failure *ret_failure)
{
    int number = 0;
    for (size_t i = 0; i < count && number < CHART_MOST_PANELS; i++) {
        if (!groups[i].swept || strcmp(groups[i].swept, "rate") != 0 || !lane_group_is_open(&groups[i]))
            continue;
        struct rate_chart *rate = pool_array(list->words, 1, sizeof(*rate));
        if (!rate || rate_init(rate, list, &groups[i]) < 0)
            return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
        if (share_axes(rate, list->words) && draw(list, rate, ++number, ret_failure) < 0)
            return -1;
    }
    return 0;
}
