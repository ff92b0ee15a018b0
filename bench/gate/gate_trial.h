/* One trial of a gate: the right program, URL or server, and what its line says of the lane. */
#ifndef BENCH_GATE_GATE_TRIAL_H
#define BENCH_GATE_GATE_TRIAL_H

#include <jansson.h>
#include "../run/stage.h"
#include "../run/trial_process.h"
#include "lanes.h"

/** What all trials of a gate share. */
struct gate_stage {
    const struct gate_plan *plan;
    struct stage sides[SIDES]; /**< of commanded servers: what was found out says {port} where the port was */
    struct origin server;      /**< the test server, of both sides */
    bool uses_server;
    bool deaf[SIDES];   /**< its commanded server did not end on SIGTERM: the next ones are not waited for as long */
    struct notes notes; /**< for the gate's warnings */
    const char *run_id; /**< for the lines */
    trial_watch_fn watch;
    void *watch_context;
};

/**
 * Make ready: CPUs, targets, the test server; each program is asked for a tiny trial, each command for a server.
 *
 * Returns 0, or -1 (gate_execute says with what); gate_stage_finish in either case.
 */
int gate_stage_prepare(struct gate_stage *stage, const struct gate_plan *plan, struct failure *ret_failure);
void gate_stage_finish(struct gate_stage *stage);

struct gate_trial {
    size_t lane;
    enum gate_arm arm;
    int phase;
    int64_t block;    /**< from 1, of the phase */
    int64_t position; /**< from 1, of the gate */
};

/**
 * Run one, and note in the lane what it gave: its value, or that it failed or cannot be done.
 *
 * @param ret_line  the trial's line with "arm" and "phase"; NULL where it was ended by the watch; the caller's
 * @param ret_local_limit  set to true where jobs failed for a limit of this machine
 * Returns 0 or -1.
 */
int gate_trial_run(struct gate_stage *stage, struct gate_plan *plan, const struct gate_trial *trial, json_t **ret_line,
                   bool *ret_local_limit, struct failure *ret_failure);

#endif
