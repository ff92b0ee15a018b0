/*
 * Every run in the order in which they ran, its time against the median of its own runner and workload: drift, and what
 * disturbed the machine, show as what all have in common. The time is the wall time, but where jobs arrived at a rate,
 * which says how long all took, that from when a job was due.
 */
#include "charts.h"
#include "../report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* px */
#define AXES_FOOT   92.0
#define AXES_NARROW 400.0 /* how high they are on a phone */
#define KEY_PITCH   36.0  /* from one line of the runners' markers to the next */
#define BLOCK_LABEL 46.0  /* above the axes, for the blocks' numbers */
#define VALUE_FROM  44.0  /* from the edge to the value of a mark that lies beyond it, below its arrow */
#define VALUE_PITCH 25.0  /* to the next, where two would stand on each other */
#define BLOCK_ROOM  5.0   /* kept free beside the line between two blocks */

enum { VALUE_LINES = 4 };

struct dot {
    double position, percent; /* percent: over the median; NAN: no time */
    int64_t block;
    const char *runner;
    bool failed, unsupported;
};

struct order {
    struct dot *dots; /* as many as the run has trials, in their order */
    size_t count;
    const char *runners[CHART_MOST_ROWS];
    size_t runner_count;
    double lo, hi; /* percent, of the axis */
    size_t timed;  /* dots that have a time */
    size_t failed, unsupported;
    bool wall, response; /* what the times are of */
};

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void add_runner(struct order *order, const char *runner)
{
    for (size_t i = 0; i < order->runner_count; i++)
        if (strcmp(order->runners[i], runner) == 0)
            return;
    if (order->runner_count < CHART_MOST_ROWS)
        order->runners[order->runner_count++] = runner;
}

static double wall_s(const struct trial_record *trial)
{
    return trial->wall_s;
}

static double response_p99_ms(const struct trial_record *trial)
{
    return trial->response_p99_ms;
}

static double response_p50_ms(const struct trial_record *trial)
{
    return trial->response_p50_ms;
}

/* What is drawn of a lane's runs; *ret_median is its median. */
static trial_figure_fn figure_of(const struct summary_record *lane, double *ret_median)
{
    bool tail = isfinite(lane->response_p99_ms);
    if (!isfinite(lane->offered_per_s)) {
        *ret_median = lane->wall_s_median;
        return wall_s;
    }
    *ret_median = tail ? lane->response_p99_ms : lane->response_p50_ms;
    return tail ? response_p99_ms : response_p50_ms;
}

/* A run that failed has a place, but its time is not one: it is marked at the foot. */
static int fill_dots(struct order *order, const struct chart_list *list)
{
    const struct run_data *run = list->run;
    order->dots = calloc(run->trial_count + 1, sizeof(*order->dots));
    if (!order->dots)
        return -1;
    order->count = run->trial_count;
    for (size_t t = 0; t < run->trial_count; t++) {
        const struct trial_record *trial = &run->trials[t];
        bool failed = strcmp(trial->state, "failed") == 0, unsupported = strcmp(trial->state, "unsupported") == 0;
        order->dots[t] = (struct dot){(double)(t + 1), NAN, trial->block, trial->runner, failed, unsupported};
        order->failed += failed;
        order->unsupported += unsupported;
    }
    for (size_t i = 0; i < run->lane_count; i++) {
        const struct summary_record *lane = &run->lanes[i];
        struct trial_span span = trial_index_find(&list->trials, lane->cell, lane->runner);
        double median;
        trial_figure_fn figure = figure_of(lane, &median);
        for (size_t s = 0; s < span.count; s++) {
            size_t t = span.order[s];
            double value = figure(&run->trials[t]);
            if (strcmp(run->trials[t].state, "ok") != 0 || !(value > 0) || !(median > 0))
                continue;
            order->dots[t].percent = 100 * (value / median - 1);
            order->timed++;
            order->wall = order->wall || figure == wall_s;
            order->response = order->response || figure != wall_s;
        }
    }
    for (size_t i = 0; i < run->lane_count; i++)
        add_runner(order, run->lanes[i].runner);
    return 0;
}

/*
 * The axis holds every dot, unless a few lie so far off that nothing could be seen of the others: then those are drawn
 * as arrows at the edge, with their value.
 */
static int choose_range(struct order *order)
{
    double *sorted = calloc(order->timed + 1, sizeof(*sorted));
    size_t n = 0;
    if (!sorted)
        return -1;
    for (size_t i = 0; i < order->count; i++)
        if (isfinite(order->dots[i].percent))
            sorted[n++] = order->dots[i].percent;
    qsort(sorted, n, sizeof(*sorted), by_value);
    double near_lo = sorted[n / 10], near_hi = sorted[n - 1 - n / 10];
    double reach = fmax(1, 5 * fmax(-near_lo, near_hi));
    order->lo = fmin(-0.5, fmax(sorted[0], -reach));
    order->hi = fmax(0.5, fmin(sorted[n - 1], reach));
    double room = (order->hi - order->lo) * 0.06;
    order->lo -= room;
    order->hi += room;
    free(sorted);
    return 0;
}

/* The runners' markers with their names, in lines. Returns the y below them. */
static double write_key(struct chart *chart, const struct order *order, double y)
{
    double margin = chart->form->margin, x = margin;
    for (size_t i = 0; i < order->runner_count; i++) {
        char text[600];
        text_runner(text, sizeof(text), order->runners[i], TEXT_BODY, fmin(420, chart->form->width - 2 * margin - 28));
        double width = 28 + text_width(text, TEXT_BODY) + 26;
        if (x + width - 26 > chart->form->width - margin && x > margin) {
            x = margin;
            y += KEY_PITCH;
        }
        chart_mark(chart, x + 10, y, runner_slot(order->runners[i]));
        chart_text(chart, x + 28, y, TEXT_BODY, TEXT_LEFT, text);
        x += width;
    }
    return y + KEY_PITCH / 2;
}

struct frame {
    double left, right, top, bottom; /* px */
    double x_lo, x_hi;
    struct chart_axis y;
};

static double x_px(const struct frame *frame, double position)
{
    return frame->left + (position - frame->x_lo) / (frame->x_hi - frame->x_lo) * (frame->right - frame->left);
}

/* Where the next block begins. */
static size_t block_end(const struct order *order, size_t from)
{
    size_t to = from + 1;
    while (to < order->count && order->dots[to].block == order->dots[from].block)
        to++;
    return to;
}

/* Whether each block has room for "block 12" above it. */
static bool blocks_have_room(const struct order *order, const struct frame *frame)
{
    for (size_t from = 0, to; from < order->count; from = to) {
        to = block_end(order, from);
        char text[64];
        snprintf(text, sizeof(text), "block %lld", (long long)order->dots[from].block);
        if (text_width(text, TEXT_NOTE) + 8 > x_px(frame, (double)to) - x_px(frame, (double)from))
            return false;
    }
    return true;
}

/* A thin line between two blocks, and over each its number where there is room; the word once where it has no room beside
 * each. */
static void write_blocks(struct chart *chart, const struct order *order, const struct frame *frame)
{
    double labelled_until = -INFINITY;
    bool whole = blocks_have_room(order, frame);
    if (!whole) {
        chart_text(chart, chart->form->margin, frame->top - 18, TEXT_NOTE, TEXT_LEFT, "block");
        labelled_until = chart->form->margin + text_width("block", TEXT_NOTE) + 4;
    }
    for (size_t from = 0, to; from < order->count; from = to) {
        to = block_end(order, from);
        double left = x_px(frame, (double)from + 0.5), right = x_px(frame, (double)to + 0.5);
        if (from > 0)
            chart_line(chart, left, frame->top, left, frame->bottom);
        char text[64];
        snprintf(text, sizeof(text), whole ? "block %lld" : "%lld", (long long)order->dots[from].block);
        double middle = (left + right) / 2, half = text_width(text, TEXT_NOTE) / 2 + 4;
        if (middle - half < labelled_until)
            continue;
        chart_text(chart, middle, frame->top - 18, TEXT_NOTE, TEXT_CENTER, text);
        labelled_until = middle + half;
    }
}

/* The middle of each block's dots: what the runs of a block have in common. */
static int write_block_medians(struct chart *chart, const struct order *order)
{
    double *values = calloc(order->count + 1, sizeof(*values));
    if (!values)
        return -1;
    fputs("\n\n# block from\tto\tmedian percent\n", chart->data);
    for (size_t from = 0, to; from < order->count; from = to) {
        size_t n = 0;
        for (to = from; to < order->count && order->dots[to].block == order->dots[from].block; to++)
            if (isfinite(order->dots[to].percent))
                values[n++] = order->dots[to].percent;
        if (n == 0)
            continue;
        qsort(values, n, sizeof(*values), by_value);
        fprintf(chart->data, "%.9g\t%.9g\t%.9g\n", (double)from + 0.5, (double)to + 0.5,
                fmax(order->lo, fmin(order->hi, (values[(n - 1) / 2] + values[n / 2]) / 2)));
    }
    free(values);
    return 0;
}

/* The marks beyond the axis, and how many of their values found no room. */
struct beyond {
    size_t count, unlabelled;
    double until[2][VALUE_LINES]; /* px, where the last value of each line ends: below, above */
};

/* Write how far a mark lies beyond, in its own block if that is wide enough, in the first line that is free there. */
static void write_value(struct chart *chart, struct beyond *beyond, const struct order *order,
                        const struct frame *frame, size_t i)
{
    double percent = order->dots[i].percent, left = frame->left, right = frame->right;
    bool above = percent > 0;
    char text[64], amount[48];
    if (fabs(percent) >= 99.95)
        units_write_count(amount, sizeof(amount), fmin(fabs(percent), 1e15));
    else
        snprintf(amount, sizeof(amount), "%.3g", fabs(percent));
    snprintf(text, sizeof(text), "%s%s %%", above ? "+" : "\u2212", amount);
    size_t from = i, to = i + 1;
    while (from > 0 && order->dots[from - 1].block == order->dots[i].block)
        from--;
    while (to < order->count && order->dots[to].block == order->dots[i].block)
        to++;
    double half = text_width(text, TEXT_CAPTION) / 2;
    double block_left = x_px(frame, (double)from + 0.5) + BLOCK_ROOM,
           block_right = x_px(frame, (double)to + 0.5) - BLOCK_ROOM;
    if (block_right - block_left >= 2 * half) {
        left = block_left;
        right = block_right;
    }
    double middle = fmax(left + half, fmin(x_px(frame, order->dots[i].position), right - half));
    beyond->count++;
    for (size_t line = 0; line < VALUE_LINES; line++) {
        if (middle - half < beyond->until[above][line])
            continue;
        double from_edge = VALUE_FROM + (double)line * VALUE_PITCH;
        chart_text(chart, middle, above ? frame->top + from_edge : frame->bottom - from_edge, TEXT_CAPTION, TEXT_CENTER,
                   text);
        beyond->until[above][line] = middle + half + 8;
        return;
    }
    beyond->unlabelled++;
}

/* Columns: position, percent (put at the edge if it is beyond), runner's number, 0 inside, 1 above, -1 below, 2 failed,
 * 3 not supported. */
static struct beyond write_dots(struct chart *chart, const struct order *order, const struct frame *frame)
{
    struct beyond beyond = {0};
    fputs("# order\tpercent over its median\trunner's number in the style\t0 inside, 1 above, -1 below the axis, 2 "
          "failed, 3 not supported\n",
          chart->data);
    for (size_t i = 0; i < order->count; i++) {
        const struct dot *dot = &order->dots[i];
        bool timed = isfinite(dot->percent);
        if (!timed && !dot->failed && !dot->unsupported)
            continue;
        int where = dot->failed                ? 2
                    : dot->unsupported         ? 3
                    : dot->percent > order->hi ? 1
                    : dot->percent < order->lo ? -1
                                               : 0;
        fprintf(chart->data, "%.0f\t%.9g\t%d\t%d\n", dot->position, timed ? dot->percent : 0, runner_slot(dot->runner),
                where);
        if (where == 1 || where == -1)
            write_value(chart, &beyond, order, frame, i);
    }
    return beyond;
}

static double write_title(struct chart *chart, const struct order *order)
{
    char text[300];
    snprintf(text, sizeof(text),
             "%s of a run against the median of its own runner and workload; a drift moves all runners",
             !order->response ? "wall time"
             : !order->wall   ? "response time (of the slow jobs)"
                              : "wall time (at a rate: response time)");
    return chart_title(chart, "Every run, in the order they ran", NULL, text);
}

static void write_caption(struct chart *chart, const struct order *order, const struct beyond *beyond,
                          const struct run_data *run)
{
    char text[900], count[64], failed[100] = "", unsupported[100] = "", off[160] = "", silent[60] = "";
    units_write_count(count, sizeof(count), (double)(order->timed + order->failed + order->unsupported));
    if (order->failed)
        snprintf(failed, sizeof(failed), " Cross in a circle, at the foot: a run with failed jobs (%zu).",
                 order->failed);
    if (order->unsupported)
        snprintf(unsupported, sizeof(unsupported), " Diamond, at the foot: not supported (%zu).", order->unsupported);
    if (beyond->unlabelled)
        snprintf(silent, sizeof(silent), "; %zu without: no room", beyond->unlabelled);
    if (beyond->count)
        snprintf(off, sizeof(off), " With an arrow, at the edge: beyond the axis, with its value (%zu%s).",
                 beyond->count, silent);
    snprintf(text, sizeof(text),
             "n = %s runs, each a mark (single runs have no interval). Thick line: median of each block.%s%s%s%s",
             count, off, failed, unsupported,
             order->response
                 ? " Response time of a run: the one within which 99 % of its jobs (half, where they are few) were "
                   "done, each counted from when it was due."
                 : "");
    chart_caption(chart, run, text);
}

static void lay_out(struct frame *frame, const struct order *order, const struct chart_form *form, double top)
{
    *frame = (struct frame){.top = top, .right = form->width - form->margin};
    frame->bottom = form->narrow ? top + AXES_NARROW : CHART_HEIGHT - CHART_CAPTION_HEIGHT - AXES_FOOT;
    frame->bottom = fmax(frame->bottom, top + AXES_NARROW);
    frame->x_lo = 0.5;
    frame->x_hi = (double)order->count + 0.5;
    axis_percent(&frame->y, order->lo, order->hi, 7);
    frame->left = form->margin + 14 + frame->y.label_width;
}

static int draw(struct chart_list *list, const struct order *order, struct failure *ret_failure)
{
    struct chart *chart = chart_begin(list, "order", 0, CHART_HEIGHT, ret_failure);
    if (!chart)
        return -1;
    struct frame frame;
    struct chart_axis x;
    double y = write_key(chart, order, write_title(chart, order) + KEY_PITCH * 0.75);
    lay_out(&frame, order, chart->form, y + BLOCK_LABEL);
    axis_linear(&x, 1, (double)order->count, chart->form->narrow ? 4 : 10);
    chart_number(chart, "LEFT", frame.left);
    chart_number(chart, "RIGHT", frame.right);
    chart_number(chart, "TOP", frame.top);
    chart_number(chart, "BOTTOM", frame.bottom);
    chart_number(chart, "XMIN", frame.x_lo);
    chart_number(chart, "XMAX", frame.x_hi);
    chart_number(chart, "YMIN", order->lo);
    chart_number(chart, "YMAX", order->hi);
    chart_number(chart, "DOT_SIZE", order->count > 600 ? 0.9 : order->count > 200 ? 1.2 : 1.6);
    fprintf(chart->script, "XTICS = '%s'\nYTICS = '%s'\n", x.ticks, frame.y.ticks);
    chart_text(chart, (frame.left + frame.right) / 2, frame.bottom + 64, TEXT_BODY, TEXT_CENTER,
               "runs, in the order they ran");
    struct beyond beyond = write_dots(chart, order, &frame);
    write_blocks(chart, order, &frame);
    if (write_block_medians(chart, order) < 0)
        chart->out_of_memory = true;
    chart->height = rint(frame.bottom + AXES_FOOT + CHART_CAPTION_HEIGHT);
    write_caption(chart, order, &beyond, list->run);
    return chart_end(list, chart, "order", ret_failure);
}

int charts_order(struct chart_list *list, struct failure *ret_failure)
{
    struct order order = {0};
    int result = fill_dots(&order, list);
    if (result == 0 && order.timed > 0)
        result = choose_range(&order);
    if (result < 0)
        failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    else if (order.timed > 0)
        result = draw(list, &order, ret_failure);
    free(order.dots);
    return result;
}
