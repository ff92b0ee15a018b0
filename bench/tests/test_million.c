/* A million jobs asleep at once, each a task that runs the shared job body: counted at the height. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <iort/debug.h>
#include <iort/iort.h>
#include "sched/sched.h"
#include "workloads/workload.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { JOBS = 2000 }; /* each with a stack of its own there */
#else
enum { JOBS = 1000000 };
#endif

static struct job_result *results;
static void *state;
static const struct runner *runner;
static const struct workload *sleeping_jobs;
static int64_t next, ended;
static size_t asleep_at_once; /* tasks, as the last of them is about to sleep */

/* What the body waits by, called at the place where every job waits. */
static int64_t sleeping;

static bool count_sleeper(const struct rt_task_info *info, void *user)
{
    *(size_t *)user += info->waits_for && strcmp(info->waits_for, "sleep") == 0;
    return true;
}

int __real_rt_sleep_until(int64_t deadline_ns);
int __wrap_rt_sleep_until(int64_t deadline_ns);
int __wrap_rt_sleep_until(int64_t deadline_ns)
{
    if (++sleeping == JOBS) {
        size_t tasks = rt_task_list(rt_loop_current(), count_sleeper, &asleep_at_once);
        assert_int_equal(tasks, JOBS + 1); /* and the main task, which awaits them */
    }
    return __real_rt_sleep_until(deadline_ns);
}

static void no_call(void *context)
{
    (void)context;
}

static int no_prime(void *context, unsigned worker)
{
    (void)context;
    (void)worker;
    return 0;
}

static void work(void *context, unsigned worker)
{
    (void)context;
    (void)worker;
    int64_t index = next++;
    results[index].start_ns = rt_now_ns();
    results[index].error = (uint8_t)sleeping_jobs->body(state, NULL, runner, index, &results[index]);
    results[index].end_ns = rt_now_ns();
    ended++;
}

static void a_million_jobs_are_tasks_at_once(void **unused)
{
    (void)unused;
    struct failure why = {0};
    struct trial_spec spec = {.settings = {.delay_ms = (char *)"3000", .jobs = JOBS}};
    setenv("CMOCKA_TEST_ABORT", "1", 1);
    runner = runner_find("coroutines");
    sleeping_jobs = workload_find("sleep");
    assert_int_equal(sleeping_jobs->prepare(&state, &spec, &why), 0);
    assert_true(sleeping_jobs->parkable);
    results = calloc(JOBS, sizeof(*results));
    assert_non_null(results);
    struct pool pool = {
        .worker_count = JOBS,
        .stack_bytes = 65536,
        .parkable = sleeping_jobs->parkable,
        .created = no_call,
        .prime = no_prime,
        .opened = no_call,
        .work = work,
    };
    struct pool_outcome outcome;
    assert_int_equal(runner->sched->run_pool(&pool, &outcome), 0);
    assert_int_equal(outcome.started, JOBS);
    assert_int_equal(ended, JOBS);
    assert_int_equal(asleep_at_once, JOBS - 1); /* and the one that counted */
    for (int64_t i = 0; i < JOBS; i++)
        assert_true(results[i].error == JOB_OK && results[i].end_ns - results[i].start_ns >= 3000 * RT_NS_PER_MS);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    assert_true(outcome.stacks_parked);
#endif
    free(results);
    sleeping_jobs->finish(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_million_jobs_are_tasks_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
