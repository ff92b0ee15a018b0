/*
 * Throughput against concurrency (or what else a section sweeps): a line a runner, its interval as a ribbon, its name
 * at the line's end. What a runner could not do is marked below the axis' values, and said in words.
 */
#include "charts.h"
#include "report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* px */
#define AXES_TOP      172.0
#define AXES_FOOT     92.0 /* ticks and the axis' name */
#define NAME_MOST     280.0
#define NAME_HEIGHT   34.0 /* at the right edge, a line; of two lines: */
#define NAME_HEIGHT_2 58.0
#define GAP_PITCH     26.0 /* from one row of marks for what could not be done to the next */
#define NOTE_PITCH    26.0
#define GAPS_MOST     6 /* runners with gaps that are shown */

struct point {
    double x, rate, lo, hi; /* jobs/s; rate NAN: the runner has no figure here */
    const struct summary_record *lane;
};

/* A runner's line. */
struct series {
    const char *runner;
    struct point *points; /* by x; one at NAN for a level that does not depend on x */
    size_t count;
    bool level;
};

struct sweep {
    const struct lane_group *group;
    struct series series[CHART_MOST_ROWS];
    size_t count;
    double *ticks; /* the x that there are, ascending */
    size_t tick_count;
    double least, most; /* jobs/s, intervals included */
};

static int by_x(const void *a, const void *b)
{
    double left = ((const struct point *)a)->x, right = ((const struct point *)b)->x;
    return (left > right) - (left < right);
}

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* Returns the runner's line, which is made if it is the first point; NULL without memory, or when there are too many.
 */
static struct series *series_of(struct sweep *sweep, const char *runner)
{
    for (size_t i = 0; i < sweep->count; i++)
        if (strcmp(sweep->series[i].runner, runner) == 0)
            return &sweep->series[i];
    if (sweep->count == CHART_MOST_ROWS)
        return NULL;
    struct series *series = &sweep->series[sweep->count];
    series->points = calloc(sweep->group->count, sizeof(*series->points));
    if (!series->points)
        return NULL;
    series->runner = runner;
    sweep->count++;
    return series;
}

/* The interval of jobs/s is that of the time, turned round. */
static struct point point_of(const struct summary_record *lane, double x)
{
    struct point point = {x, NAN, NAN, NAN, lane};
    if (isfinite(lane->jobs_per_s_median) && lane->jobs_per_s_median > 0)
        point.rate = lane->jobs_per_s_median;
    if (isfinite(point.rate) && lane->wall_s_ci_lo > 0 && isfinite(lane->wall_s_ci_hi) && lane->jobs > 0) {
        point.lo = (double)lane->jobs / lane->wall_s_ci_hi;
        point.hi = (double)lane->jobs / lane->wall_s_ci_lo;
    }
    return point;
}

static void sweep_finish(struct sweep *sweep)
{
    for (size_t i = 0; i < sweep->count; i++)
        free(sweep->series[i].points);
    free(sweep->ticks);
}

/* Returns 0 or -1 (memory). */
static int sweep_init(struct sweep *sweep, const struct lane_group *group)
{
    *sweep = (struct sweep){.group = group, .least = INFINITY};
    sweep->ticks = calloc(group->count, sizeof(*sweep->ticks));
    if (!sweep->ticks)
        return -1;
    for (size_t i = 0; i < group->count; i++) {
        struct series *series = series_of(sweep, group->lanes[i]->runner);
        if (!series && sweep->count == CHART_MOST_ROWS)
            continue;
        if (!series)
            return -1;
        struct point point = point_of(group->lanes[i], group->x[i]);
        series->points[series->count++] = point;
        if (isfinite(point.x))
            sweep->ticks[sweep->tick_count++] = point.x;
        else
            series->level = true;
        if (isfinite(point.rate)) {
            sweep->least = fmin(sweep->least, isfinite(point.lo) ? fmin(point.lo, point.rate) : point.rate);
            sweep->most = fmax(sweep->most, isfinite(point.hi) ? fmax(point.hi, point.rate) : point.rate);
        }
    }
    for (size_t i = 0; i < sweep->count; i++)
        qsort(sweep->series[i].points, sweep->series[i].count, sizeof(struct point), by_x);
    qsort(sweep->ticks, sweep->tick_count, sizeof(double), by_value);
    size_t kept = 0;
    for (size_t i = 0; i < sweep->tick_count; i++)
        if (kept == 0 || sweep->ticks[i] > sweep->ticks[kept - 1])
            sweep->ticks[kept++] = sweep->ticks[i];
    sweep->tick_count = kept;
    return 0;
}

/* The axes, once it is known what has to stand around them. */
struct frame {
    double left, right, bottom; /* px */
    double number_at;           /* where the names' figures end, from `right` */
    struct chart_axis x, y;
    double y_lo; /* of the frame: lower than the axis' where there are rows of marks */
    size_t gap_rows, notes;
};

static double x_px(const struct frame *frame, double x)
{
    return frame->left + axis_place(&frame->x, x) * (frame->right - frame->left);
}

static double y_px(const struct frame *frame, double y)
{
    double floor_px = frame->bottom - GAP_PITCH * (double)frame->gap_rows;
    return floor_px - axis_place(&frame->y, y) * (floor_px - AXES_TOP);
}

/* The last point that has a figure, or NULL. */
static const struct point *last_point(const struct series *series)
{
    for (size_t i = series->count; i-- > 0;)
        if (isfinite(series->points[i].rate))
            return &series->points[i];
    return NULL;
}

static bool has_gap(const struct series *series, bool with_place)
{
    for (size_t i = 0; i < series->count; i++)
        if (!isfinite(series->points[i].rate) && (isfinite(series->points[i].x) || !with_place))
            return true;
    return false;
}

static void lay_out(struct frame *frame, const struct sweep *sweep, struct text_pool *words)
{
    *frame = (struct frame){0};
    double name = 0, number = 0;
    for (size_t i = 0; i < sweep->count; i++) {
        const struct point *last = last_point(&sweep->series[i]);
        frame->gap_rows += has_gap(&sweep->series[i], true);
        frame->notes += has_gap(&sweep->series[i], false);
        if (!last)
            continue;
        char lines[2][TEXT_LINE_SIZE];
        text_fit_lines(lines, report_runner_label(sweep->series[i].runner), TEXT_BODY, NAME_MOST);
        name = fmax(name, fmax(text_width(lines[0], TEXT_BODY), text_width(lines[1], TEXT_BODY)));
        number = fmax(number, text_width(units_rate(words, last->rate), TEXT_BODY));
    }
    if (frame->notes > GAPS_MOST)
        frame->notes = GAPS_MOST;
    if (frame->gap_rows > GAPS_MOST)
        frame->gap_rows = GAPS_MOST;
    char most[64];
    text_count(most, sizeof(most), sweep->most * 1.4);
    frame->left = CHART_MARGIN + 16 + text_width(most, TEXT_BODY);
    frame->number_at = 62 + name + 16 + number;
    frame->right = CHART_WIDTH - CHART_MARGIN - frame->number_at;
    frame->bottom = CHART_HEIGHT - CHART_CAPTION_HEIGHT - NOTE_PITCH * (double)frame->notes - AXES_FOOT;
    axis_log_at(&frame->x, sweep->ticks, sweep->tick_count, frame->right - frame->left);
    /* From zero while the slowest can still be told from zero. */
    if (sweep->most > 30 * sweep->least)
        axis_log(&frame->y, sweep->least / 1.4, sweep->most * 1.4);
    else
        axis_linear(&frame->y, 0, sweep->most * 1.05, 6);
    double below = GAP_PITCH * (double)frame->gap_rows;
    double share = below / (frame->bottom - AXES_TOP - below);
    frame->y_lo = frame->y.log ? frame->y.lo / pow(frame->y.hi / frame->y.lo, share) : -share * frame->y.hi;
}

static void write_point(struct chart *chart, const struct series *series, const struct point *point, double x,
                        bool marker)
{
    fprintf(chart->data, "%d\t%.9g\t%.9g\t%.9g\t%.9g\t%d\n", runner_slot(series->runner), x, point->rate, point->lo,
            point->hi, marker);
}

/* A level goes from edge to edge, without markers: it was not measured at any of these x. */
static void write_series(struct chart *chart, const struct series *series, const struct frame *frame)
{
    if (series->level) {
        write_point(chart, series, &series->points[series->count - 1], frame->x.lo, false);
        write_point(chart, series, &series->points[series->count - 1], frame->x.hi, false);
    }
    for (size_t i = 0; !series->level && i < series->count; i++)
        write_point(chart, series, &series->points[i], series->points[i].x, true);
    /* An empty line ends a curve: the next runner's does not start from this one's end. */
    fputs("\n", chart->data);
}

struct end_label {
    const struct series *series;
    const struct point *point;
    double x, y; /* of the line's end, px */
};

static int by_y(const void *a, const void *b)
{
    double left = ((const struct end_label *)a)->y, right = ((const struct end_label *)b)->y;
    return (left > right) - (left < right);
}

/* Each line's name and last figure at the right edge, moved apart where they would touch. */
static void write_names(struct chart *chart, const struct sweep *sweep, const struct frame *frame,
                        struct text_pool *words)
{
    struct end_label labels[CHART_MOST_ROWS];
    double places[CHART_MOST_ROWS], heights[CHART_MOST_ROWS];
    size_t count = 0;
    for (size_t i = 0; i < sweep->count; i++) {
        const struct point *last = last_point(&sweep->series[i]);
        if (last)
            labels[count++] = (struct end_label){&sweep->series[i], last,
                                                 sweep->series[i].level ? frame->right : x_px(frame, last->x),
                                                 y_px(frame, last->rate)};
    }
    qsort(labels, count, sizeof(labels[0]), by_y);
    for (size_t i = 0; i < count; i++) {
        char lines[2][TEXT_LINE_SIZE];
        text_fit_lines(lines, report_runner_label(labels[i].series->runner), TEXT_BODY, NAME_MOST);
        places[i] = labels[i].y;
        heights[i] = lines[1][0] ? NAME_HEIGHT_2 : NAME_HEIGHT;
    }
    spread_apart(places, heights, count, AXES_TOP - NAME_HEIGHT / 2,
                 frame->bottom - GAP_PITCH * (double)frame->gap_rows);
    for (size_t i = 0; i < count; i++) {
        chart_line(chart, labels[i].x + 14, labels[i].y, frame->right + 32, places[i]);
        chart_mark(chart, frame->right + 46, places[i], runner_slot(labels[i].series->runner));
        chart_label(chart, frame->right + 62, places[i], TEXT_BODY, TEXT_LEFT, NAME_MOST,
                    report_runner_label(labels[i].series->runner));
        chart_text(chart, frame->right + frame->number_at, places[i], TEXT_BODY, TEXT_RIGHT,
                   units_rate(words, labels[i].point->rate));
    }
    chart_textf(chart, frame->right + frame->number_at, places[0] - heights[0] / 2 - 14, TEXT_NOTE, TEXT_RIGHT,
                "jobs/s");
}

/* "threads at 4,000, 8,000: not supported: a thread cannot be started". */
static void describe_gap(const struct series *series, char *buffer, size_t size)
{
    char at[256] = "", name[600], why[1000];
    const struct summary_record *first = NULL;
    size_t listed = 0, all = 0;
    for (size_t i = 0; i < series->count; i++) {
        const struct point *point = &series->points[i];
        if (isfinite(point->rate))
            continue;
        first = first ? first : point->lane;
        if (isfinite(point->x) && all++ < 6) {
            char number[32];
            text_count(number, sizeof(number), fmin(point->x, 1e15));
            strcat(strcat(at, listed++ ? ", " : " at "), number);
        }
    }
    text_fit(name, sizeof(name), report_runner_label(series->runner), TEXT_NOTE, 2 * NAME_MOST);
    text_nothing(why, sizeof(why), first);
    snprintf(buffer, size, "%s%s%s: %s", name, at, all > listed ? " and more" : "", why);
}

/* A row of marks at the bottom for each runner that has gaps, and below the axis a line of text that says why. */
static void write_gaps(struct chart *chart, const struct sweep *sweep, const struct frame *frame)
{
    size_t row = 0, line = 0;
    for (size_t i = 0; i < sweep->count; i++) {
        const struct series *series = &sweep->series[i];
        if (!has_gap(series, false))
            continue;
        if (has_gap(series, true) && row < frame->gap_rows) {
            double y = frame->bottom - GAP_PITCH * ((double)row++ + 0.5);
            for (size_t p = 0; p < series->count; p++)
                if (!isfinite(series->points[p].rate) && isfinite(series->points[p].x))
                    chart_text(chart, x_px(frame, series->points[p].x), y, TEXT_ALARM, TEXT_CENTER, "\u00d7");
            chart_mark(chart, frame->right + 46, y, runner_slot(series->runner));
            chart_text(chart, frame->right + 62, y, TEXT_NOTE, TEXT_LEFT, "\u00d7 see below");
        }
        if (line < frame->notes) {
            char text[2000], fitted[1000];
            double y = frame->bottom + AXES_FOOT + NOTE_PITCH * ((double)line++ + 0.5);
            describe_gap(series, text, sizeof(text));
            text_fit(fitted, sizeof(fitted), text, TEXT_NOTE, CHART_WIDTH - 2 * CHART_MARGIN - 26);
            chart_text(chart, CHART_MARGIN, y, TEXT_ALARM, TEXT_LEFT, "\u00d7");
            chart_text(chart, CHART_MARGIN + 26, y, TEXT_NOTE, TEXT_LEFT, fitted);
        }
    }
}

static void write_variables(struct chart *chart, const struct frame *frame)
{
    chart_number(chart, "LEFT", frame->left);
    chart_number(chart, "RIGHT", frame->right);
    chart_number(chart, "TOP", AXES_TOP);
    chart_number(chart, "BOTTOM", frame->bottom);
    chart_number(chart, "XMIN", frame->x.lo);
    chart_number(chart, "XMAX", frame->x.hi);
    chart_number(chart, "YMIN", frame->y_lo);
    chart_number(chart, "YMAX", frame->y.hi);
    chart_number(chart, "LOG_Y", frame->y.log);
    fprintf(chart->script, "XTICS = '%s'\nYTICS = '%s'\n", frame->x.ticks, frame->y.ticks);
}

static void write_words(struct chart *chart, const struct sweep *sweep, const struct frame *frame,
                        const struct run_data *run)
{
    const struct lane_group *group = sweep->group;
    char title[600], text[600], description[500], number[64];
    snprintf(title, sizeof(title), "Throughput against %.200s", group->swept);
    for (char *p = title; *p; p++)
        if (*p == '-' || *p == '_')
            *p = ' ';
    lane_group_describe(group, description, sizeof(description));
    snprintf(text, sizeof(text), description[0] ? "%s: %s" : "%s", group->name, description);
    chart_title(chart, title, group->name, text);
    chart_text(chart, frame->left, AXES_TOP - 34, TEXT_BODY, TEXT_LEFT,
               frame->y.log ? "jobs per second (logarithmic)" : "jobs per second");
    text_fit(text, sizeof(text), title + strlen("Throughput against "), TEXT_BODY, 600);
    chart_textf(chart, (frame->left + frame->right) / 2, frame->bottom + 64, TEXT_BODY, TEXT_CENTER, "%s (logarithmic)",
                text);

    struct run_count runs = {0};
    for (size_t i = 0; i < group->count; i++)
        run_count_add(&runs, group->lanes[i]);
    run_count_text(runs, number, sizeof(number));
    snprintf(text, sizeof(text),
             runs.intervals ? "Line: median of %s at each point. Band: exact 95 %% interval of the median%s."
                            : "Line: median of %s at each point%s. No interval: that takes 6 runs.",
             number, runs.intervals && runs.min < 6 ? " (none below 6 runs)" : "");
    chart_caption(chart, run, text);
}

static int draw(struct chart_list *list, const struct sweep *sweep, int number, struct failure *ret_failure)
{
    struct frame frame;
    lay_out(&frame, sweep, list->words);
    struct chart *chart = chart_begin(list, "sweep", number, CHART_HEIGHT, ret_failure);
    if (!chart)
        return -1;
    write_variables(chart, &frame);
    write_words(chart, sweep, &frame, list->run);
    fputs("# runner's number in the style\tx\tmedian jobs/s\tinterval from jobs/s\tto jobs/s\tmeasured here\n",
          chart->data);
    for (size_t i = 0; i < sweep->count; i++)
        write_series(chart, &sweep->series[i], &frame);
    write_names(chart, sweep, &frame, list->words);
    write_gaps(chart, sweep, &frame);
    return chart_end(list, chart, "sweep", ret_failure);
}

int charts_sweep(struct chart_list *list, const struct lane_group *groups, size_t count, struct failure *ret_failure)
{
    int number = 0;
    for (size_t i = 0; i < count && number < CHART_MOST_PANELS; i++) {
        if (!groups[i].swept || lane_group_is_open(&groups[i]))
            continue;
        struct sweep sweep;
        int result = sweep_init(&sweep, &groups[i]);
        if (result < 0)
            failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
        else if (sweep.tick_count > 0 && isfinite(sweep.least))
            result = draw(list, &sweep, ++number, ret_failure);
        sweep_finish(&sweep);
        if (result < 0)
            return -1;
    }
    return 0;
}
