/* Timeout scopes, shields, rt_wait_for. */
#include "rt_test.h"

static int64_t in_ms(int ms)
{
    return rt_deadline_ns(ms * RT_NS_PER_MS);
}

/* Returns what a wait for nothing returns, for so long at most. */
static int wait_in_vain(int64_t deadline_ns)
{
    struct rt_event event;
    rt_event_init(&event);
    int error = rt_event_wait(&event, deadline_ns);
    rt_event_finish(&event);
    return error;
}

TASK_TEST(a_scope_ends_every_wait_within_until_it_is_left)
{
    struct rt_timeout timeout;
    int64_t deadline_ns = in_ms(2);
    assert_int_equal(rt_timeout_begin(&timeout, deadline_ns), 0);
    assert_int_equal(rt_sleep_ns(1), 0);
    assert_int_equal(wait_in_vain(SOON), -ETIMEDOUT);
    assert_true(rt_now_ns() >= deadline_ns);
    assert_int_equal(wait_in_vain(SOON), -ETIMEDOUT);
    assert_int_equal(rt_sleep_until(RT_FOREVER), -ETIMEDOUT);
    assert_int_equal(rt_yield(), -ETIMEDOUT);
    assert_int_equal(rt_timeout_move(&timeout, SOON), -ETIMEDOUT);
    assert_int_equal(rt_timeout_end(&timeout), -ETIMEDOUT);
    assert_int_equal(rt_sleep_ns(1), 0);
    assert_int_equal(rt_yield(), 0);
}

TASK_TEST(a_result_that_is_there_stands_in_an_expired_scope)
{
    struct rt_timeout timeout;
    struct rt_semaphore semaphore;
    rt_semaphore_init(&semaphore, 1);
    rt_timeout_begin(&timeout, 0);
    assert_int_equal(wait_in_vain(SOON), -ETIMEDOUT);
    assert_int_equal(rt_semaphore_acquire(&semaphore, SOON), 0);
    assert_int_equal(rt_timeout_end(&timeout), -ETIMEDOUT);
    rt_semaphore_finish(&semaphore);
}

TASK_TEST(a_scope_that_no_wait_ran_into_has_not_expired)
{
    struct rt_timeout timeout;
    rt_timeout_begin(&timeout, 0);
    assert_int_equal(rt_timeout_end(&timeout), 0);
    rt_timeout_begin(&timeout, SOON);
    assert_int_equal(wait_in_vain(in_ms(1)), -ETIMEDOUT); /* its own deadline */
    assert_int_equal(rt_timeout_end(&timeout), 0);
}

TASK_TEST(the_earlier_of_a_sleep_and_its_scope_decides)
{
    struct rt_timeout timeout;
    int64_t deadline_ns = in_ms(2);
    rt_timeout_begin(&timeout, deadline_ns);
    assert_int_equal(rt_sleep_until(deadline_ns - 1), 0);
    assert_int_equal(rt_sleep_until(deadline_ns), 0);
    assert_int_equal(rt_sleep_until(deadline_ns + 1), -ETIMEDOUT);
    assert_int_equal(rt_timeout_end(&timeout), -ETIMEDOUT);
}

static const struct {
    int outer_ms, inner_ms;
    int outer_end, inner_end, between;
} nested[] = {
    {2, 1, 0, -ETIMEDOUT, 0},
    {1, 3, -ETIMEDOUT, 0, -ETIMEDOUT},
    {1, 1, -ETIMEDOUT, -ETIMEDOUT, -ETIMEDOUT}, /* at the same time: both */
};

TASK_TEST(scopes_nest_and_the_earliest_holds)
{
    for (size_t i = 0; i < sizeof(nested) / sizeof(nested[0]); i++) {
        struct rt_timeout outer, inner;
        /* The outer one of the first case ends long after. */
        int64_t now_ns = rt_now_ns(), unit_ns = nested[i].outer_end ? RT_NS_PER_MS : 10 * RT_NS_PER_S;
        rt_timeout_begin(&outer, now_ns + nested[i].outer_ms * unit_ns);
        rt_timeout_begin(&inner, now_ns + nested[i].inner_ms * RT_NS_PER_MS);
        assert_int_equal(rt_timeout_end(&outer), -EINVAL);
        assert_int_equal(rt_timeout_move(&outer, 0), -EINVAL);
        assert_int_equal(wait_in_vain(RT_FOREVER), -ETIMEDOUT);
        assert_int_equal(rt_timeout_end(&inner), nested[i].inner_end);
        assert_int_equal(rt_yield(), nested[i].between);
        assert_int_equal(rt_timeout_end(&outer), nested[i].outer_end);
    }
}

TASK_TEST(a_scope_can_be_moved_either_way)
{
    struct rt_timeout outer, timeout;
    rt_timeout_begin(&outer, SOON);
    rt_timeout_begin(&timeout, RT_FOREVER);
    assert_int_equal(rt_timeout_move(&timeout, in_ms(1)), 0);
    assert_int_equal(rt_timeout_move(&timeout, SOON), 0);
    assert_int_equal(rt_sleep_until(in_ms(3)), 0);
    assert_int_equal(rt_timeout_move(&timeout, in_ms(1)), 0);
    assert_int_equal(wait_in_vain(RT_FOREVER), -ETIMEDOUT);
    assert_int_equal(rt_timeout_end(&timeout), -ETIMEDOUT);
    assert_int_equal(rt_timeout_end(&outer), 0);
    /* Not beyond an outer one. */
    rt_timeout_begin(&outer, in_ms(1));
    rt_timeout_begin(&timeout, 0);
    assert_int_equal(rt_timeout_move(&timeout, RT_FOREVER), 0);
    assert_int_equal(wait_in_vain(RT_FOREVER), -ETIMEDOUT);
    assert_int_equal(rt_timeout_end(&timeout), 0);
    assert_int_equal(rt_timeout_end(&outer), -ETIMEDOUT);
}

static int yield_within(void *arg)
{
    struct rt_timeout timeout;
    rt_timeout_begin(&timeout, *(int64_t *)arg);
    int error;
    while ((error = rt_yield()) == 0)
        ;
    return rt_timeout_end(&timeout) == error ? error : -EPROTO;
}

TASK_TEST(a_loop_that_only_yields_sees_the_end)
{
    int64_t deadline_ns = in_ms(2);
    assert_int_equal(join(spawn(yield_within, &deadline_ns)), -ETIMEDOUT);
    assert_true(rt_now_ns() >= deadline_ns);
}

static void outside_a_task_there_are_no_scopes(void **state)
{
    (void)state;
    struct rt_timeout timeout;
    assert_int_equal(rt_timeout_begin(&timeout, 0), -EINVAL);
    assert_int_equal(rt_timeout_move(&timeout, 0), -EINVAL);
    assert_int_equal(rt_timeout_end(&timeout), -EINVAL);
    assert_int_equal(rt_shield_begin(&timeout), -EINVAL);
    assert_int_equal(rt_shield_end(&timeout), -EINVAL);
}

/* --- shields --- */

TASK_TEST(a_shield_keeps_outer_deadlines_out_and_inner_ones_hold)
{
    struct rt_timeout outer, shield, inner;
    rt_timeout_begin(&outer, 0);
    assert_int_equal(rt_yield(), -ETIMEDOUT);
    assert_int_equal(rt_shield_begin(&shield), 0);
    assert_int_equal(rt_sleep_ns(RT_NS_PER_MS), 0);
    assert_int_equal(rt_yield(), 0);
    rt_timeout_begin(&inner, in_ms(1));
    assert_int_equal(rt_shield_end(&shield), -EINVAL);
    assert_int_equal(wait_in_vain(RT_FOREVER), -ETIMEDOUT);
    assert_int_equal(rt_timeout_end(&inner), -ETIMEDOUT);
    assert_int_equal(rt_timeout_end(&shield), -EINVAL);
    assert_int_equal(rt_timeout_move(&shield, 0), -EINVAL);
    assert_int_equal(rt_shield_end(&shield), 0);
    assert_int_equal(rt_yield(), -ETIMEDOUT);
    assert_int_equal(rt_shield_end(&outer), -EINVAL);
    assert_int_equal(rt_timeout_end(&outer), -ETIMEDOUT);
}

TASK_TEST(a_deadline_within_a_shield_leaves_the_scope_around_it_alone)
{
    struct rt_timeout outer, shield, inner;
    rt_timeout_begin(&outer, 0);
    rt_shield_begin(&shield);
    rt_timeout_begin(&inner, in_ms(1));
    assert_int_equal(wait_in_vain(RT_FOREVER), -ETIMEDOUT);
    assert_int_equal(rt_timeout_end(&inner), -ETIMEDOUT);
    assert_int_equal(rt_shield_end(&shield), 0);
    assert_int_equal(rt_timeout_end(&outer), 0); /* none of its waits was cut short */
}

struct shielded {
    struct rt_event go;
    int in_shield, between, after;
};

static int wait_in_shields(void *arg)
{
    struct shielded *shielded = arg;
    struct rt_timeout outer, inner;
    rt_shield_begin(&outer);
    rt_shield_begin(&inner);
    shielded->in_shield = rt_event_wait(&shielded->go, SOON);
    rt_shield_end(&inner);
    shielded->between = rt_yield();
    rt_shield_end(&outer);
    shielded->after = rt_yield();
    return rt_yield();
}

TASK_TEST(a_shield_keeps_cancels_out_until_it_ends)
{
    struct shielded shielded = {0};
    rt_event_init(&shielded.go);
    struct rt_task *task = spawn(wait_in_shields, &shielded);
    let_others_run();
    assert_int_equal(rt_task_cancel(task), 0);
    assert_int_equal(rt_task_cancel(task), 0);
    let_others_run();
    assert_int_equal(rt_task_state(task), RT_TASK_RUNNING);
    rt_event_set(&shielded.go);
    assert_int_equal(join(task), 0); /* and was seen once */
    assert_int_equal(shielded.in_shield, 0);
    assert_int_equal(shielded.between, 0);
    assert_int_equal(shielded.after, -ECANCELED);
    rt_event_finish(&shielded.go);
}

TASK_TEST(a_cancel_from_before_waits_outside_a_shield)
{
    struct rt_timeout shield;
    rt_task_cancel(rt_task_self());
    rt_shield_begin(&shield);
    assert_int_equal(rt_yield(), 0);
    assert_int_equal(rt_sleep_ns(1), 0);
    rt_shield_end(&shield);
    assert_int_equal(rt_sleep_ns(1), -ECANCELED);
}

/* --- rt_wait_for --- */

struct slow {
    int64_t sleep_ns, cleanup_ns;
    int result;
    bool refuses; /* the cancel: it returns its result all the same */
};

static int be_slow(void *arg)
{
    const struct slow *slow = arg;
    int error = rt_sleep_ns(slow->sleep_ns);
    if (error < 0)
        rt_sleep_ns(slow->cleanup_ns);
    return error < 0 && !slow->refuses ? error : slow->result;
}

static const int64_t LONG_NS = 20 * RT_NS_PER_S;

static const struct {
    struct slow slow;
    bool in_time;
    int error, result;
} outcomes[] = {
    {{1, 0, 7, false}, true, 0, 7},
    {{1, 0, -EIO, false}, true, 0, -EIO},
    {{LONG_NS, 0, 7, false}, false, -ETIMEDOUT, 0},
    {{LONG_NS, RT_NS_PER_MS, 7, false}, false, -ETIMEDOUT, 0},
    {{LONG_NS, RT_NS_PER_MS, 7, true}, false, 0, 7}, /* a result in spite of it is not thrown away */
    {{LONG_NS, RT_NS_PER_MS, -EIO, true}, false, 0, -EIO},
};

TASK_TEST(wait_for_returns_in_every_case_once_the_task_has_ended)
{
    for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
        struct slow slow = outcomes[i].slow;
        struct rt_task *task = spawn(be_slow, &slow);
        int result = 0;
        int64_t deadline_ns = outcomes[i].in_time ? SOON : in_ms(2);
        assert_int_equal(rt_wait_for(task, deadline_ns, &result), outcomes[i].error);
        assert_int_equal(result, outcomes[i].result);
        assert_true(outcomes[i].in_time || rt_now_ns() >= deadline_ns);
        assert_int_equal(rt_task_state(task), RT_TASK_DONE);
        /* Done already: at once, even if the deadline has passed. */
        assert_int_equal(rt_wait_for(task, 0, NULL), 0);
        rt_task_release(task);
    }
}

static int wait_for_task(void *arg)
{
    int result = 0, error = rt_wait_for(arg, RT_FOREVER, &result);
    return rt_task_state(arg) < RT_TASK_DONE ? -EPROTO : error < 0 ? error : result;
}

TASK_TEST(a_cancelled_wait_for_takes_the_task_along_and_waits_for_it)
{
    for (int refuses = 0; refuses < 2; refuses++) {
        struct slow slow = {LONG_NS, RT_NS_PER_MS, 7, refuses};
        struct rt_task *task = spawn(be_slow, &slow), *waiter = spawn(wait_for_task, task);
        let_others_run();
        rt_task_cancel(waiter);
        let_others_run();
        assert_int_equal(rt_task_state(waiter), RT_TASK_RUNNING);
        assert_int_equal(join(waiter), -ECANCELED);
        assert_int_equal(join(task), refuses ? 7 : -ECANCELED);
    }
}

TASK_TEST(wait_for_within_a_scope_ends_with_it)
{
    struct rt_timeout timeout;
    struct slow slow = {LONG_NS, RT_NS_PER_MS, 7, false};
    struct rt_task *task = spawn(be_slow, &slow);
    rt_timeout_begin(&timeout, in_ms(2));
    assert_int_equal(rt_wait_for(task, SOON, NULL), -ETIMEDOUT);
    assert_int_equal(rt_timeout_end(&timeout), -ETIMEDOUT);
    assert_int_equal(join(task), -ECANCELED);
}

TASK_TEST(wait_for_oneself_is_a_deadlock)
{
    assert_int_equal(rt_wait_for(rt_task_self(), SOON, NULL), -EDEADLK);
    assert_int_equal(rt_yield(), 0);
}

static int leave_scopes_open(void *arg)
{
    static struct rt_timeout timeout, shield;
    (void)arg;
    rt_timeout_begin(&timeout, 0);
    rt_shield_begin(&shield);
    return 0;
}

TASK_TEST(scopes_that_were_not_ended_end_with_their_task)
{
    struct rt_task *first = spawn(leave_scopes_open, NULL);
    assert_int_equal(join(first), 0);
    /* In the same memory: neither the deadline nor the shield is left. */
    struct rt_task *second = spawn(yield_twice, NULL);
    assert_ptr_equal(second, first);
    assert_int_equal(join(second), 0);
    struct rt_task *third = spawn(yield_twice, NULL);
    assert_int_equal(rt_yield(), 0);
    assert_int_equal(rt_task_cancel(third), 0);
    assert_int_equal(join(third), -ECANCELED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scope_ends_every_wait_within_until_it_is_left),
        cmocka_unit_test(a_result_that_is_there_stands_in_an_expired_scope),
        cmocka_unit_test(a_scope_that_no_wait_ran_into_has_not_expired),
        cmocka_unit_test(the_earlier_of_a_sleep_and_its_scope_decides),
        cmocka_unit_test(scopes_nest_and_the_earliest_holds),
        cmocka_unit_test(a_scope_can_be_moved_either_way),
        cmocka_unit_test(a_loop_that_only_yields_sees_the_end),
        cmocka_unit_test(outside_a_task_there_are_no_scopes),
        cmocka_unit_test(a_shield_keeps_outer_deadlines_out_and_inner_ones_hold),
        cmocka_unit_test(a_deadline_within_a_shield_leaves_the_scope_around_it_alone),
        cmocka_unit_test(a_shield_keeps_cancels_out_until_it_ends),
        cmocka_unit_test(a_cancel_from_before_waits_outside_a_shield),
        cmocka_unit_test(wait_for_returns_in_every_case_once_the_task_has_ended),
        cmocka_unit_test(a_cancelled_wait_for_takes_the_task_along_and_waits_for_it),
        cmocka_unit_test(wait_for_within_a_scope_ends_with_it),
        cmocka_unit_test(wait_for_oneself_is_a_deadlock),
        cmocka_unit_test(scopes_that_were_not_ended_end_with_their_task),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
