/*
 * What a sweep shows: throughput, CPU per job and peak memory per job in flight, against concurrency (or what else the
 * section sweeps). A line a runner, each point the median of its runs.
 */
#include "lines.h"
#include "../report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* px */
#define AXES_HEIGHT        564.0
#define AXES_HEIGHT_NARROW 400.0

/* What is drawn of a sweep. */
struct sweep_kind {
    const char *name;            /* of its files */
    const char *title;           /* before "against concurrency" */
    const char *y_name, *y_unit; /* y_unit NULL: said by the name */
    const char *figure_name, *column;
    trial_figure_fn figure;
    const char *(*print)(struct text_pool *pool, double figure);
    const char *remark; /* what the caption adds; "" */
    bool per_worker;    /* so that one job after another is a point at concurrency 1, and no level */
};

static double jobs_per_s(const struct trial_record *trial)
{
    return trial->jobs_per_s;
}

static double cpu_us_per_job(const struct trial_record *trial)
{
    return trial->cpu_us_per_job;
}

static double rss_kib_per_worker(const struct trial_record *trial)
{
    return trial->concurrency > 0 ? trial_rss_peak_kib(trial) / (double)trial->concurrency : NAN;
}

static const char *print_us(struct text_pool *pool, double us)
{
    return pool_printf(pool, "%s \u00b5s", units_rate(pool, us));
}

static const char *print_kib(struct text_pool *pool, double kib)
{
    return pool_printf(pool, "%s KiB", units_rate(pool, kib));
}

static const struct sweep_kind throughput = {
    .name = "sweep",
    .title = "Throughput",
    .y_name = "jobs per second",
    .figure_name = "jobs/s",
    .column = "median jobs/s\tinterval from jobs/s\tto jobs/s",
    .figure = jobs_per_s,
    .print = units_rate,
    .remark = "",
};

static const struct sweep_kind cpu = {
    .name = "cpu",
    .title = "CPU per job",
    .y_name = "CPU time per job",
    .y_unit = "\u00b5s",
    .figure_name = "per job",
    .column = "median us\tinterval from us\tto us",
    .figure = cpu_us_per_job,
    .print = print_us,
    .remark = " User and system time while the jobs ran.",
};

static const struct sweep_kind memory = {
    .name = "memory",
    .title = "Peak memory per concurrent job",
    .y_name = "peak memory per concurrent job",
    .y_unit = "KiB",
    .figure_name = "per job",
    .column = "median KiB\tinterval from KiB\tto KiB",
    .figure = rss_kib_per_worker,
    .print = print_kib,
    .remark =
        " Memory of the whole process, divided by the jobs in flight: with few, most of it is the program itself.",
    .per_worker = true,
};

/* A sweep as a panel of lines, and what is said of it. */
struct sweep {
    const struct sweep_kind *kind;
    const struct lane_group *group;
    struct line_panel panel;
    double *ticks; /* the x that there are, ascending */
    struct run_count runs;
};

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* A sweep is of powers, but for one that begins with nothing: that has no place on a logarithmic axis. */
static bool is_linear(const struct line_panel *panel)
{
    return panel->tick_count > 0 && panel->ticks[0] <= 0;
}

static void points_axis(struct chart_axis *ret_axis, const struct line_panel *panel, double room_px)
{
    if (is_linear(panel))
        axis_linear(ret_axis, 0, panel->ticks[panel->tick_count - 1], 6);
    else
        axis_log_at(ret_axis, panel->ticks, panel->tick_count, room_px);
}

static void amount_axis(struct chart_axis *ret_axis, const struct line_panel *panel, double room_px)
{
    (void)room_px;
    axis_amount(ret_axis, panel->y_least, panel->y_most, 6);
}

/* The median of a lane's runs and its interval. Returns 0 or -1 (memory). */
static int fill_point(struct sweep *sweep, const struct chart_list *list, const struct summary_record *lane,
                      struct line_point *point)
{
    struct lane_estimate estimate;
    if (lane_estimate_make(&estimate, list, lane, sweep->kind->figure) < 0)
        return -1;
    point->y = estimate.median;
    point->lo = estimate.lo;
    point->hi = estimate.hi;
    point->marked = LINE_MARKED;
    run_count_add(&sweep->runs, (long)estimate.n, isfinite(estimate.lo));
    return 0;
}

/* What is missing in a line, and its last figure. `gaps` are the first lanes without one, by line. */
static void finish_line(struct sweep *sweep, struct line *line, const struct summary_record *gap,
                        struct text_pool *words)
{
    line_sort(line);
    for (size_t i = 0; i < line->count; i++)
        if (isfinite(line->points[i].y))
            line->figure = sweep->kind->print(words, line->points[i].y);
    if (gap)
        line_say_gap(line, words, gap);
}

/* Returns 0 or -1 (memory). */
static int sweep_init(struct sweep *sweep, const struct chart_list *list, const struct lane_group *group,
                      const struct sweep_kind *kind)
{
    const struct summary_record *gaps[CHART_MOST_ROWS] = {0};
    struct line_panel *panel = &sweep->panel;
    *sweep = (struct sweep){.kind = kind, .group = group};
    sweep->ticks = pool_array(list->words, group->count, sizeof(*sweep->ticks));
    if (!sweep->ticks)
        return -1;
    *panel = (struct line_panel){
        .x_axis = points_axis, .y_axis = amount_axis, .figure_name = kind->figure_name, .ticks = sweep->ticks};
    bool by_concurrency = strcmp(group->swept, "concurrency") == 0;
    for (size_t i = 0; i < group->count; i++) {
        const struct summary_record *lane = group->lanes[i];
        struct line *line = line_of(panel, list->words, lane->runner, group->count);
        if (!line && panel->count == CHART_MOST_ROWS)
            continue;
        if (!line)
            return -1;
        struct line_point *point = &line->points[line->count++];
        point->x = group->x[i];
        if (!isfinite(point->x) && by_concurrency && kind->per_worker && lane->concurrency > 0)
            point->x = (double)lane->concurrency;
        if (fill_point(sweep, list, lane, point) < 0)
            return -1;
        if (isfinite(point->x))
            sweep->ticks[panel->tick_count++] = point->x;
        else
            line->level = true;
        if (!isfinite(point->y) && !gaps[line - panel->lines])
            gaps[line - panel->lines] = lane;
    }
    for (size_t i = 0; i < panel->count; i++)
        finish_line(sweep, &panel->lines[i], gaps[i], list->words);
    qsort(sweep->ticks, panel->tick_count, sizeof(double), by_value);
    size_t kept = 0;
    for (size_t i = 0; i < panel->tick_count; i++)
        if (kept == 0 || sweep->ticks[i] > sweep->ticks[kept - 1])
            sweep->ticks[kept++] = sweep->ticks[i];
    panel->tick_count = kept;
    return 0;
}

/* "spin-us" is "spin" and microseconds. Returns the unit, "" if the key has none. */
static const char *split_key(char *ret_words, size_t size, const char *key)
{
    static const struct {
        const char *ending, *unit;
    } units[] = {{" us", "\u00b5s"}, {" ms", "ms"}, {" s", "s"}, {" bytes", "bytes"}};
    text_fit(ret_words, size, key, TEXT_BODY, 300);
    for (char *p = ret_words; *p; p++)
        if (*p == '-' || *p == '_')
            *p = ' ';
    size_t length = strlen(ret_words);
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        size_t of_ending = strlen(units[i].ending);
        if (length > of_ending && strcmp(ret_words + length - of_ending, units[i].ending) == 0) {
            ret_words[length - of_ending] = '\0';
            return units[i].unit;
        }
    }
    return "";
}

static int draw(struct chart_list *list, struct sweep *sweep, int number, struct failure *ret_failure)
{
    const struct lane_group *group = sweep->group;
    const struct sweep_kind *kind = sweep->kind;
    struct line_panel *panel = &sweep->panel;
    struct text_pool *words = list->words;
    char swept[200], description[500], runs[64], x_name[300];
    const char *unit = split_key(swept, sizeof(swept), group->swept);
    lane_group_describe(group, description, sizeof(description));
    run_count_text(sweep->runs, runs, sizeof(runs));
    const char *scale = is_linear(panel) ? "" : "logarithmic", *between = unit[0] && scale[0] ? ", " : "";
    snprintf(x_name, sizeof(x_name), unit[0] || scale[0] ? "%s (%s%s%s)" : "%s", swept, unit, between, scale);
    panel->x_name = x_name;
    struct chart_axis axis;
    amount_axis(&axis, panel, 0);
    if (kind->y_unit)
        panel->y_name = pool_printf(words, "%s (%s%s)", kind->y_name, kind->y_unit, axis.log ? ", logarithmic" : "");
    else
        panel->y_name = pool_printf(words, "%s%s", kind->y_name, axis.log ? " (logarithmic)" : "");
    const struct line_panel *panels[] = {panel};
    const struct line_picture picture = {
        .name = kind->name,
        .number = number,
        .title = pool_printf(words, "%s against %s", kind->title, swept),
        .of = group->name,
        .subtitle = pool_printf(words, description[0] ? "%s: %s" : "%s", group->name, description),
        .meaning = pool_printf(
            words,
            sweep->runs.intervals ? "Line: median of %s at each point. Band: exact 95 %% interval of the median%s.%s"
                                  : "Line: median of %s at each point%s. No interval: that takes 6 runs.%s",
            runs, sweep->runs.intervals && sweep->runs.min < 6 ? " (none below 6 runs)" : "", kind->remark),
        .columns = pool_printf(words, "x\t%s", kind->column),
        .panels = panels,
        .count = 1,
        .thickness = 1,
        .panel_height = list->form->narrow ? AXES_HEIGHT_NARROW : AXES_HEIGHT,
    };
    return lines_draw(list, &picture, ret_failure);
}

static int draw_kind(struct chart_list *list, const struct lane_group *groups, size_t count,
                     const struct sweep_kind *kind, struct failure *ret_failure)
{
    int number = 0;
    for (size_t i = 0; i < count && number < CHART_MOST_PANELS; i++) {
        if (!groups[i].swept || lane_group_is_open(&groups[i]))
            continue;
        struct sweep sweep;
        if (sweep_init(&sweep, list, &groups[i], kind) < 0)
            return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
        if (line_panel_measure(&sweep.panel) && sweep.panel.tick_count > 0 &&
            draw(list, &sweep, ++number, ret_failure) < 0)
            return -1;
    }
    return 0;
}

int charts_sweep(struct chart_list *list, const struct lane_group *groups, size_t count, struct failure *ret_failure)
{
    return draw_kind(list, groups, count, &throughput, ret_failure);
}

int charts_sweep_cost(struct chart_list *list, const struct lane_group *groups, size_t count,
                      struct failure *ret_failure)
{
    int result = draw_kind(list, groups, count, &cpu, ret_failure);
    return result < 0 ? result : draw_kind(list, groups, count, &memory, ret_failure);
}
