/* A trial's process as its parent sees it: started with a spec, watched, read, ended. */
#ifndef BENCH_TRIAL_PROCESS_H
#define BENCH_TRIAL_PROCESS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include "../plan/plan.h"

/** What came of it. */
struct trial_outcome {
    json_t *line;     /**< the `trial` line, the parent's own fields filled in; never NULL unless interrupted */
    char *samples;    /**< the `sample` line with its newline, or NULL */
    bool interrupted; /**< ended because a signal came or the time was up: there is nothing to keep */
    bool silent;      /**< the process wrote no line of its own; `line` says how it ended */
    int exit_status;  /**< 128 + the number where a signal ended it */
    char said[512];   /**< the last line that it wrote to its standard error, or "" */
};

/** Called several times a second while the trial runs. Returns true to end it. */
typedef bool (*trial_watch_fn)(void *context, int64_t jobs_done);

/**
 * Run one trial to its end.
 *
 * A child that crashes, hangs or prints garbage gives a `trial` line with the state `failed` that says so.
 *
 * @param binary   the program that is to do it, an iorace of this protocol; NULL: this very one
 * @param limit_s  after this many seconds it counts as hung and is killed
 * @param ret_outcome  written on success; trial_outcome_finish frees it
 * Returns 0, or -1 where no process could be started at all (EXIT_LOCAL_LIMIT; EXIT_USAGE where `binary` cannot be run).
 */
int trial_process_run(struct trial_outcome *ret_outcome, struct trial_spec *spec, const char *binary, double limit_s,
                      trial_watch_fn watch, void *context, struct failure *ret_failure);
void trial_outcome_finish(struct trial_outcome *outcome);

/** Returns the pid of the trial that runs now, 0 if none: for a signal handler that must end at once. */
pid_t trial_process_pid(void);

#endif
