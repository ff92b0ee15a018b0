/* The executor's bounds: a queue with room for few, refusing, draining, and the end with calls in every state. */
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include "rt_test.h"

/* A call that the test lets end. */
struct gate {
    sem_t open;
    atomic_int begun;
};

static int pass_gate(void *arg)
{
    struct gate *gate = arg;
    atomic_fetch_add(&gate->begun, 1);
    while (sem_wait(&gate->open) < 0)
        ;
    return 11;
}

struct pool_call {
    struct rt_executor *executor;
    struct gate *gate;
    int order, *next;
};

static int call_pool(void *arg)
{
    struct pool_call *call = arg;
    int result;
    int error = rt_executor_call(call->executor, pass_gate, call->gate, &result);
    if (call->next)
        call->order = (*call->next)++;
    return error < 0 ? error : result;
}

static int drain_pool(void *arg)
{
    return rt_executor_drain(arg, RT_FOREVER);
}

static struct rt_executor *pool(unsigned threads, unsigned queue_most, bool refuse)
{
    struct rt_executor *executor = NULL;
    const struct rt_executor_options options = {.threads = threads, .queue_most = queue_most, .refuse = refuse};
    assert_int_equal(rt_executor_create_with(&executor, &options), 0);
    return executor;
}

static void gate_init(struct gate *gate)
{
    sem_init(&gate->open, 0, 0);
    atomic_store(&gate->begun, 0);
}

static void open_for(struct gate *gate, int calls)
{
    while (calls-- > 0)
        sem_post(&gate->open);
}

static void await_begun(struct gate *gate, int calls)
{
    while (atomic_load(&gate->begun) < calls)
        assert_int_equal(rt_sleep_ns(RT_NS_PER_MS / 5), 0);
}

static void assert_stats(struct rt_executor *executor, unsigned threads, unsigned running, unsigned queued,
                         unsigned waiting)
{
    struct rt_executor_stats stats;
    rt_executor_stats(executor, &stats);
    assert_int_equal(stats.threads, threads);
    assert_int_equal(stats.running, running);
    assert_int_equal(stats.queued, queued);
    assert_int_equal(stats.waiting, waiting);
}

TASK_TEST(calls_beyond_the_queue_wait_for_room_in_their_order)
{
    struct rt_executor *executor = pool(1, 2, false);
    struct gate gate;
    int next = 0;
    gate_init(&gate);
    struct pool_call calls[7];
    struct rt_task *tasks[7];
    assert_stats(executor, 0, 0, 0, 0);
    for (int i = 0; i < 7; i++) {
        calls[i] = (struct pool_call){executor, &gate, -1, &next};
        tasks[i] = spawn(call_pool, &calls[i]);
    }
    await_begun(&gate, 1);
    assert_stats(executor, 1, 1, 2, 4);
    rt_task_cancel(tasks[2]); /* one in the queue, one that waits for room */
    rt_task_cancel(tasks[4]);
    assert_int_equal(join(tasks[2]), -ECANCELED);
    assert_int_equal(join(tasks[4]), -ECANCELED);
    assert_stats(executor, 1, 1, 2, 2);
    open_for(&gate, 5);
    const int left[] = {0, 1, 3, 5, 6};
    for (int i = 0; i < 5; i++) {
        assert_int_equal(join(tasks[left[i]]), 11);
        assert_int_equal(calls[left[i]].order, i + 2); /* after the two that were cancelled */
    }
    assert_int_equal(atomic_load(&gate.begun), 5);
    assert_stats(executor, 1, 0, 0, 0);
    rt_executor_destroy(executor);
}

TASK_TEST(a_full_queue_may_refuse)
{
    struct rt_executor *executor = pool(2, 1, true);
    struct gate gate;
    gate_init(&gate);
    struct pool_call call = {executor, &gate, 0, NULL};
    struct rt_task *tasks[3];
    for (int i = 0; i < 3; i++)
        tasks[i] = spawn(call_pool, &call);
    await_begun(&gate, 2);
    assert_stats(executor, 2, 2, 1, 0);
    assert_int_equal(call_pool(&call), -ENOBUFS);
    assert_int_equal(call_pool(&call), -ENOBUFS);
    open_for(&gate, 4);
    for (int i = 0; i < 3; i++)
        assert_int_equal(join(tasks[i]), 11);
    assert_int_equal(call_pool(&call), 11); /* there is room again */
    rt_executor_destroy(executor);
}

TASK_TEST(a_timeout_scope_takes_a_queued_call_back)
{
    struct rt_executor *executor = pool(1, 0, false);
    struct gate gate;
    gate_init(&gate);
    struct pool_call call = {executor, &gate, 0, NULL};
    struct rt_task *running = spawn(call_pool, &call);
    await_begun(&gate, 1);
    struct rt_timeout timeout;
    rt_timeout_begin(&timeout, rt_deadline_ns(2 * RT_NS_PER_MS));
    assert_int_equal(call_pool(&call), -ETIMEDOUT);
    assert_int_equal(rt_timeout_end(&timeout), -ETIMEDOUT);
    open_for(&gate, 1);
    assert_int_equal(join(running), 11);
    rt_executor_destroy(executor);
}

TASK_TEST(draining_waits_until_nothing_is_queued_or_running)
{
    assert_int_equal(rt_executor_drain(NULL, SOON), 0); /* the loop's own does not exist */
    struct rt_executor *executor = pool(1, 0, false);
    assert_int_equal(rt_executor_drain(executor, SOON), 0);
    struct gate gate;
    gate_init(&gate);
    struct pool_call call = {executor, &gate, 0, NULL};
    struct rt_task *first = spawn(call_pool, &call), *second = spawn(call_pool, &call);
    await_begun(&gate, 1);
    int64_t start = rt_now_ns();
    assert_int_equal(rt_executor_drain(executor, start + 2 * RT_NS_PER_MS), -ETIMEDOUT);
    assert_true(rt_now_ns() - start >= 2 * RT_NS_PER_MS);
    struct rt_task *drains[3];
    for (int i = 0; i < 3; i++)
        drains[i] = spawn(drain_pool, executor);
    let_others_run();
    rt_task_cancel(drains[1]);
    assert_int_equal(join(drains[1]), -ECANCELED);
    open_for(&gate, 1);
    assert_int_equal(join(first), 11);
    await_begun(&gate, 2);
    assert_int_equal(rt_sleep_ns(RT_NS_PER_MS), 0);
    assert_int_equal(rt_task_state(drains[0]), RT_TASK_RUNNING);
    open_for(&gate, 1);
    assert_int_equal(join(drains[0]), 0);
    assert_int_equal(join(drains[2]), 0);
    assert_int_equal(join(second), 11);

    struct rt_task *running = spawn(call_pool, &call), *queued = spawn(call_pool, &call);
    await_begun(&gate, 3);
    struct rt_task *drain = spawn(drain_pool, executor);
    let_others_run();
    rt_task_cancel(queued); /* what is taken back need not be waited for */
    assert_int_equal(join(queued), -ECANCELED);
    open_for(&gate, 1);
    assert_int_equal(join(drain), 0);
    assert_int_equal(join(running), 11);
    rt_executor_destroy(executor);
}

static int drain_parked(void *arg)
{
    return rt_executor_drain(arg, rt_deadline_ns(RT_NS_PER_MS));
}

TASK_TEST(a_parkable_task_may_not_drain)
{
    struct rt_executor *executor = pool(1, 0, false);
    struct rt_task *task;
    const struct rt_task_options options = {.parkable = true};
    assert_int_equal(rt_task_spawn_with(&task, drain_parked, executor, &options), 0);
    int result = join(task);
    assert_true(result == -ENOTSUP || result == 0); /* the latter: nothing is parked in this build */
    rt_executor_destroy(executor);
}

static void *open_later(void *arg)
{
    usleep(3000);
    open_for(arg, 1);
    return NULL;
}

TASK_TEST(destroying_ends_what_runs_and_drops_what_does_not)
{
    struct rt_executor *executor = pool(1, 1, false);
    struct gate gate;
    gate_init(&gate);
    struct pool_call call = {executor, &gate, 0, NULL};
    struct rt_task *tasks[4], *drain;
    for (int i = 0; i < 4; i++)
        tasks[i] = spawn(call_pool, &call);
    await_begun(&gate, 1);
    drain = spawn(drain_pool, executor);
    let_others_run();
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, open_later, &gate), 0);
    rt_executor_destroy(executor);
    rt_task_cancel(tasks[0]); /* it wakes up after the pool is gone: its result stands */
    rt_task_cancel(tasks[1]);
    rt_task_cancel(drain);
    assert_int_equal(join(tasks[0]), 11);
    for (int i = 1; i < 4; i++)
        assert_int_equal(join(tasks[i]), -ECANCELED);
    assert_int_equal(join(drain), -ECANCELED);
    assert_int_equal(atomic_load(&gate.begun), 1);
    pthread_join(thread, NULL);
}

static int call_then_yield(void *arg)
{
    int result = call_pool(arg);
    return result == 11 && rt_yield() == -ECANCELED ? 1 : 0;
}

TASK_TEST(a_cancel_that_comes_just_before_the_result_is_not_lost)
{
    struct rt_executor *executor = pool(1, 0, false);
    struct gate gate;
    gate_init(&gate);
    struct pool_call call = {executor, &gate, 0, NULL};
    for (int i = 0; i < 20; i++) {
        struct rt_task *task = spawn(call_then_yield, &call);
        await_begun(&gate, i + 1);
        open_for(&gate, 1);
        if (i % 2)
            usleep(500); /* the result is on its way, and this loop has not looked */
        rt_task_cancel(task);
        assert_int_equal(join(task), 1);
    }
    /* Cancelled, then the result is there, and only then does it run. */
    for (int i = 0; i < 3; i++) {
        struct rt_task *task = spawn(call_then_yield, &call);
        await_begun(&gate, 21 + i);
        spawn_a_crowd();
        rt_yield();
        rt_task_cancel(task);
        open_for(&gate, 1);
        usleep(2000);
        assert_int_equal(join(task), 1);
    }
    rt_executor_destroy(executor);
}

static int tell_name(void *arg)
{
    return pthread_getname_np(pthread_self(), arg, 16);
}

TASK_TEST(threads_have_names)
{
    struct rt_executor *executor;
    char name[16] = "";
    const struct rt_executor_options options = {.threads = 1, .name = "a-name-of-many-letters"};
    assert_int_equal(rt_executor_create_with(&executor, &options), 0);
    assert_int_equal(rt_executor_call(executor, tell_name, name, NULL), 0);
    assert_string_equal(name, "a-name-of-m-1");
    rt_executor_destroy(executor);
    assert_int_equal(rt_executor_call(NULL, tell_name, name, NULL), 0);
    assert_string_equal(name, "iort-1");
}

static void outside_a_task_nothing_is_drained(void **state)
{
    (void)state;
    struct rt_executor *executor = NULL;
    assert_int_equal(rt_executor_create_with(&executor, &(struct rt_executor_options){0}), -EINVAL);
    assert_null(executor);
    assert_int_equal(rt_executor_drain(NULL, SOON), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_beyond_the_queue_wait_for_room_in_their_order),
        cmocka_unit_test(a_full_queue_may_refuse),
        cmocka_unit_test(a_timeout_scope_takes_a_queued_call_back),
        cmocka_unit_test(draining_waits_until_nothing_is_queued_or_running),
        cmocka_unit_test(a_parkable_task_may_not_drain),
        cmocka_unit_test(destroying_ends_what_runs_and_drops_what_does_not),
        cmocka_unit_test(a_cancel_that_comes_just_before_the_result_is_not_lost),
        cmocka_unit_test(threads_have_names),
        cmocka_unit_test(outside_a_task_nothing_is_drained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
