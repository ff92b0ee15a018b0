/* Futures: fulfilled once, by whomever, and seen by all who wait. */
#include <pthread.h>
#include "park.h"
#include "rt_test.h"

static struct rt_future *create(void)
{
    struct rt_future *future;
    assert_int_equal(rt_future_create(&future), 0);
    assert_int_equal(rt_future_state(future), RT_FUTURE_PENDING);
    return future;
}

struct waiting {
    struct rt_future *future;
    void *value;
    int next_wait;
};

static int await_future(void *arg)
{
    struct waiting *waiting = arg;
    int error = rt_future_await(waiting->future, &waiting->value, SOON);
    enum rt_future_state state = rt_future_state(waiting->future);
    waiting->next_wait = rt_sleep_ns(0);
    /* What the header says of telling a cancelled future from a cancelled caller. */
    return error == -ECANCELED && state == RT_FUTURE_CANCELLED ? -EIDRM : error;
}

TASK_TEST(all_who_await_a_future_get_its_value)
{
    int answer = 42;
    struct rt_future *future = create();
    struct waiting waiting[5];
    struct rt_task *tasks[5];
    for (int i = 0; i < 5; i++) {
        waiting[i] = (struct waiting){.future = future};
        tasks[i] = spawn(await_future, &waiting[i]);
    }
    let_others_run();
    void *value = NULL;
    assert_int_equal(rt_future_result(future, &value), -EBUSY);
    assert_int_equal(rt_future_set_result(future, &answer), 0);
    assert_int_equal(rt_future_state(future), RT_FUTURE_DONE);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(join(tasks[i]), 0);
        assert_ptr_equal(waiting[i].value, &answer);
    }
    assert_int_equal(rt_future_await(future, &value, 0), 0);
    assert_ptr_equal(value, &answer);
    assert_int_equal(rt_future_result(future, NULL), 0);
    rt_future_release(future);
    rt_future_release(NULL);
}

TASK_TEST(a_future_lives_until_its_last_reference_is_given_back)
{
    int answer = 42;
    void *value = NULL;
    struct rt_future *future = create();
    assert_ptr_equal(rt_future_retain(future), future);
    rt_future_release(future);
    assert_int_equal(rt_future_set_result(future, &answer), 0);
    assert_int_equal(rt_future_result(future, &value), 0);
    assert_ptr_equal(value, &answer);
    rt_future_release(future);
}

TASK_TEST(a_future_is_fulfilled_once)
{
    int first = 1, second = 2;
    void *value = NULL;
    struct rt_future *future = create();
    assert_int_equal(rt_future_set_error(future, 0), -EINVAL);
    assert_int_equal(rt_future_set_error(future, 5), -EINVAL);
    assert_int_equal(rt_future_set_result(future, &first), 0);
    assert_int_equal(rt_future_set_result(future, &second), -EALREADY);
    assert_int_equal(rt_future_set_error(future, -EIO), -EALREADY);
    assert_int_equal(rt_future_cancel(future), -EALREADY);
    assert_int_equal(rt_future_result(future, &value), 0);
    assert_ptr_equal(value, &first);
    rt_future_release(future);
}

TASK_TEST(an_error_is_handed_on_and_leaves_the_value_alone)
{
    struct rt_future *future = create();
    struct waiting waiting = {.future = future, .value = &waiting};
    struct rt_task *task = spawn(await_future, &waiting);
    let_others_run();
    assert_int_equal(rt_future_set_error(future, -EIO), 0);
    assert_int_equal(rt_future_state(future), RT_FUTURE_DONE);
    assert_int_equal(join(task), -EIO);
    assert_ptr_equal(waiting.value, &waiting);
    assert_int_equal(rt_future_await(future, NULL, 0), -EIO);
    assert_int_equal(rt_future_result(future, NULL), -EIO);
    rt_future_release(future);
}

/* --- cancelled: the future, the caller, both --- */

static const struct {
    const char *steps; /* f: the future is cancelled; t: the task is; v: a value is set */
    int result, next_wait;
} cancels[] = {
    {"f", -EIDRM, 0},           {"t", -ECANCELED, 0},  {"ft", -EIDRM, -ECANCELED},
    {"tf", -EIDRM, -ECANCELED}, {"tv", -ECANCELED, 0}, {"vt", 0, -ECANCELED},
};

TASK_TEST(a_cancelled_future_is_told_from_a_cancelled_caller)
{
    for (size_t i = 0; i < sizeof(cancels) / sizeof(cancels[0]); i++) {
        struct rt_future *future = create();
        struct waiting waiting = {.future = future};
        struct rt_task *task = spawn(await_future, &waiting);
        let_others_run();
        for (const char *step = cancels[i].steps; *step; step++) {
            int error = *step == 'f'   ? rt_future_cancel(future)
                        : *step == 't' ? rt_task_cancel(task)
                                       : rt_future_set_result(future, NULL);
            assert_int_equal(error, 0);
        }
        assert_int_equal(join(task), cancels[i].result);
        assert_int_equal(waiting.next_wait, cancels[i].next_wait);
        rt_future_release(future);
    }
}

TASK_TEST(a_cancel_that_is_due_does_not_pass_for_the_futures)
{
    struct rt_future *future = create();
    assert_int_equal(rt_future_cancel(future), 0);
    assert_int_equal(rt_future_result(future, NULL), -ECANCELED);
    assert_int_equal(rt_task_cancel(rt_task_self()), 0);
    assert_int_equal(rt_future_await(future, NULL, RT_FOREVER), -ECANCELED);
    assert_int_equal(rt_yield(), -ECANCELED);
    assert_int_equal(rt_yield(), 0);
    rt_future_release(future);
}

TASK_TEST(a_cancelled_caller_leaves_the_future_to_the_others)
{
    int answer = 1;
    struct rt_future *future = create();
    struct waiting waiting[2] = {{.future = future}, {.future = future}};
    struct rt_task *one = spawn(await_future, &waiting[0]), *other = spawn(await_future, &waiting[1]);
    let_others_run();
    rt_task_cancel(one);
    assert_int_equal(join(one), -ECANCELED);
    assert_int_equal(rt_future_state(future), RT_FUTURE_PENDING);
    rt_future_set_result(future, &answer);
    assert_int_equal(join(other), 0);
    assert_ptr_equal(waiting[1].value, &answer);
    rt_future_release(future);
}

/* --- deadlines, dead ends --- */

TASK_TEST(a_deadline_ends_the_wait_and_not_the_future)
{
    struct rt_future *future = create();
    int64_t start = rt_now_ns();
    assert_int_equal(rt_future_await(future, NULL, start + 2 * RT_NS_PER_MS), -ETIMEDOUT);
    assert_true(rt_now_ns() - start >= 2 * RT_NS_PER_MS);
    assert_int_equal(rt_future_state(future), RT_FUTURE_PENDING);
    assert_int_equal(rt_future_await(future, NULL, RT_FOREVER), -EDEADLK);
    assert_int_equal(rt_future_set_result(future, NULL), 0);
    assert_int_equal(rt_future_await(future, NULL, start), 0);
    rt_future_release(future);
}

/* --- references --- */

static int await_only(void *arg)
{
    void *value;
    return rt_future_await(arg, &value, SOON) == 0 ? *(int *)value : -1;
}

TASK_TEST(the_last_holder_may_let_go_before_the_waiter_runs)
{
    int answer = 17;
    struct rt_future *future = create();
    struct rt_task *task = spawn(await_only, future);
    let_others_run();
    rt_future_set_result(future, &answer);
    rt_future_release(future);
    assert_int_equal(join(task), 17);
}

/* --- callbacks --- */

static void count_call(void *arg)
{
    ++*(int *)arg;
}

TASK_TEST(callbacks_come_in_the_turn_after)
{
    int count = 0;
    struct rt_future *future = create();
    struct rt_call calls[4];
    for (int i = 0; i < 4; i++)
        rt_call_init(&calls[i], count_call, &count);
    for (int i = 0; i < 3; i++)
        assert_int_equal(rt_future_on_done(future, &calls[i]), 0);
    assert_int_equal(rt_future_on_done(future, &calls[0]), -EBUSY);
    assert_int_equal(rt_call_cancel(&calls[1]), 0);
    assert_int_equal(rt_future_cancel(future), 0);
    assert_int_equal(count, 0);
    assert_int_equal(rt_future_on_done(future, &calls[3]), 0);
    assert_int_equal(count, 0);
    rt_sleep_ns(RT_NS_PER_MS);
    assert_int_equal(count, 3);
    rt_future_release(future);
}

TASK_TEST(a_future_freed_while_pending_calls_nobody)
{
    int count = 0;
    struct rt_call calls[2];
    struct rt_future *future = create();
    for (int i = 0; i < 2; i++) {
        rt_call_init(&calls[i], count_call, &count);
        assert_int_equal(rt_future_on_done(future, &calls[i]), 0);
    }
    rt_future_release(future);
    rt_sleep_ns(RT_NS_PER_MS);
    assert_int_equal(count, 0);
    assert_int_equal(rt_call_cancel(&calls[0]), -EALREADY);
    assert_int_equal(rt_call_soon(&calls[1]), 0);
    rt_sleep_ns(RT_NS_PER_MS);
    assert_int_equal(count, 1);
}

static int ask_from_a_parked_stack(void *arg)
{
    struct rt_call call;
    rt_call_init(&call, count_call, NULL);
    int error = rt_future_on_done(arg, &call);
    rt_call_cancel(&call);
    return error == (rt__park_supported() ? -ENOTSUP : 0) ? await_only(arg) : -1;
}

TASK_TEST(a_parkable_task_may_wait_and_may_not_lend_its_stack)
{
    static int answer = 5;
    struct rt_task *task, *other;
    struct rt_future *future = create();
    const struct rt_task_options options = {.parkable = true};
    assert_int_equal(rt_task_spawn_with(&task, ask_from_a_parked_stack, future, &options), 0);
    assert_int_equal(rt_task_spawn_with(&other, ask_from_a_parked_stack, future, &options), 0);
    let_others_run();
    rt_sleep_ns(RT_NS_PER_MS);
    rt_future_set_result(future, &answer);
    assert_int_equal(join(task), 5);
    assert_int_equal(join(other), 5);
    rt_future_release(future);
}

/* --- from another thread, from nowhere --- */

struct question {
    struct rt_loop *loop;
    struct rt_future *future;
    int answer;
};

static void fulfil(void *arg)
{
    struct question *question = arg;
    rt_future_set_result(question->future, &question->answer);
}

static void *answer_in_a_thread(void *arg)
{
    struct question *question = arg;
    /* This thread runs no loop. */
    if (rt_future_set_result(question->future, NULL) != -EINVAL)
        abort();
    question->answer = 7;
    if (rt_call_soon_threadsafe(question->loop, fulfil, question) < 0)
        abort();
    return NULL;
}

TASK_TEST(another_thread_fulfils_it_by_a_callback)
{
    struct question question = {rt_loop_current(), create(), 0};
    pthread_t thread;
    void *value = NULL;
    rt_loop_hold(question.loop);
    assert_int_equal(pthread_create(&thread, NULL, answer_in_a_thread, &question), 0);
    assert_int_equal(rt_future_await(question.future, &value, RT_FOREVER), 0);
    assert_int_equal(*(int *)value, 7);
    rt_loop_unhold(question.loop);
    pthread_join(thread, NULL);
    rt_future_release(question.future);
}

static int leave_a_future(void *arg)
{
    return rt_future_create(arg);
}

static void a_future_outlives_its_loop(void **state)
{
    (void)state;
    struct rt_future *future;
    struct rt_call call;
    rt_call_init(&call, count_call, NULL);
    assert_int_equal(rt_future_create(&future), -EINVAL);
    assert_int_equal(rt_run(leave_a_future, &future, NULL), 0);
    assert_int_equal(rt_future_state(future), RT_FUTURE_PENDING);
    assert_int_equal(rt_future_set_result(future, NULL), -EINVAL);
    assert_int_equal(rt_future_on_done(future, &call), -EINVAL);
    assert_int_equal(rt_future_await(future, NULL, RT_FOREVER), -EINVAL);
    rt_future_release(future);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_who_await_a_future_get_its_value),
        cmocka_unit_test(a_future_lives_until_its_last_reference_is_given_back),
        cmocka_unit_test(a_future_is_fulfilled_once),
        cmocka_unit_test(an_error_is_handed_on_and_leaves_the_value_alone),
        cmocka_unit_test(a_cancelled_future_is_told_from_a_cancelled_caller),
        cmocka_unit_test(a_cancel_that_is_due_does_not_pass_for_the_futures),
        cmocka_unit_test(a_cancelled_caller_leaves_the_future_to_the_others),
        cmocka_unit_test(a_deadline_ends_the_wait_and_not_the_future),
        cmocka_unit_test(the_last_holder_may_let_go_before_the_waiter_runs),
        cmocka_unit_test(callbacks_come_in_the_turn_after),
        cmocka_unit_test(a_future_freed_while_pending_calls_nobody),
        cmocka_unit_test(a_parkable_task_may_wait_and_may_not_lend_its_stack),
        cmocka_unit_test(another_thread_fulfils_it_by_a_callback),
        cmocka_unit_test(a_future_outlives_its_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
