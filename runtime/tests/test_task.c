/* Tasks: what they return, when they run, what cancel does. */
#include "rt_test.h"

static int return_arg(void *arg)
{
    return *(int *)arg;
}

static int sleep_then_return(void *arg)
{
    int64_t start = rt_now_ns();
    int error = rt_sleep_ns(*(int64_t *)arg);
    if (error < 0)
        return error;
    return rt_now_ns() - start >= *(int64_t *)arg ? 1 : -EPROTO;
}

static int wait_then_sleep(void *arg)
{
    int error = rt_event_wait(arg, RT_FOREVER);
    if (error < 0)
        return error;
    return rt_sleep_until(RT_FOREVER) == -ECANCELED ? 1 : -EPROTO;
}

static int see_two_cancels(void *arg)
{
    for (int i = 0; i < 2; i++)
        if (rt_sleep_until(RT_FOREVER) == -ECANCELED)
            ++*(int *)arg;
    return 0;
}

static int spawn_a_sleeper(void *arg)
{
    static int64_t duration = 2 * RT_NS_PER_MS;
    return rt_task_spawn(arg, sleep_then_return, &duration);
}

static int count_one_after_a_sleep(void *arg)
{
    int error = rt_sleep_ns(RT_NS_PER_MS);
    ++*(int *)arg;
    return error;
}

static int yield_for_ever(void *arg)
{
    (void)arg;
    int error;
    while ((error = rt_yield()) == 0)
        ;
    return error;
}

TASK_TEST(a_task_returns_its_result)
{
    int seven = 7, result = 0;
    struct rt_task *task;
    assert_int_equal(rt_task_spawn(&task, return_arg, &seven), 0);
    assert_int_equal(rt_task_state(task), RT_TASK_PENDING);
    assert_int_equal(rt_task_join(task, &result), 0);
    assert_int_equal(result, 7);
}

TASK_TEST(sleeps_run_side_by_side_and_none_is_early)
{
    enum { COUNT = 100 };
    int64_t duration = 20 * RT_NS_PER_MS, start = rt_now_ns();
    struct rt_task *tasks[COUNT];
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(rt_task_spawn(&tasks[i], sleep_then_return, &duration), 0);
    for (int i = 0; i < COUNT; i++) {
        int result;
        assert_int_equal(rt_task_join(tasks[i], &result), 0);
        assert_int_equal(result, 1);
    }
    assert_true(rt_now_ns() - start < COUNT * duration / 2);
}

TASK_TEST(cancel_interrupts_a_sleep_once)
{
    int64_t forever = RT_FOREVER;
    struct rt_task *task;
    int result;
    assert_int_equal(rt_task_spawn(&task, sleep_then_return, &forever), 0);
    assert_int_equal(rt_yield(), 0);
    assert_int_equal(rt_task_cancel(task), 0);
    assert_int_equal(rt_task_cancel(task), 0);
    assert_int_equal(rt_task_await(task, &result), 0);
    assert_int_equal(result, -ECANCELED);
    assert_int_equal(rt_task_state(task), RT_TASK_DONE);
    assert_int_equal(rt_task_cancel(task), -EALREADY);
    rt_task_release(task);
}

TASK_TEST(cancel_before_the_start_keeps_the_body_from_running)
{
    int value = 3, result = 0;
    struct rt_task *task;
    assert_int_equal(rt_task_spawn(&task, return_arg, &value), 0);
    assert_int_equal(rt_task_cancel(task), 0);
    assert_int_equal(rt_task_await(task, &result), 0);
    assert_int_equal(result, -ECANCELED);
    assert_int_equal(rt_task_state(task), RT_TASK_CANCELLED);
    rt_task_release(task);
}

static int count_cancels(void *arg)
{
    int *count = arg;
    if (rt_sleep_until(RT_FOREVER) == -ECANCELED)
        ++*count;
    if (rt_sleep_ns(1) == -ECANCELED)
        ++*count;
    return 0;
}

TASK_TEST(cancelling_twice_before_the_task_runs_counts_once)
{
    int count = 0;
    struct rt_task *task;
    assert_int_equal(rt_task_spawn(&task, count_cancels, &count), 0);
    rt_yield();
    rt_task_cancel(task);
    rt_task_cancel(task);
    assert_int_equal(rt_task_join(task, NULL), 0);
    assert_int_equal(count, 1);
}

TASK_TEST(a_cancelled_await_leaves_the_awaited_task_running)
{
    assert_int_equal(rt_task_cancel(rt_task_self()), 0);
    int64_t duration = RT_NS_PER_MS;
    int result;
    struct rt_task *task;
    assert_int_equal(rt_task_spawn(&task, sleep_then_return, &duration), 0);
    assert_int_equal(rt_task_await(task, &result), -ECANCELED);
    assert_int_equal(rt_task_join(task, &result), 0);
    assert_int_equal(result, 1);
}

TASK_TEST(a_cancel_after_the_result_meets_the_next_wait)
{
    struct rt_event event;
    rt_event_init(&event);
    struct rt_task *task = spawn(wait_then_sleep, &event);
    let_others_run();
    rt_event_set(&event);
    assert_int_equal(rt_task_cancel(task), 0);
    assert_int_equal(join(task), 1);
    rt_event_finish(&event);
}

TASK_TEST(a_cancel_before_the_result_stands)
{
    struct rt_event event;
    rt_event_init(&event);
    struct rt_task *task = spawn(wait_then_sleep, &event);
    let_others_run();
    assert_int_equal(rt_task_cancel(task), 0);
    rt_event_set(&event);
    assert_int_equal(join(task), -ECANCELED);
    rt_event_finish(&event);
}

TASK_TEST(a_task_may_be_cancelled_again_after_it_has_seen_the_first)
{
    int count = 0;
    struct rt_task *task = spawn(see_two_cancels, &count);
    let_others_run();
    rt_task_cancel(task);
    let_others_run();
    rt_task_cancel(task);
    assert_int_equal(join(task), 0);
    assert_int_equal(count, 2);
}

struct awaiting {
    struct rt_task *task;
    int result;
};

static int await_task(void *arg)
{
    struct awaiting *awaiting = arg;
    return rt_task_await(awaiting->task, &awaiting->result);
}

static int join_and_spawn_another(void *arg)
{
    struct awaiting *awaiting = arg;
    static int other = 1234;
    int error = rt_task_join(awaiting->task, &awaiting->result);
    /* Takes the memory of the task just released, if nobody else holds on to it. */
    return error < 0 ? error : rt_task_spawn(NULL, return_arg, &other);
}

TASK_TEST(several_tasks_await_one_and_all_get_its_result)
{
    int64_t duration = RT_NS_PER_MS;
    struct awaiting awaitings[10];
    struct rt_task *task = spawn(sleep_then_return, &duration), *tasks[10];
    for (int i = 0; i < 10; i++) {
        awaitings[i] = (struct awaiting){task, -1};
        tasks[i] = spawn(i == 0 ? join_and_spawn_another : await_task, &awaitings[i]);
    }
    for (int i = 0; i < 10; i++) {
        assert_int_equal(join(tasks[i]), 0);
        assert_int_equal(awaitings[i].result, 1);
    }
}

TASK_TEST(a_task_that_ends_leaves_its_children_running)
{
    struct rt_task *child = NULL;
    assert_int_equal(join(spawn(spawn_a_sleeper, &child)), 0);
    let_others_run();
    assert_int_equal(rt_task_state(child), RT_TASK_RUNNING);
    assert_int_equal(join(child), 1);
}

/* --- whose turn it is --- */

static char turns[8];
static size_t turn_count;

static int take_turn(void *arg)
{
    turns[turn_count++] = *(const char *)arg;
    return 0;
}

TASK_TEST(tasks_begin_in_order_and_an_awaited_one_at_once)
{
    struct rt_task *tasks[3];
    turn_count = 0;
    for (int i = 0; i < 3; i++)
        tasks[i] = spawn(take_turn, &"abc"[i]);
    join(tasks[0]);
    join(tasks[2]);
    join(tasks[1]);
    for (int i = 0; i < 3; i++)
        tasks[i] = spawn(take_turn, &"def"[i]);
    let_others_run();
    for (int i = 0; i < 3; i++)
        join(tasks[i]);
    assert_memory_equal(turns, "acbdef", 6);
}

static int be_counted(void *arg)
{
    ++*(int *)arg;
    return 0;
}

static int count_spawns(void *arg)
{
    int *spawns = arg;
    for (*spawns = 0; *spawns < 100000;)
        join(spawn(be_counted, spawns));
    return 0;
}

TASK_TEST(one_that_spawns_and_awaits_for_ever_does_not_keep_others_from_their_turn)
{
    int spawns = 0;
    struct rt_task *busy = spawn(count_spawns, &spawns);
    for (int last = 0; last < 100000; last = spawns) {
        assert_int_equal(rt_yield(), 0);
        assert_true(spawns - last <= 100);
    }
    assert_int_equal(join(busy), 0);
}

TASK_TEST(a_released_task_runs_on)
{
    int count = 0;
    struct rt_task *task = spawn(count_one_after_a_sleep, &count);
    rt_task_release(task);
    rt_task_release(NULL);
    while (count == 0)
        assert_int_equal(rt_sleep_ns(RT_NS_PER_MS), 0);
}

TASK_TEST(one_after_another_a_hundred_thousand_tasks_come_and_go)
{
    int value = 5;
    for (int i = 0; i < 100000; i++) {
        int result = 0;
        struct rt_task *task;
        /* Without the macro's file and line, which would be most of the work. */
        if (rt_task_spawn(&task, return_arg, &value) < 0 || rt_task_join(task, &result) < 0 || result != 5)
            fail();
    }
    struct rt_loop_stats stats;
    rt_loop_stats(rt_loop_current(), &stats);
    assert_in_range(stats.tasks_peak, 2, 2);
    assert_in_range(stats.stacks_now, 2, 16);
}

TASK_TEST(a_busy_loop_does_not_starve_those_who_sleep)
{
    int64_t duration = RT_NS_PER_MS;
    struct rt_task *sleeper = spawn(sleep_then_return, &duration), *busy = spawn(yield_for_ever, NULL);
    assert_int_equal(join(sleeper), 1);
    rt_task_cancel(busy);
    assert_int_equal(join(busy), -ECANCELED);
}

TASK_TEST(names_are_cut_and_not_overrun)
{
    const char *longer = "a name that is much longer than thirty-one bytes";
    struct rt_task *self = rt_task_self();
    assert_string_equal(rt_task_name(self), "main");
    rt_task_set_name(self, longer);
    assert_int_equal(strlen(rt_task_name(self)), 31);
    assert_memory_equal(rt_task_name(self), longer, 31);
    rt_task_set_name(self, "short");
    assert_string_equal(rt_task_name(self), "short");
}

static int await_self(void *arg)
{
    (void)arg;
    return rt_task_await(rt_task_self(), NULL);
}

TASK_TEST(awaiting_oneself_is_a_deadlock)
{
    assert_int_equal(join(spawn(await_self, NULL)), -EDEADLK);
    assert_int_equal(rt_task_await(rt_task_self(), NULL), -EDEADLK);
}

TASK_TEST(when_nothing_can_wake_anyone_the_main_task_is_told)
{
    struct rt_event event;
    rt_event_init(&event);
    assert_int_equal(rt_event_wait(&event, RT_FOREVER), -EDEADLK);
    rt_event_finish(&event);
}

static int look_at_own_name(void *arg)
{
    return strcmp(rt_task_name(rt_task_self()), arg) == 0;
}

TASK_TEST(a_task_can_be_named_as_it_is_spawned)
{
    static char with[] = "with a name", without[] = "";
    struct rt_task *task;
    struct rt_task_options options = {.name = with};
    assert_int_equal(rt_task_spawn_with(&task, look_at_own_name, with, &options), 0);
    assert_string_equal(rt_task_name(task), with);
    assert_int_equal(join(task), 1);
    assert_int_equal(rt_task_spawn_with(NULL, look_at_own_name, with, &options), 0);
    options = (struct rt_task_options){0};
    assert_int_equal(rt_task_spawn_with(&task, look_at_own_name, without, &options), 0);
    assert_int_equal(join(task), 1);
}

TASK_TEST(each_holder_of_a_task_gives_back_its_own_reference)
{
    int seven = 7, result = -1;
    struct rt_task *task = spawn(return_arg, &seven);
    assert_ptr_equal(rt_task_retain(task), task);
    assert_int_equal(rt_task_result(task, &result), -EBUSY);
    assert_int_equal(result, -1);
    assert_int_equal(join(task), 7); /* one is left */
    assert_int_equal(rt_task_state(task), RT_TASK_DONE);
    assert_int_equal(rt_task_result(task, &result), 0);
    assert_int_equal(result, 7);
    rt_task_release(task);
}

TASK_TEST(a_task_that_never_ran_has_a_result)
{
    int seven = 7, result = -1;
    struct rt_task *task = spawn(return_arg, &seven);
    rt_task_cancel(task);
    let_others_run();
    assert_int_equal(rt_task_result(task, &result), 0);
    assert_int_equal(result, -ECANCELED);
    rt_task_release(task);
}

static int yield_and_log(void *arg)
{
    char **log = arg;
    for (int i = 0; i < 3; i++) {
        *(*log)++ = rt_task_name(rt_task_self())[0];
        rt_yield();
    }
    return 0;
}

TASK_TEST(ready_tasks_take_turns)
{
    char log[16] = "", *at = log;
    struct rt_task *a, *b;
    rt_task_spawn(&a, yield_and_log, &at);
    rt_task_spawn(&b, yield_and_log, &at);
    rt_task_set_name(a, "a");
    rt_task_set_name(b, "b");
    rt_task_join(a, NULL);
    rt_task_join(b, NULL);
    assert_string_equal(log, "ababab");
}

static int leave_children_behind(void *arg)
{
    for (int i = 0; i < 10; i++)
        rt_task_spawn(NULL, count_cancels, arg);
    rt_yield();
    return 5;
}

static void the_loop_cancels_what_main_leaves_behind(void **state)
{
    (void)state;
    int count = 0;
    assert_int_equal(rt_run(leave_children_behind, &count, NULL), 5);
    assert_int_equal(count, 10);
}

static int spawn_many(void *arg)
{
    (void)arg;
    enum { COUNT = 3000 };
    static struct rt_task *tasks[COUNT];
    int64_t duration = RT_NS_PER_MS;
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < COUNT; i++)
            if (rt_task_spawn(&tasks[i], sleep_then_return, &duration) < 0)
                return -1;
        for (int i = 0; i < COUNT; i++) {
            int result = 0;
            if (rt_task_join(tasks[i], &result) < 0 || result != 1)
                return -2;
        }
    }
    struct rt_loop_stats stats;
    rt_loop_stats(rt_loop_current(), &stats);
    return stats.tasks_peak == COUNT + 1 && stats.tasks_now == 1 ? 0 : -3;
}

static void stacks_are_used_again(void **state)
{
    (void)state;
    assert_int_equal(rt_run(spawn_many, NULL, NULL), 0);
}

static void outside_a_task_waits_are_refused(void **state)
{
    (void)state;
    struct rt_task *task;
    assert_int_equal(rt_sleep_ns(1), -EINVAL);
    assert_int_equal(rt_yield(), -EINVAL);
    assert_int_equal(rt_task_spawn(&task, return_arg, NULL), -EINVAL);
    assert_null(rt_task_self());
    assert_null(rt_loop_current());
}

static int nested_run(void *arg)
{
    return rt_run(return_arg, arg, NULL);
}

static void a_loop_within_a_loop_is_refused(void **state)
{
    (void)state;
    int value = 1;
    assert_int_equal(rt_run(nested_run, &value, NULL), -EBUSY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_task_returns_its_result),
        cmocka_unit_test(sleeps_run_side_by_side_and_none_is_early),
        cmocka_unit_test(cancel_interrupts_a_sleep_once),
        cmocka_unit_test(cancel_before_the_start_keeps_the_body_from_running),
        cmocka_unit_test(cancelling_twice_before_the_task_runs_counts_once),
        cmocka_unit_test(a_cancelled_await_leaves_the_awaited_task_running),
        cmocka_unit_test(a_cancel_after_the_result_meets_the_next_wait),
        cmocka_unit_test(a_cancel_before_the_result_stands),
        cmocka_unit_test(a_task_may_be_cancelled_again_after_it_has_seen_the_first),
        cmocka_unit_test(several_tasks_await_one_and_all_get_its_result),
        cmocka_unit_test(a_task_that_ends_leaves_its_children_running),
        cmocka_unit_test(tasks_begin_in_order_and_an_awaited_one_at_once),
        cmocka_unit_test(one_that_spawns_and_awaits_for_ever_does_not_keep_others_from_their_turn),
        cmocka_unit_test(a_released_task_runs_on),
        cmocka_unit_test(one_after_another_a_hundred_thousand_tasks_come_and_go),
        cmocka_unit_test(a_busy_loop_does_not_starve_those_who_sleep),
        cmocka_unit_test(names_are_cut_and_not_overrun),
        cmocka_unit_test(awaiting_oneself_is_a_deadlock),
        cmocka_unit_test(when_nothing_can_wake_anyone_the_main_task_is_told),
        cmocka_unit_test(a_task_can_be_named_as_it_is_spawned),
        cmocka_unit_test(each_holder_of_a_task_gives_back_its_own_reference),
        cmocka_unit_test(a_task_that_never_ran_has_a_result),
        cmocka_unit_test(ready_tasks_take_turns),
        cmocka_unit_test(the_loop_cancels_what_main_leaves_behind),
        cmocka_unit_test(stacks_are_used_again),
        cmocka_unit_test(outside_a_task_waits_are_refused),
        cmocka_unit_test(a_loop_within_a_loop_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
