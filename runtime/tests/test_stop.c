/* Stopping a loop and going on, running without a main task, and what a loop does as it is destroyed. */
#include "other_loop.h"

static int ran;

static int stop_and_go_on(void *arg)
{
    (void)arg;
    ran = 1;
    rt_loop_stop(rt_loop_current());
    int error = rt_sleep_ns(0); /* the run ends here */
    ran = 2;
    return error < 0 ? error : 5;
}

static int sleep_a_little(void *arg)
{
    (void)arg;
    return rt_sleep_ns(5 * RT_NS_PER_MS) == 0 ? 9 : -1;
}

static struct rt_loop *create(void)
{
    struct rt_loop *loop;
    assert_int_equal(rt_loop_create(&loop, NULL), 0);
    return loop;
}

static void a_task_stops_the_loop_and_goes_on_in_a_later_run(void **state)
{
    (void)state;
    struct rt_loop *loop = create();
    assert_int_equal(rt_loop_run(loop, stop_and_go_on, NULL), -EINTR);
    assert_int_equal(ran, 1);
    assert_int_equal(rt_loop_run(loop, sleep_a_little, NULL), 9);
    assert_int_equal(ran, 2);
    rt_loop_destroy(loop);
}

static void stop_from_a_callback(void *arg)
{
    (void)arg;
    rt_loop_stop(rt_loop_current());
}

static int sleep_long(void *arg)
{
    struct rt_call *call = arg;
    rt_call_init(call, stop_from_a_callback, NULL);
    assert_int_equal(rt_call_soon(call), 0);
    return rt_sleep_ns(20 * RT_NS_PER_S);
}

static void a_callback_stops_the_loop(void **state)
{
    (void)state;
    struct rt_call call;
    struct rt_loop *loop = create();
    int64_t start = rt_now_ns();
    assert_int_equal(rt_loop_run(loop, sleep_long, &call), -EINTR);
    rt_loop_destroy(loop);
    assert_true(rt_now_ns() - start < 15 * RT_NS_PER_S);
}

static int yield_until_cancelled(void *arg)
{
    (void)arg;
    int error;
    while ((error = rt_yield()) == 0)
        ran++;
    return error;
}

static void *stop_a_little_later(void *arg)
{
    usleep(5000);
    if (rt_loop_stop(arg) < 0)
        abort();
    return NULL;
}

static void another_thread_stops_a_busy_loop_and_an_idle_one(void **state)
{
    (void)state;
    for (int idle = 0; idle < 2; idle++) {
        struct rt_call call;
        struct rt_loop *loop = create();
        pthread_t thread;
        if (idle)
            rt_loop_hold(loop);
        assert_int_equal(pthread_create(&thread, NULL, stop_a_little_later, loop), 0);
        assert_int_equal(rt_loop_run(loop, idle ? NULL : yield_until_cancelled, &call), idle ? 0 : -EINTR);
        pthread_join(thread, NULL);
        rt_loop_destroy(loop);
    }
}

static void a_stop_before_a_run_ends_it_once(void **state)
{
    (void)state;
    struct rt_loop *loop = create();
    int64_t start = rt_now_ns();
    assert_int_equal(rt_loop_stop(loop), 0);
    assert_int_equal(rt_loop_run(loop, NULL, NULL), 0);
    assert_int_equal(rt_loop_stop(loop), 0);
    assert_int_equal(rt_loop_run(loop, sleep_a_little, NULL), -EINTR);
    assert_true(rt_now_ns() - start < 15 * RT_NS_PER_S);
    assert_int_equal(rt_loop_run(loop, sleep_a_little, NULL), 9);
    assert_int_equal(rt_loop_stop(loop), 0); /* of no run: forgotten as it is destroyed */
    rt_loop_destroy(loop);
}

/* --- without a main task --- */

static int stop_after_a_sleep(void *arg)
{
    rt_sleep_ns(RT_NS_PER_MS);
    *(bool *)arg = true;
    return rt_loop_stop(rt_loop_current());
}

struct left {
    struct rt_event event;
    bool stopped, told;
};

static int leave_a_stopper(void *arg)
{
    struct left *left = arg;
    return rt_task_spawn(NULL, stop_after_a_sleep, &left->stopped);
}

static void a_run_without_a_main_task_lasts_until_it_is_stopped(void **state)
{
    (void)state;
    struct left left = {0};
    struct rt_loop *loop = create();
    assert_int_equal(rt_loop_run(loop, leave_a_stopper, &left), 0);
    assert_int_equal(rt_loop_run(loop, NULL, NULL), 0);
    assert_true(left.stopped);
    rt_loop_destroy(loop);
}

static int wait_for_event(void *arg)
{
    struct left *left = arg;
    left->told = rt_event_wait(&left->event, RT_FOREVER) == -ECANCELED;
    return 0;
}

static int leave_a_waiter(void *arg)
{
    assert_int_equal(rt_task_spawn(NULL, wait_for_event, arg), 0);
    return rt_yield();
}

static void nothing_left_to_wait_for_is_a_deadlock_unless_it_is_held(void **state)
{
    (void)state;
    struct left left = {0};
    struct rt_loop *loop = create();
    rt_event_init(&left.event);
    assert_int_equal(rt_loop_run(loop, leave_a_waiter, &left), 0);
    assert_int_equal(rt_loop_run(loop, NULL, NULL), -EDEADLK);
    pthread_t thread;
    rt_loop_hold(loop);
    rt_loop_hold(loop);
    rt_loop_unhold(loop);
    assert_int_equal(pthread_create(&thread, NULL, stop_a_little_later, loop), 0);
    assert_int_equal(rt_loop_run(loop, NULL, NULL), 0);
    pthread_join(thread, NULL);
    rt_loop_unhold(loop);
    assert_int_equal(rt_loop_run(loop, NULL, NULL), -EDEADLK);
    assert_false(left.told);
    rt_loop_destroy(loop);
    assert_true(left.told);
    rt_event_finish(&left.event);
}

/* --- destroyed --- */

static struct rt_call soon;
static int called;

static void count_call(void *arg)
{
    (void)arg;
    called++;
}

static int count_task(void *arg)
{
    (void)arg;
    called++;
    return 0;
}

static void ask_for_more(void *arg)
{
    (void)arg;
    called++;
    rt_call_init(&soon, count_call, NULL);
    assert_int_equal(rt_call_soon(&soon), 0);
    assert_int_equal(rt_task_spawn(NULL, count_task, NULL), 0);
}

static void a_loop_that_is_destroyed_makes_the_calls_it_was_asked_for(void **state)
{
    (void)state;
    struct rt_loop *loop = create();
    called = 0;
    for (int i = 0; i < 3; i++)
        assert_int_equal(rt_call_soon_threadsafe(loop, count_call, NULL), 0);
    rt_loop_destroy(loop);
    assert_int_equal(called, 3);

    loop = create();
    called = 0;
    assert_int_equal(rt_call_soon_threadsafe(loop, ask_for_more, NULL), 0);
    rt_loop_destroy(loop);
    assert_int_equal(called, 3);
    rt_loop_destroy(NULL);
}

static int ask_for_a_late_call(void *arg)
{
    rt_call_init(arg, count_call, NULL);
    return rt_call_later(arg, 20 * RT_NS_PER_S);
}

static void a_call_at_a_deadline_dies_with_its_loop(void **state)
{
    (void)state;
    struct rt_call call;
    called = 0;
    int64_t start = rt_now_ns();
    assert_int_equal(rt_run(ask_for_a_late_call, &call, NULL), 0);
    assert_true(rt_now_ns() - start < 15 * RT_NS_PER_S);
    assert_int_equal(called, 0);
    assert_int_equal(rt_call_cancel(&call), -EALREADY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_task_stops_the_loop_and_goes_on_in_a_later_run),
        cmocka_unit_test(a_callback_stops_the_loop),
        cmocka_unit_test(another_thread_stops_a_busy_loop_and_an_idle_one),
        cmocka_unit_test(a_stop_before_a_run_ends_it_once),
        cmocka_unit_test(a_run_without_a_main_task_lasts_until_it_is_stopped),
        cmocka_unit_test(nothing_left_to_wait_for_is_a_deadlock_unless_it_is_held),
        cmocka_unit_test(a_loop_that_is_destroyed_makes_the_calls_it_was_asked_for),
        cmocka_unit_test(a_call_at_a_deadline_dies_with_its_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
