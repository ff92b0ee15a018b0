/* Wall time by runner: one panel a workload, one bar a runner, the speed-up against serial and the median on each. */
#include "charts.h"
#include "report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* px */
#define PANEL_GUTTER 70.0
#define PANEL_HEAD   82.0 /* the cell's name and description, above the bars */
#define PANEL_FOOT   86.0 /* ticks and the axis' name, below */
#define PANELS_FROM  120.0
#define PAGE_MOST    4    /* panels of a picture */
#define ROW_LEAST    53.0 /* a name may have two lines */
#define ROW_MOST     112.0

/* What is written beside a bar. */
struct bar {
    double median, lo, hi;
    const char *speedup, *time; /* "" where there is none */
    char note[300];
};

struct panel {
    const struct lane_group *group;
    struct bar *bars;
    double outer_left;               /* where the runners' names begin */
    double left, right, top, bottom; /* of the axes */
    double scale, xmax;
    const char *unit;
    struct chart_axis axis;
};

static bool has_median(const struct summary_record *lane)
{
    return isfinite(lane->wall_s_median) && lane->wall_s_median >= 0;
}

/* "2 of 7 runs failed": of a lane that has figures all the same. */
static void note_failures(const struct run_data *run, const struct summary_record *lane, char *buffer, size_t size)
{
    size_t failed = 0, all = 0;
    for (size_t i = 0; i < run->trial_count; i++) {
        const struct trial_record *trial = &run->trials[i];
        if (strcmp(trial->cell, lane->cell) != 0 || strcmp(trial->runner, lane->runner) != 0)
            continue;
        all++;
        failed += strcmp(trial->state, "ok") != 0;
    }
    buffer[0] = '\0';
    if (failed > 0)
        snprintf(buffer, size, "%zu of %zu run%s failed", failed, all, all == 1 ? "" : "s");
}

static void describe_bar(struct bar *bar, const struct chart_list *list, const struct summary_record *lane)
{
    *bar = (struct bar){NAN, NAN, NAN, "", "", ""};
    if (!has_median(lane)) {
        text_nothing(bar->note, sizeof(bar->note), lane);
        return;
    }
    bool interval = isfinite(lane->wall_s_ci_lo) && isfinite(lane->wall_s_ci_hi);
    bar->median = lane->wall_s_median;
    bar->lo = interval ? lane->wall_s_ci_lo : NAN;
    bar->hi = interval ? lane->wall_s_ci_hi : NAN;
    bar->time = units_time(list->words, bar->median, NAN, NAN).value;
    /* The null runner does no job: it is no faster than anything. */
    if (strcmp(lane->runner, "serial") == 0)
        bar->speedup = "1\u00d7";
    else if (strcmp(lane->runner, "null") != 0 && isfinite(lane->speedup_median) && lane->speedup_median > 0)
        bar->speedup = units_times(list->words, lane->speedup_median, NAN, NAN).value;
    note_failures(list->run, lane, bar->note, sizeof(bar->note));
}

/* Returns 0 or -1 (memory). */
static int fill_panel(struct panel *panel, const struct chart_list *list)
{
    const struct lane_group *group = panel->group;
    double longest = 0;
    panel->bars = calloc(group->count, sizeof(*panel->bars));
    if (!panel->bars)
        return -1;
    for (size_t i = 0; i < group->count; i++)
        if (has_median(group->lanes[i]))
            longest = fmax(longest, fmax(group->lanes[i]->wall_s_median,
                                         isfinite(group->lanes[i]->wall_s_ci_hi) ? group->lanes[i]->wall_s_ci_hi : 0));
    panel->unit = text_time_unit(longest, &panel->scale);
    for (size_t i = 0; i < group->count; i++)
        describe_bar(&panel->bars[i], list, group->lanes[i]);
    panel->xmax = longest > 0 ? longest * panel->scale : 1;
    return 0;
}

static double label_column(const struct panel *panel)
{
    double column = 0;
    for (size_t i = 0; i < panel->group->count; i++)
        if (panel->bars[i].speedup[0])
            column = fmax(column, text_width(panel->bars[i].speedup, TEXT_NUMBER) + 16);
    return column;
}

/* Make the axis so long that what stands behind the longest bar has room. */
static void scale_panel(struct panel *panel)
{
    double width = panel->right - panel->left, xmax = panel->xmax, column = label_column(panel);
    for (size_t i = 0; i < panel->group->count; i++) {
        const struct bar *bar = &panel->bars[i];
        if (!isfinite(bar->median))
            continue;
        double room = 14 + column + text_width(bar->time, TEXT_BODY);
        if (bar->note[0])
            room += 14 + text_width(bar->note, TEXT_ALARM);
        room = fmin(room, width * 0.7);
        xmax = fmax(xmax, fmax(bar->median, isfinite(bar->hi) ? bar->hi : 0) * panel->scale / (1 - room / width));
    }
    /* Ticks only as far as there are bars. */
    axis_linear(&panel->axis, 0, panel->xmax, 6);
    panel->xmax = xmax;
}

static void write_panel(struct chart *chart, const struct panel *panel, size_t number)
{
    const struct lane_group *group = panel->group;
    double width = panel->right - panel->left, pitch = (panel->bottom - panel->top) / (double)group->count;
    double outer_left = panel->outer_left, outer_width = panel->right - outer_left;
    char text[600], fitted[600];
    text_fit(fitted, sizeof(fitted), group->name, TEXT_HEADING, outer_width);
    chart_text(chart, outer_left, panel->top - PANEL_HEAD + 20, TEXT_HEADING, TEXT_LEFT, fitted);
    lane_group_describe(group, text, sizeof(text));
    text_fit(fitted, sizeof(fitted), text, TEXT_NOTE, outer_width);
    chart_text(chart, outer_left, panel->top - PANEL_HEAD + 54, TEXT_NOTE, TEXT_LEFT, fitted);
    chart_textf(chart, panel->left, panel->bottom + 58, TEXT_NOTE, TEXT_LEFT, "wall time (%s)", panel->unit);

    double column = label_column(panel);
    for (size_t i = 0; i < group->count; i++) {
        const struct summary_record *lane = group->lanes[i];
        const struct bar *bar = &panel->bars[i];
        double y = panel->top + ((double)i + 0.5) * pitch, x = panel->left + 12;
        chart_label(chart, panel->left - 12, y, TEXT_BODY, TEXT_RIGHT, panel->left - outer_left - 12,
                    report_runner_label(lane->runner));
        if (isfinite(bar->median)) {
            fprintf(chart->data, "%zu\t%zu\t%d\t%.9g\t%.9g\t%.9g\t%.9g\n", number, i + 1, runner_slot(lane->runner),
                    bar->median, bar->lo, bar->hi, lane->wall_s_min);
            double end = fmax(bar->median, isfinite(bar->hi) ? bar->hi : 0);
            x += end * panel->scale / panel->xmax * width;
            chart_text(chart, x, y, TEXT_NUMBER, TEXT_LEFT, bar->speedup);
            x += bar->speedup[0] ? column : 0;
            chart_text(chart, x, y, TEXT_BODY, TEXT_LEFT, bar->time);
            x += text_width(bar->time, TEXT_BODY) + 14;
        }
        bool alarm = isfinite(bar->median) || (lane->state && strcmp(lane->state, "failed") == 0);
        text_fit(fitted, sizeof(fitted), bar->note, alarm ? TEXT_ALARM : TEXT_NOTE, panel->right - x);
        chart_text(chart, x, y, alarm ? TEXT_ALARM : TEXT_NOTE, TEXT_LEFT, fitted);
    }
}

/* The widest of the panel's names in two lines, but no more than a third of its room. */
static double name_column(const struct panel *panel, double outer_width)
{
    double widest = 0;
    for (size_t i = 0; i < panel->group->count; i++) {
        char lines[2][TEXT_LINE_SIZE];
        text_fit_lines(lines, report_runner_label(panel->group->lanes[i]->runner), TEXT_BODY, outer_width * 0.34);
        widest = fmax(widest, fmax(text_width(lines[0], TEXT_BODY), text_width(lines[1], TEXT_BODY)));
    }
    return widest + 14;
}

/* Rows of panels, each as high as its tallest. Returns the chart's height. */
static double lay_out(struct panel *panels, size_t count)
{
    size_t columns = count > 1 ? 2 : 1, rows = (count + columns - 1) / columns;
    double outer_width = (CHART_WIDTH - 2 * CHART_MARGIN - PANEL_GUTTER * (double)(columns - 1)) / (double)columns;
    size_t bars = 0; /* one under another, all rows of panels together */
    for (size_t r = 0; r < rows; r++) {
        size_t most = 0;
        for (size_t c = r * columns; c < (r + 1) * columns && c < count; c++)
            most = panels[c].group->count > most ? panels[c].group->count : most;
        bars += most;
    }
    double around = PANELS_FROM + (double)rows * (PANEL_HEAD + PANEL_FOOT) + CHART_CAPTION_HEIGHT;
    double pitch = fmax(ROW_LEAST, fmin(ROW_MOST, (CHART_HEIGHT - around) / (double)bars));
    double y = PANELS_FROM;
    for (size_t r = 0; r < rows; r++) {
        size_t most = 0;
        for (size_t i = r * columns; i < (r + 1) * columns && i < count; i++) {
            struct panel *panel = &panels[i];
            panel->outer_left = CHART_MARGIN + (double)(i % columns) * (outer_width + PANEL_GUTTER);
            panel->left = panel->outer_left + name_column(panel, outer_width);
            panel->right = panel->outer_left + outer_width;
            panel->top = y + PANEL_HEAD;
            panel->bottom = panel->top + pitch * (double)panel->group->count;
            most = panel->group->count > most ? panel->group->count : most;
            scale_panel(panel);
        }
        y += PANEL_HEAD + PANEL_FOOT + pitch * (double)most;
    }
    return rint(y + CHART_CAPTION_HEIGHT);
}

static void write_variables(struct chart *chart, const struct panel *panels, size_t count)
{
    double values[7][CHART_MOST_PANELS];
    for (size_t i = 0; i < count; i++) {
        const struct panel *panel = &panels[i];
        const double own[7] = {panel->left,
                               panel->right,
                               panel->top,
                               panel->bottom,
                               panel->scale,
                               panel->xmax,
                               (double)panel->group->count};
        for (size_t v = 0; v < 7; v++)
            values[v][i] = own[v];
    }
    static const char *const names[7] = {"LEFT", "RIGHT", "TOP", "BOTTOM", "SCALE", "XMAX", "ROWS"};
    chart_number(chart, "PANELS", (double)count);
    for (size_t v = 0; v < 7; v++)
        chart_array(chart, names[v], values[v], count);
    fprintf(chart->script, "array XTICS[%zu]\n", count);
    for (size_t i = 0; i < count; i++)
        fprintf(chart->script, "XTICS[%zu] = '%s'\n", i + 1, panels[i].axis.ticks);
}

/* Which of how many pictures this is, since a page holds only a few panels. */
struct page {
    size_t number, pages, left_out;
};

static int draw(struct chart_list *list, struct panel *panels, size_t count, struct page page,
                struct failure *ret_failure)
{
    double height = lay_out(panels, count);
    /* The first is "wall" whether or not others follow. */
    struct chart *chart = chart_begin(list, "wall", page.number > 1 ? (int)page.number : 0, height, ret_failure);
    if (!chart)
        return -1;
    char subtitle[300], of[100], left_out[100] = "";
    snprintf(of, sizeof(of), "%zu of %zu", page.number, page.pages);
    if (page.left_out)
        snprintf(left_out, sizeof(left_out), "; %zu more workloads are not drawn", page.left_out);
    snprintf(subtitle, sizeof(subtitle),
             "shorter is better; bold: how many times faster than serial, one job after another%s%s%s%s",
             page.pages > 1 ? " (" : "", page.pages > 1 ? of : "", page.pages > 1 ? ")" : "", left_out);
    write_variables(chart, panels, count);
    chart_title(chart, "Wall time by runner", page.pages > 1 ? of : NULL, subtitle);
    fputs("# panel\trow\trunner's number in the style\tmedian s\tinterval from s\tto s\tleast s\n", chart->data);
    struct run_count runs = {0};
    for (size_t i = 0; i < count; i++) {
        write_panel(chart, &panels[i], i + 1);
        for (size_t l = 0; l < panels[i].group->count; l++)
            run_count_add(&runs, panels[i].group->lanes[l]);
    }
    char number[64], meaning[400];
    run_count_text(runs, number, sizeof(number));
    snprintf(meaning, sizeof(meaning),
             runs.intervals
                 ? "Bar: median of %s. Black line: exact 95 %% interval of the median%s. Speed-up: against serial, "
                   "block by block."
                 : "Bar: median of %s%s. No interval: that takes 6 runs. Speed-up: against serial, block by "
                   "block.",
             number, runs.intervals && runs.min < 6 ? " (none below 6 runs)" : "");
    chart_caption(chart, list->run, meaning);
    return chart_end(list, chart, "wall", ret_failure);
}

static bool is_harness(const struct lane_group *group)
{
    return strcmp(group->lanes[0]->workload, "null") == 0;
}

/* What the harness itself costs is in the tables: beside real work it would be the least of bars. */
static bool is_drawn(const struct lane_group *groups, size_t count, size_t which)
{
    if (groups[which].swept || lane_group_is_open(&groups[which]))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!groups[i].swept && !is_harness(&groups[i]))
            return !is_harness(&groups[which]);
    return true;
}

int charts_wall(struct chart_list *list, const struct lane_group *groups, size_t count, struct failure *ret_failure)
{
    struct panel panels[CHART_MOST_PANELS] = {0};
    size_t used = 0, left_out = 0;
    int result = 0;
    bool any = false;
    for (size_t i = 0; result == 0 && i < count; i++) {
        if (!is_drawn(groups, count, i))
            continue;
        if (used == CHART_MOST_PANELS) {
            left_out++;
            continue;
        }
        panels[used].group = &groups[i];
        for (size_t l = 0; l < groups[i].count; l++)
            any = any || has_median(groups[i].lanes[l]);
        if (fill_panel(&panels[used++], list) < 0)
            result = failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    }
    /* Pages about equally full: five panels are three and two. */
    size_t pages = any ? (used + PAGE_MOST - 1) / PAGE_MOST : 0;
    for (size_t p = 0; result == 0 && p < pages; p++) {
        size_t from = p * used / pages, to = (p + 1) * used / pages;
        result = draw(list, &panels[from], to - from, (struct page){p + 1, pages, left_out}, ret_failure);
    }
    for (size_t i = 0; i < used; i++)
        free(panels[i].bars);
    return result;
}
