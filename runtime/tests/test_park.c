/* Parkable tasks: what their stacks hold survives being put aside, and what would not survive it is refused. */
#include <iort/curl.h>
#include <iort/debug.h>
#include "internal.h"
#include "rt_test.h"

enum { MANY = 3000 };

/* Where they cannot be put aside they are ordinary tasks: all but the numbers must hold there, too. */
static bool can_park(void)
{
    return rt__park_supported();
}

static struct rt_task *spawn_parkable(rt_task_fn fn, void *arg)
{
    struct rt_task *task;
    struct rt_task_options options = {.parkable = true};
    assert_int_equal(rt_task_spawn_with(&task, fn, arg, &options), 0);
    return task;
}

/* --- what a stack holds --- */

static int number_of(void *arg)
{
    return (int)(intptr_t)arg;
}

/* Different words at different depths, on a stack that others stand on meanwhile. */
static int __attribute__((noinline)) descend(int number, int depth)
{
    volatile uint64_t words[8];
    for (int i = 0; i < 8; i++)
        words[i] = UINT64_C(0x9e3779b97f4a7c15) * (uint64_t)(number * 64 + depth * 8 + i);
    int error = depth > 0 ? descend(number, depth - 1) : rt_sleep_ns((number % 7) * RT_NS_PER_MS / 2);
    for (int i = 0; i < 8; i++)
        if (words[i] != UINT64_C(0x9e3779b97f4a7c15) * (uint64_t)(number * 64 + depth * 8 + i))
            return -EPROTO;
    return error;
}

static int remember(void *arg)
{
    int number = number_of(arg);
    for (int round = 0; round < 6; round++) {
        /* 40 deep: more than a template has room for. */
        int error = descend(number, number % 11 == 0 ? 40 : (number + round) % 5);
        if (error < 0)
            return error;
        if (number % 3 == 0 && (error = rt_yield()) < 0)
            return error;
    }
    return number;
}

static int remember_in_own_stack(void *arg)
{
    return remember(arg);
}

TASK_TEST(a_parked_stack_comes_back_as_it_was)
{
    static struct rt_task *tasks[MANY];
    for (int i = 0; i < MANY; i++) /* every tenth an ordinary one, so that each kind switches to each */
        tasks[i] =
            i % 10 ? spawn_parkable(remember, (void *)(intptr_t)i) : spawn(remember_in_own_stack, (void *)(intptr_t)i);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(join(tasks[i]), i);
    struct rt_loop_stats stats;
    rt_loop_stats(rt_loop_current(), &stats);
    assert_int_equal(stats.tasks_parked, 0);
    if (can_park())
        assert_true(stats.tasks_parked_peak > MANY / 2 && stats.tasks_parked_peak < MANY);
}

/* --- many at once --- */

static int sleep_until_told(void *arg)
{
    return rt_event_wait(arg, RT_FOREVER);
}

TASK_TEST(parked_tasks_need_no_stacks_of_their_own)
{
    static struct rt_task *tasks[MANY];
    static struct rt_event event;
    rt_event_init(&event);
    for (int i = 0; i < MANY; i++)
        tasks[i] = spawn_parkable(sleep_until_told, &event);
    assert_int_equal(rt_sleep_ns(RT_NS_PER_MS), 0);
    struct rt_loop_stats stats;
    rt_loop_stats(rt_loop_current(), &stats);
    assert_int_equal(rt_task_list(rt_loop_current(), NULL, NULL), MANY + 1);
    if (can_park()) {
        assert_int_equal(stats.tasks_parked, MANY - 1); /* one stands on the stage */
        assert_true(stats.stacks_now < 64);
    }
    rt_event_set(&event);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(join(tasks[i]), 0);
    rt_event_finish(&event);
}

/* --- cancelling, ending, spawning --- */

static int sleep_long(void *arg)
{
    (void)arg;
    return rt_sleep_ns(3600 * RT_NS_PER_S);
}

static int spawn_and_join(void *arg)
{
    intptr_t depth = (intptr_t)arg;
    if (depth == 0)
        return 1;
    struct rt_task *children[2];
    for (int i = 0; i < 2; i++)
        children[i] =
            i ? spawn(spawn_and_join, (void *)(depth - 1)) : spawn_parkable(spawn_and_join, (void *)(depth - 1));
    return join(children[0]) + join(children[1]);
}

TASK_TEST(parked_tasks_can_be_cancelled_joined_and_left)
{
    struct rt_task *tasks[50];
    for (int i = 0; i < 50; i++)
        tasks[i] = spawn_parkable(sleep_long, NULL);
    rt_task_cancel(tasks[49]); /* it has not begun */
    let_others_run();
    for (int i = 0; i < 50; i += 2)
        rt_task_cancel(tasks[i]);
    for (int i = 0; i < 50; i += 2)
        assert_int_equal(join(tasks[i]), -ECANCELED);
    assert_int_equal(join(tasks[49]), -ECANCELED);
    assert_int_equal(join(spawn_parkable(spawn_and_join, (void *)8)), 256);
    for (int i = 1; i < 49; i += 2)
        rt_task_release(tasks[i]); /* cancelled as the loop ends */
}

static int time_out(void *arg)
{
    (void)arg;
    struct rt_timeout outer, inner;
    rt_timeout_begin(&outer, rt_deadline_ns(RT_NS_PER_MS));
    rt_timeout_begin(&inner, RT_FOREVER);
    int error = rt_sleep_ns(3600 * RT_NS_PER_S);
    assert_int_equal(rt_timeout_end(&inner), 0);
    assert_int_equal(rt_timeout_end(&outer), -ETIMEDOUT);
    return error;
}

TASK_TEST(timeout_scopes_may_lie_on_a_parked_stack)
{
    struct rt_task *tasks[100];
    for (int i = 0; i < 100; i++)
        tasks[i] = spawn_parkable(time_out, NULL);
    for (int i = 0; i < 100; i++)
        assert_int_equal(join(tasks[i]), -ETIMEDOUT);
}

/* --- what is refused --- */

static int do_nothing(void *arg)
{
    (void)arg;
    return 0;
}

static void call_nothing(void *arg)
{
    (void)arg;
}

static int hand_out_pointers(void *arg)
{
    (void)arg;
    int local = 0;
    struct rt_call call;
    struct rt_task *task = NULL;
    CURLcode code;
    rt_call_init(&call, call_nothing, NULL);
    int expected = can_park() ? -ENOTSUP : 0;
    assert_int_equal(rt_task_spawn(&task, do_nothing, &local), expected);
    if (task)
        join(task);
    assert_int_equal(rt_call_soon(&call), expected);
    rt_call_cancel(&call);
    assert_int_equal(rt_call_later(&call, RT_NS_PER_S), expected);
    rt_call_cancel(&call);
    assert_int_equal(rt_executor_call(NULL, do_nothing, NULL, NULL), expected);
    if (can_park())
        assert_int_equal(rt_curl_perform(NULL, &code), -ENOTSUP);
    return 0;
}

TASK_TEST(calls_that_would_hand_out_a_pointer_are_refused)
{
    assert_int_equal(join(spawn_parkable(hand_out_pointers, NULL)), 0);
    assert_int_equal(rt_executor_call(NULL, do_nothing, NULL, NULL), 0); /* ordinary tasks may */
}

/* --- no memory --- */

static bool refuse_malloc;
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
    return refuse_malloc ? NULL : __real_malloc(size);
}

static int refuse_for_a_while(void *arg)
{
    (void)arg;
    int error = rt_yield(); /* all have begun */
    refuse_malloc = true;
    for (int i = 0; i < 3 && error == 0; i++)
        error = rt_yield();
    refuse_malloc = false;
    return error;
}

static int yield_often(void *arg)
{
    int refused = 0;
    for (int i = 0; i < 8; i++) {
        volatile int number = number_of(arg);
        int error = rt_yield();
        assert_true(error == 0 || error == -ENOMEM);
        refused += error == -ENOMEM;
        assert_int_equal(number, number_of(arg));
    }
    return refused;
}

/* Whoever stands on the stage can always be put aside; those who come after may not wait until there is memory again.
 */
TASK_TEST(without_memory_a_wait_is_refused_and_nothing_is_lost)
{
    struct rt_task *tasks[20];
    struct rt_task *refuser = spawn(refuse_for_a_while, NULL);
    for (int i = 0; i < 20; i++)
        tasks[i] = spawn_parkable(yield_often, (void *)(intptr_t)i);
    int refused = 0;
    assert_int_equal(join(refuser), 0);
    for (int i = 0; i < 20; i++)
        refused += join(tasks[i]);
    if (can_park())
        assert_true(refused > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_parked_stack_comes_back_as_it_was),
        cmocka_unit_test(parked_tasks_need_no_stacks_of_their_own),
        cmocka_unit_test(parked_tasks_can_be_cancelled_joined_and_left),
        cmocka_unit_test(timeout_scopes_may_lie_on_a_parked_stack),
        cmocka_unit_test(calls_that_would_hand_out_a_pointer_are_refused),
        cmocka_unit_test(without_memory_a_wait_is_refused_and_nothing_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
