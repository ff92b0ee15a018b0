/* Rate limiter: never more than its rate, bursts, first come first served, and who gives up holds nobody up. */
#include "rt_test.h"

struct request {
    struct rt_rate_limiter *limiter;
    uint32_t permits;
    int64_t duration_ns;
    int *order;
    int place;
    int64_t served_ns;
};

static int ask(void *arg)
{
    struct request *request = arg;
    int error = rt_rate_limiter_acquire(request->limiter, request->permits, rt_deadline_ns(request->duration_ns));
    if (error == 0) {
        request->place = ++*request->order;
        request->served_ns = rt_now_ns();
    }
    return error;
}

TASK_TEST(a_burst_passes_at_once_and_then_no_more_than_the_rate)
{
    struct rt_rate_limiter limiter;
    int64_t begin = rt_now_ns();
    /* 3 in 10 ms: a third of it is no whole number of ns. */
    assert_int_equal(rt_rate_limiter_init(&limiter, 3, 10 * RT_NS_PER_MS, 4), 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(rt_rate_limiter_acquire(&limiter, 1, 0), 0);
    for (int i = 1; i <= 9; i++) {
        assert_int_equal(rt_rate_limiter_acquire(&limiter, 1, SOON), 0);
        assert_true((rt_now_ns() - begin) * 3 >= i * 10 * RT_NS_PER_MS);
    }
    rt_rate_limiter_finish(&limiter);
}

/* The clock as the library reads it stands still at this time, if it is not 0. */
static int64_t frozen_ns;

int64_t __real_rt_now_ns(void);
int64_t __wrap_rt_now_ns(void);

int64_t __wrap_rt_now_ns(void)
{
    return frozen_ns ? frozen_ns : __real_rt_now_ns();
}

static void not_one_permit_is_gained_or_lost_by_rounding(void **state)
{
    (void)state;
    struct rt_rate_limiter limiter;
    const int64_t permits = 7, period_ns = 1000003, begin_ns = RT_NS_PER_S;
    int64_t count = 0;
    frozen_ns = begin_ns;
    assert_int_equal(rt_rate_limiter_init(&limiter, (uint32_t)permits, period_ns, 2), 0);
    assert_int_equal(rt_rate_limiter_try_acquire(&limiter, 2), 0);
    for (unsigned i = 0; i < 1000000; i++) {
        frozen_ns += i * 7919 % 1000;
        if (rt_rate_limiter_try_acquire(&limiter, 1) == 0)
            count++;
        assert_int_equal(count, (frozen_ns - begin_ns) * permits / period_ns);
    }
    frozen_ns = 0;
    rt_rate_limiter_finish(&limiter);
}

TASK_TEST(a_pause_refills_the_burst_and_no_more)
{
    struct rt_rate_limiter limiter;
    assert_int_equal(rt_rate_limiter_init(&limiter, 1, 2 * RT_NS_PER_MS, 3), 0);
    assert_int_equal(rt_rate_limiter_acquire(&limiter, 3, 0), 0);
    assert_int_equal(rt_sleep_ns(30 * RT_NS_PER_MS), 0);
    assert_int_equal(rt_rate_limiter_try_acquire(&limiter, 3), 0);
    assert_int_equal(rt_rate_limiter_try_acquire(&limiter, 3), -EAGAIN);
    rt_rate_limiter_finish(&limiter);
}

TASK_TEST(whoever_came_first_is_served_first_even_if_it_wants_more)
{
    struct rt_rate_limiter limiter;
    int order = 0;
    assert_int_equal(rt_rate_limiter_init(&limiter, 1, RT_NS_PER_MS, 10), 0);
    assert_int_equal(rt_rate_limiter_acquire(&limiter, 10, 0), 0);
    struct request requests[4];
    struct rt_task *tasks[4];
    for (int i = 0; i < 4; i++) {
        requests[i] = (struct request){&limiter, i ? 1 : 10, RT_FOREVER, &order, 0, 0};
        tasks[i] = spawn(ask, &requests[i]);
    }
    assert_int_equal(rt_sleep_ns(3 * RT_NS_PER_MS), 0);
    /* There are permits, but there is a line, too. */
    assert_int_equal(rt_rate_limiter_try_acquire(&limiter, 1), -EAGAIN);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(join(tasks[i]), 0);
        assert_int_equal(requests[i].place, i + 1);
    }
    rt_rate_limiter_finish(&limiter);
}

TASK_TEST(whoever_gives_up_takes_nothing_and_holds_nobody_up)
{
    struct rt_rate_limiter limiter;
    int order = 0;
    /* Nine permits would take nine hours. */
    assert_int_equal(rt_rate_limiter_init(&limiter, 1, 3600 * RT_NS_PER_S, 10), 0);
    assert_int_equal(rt_rate_limiter_acquire(&limiter, 9, 0), 0);
    struct request requests[] = {{&limiter, 10, RT_FOREVER, &order, 0, 0},
                                 {&limiter, 10, 5 * RT_NS_PER_MS, &order, 0, 0},
                                 {&limiter, 1, RT_FOREVER, &order, 0, 0}};
    struct rt_task *tasks[3];
    for (int i = 0; i < 3; i++)
        tasks[i] = spawn(ask, &requests[i]);
    let_others_run();
    rt_task_cancel(tasks[0]);
    int64_t start = rt_now_ns();
    assert_int_equal(join(tasks[0]), -ECANCELED);
    assert_int_equal(rt_task_state(tasks[2]), RT_TASK_RUNNING);
    assert_int_equal(join(tasks[1]), -ETIMEDOUT);
    assert_int_equal(join(tasks[2]), 0);
    assert_true(rt_now_ns() - start < 10 * RT_NS_PER_S);
    rt_rate_limiter_finish(&limiter);
}

TASK_TEST(a_newcomer_is_not_hurt_by_the_place_that_one_gives_up_in_the_same_turn)
{
    struct rt_rate_limiter limiter;
    int order = 0;
    assert_int_equal(rt_rate_limiter_init(&limiter, 1, 5 * RT_NS_PER_MS, 2), 0);
    assert_int_equal(rt_rate_limiter_acquire(&limiter, 2, 0), 0);
    struct request request = {&limiter, 2, RT_FOREVER, &order, 0, 0};
    struct rt_task *task = spawn(ask, &request);
    let_others_run();
    rt_task_cancel(task);
    /* The cancelled one has not run yet, and its call is still among the deadlines. */
    assert_int_equal(rt_rate_limiter_acquire(&limiter, 1, SOON), 0);
    assert_int_equal(join(task), -ECANCELED);
    rt_rate_limiter_finish(&limiter);
    /* Nothing fires later into memory that is no longer a limiter's. */
    memset(&limiter, 0xff, sizeof(limiter));
    assert_int_equal(rt_sleep_ns(20 * RT_NS_PER_MS), 0);
}

TASK_TEST(permits_that_were_given_stay_with_a_task_that_is_then_cancelled)
{
    struct rt_rate_limiter limiter;
    int order = 0;
    assert_int_equal(rt_rate_limiter_init(&limiter, 1, RT_NS_PER_MS, 1), 0);
    assert_int_equal(rt_rate_limiter_acquire(&limiter, 1, 0), 0);
    struct request request = {&limiter, 1, RT_FOREVER, &order, 0, 0};
    struct rt_task *task = spawn(ask, &request);
    let_others_run();
    /* Busy until its time has come, then one look at the deadlines: it is woken, and cancelled before it runs. */
    spawn_a_crowd();
    int64_t until = rt_now_ns() + 3 * RT_NS_PER_MS;
    while (rt_now_ns() < until)
        ;
    assert_int_equal(rt_yield(), 0);
    rt_task_cancel(task);
    int result = join(task);
    assert_true(result == 0 || result == -ECANCELED);
    assert_int_equal(request.place, result == 0);
    rt_rate_limiter_finish(&limiter);
}

TASK_TEST(impossible_rates_and_requests_are_refused)
{
    struct rt_rate_limiter limiter;
    assert_int_equal(rt_rate_limiter_init(&limiter, 0, 1, 1), -EINVAL);
    assert_int_equal(rt_rate_limiter_init(&limiter, 1, 0, 1), -EINVAL);
    assert_int_equal(rt_rate_limiter_init(&limiter, 1, -1, 1), -EINVAL);
    assert_int_equal(rt_rate_limiter_init(&limiter, 1, 1, 0), -EINVAL);
    assert_int_equal(rt_rate_limiter_init(&limiter, 1, INT64_MAX, 2), -EINVAL);
    assert_int_equal(rt_rate_limiter_init(&limiter, UINT32_MAX, INT64_MAX, 1), 0);
    assert_int_equal(rt_rate_limiter_acquire(&limiter, 1, 0), 0);
    assert_int_equal(rt_rate_limiter_acquire(&limiter, 1, rt_deadline_ns(RT_NS_PER_MS)), -ETIMEDOUT);
    assert_int_equal(rt_rate_limiter_acquire(&limiter, 0, 0), -EINVAL);
    assert_int_equal(rt_rate_limiter_acquire(&limiter, 2, 0), -EINVAL);
    assert_int_equal(rt_rate_limiter_try_acquire(&limiter, 0), -EINVAL);
    assert_int_equal(rt_rate_limiter_try_acquire(&limiter, 2), -EINVAL);
    rt_rate_limiter_finish(&limiter);
    /* As fast as can be: what was refilled is more than any number holds. */
    assert_int_equal(rt_rate_limiter_init(&limiter, UINT32_MAX, 1, UINT32_MAX), 0);
    limiter.level_at_ns = 0;
    assert_int_equal(rt_rate_limiter_acquire(&limiter, UINT32_MAX, 0), 0);
    rt_rate_limiter_finish(&limiter);
}

static struct rt_rate_limiter shared;
static int passed;

static int pass_twice(void *arg)
{
    (void)arg;
    for (int i = 0; i < 2; i++) {
        int error = rt_rate_limiter_acquire(&shared, 1, SOON);
        if (error < 0)
            return error;
        passed++;
    }
    return 0;
}

static int use_one_of_its_own(void *arg)
{
    (void)arg;
    struct rt_rate_limiter own;
    rt_rate_limiter_init(&own, 1, RT_NS_PER_MS, 1);
    int error = rt_rate_limiter_acquire(&own, 1, SOON);
    return error < 0 ? error : rt_rate_limiter_acquire(&own, 1, SOON);
}

TASK_TEST(many_parkable_tasks_wait_for_permits)
{
    enum { CROWD = 300 };
    static const struct rt_task_options parkable = {.parkable = true};
    struct rt_task *tasks[CROWD], *refused;
    passed = 0;
    assert_int_equal(rt_rate_limiter_init(&shared, 20, RT_NS_PER_MS, 5), 0);
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(rt_task_spawn_with(&tasks[i], pass_twice, NULL, &parkable), 0);
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(join(tasks[i]), 0);
    assert_int_equal(passed, 2 * CROWD);
    rt_rate_limiter_finish(&shared);
    assert_int_equal(rt_task_spawn_with(&refused, use_one_of_its_own, NULL, &parkable), 0);
    int result = join(refused); /* where nothing is put aside, nothing is refused */
    assert_true(result == -ENOTSUP || result == 0);
}

static int leave_a_waiter(void *arg)
{
    static struct request request;
    static int order;
    request = (struct request){arg, 1, RT_FOREVER, &order, 0, 0};
    int error = rt_task_spawn(NULL, ask, &request);
    return error < 0 ? error : rt_yield();
}

static void a_loop_that_ends_takes_its_waiters_along(void **state)
{
    (void)state;
    struct rt_rate_limiter limiter;
    assert_int_equal(rt_rate_limiter_init(&limiter, 1, 3600 * RT_NS_PER_S, 1), 0);
    assert_int_equal(rt_rate_limiter_acquire(&limiter, 1, 0), -EINVAL);
    assert_int_equal(rt_rate_limiter_try_acquire(&limiter, 1), 0);
    assert_int_equal(rt_run(leave_a_waiter, &limiter, NULL), 0);
    rt_rate_limiter_finish(&limiter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_burst_passes_at_once_and_then_no_more_than_the_rate),
        cmocka_unit_test(not_one_permit_is_gained_or_lost_by_rounding),
        cmocka_unit_test(a_pause_refills_the_burst_and_no_more),
        cmocka_unit_test(whoever_came_first_is_served_first_even_if_it_wants_more),
        cmocka_unit_test(whoever_gives_up_takes_nothing_and_holds_nobody_up),
        cmocka_unit_test(a_newcomer_is_not_hurt_by_the_place_that_one_gives_up_in_the_same_turn),
        cmocka_unit_test(permits_that_were_given_stay_with_a_task_that_is_then_cancelled),
        cmocka_unit_test(impossible_rates_and_requests_are_refused),
        cmocka_unit_test(many_parkable_tasks_wait_for_permits),
        cmocka_unit_test(a_loop_that_ends_takes_its_waiters_along),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
