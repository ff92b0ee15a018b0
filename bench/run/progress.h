/* The line that tells a person at a terminal how far a run is. Silent elsewhere. */
#ifndef BENCH_PROGRESS_H
#define BENCH_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include "../plan/plan.h"

struct progress {
    bool on;
    const struct plan *plan;
    int64_t begin_ns, last_ns;
    double expected_s;  /* of the whole plan */
    double behind_s;    /* of the trials that have ended */
    size_t trial;       /* from 0 */
    const struct planned_trial *search; /* the trial of a search that runs in place of that one, or NULL */
};

/** @param wanted  false: silent, whatever standard error is */
void progress_begin(struct progress *progress, const struct plan *plan, bool wanted);

/** Say where the run is: cell, runner, block, jobs done, time left. At most ten times a second. */
void progress_show(struct progress *progress, int64_t jobs_done);

/** From now on a search's trial runs; NULL: none any more. */
void progress_search(struct progress *progress, const struct planned_trial *trial);

/** A trial has ended. */
void progress_next(struct progress *progress);

/** Returns the terminal's width in columns; 80 where it does not say. */
int progress_width(void);

/** Clear the line, for something else to be printed; the next progress_show draws it again. */
void progress_clear(const struct progress *progress);

/** Clear the line for good. */
void progress_end(struct progress *progress);

#endif
