/* A comparison on a terminal and as Markdown. */
#include <math.h>
#include <string.h>
#include "../output/markdown_text.h"
#include "../report/tables/markdown.h"
#include "../output/output_file.h"
#include "../output/printer.h"
#include "../report/report.h"
#include "comparison_output.h"

enum column { RUNNER, BASE, HEAD, RATIO, INTERVAL, VERDICT, COLUMNS };

static const struct table_column columns[COLUMNS] = {
    [RUNNER] = {.title = "runner", .left = true},
    [BASE] = {.title = "base", .keep = 2},
    [HEAD] = {.title = "head", .keep = 3},
    [RATIO] = {.title = "head / base"},
    [INTERVAL] = {.title = "95 % interval", .left = true, .continues = true, .keep = 1},
    [VERDICT] = {.title = "verdict", .left = true},
};

static const char *format_value(const struct compare_metric *metric, struct text_pool *pool, double value)
{
    return metric->format(pool, value, NAN, NAN).value;
}

static void fill_row(struct table_row *row, struct text_pool *pool, const struct lane_comparison *lane,
                     const struct compare_metric *metric, const struct compare_figures *figures)
{
    struct units_estimate ratio = units_times(pool, figures->ratio, figures->lo, figures->hi);
    row->cells[RUNNER].text = pool_clean(pool, report_runner_label(lane_comparison_runner(lane)));
    row->cells[BASE].text = format_value(metric, pool, figures->base_median);
    row->cells[HEAD].text = format_value(metric, pool, figures->head_median);
    row->cells[RATIO].text = ratio.value;
    row->cells[INTERVAL].text = ratio.interval;
    row->cells[VERDICT].text = compare_verdict_words[lane->verdict];
    row->cells[VERDICT].best = lane->verdict == COMPARE_REGRESSION;
}

/* Those that are judged by the table's metric; what is only shown is of all. */
static bool has_place(const struct lane_comparison *lane, const struct compare_metric *metric, size_t m)
{
    return m > 0 || lane->metric == metric;
}

static int fill_rows(struct report_table *table, struct text_pool *pool, const struct comparison *comparison, size_t m,
                     const struct compare_metric *metric)
{
    const char *before = "";
    table->rows = pool_array(pool, comparison->lane_count, sizeof(*table->rows));
    if (!table->rows)
        return -1;
    for (size_t i = 0; i < comparison->lane_count; i++) {
        const struct lane_comparison *lane = &comparison->lanes[i];
        if (!has_place(lane, metric, m))
            continue;
        struct table_row *row = &table->rows[table->row_count++];
        const char *cell = lane_comparison_cell(lane);
        row->label = strcmp(cell, before) == 0 ? "" : pool_clean(pool, cell);
        before = cell;
        row->cells = pool_array(pool, COLUMNS, sizeof(*row->cells));
        if (!row->cells)
            return -1;
        fill_row(row, pool, lane, metric, &lane->figures[m]);
    }
    return 0;
}

static bool has_note(const struct lane_comparison *lane, const struct compare_metric *metric)
{
    return lane->metric == metric && lane->reason[0];
}

static bool have_same_note(const struct lane_comparison *a, const struct lane_comparison *b)
{
    return a->metric == b->metric && a->verdict == b->verdict && strcmp(a->reason, b->reason) == 0;
}

/* "* inconclusive (sleep, thread pool; sweep, coroutines): ...": what is said of several is said once, and the verdicts
 * that it is said of have its mark. */
static void add_note(struct report_table *table, struct text_pool *pool, const struct comparison *comparison,
                     size_t first, const char *mark)
{
    enum { NAMED = 4 };
    const struct lane_comparison *lanes = comparison->lanes;
    const char *named = "";
    size_t alike = 0, row = 0;
    for (size_t i = 0; i < comparison->lane_count; i++) {
        struct table_cell *verdict = lanes[i].metric == lanes[first].metric ? &table->rows[row++].cells[VERDICT] : NULL;
        if (!verdict || !have_same_note(&lanes[i], &lanes[first]))
            continue;
        verdict->text = pool_printf(pool, "%s%s", verdict->text, mark);
        if (alike++ < NAMED)
            named = pool_printf(pool, "%s%s%s, %s", named, named[0] ? "; " : "",
                                pool_clean(pool, lane_comparison_cell(&lanes[i])),
                                pool_clean(pool, report_runner_label(lane_comparison_runner(&lanes[i]))));
    }
    const char *more = alike > NAMED ? pool_printf(pool, " and %zu more", alike - NAMED) : "";
    table->notes[table->note_count++] = pool_printf(
        pool, "%s %s (%s%s): %s", mark, compare_verdict_words[lanes[first].verdict], named, more, lanes[first].reason);
}

static bool is_first_of_note(const struct comparison *comparison, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (have_same_note(&comparison->lanes[j], &comparison->lanes[i]))
            return false;
    return true;
}

static void add_notes(struct report_table *table, struct text_pool *pool, const struct comparison *comparison,
                      const struct compare_metric *metric)
{
    size_t count = 0;
    table->marked = true;
    for (size_t i = 0; i < comparison->lane_count; i++)
        count += has_note(&comparison->lanes[i], metric) && is_first_of_note(comparison, i);
    for (size_t i = 0; i < comparison->lane_count; i++)
        if (has_note(&comparison->lanes[i], metric) && is_first_of_note(comparison, i))
            add_note(table, pool, comparison, i, count > 1 ? pool_printf(pool, "*%zu", table->note_count + 1) : "*");
}

static int fill_table(struct report_table *table, struct text_pool *pool, const struct comparison *comparison, size_t m,
                      const struct compare_metric *metric)
{
    bool decides = m == 0;
    table->title = pool_printf(pool, "%s (%s)", metric->of->words, metric->of->name);
    table->subtitle = pool_printf(pool, "%s is better%s", metric->of->larger_is_better ? "more" : "less",
                                  decides ? "" : "; shown for information, not judged");
    table->heading = "cell";
    table->columns = pool_array(pool, COLUMNS, sizeof(*table->columns));
    table->notes = pool_array(pool, comparison->lane_count, sizeof(*table->notes));
    if (!table->columns || !table->notes || fill_rows(table, pool, comparison, m, metric) != 0)
        return -1;
    memcpy(table->columns, columns, sizeof(columns));
    table->column_count = decides ? COLUMNS : VERDICT;
    if (decides)
        add_notes(table, pool, comparison, metric);
    return 0;
}

/* A table for each metric that decides, then those that are only shown. */
static int fill_tables(struct report_tables *tables, const struct comparison *comparison)
{
    const struct comparison_request *request = &comparison->request;
    tables->tables = pool_array(tables->pool, 2 * COMPARE_METRICS_MOST, sizeof(*tables->tables));
    if (!tables->tables)
        return -1;
    for (const struct compare_metric *metric = compare_metrics; metric->of; metric++) {
        bool decides = false;
        for (size_t i = 0; i < comparison->lane_count; i++)
            decides = decides || comparison->lanes[i].metric == metric;
        if (decides && fill_table(&tables->tables[tables->count++], tables->pool, comparison, 0, metric) != 0)
            return -1;
    }
    for (size_t m = 1; m < request->metric_count; m++)
        if (fill_table(&tables->tables[tables->count++], tables->pool, comparison, m, request->metrics[m]) != 0)
            return -1;
    return 0;
}

/* What the figures are, and by what a verdict is reached where there is one to reach. */
static const char *legend(struct text_pool *pool, const struct comparison *comparison)
{
    const struct compare_rules *rules = &comparison->request.rules;
    const char *ratio = "Figures are medians over blocks; the ratio is the middle of all ratios of a block of head to "
                        "one of base";
    if (comparison->judged == 0)
        return pool_printf(pool,
                           "%s. Nothing is judged: that takes an interval, and %d blocks that went well in each run. "
                           "%s",
                           ratio, COMPARE_LEAST_TRIALS, comparison->caveat);
    const char *adjusted =
        comparison->judged == 1 ? "p" : pool_printf(pool, "p, adjusted since %zu are judged,", comparison->judged);
    return pool_printf(pool,
                       "%s, the brackets hold its 95 %% interval. A regression: the interval lies wholly beyond %.3g "
                       "%%, and %s is below %.3g. The same: the interval lies wholly within %.3g %%. %s",
                       ratio, 100 * rules->threshold, adjusted, rules->alpha, 100 * rules->threshold,
                       comparison->caveat);
}

int comparison_tables_make(struct report_tables *ret_tables, const struct comparison *comparison,
                           struct failure *ret_failure)
{
    struct report_tables tables = {
        .pool = text_pool_create(), .warnings = comparison->warnings, .warning_count = comparison->warning_count};
    int result = tables.pool ? fill_tables(&tables, comparison) : -1;
    if (result == 0)
        tables.legend = legend(tables.pool, comparison);
    if (result != 0 || pool_failed(tables.pool)) {
        report_tables_finish(&tables);
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    }
    *ret_tables = tables;
    return 0;
}

const char *comparison_sentence(struct text_pool *pool, const struct comparison *comparison)
{
    static const enum compare_verdict order[] = {COMPARE_REGRESSION,   COMPARE_IMPROVED, COMPARE_SAME,
                                                 COMPARE_INCONCLUSIVE, COMPARE_NO_DATA,  COMPARE_NEW,
                                                 COMPARE_GONE};
    const char *counts = "";
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
        if (comparison->counts[order[i]] > 0)
            counts = pool_printf(pool, "%s%s%zu %s", counts, counts[0] ? ", " : "", comparison->counts[order[i]],
                                 compare_verdict_words[order[i]]);
    return pool_printf(
        pool, "%s, head against base, %zu in all: %s.%s", comparison->words, comparison->lane_count, counts,
        comparison->differences.parting > 0 ? " They were compared by --force: the warnings say why they should not be."
                                            : "");
}

int comparison_print(const struct comparison *comparison, FILE *out, struct failure *ret_failure)
{
    struct printer printer = printer_for(out);
    struct report_tables tables;
    if (comparison_tables_make(&tables, comparison, ret_failure) != 0)
        return -1;
    printer_paragraph(&printer, "", comparison_sentence(tables.pool, comparison));
    putc('\n', out);
    printer_paragraph(&printer, "base  ", run_name_text(tables.pool, comparison->request.base));
    printer_paragraph(&printer, "head  ", run_name_text(tables.pool, comparison->request.head));
    putc('\n', out);
    report_tables_print(&tables, &printer);
    report_tables_finish(&tables);
    return 0;
}

struct markdown {
    const struct comparison *comparison;
    struct report_tables tables;
};

static void write_markdown(FILE *out, const void *context)
{
    const struct markdown *markdown = context;
    struct text_pool *pool = markdown->tables.pool;
    fputs("## iorace compare\n\n", out);
    tables_markdown_paragraph(out, comparison_sentence(pool, markdown->comparison));
    fputs("- base: ", out);
    markdown_text(out, run_name_text(pool, markdown->comparison->request.base));
    fputs("\n- head: ", out);
    markdown_text(out, run_name_text(pool, markdown->comparison->request.head));
    fputs("\n\n", out);
    tables_markdown(out, &markdown->tables);
}

int comparison_write_markdown(const struct comparison *comparison, const char *path, struct failure *ret_failure)
{
    struct markdown markdown = {.comparison = comparison};
    if (comparison_tables_make(&markdown.tables, comparison, ret_failure) != 0)
        return -1;
    int result = output_file_write(path, write_markdown, &markdown, ret_failure);
    report_tables_finish(&markdown.tables);
    return result;
}
