/* One trial, in this process: prepare, build the pool, measure, tell. */
#ifndef BENCH_TRIAL_H
#define BENCH_TRIAL_H

#include <stdint.h>
#include <stdio.h>
#include "../plan/plan.h"
#include "../workloads/workload.h"
#include "bracket.h"

/** What was measured, before it is worked out. */
struct trial {
    const struct trial_spec *spec;
    const struct runner *runner;
    const struct workload *workload;
    void *state;    /**< the workload's */
    void **workers; /**< the workload's, one each */
    unsigned worker_count;

    struct job_result *results; /**< one a job, mapped and touched before the clock starts */
    /** Of an open loop, else NULL: when each job is due, in ns since the clock started, and when a worker took it. In one
     *  mapping. */
    int64_t *intended_ns, *taken_ns;
    _Atomic int64_t next;  /**< the one counter that every runner takes its jobs from */
    _Atomic int64_t *done; /**< jobs ended; shared with the parent where it gave a descriptor */
    _Atomic int64_t warmups;

    struct bracket_point open, close;
    int64_t setup_ns; /**< making the workers and taking them down */
    int64_t threads_peak;
    struct pool_outcome outcome;
    int pool_error; /**< 0, or why the pool did not run */
};

/** Run the jobs of a spec. Returns 0 (even if jobs failed or the pool could not be made: see the fields), or -1 if nothing
 *  could be tried. trial_finish in either case. */
int trial_run(struct trial *trial, const struct trial_spec *spec, struct failure *ret_failure);
void trial_finish(struct trial *trial);

/** Write the `trial` line, and the `sample` line if there are samples. Returns 0 or -1. */
int trial_write(struct trial *trial, FILE *out, struct failure *ret_failure);

/** Write a `trial` line for a spec that could not be tried, with the reason. */
int trial_write_failure(const struct trial_spec *spec, const struct failure *failure, FILE *out);

#endif
