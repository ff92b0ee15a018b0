/* The searches of a plan: each looks for the highest rate that a runner keeps up with, a trial at a time, the runners
 * in turn, so that what disturbs the machine for a while disturbs them all. */
#ifndef BENCH_SEARCH_H
#define BENCH_SEARCH_H

#include <stdbool.h>
#include "../plan/plan.h"

/** A trial that a search wants. */
struct search_trial {
    struct planned_trial trial; /**< its block: how often this rate was tried, from 1 */
    const struct lane *home;    /**< of the plan: the search's first point, whose CPUs and server it has */
    bool is_new;                /**< the plan knows no such lane, and no trial was made of it */
};

/** What came of it. */
struct search_outcome {
    bool stopped;  /**< it was not made, or not to its end: end all searches */
    bool piled_up; /**< saturated, or jobs failed */
    double response_p99_ms;
};

/** Makes one trial. Returns 0 with the outcome filled in, or -1. */
typedef int (*search_trial_fn)(void *context, const struct search_trial *trial, struct search_outcome *ret_outcome,
                               struct failure *ret_failure);

/** Make all searches of a plan to their ends. Returns 0, also if they were stopped, or -1. */
int search_all(const struct plan *plan, search_trial_fn make_trial, void *context, struct failure *ret_failure);

#endif
