/* Before the first trial: can the user's own targets be reached, where are their names, and what do they answer? */
#ifndef BENCH_PREFLIGHT_H
#define BENCH_PREFLIGHT_H

#include "../plan/plan.h"

/** What was found out for one cell; handed to its trials. Texts are owned. */
struct preflight {
    char *resolve; /**< as in struct trial_spec */
    char *expect;
};

/**
 * Look at a cell's targets; a cell of the test server's needs nothing.
 *
 * Every host is resolved once and a connection is tried; it is an error (EXIT_JOBS_FAILED) if none can be reached. With verify=body or length
 * each URL without a hash of its own (the first 1000) is fetched twice: bodies that differ are EXIT_USAGE, naming --verify.
 *
 * @param ret_preflight  written on success only; preflight_finish frees it
 * Returns 0 or -1.
 */
int preflight_cell(struct preflight *ret_preflight, const struct cell *cell, struct failure *ret_failure);
void preflight_finish(struct preflight *preflight);

/** Check what this machine must give to every cell (descriptors). Returns 0, or -1: EXIT_LOCAL_LIMIT, named. */
int preflight_limits(const struct plan *plan, struct failure *ret_failure);

/** Send the test server its first requests, so that its first trial does not find it cold. Failures show in the trials. */
void preflight_warm_server(const char *server_url);

#endif
