/* The jobs of a run's cells as the page shows them again: which lanes run side by side, and each job's start and end.
 */
#ifndef BENCH_REPORT_REPLAY_H
#define BENCH_REPORT_REPLAY_H

#include <stdbool.h>
#include <stdio.h>
#include "../charts/charts.h"

struct replay_lane {
    const struct summary_record *lane;
    const struct sample_set *set; /**< NULL: nothing was kept of it */
};

/** A cell of which something was kept. */
struct replay_cell {
    const char *name; /**< the run's */
    struct replay_lane lanes[CHART_MOST_ROWS];
    size_t count;
};

struct replay {
    struct replay_cell *cells; /**< those with two lanes or more to show first, else in the run's order */
    size_t count;
    size_t left_out; /**< cells that a page has no room for */
};

/** Find what can be shown. Returns 0 or -1 (memory); the run must outlive it. A zeroed replay may be finished. */
int replay_make(struct replay *ret_replay, const struct run_data *run);
void replay_finish(struct replay *replay);

/**
 * Write the cells as JSON that may stand inside a script element: a list of {"name", "about", "lanes"}; a lane is
 * {"runner", "look" (its number in the charts' style), "jobs", "end" (ns), "tick" (ns), "bars", "failed"}, or
 * {"runner", "look", "why"} where nothing was kept.
 *
 * "bars" has two numbers a job, in ticks and in the order of the starts: how long after the one before it started, and
 * how long it took. "failed" has the places of those that failed, each as its distance from the one before. Numbers are
 * written in digits of five bits, the lowest first, as base64's letters (RFC 4648, 5); the sixth bit says that another
 * digit follows.
 *
 * Returns 0 or -1 (memory).
 */
int replay_write_json(FILE *out, const struct replay *replay);

#endif
