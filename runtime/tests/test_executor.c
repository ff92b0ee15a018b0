/* The executor: results, several calls at once, cancel before and after a call began, and no thread to be had. */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include "rt_test.h"

static int add_one(void *arg)
{
    return *(int *)arg + 1;
}

TASK_TEST(a_call_returns_what_its_function_returned)
{
    int result = 0;
    for (int i = 0; i < 200; i++) {
        assert_int_equal(rt_executor_call(NULL, add_one, &i, &result), 0);
        assert_int_equal(result, i + 1);
    }
    assert_int_equal(rt_executor_call(NULL, add_one, &result, NULL), 0);
}

/* Calls that end only when all of them have begun. */
struct meeting {
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    int expected, arrived;
};

#define MEETING(count)                                                                                                 \
    {                                                                                                                  \
        PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, count, 0                                                  \
    }

static int meet(void *arg)
{
    struct meeting *meeting = arg;
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 20;
    pthread_mutex_lock(&meeting->mutex);
    meeting->arrived++;
    pthread_cond_broadcast(&meeting->cond);
    int error = 0;
    while (meeting->arrived < meeting->expected && !error)
        error = pthread_cond_timedwait(&meeting->cond, &meeting->mutex, &until);
    pthread_mutex_unlock(&meeting->mutex);
    return -error;
}

struct pool_call {
    struct rt_executor *executor;
    rt_executor_fn fn;
    void *arg;
};

static int call_pool(void *arg)
{
    struct pool_call *call = arg;
    int result;
    int error = rt_executor_call(call->executor, call->fn, call->arg, &result);
    return error < 0 ? error : result;
}

TASK_TEST(as_many_calls_run_at_once_as_there_may_be_threads)
{
    struct rt_executor *executor;
    assert_int_equal(rt_executor_create(&executor, 6), 0);
    for (int round = 0; round < 20; round++) {
        /* In the first round no thread exists, in the later ones some are idle: both must come to six at once. */
        struct meeting meeting = MEETING(6);
        struct pool_call call = {executor, meet, &meeting};
        struct rt_task *tasks[6];
        for (int i = 0; i < 6; i++)
            tasks[i] = spawn(call_pool, &call);
        for (int i = 0; i < 6; i++)
            assert_int_equal(join(tasks[i]), 0);
    }
    rt_executor_destroy(executor);
}

TASK_TEST(calls_asked_for_at_once_start_a_thread_each_even_if_one_is_idle)
{
    struct rt_executor *executor;
    assert_int_equal(rt_executor_create(&executor, 4), 0);
    int one = 1, result;
    for (int round = 0; round < 20; round++) {
        assert_int_equal(rt_executor_call(executor, add_one, &one, &result), 0);
        assert_int_equal(rt_sleep_ns(RT_NS_PER_MS), 0); /* now there is an idle thread */
        struct meeting meeting = MEETING(2);
        struct pool_call call = {executor, meet, &meeting};
        struct rt_task *first = spawn(call_pool, &call), *second = spawn(call_pool, &call);
        assert_int_equal(join(first), 0);
        assert_int_equal(join(second), 0);
    }
    rt_executor_destroy(executor);
}

static atomic_int inside, most_inside;

static int count_inside(void *arg)
{
    (void)arg;
    int now = atomic_fetch_add(&inside, 1) + 1, most = atomic_load(&most_inside);
    while (now > most && !atomic_compare_exchange_weak(&most_inside, &most, now))
        ;
    usleep(500);
    atomic_fetch_sub(&inside, 1);
    return 0;
}

TASK_TEST(more_calls_than_threads_wait_their_turn)
{
    struct rt_executor *executor;
    assert_int_equal(rt_executor_create(&executor, 3), 0);
    struct pool_call call = {executor, count_inside, NULL};
    struct rt_task *tasks[60];
    for (int i = 0; i < 60; i++)
        tasks[i] = spawn(call_pool, &call);
    for (int i = 0; i < 60; i++)
        assert_int_equal(join(tasks[i]), 0);
    assert_in_range(atomic_load(&most_inside), 1, 3);
    rt_executor_destroy(executor);
}

/* A call that the test lets end. */
struct gate {
    atomic_bool begun, open;
    atomic_int runs;
};

static int pass_gate(void *arg)
{
    struct gate *gate = arg;
    atomic_fetch_add(&gate->runs, 1);
    atomic_store(&gate->begun, true);
    while (!atomic_load(&gate->open))
        usleep(200);
    return 11;
}

static void wait_until(atomic_bool *flag)
{
    while (!atomic_load(flag))
        assert_int_equal(rt_sleep_ns(RT_NS_PER_MS / 5), 0);
}

TASK_TEST(a_call_cancelled_while_queued_never_runs)
{
    struct rt_executor *executor;
    assert_int_equal(rt_executor_create(&executor, 1), 0);
    struct gate busy = {0}, never = {0}, last = {.open = true};
    struct pool_call busy_call = {executor, pass_gate, &busy}, never_call = {executor, pass_gate, &never},
                     last_call = {executor, pass_gate, &last};
    struct rt_task *running = spawn(call_pool, &busy_call);
    wait_until(&busy.begun);
    struct rt_task *first = spawn(call_pool, &never_call), *second = spawn(call_pool, &last_call),
                   *third = spawn(call_pool, &never_call);
    let_others_run();
    rt_task_cancel(first); /* at the head of the queue, and at its tail */
    rt_task_cancel(third);
    assert_int_equal(join(first), -ECANCELED);
    assert_int_equal(join(third), -ECANCELED);
    struct rt_task *fourth = spawn(call_pool, &last_call); /* stands where the third did */
    let_others_run();
    atomic_store(&busy.open, true);
    assert_int_equal(join(running), 11);
    assert_int_equal(join(second), 11);
    assert_int_equal(join(fourth), 11);
    assert_int_equal(atomic_load(&never.runs), 0);
    assert_int_equal(atomic_load(&last.runs), 2);
    rt_executor_destroy(executor);
}

static int call_then_sleep(void *arg)
{
    int result = 0;
    int error = rt_executor_call(NULL, pass_gate, arg, &result);
    if (error < 0 || result != 11)
        return -EPROTO;
    return rt_sleep_ns(RT_NS_PER_S) == -ECANCELED ? 1 : 0;
}

TASK_TEST(a_call_cancelled_while_it_runs_ends_and_the_next_wait_is_cancelled)
{
    struct gate gate = {0};
    struct rt_task *task = spawn(call_then_sleep, &gate);
    wait_until(&gate.begun);
    rt_task_cancel(task);
    rt_task_cancel(task);
    assert_int_equal(rt_sleep_ns(2 * RT_NS_PER_MS), 0);
    rt_task_cancel(task);
    assert_int_equal(rt_task_state(task), RT_TASK_RUNNING);
    atomic_store(&gate.open, true);
    assert_int_equal(join(task), 1);
}

TASK_TEST(the_loop_goes_on_while_a_call_runs)
{
    struct gate gate = {0};
    struct rt_task *task = spawn(call_then_sleep, &gate);
    wait_until(&gate.begun);
    for (int i = 0; i < 100; i++)
        assert_int_equal(rt_yield(), 0);
    assert_int_equal(rt_sleep_ns(RT_NS_PER_MS), 0);
    atomic_store(&gate.open, true);
    rt_task_cancel(task);
    assert_int_equal(join(task), 1);
}

static int wait_inside(void *arg)
{
    (void)arg;
    return rt_sleep_ns(1) == -EINVAL && rt_yield() == -EINVAL && !rt_loop_current() ? 0 : -1;
}

TASK_TEST(a_pool_thread_is_outside_of_every_task)
{
    int result = -2;
    assert_int_equal(rt_executor_call(NULL, wait_inside, NULL, &result), 0);
    assert_int_equal(result, 0);
}

/* --- from two loops in two threads --- */

enum { LOOP_TASKS = 20, TASK_CALLS = 50 };

struct sharing {
    struct rt_executor *executor;
    int result;
};

static int call_often(void *arg)
{
    struct sharing *sharing = arg;
    for (int i = 0; i < TASK_CALLS; i++) {
        int result = 0;
        int error = rt_executor_call(sharing->executor, add_one, &i, &result);
        if (error < 0 || result != i + 1)
            return -EPROTO;
    }
    return 0;
}

static int spawn_callers(void *arg)
{
    struct rt_task *tasks[LOOP_TASKS];
    for (int i = 0; i < LOOP_TASKS; i++)
        if (rt_task_spawn(&tasks[i], call_often, arg) < 0)
            return -1;
    int sum = 0;
    for (int i = 0; i < LOOP_TASKS; i++) {
        int result = -1;
        if (rt_task_join(tasks[i], &result) < 0 || result < 0)
            return -2;
        sum++;
    }
    return sum;
}

static void *run_callers(void *arg)
{
    struct sharing *sharing = arg;
    sharing->result = rt_run(spawn_callers, sharing, NULL);
    return NULL;
}

static void loops_in_several_threads_share_a_pool(void **state)
{
    (void)state;
    struct rt_executor *executor;
    assert_int_equal(rt_executor_create(&executor, 3), 0);
    struct sharing sharings[] = {{executor, 0}, {executor, 0}};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_callers, &sharings[i]), 0);
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(sharings[i].result, LOOP_TASKS);
    }
    rt_executor_destroy(executor);
}

/* --- limits --- */

static int call_without_threads(void *arg)
{
    int one = 1, result = 77;
    int error = rt_executor_call(NULL, add_one, &one, &result);
    return error == -EAGAIN && result == 77 && rt_sleep_ns(1) == 0 ? 42 : 1;
}

static void *return_null(void *arg)
{
    return arg;
}

static void without_a_thread_a_call_is_refused(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        /* root is above this limit */
        if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
            _exit(77);
        struct rlimit none = {0, 0};
        pthread_t thread;
        if (setrlimit(RLIMIT_NPROC, &none) < 0 || pthread_create(&thread, NULL, return_null, NULL) == 0)
            _exit(77);
        _exit(rt_run(call_without_threads, NULL, NULL));
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) {
        print_message("# this user may start threads whatever RLIMIT_NPROC says\n");
        return; /* not skip(): in the TAP of cmocka 1.1 that is a failure */
    }
    assert_int_equal(WEXITSTATUS(status), 42);
}

static void a_call_outside_a_task_and_a_pool_of_none_are_refused(void **state)
{
    (void)state;
    struct rt_executor *executor = NULL;
    int one = 1;
    assert_int_equal(rt_executor_create(&executor, 0), -EINVAL);
    assert_null(executor);
    assert_int_equal(rt_executor_call(NULL, add_one, &one, NULL), -EINVAL);
    rt_executor_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_returns_what_its_function_returned),
        cmocka_unit_test(as_many_calls_run_at_once_as_there_may_be_threads),
        cmocka_unit_test(calls_asked_for_at_once_start_a_thread_each_even_if_one_is_idle),
        cmocka_unit_test(more_calls_than_threads_wait_their_turn),
        cmocka_unit_test(a_call_cancelled_while_queued_never_runs),
        cmocka_unit_test(a_call_cancelled_while_it_runs_ends_and_the_next_wait_is_cancelled),
        cmocka_unit_test(the_loop_goes_on_while_a_call_runs),
        cmocka_unit_test(a_pool_thread_is_outside_of_every_task),
        cmocka_unit_test(loops_in_several_threads_share_a_pool),
        cmocka_unit_test(without_a_thread_a_call_is_refused),
        cmocka_unit_test(a_call_outside_a_task_and_a_pool_of_none_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
