/* Tasks asked for by another thread: by a task of another loop, and by a thread without one. */
#include <semaphore.h>
#include "other_loop.h"
#include "park.h"

struct job {
    struct rt_loop *home;
    int64_t sleep_ns;
    int result;
    int refuses; /* cancels that it does not obey */
    bool begun, ended, elsewhere;
};

static int do_job(void *arg)
{
    struct job *job = arg;
    job->begun = true;
    job->elsewhere = rt_loop_current() != job->home;
    int64_t deadline_ns = rt_deadline_ns(job->sleep_ns);
    int error;
    while ((error = rt_sleep_until(deadline_ns)) == -ECANCELED && job->refuses-- > 0)
        deadline_ns = rt_deadline_ns(RT_NS_PER_MS);
    job->ended = true;
    return error < 0 ? error : job->result;
}

TASK_TEST(a_task_of_another_loop_returns_its_result)
{
    struct other_loop other;
    other_loop_start(&other);
    for (int i = 0; i < 100; i++) {
        int result = -1;
        struct job job = {.home = rt_loop_current(), .sleep_ns = i % 3 * 1000, .result = i % 2 ? i : -i};
        assert_int_equal(rt_submit(other.loop, do_job, &job, &result), 0);
        assert_int_equal(result, job.result);
        assert_true(job.elsewhere);
    }
    struct job job = {0};
    assert_int_equal(rt_submit(other.loop, do_job, &job, NULL), 0);
    other_loop_end(&other);
}

static struct other_loop shared;

static int submit_some(void *arg)
{
    for (int i = 0; i < 50; i++) {
        int result = -1;
        struct job job = {.home = arg, .sleep_ns = i % 5 * 1000, .result = i};
        if (rt_submit(shared.loop, do_job, &job, &result) < 0 || result != i || !job.elsewhere)
            return -1;
    }
    return 0;
}

TASK_TEST(many_tasks_submit_at_once)
{
    struct rt_task *tasks[8];
    other_loop_start(&shared);
    for (int i = 0; i < 8; i++)
        tasks[i] = spawn(submit_some, rt_loop_current());
    assert_int_equal(rt_gather(tasks, 8, NULL, RT_GATHER_STOP_ON_ERROR), 0);
    for (int i = 0; i < 8; i++)
        rt_task_release(tasks[i]);
    other_loop_end(&shared);
}

static int submit(void *arg)
{
    int result = 0, error = rt_submit(shared.loop, do_job, arg, &result);
    return error < 0 ? error : result;
}

TASK_TEST(a_cancel_reaches_the_other_task_and_waits_for_it)
{
    other_loop_start(&shared);
    for (int refuses = 0; refuses < 2; refuses++) {
        struct job job = {.sleep_ns = 20 * RT_NS_PER_S, .refuses = refuses};
        struct rt_task *task = spawn(submit, &job);
        rt_sleep_ns(5 * RT_NS_PER_MS);
        assert_int_equal(rt_task_cancel(task), 0);
        assert_int_equal(join(task), -ECANCELED);
        /* Either it never began, or it has ended. */
        assert_int_equal(job.begun, job.ended);
    }
    other_loop_end(&shared);
}

TASK_TEST(a_timeout_scope_reaches_the_other_task)
{
    struct other_loop other;
    other_loop_start(&other);
    struct rt_timeout timeout;
    int result = 1;
    struct job job = {.sleep_ns = 20 * RT_NS_PER_S};
    rt_timeout_begin(&timeout, rt_deadline_ns(5 * RT_NS_PER_MS));
    assert_int_equal(rt_submit(other.loop, do_job, &job, &result), -ETIMEDOUT);
    assert_int_equal(rt_timeout_end(&timeout), -ETIMEDOUT);
    assert_int_equal(job.begun, job.ended);
    assert_int_equal(result, 1);
    other_loop_end(&other);
}

struct twice {
    struct job job;
    struct rt_event go;
    int first, second;
};

static int submit_and_wait_again(void *arg)
{
    struct twice *twice = arg;
    twice->first = submit(&twice->job);
    twice->second = rt_event_wait(&twice->go, SOON);
    if (twice->job.begun != twice->job.ended)
        return -EPROTO;
    return (twice->first == -ECANCELED) + (twice->second == -ECANCELED);
}

TASK_TEST(a_cancel_at_any_moment_is_seen_once)
{
    other_loop_start(&shared);
    for (int i = 0; i < 200; i++) {
        struct twice twice = {.job = {.sleep_ns = i % 4 * 5000, .result = 3}};
        rt_event_init(&twice.go);
        struct rt_task *task = spawn(submit_and_wait_again, &twice);
        rt_yield();
        rt_sleep_ns(i * 500);
        assert_int_equal(rt_task_cancel(task), 0);
        rt_event_set(&twice.go);
        assert_int_equal(join(task), 1);
    }
    other_loop_end(&shared);
}

static void post(void *arg)
{
    sem_post(arg);
}

/* Without giving up this thread: some turns of the other loop, enough for a task there that does not really wait. */
static void let_turns_pass(struct rt_loop *other)
{
    sem_t passed;
    sem_init(&passed, 0, 0);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(rt_call_soon_threadsafe(other, post, &passed), 0);
        while (sem_wait(&passed) < 0)
            ;
    }
    sem_destroy(&passed);
}

TASK_TEST(a_result_that_arrives_before_the_cancelled_task_runs_stands)
{
    other_loop_start(&shared);
    struct twice twice = {.job = {.result = 3}};
    rt_event_init(&twice.go);
    struct rt_task *task = spawn(submit_and_wait_again, &twice);
    let_others_run();
    let_turns_pass(shared.loop); /* it is done over there, and this loop has not looked yet */
    spawn_a_crowd();
    assert_int_equal(rt_task_cancel(task), 0);
    assert_int_equal(join(task), 1);
    assert_int_equal(twice.first, 3);
    assert_int_equal(twice.second, -ECANCELED);
    other_loop_end(&shared);
}

static void nothing_to_do(void *arg)
{
    (void)arg;
}

TASK_TEST(ones_own_loop_and_parkable_tasks_are_refused)
{
    struct job job = {0};
    assert_int_equal(rt_submit(rt_loop_current(), do_job, &job, NULL), -EINVAL);
    assert_int_equal(rt_submit_blocking(rt_loop_current(), do_job, &job, NULL), -EBUSY);
    assert_false(job.begun);
    const struct rt_task_options options = {.parkable = true};
    struct rt_task *task;
    other_loop_start(&shared);
    if (rt__park_supported()) {
        assert_int_equal(rt_task_spawn_with(&task, submit, &job, &options), 0);
        assert_int_equal(join(task), -ENOTSUP);
    }
    rt_task_cancel(rt_task_self());
    assert_int_equal(rt_submit(shared.loop, do_job, &job, NULL), -ECANCELED);
    assert_false(job.begun);
    assert_int_equal(rt_call_soon_threadsafe(shared.loop, nothing_to_do, NULL), 0);
    other_loop_end(&shared);
}

enum { THREADS = 4 };

static void *submit_blocking(void *arg)
{
    for (int i = 0; i < 50; i++) {
        int result = -1;
        struct job job = {.sleep_ns = i % 3 * 1000, .result = i};
        if (rt_submit_blocking(shared.loop, do_job, &job, &result) < 0 || result != i)
            *(int *)arg = -1;
    }
    return NULL;
}

static void threads_without_a_loop_block_until_it_is_done(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    int results[THREADS] = {0}, result = 0;
    struct job job = {.result = -EIO};
    other_loop_start(&shared);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, submit_blocking, &results[i]), 0);
    assert_int_equal(rt_submit(shared.loop, do_job, &job, NULL), -EINVAL);
    assert_int_equal(rt_submit_blocking(shared.loop, do_job, &job, &result), 0);
    assert_int_equal(result, -EIO);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(results[i], 0);
    }
    other_loop_end(&shared);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_task_of_another_loop_returns_its_result),
        cmocka_unit_test(many_tasks_submit_at_once),
        cmocka_unit_test(a_cancel_reaches_the_other_task_and_waits_for_it),
        cmocka_unit_test(a_timeout_scope_reaches_the_other_task),
        cmocka_unit_test(a_cancel_at_any_moment_is_seen_once),
        cmocka_unit_test(a_result_that_arrives_before_the_cancelled_task_runs_stands),
        cmocka_unit_test(ones_own_loop_and_parkable_tasks_are_refused),
        cmocka_unit_test(threads_without_a_loop_block_until_it_is_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
