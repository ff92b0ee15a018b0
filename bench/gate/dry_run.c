#include <math.h>
#include <string.h>
#include "dry_run.h"
#include "gate_file.h"
#include "../record/record.h"

/* Of two trials of the same program: what quiet and busy machines show. */
static const double spreads[] = {0.005, 0.01, 0.02, 0.03, 0.05};

enum { SPREADS = sizeof(spreads) / sizeof(spreads[0]) };

static const char equal_words[] = "both arms are equal, so without --aa this gate would be skipped";

static void print_minutes(double seconds, FILE *out)
{
    if (seconds < 100)
        fprintf(out, "%.0f s (%.1f min)", ceil(seconds), seconds / 60);
    else
        fprintf(out, "%.1f min", seconds / 60);
}

void gate_plan_print(const struct gate_plan *plan, const struct gate_rules *rules, bool skipped, FILE *out)
{
    double first_s;
    size_t trials = gate_plan_trials(plan, &first_s);
    int width = (int)strlen("cell");
    for (size_t i = 0; i < plan->lane_count; i++)
        if ((int)strlen(plan->lanes[i].label) > width)
            width = (int)strlen(plan->lanes[i].label);
    fprintf(out, "%s: %zu cell%s, %lld blocks of base, head and base again: %zu trials, about ",
            gate_plan_scenario(plan), plan->lane_count, plan->lane_count == 1 ? "" : "s", (long long)plan->blocks,
            trials);
    print_minutes(first_s, out);
    fputs("; about ", out);
    print_minutes(2 * first_s, out);
    fputs(" if every cell has to be confirmed\n\n", out);
    fprintf(out, "%-*s  %-14s  %11s  %9s  %11s  %s\n", width, "cell", "metric", "concurrency", "jobs", "s a trial",
            "parameters");
    for (size_t i = 0; i < plan->lane_count; i++) {
        const struct gate_lane *lane = &plan->lanes[i];
        const struct cell *cell = lane->sides[SIDE_BASE]->cell;
        fprintf(out, "%-*s  %-14s  %11lld  %9lld  %11.2f  %s\n", width, lane->label, lane->metric->name,
                (long long)cell->settings.concurrency, (long long)cell->settings.jobs, lane->estimate_s,
                cell->params[0] ? cell->params : "-");
    }
    fputs("\nThe smallest change it can find, in 97 of 100 tries, where two trials of the same program differ by\n",
          out);
    for (size_t i = 0; i < SPREADS; i++)
        fprintf(out, "  %3g %%: %.1f %%\n", 100 * spreads[i],
                100 * gate_smallest_change((size_t)plan->blocks, spreads[i], rules->threshold));
    fputs("(the A/A spread of a cell; a gate prints it). More blocks find smaller ones, down to the threshold.\n", out);
    const struct plan *base = &plan->plans[SIDE_BASE];
    notes_print(&base->left_out, out);
    notes_print(&base->notes, out);
    notes_print(&plan->notes, out);
    if (skipped)
        fprintf(out, "note: %s\n", equal_words);
}

json_t *gate_plan_json(const struct gate_plan *plan, const struct gate_rules *rules, bool skipped)
{
    double first_s;
    size_t trials = gate_plan_trials(plan, &first_s);
    json_t *cells = json_array(), *changes = json_array(), *notes = json_array();
    for (size_t i = 0; i < plan->lane_count; i++) {
        const struct gate_lane *lane = &plan->lanes[i];
        const struct cell *cell = lane->sides[SIDE_BASE]->cell;
        json_array_append_new(
            cells, json_pack("{s:o, s:s, s:I, s:I, s:f, s:o}", "cell", record_json_text(lane->label, RECORD_TEXT_BYTES),
                             "metric", lane->metric->name, "concurrency", (json_int_t)cell->settings.concurrency,
                             "jobs", (json_int_t)cell->settings.jobs, "estimate_s", lane->estimate_s, "params",
                             record_json_text(cell->params, RECORD_TEXT_BYTES)));
    }
    for (size_t i = 0; i < SPREADS; i++)
        json_array_append_new(changes,
                              json_pack("{s:f, s:f}", "spread", spreads[i], "smallest_change",
                                        gate_smallest_change((size_t)plan->blocks, spreads[i], rules->threshold)));
    notes_append_json(&plan->plans[SIDE_BASE].left_out, notes);
    notes_append_json(&plan->plans[SIDE_BASE].notes, notes);
    notes_append_json(&plan->notes, notes);
    if (skipped)
        json_array_append_new(notes, json_string(equal_words));
    return json_pack("{s:s, s:s, s:b, s:o, s:I, s:I, s:f, s:f, s:o, s:o, s:o}", "schema", GATE_SCHEMA, "outcome",
                     "dry_run", "would_be_skipped", skipped, "arms", arms_json(plan->arms), "blocks",
                     (json_int_t)plan->blocks, "trials", (json_int_t)trials, "estimate_s", first_s,
                     "estimate_confirmed_s", 2 * first_s, "cells", cells, "smallest_changes", changes, "notes", notes);
}
