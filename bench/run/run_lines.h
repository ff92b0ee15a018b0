/* The lines of run.ndjson that are the run's own: what will be run, on what, and how it ended. */
#ifndef BENCH_RUN_LINES_H
#define BENCH_RUN_LINES_H

#include <jansson.h>
#include "../environment/environment.h"
#include "cpu_split.h"
#include "run.h"
#include "run_file.h"

/** Returns the `run` line. @param cpus  by cell: the CPUs of its jobs */
json_t *run_line(const struct run_request *request, const struct run_file *file, char (*cpus)[CPU_LIST_ROOM]);

/** Returns the `lane` line: one that the `run` line does not know, since a search found out that it is wanted. */
json_t *run_lane_line(const struct lane *lane, const char *cpus);

/** Returns the `env` line. @param server  what answers the requests, or NULL */
json_t *run_env_line(const struct plan *plan, const struct cpu_split *split, const char *server);

/** Returns the `summary` line, its lanes computed from what stands in the file so far; NULL with the failure. */
json_t *run_summary_line(const struct run_file *file, const struct run_result *result, bool partial,
                         const struct load_now *before, struct failure *ret_failure);

#endif
