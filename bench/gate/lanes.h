/* What a gate compares: the lanes of a scenario, each once for the base and once for the head, and what came of each.
 */
#ifndef BENCH_GATE_LANES_H
#define BENCH_GATE_LANES_H

#include "../plan/metrics.h"
#include "../plan/plan.h"
#include "allow.h"
#include "arms.h"
#include "schedule.h"
#include "verdict.h"

enum { PHASE_FIRST, PHASE_CONFIRMATION, PHASES };

enum lane_state {
    LANE_GATED,
    LANE_NEW,         /**< the base does not know it, or cannot do it */
    LANE_GONE,        /**< the head does not */
    LANE_UNSUPPORTED, /**< neither can do it */
    LANE_FAILED,      /**< jobs failed: nothing can be said of how fast it is */
};

struct gate_lane {
    const struct lane *sides[SIDES]; /**< of the sides' plans */
    const struct metric *metric;
    char *label;       /**< "download"; "download under threads" where the cell has several runners */
    double estimate_s; /**< of one trial */

    double *values[PHASES][ARM_COUNT]; /**< by block; NAN where a trial gave none */
    size_t blocks[PHASES];             /**< that were run to their end */
    size_t trials[SIDES], failed[SIDES];
    bool unknown[SIDES], unsupported[SIDES];
    enum lane_state state;
    char *reason; /**< of what is not gated: of the first trial that told; NULL: none */

    struct gate_decision decision; /**< of what is gated */
    const struct allowed *allowed; /**< that counts, or would if it had not expired; NULL: none */
};

struct gate_plan {
    const struct arms *arms;
    struct plan plans[SIDES];
    char *url_template; /**< of commanded servers, with {port}; NULL: the arms are something else */
    char *planned_url;  /**< the same with a port that stands for any */
    struct gate_lane *lanes;
    size_t lane_count;
    int64_t blocks;     /**< of each phase */
    struct notes notes; /**< what a reader should know, beside what the base's plan notes */
};

/**
 * Make it.
 *
 * Without a scenario: "gate"; or, where options of a cell are given or servers are compared, one cell made of the
 * options (under `coroutines` unless they say otherwise). Cells that make no requests are left out where servers are
 * compared. The metric is what `metric` says, else CPU a job for cells that do not wait, where the arms are binaries or
 * arguments, else the wall time.
 *
 * @param words  what the command line says beside the arms; --blocks there must be enough
 * @param alpha  of the rules: how many blocks are enough follows from it and the number of lanes
 * @param ret_plan  written on success only; gate_plan_finish frees it; arms and words must live as long
 * Returns 0, or -1: EXIT_USAGE with what would be accepted, and whatever plan_make fails with.
 */
int gate_plan_make(struct gate_plan *ret_plan, const struct arms *arms, const struct plan_words *words, double alpha,
                   struct failure *ret_failure);
void gate_plan_finish(struct gate_plan *plan);

/** Look up what was accepted for each lane. @param list  lives as long as the plan */
void gate_plan_allow(struct gate_plan *plan, const struct allow_list *list);

/** Returns how many trials there are, confirmation apart, and how long they take in seconds (each pointer may be NULL).
 */
size_t gate_plan_trials(const struct gate_plan *plan, double *ret_estimate_s);

/** Returns the scenario's name. */
const char *gate_plan_scenario(const struct gate_plan *plan);

#endif
