/* Nothing at all: what taking and stamping a job costs under each runner. */
#include "workload.h"

static int null_prepare(void **ret_state, const struct trial_spec *spec, struct failure *ret_failure)
{
    (void)spec;
    (void)ret_failure;
    *ret_state = NULL;
    return 0;
}

static void null_finish(void *state)
{
    (void)state;
}

static enum job_error null_body(void *state, void *worker, const struct runner *runner, int64_t index,
                                struct job_result *result)
{
    (void)state;
    (void)worker;
    (void)runner;
    (void)index;
    (void)result;
    return JOB_OK;
}

const struct workload workload_null = {
    .name = "null",
    .summary = "jobs that do nothing: what the harness costs under each runner",
    .title = "Empty jobs",
    .job = "job",
    .jobs = "jobs",
    .prepare = null_prepare,
    .finish = null_finish,
    .body = null_body,
};
