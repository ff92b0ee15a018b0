#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "gate_report.h"
#include "gate_words.h"
#include "judge.h"
#include "../output/printer.h"

enum { COLUMNS = 9, GAP = 2 };

static const struct {
    const char *title;
    bool left;
} columns[COLUMNS] = {
    {"cell", true},          {"metric", true}, {"base", false},   {"head", false},   {"change", false},
    {"95 % interval", true}, {"A/A", false},   {"spread", false}, {"verdict", true},
};

static void fill_row(struct text_pool *pool, const struct gate_lane *lane, const char *cells[COLUMNS])
{
    const struct gate_decision *decision = &lane->decision;
    bool gated = lane->state == LANE_GATED;
    cells[0] = lane->label;
    cells[1] = lane->metric->name;
    cells[2] = gated ? words_figure(pool, lane->metric, lane_median(lane, ARM_BASE)) : "";
    cells[3] = gated ? words_figure(pool, lane->metric, lane_median(lane, ARM_HEAD)) : "";
    cells[4] = gated ? words_change(pool, decision->ratio) : "";
    cells[5] = gated ? words_interval(pool, decision->lo, decision->hi) : "";
    cells[6] = gated ? words_change(pool, decision->aa_ratio) : "";
    cells[7] = gated ? words_share(pool, expm1(decision->aa_spread)) : "";
    cells[8] = lane_verdict(lane);
}

static void print_row(const struct printer *printer, const char *const cells[COLUMNS], const size_t widths[COLUMNS],
                      bool bold)
{
    for (int i = 0; i < COLUMNS; i++) {
        size_t width = printer_width(printer, cells[i]), padding = widths[i] > width ? widths[i] - width : 0;
        printer_spaces(printer, i ? GAP : 0);
        if (!columns[i].left)
            printer_spaces(printer, padding);
        if (bold && i == COLUMNS - 1)
            printer_bold(printer, cells[i]);
        else
            printer_text(printer, cells[i]);
        if (columns[i].left && i + 1 < COLUMNS)
            printer_spaces(printer, padding);
    }
    putc('\n', printer->out);
}

static void print_table(const struct printer *printer, struct text_pool *pool, const struct gate_plan *plan)
{
    const char *titles[COLUMNS];
    size_t widths[COLUMNS];
    const char *(*rows)[COLUMNS] = calloc(plan->lane_count, sizeof(*rows));
    if (!rows)
        return;
    for (int c = 0; c < COLUMNS; c++) {
        titles[c] = columns[c].title;
        widths[c] = printer_width(printer, titles[c]);
    }
    for (size_t i = 0; i < plan->lane_count; i++) {
        fill_row(pool, &plan->lanes[i], rows[i]);
        for (int c = 0; c < COLUMNS; c++)
            if (printer_width(printer, rows[i][c]) > widths[c])
                widths[c] = printer_width(printer, rows[i][c]);
    }
    print_row(printer, titles, widths, false);
    for (size_t i = 0; i < plan->lane_count; i++)
        print_row(printer, rows[i], widths, lane_is_red(&plan->lanes[i]) || plan->lanes[i].state == LANE_FAILED);
    free(rows);
}

static void print_warnings(const struct printer *printer, const struct gate_result *result)
{
    size_t i;
    const json_t *warning;
    json_array_foreach(json_object_get(result->json, "warnings"), i, warning)
        printer_paragraph(printer, "Warning: ", json_string_value(warning));
}

void gate_report_print(const struct gate_plan *plan, const struct gate_result *result, FILE *out)
{
    struct printer printer = printer_for(out);
    struct text_pool *pool = text_pool_create();
    if (!pool)
        return;
    for (int side = 0; side < SIDES; side++)
        printer_paragraph(&printer, "", words_arm(pool, plan->arms, side));
    putc('\n', out);
    print_table(&printer, pool, plan);
    putc('\n', out);
    for (size_t i = 0; i < plan->lane_count; i++)
        printer_paragraph(&printer, pool_printf(pool, "%s: ", plan->lanes[i].label),
                          words_of_lane(pool, &plan->lanes[i]));
    printer_paragraph(
        &printer, "",
        "Change: head against base, the ratio within each block; A/A: the base against itself, run as often; "
        "spread: by how much two such trials differ.");
    print_warnings(&printer, result);
    char sentence[600];
    outcome_sentence(sentence, sizeof(sentence), plan, result);
    putc('\n', out);
    if (printer.styled)
        fputs("\033[1m", out);
    printer_paragraph(&printer, "", sentence);
    if (printer.styled)
        fputs("\033[0m", out);
    text_pool_destroy(pool);
}
