/*
 * Response and service time against the rate at which jobs arrived: two panels with the same axes, so that what jobs
 * waited before they were begun is seen as the difference. A line a runner; a hollow circle is a point at which the
 * jobs piled up.
 */
#include "charts.h"
#include "knee_found.h"
#include "report.h"
#include "trial_index.h"
#include "../stats/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* px */
#define LEGEND_PITCH 36.0
#define PANEL_HEAD   52.0
#define HEAD_NARROW  84.0  /* its title takes two lines on a phone, */
#define AXES_NARROW  300.0 /* where the panels stand one under another */
#define PANEL_GUTTER 40.0
#define PANEL_FOOT   92.0 /* ticks and the axis' name */
#define NOTE_PITCH   26.0
#define NOTES_MOST   4

enum { PANELS = 2 };

static const struct {
    const char *title;
    size_t p99_of_lane, p50_of_lane, p99_of_trial, p50_of_trial;
} kinds[PANELS] = {
    {"response: from when a job was due", offsetof(struct summary_record, response_p99_ms),
     offsetof(struct summary_record, response_p50_ms), offsetof(struct trial_record, response_p99_ms),
     offsetof(struct trial_record, response_p50_ms)},
    {"service: from when it was begun", offsetof(struct summary_record, service_p99_ms),
     offsetof(struct summary_record, service_p50_ms), offsetof(struct trial_record, service_p99_ms),
     offsetof(struct trial_record, service_p50_ms)},
};

struct point {
    const struct summary_record *lane;
    double ms[PANELS], lo[PANELS], hi[PANELS]; /* NAN: none */
};

struct rate_chart {
    const struct lane_group *group;
    struct point *points; /* by runner, in the order of the group, then by rate */
    size_t count;
    const char *runners[CHART_MOST_ROWS]; /* that have a point */
    size_t runner_count;
    const struct summary_record *without[NOTES_MOST]; /* lanes of which nothing is known */
    size_t without_count;
    bool median;   /* too few jobs for the 99th percentile: the figures are medians */
    double *rates; /* ascending, each once */
    size_t rate_count;
    double least_ms, most_ms;
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

/* Returns 0 or -1 (memory). */
static int fill_point(struct point *point, const struct rate_chart *rate, const struct trial_index *index,
                      const struct summary_record *lane)
{
    struct trial_span span = trial_index_find(index, lane->cell, lane->runner);
    double *values = malloc((span.count + 1) * sizeof(*values));
    if (!values)
        return -1;
    *point = (struct point){.lane = lane};
    for (size_t k = 0; k < PANELS; k++) {
        size_t offset = rate->median ? kinds[k].p50_of_trial : kinds[k].p99_of_trial, n = 0;
        for (size_t i = 0; i < span.count; i++) {
            const struct trial_record *trial = &index->trials[span.order[i]];
            double ms = real_at(trial, offset);
            if (strcmp(trial->state, "ok") == 0 && isfinite(ms))
                values[n++] = ms;
        }
        struct stats_interval interval = stats_median_interval(values, n);
        point->ms[k] = real_at(lane, rate->median ? kinds[k].p50_of_lane : kinds[k].p99_of_lane);
        point->lo[k] = interval.lo;
        point->hi[k] = interval.hi;
    }
    free(values);
    return 0;
}

static int by_runner_and_rate(const void *a, const void *b)
{
    const struct summary_record *left = ((const struct point *)a)->lane, *right = ((const struct point *)b)->lane;
    int slots = runner_slot(left->runner) - runner_slot(right->runner);
    if (slots)
        return slots;
    int names = strcmp(left->runner, right->runner);
    return names ? names : (left->offered_per_s > right->offered_per_s) - (left->offered_per_s < right->offered_per_s);
}

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void find_ranges(struct rate_chart *rate)
{
    rate->least_ms = INFINITY;
    for (size_t i = 0; i < rate->count; i++) {
        const struct point *point = &rate->points[i];
        rate->rates[i] = point->lane->offered_per_s;
        for (size_t k = 0; k < PANELS; k++) {
            rate->least_ms = fmin(rate->least_ms, fmin(point->ms[k], point->lo[k])); /* fmin passes over NAN */
            rate->most_ms = fmax(rate->most_ms, fmax(point->ms[k], point->hi[k]));
        }
        bool known = rate->runner_count > 0 && strcmp(rate->runners[rate->runner_count - 1], point->lane->runner) == 0;
        if (!known && rate->runner_count < CHART_MOST_ROWS)
            rate->runners[rate->runner_count++] = point->lane->runner;
    }
    qsort(rate->rates, rate->count, sizeof(double), by_value);
    for (size_t i = 0; i < rate->count; i++)
        if (rate->rate_count == 0 || rate->rates[i] > rate->rates[rate->rate_count - 1])
            rate->rates[rate->rate_count++] = rate->rates[i];
    rate->least_ms = fmax(rate->least_ms, 1e-4); /* a logarithm wants no zero */
}

static void rate_finish(struct rate_chart *rate)
{
    free(rate->points);
    free(rate->rates);
}

/* Returns 0 or -1 (memory). */
static int rate_init(struct rate_chart *rate, const struct lane_group *group, const struct trial_index *index)
{
    *rate = (struct rate_chart){.group = group, .median = !knows_p99(group)};
    rate->points = calloc(group->count, sizeof(*rate->points));
    rate->rates = calloc(group->count, sizeof(*rate->rates));
    if (!rate->points || !rate->rates)
        return -1;
    for (size_t i = 0; i < group->count; i++) {
        struct point *point = &rate->points[rate->count];
        if (fill_point(point, rate, index, group->lanes[i]) < 0)
            return -1;
        if (isfinite(point->ms[0]) && isfinite(point->ms[1]) && group->lanes[i]->offered_per_s > 0)
            rate->count++;
        else if (rate->without_count < NOTES_MOST)
            rate->without[rate->without_count++] = group->lanes[i];
    }
    qsort(rate->points, rate->count, sizeof(*rate->points), by_runner_and_rate);
    find_ranges(rate);
    return 0;
}

/* --- where everything stands --- */

struct frame {
    double left[PANELS], right[PANELS], top[PANELS], bottom[PANELS]; /* px */
    struct chart_axis x, y;
};

/* The runners' markers and names, in lines from the top. Returns where the last line ends. */
static double write_legend(struct chart *chart, const struct rate_chart *rate, double y)
{
    double margin = chart->form->margin, room = chart->form->width - 2 * margin, x = margin;
    y += LEGEND_PITCH;
    for (size_t i = 0; i <= rate->runner_count; i++) {
        bool last = i == rate->runner_count;
        char name[300];
        text_fit(name, sizeof(name), last ? "saturated: the jobs piled up" : report_runner_label(rate->runners[i]),
                 TEXT_BODY, fmin(500, room - 30));
        double width = 30 + text_width(name, TEXT_BODY);
        if (x > margin && x + width > margin + room) {
            x = margin;
            y += LEGEND_PITCH;
        }
        if (last)
            chart_text(chart, x + 12, y, TEXT_BODY, TEXT_CENTER, "\u25cb");
        else
            chart_mark(chart, x + 12, y, runner_slot(rate->runners[i]));
        chart_text(chart, x + 30, y, TEXT_BODY, TEXT_LEFT, name);
        x += width + 40;
    }
    return y + LEGEND_PITCH / 2;
}

/* Side by side, or on a phone one under another. */
static void lay_out(struct frame *frame, const struct rate_chart *rate, const struct chart_form *form, double y)
{
    axis_log(&frame->y, rate->least_ms / 1.4, rate->most_ms * 1.4);
    double labels = 16 + frame->y.label_width, room = form->width - 2 * form->margin;
    double width = form->narrow ? room : (room - PANEL_GUTTER) / PANELS;
    for (size_t k = 0; k < PANELS; k++) {
        double from = form->narrow ? form->margin : form->margin + (double)k * (width + PANEL_GUTTER);
        frame->left[k] = from + labels;
        frame->right[k] = from + width - (form->narrow ? 10 : 0);
        frame->top[k] = y + (form->narrow ? HEAD_NARROW : PANEL_HEAD);
        frame->bottom[k] = CHART_HEIGHT - CHART_CAPTION_HEIGHT - PANEL_FOOT - NOTE_PITCH * (double)rate->without_count;
        if (form->narrow) {
            frame->bottom[k] = frame->top[k] + AXES_NARROW;
            y = frame->bottom[k] + PANEL_FOOT;
        }
    }
    axis_log_at(&frame->x, rate->rates, rate->rate_count, frame->right[0] - frame->left[0]);
}

static void write_variables(struct chart *chart, const struct frame *frame)
{
    chart_number(chart, "PANELS", PANELS);
    chart_array(chart, "LEFT", frame->left, PANELS);
    chart_array(chart, "RIGHT", frame->right, PANELS);
    chart_array(chart, "TOP", frame->top, PANELS);
    chart_array(chart, "BOTTOM", frame->bottom, PANELS);
    chart_number(chart, "XMIN", frame->x.lo);
    chart_number(chart, "XMAX", frame->x.hi);
    chart_number(chart, "YMIN", frame->y.lo);
    chart_number(chart, "YMAX", frame->y.hi);
    fprintf(chart->script, "XTICS = '%s'\nYTICS = '%s'\n", frame->x.ticks, frame->y.ticks);
}

static void write_points(struct chart *chart, const struct rate_chart *rate)
{
    fputs("# panel (1 response, 2 service)\trunner's number in the style\tjobs/s offered\tmedian ms\tinterval from "
          "ms\tto "
          "ms\tsaturated\n",
          chart->data);
    for (size_t k = 0; k < PANELS; k++)
        for (size_t i = 0; i < rate->count; i++) {
            const struct point *point = &rate->points[i];
            /* An empty line ends a curve: the next runner's does not start from this one's end. */
            if (i > 0 && strcmp(point->lane->runner, rate->points[i - 1].lane->runner) != 0)
                fputs("\n", chart->data);
            fprintf(chart->data, "%zu\t%d\t%.9g\t%.9g\t%.9g\t%.9g\t%d\n", k + 1, runner_slot(point->lane->runner),
                    point->lane->offered_per_s, fmax(point->ms[k], rate->least_ms), point->lo[k], point->hi[k],
                    lane_is_saturated(point->lane));
            if (i + 1 == rate->count)
                fputs("\n", chart->data);
        }
}

/* Returns the y below them. */
static double write_notes(struct chart *chart, const struct rate_chart *rate, double y)
{
    double margin = chart->form->margin;
    for (size_t i = 0; i < rate->without_count; i++) {
        const struct summary_record *lane = rate->without[i];
        char why[1000], text[1600];
        text_nothing(why, sizeof(why), lane);
        snprintf(text, sizeof(text), "%.200s, %.300s: %s", report_runner_label(lane->runner), lane->cell, why);
        chart_text(chart, margin, y + text_height(TEXT_NOTE) * 0.65, TEXT_ALARM, TEXT_LEFT, "\u00d7");
        y = chart_paragraph(chart, margin + 26, y, TEXT_NOTE, chart->form->width - 2 * margin - 26,
                            chart->form->narrow ? 4 : 1, text);
    }
    return y;
}

static double write_title(struct chart *chart, const struct rate_chart *rate)
{
    const struct lane_group *group = rate->group;
    char text[800], description[500];
    lane_group_describe(group, description, sizeof(description));
    snprintf(text, sizeof(text), description[0] ? "%s: %s" : "%s", group->name, description);
    return chart_title(chart, "Response and service time against offered rate", group->name, text);
}

/* "99 %", or "half" where there are too few jobs for that. */
static const char *share_of(const struct rate_chart *rate)
{
    return rate->median ? "half" : "99 %";
}

static void write_panel_words(struct chart *chart, const struct rate_chart *rate, const struct frame *frame)
{
    for (size_t k = 0; k < PANELS; k++) {
        double middle = (frame->left[k] + frame->right[k]) / 2, margin = chart->form->margin;
        char title[200];
        snprintf(title, sizeof(title), "%s, %s within (ms)", kinds[k].title, share_of(rate));
        if (chart->form->narrow)
            chart_paragraph(chart, margin, frame->top[k] - 70, TEXT_BODY, chart->form->width - 2 * margin, 2, title);
        else
            chart_text(chart, frame->left[k], frame->top[k] - 24, TEXT_BODY, TEXT_LEFT, title);
        chart_text(chart, middle, frame->bottom[k] + 64, TEXT_BODY, TEXT_CENTER, "jobs offered per second");
    }
}

static void write_caption(struct chart *chart, const struct rate_chart *rate, const struct run_data *run)
{
    char text[800], number[64];
    struct run_count runs = {0};
    for (size_t i = 0; i < rate->count; i++)
        run_count_add(&runs, rate->points[i].lane->trials, isfinite(rate->points[i].lo[0]));
    run_count_text(runs, number, sizeof(number));
    snprintf(text, sizeof(text),
             runs.intervals
                 ? "Line: median of %s at each rate of the time within which %s of the jobs were done. Band: exact 95 "
                   "%% interval of the median%s. Both axes logarithmic."
                 : "Line: median of %s at each rate of the time within which %s of the jobs were done%s. No "
                   "interval: that takes 6 runs. Both axes logarithmic.",
             number, share_of(rate), runs.intervals && runs.min < 6 ? " (none below 6 runs)" : "");
    chart_caption(chart, run, text);
}

static int draw(struct chart_list *list, const struct rate_chart *rate, int number, struct failure *ret_failure)
{
    struct frame frame;
    struct chart *chart = chart_begin(list, "rate", number, CHART_HEIGHT, ret_failure);
    if (!chart)
        return -1;
    lay_out(&frame, rate, chart->form, write_legend(chart, rate, write_title(chart, rate)));
    write_variables(chart, &frame);
    write_panel_words(chart, rate, &frame);
    write_points(chart, rate);
    double y = write_notes(chart, rate, frame.bottom[PANELS - 1] + PANEL_FOOT);
    chart->height = rint(y + CHART_CAPTION_HEIGHT);
    write_caption(chart, rate, list->run);
    return chart_end(list, chart, "rate", ret_failure);
}

int charts_rate(struct chart_list *list, const struct lane_group *groups, size_t count, struct failure *ret_failure)
{
    struct trial_index index;
    int number = 0, result = 0;
    if (trial_index_make(&index, list->run->trials, list->run->trial_count) != 0)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    for (size_t i = 0; result == 0 && i < count && number < CHART_MOST_PANELS; i++) {
        if (!groups[i].swept || strcmp(groups[i].swept, "rate") != 0 || !lane_group_is_open(&groups[i]))
            continue;
        struct rate_chart rate;
        result = rate_init(&rate, &groups[i], &index);
        if (result < 0)
            failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
        else if (rate.count > 0)
            result = draw(list, &rate, ++number, ret_failure);
        rate_finish(&rate);
    }
    trial_index_finish(&index);
    return result;
}
