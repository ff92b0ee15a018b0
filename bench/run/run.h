/* A whole run: from a plan to a directory with run.ndjson, finished and closed. The parent never runs a job itself. */
#ifndef BENCH_RUN_H
#define BENCH_RUN_H

#include <stdbool.h>
#include "../plan/plan.h"

struct run_request {
    const struct plan *plan;
    const char *out; /**< directory, or NULL: below results/ */
    int argc;
    char **argv; /**< as typed, for the record */
    bool all_samples, show_progress;
};

struct run_result {
    char *dir;        /**< absolute; owned by the caller */
    bool interrupted; /**< by SIGINT or SIGTERM */
    bool out_of_time; /**< by --max-time */
    size_t trials;    /**< finished */
    bool jobs_failed; /**< in some trial */
    bool local_limit; /**< some of those for a limit of this machine */
};

/**
 * Run the plan.
 *
 * @param ret_result  written on success only
 * Returns 0, also if jobs failed or the run was interrupted (what was finished is in the files), or -1 where it could not be begun or
 * its files not be written.
 */
int run_execute(struct run_result *ret_result, const struct run_request *request, struct failure *ret_failure);

/** Write the specs of every trial (of a search: of its first), one JSON object a line, as they would be handed to `iorace
 *  trial`, without a server. */
int run_print_specs(const struct plan *plan, FILE *out, struct failure *ret_failure);

#endif
