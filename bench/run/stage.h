/* What a plan's trials need around them: CPUs, targets that were looked at, the test server. For a run, and for each
 * arm of a gate. */
#ifndef BENCH_STAGE_H
#define BENCH_STAGE_H

#include <jansson.h>
#include "../origin/origin.h"
#include "../plan/plan.h"
#include "cpu_split.h"
#include "others.h"
#include "preflight.h"

struct stage {
    const struct plan *plan; /**< borrowed */
    struct cpu_split split;
    char (*cpus)[CPU_LIST_ROOM];  /**< by cell: those of its jobs */
    struct preflight *preflights; /**< by cell */
};

/** Returns whether a cell's jobs are answered by the test server. */
bool cell_uses_server(const struct cell *cell);

/** Returns whether some cell's are. */
bool plan_uses_server(const struct plan *plan);

/** Returns what answers the requests, for people: "iorace serve", or a URL; NULL where none are made. */
const char *plan_server_name(const struct plan *plan);

/**
 * Make ready: limits, CPUs, and (preflight.h) the users' own targets.
 *
 * @param with_server  a server runs beside the jobs and gets CPUs of its own
 * @param look         false: leave the targets alone; they are not there yet
 * Returns 0 or -1; stage_finish in either case.
 */
int stage_prepare(struct stage *stage, const struct plan *plan, bool with_server, bool look,
                  struct failure *ret_failure);
void stage_finish(struct stage *stage);

/** Start the test server unless it runs, and warm it. Zeroed, `server` is one that was never started. */
int stage_start_server(const struct stage *stage, struct origin *server, struct failure *ret_failure);

/**
 * Fill what a trial of a lane is told; texts are borrowed from stage, plan and server. `run` and `position` are the
 * caller's to set.
 *
 * @param home  the lane; or of a search the plan's lane that it began with
 */
void stage_fill_spec(struct trial_spec *ret_spec, const struct stage *stage, const struct lane *lane,
                     const struct lane *home, int64_t block, const struct origin *server);

/** Returns after how many seconds a trial must have hung: every wait of a job, and of a worker that connects, has a
 * limit. */
double stage_hang_limit_s(const struct lane *lane);

/** Add to a trial's line what the test server says of itself, and the flags that follow from it. */
void stage_note_server(struct origin *server, const struct cell *cell, json_t *line);

/**
 * Add what others had of the CPUs meanwhile. A server of somebody else's on this machine is among them, and is no
 * disturbance: it is what the jobs are for.
 */
void stage_note_others(const struct others_watch *watch, const struct cell *cell, json_t *line);

/** Returns whether a line is of a failed trial. */
bool trial_line_failed(const json_t *line);

/** Returns whether jobs of it failed for a limit of this machine. */
bool trial_line_hit_limit(const json_t *line);

#endif
