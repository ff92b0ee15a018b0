#include <math.h>
#include <string.h>
#include "gate_forest.h"
#include "gate_stored.h"
#include "gate_words.h"
#include "../report/charts/charts.h"

/* px */
#define AXES_LEFT  430.0
#define AXES_RIGHT 1010.0
#define AXES_TOP   180.0
#define ROW        96.0
#define AXES_FOOT  84.0
#define WORDS_LEFT 1035.0
#define LABEL_ROOM (AXES_LEFT - CHART_MARGIN - 30)
#define WORDS_ROOM (CHART_WIDTH - CHART_MARGIN - WORDS_LEFT)

/* How far from a row's middle its two marks are, in rows. */
#define APART 0.2

/* The axis ends here, whatever an interval does: percent. */
#define MOST_PERCENT 400.0

enum { MOST_ROWS = 40 };

/* A cell of which there are figures. Texts are borrowed; what is not known is NAN. */
struct row {
    const char *label, *metric, *verdict;
    double ratio, lo, hi, aa_ratio, aa_lo, aa_hi, aa_spread;
    double limit; /* the change that must be passed, as a share */
    json_int_t n; /* blocks that the interval is of: those of the confirmation, where there was one, too */
};

struct forest {
    struct row rows[MOST_ROWS];
    size_t count, left_out;
    double threshold, lo, hi; /* lo, hi: percent, of the axis */
};

/* --- from the file --- */

static double number(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static const char *text(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));
    return value ? value : "";
}

static struct row row_of(const json_t *cell)
{
    const struct metric *metric = metric_find(text(cell, "metric"));
    return (struct row){
        .label = text(cell, "label"),
        .metric = metric ? metric->words : text(cell, "metric"),
        .verdict = text(cell, "verdict"),
        .ratio = number(cell, "ratio"),
        .lo = number(cell, "ratio_lo"),
        .hi = number(cell, "ratio_hi"),
        .aa_ratio = number(cell, "aa_ratio"),
        .aa_lo = number(cell, "aa_lo"),
        .aa_hi = number(cell, "aa_hi"),
        .aa_spread = number(cell, "aa_spread"),
        .limit = number(cell, "limit"),
        .n = json_integer_value(json_object_get(cell, "blocks")) +
             json_integer_value(json_object_get(cell, "confirmation_blocks")),
    };
}

static double percent(double ratio)
{
    return 100 * (ratio - 1);
}

static void include(struct forest *forest, double ratio)
{
    if (!isfinite(ratio))
        return;
    forest->lo = fmin(forest->lo, fmax(percent(ratio), -MOST_PERCENT));
    forest->hi = fmax(forest->hi, fmin(percent(ratio), MOST_PERCENT));
}

static void collect(struct forest *forest, const json_t *verdicts)
{
    size_t i;
    const json_t *cell;
    forest->threshold = number(json_object_get(verdicts, "rules"), "threshold");
    json_array_foreach(json_object_get(verdicts, "cells"), i, cell)
    {
        struct row row = row_of(cell);
        if (!isfinite(row.ratio))
            continue;
        if (forest->count == MOST_ROWS) {
            forest->left_out++;
            continue;
        }
        forest->rows[forest->count++] = row;
        const double ratios[] = {row.ratio, row.lo,    row.hi,        row.aa_ratio,
                                 row.aa_lo, row.aa_hi, 1 + row.limit, 1 / (1 + row.limit)};
        for (size_t k = 0; k < sizeof(ratios) / sizeof(ratios[0]); k++)
            include(forest, ratios[k]);
    }
    double room = (forest->hi - forest->lo) * 0.06;
    forest->lo -= room;
    forest->hi += room;
}

/* --- the chart --- */

static bool is_red(const struct row *row)
{
    return strcmp(row->verdict, gate_verdict_name(GATE_REGRESSION)) == 0;
}

/* As gnuplot has it for `lc rgb variable`; red and green are told apart by the words beside them. */
static int colour(const struct row *row)
{
    if (is_red(row))
        return 0xb00020;
    return strcmp(row->verdict, gate_verdict_name(GATE_IMPROVED)) == 0 ? 0x009e73
           : strcmp(row->verdict, gate_verdict_name(GATE_SAME)) == 0   ? 0x0072b2
                                                                       : 0x8c7a00;
}

static void write_mark(FILE *out, double y, int of_head, double ratio, double lo, double hi, int rgb)
{
    if (!isfinite(ratio))
        return;
    bool known = isfinite(lo) && isfinite(hi);
    fprintf(out, "%.9g\t%d\t%.9g\t%.9g\t%.9g\t%d\n", y, of_head, percent(ratio), percent(known ? lo : ratio),
            percent(known ? hi : ratio), rgb);
}

static void write_data(struct chart *chart, const struct forest *forest)
{
    fputs("# row\t0: base against itself, 1: head against base\tpercent\tinterval from\tto\tcolour\n", chart->data);
    for (size_t i = 0; i < forest->count; i++) {
        const struct row *row = &forest->rows[i];
        double y = (double)(i + 1);
        write_mark(chart->data, y - APART, 1, row->ratio, row->lo, row->hi, colour(row));
        write_mark(chart->data, y + APART, 0, row->aa_ratio, row->aa_lo, row->aa_hi, 0x666666);
    }
    fputs("\n\n# row\tband from\tto: what must be passed, percent\tfrom\tto: the threshold\n", chart->data);
    for (size_t i = 0; i < forest->count; i++) {
        double limit = forest->rows[i].limit;
        fprintf(chart->data, "%.9g\t%.9g\t%.9g\t%.9g\t%.9g\n", (double)(i + 1), percent(1 / (1 + limit)),
                percent(1 + limit), percent(1 / (1 + forest->threshold)), 100 * forest->threshold);
    }
}

/* The cell and its runner, in smaller letters where even two lines are too short, and below them the metric. */
static void write_label(struct chart *chart, double y, const struct row *row)
{
    char lines[2][TEXT_LINE_SIZE];
    enum text_style style = TEXT_HEADING;
    text_fit_lines(lines, row->label, style, LABEL_ROOM);
    if (strlen(lines[0]) + strlen(lines[1]) + (lines[1][0] != 0) != strlen(row->label) || strstr(lines[1], "\u2026")) {
        style = TEXT_BODY;
        text_fit_lines(lines, row->label, style, LABEL_ROOM);
    }
    double pitch = lines[1][0] ? 30 : 0, top = lines[1][0] ? y - 32 : y - 16;
    chart_text(chart, CHART_MARGIN, top, style, TEXT_LEFT, lines[0]);
    chart_text(chart, CHART_MARGIN, top + pitch, style, TEXT_LEFT, lines[1]);
    chart_text(chart, CHART_MARGIN, top + pitch + 32, TEXT_NOTE, TEXT_LEFT, row->metric);
}

static void write_rows(struct chart *chart, const struct forest *forest, struct text_pool *pool)
{
    for (size_t i = 0; i < forest->count; i++) {
        const struct row *row = &forest->rows[i];
        double y = AXES_TOP + ROW * ((double)i + 0.5);
        char fitted[400];
        write_label(chart, y, row);
        enum text_style style = is_red(row) ? TEXT_ALARM : TEXT_BODY;
        text_fit(fitted, sizeof(fitted),
                 pool_printf(pool, "%s: %s %s", row->verdict, words_change(pool, row->ratio),
                             words_interval(pool, row->lo, row->hi)),
                 style, WORDS_ROOM);
        chart_text(chart, WORDS_LEFT, y - ROW * APART, style, TEXT_LEFT, fitted);
        chart_text(chart, WORDS_LEFT, y + ROW * APART, TEXT_NOTE, TEXT_LEFT,
                   pool_printf(pool, "n = %lld; A/A %s, spread %s", (long long)row->n,
                               words_change(pool, row->aa_ratio), words_share(pool, row->aa_spread)));
    }
}

static void write_words(struct chart *chart, const struct forest *forest, const struct chart_list *list)
{
    char meaning[500], more[80] = "";
    chart_title(
        chart, "Head against base, cell by cell", NULL,
        "square: change of the head; circle: the base against itself, which shows what this machine makes of nothing");
    if (forest->left_out)
        snprintf(more, sizeof(more), " %zu more cells are in gate.json.", forest->left_out);
    snprintf(meaning, sizeof(meaning),
             "n: blocks, with those of a confirmation; lines: 95 %% interval (signed-rank). Band: noise; an interval "
             "must lie past it as a "
             "whole. Darker: "
             "the threshold of %g %%.%s",
             100 * forest->threshold, more);
    chart_caption(chart, list->run, meaning);
}

static int make(struct chart_list *list, const void *context, struct failure *ret_failure)
{
    const struct forest *forest = context;
    if (forest->count == 0)
        return 0;
    double bottom = AXES_TOP + ROW * (double)forest->count;
    struct chart *chart = chart_begin(list, "forest", 0, bottom + AXES_FOOT + CHART_CAPTION_HEIGHT, ret_failure);
    if (!chart)
        return -1;
    struct chart_axis x;
    axis_percent(&x, forest->lo, forest->hi, 7);
    chart_number(chart, "LEFT", AXES_LEFT);
    chart_number(chart, "RIGHT", AXES_RIGHT);
    chart_number(chart, "TOP", AXES_TOP);
    chart_number(chart, "BOTTOM", bottom);
    chart_number(chart, "XMIN", forest->lo);
    chart_number(chart, "XMAX", forest->hi);
    chart_number(chart, "ROWS", (double)forest->count);
    fprintf(chart->script, "XTICS = '%s'\n", x.ticks);
    chart_text(chart, (AXES_LEFT + AXES_RIGHT) / 2, bottom + 62, TEXT_BODY, TEXT_CENTER, "change of the metric");
    write_data(chart, forest);
    write_rows(chart, forest, list->words);
    write_words(chart, forest, list);
    return chart_end(list, chart, "forest", ret_failure);
}

static int draw(const char *dir, const struct gate_stored *stored, struct failure *ret_failure)
{
    struct forest forest = {0};
    if (!stored->verdicts)
        return failure_set(ret_failure, EXIT_NO_DATA, "%s/" GATE_FILE ": this gate was ended before its verdicts", dir);
    collect(&forest, stored->verdicts);
    /* What a chart's caption says of the machine comes from a run's lines; a gate has the same. */
    struct run_data run = {.dir = (char *)dir,
                           .run = stored->gate,
                           .env = stored->env,
                           .partial = json_is_true(json_object_get(stored->verdicts, "partial"))};
    return charts_write(&run, make, &forest, ret_failure) < 0 ? -1 : forest.count > 0;
}

int gate_forest_draw(const char *dir, struct failure *ret_failure)
{
    struct gate_stored stored;
    if (gate_stored_read(&stored, dir, ret_failure) < 0)
        return -1;
    int result = draw(dir, &stored, ret_failure);
    gate_stored_finish(&stored);
    return result;
}
