/* `iorace gate`: options to arms and a plan, the gate itself, and what tells people and services of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "as_typed.h"
#include "command.h"
#include "gate_options.h"
#include "print_json.h"
#include "../clean_text.h"
#include "../gate/dry_run.h"
#include "../gate/gate.h"
#include "../gate/gate_export.h"
#include "../gate/gate_file.h"
#include "../gate/gate_forest.h"
#include "../gate/gate_markdown.h"
#include "../gate/gate_report.h"
#include "../gate/gate_words.h"
#include "../run/interrupt.h"

/* --- what is there when it has ended --- */

/* @param ret_drawn  whether there is a chart */
static int write_reports(const struct gate_options *options, const struct gate_request *request,
                         const struct gate_result *result, bool *ret_drawn, struct failure *ret_failure)
{
    *ret_drawn = false;
    int error = gate_markdown_write(request, result, ret_failure);
    if (!error && options->markdown)
        error = gate_markdown_append(request, result, options->markdown, ret_failure);
    for (size_t i = 0; !error && i < options->exports.count; i++)
        error = gate_export_write(request->plan, options->exports.texts[i], ret_failure);
    if (error || options->no_charts || result->outcome == OUTCOME_INTERRUPTED)
        return error;
    struct failure of_charts = {0};
    int drawn = gate_forest_draw(result->dir, &of_charts);
    *ret_drawn = drawn > 0;
    if (drawn < 0 && !interrupted())
        fprintf(stderr, "iorace: no chart: %s\n", of_charts.text); /* a verdict is none the worse for it */
    return 0;
}

static void print(const struct gate_options *options, const struct gate_request *request,
                  const struct gate_result *result, bool drawn)
{
    if (options->json) {
        print_json(json_incref(result->json), NULL);
        return;
    }
    gate_report_print(request->plan, result, stdout);
    char *dir = clean_text(result->dir, 4096);
    printf("\nFiles: %s/gate.md, gate.json, gate.ndjson%s\n", dir ? dir : "", drawn ? ", charts/forest.svg" : "");
    free(dir);
}

/* One line for stderr where the status alone would not say enough. */
static void explain(const struct gate_result *result, enum exit_status status, struct failure *ret_failure)
{
    if (result->outcome == OUTCOME_INTERRUPTED) {
        /* Where it was just then is no cause. */
        fprintf(stderr, "iorace: interrupted; the %zu finished trials are kept in %s\n", result->trials, result->dir);
        ret_failure->text[0] = '\0';
    }
    if (ret_failure->text[0])
        return;
    switch (result->outcome) {
    case OUTCOME_INTERRUPTED:
    case OUTCOME_LOCAL_LIMIT:
        failure_set(ret_failure, status,
                    "a limit of this machine made jobs fail (`iorace doctor` names the limits); see %s", result->dir);
        break;
    case OUTCOME_HEAD_FAILED:
        failure_set(ret_failure, status, "jobs of the head fail where those of the base do not; see %s/gate.md",
                    result->dir);
        break;
    case OUTCOME_FAILED:
        failure_set(ret_failure, status, "jobs failed, so nothing can be compared; which and why: %s/gate.ndjson",
                    result->dir);
        break;
    case OUTCOME_NO_DATA:
        failure_set(ret_failure, status, "there are not enough figures for a verdict; see %s/gate.md", result->dir);
        break;
    case OUTCOME_REGRESSION:
    case OUTCOME_INCONCLUSIVE:
    case OUTCOME_PASSED:
        break;
    }
}

static int run(const struct gate_options *options, const struct gate_request *request, struct failure *ret_failure)
{
    struct gate_result result;
    if (gate_execute(&result, request, ret_failure) < 0)
        return (int)ret_failure->status;
    bool drawn;
    int error = write_reports(options, request, &result, &drawn, ret_failure);
    print(options, request, &result, drawn);
    enum exit_status status = result.exit_status;
    /* A verdict goes before a file that could not be written, which is said all the same. */
    if (error < 0 && status == EXIT_DONE)
        status = ret_failure->status;
    explain(&result, status, ret_failure);
    gate_result_finish(&result);
    return (int)status;
}

/* --- before it begins --- */

static int say_equal(const struct gate_options *options, const struct arms *arms)
{
    static const char words[] = "both arms are equal, and so would be what they measure";
    if (options->json) {
        print_json(json_pack("{s:s, s:s, s:i, s:s, s:o}", "schema", GATE_SCHEMA, "outcome", "skipped", "exit_status",
                             EXIT_DONE, "sentence", words, "arms", arms_json(arms)),
                   NULL);
    } else {
        printf("Skipped: %s. With --aa it is run: a gate that must find nothing.\n", words);
    }
    return EXIT_DONE;
}

/* Who reads the files afterwards finds them, not those of another gate. */
static int note_equal(const struct gate_options *options, const struct gate_plan *plan, struct failure *ret_failure)
{
    for (size_t i = 0; i < options->exports.count; i++)
        if (gate_export_write(plan, options->exports.texts[i], ret_failure) < 0)
            return -1;
    FILE *out = options->markdown ? fopen(options->markdown, "ae") : NULL;
    if (!options->markdown)
        return 0;
    if (out)
        fputs("### iorace gate: skipped\n\nBoth arms are equal: binary, arguments, URL and command.\n", out);
    if (!out || fclose(out) != 0)
        return failure_set(ret_failure, EXIT_JOBS_FAILED, "cannot write %s", options->markdown);
    return 0;
}

static int run_plan(const struct gate_options *options, struct gate_plan *plan, int argc, char **argv,
                    struct failure *ret_failure)
{
    struct allow_list allow = {0};
    char today[ALLOW_DAY_SIZE];
    struct gate_request request = {
        .plan = plan,
        .rules = {.threshold = options->threshold_share,
                  .alpha = 0.05,
                  .seed = (uint64_t)plan->plans[SIDE_BASE].run.seed},
        .out = options->out,
        .argc = argc,
        .argv = argv,
        .strict = options->strict,
        .show_progress = !options->no_progress,
    };
    allow_today(today);
    if (options->allow) {
        if (allow_read(&allow, options->allow, today, ret_failure) < 0)
            return (int)ret_failure->status;
        gate_plan_allow(plan, &allow);
        request.allow = &allow;
    }
    int status = EXIT_DONE;
    bool skipped = plan->arms->equal && !options->aa;
    if (options->dry_run && options->json)
        print_json(gate_plan_json(plan, &request.rules, skipped), NULL);
    else if (options->dry_run)
        gate_plan_print(plan, &request.rules, skipped, stdout);
    else if (skipped)
        status = note_equal(options, plan, ret_failure) < 0 ? (int)ret_failure->status : say_equal(options, plan->arms);
    else
        status = run(options, &request, ret_failure);
    allow_finish(&allow);
    return status;
}

/* --aa without a head: the base against itself. */
static struct arms_said said_with_aa(const struct gate_options *options)
{
    struct arms_said said = options->arms;
    const char **const pairs[] = {said.binary, said.url, said.args, said.command};
    for (size_t i = 0; options->aa && i < sizeof(pairs) / sizeof(pairs[0]); i++)
        if (!pairs[i][SIDE_HEAD])
            pairs[i][SIDE_HEAD] = pairs[i][SIDE_BASE];
    return said;
}

static int gate(const struct gate_options *options, int argc, char **argv, struct failure *ret_failure)
{
    const double alpha = 0.05;
    struct arms arms;
    struct gate_plan plan;
    struct arms_said said = said_with_aa(options);
    if (arms_make(&arms, &said, ret_failure) < 0)
        return (int)ret_failure->status;
    int status;
    if (gate_plan_make(&plan, &arms, &options->words, alpha, ret_failure) < 0) {
        status = (int)ret_failure->status;
    } else {
        status = run_plan(options, &plan, argc, argv, ret_failure);
        gate_plan_finish(&plan);
    }
    arms_finish(&arms);
    return status;
}

int command_gate(int argc, char **argv, struct failure *ret_failure)
{
    descriptors_fill();
    char **typed = argv_as_typed("gate", argc, argv); /* parsing reorders argv */
    struct gate_options options;
    int parsed = typed ? gate_options_parse(&options, argc, argv, ret_failure) : -1;
    int status = parsed > 0 ? EXIT_DONE : (int)ret_failure->status;
    if (parsed == 0) {
        status = gate(&options, argc + 1, typed, ret_failure);
        gate_options_finish(&options);
    }
    free(typed);
    return status;
}
