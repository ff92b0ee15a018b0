/*
 * A history as a picture: a panel a cell, a line a runner, each run against the middle of its own line, so that lines
 * of 1 ms and of 10 s show their changes on one axis. Where a new level begins a line stands, with how many times the
 * old one it is.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../directories.h"
#include "../report/charts/charts.h"
#include "../report/report.h"
#include "../stats/stats.h"
#include "history_output.h"

/* px */
#define KEY_FROM     138.0 /* the first line of the runners' markers, below a subtitle of one line */
#define KEY_PITCH    34.0
#define PANEL_GUTTER 60.0
#define PANEL_HEAD   105.0 /* the cell's name and settings in two lines, above the axes */
#define PANEL_FOOT   64.0  /* dates */
#define PANEL_HEIGHT 300.0
#define AXIS_LEFT    96.0 /* for the ticks' labels */
#define STEP_PITCH   26.0 /* from one new level's text to the next below it */
#define PAGE_MOST    6    /* panels of a picture */
#define PAGES_MOST   20

/* Less than this to each side, in percent, would make noise look like news. */
#define LEAST_REACH 5.0

struct panel {
    const struct history_series *series[CHART_MOST_ROWS];
    size_t count;
    double left, right, top, bottom; /* of the axes */
    double lo, hi;                   /* percent */
    double runs;
    struct chart_axis axis;
};

struct page {
    const struct history *history;
    struct panel *panels;
    size_t count;
    size_t kind, number;
    const char *subtitle;
    double key_from; /* px */
};

static bool holds_runner(const struct panel *panel, const char *runner)
{
    for (size_t i = 0; i < panel->count; i++)
        if (strcmp(panel->series[i]->runner, runner) == 0)
            return true;
    return false;
}

/* A cell's series stand together; of a runner that is there already (defined otherwise) in another panel. */
static size_t fill_panels(struct panel *panels, const struct history *history, size_t kind)
{
    size_t count = 0;
    for (size_t s = 0; s < history->series_count; s++) {
        const struct history_series *series = &history->series[s];
        size_t p = 0;
        if (series->kind != kind || series->point_count < 2) /* a single run is no line */
            continue;
        while (p < count &&
               (strcmp(panels[p].series[0]->cell, series->cell) != 0 || panels[p].series[0]->metric != series->metric ||
                holds_runner(&panels[p], series->runner) || panels[p].count == CHART_MOST_ROWS))
            p++;
        count += p == count;
        panels[p].series[panels[p].count++] = series;
    }
    return count;
}

static double middle_of(const struct history_series *series)
{
    double *medians = calloc(series->point_count + 1, sizeof(*medians));
    for (size_t i = 0; medians && i < series->point_count; i++)
        medians[i] = series->points[i].median;
    double middle = medians ? stats_median(medians, series->point_count) : NAN;
    free(medians);
    return middle;
}

static double percent(double value, double middle)
{
    return 100 * (value / middle - 1);
}

static void find_range(struct panel *panel)
{
    double lo = -LEAST_REACH, hi = LEAST_REACH;
    for (size_t i = 0; i < panel->count; i++) {
        double middle = middle_of(panel->series[i]);
        for (size_t p = 0; p < panel->series[i]->point_count; p++) {
            const struct history_point *point = &panel->series[i]->points[p];
            lo = fmin(lo, percent(isfinite(point->lo) ? point->lo : point->median, middle));
            hi = fmax(hi, percent(isfinite(point->hi) ? point->hi : point->median, middle));
        }
    }
    double room = (hi - lo) * 0.08;
    panel->lo = lo - room;
    panel->hi = hi + room;
    axis_percent(&panel->axis, panel->lo, panel->hi, 5);
}

static double x_px(const struct panel *panel, double x)
{
    return panel->left + (x - 0.5) / panel->runs * (panel->right - panel->left);
}

/* Returns the chart's height. */
static double lay_out(const struct page *page, double top)
{
    size_t columns = page->count > 1 ? 2 : 1, rows = (page->count + columns - 1) / columns;
    double width = (CHART_WIDTH - 2 * CHART_MARGIN - PANEL_GUTTER * (double)(columns - 1)) / (double)columns;
    double pitch = PANEL_HEAD + PANEL_HEIGHT + PANEL_FOOT;
    for (size_t i = 0; i < page->count; i++) {
        struct panel *panel = &page->panels[i];
        double left = CHART_MARGIN + (double)(i % columns) * (width + PANEL_GUTTER);
        panel->left = left + AXIS_LEFT;
        panel->right = left + width;
        panel->top = top + (double)(i / columns) * pitch + PANEL_HEAD;
        panel->bottom = panel->top + PANEL_HEIGHT;
        panel->runs = (double)page->history->kinds[page->kind].run_count;
        find_range(panel);
    }
    return rint(top + (double)rows * pitch + CHART_CAPTION_HEIGHT);
}

/* The runners' markers with their names, in lines. Returns the y below them. With `chart` NULL only that. */
static double write_key(struct chart *chart, const struct page *page)
{
    const char *runners[CHART_MOST_ROWS];
    size_t count = 0;
    double x = CHART_MARGIN, y = page->key_from;
    for (size_t p = 0; p < page->count; p++)
        for (size_t s = 0; s < page->panels[p].count; s++) {
            const char *runner = page->panels[p].series[s]->runner;
            size_t i = 0;
            while (i < count && strcmp(runners[i], runner) != 0)
                i++;
            if (i == count && count < CHART_MOST_ROWS)
                runners[count++] = runner;
        }
    for (size_t i = 0; i < count; i++) {
        char text[600];
        text_runner(text, sizeof(text), runners[i], TEXT_BODY, 420);
        double width = 28 + text_width(text, TEXT_BODY) + 26;
        if (x + width > CHART_WIDTH - CHART_MARGIN && x > CHART_MARGIN) {
            x = CHART_MARGIN;
            y += KEY_PITCH;
        }
        if (chart) {
            chart_mark(chart, x + 10, y, runner_slot(runners[i]));
            chart_text(chart, x + 28, y, TEXT_BODY, TEXT_LEFT, text);
        }
        x += width;
    }
    return y + KEY_PITCH / 2;
}

/* The runs' dates below the axes, as many as there is room for, the last one among them. */
static void write_dates(struct chart *chart, const struct page *page, const struct panel *panel)
{
    const struct history *history = page->history;
    double free_until = INFINITY;
    for (size_t i = history->run_count; i-- > 0;) {
        const struct history_run *run = &history->runs[i];
        char text[64];
        if (run->kind != page->kind)
            continue;
        text_fit(text, sizeof(text), run->date, TEXT_NOTE, 190);
        double half = text_width(text, TEXT_NOTE) / 2, x = x_px(panel, (double)run->place);
        double middle = fmin(x, panel->right - half);
        if (middle + half + 16 > free_until || middle - half < panel->left - AXIS_LEFT)
            continue;
        chart_text(chart, middle, panel->bottom + 26, TEXT_NOTE, TEXT_CENTER, text);
        free_until = middle - half;
    }
}

static void write_steps(struct chart *chart, const struct chart_list *list, const struct panel *panel)
{
    double y = panel->top + 14;
    for (size_t s = 0; s < panel->count; s++)
        for (size_t i = 0; i < panel->series[s]->point_count; i++) {
            const struct history_point *point = &panel->series[s]->points[i];
            if (!isfinite(point->step))
                continue;
            double x = x_px(panel, (double)point->run->place - 0.5);
            const char *text = units_times(list->words, point->step, NAN, NAN).value;
            bool left = x + 40 + text_width(text, TEXT_ALARM) > panel->right;
            chart_line(chart, x, panel->top, x, panel->bottom);
            chart_mark(chart, left ? x - 14 : x + 14, y, runner_slot(panel->series[s]->runner));
            chart_text(chart, left ? x - 28 : x + 28, y, TEXT_ALARM, left ? TEXT_RIGHT : TEXT_LEFT, text);
            y = y + 2 * STEP_PITCH < panel->bottom ? y + STEP_PITCH : panel->top + 14;
        }
}

/* Serial has a concurrency of 1, whatever the cell's is. */
static const struct history_series *most_concurrent(const struct panel *panel)
{
    const struct history_series *most = panel->series[0];
    for (size_t s = 1; s < panel->count; s++)
        if (strtoll(panel->series[s]->facts[2], NULL, 10) > strtoll(most->facts[2], NULL, 10))
            most = panel->series[s];
    return most;
}

static void write_panel(struct chart *chart, const struct chart_list *list, const struct page *page, size_t number)
{
    const struct panel *panel = &page->panels[number];
    const struct history_series *typical = most_concurrent(panel);
    double outer_left = panel->left - AXIS_LEFT, width = panel->right - outer_left;
    char fitted[600];
    text_fit(fitted, sizeof(fitted), typical->cell, TEXT_HEADING, width);
    chart_text(chart, outer_left, panel->top - PANEL_HEAD + 18, TEXT_HEADING, TEXT_LEFT, fitted);
    const char *settings = history_series_describe(list->words, typical);
    if (!page->history->asked && typical->metric != compare_metrics)
        settings = pool_printf(list->words, "%s; %s", typical->metric->of->words, settings);
    chart_paragraph(chart, outer_left, panel->top - PANEL_HEAD + 38, TEXT_NOTE, width, 2, settings);
    for (size_t s = 0; s < panel->count; s++) {
        const struct history_series *series = panel->series[s];
        double middle = middle_of(series);
        for (size_t i = 0; i < series->point_count; i++) {
            const struct history_point *point = &series->points[i];
            fprintf(chart->data, "%zu\t%d\t%zu\t%.9g\t%.9g\t%.9g\n", number + 1, runner_slot(series->runner),
                    point->run->place, percent(point->median, middle), percent(point->lo, middle),
                    percent(point->hi, middle));
        }
        fputs("\n", chart->data); /* an empty line ends a curve */
    }
    write_dates(chart, page, panel);
    write_steps(chart, list, panel);
}

static void write_variables(struct chart *chart, const struct page *page)
{
    enum { VALUES = 7 };
    static const char *const names[VALUES] = {"LEFT", "RIGHT", "TOP", "BOTTOM", "XMAX", "YMIN", "YMAX"};
    double values[VALUES][PAGE_MOST];
    for (size_t i = 0; i < page->count; i++) {
        const struct panel *panel = &page->panels[i];
        const double own[VALUES] = {panel->left,       panel->right, panel->top, panel->bottom,
                                    panel->runs + 0.5, panel->lo,    panel->hi};
        for (size_t v = 0; v < VALUES; v++)
            values[v][i] = own[v];
    }
    chart_number(chart, "PANELS", (double)page->count);
    for (size_t v = 0; v < VALUES; v++)
        chart_array(chart, names[v], values[v], page->count);
    fprintf(chart->script, "array YTICS[%zu]\n", page->count);
    for (size_t i = 0; i < page->count; i++)
        fprintf(chart->script, "YTICS[%zu] = '%s'\n", i + 1, page->panels[i].axis.ticks);
}

/* " 3 series of a single run are left out." */
static const char *left_out(struct text_pool *words, const struct history *history, size_t kind)
{
    size_t count = 0;
    for (size_t s = 0; s < history->series_count; s++)
        count += history->series[s].kind == kind && history->series[s].point_count < 2;
    return count ? pool_printf(words, " %zu series of a single run %s left out.", count, count == 1 ? "is" : "are")
                 : "";
}

static int draw(struct chart_list *list, struct page *page, struct failure *ret_failure)
{
    const struct history *history = page->history;
    char lines[2][TEXT_LINE_SIZE];
    page->subtitle = pool_printf(list->words, "%zu runs on %s, each against the middle of its own line; %s is better",
                                 history->kinds[page->kind].run_count, history->kinds[page->kind].words,
                                 history->asked && history->asked->of->larger_is_better ? "more" : "less");
    size_t line_count = text_wrap(lines, 2, page->subtitle, TEXT_BODY, CHART_WIDTH - 2 * CHART_MARGIN);
    page->key_from = KEY_FROM + (line_count > 1 ? 1.3 * text_height(TEXT_BODY) : 0);
    double height = lay_out(page, write_key(NULL, page) + 10);
    struct chart *chart = chart_begin(list, "history", page->number > 1 ? (int)page->number : 0, height, ret_failure);
    char title[200], of[100];
    if (!chart)
        return -1;
    snprintf(title, sizeof(title), "%s, run by run", history->words);
    title[0] = title[0] >= 'a' && title[0] <= 'z' ? (char)(title[0] - 'a' + 'A') : title[0];
    snprintf(of, sizeof(of), "%zu", page->number);
    chart_title(chart, title, page->number > 1 ? of : NULL, page->subtitle);
    write_variables(chart, page);
    write_key(chart, page);
    fputs("# panel\trunner's number in the style\trun\tpercent over the middle\tinterval from\tto\n", chart->data);
    for (size_t i = 0; i < page->count; i++)
        write_panel(chart, list, page, i);
    chart_caption(chart, list->run,
                  pool_printf(list->words,
                              "n = %zu runs. Line: median over a run's blocks. Band: its 95 %% interval (none below 6 "
                              "blocks). Upright line: a new level begins, so many times the old one.%s",
                              history->kinds[page->kind].run_count, left_out(list->words, history, page->kind)));
    return chart_end(list, chart, "history", ret_failure);
}

/* Pages about equally full: seven panels are four and three. */
static int draw_kind(struct chart_list *list, const struct history *history, size_t kind, struct panel *panels,
                     size_t *page_count, struct failure *ret_failure)
{
    size_t count = fill_panels(panels, history, kind), pages = (count + PAGE_MOST - 1) / PAGE_MOST;
    for (size_t p = 0; p < pages && *page_count < PAGES_MOST; p++) {
        size_t from = p * count / pages, to = (p + 1) * count / pages;
        struct page page = {
            .history = history, .panels = &panels[from], .count = to - from, .kind = kind, .number = ++*page_count};
        if (draw(list, &page, ret_failure) != 0)
            return -1;
    }
    return 0;
}

static int make(struct chart_list *list, const void *context, struct failure *ret_failure)
{
    const struct history *history = context;
    size_t page_count = 0;
    int result = 0;
    for (size_t k = 0; k < history->kind_count && result == 0; k++) {
        struct panel *panels = calloc(history->series_count + 1, sizeof(*panels));
        if (!panels)
            return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
        result = draw_kind(list, history, k, panels, &page_count, ret_failure);
        free(panels);
    }
    return result;
}

/* A run's own charts would be taken for old ones, and removed. */
static bool is_run(const char *dir)
{
    char *path;
    bool is = asprintf(&path, "%s/run.ndjson", dir) >= 0;
    if (is) {
        is = access(path, F_OK) == 0;
        free(path);
    }
    return is;
}

int history_write_chart(const struct history *history, const char *dir, struct failure *ret_failure)
{
    if (is_run(dir))
        return failure_set(ret_failure, EXIT_USAGE, "--out: %s is the directory of a run, with charts of its own", dir);
    if (directories_make(dir, ret_failure) != 0)
        return -1;
    bool any = false;
    for (size_t s = 0; s < history->series_count; s++)
        any = any || history->series[s].point_count > 1;
    if (!any)
        return failure_set(ret_failure, EXIT_NO_DATA, "--out: nothing to draw: every series is of a single run");
    /* What a chart's caption says of the machine comes from a run's lines; here it is in the subtitle. */
    struct run_data run = {.dir = (char *)dir, .run = json_object(), .env = json_null()};
    int result = run.run ? charts_write(&run, make, history, ret_failure)
                         : failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    json_decref(run.run);
    return result;
}
