#include <stdlib.h>
#include <string.h>
#include <iort/clock.h>
#include "gate.h"
#include "gate_file.h"
#include "gate_trial.h"
#include "judge.h"
#include "../environment/environment.h"
#include "../record/record.h"
#include "../run/interrupt.h"
#include "../run/progress.h"
#include "../run/run_lines.h"

struct gate {
    const struct gate_request *request;
    struct gate_plan *plan;
    struct gate_stage stage;
    struct run_file file;
    struct progress progress;
    struct gate_result result;
    struct gate_trial trial; /* that runs */
    int64_t begin_ns;
    bool local_limit;
};

static int64_t seed_of(const struct gate *gate)
{
    return gate->plan->plans[SIDE_BASE].run.seed;
}

static bool out_of_time(const struct gate *gate)
{
    int64_t limit_s = gate->plan->plans[SIDE_BASE].run.max_time_s;
    return limit_s > 0 && rt_now_ns() - gate->begin_ns > limit_s * RT_NS_PER_S;
}

static bool must_stop(struct gate *gate)
{
    gate->result.out_of_time = gate->result.out_of_time || out_of_time(gate);
    return interrupted() || gate->result.out_of_time;
}

static void show_progress(struct gate *gate)
{
    static const char *const words[] = {"base", "head", "base again"};
    if (!gate->trial.position || !progress_is_due(&gate->progress))
        return;
    progress_show(&gate->progress, "%sblock %lld of %lld  %s  %s",
                  gate->trial.phase == PHASE_CONFIRMATION ? "confirming: " : "", (long long)gate->trial.block,
                  (long long)gate->plan->blocks, gate->plan->lanes[gate->trial.lane].label, words[gate->trial.arm]);
}

static bool watch(void *context, int64_t jobs_done)
{
    struct gate *gate = context;
    show_progress(gate);
    return must_stop(gate);
}

/* --- the blocks --- */

/* Returns 0, 1 where it must stop, or -1. */
static int run_arm(struct gate *gate, size_t lane, enum gate_arm arm, struct failure *ret_failure)
{
    json_t *line;
    gate->trial.lane = lane;
    gate->trial.arm = arm;
    gate->trial.position++;
    if (must_stop(gate))
        return 1;
    show_progress(gate);
    if (gate_trial_run(&gate->stage, gate->plan, &gate->trial, &line, &gate->local_limit, ret_failure) < 0)
        return interrupted() ? 1 : -1;
    progress_next(&gate->progress, gate->plan->lanes[lane].estimate_s);
    if (!line)
        return must_stop(gate);
    if (run_file_append(&gate->file, line, ret_failure) < 0)
        return -1;
    gate->result.trials++;
    return 0;
}

static bool takes_part(const struct gate_lane *lane, int phase)
{
    return lane->state == LANE_GATED && (phase == PHASE_FIRST || lane->decision.wants_confirmation);
}

static int run_block(struct gate *gate, const size_t *lanes, struct failure *ret_failure)
{
    for (size_t i = 0; i < gate->plan->lane_count; i++) {
        struct gate_lane *lane = &gate->plan->lanes[lanes[i]];
        enum gate_arm arms[ARM_COUNT];
        if (!takes_part(lane, gate->trial.phase))
            continue;
        schedule_arms(arms, seed_of(gate), lanes[i], gate->trial.block, gate->trial.phase == PHASE_CONFIRMATION);
        for (int k = 0; k < ARM_COUNT; k++) {
            int stopped = run_arm(gate, lanes[i], arms[k], ret_failure);
            if (stopped)
                return stopped;
        }
        judge_block(lane, gate->trial.phase);
    }
    return 0;
}

/* Returns 0, 1 where it must stop, or -1. */
static int run_phase(struct gate *gate, int phase, struct failure *ret_failure)
{
    size_t *order = calloc(gate->plan->lane_count, sizeof(*order));
    if (!order)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    int stopped = 0;
    gate->trial.phase = phase;
    for (int64_t block = 1; !stopped && block <= gate->plan->blocks; block++) {
        gate->trial.block = block;
        schedule_cells(order, gate->plan->lane_count, seed_of(gate), phase, block);
        stopped = run_block(gate, order, ret_failure);
    }
    free(order);
    return stopped;
}

/* The trials that the confirmation adds to what was planned. Returns how many lanes want it. */
static size_t plan_confirmation(struct gate *gate)
{
    size_t lanes = 0;
    for (size_t i = 0; i < gate->plan->lane_count; i++) {
        const struct gate_lane *lane = &gate->plan->lanes[i];
        if (!takes_part(lane, PHASE_CONFIRMATION))
            continue;
        lanes++;
        gate->progress.count += ARM_COUNT * (size_t)gate->plan->blocks;
        gate->progress.expected_s += ARM_COUNT * (double)gate->plan->blocks * lane->estimate_s;
    }
    return lanes;
}

/* Returns 0, 1 where it was stopped, or -1. */
static int run_phases(struct gate *gate, struct failure *ret_failure)
{
    double expected_s;
    size_t count = gate_plan_trials(gate->plan, &expected_s);
    progress_begin(&gate->progress, count, expected_s, gate->request->show_progress);
    int stopped = run_phase(gate, PHASE_FIRST, ret_failure);
    if (!stopped)
        stopped = judge_lanes(gate->plan, &gate->request->rules, ret_failure);
    if (!stopped && plan_confirmation(gate) > 0)
        stopped = run_phase(gate, PHASE_CONFIRMATION, ret_failure);
    progress_end(&gate->progress);
    return stopped;
}

/* --- the files --- */

static int write_begin(struct gate *gate, struct failure *ret_failure)
{
    const struct stage *base = &gate->stage.sides[SIDE_BASE];
    json_t *env = run_env_line(base->plan, &base->split, plan_server_name(base->plan));
    if (!env)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    if (run_file_append(&gate->file, gate_line(gate->request, &gate->file), ret_failure) < 0) {
        json_decref(env);
        return -1;
    }
    gate->result.env = json_incref(env);
    return run_file_append(&gate->file, env, ret_failure);
}

/* What an accepted list says that was not needed, or not any more. */
static void warn_of_allowed(json_t *warnings, const struct gate *gate)
{
    const struct allow_list *list = gate->request->allow;
    for (size_t i = 0; list && i < list->count; i++) {
        const struct allowed *item = &list->items[i];
        char text[600];
        if (!item->used)
            snprintf(text, sizeof(text), "%.200s:%d: no cell is judged by %s of %.100s.", list->path, item->line,
                     item->metric, item->cell);
        else if (item->expired)
            snprintf(text, sizeof(text), "%.200s:%d: what was accepted of %.100s has expired (%s).", list->path,
                     item->line, item->cell, item->until);
        else
            continue;
        json_array_append_new(warnings, record_json_text(text, RECORD_TEXT_BYTES));
    }
}

static json_t *collect_warnings(const struct gate *gate, const struct load_now *before)
{
    struct load_now after;
    load_read(&after);
    json_t *warnings = json_array();
    json_array_extend(warnings, json_object_get(gate->result.env, "warnings"));
    environment_warnings(warnings, NULL, before, &after);
    /* The base's other notes are of runs: their blocks, their time. */
    notes_append_json(&gate->plan->plans[SIDE_BASE].left_out, warnings);
    notes_append_json(&gate->plan->notes, warnings);
    notes_append_json(&gate->stage.notes, warnings);
    warn_of_allowed(warnings, gate);
    return warnings;
}

static int write_end(struct gate *gate, const struct load_now *before, struct failure *ret_failure)
{
    json_t *warnings = collect_warnings(gate, before);
    gate->result.json = gate_json(gate->request, &gate->file, &gate->result, warnings);
    if (run_file_append(&gate->file, gate_verdicts_line(gate->result.json), ret_failure) < 0)
        return -1;
    return gate_json_write(gate->result.json, gate->file.dir, ret_failure);
}

/* --- the whole --- */

static int run(struct gate *gate, const struct load_now *before, struct failure *ret_failure)
{
    if (write_begin(gate, ret_failure) < 0)
        return -1;
    int stopped = run_phases(gate, ret_failure);
    /* After a failure what is there is still judged and written; the failure is what counts. */
    struct gate_result *result = &gate->result;
    struct failure second = {0}, *of_end = stopped < 0 ? &second : ret_failure;
    int error = stopped < 0 ? -1 : 0;
    if (judge_lanes(gate->plan, &gate->request->rules, of_end) < 0)
        return -1;
    result->partial = stopped != 0;
    result->outcome = error           ? outcome_of_failure(ret_failure->status)
                      : interrupted() ? OUTCOME_INTERRUPTED
                                      : judge_outcome(gate->plan, gate->local_limit);
    result->exit_status = error ? ret_failure->status : gate_exit_status(result->outcome, gate->request->strict);
    result->seconds = (double)(rt_now_ns() - gate->begin_ns) / 1e9;
    if (write_end(gate, before, of_end) < 0)
        error = -1;
    result->dir = strdup(gate->file.dir);
    if (!error && !result->dir)
        error = failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    return error;
}

int gate_execute(struct gate_result *ret_result, const struct gate_request *request, struct failure *ret_failure)
{
    struct gate gate = {.request = request, .plan = request->plan, .file = {.fd = -1}, .begin_ns = rt_now_ns()};
    gate.stage.watch = watch;
    gate.stage.watch_context = &gate;
    struct load_now before;
    load_read(&before);
    interrupt_watch();
    int error = gate_stage_prepare(&gate.stage, gate.plan, ret_failure);
    char name[300];
    snprintf(name, sizeof(name), "gate-%.200s", gate_plan_scenario(gate.plan));
    if (!error)
        error = run_file_open(&gate.file, GATE_FILE, request->out, name, ret_failure);
    if (!error) {
        gate.stage.run_id = gate.file.id;
        error = run(&gate, &before, ret_failure);
    }
    gate_stage_finish(&gate.stage);
    run_file_close(&gate.file);
    if (error)
        gate_result_finish(&gate.result);
    else
        *ret_result = gate.result;
    return error;
}

void gate_result_finish(struct gate_result *result)
{
    free(result->dir);
    json_decref(result->json);
    json_decref(result->env);
    *result = (struct gate_result){0};
}
