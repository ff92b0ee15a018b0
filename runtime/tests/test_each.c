/* rt_gather_each: an array of items, so many at a time. */
#include "rt_test.h"

struct item {
    int number;
    int result;
    int64_t sleep_ns;
};

static int now, most, begun;

static int handle(void *arg)
{
    const struct item *item = arg;
    begun++;
    most = ++now > most ? now : most;
    int error = rt_sleep_ns(item->sleep_ns);
    now--;
    return error < 0 ? error : item->result;
}

enum { ITEMS = 20 };

static struct item items[ITEMS];
static int results[ITEMS];

static void prepare(void)
{
    now = most = begun = 0;
    for (int i = 0; i < ITEMS; i++) {
        items[i] = (struct item){i, i * i, (ITEMS - i) % 3 * 100000};
        results[i] = -1;
    }
}

static int each(size_t at_most, enum rt_gather_mode mode)
{
    int error = rt_gather_each(handle, items, sizeof(items[0]), ITEMS, at_most, results, mode);
    assert_int_equal(now, 0); /* nothing outlives it */
    struct rt_loop_stats stats;
    rt_loop_stats(rt_loop_current(), &stats);
    assert_in_range(stats.tasks_now, 1, 2);
    return error;
}

TASK_TEST(so_many_run_at_once_and_results_are_in_order)
{
    static const struct {
        size_t at_most;
        int most;
    } cases[] = {{3, 3}, {1, 1}, {ITEMS, ITEMS}, {0, ITEMS}, {1000, ITEMS}};
    for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
        prepare();
        assert_int_equal(each(cases[c].at_most, RT_GATHER_STOP_ON_ERROR), 0);
        assert_int_equal(most, cases[c].most);
        assert_int_equal(begun, ITEMS);
        for (int i = 0; i < ITEMS; i++)
            assert_int_equal(results[i], i * i);
    }
    assert_int_equal(rt_gather_each(handle, NULL, 1, 0, 3, NULL, RT_GATHER_STOP_ON_ERROR), 0);
    prepare();
    assert_int_equal(rt_gather_each(handle, items, sizeof(items[0]), ITEMS, 2, NULL, RT_GATHER_STOP_ON_ERROR), 0);
    assert_int_equal(begun, ITEMS);
}

TASK_TEST(no_more_tasks_exist_than_run_at_once)
{
    prepare();
    assert_int_equal(each(3, RT_GATHER_STOP_ON_ERROR), 0);
    struct rt_loop_stats stats;
    rt_loop_stats(rt_loop_current(), &stats);
    assert_int_equal(stats.tasks_peak, 4);
}

TASK_TEST(the_first_error_stops_it)
{
    prepare();
    items[4].result = -EIO;
    items[0].sleep_ns = RT_FOREVER; /* so the other worker does the rest in order */
    assert_int_equal(each(2, RT_GATHER_STOP_ON_ERROR), -EIO);
    assert_int_equal(begun, 5);
    assert_int_equal(results[0], -ECANCELED);
    assert_int_equal(results[3], 9);
    assert_int_equal(results[4], -EIO);
    for (int i = 5; i < ITEMS; i++)
        assert_int_equal(results[i], -ECANCELED);
}

TASK_TEST(errors_are_results_if_one_says_so)
{
    prepare();
    items[4].result = -EIO;
    items[9].result = -EPIPE;
    assert_int_equal(each(2, RT_GATHER_RETURN_ERRORS), 0);
    assert_int_equal(begun, ITEMS);
    assert_int_equal(results[4], -EIO);
    assert_int_equal(results[9], -EPIPE);
    assert_int_equal(results[ITEMS - 1], (ITEMS - 1) * (ITEMS - 1));
}

static int refuse_one_cancel(void *arg)
{
    (void)arg;
    begun++;
    return rt_sleep_until(RT_FOREVER) == -ECANCELED ? rt_sleep_ns(RT_NS_PER_MS) : -1;
}

static int each_refusing(void *arg)
{
    return rt_gather_each(refuse_one_cancel, items, sizeof(items[0]), ITEMS, 3, results, *(enum rt_gather_mode *)arg);
}

TASK_TEST(a_cancelled_caller_begins_no_more_and_waits)
{
    for (enum rt_gather_mode mode = RT_GATHER_STOP_ON_ERROR; mode <= RT_GATHER_RETURN_ERRORS; mode++) {
        prepare();
        struct rt_task *task = spawn(each_refusing, &mode);
        let_others_run();
        assert_int_equal(begun, 3);
        rt_task_cancel(task);
        assert_int_equal(join(task), -ECANCELED);
        assert_int_equal(begun, 3);
        assert_int_equal(results[2], 0);
        assert_int_equal(results[3], -ECANCELED);
    }
}

TASK_TEST(a_scopes_end_stops_it)
{
    prepare();
    struct rt_timeout timeout;
    items[7].sleep_ns = items[8].sleep_ns = RT_FOREVER;
    rt_timeout_begin(&timeout, rt_deadline_ns(20 * RT_NS_PER_MS));
    assert_int_equal(each(2, RT_GATHER_RETURN_ERRORS), -ETIMEDOUT);
    assert_int_equal(rt_timeout_end(&timeout), -ETIMEDOUT);
    assert_int_equal(results[7], -ECANCELED);
}

static int each_in_place(void *arg)
{
    (void)arg;
    return rt_gather_each(handle, items, sizeof(items[0]), ITEMS, 2, results, RT_GATHER_STOP_ON_ERROR);
}

TASK_TEST(a_cancel_that_is_due_lets_nothing_begin)
{
    prepare();
    rt_task_cancel(rt_task_self());
    assert_int_equal(each_in_place(NULL), -ECANCELED);
    assert_int_equal(begun, 0);
    assert_int_equal(results[0], -ECANCELED);
}

static void outside_a_task_it_is_refused(void **state)
{
    (void)state;
    assert_int_equal(each_in_place(NULL), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(so_many_run_at_once_and_results_are_in_order),
        cmocka_unit_test(no_more_tasks_exist_than_run_at_once),
        cmocka_unit_test(the_first_error_stops_it),
        cmocka_unit_test(errors_are_results_if_one_says_so),
        cmocka_unit_test(a_cancelled_caller_begins_no_more_and_waits),
        cmocka_unit_test(a_scopes_end_stops_it),
        cmocka_unit_test(a_cancel_that_is_due_lets_nothing_begin),
        cmocka_unit_test(outside_a_task_it_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
