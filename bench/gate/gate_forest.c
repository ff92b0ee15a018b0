#include <math.h>
#include <string.h>
#include "gate_forest.h"
#include "gate_words.h"
#include "judge.h"
#include "../report/charts.h"

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

struct forest {
    const struct gate_lane *rows[MOST_ROWS];
    size_t count, left_out;
    double threshold, lo, hi; /* lo, hi: percent, of the axis */
    size_t blocks;
};

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

static void collect(struct forest *forest, const struct gate_plan *plan)
{
    for (size_t i = 0; i < plan->lane_count; i++) {
        const struct gate_lane *lane = &plan->lanes[i];
        const struct gate_decision *decision = &lane->decision;
        if (lane->state != LANE_GATED || !isfinite(decision->ratio))
            continue;
        if (forest->count == MOST_ROWS) {
            forest->left_out++;
            continue;
        }
        forest->rows[forest->count++] = lane;
        const double ratios[] = {decision->ratio, decision->lo,    decision->hi,         decision->aa_ratio,
                                 decision->aa_lo, decision->aa_hi, exp(decision->limit), exp(-decision->limit)};
        for (size_t k = 0; k < sizeof(ratios) / sizeof(ratios[0]); k++)
            include(forest, ratios[k]);
        if (decision->blocks > forest->blocks)
            forest->blocks = decision->blocks;
    }
    double room = (forest->hi - forest->lo) * 0.06;
    forest->lo -= room;
    forest->hi += room;
}

/* As gnuplot has it for `lc rgb variable`; red and green are told apart by the words beside them. */
static int colour(const struct gate_lane *lane)
{
    if (lane_is_red(lane))
        return 0xb00020;
    return lane->decision.verdict == GATE_IMPROVED ? 0x009e73
           : lane->decision.verdict == GATE_SAME   ? 0x0072b2
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
        const struct gate_decision *decision = &forest->rows[i]->decision;
        double row = (double)(i + 1);
        write_mark(chart->data, row - APART, 1, decision->ratio, decision->lo, decision->hi, colour(forest->rows[i]));
        write_mark(chart->data, row + APART, 0, decision->aa_ratio, decision->aa_lo, decision->aa_hi, 0x666666);
    }
    fputs("\n\n# row\tband from\tto: what must be passed, percent\tfrom\tto: the threshold\n", chart->data);
    for (size_t i = 0; i < forest->count; i++) {
        double limit = forest->rows[i]->decision.limit;
        fprintf(chart->data, "%.9g\t%.9g\t%.9g\t%.9g\t%.9g\n", (double)(i + 1), percent(exp(-limit)),
                percent(exp(limit)), percent(1 / (1 + forest->threshold)), 100 * forest->threshold);
    }
}

static void write_rows(struct chart *chart, const struct forest *forest, struct text_pool *pool)
{
    for (size_t i = 0; i < forest->count; i++) {
        const struct gate_lane *lane = forest->rows[i];
        const struct gate_decision *decision = &lane->decision;
        double y = AXES_TOP + ROW * ((double)i + 0.5);
        char fitted[400];
        text_fit(fitted, sizeof(fitted), lane->label, TEXT_HEADING, LABEL_ROOM);
        chart_text(chart, CHART_MARGIN, y - 16, TEXT_HEADING, TEXT_LEFT, fitted);
        chart_text(chart, CHART_MARGIN, y + 18, TEXT_NOTE, TEXT_LEFT, lane->metric->words);
        enum text_style style = lane_is_red(lane) ? TEXT_ALARM : TEXT_BODY;
        text_fit(fitted, sizeof(fitted),
                 pool_printf(pool, "%s: %s %s", lane_verdict(lane), words_change(pool, decision->ratio),
                             words_interval(pool, decision->lo, decision->hi)),
                 style, WORDS_ROOM);
        chart_text(chart, WORDS_LEFT, y - ROW * APART, style, TEXT_LEFT, fitted);
        chart_text(chart, WORDS_LEFT, y + ROW * APART, TEXT_NOTE, TEXT_LEFT,
                   pool_printf(pool, "A/A %s, spread %s", words_change(pool, decision->aa_ratio),
                               words_share(pool, decision->aa_spread)));
    }
}

static void write_words(struct chart *chart, const struct forest *forest, const struct chart_list *list)
{
    char text[500], more[80] = "";
    chart_title(
        chart, "Head against base, cell by cell", NULL,
        "square: change of the head; circle: the base against itself, which shows what this machine makes of nothing");
    if (forest->left_out)
        snprintf(more, sizeof(more), " %zu more cells are in gate.json.", forest->left_out);
    snprintf(text, sizeof(text),
             "n = %zu blocks; lines: 95 %% interval (signed-rank). Band: noise; an interval must lie past it as a "
             "whole. Darker: "
             "the threshold of %g %%.%s",
             forest->blocks, 100 * forest->threshold, more);
    chart_caption(chart, list->run, text);
}

static int make(struct chart_list *list, const void *context, struct failure *ret_failure)
{
    const struct forest *forest = context;
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

int gate_forest_draw(const struct gate_request *request, const struct gate_result *result, struct failure *ret_failure)
{
    struct forest forest = {.threshold = request->rules.threshold};
    collect(&forest, request->plan);
    if (forest.count == 0)
        return 0;
    /* What a chart's caption says of the machine comes from a run's lines; a gate has the same. */
    struct run_data run = {.dir = result->dir, .run = result->json, .env = result->env, .partial = result->partial};
    return charts_write(&run, make, &forest, ret_failure);
}
