/* Waiting for several tasks: all, the first, one after another; and what becomes of them when that is cut short. */
#include "park.h"
#include "rt_test.h"

/* A task that ends when it is told to, with a result; `refuses` counts the cancels that it does not obey. */
struct worker {
    struct rt_event go;
    int result;
    int refuses;
    bool ended;
};

static int work(void *arg)
{
    struct worker *worker = arg;
    int error;
    while ((error = rt_event_wait(&worker->go, RT_FOREVER)) == -ECANCELED && worker->refuses-- > 0)
        ;
    worker->ended = true;
    return error < 0 ? error : worker->result;
}

enum { COUNT = 4 };

static struct worker workers[COUNT];
static struct rt_task *tasks[COUNT];

static void spawn_workers(void)
{
    for (int i = 0; i < COUNT; i++) {
        workers[i] = (struct worker){.result = 10 + i};
        rt_event_init(&workers[i].go);
        tasks[i] = spawn(work, &workers[i]);
    }
    let_others_run();
}

static void end_workers(void)
{
    for (int i = 0; i < COUNT; i++) {
        rt_event_set(&workers[i].go);
        if (rt_task_state(tasks[i]) < RT_TASK_DONE)
            assert_int_equal(rt_task_await(tasks[i], NULL), 0);
        rt_task_release(tasks[i]);
    }
}

static void go(int i)
{
    rt_event_set(&workers[i].go);
}

static int go_backwards(void *arg)
{
    for (int i = COUNT - 1; i >= 0; i--) {
        rt_yield();
        go(i);
    }
    return *(int *)arg;
}

struct gathering {
    enum rt_gather_mode mode;
    int results[COUNT];
    int error, next_wait;
};

static int gather(void *arg)
{
    struct gathering *gathering = arg;
    gathering->error = rt_gather(tasks, COUNT, gathering->results, gathering->mode);
    for (int i = 0; i < COUNT; i++)
        assert_true(workers[i].ended); /* whatever it returned */
    gathering->next_wait = rt_sleep_ns(0);
    return gathering->error;
}

TASK_TEST(results_are_in_the_order_of_the_tasks)
{
    int zero = 0, results[COUNT] = {0};
    spawn_workers();
    struct rt_task *other = spawn(go_backwards, &zero);
    assert_int_equal(rt_gather(tasks, COUNT, results, RT_GATHER_STOP_ON_ERROR), 0);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(results[i], 10 + i);
    /* All done: as before, and without a wait. */
    memset(results, 0, sizeof(results));
    assert_int_equal(rt_gather(tasks, COUNT, results, RT_GATHER_RETURN_ERRORS), 0);
    assert_int_equal(results[COUNT - 1], 10 + COUNT - 1);
    assert_int_equal(rt_gather(tasks, COUNT, NULL, RT_GATHER_RETURN_ERRORS), 0);
    assert_int_equal(join(other), 0);
    end_workers();
}

TASK_TEST(the_first_error_cancels_the_others)
{
    spawn_workers();
    struct gathering gathering = {0};
    struct rt_task *task = spawn(gather, &gathering);
    let_others_run();
    workers[2].result = -EIO;
    workers[3].refuses = 1;
    go(2);
    let_others_run();
    let_others_run();
    assert_int_equal(rt_task_state(task), RT_TASK_RUNNING); /* one does not go */
    assert_true(workers[0].ended && workers[1].ended);
    workers[3].result = -EPIPE;
    go(3);
    assert_int_equal(join(task), -EIO);
    static const int expected[COUNT] = {-ECANCELED, -ECANCELED, -EIO, -EPIPE};
    assert_memory_equal(gathering.results, expected, sizeof(expected));
    assert_int_equal(gathering.next_wait, 0);
    end_workers();
}

TASK_TEST(errors_are_results_if_one_says_so)
{
    spawn_workers();
    struct gathering gathering = {.mode = RT_GATHER_RETURN_ERRORS};
    struct rt_task *task = spawn(gather, &gathering);
    let_others_run();
    workers[0].result = -EIO;
    rt_task_cancel(tasks[3]);
    go(0);
    let_others_run();
    assert_int_equal(rt_task_state(task), RT_TASK_RUNNING);
    go(1);
    go(2);
    assert_int_equal(join(task), 0);
    static const int expected[COUNT] = {-EIO, 11, 12, -ECANCELED};
    assert_memory_equal(gathering.results, expected, sizeof(expected));
    end_workers();
}

TASK_TEST(an_error_that_is_there_already_counts)
{
    spawn_workers();
    workers[1].result = -EIO;
    workers[2].result = -EPIPE;
    go(2);
    let_others_run();
    go(1);
    let_others_run();
    int results[COUNT];
    assert_int_equal(rt_gather(tasks, COUNT, results, RT_GATHER_STOP_ON_ERROR), -EIO);
    assert_int_equal(results[0], -ECANCELED);
    assert_int_equal(results[2], -EPIPE);
    end_workers();
}

TASK_TEST(a_cancelled_caller_takes_all_along)
{
    for (int refuses = 0; refuses < 2; refuses++) {
        spawn_workers();
        workers[1].refuses = refuses;
        struct gathering gathering = {0};
        struct rt_task *task = spawn(gather, &gathering);
        let_others_run();
        assert_int_equal(rt_task_cancel(task), 0);
        let_others_run();
        if (refuses) {
            assert_int_equal(rt_task_cancel(task), 0); /* does not cut short what must be awaited */
            let_others_run();
            assert_int_equal(rt_task_state(task), RT_TASK_RUNNING);
            go(1);
        }
        assert_int_equal(join(task), -ECANCELED);
        assert_int_equal(gathering.results[1], refuses ? 11 : -ECANCELED);
        assert_int_equal(gathering.next_wait, refuses ? -ECANCELED : 0);
        end_workers();
    }
}

TASK_TEST(a_scopes_end_takes_all_along)
{
    spawn_workers();
    struct rt_timeout timeout;
    struct gathering gathering;
    rt_timeout_begin(&timeout, rt_deadline_ns(2 * RT_NS_PER_MS));
    gathering.mode = RT_GATHER_RETURN_ERRORS;
    assert_int_equal(gather(&gathering), -ETIMEDOUT);
    assert_int_equal(gathering.next_wait, -ETIMEDOUT);
    assert_int_equal(rt_timeout_end(&timeout), -ETIMEDOUT);
    assert_int_equal(gathering.results[0], -ECANCELED);
    end_workers();
}

TASK_TEST(a_cancel_that_is_due_takes_all_along)
{
    spawn_workers();
    struct gathering gathering = {0};
    rt_task_cancel(rt_task_self());
    assert_int_equal(gather(&gathering), -ECANCELED);
    assert_int_equal(gathering.next_wait, 0);
    end_workers();
}

TASK_TEST(a_dead_end_takes_all_along)
{
    spawn_workers();
    struct gathering gathering = {0};
    assert_int_equal(gather(&gathering), -EDEADLK);
    end_workers();
    /* Those that refuse even then are left. */
    spawn_workers();
    workers[1].refuses = 1;
    int results[COUNT] = {1, 1, 1, 1};
    assert_int_equal(rt_gather(tasks, COUNT, results, RT_GATHER_STOP_ON_ERROR), -EDEADLK);
    assert_false(workers[1].ended);
    assert_int_equal(results[0], 1);
    end_workers();
}

static struct rt_task *of_another_loop;

static int refused(void *arg)
{
    (void)arg;
    struct rt_task *self = rt_task_self(), *both[2] = {self, of_another_loop};
    struct rt_as_completed iterator;
    int ok = 1;
    ok &= rt_gather(&self, 1, NULL, RT_GATHER_STOP_ON_ERROR) == -EDEADLK;
    ok &= rt_wait(&self, 1, RT_FIRST_COMPLETED, 0, NULL) == -EDEADLK;
    ok &= rt_as_completed_init(&iterator, &self, 1, 0) == -EDEADLK;
    ok &= rt_gather(both + 1, 1, NULL, RT_GATHER_STOP_ON_ERROR) == -EINVAL;
    ok &= rt_wait(both + 1, 1, RT_FIRST_COMPLETED, 0, NULL) == -EINVAL;
    ok &= rt_as_completed_init(&iterator, both + 1, 1, 0) == -EINVAL;
    ok &= rt_gather(NULL, 0, NULL, RT_GATHER_STOP_ON_ERROR) == 0;
    ok &= rt_gather(both, SIZE_MAX / 2, NULL, RT_GATHER_STOP_ON_ERROR) == -EDEADLK;
    ok &= rt_task_state(self) == RT_TASK_RUNNING && rt_yield() == 0;
    return ok;
}

static int leave_a_task(void *arg)
{
    (void)arg;
    of_another_loop = spawn(refused, NULL);
    return 0;
}

static void oneself_and_others_tasks_are_refused(void **state)
{
    (void)state;
    struct rt_loop *loop;
    struct rt_as_completed iterator;
    assert_int_equal(rt_loop_create(&loop, NULL), 0);
    assert_int_equal(rt_loop_run(loop, leave_a_task, NULL), 0);
    assert_int_equal(rt_run(refused, NULL, NULL), 1);
    assert_int_equal(rt_gather(NULL, 0, NULL, RT_GATHER_STOP_ON_ERROR), -EINVAL);
    assert_int_equal(rt_wait(NULL, 0, RT_ALL_COMPLETED, 0, NULL), -EINVAL);
    assert_int_equal(rt_as_completed_init(&iterator, NULL, 0, 0), -EINVAL);
    rt_task_release(of_another_loop);
    rt_loop_destroy(loop);
}

TASK_TEST(the_same_task_twice_is_two_that_end_together)
{
    spawn_workers();
    struct rt_task *twice[3] = {tasks[1], tasks[0], tasks[1]};
    int results[3];
    size_t done = 0;
    go(1);
    assert_int_equal(rt_wait(twice, 3, RT_FIRST_COMPLETED, SOON, &done), 0);
    assert_int_equal(done, 2);
    assert_ptr_equal(twice[0], tasks[1]);
    assert_ptr_equal(twice[1], tasks[1]);
    assert_ptr_equal(twice[2], tasks[0]);
    go(0);
    assert_int_equal(rt_gather(twice, 3, results, RT_GATHER_STOP_ON_ERROR), 0);
    assert_int_equal(results[0] * 10000 + results[1] * 100 + results[2], 111110);
    end_workers();
}

/* --- rt_wait --- */

static bool is_order(struct rt_task *const *array, const char *order)
{
    for (int i = 0; i < COUNT; i++)
        if (array[i] != tasks[order[i] - '0'])
            return false;
    return true;
}

TASK_TEST(the_done_ones_come_first_as_they_ended)
{
    struct rt_task *array[COUNT];
    size_t done = 99;
    spawn_workers();
    memcpy(array, tasks, sizeof(array));
    assert_int_equal(rt_wait(array, COUNT, RT_ALL_COMPLETED, rt_now_ns(), &done), -ETIMEDOUT);
    assert_int_equal(done, 0);
    assert_true(is_order(array, "0123"));
    go(2);
    assert_int_equal(rt_wait(array, COUNT, RT_FIRST_COMPLETED, SOON, &done), 0);
    assert_int_equal(done, 1);
    assert_true(is_order(array, "2013"));
    go(3);
    let_others_run();
    /* It is so already: a deadline that has passed does not matter. */
    assert_int_equal(rt_wait(array, COUNT, RT_FIRST_COMPLETED, 0, &done), 0);
    assert_int_equal(done, 2);
    assert_true(is_order(array, "2301"));
    go(1);
    go(0);
    assert_int_equal(rt_wait(array, COUNT, RT_ALL_COMPLETED, SOON, &done), 0);
    assert_int_equal(done, 4);
    assert_true(is_order(array, "2310"));
    end_workers();
}

TASK_TEST(the_first_error_ends_the_wait_and_a_cancelled_task_does_not)
{
    struct rt_task *array[COUNT];
    size_t done = 99;
    spawn_workers();
    memcpy(array, tasks, sizeof(array));
    go(0);
    rt_task_cancel(tasks[1]);
    let_others_run();
    assert_int_equal(rt_wait(array, COUNT, RT_FIRST_ERROR, rt_deadline_ns(RT_NS_PER_MS), &done), -ETIMEDOUT);
    assert_int_equal(done, 2);
    workers[2].result = -EIO;
    go(2);
    assert_int_equal(rt_wait(array, COUNT, RT_FIRST_ERROR, SOON, NULL), 0);
    assert_ptr_equal(array[2], tasks[2]);
    assert_int_equal(rt_task_state(tasks[3]), RT_TASK_RUNNING);
    assert_int_equal(rt_wait(NULL, 0, RT_FIRST_COMPLETED, RT_FOREVER, &done), 0);
    assert_int_equal(done, 0);
    end_workers();
}

static int wait_for_all(void *arg)
{
    return rt_wait(arg, COUNT, RT_ALL_COMPLETED, RT_FOREVER, NULL);
}

TASK_TEST(a_wait_that_is_cut_short_cancels_nobody)
{
    spawn_workers();
    struct rt_task *array[COUNT], *task;
    memcpy(array, tasks, sizeof(array));
    task = spawn(wait_for_all, array);
    let_others_run();
    go(3);
    let_others_run();
    rt_task_cancel(task);
    assert_int_equal(join(task), -ECANCELED);
    assert_true(is_order(array, "3012"));
    assert_int_equal(wait_for_all(array), -EDEADLK);
    assert_false(workers[0].ended);
    end_workers();
}

/* --- rt_as_completed --- */

TASK_TEST(tasks_are_handed_out_as_they_end)
{
    int zero = 0;
    struct rt_as_completed iterator;
    struct rt_task *task;
    spawn_workers();
    go(1);
    let_others_run();
    struct rt_task *other = spawn(go_backwards, &zero);
    assert_int_equal(rt_as_completed_init(&iterator, tasks, COUNT, SOON), 0);
    static const int order[] = {1, 3, 2, 0};
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(rt_as_completed_next(&iterator, &task), 1);
        assert_ptr_equal(task, tasks[order[i]]);
    }
    assert_int_equal(rt_as_completed_next(&iterator, &task), 0);
    assert_int_equal(rt_as_completed_next(&iterator, &task), 0);
    rt_as_completed_finish(&iterator);
    assert_int_equal(join(other), 0);
    end_workers();
}

static int take_next(void *arg)
{
    struct rt_task *task;
    return rt_as_completed_next(arg, &task);
}

TASK_TEST(an_iterator_goes_on_after_an_error_and_may_be_left_early)
{
    struct rt_as_completed iterator;
    struct rt_task *task, *waiting;
    spawn_workers();
    int64_t deadline_ns = rt_deadline_ns(2 * RT_NS_PER_MS);
    assert_int_equal(rt_as_completed_init(&iterator, tasks, COUNT, deadline_ns), 0);
    waiting = spawn(take_next, &iterator);
    let_others_run();
    assert_int_equal(rt_as_completed_next(&iterator, &task), -EBUSY);
    rt_task_cancel(waiting);
    assert_int_equal(join(waiting), -ECANCELED);
    assert_int_equal(rt_as_completed_next(&iterator, &task), -ETIMEDOUT);
    assert_true(rt_now_ns() >= deadline_ns);
    go(2);
    let_others_run();
    assert_int_equal(rt_as_completed_next(&iterator, &task), 1);
    assert_ptr_equal(task, tasks[2]);
    rt_as_completed_finish(&iterator);
    assert_false(workers[0].ended);
    end_workers();
}

/* --- parkable callers --- */

static int gather_parked(void *arg)
{
    struct rt_as_completed iterator;
    struct rt_task *copy[COUNT], *task;
    int results[COUNT];
    memcpy(copy, arg, sizeof(copy));
    if (rt_wait(copy, COUNT, RT_FIRST_COMPLETED, SOON, NULL) < 0 ||
        rt_as_completed_init(&iterator, copy, COUNT, SOON) < 0)
        return -1;
    int got = 0;
    while (rt_as_completed_next(&iterator, &task) > 0)
        got++;
    rt_as_completed_finish(&iterator);
    return rt_gather(copy, COUNT, results, RT_GATHER_STOP_ON_ERROR) < 0 ? -2 : got * 100 + results[0];
}

TASK_TEST(parkable_tasks_may_gather)
{
    int zero = 0;
    const struct rt_task_options options = {.parkable = true};
    struct rt_task *parked[3];
    spawn_workers();
    for (int i = 0; i < 3; i++)
        assert_int_equal(rt_task_spawn_with(&parked[i], gather_parked, tasks, &options), 0);
    rt_sleep_ns(RT_NS_PER_MS);
    struct rt_task *other = spawn(go_backwards, &zero);
    for (int i = 0; i < 3; i++)
        assert_int_equal(join(parked[i]), 413); /* by then the last to be told to go is the first in order */
    assert_int_equal(join(other), 0);
    end_workers();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_are_in_the_order_of_the_tasks),
        cmocka_unit_test(the_first_error_cancels_the_others),
        cmocka_unit_test(errors_are_results_if_one_says_so),
        cmocka_unit_test(an_error_that_is_there_already_counts),
        cmocka_unit_test(a_cancelled_caller_takes_all_along),
        cmocka_unit_test(a_scopes_end_takes_all_along),
        cmocka_unit_test(a_cancel_that_is_due_takes_all_along),
        cmocka_unit_test(a_dead_end_takes_all_along),
        cmocka_unit_test(oneself_and_others_tasks_are_refused),
        cmocka_unit_test(the_same_task_twice_is_two_that_end_together),
        cmocka_unit_test(the_done_ones_come_first_as_they_ended),
        cmocka_unit_test(the_first_error_ends_the_wait_and_a_cancelled_task_does_not),
        cmocka_unit_test(a_wait_that_is_cut_short_cancels_nobody),
        cmocka_unit_test(tasks_are_handed_out_as_they_end),
        cmocka_unit_test(an_iterator_goes_on_after_an_error_and_may_be_left_early),
        cmocka_unit_test(parkable_tasks_may_gather),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
