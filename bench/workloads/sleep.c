/* Sleeping: the purest waiting there is. Each job sleeps for its delay; a job that wakes early has failed. */
#include <errno.h>
#include <stdlib.h>
#include <iort/clock.h>
#include "workload.h"

struct sleep_state {
    struct delay_list delays;
};

static int sleep_prepare(void **ret_state, const struct trial_spec *spec, struct failure *ret_failure)
{
    struct sleep_state *state = calloc(1, sizeof(*state));
    if (!state)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    const char *text = spec->settings.delay_ms ? spec->settings.delay_ms : "0";
    if (delay_list_parse(&state->delays, text, "delay-ms", ret_failure) < 0) {
        free(state);
        return -1;
    }
    *ret_state = state;
    return 0;
}

static void sleep_finish(void *opaque)
{
    struct sleep_state *state = opaque;
    delay_list_finish(&state->delays);
    free(state);
}

static enum job_error sleep_body(void *opaque, void *worker, const struct runner *runner, int64_t index,
                                 struct job_result *result)
{
    (void)worker;
    const struct sleep_state *state = opaque;
    int64_t delay_ns = state->delays.delays_ns[(size_t)index % state->delays.count];
    int64_t deadline_ns = result->start_ns + delay_ns;
    int error = runner->wait->sleep_until(deadline_ns);
    if (error == -ECANCELED)
        return JOB_CANCELED;
    return error == 0 && rt_now_ns() >= deadline_ns ? JOB_OK : JOB_OTHER;
}

const struct workload workload_sleep = {
    .name = "sleep",
    .summary = "jobs that only wait: --delay-ms 20, or a list such as 10x500,10x200",
    .title = "Sleeps",
    .job = "job",
    .jobs = "jobs",
    .parkable = true,
    .prepare = sleep_prepare,
    .finish = sleep_finish,
    .body = sleep_body,
};
