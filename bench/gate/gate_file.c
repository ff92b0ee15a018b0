#include <math.h>
#include <string.h>
#include <time.h>
#include "gate_file.h"
#include "judge.h"
#include "../record/record.h"
#include "../output/atomic_file.h"
#include "../run/argv_json.h"

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *text(const char *value)
{
    return record_json_text(value, RECORD_TEXT_BYTES);
}

static json_t *rules_json(const struct gate_request *request)
{
    return json_pack("{s:f, s:f, s:b}", "threshold", request->rules.threshold, "alpha", request->rules.alpha, "strict",
                     request->strict);
}

/* What defines a lane. Of arguments as arms: what the base's say; the head's where they differ. */
static json_t *lane_json(const struct gate_lane *lane)
{
    const struct lane *base = lane->sides[SIDE_BASE], *head = lane->sides[SIDE_HEAD];
    json_t *json =
        json_pack("{s:o, s:o, s:s, s:s, s:o, s:I, s:I, s:s, s:s, s:b}", "label", text(lane->label), "cell",
                  text(base->cell->name), "runner", base->runner, "workload", base->cell->settings.workload, "params",
                  text(base->cell->params), "concurrency", (json_int_t)base->cell->settings.concurrency, "jobs",
                  (json_int_t)base->cell->settings.jobs, "metric", lane->metric->name, "unit", lane->metric->unit,
                  "larger_is_better", lane->metric->larger_is_better);
    if (strcmp(base->runner, head->runner) != 0)
        json_object_set_new(json, "head_runner", json_string(head->runner));
    if (strcmp(base->cell->params, head->cell->params) != 0)
        json_object_set_new(json, "head_params", text(head->cell->params));
    return json;
}

json_t *gate_line(const struct gate_request *request, const struct run_file *file)
{
    const struct gate_plan *plan = request->plan;
    json_t *lanes = json_array();
    for (size_t i = 0; i < plan->lane_count; i++)
        json_array_append_new(lanes, lane_json(&plan->lanes[i]));
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:I, s:I, s:s, s:I, s:o, s:o, s:o}", "type", "gate", "schema",
                     GATE_SCHEMA, "id", text(file->id), "scenario", text(gate_plan_scenario(plan)), "title",
                     text(plan->plans[SIDE_BASE].title), "argv", argv_json(request->argc, request->argv, false), "seed",
                     (json_int_t)plan->plans[SIDE_BASE].run.seed, "blocks", (json_int_t)plan->blocks, "started",
                     file->started, "planned_trials", (json_int_t)gate_plan_trials(plan, NULL), "arms",
                     arms_json(plan->arms), "rules", rules_json(request), "cells", lanes);
}

static void add_decision(json_t *json, const struct gate_lane *lane)
{
    const struct gate_decision *decision = &lane->decision;
    const struct {
        const char *name;
        double value;
    } figures[] = {
        {"base_median", lane_median(lane, ARM_BASE)},
        {"head_median", lane_median(lane, ARM_HEAD)},
        {"again_median", lane_median(lane, ARM_AGAIN)},
        {"ratio", decision->ratio},
        {"ratio_lo", decision->lo},
        {"ratio_hi", decision->hi},
        {"p", decision->p},
        {"p_holm", decision->p_holm},
        {"aa_ratio", decision->aa_ratio},
        {"aa_lo", decision->aa_lo},
        {"aa_hi", decision->aa_hi},
        {"aa_p_holm", decision->aa_p_holm},
        {"aa_spread", expm1(decision->aa_spread)},
        {"limit", expm1(decision->limit)},
        {"confirmed_ratio", decision->confirmed_ratio},
        {"confirmed_lo", decision->confirmed_lo},
        {"confirmed_hi", decision->confirmed_hi},
    };
    for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
        json_object_set_new(json, figures[i].name, number(figures[i].value));
    json_object_set_new(json, "blocks", json_integer((json_int_t)decision->blocks));
    json_object_set_new(json, "confirmation_blocks", json_integer((json_int_t)decision->confirmation_blocks));
    json_object_set_new(json, "blocks_to_settle",
                        decision->blocks_to_settle ? json_integer((json_int_t)decision->blocks_to_settle)
                                                   : json_null());
}

static json_t *verdict_json(const struct gate_lane *lane)
{
    json_t *json = lane_json(lane);
    json_object_set_new(json, "verdict", json_string(lane_verdict(lane)));
    if (lane->state == LANE_GATED)
        add_decision(json, lane);
    const char *reason = lane->state == LANE_GATED ? lane->decision.reason : lane->reason;
    json_object_set_new(json, "reason", text(reason && *reason ? reason : NULL));
    json_object_set_new(json, "failed",
                        json_pack("{s:I, s:I}", "base", (json_int_t)lane->failed[SIDE_BASE], "head",
                                  (json_int_t)lane->failed[SIDE_HEAD]));
    const struct allowed *allowed = lane->allowed;
    json_object_set_new(json, "allowed",
                        allowed ? json_pack("{s:o, s:s, s:b}", "reason", text(allowed->reason), "until", allowed->until,
                                            "expired", allowed->expired)
                                : json_null());
    return json;
}

json_t *gate_json(const struct gate_request *request, const struct run_file *file, const struct gate_result *result,
                  json_t *warnings)
{
    const struct gate_plan *plan = request->plan;
    char finished[32], sentence[600];
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(finished, sizeof(finished), "%Y-%m-%dT%H:%M:%SZ", &utc);
    outcome_sentence(sentence, sizeof(sentence), plan, result);
    json_t *lanes = json_array();
    for (size_t i = 0; i < plan->lane_count; i++)
        json_array_append_new(lanes, verdict_json(&plan->lanes[i]));
    return json_pack("{s:s, s:o, s:o, s:s, s:s, s:f, s:s, s:i, s:s, s:b, s:I, s:I, s:o, s:o, s:o, s:o}", "schema",
                     GATE_SCHEMA, "id", text(file->id), "scenario", text(gate_plan_scenario(plan)), "started",
                     file->started, "finished", finished, "seconds", result->seconds, "outcome",
                     outcome_word(result->outcome), "exit_status", (int)result->exit_status, "sentence", sentence,
                     "partial", result->partial, "trials", (json_int_t)result->trials, "blocks",
                     (json_int_t)plan->blocks, "arms", arms_json(plan->arms), "rules", rules_json(request), "warnings",
                     warnings, "cells", lanes);
}

json_t *gate_verdicts_line(const json_t *gate)
{
    json_t *line = json_copy((json_t *)gate);
    if (line)
        json_object_set_new(line, "type", json_string("verdicts"));
    return line;
}

int gate_json_write(const json_t *gate, const char *dir, struct failure *ret_failure)
{
    struct atomic_file file = {0};
    if (!gate)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    if (atomic_file_open(&file, dir, "gate.json", ret_failure) < 0)
        return -1;
    json_dumpf(gate, file.stream, RECORD_PRETTY_FLAGS);
    putc('\n', file.stream);
    return atomic_file_commit(&file, ret_failure);
}
