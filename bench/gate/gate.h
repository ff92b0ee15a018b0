/*
 * A whole gate: base, head and base again in every block, what wants it confirmed, a verdict a cell, and the files that
 * say so (results/README.md). It prints nothing; the reports are gate_report.h, gate_markdown.h and gate_export.h.
 */
#ifndef BENCH_GATE_GATE_H
#define BENCH_GATE_GATE_H

#include <jansson.h>
#include <stdbool.h>
#include "lanes.h"

struct gate_request {
    struct gate_plan *plan;         /**< its lanes are filled in */
    const struct allow_list *allow; /**< NULL: none */
    struct gate_rules rules;
    const char *out; /**< directory, or NULL: below results/ */
    int argc;
    char **argv; /**< as typed, for the record */
    bool strict, show_progress;
};

/** From the worst that a gate can end with to the best. */
enum gate_outcome {
    OUTCOME_INTERRUPTED, /**< by a signal */
    OUTCOME_LOCAL_LIMIT, /**< jobs failed for a limit of this machine */
    OUTCOME_HEAD_FAILED, /**< the head's jobs failed where the base's did not: worse than slow */
    OUTCOME_FAILED,      /**< jobs failed, the base's too: an infrastructure fault, not the change */
    OUTCOME_REGRESSION,
    OUTCOME_NO_DATA, /**< some cell has too few figures for a verdict */
    OUTCOME_INCONCLUSIVE,
    OUTCOME_PASSED,
};

struct gate_result {
    char *dir; /**< absolute; owned by the caller */
    enum gate_outcome outcome;
    enum exit_status exit_status; /**< what the program shall exit with */
    bool partial; /**< ended before all planned trials: by a signal, --max-time, or a file that could not be written */
    bool out_of_time; /**< by --max-time */
    size_t trials;    /**< finished */
    double seconds;
    json_t *json; /**< what gate.json holds; owned by the caller */
    json_t *env;  /**< the `env` line: the machine and the build; owned by the caller */
};

/**
 * Run the gate.
 *
 * @param ret_result  written on success only; gate_result_finish frees it
 * Returns 0 whatever the verdicts, also where jobs failed or it was interrupted; -1 where it could not be begun or go
 * on: EXIT_NO_DATA (a program that speaks another protocol), EXIT_USAGE (one that cannot be run), EXIT_JOBS_FAILED (a
 * server's command that does not come up, files that cannot be written), EXIT_LOCAL_LIMIT, EXIT_INTERRUPTED.
 */
int gate_execute(struct gate_result *ret_result, const struct gate_request *request, struct failure *ret_failure);
void gate_result_finish(struct gate_result *result);

#endif
