#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <iort/clock.h>
#include "gate_trial.h"
#include "server_command.h"
#include "../record/record.h"
#include "../run/interrupt.h"
#include "../session.h"
#include "../text_stream.h"

static int no_memory(struct failure *ret_failure)
{
    return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
}

static const char *binary_of(const struct gate_plan *plan, int side)
{
    return plan->arms->kind == ARMS_BINARIES ? plan->arms->sides[side].text : NULL;
}

static const char *server_cpus(const struct gate_stage *stage, int side)
{
    const struct cpu_split *split = &stage->sides[side].split;
    return split->server[0] ? split->server : NULL;
}

/* Ends it. Each trial has its own server: one that does not end in order would cost seconds in each. */
static void stop_server(struct gate_stage *stage, int side, struct server_command *server)
{
    static const int64_t deaf_ns = RT_NS_PER_S / 10;
    struct failure ignored;
    if (server_command_stop(server, stage->deaf[side] ? deaf_ns : SERVER_STOP_NS) || stage->deaf[side])
        return;
    stage->deaf[side] = true;
    notes_add(
        &stage->notes, &ignored,
        "%s: the server did not end within %d s of SIGTERM and was killed; from then on it was killed after %d ms.",
        arms_option(ARMS_COMMANDS, side), (int)(SERVER_STOP_NS / RT_NS_PER_S), (int)(deaf_ns / RT_NS_PER_MS));
}

/* --- before the first --- */

/* A program of another protocol, or none of ours, shall be found out before minutes have gone by. Its file is warm
 * then, too. */
static int probe_binary(struct gate_stage *stage, int side, struct failure *ret_failure)
{
    struct trial_spec spec = {.run = "probe",
                              .cell = "probe",
                              .runner = "serial",
                              .params = "",
                              .block = 1,
                              .position = 1,
                              .progress_fd = -1};
    if (settings_init(&spec.settings) < 0)
        return no_memory(ret_failure);
    const char *binary = binary_of(stage->plan, side);
    struct trial_outcome outcome = {0};
    spec.settings.jobs = 1;
    int error = setting_parse(&spec.settings, setting_find("workload"), "null", "workload", ret_failure);
    if (!error)
        error = trial_process_run(&outcome, &spec, binary, 60, stage->watch, stage->watch_context, ret_failure);
    if (!error && outcome.interrupted)
        error = failure_set(ret_failure, EXIT_INTERRUPTED, "interrupted before the first run");
    if (!error && outcome.silent && outcome.exit_status > 128)
        error = failure_set(ret_failure, EXIT_NO_DATA, "%s %s died of signal %d (%s) in a trial of one job",
                            arms_option(ARMS_BINARIES, side), binary, outcome.exit_status - 128,
                            strsignal(outcome.exit_status - 128));
    else if (!error && outcome.silent)
        error = failure_set(ret_failure, EXIT_NO_DATA,
                            "%s %s does not speak the trial protocol %s, so the two cannot be compared (status %d%s%s)",
                            arms_option(ARMS_BINARIES, side), binary, TRIAL_PROTOCOL, outcome.exit_status,
                            outcome.said[0] ? ": " : "", outcome.said);
    trial_outcome_finish(&outcome);
    settings_finish(&spec.settings);
    return error;
}

/* Each trial's server has another port: what was found out of one says {port} in its place. Replaces the text. */
static int put_mark(char **text, uint16_t port)
{
    char *marked = NULL, number[16];
    size_t size, length = (size_t)snprintf(number, sizeof(number), ":%u", port);
    if (!*text)
        return 0;
    FILE *out = text_stream_open(&marked, &size);
    if (!out)
        return -1;
    const char *from = *text;
    for (const char *at = from; (at = strstr(at, number)) != NULL; at += length) {
        if (at[length] >= '0' && at[length] <= '9')
            continue;
        fprintf(out, "%.*s:{port}", (int)(at - from), from);
        from = at + length;
    }
    fputs(from, out);
    if (fclose(out) != 0) {
        free(marked);
        return -1;
    }
    free(*text);
    *text = marked;
    return 0;
}

/* The bodies that it gives, and whether it comes up at all. */
static int look_at_command(struct gate_stage *stage, int side, struct failure *ret_failure)
{
    const struct gate_plan *plan = stage->plan;
    struct stage *of_side = &stage->sides[side];
    struct server_command server;
    struct failure cause = {0};
    if (server_command_start(&server, plan->arms->sides[side].text, server_cpus(stage, side), &cause) < 0)
        return failure_set(ret_failure, cause.status, "%s: %s", arms_option(ARMS_COMMANDS, side), cause.text);
    char *url = server_command_fill(plan->url_template, server.port);
    int error = url ? 0 : no_memory(&cause);
    for (size_t i = 0; !error && i < plan->plans[side].cell_count; i++) {
        struct cell cell = plan->plans[side].cells[i]; /* borrows all but the URL */
        cell.settings.url = url;
        struct preflight *found = &of_side->preflights[i];
        if (!cell.transfers)
            continue;
        error = preflight_cell(found, &cell, &cause);
        if (!error && (put_mark(&found->resolve, server.port) < 0 || put_mark(&found->expect, server.port) < 0))
            error = no_memory(&cause);
    }
    free(url);
    stop_server(stage, side, &server);
    if (error)
        return failure_set(ret_failure, cause.status, "%s: %s", arms_option(ARMS_COMMANDS, side), cause.text);
    return 0;
}

int gate_stage_prepare(struct gate_stage *stage, const struct gate_plan *plan, struct failure *ret_failure)
{
    stage->plan = plan;
    bool commands = plan->arms->kind == ARMS_COMMANDS;
    stage->uses_server = plan_uses_server(&plan->plans[SIDE_BASE]) || plan_uses_server(&plan->plans[SIDE_HEAD]);
    for (int side = 0; side < SIDES; side++)
        if (stage_prepare(&stage->sides[side], &plan->plans[side], stage->uses_server || commands, !commands,
                          ret_failure) < 0)
            return -1;
    for (int side = 0; side < SIDES; side++) {
        if (plan->arms->kind == ARMS_BINARIES && probe_binary(stage, side, ret_failure) < 0)
            return -1;
        if (commands && look_at_command(stage, side, ret_failure) < 0)
            return -1;
    }
    return stage->uses_server ? stage_start_server(&stage->sides[SIDE_BASE], &stage->server, ret_failure) : 0;
}

void gate_stage_finish(struct gate_stage *stage)
{
    interrupt_set_server(0);
    origin_stop(&stage->server);
    for (int side = 0; side < SIDES; side++)
        stage_finish(&stage->sides[side]);
    notes_finish(&stage->notes);
}

/* --- one --- */

/* A server's port is put in where its URL was a template. */
struct commanded {
    struct server_command server;
    char *url, *resolve, *expect;
};

static int start_commanded(struct commanded *commanded, struct trial_spec *spec, const struct gate_stage *stage,
                           int side, struct failure *ret_failure)
{
    const struct gate_plan *plan = stage->plan;
    struct failure cause = {0};
    if (server_command_start(&commanded->server, plan->arms->sides[side].text, server_cpus(stage, side), &cause) < 0)
        return failure_set(ret_failure, cause.status, "%s: %s", arms_option(ARMS_COMMANDS, side), cause.text);
    uint16_t port = commanded->server.port;
    commanded->url = server_command_fill(plan->url_template, port);
    commanded->resolve = spec->resolve ? server_command_fill(spec->resolve, port) : NULL;
    commanded->expect = spec->expect ? server_command_fill(spec->expect, port) : NULL;
    if (!commanded->url || (spec->resolve && !commanded->resolve) || (spec->expect && !commanded->expect))
        return no_memory(ret_failure);
    spec->settings.url = commanded->url; /* borrowed, as all of the spec's settings are */
    spec->resolve = commanded->resolve;
    spec->expect = commanded->expect;
    spec->server_pid = -commanded->server.pid;
    return 0;
}

static void stop_commanded(struct gate_stage *stage, int side, struct commanded *commanded)
{
    stop_server(stage, side, &commanded->server);
    free(commanded->url);
    free(commanded->resolve);
    free(commanded->expect);
}

static double value_of(const struct gate_lane *lane, const json_t *line, bool of_server)
{
    double value = NAN;
    if (!of_server || !lane->metric->of_process) {
        const json_t *figure = json_object_get(line, lane->metric->name);
        value = json_is_number(figure) ? json_number_value(figure) : NAN;
    } else if (strcmp(lane->metric->name, "rss_peak_kib") == 0) {
        const json_t *figure = json_object_get(json_object_get(line, "server"), "rss_peak_kib");
        value = json_is_number(figure) ? json_number_value(figure) : NAN;
    } else {
        const json_t *figure = json_object_get(line, "server_cpu_s");
        double jobs = json_number_value(json_object_get(line, "jobs"));
        value = json_is_number(figure) && jobs > 0 ? json_number_value(figure) * 1e6 / jobs : NAN;
    }
    return value > 0 ? value : NAN;
}

/* The first reason stays: it is what a person has to look at. */
static void keep_reason(struct gate_lane *lane, enum gate_arm arm, const char *text)
{
    if (!lane->reason &&
        asprintf(&lane->reason, "%s: %s", side_name(gate_arm_side(arm)), text ? text : "no reason given") < 0)
        lane->reason = NULL;
}

/* What a line says of the lane. */
static int take_line(struct gate_plan *plan, const struct gate_trial *trial, const struct trial_outcome *outcome,
                     bool *ret_local_limit, struct failure *ret_failure)
{
    struct gate_lane *lane = &plan->lanes[trial->lane];
    int side = gate_arm_side(trial->arm);
    const char *state = json_string_value(json_object_get(outcome->line, "state"));
    const char *reason = json_string_value(json_object_get(outcome->line, "reason"));
    bool other_program = plan->arms->kind == ARMS_BINARIES;
    if (other_program && outcome->silent && outcome->exit_status == EXIT_NO_DATA)
        return failure_set(ret_failure, EXIT_NO_DATA, "%s does not speak the trial protocol %s: %s",
                           arms_option(ARMS_BINARIES, side), TRIAL_PROTOCOL, outcome->said);
    lane->trials[side]++;
    if (other_program && outcome->exit_status == EXIT_USAGE) {
        /* The plan is ours and is right: it is the other program that does not know a word of it. */
        lane->unknown[side] = true;
        keep_reason(lane, trial->arm, outcome->said[0] ? outcome->said : reason);
    } else if (state && strcmp(state, "unsupported") == 0) {
        lane->unsupported[side] = true;
        keep_reason(lane, trial->arm, reason);
    } else if (!state || strcmp(state, "ok") != 0) {
        *ret_local_limit |= trial_line_hit_limit(outcome->line);
        lane->failed[side]++;
        keep_reason(lane, trial->arm, reason);
    } else {
        lane->values[trial->phase][trial->arm][trial->block - 1] =
            value_of(lane, outcome->line, plan->arms->kind == ARMS_COMMANDS);
    }
    return 0;
}

int gate_trial_run(struct gate_stage *stage, struct gate_plan *plan, const struct gate_trial *trial, json_t **ret_line,
                   bool *ret_local_limit, struct failure *ret_failure)
{
    int side = gate_arm_side(trial->arm);
    const struct gate_lane *lane = &plan->lanes[trial->lane];
    const struct lane *of_side = lane->sides[side];
    bool commands = plan->arms->kind == ARMS_COMMANDS;
    bool with_server = cell_uses_server(of_side->cell);
    *ret_line = NULL;
    if (lane->unknown[side] || lane->unsupported[side])
        return 0;
    if (with_server && stage_start_server(&stage->sides[SIDE_BASE], &stage->server, ret_failure) < 0)
        return -1;
    struct trial_spec spec;
    stage_fill_spec(&spec, &stage->sides[side], of_side, of_side, trial->block + trial->phase * plan->blocks,
                    &stage->server);
    spec.run = (char *)stage->run_id;
    spec.position = trial->position;
    struct commanded commanded = {0};
    struct trial_outcome outcome = {0};
    int error = commands ? start_commanded(&commanded, &spec, stage, side, ret_failure) : 0;
    struct others_watch others;
    others_begin(&others, spec.client_cpus, with_server ? stage->sides[SIDE_BASE].split.server : "",
                 with_server ? stage->server.pid : 0);
    if (!error)
        error = trial_process_run(&outcome, &spec, binary_of(plan, side), stage_hang_limit_s(of_side), stage->watch,
                                  stage->watch_context, ret_failure);
    if (!error && !outcome.interrupted) {
        stage_note_others(&others, of_side->cell, outcome.line);
        if (with_server)
            stage_note_server(&stage->server, of_side->cell, outcome.line);
        if (commands)
            json_object_set_new(outcome.line, "server",
                                json_pack("{s:I, s:i}", "rss_peak_kib",
                                          (json_int_t)session_rss_peak_kib(commanded.server.pid), "port",
                                          (int)commanded.server.port));
        json_object_set_new(outcome.line, "arm", json_string(gate_arm_name(trial->arm)));
        json_object_set_new(outcome.line, "phase", json_integer(trial->phase + 1));
        error = take_line(plan, trial, &outcome, ret_local_limit, ret_failure);
        if (!error)
            *ret_line = json_incref(outcome.line);
    }
    stop_commanded(stage, side, &commanded);
    trial_outcome_finish(&outcome);
    return error;
}
