/* A history's tables: for the terminal and as Markdown. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "../report/tables/markdown.h"
#include "../output/output_file.h"
#include "../output/printer.h"
#include "../report/report.h"
#include "history_output.h"
#include "sparkline.h"

#define MOST_SPARKS 40

enum overview_column { RUNNER, RUNS, TREND, LAST, LAST_INTERVAL, CHANGE, LEVEL, OVERVIEW_COLUMNS };

static const struct table_column overview_columns[OVERVIEW_COLUMNS] = {
    [RUNNER] = {.title = "runner", .left = true},
    [RUNS] = {.title = "runs", .keep = 3},
    [TREND] = {.title = "trend", .left = true},
    [LAST] = {.title = "last"},
    [LAST_INTERVAL] = {.title = "95 % interval", .left = true, .continues = true, .keep = 1},
    [CHANGE] = {.title = "over the one before", .keep = 2},
    [LEVEL] = {.title = "last new level", .left = true, .keep = 4},
};

enum detail_column { DATE, COMMIT, MEDIAN, INTERVAL, STEP, STEP_INTERVAL, NEW_LEVEL, DETAIL_COLUMNS };

static const struct table_column detail_columns[DETAIL_COLUMNS] = {
    [DATE] = {.title = "started (UTC)", .left = true, .keep = 3},
    [COMMIT] = {.title = "commit", .left = true, .keep = 4},
    [MEDIAN] = {.title = "median"},
    [INTERVAL] = {.title = "95 % interval", .left = true, .continues = true, .keep = 2},
    [STEP] = {.title = "over the one before"},
    [STEP_INTERVAL] = {.title = "95 % interval", .left = true, .continues = true, .keep = 1},
    [NEW_LEVEL] = {.title = "level", .left = true},
};

static const char *times(struct text_pool *pool, double ratio)
{
    return units_times(pool, ratio, NAN, NAN).value;
}

/* "1.21× from 2026-11-20 12:00, commit 809d890de on" */
static const char *last_level(struct text_pool *pool, const struct history_series *series)
{
    for (size_t i = series->point_count; i-- > 0;) {
        const struct history_point *point = &series->points[i];
        if (isfinite(point->step))
            return pool_printf(pool, "%s from %s%s%s on", times(pool, point->step), point->run->date,
                               point->run->commit[0] ? ", commit " : "", point->run->commit);
    }
    return "";
}

/* The runs of the kind in which the lane has no figure are gaps. */
static const char *sparks(struct text_pool *pool, const struct history *history, const struct history_series *series)
{
    size_t runs = history->kinds[series->kind].run_count;
    double *values = pool_array(pool, runs, sizeof(*values));
    if (!values)
        return "";
    for (size_t i = 0; i < runs; i++)
        values[i] = NAN;
    for (size_t i = 0; i < series->point_count; i++)
        values[series->points[i].run->place - 1] = series->points[i].median;
    return sparkline_text(pool, values, runs, MOST_SPARKS);
}

/* The settings are long, and stand below the table: a mark tells which. The same ones, of several runners, have one. */
static const char *series_label(struct report_table *table, struct text_pool *pool, const struct history_series *series)
{
    if (!series->alike)
        return series->cell;
    const char *text = pool_printf(pool, "%s: %s", series->cell, history_series_describe(pool, series));
    size_t n = 0;
    while (n < table->note_count && strcmp(strchr(table->notes[n], ' ') + 1, text) != 0)
        n++;
    if (n == table->note_count)
        table->notes[table->note_count++] = pool_printf(pool, "*%zu %s", n + 1, text);
    return pool_printf(pool, "%s *%zu", series->cell, n + 1);
}

static int fill_overview_row(struct report_table *table, struct text_pool *pool, const struct history *history,
                             const struct history_series *series)
{
    struct table_row *row = &table->rows[table->row_count++];
    const struct history_point *last = &series->points[series->point_count - 1];
    struct units_estimate median = series->metric->format(pool, last->median, last->lo, last->hi);
    row->label = series_label(table, pool, series);
    row->cells = pool_array(pool, OVERVIEW_COLUMNS, sizeof(*row->cells));
    if (!row->cells)
        return -1;
    row->cells[RUNNER].text = pool_clean(pool, report_runner_label(series->runner));
    row->cells[RUNS].text = pool_printf(pool, "%zu", series->point_count);
    row->cells[TREND].text = sparks(pool, history, series);
    row->cells[LAST].text = median.value;
    row->cells[LAST_INTERVAL].text = median.interval;
    row->cells[CHANGE].text = times(pool, last->change);
    row->cells[LEVEL].text = last_level(pool, series);
    row->cells[LEVEL].best = series->change_count > 0;
    return 0;
}

static const struct history_run *first_run(const struct history *history, size_t kind)
{
    for (size_t i = 0; i < history->run_count; i++)
        if (history->runs[i].kind == kind)
            return &history->runs[i];
    return NULL;
}

static const struct history_run *last_run(const struct history *history, size_t kind)
{
    for (size_t i = history->run_count; i-- > 0;)
        if (history->runs[i].kind == kind)
            return &history->runs[i];
    return NULL;
}

/* "2026-11-20 12:00 to 2026-11-21 12:00"; one date of one run. */
static const char *dates_of(struct text_pool *pool, const struct history *history, size_t kind)
{
    const struct history_run *first = first_run(history, kind), *last = last_run(history, kind);
    return first == last ? first->date : pool_printf(pool, "%s to %s", first->date, last->date);
}

static bool has_series(const struct history *history, size_t kind, const struct compare_metric *metric)
{
    for (size_t s = 0; s < history->series_count; s++)
        if (history->series[s].kind == kind && history->series[s].metric == metric)
            return true;
    return false;
}

static int fill_overview(struct report_table *table, struct text_pool *pool, const struct history *history, size_t kind,
                         const struct compare_metric *metric)
{
    size_t runs = history->kinds[kind].run_count;
    table->title = pool_printf(pool, "%s", history->kinds[kind].words);
    table->subtitle = pool_printf(pool, "%s (%s), %zu run%s, %s; %s is better", metric->of->words, metric->of->name,
                                  runs, runs == 1 ? "" : "s", dates_of(pool, history, kind),
                                  metric->of->larger_is_better ? "more" : "less");
    table->heading = "cell";
    table->marked = true;
    table->notes = pool_array(pool, history->series_count, sizeof(*table->notes));
    table->columns = pool_array(pool, OVERVIEW_COLUMNS, sizeof(*table->columns));
    table->rows = pool_array(pool, history->series_count, sizeof(*table->rows));
    if (!table->columns || !table->rows || !table->notes)
        return -1;
    memcpy(table->columns, overview_columns, sizeof(overview_columns));
    table->column_count = OVERVIEW_COLUMNS;
    for (size_t s = 0; s < history->series_count; s++) {
        if (history->series[s].kind != kind || history->series[s].metric != metric)
            continue;
        if (fill_overview_row(table, pool, history, &history->series[s]) != 0)
            return -1;
    }
    /* A cell's name once, as long as its rows follow each other. */
    for (size_t r = table->row_count; r-- > 1;)
        if (strcmp(table->rows[r].label, table->rows[r - 1].label) == 0)
            table->rows[r].label = "";
    return 0;
}

static int fill_detail_row(struct table_row *row, struct text_pool *pool, const struct compare_metric *metric,
                           const struct history_point *point)
{
    struct units_estimate median = metric->format(pool, point->median, point->lo, point->hi);
    struct units_estimate change = units_times(pool, point->change, point->change_lo, point->change_hi);
    row->label = point->run->id;
    row->cells = pool_array(pool, DETAIL_COLUMNS, sizeof(*row->cells));
    if (!row->cells)
        return -1;
    row->cells[DATE].text = point->run->date;
    row->cells[COMMIT].text = point->run->commit[0] ? point->run->commit : UNITS_UNKNOWN;
    row->cells[MEDIAN].text = median.value;
    row->cells[INTERVAL].text = median.interval;
    row->cells[STEP].text = isfinite(point->change) ? change.value : "";
    row->cells[STEP_INTERVAL].text = change.interval;
    row->cells[NEW_LEVEL].text =
        isfinite(point->step) ? pool_printf(pool, "new: %s from here on", times(pool, point->step)) : "";
    row->cells[NEW_LEVEL].best = isfinite(point->step);
    return 0;
}

static int fill_detail(struct report_table *table, struct text_pool *pool, const struct history *history,
                       const struct history_series *series)
{
    table->title = pool_printf(pool, "%s, %s", series->cell, pool_clean(pool, report_runner_label(series->runner)));
    table->subtitle = pool_printf(pool, "%s: %s; on %s", series->metric->of->words,
                                  history_series_describe(pool, series), history->kinds[series->kind].words);
    table->heading = "run";
    table->columns = pool_array(pool, DETAIL_COLUMNS, sizeof(*table->columns));
    table->rows = pool_array(pool, series->point_count, sizeof(*table->rows));
    if (!table->columns || !table->rows)
        return -1;
    memcpy(table->columns, detail_columns, sizeof(detail_columns));
    table->column_count = DETAIL_COLUMNS;
    for (size_t i = 0; i < series->point_count; i++)
        if (fill_detail_row(&table->rows[table->row_count++], pool, series->metric, &series->points[i]) != 0)
            return -1;
    return 0;
}

/* Whether a run of its kind lacks some series: its trend has a dot there. */
static bool has_gaps(const struct history *history)
{
    for (size_t s = 0; s < history->series_count; s++)
        if (history->series[s].point_count < history->kinds[history->series[s].kind].run_count)
            return true;
    return false;
}

static int fill_all(struct report_tables *tables, const struct history *history, bool all)
{
    struct text_pool *pool = tables->pool;
    tables->tables =
        pool_array(pool, history->kind_count * COMPARE_METRICS_MOST + history->series_count, sizeof(*tables->tables));
    tables->warnings = pool_array(pool, history->warning_count + history->left_out_count, sizeof(*tables->warnings));
    if (!tables->tables || !tables->warnings)
        return -1;
    for (size_t k = 0; k < history->kind_count; k++)
        for (const struct compare_metric *metric = compare_metrics; metric->of; metric++)
            if (has_series(history, k, metric) &&
                fill_overview(&tables->tables[tables->count++], pool, history, k, metric) != 0)
                return -1;
    for (size_t s = 0; s < history->series_count; s++)
        if ((all || history->series[s].change_count > 0) &&
            fill_detail(&tables->tables[tables->count++], pool, history, &history->series[s]) != 0)
            return -1;
    for (size_t i = 0; i < history->warning_count; i++)
        tables->warnings[tables->warning_count++] = history->warnings[i];
    for (size_t i = 0; i < history->left_out_count; i++)
        tables->warnings[tables->warning_count++] =
            pool_printf(pool, "left out: %s: %s", history->left_out[i].dir, history->left_out[i].reason);
    tables->legend = pool_printf(
        pool,
        "Figures are medians over a run's blocks, brackets hold 95 %% intervals. Trend: a run each, the oldest first, "
        "as "
        "high as its figure%s. Over the one before: the middle of "
        "all "
        "ratios, as `iorace compare` has it. A new level is marked where shuffled runs would hardly ever show as much "
        "(E-divisive, p below .05), and where it is more than %.3g %% and more than the runs' own intervals leave "
        "open; that "
        "takes eight runs. The machine may have changed and not the program: `iorace gate` tells the two apart.",
        has_gaps(history) ? "; \u00b7 is a run without this cell or with other settings" : "",
        100 * history->threshold);
    return 0;
}

int history_tables_make(struct report_tables *ret_tables, const struct history *history, bool all,
                        struct failure *ret_failure)
{
    struct report_tables tables = {.pool = text_pool_create(), .legend = ""};
    int result = tables.pool ? fill_all(&tables, history, all) : -1;
    if (result != 0 || pool_failed(tables.pool)) {
        report_tables_finish(&tables);
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    }
    *ret_tables = tables;
    return 0;
}

/* "3 of 30 series reached a new level". Silence where nothing could be found must not be taken for steadiness. */
static const char *levels_found(struct text_pool *pool, const struct history *history)
{
    size_t changed = 0, able = 0;
    for (size_t s = 0; s < history->series_count; s++) {
        changed += history->series[s].change_count > 0;
        able += history->series[s].point_count >= HISTORY_LEVEL_RUNS;
    }
    if (able == 0)
        return "no series has the eight runs that a new level needs";
    return pool_printf(pool, "%zu of %zu series%s reached a new level", changed, able,
                       able < history->series_count ? " that have the eight runs it needs" : "");
}

const char *history_sentence(struct text_pool *pool, const struct history *history)
{
    bool alike = false;
    for (size_t s = 0; s < history->series_count; s++)
        alike = alike || history->series[s].alike;
    const char *found = pool_printf(pool, "%s of %zu run%s: %s.", history->words, history->run_count,
                                    history->run_count == 1 ? "" : "s", levels_found(pool, history));
    const char *kinds =
        history->kind_count > 1
            ? pool_printf(pool, " They are of %zu machines or builds, which are not joined.", history->kind_count)
            : "";
    return pool_printf(pool, "%s%s%s", found, kinds,
                       alike ? " Cells whose settings or scenario were changed are series of their own." : "");
}

int history_print(const struct history *history, bool all, FILE *out, struct failure *ret_failure)
{
    struct printer printer = printer_for(out);
    struct report_tables tables;
    if (history_tables_make(&tables, history, all, ret_failure) != 0)
        return -1;
    printer_paragraph(&printer, "", history_sentence(tables.pool, history));
    putc('\n', out);
    report_tables_print(&tables, &printer);
    report_tables_finish(&tables);
    return 0;
}

struct markdown {
    const struct history *history;
    struct report_tables tables;
};

static void write_markdown(FILE *out, const void *context)
{
    const struct markdown *markdown = context;
    fputs("## iorace history\n\n", out);
    tables_markdown_paragraph(out, history_sentence(markdown->tables.pool, markdown->history));
    tables_markdown(out, &markdown->tables);
}

int history_write_markdown(const struct history *history, const char *path, struct failure *ret_failure)
{
    struct markdown markdown = {.history = history};
    if (history_tables_make(&markdown.tables, history, true, ret_failure) != 0)
        return -1;
    int result = output_file_write(path, write_markdown, &markdown, ret_failure);
    report_tables_finish(&markdown.tables);
    return result;
}
