/* No memory in the middle of it: what waits and hands over says so, and is as it was before. */
#include "rt_test.h"

static bool no_memory, no_stacks;

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__real_realloc(void *memory, size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_realloc(void *memory, size_t bytes);
int __real_rt__stack_map(void *pool);
int __wrap_rt__stack_map(void *pool);

void *__wrap_malloc(size_t bytes)
{
    return no_memory ? NULL : __real_malloc(bytes);
}

void *__wrap_calloc(size_t count, size_t bytes)
{
    return no_memory ? NULL : __real_calloc(count, bytes);
}

void *__wrap_realloc(void *memory, size_t bytes)
{
    return no_memory ? NULL : __real_realloc(memory, bytes);
}

int __wrap_rt__stack_map(void *pool)
{
    return no_stacks ? -ENOMEM : __real_rt__stack_map(pool);
}

/* In these loops nothing has waited with a deadline yet, so the first has no room among the deadlines. */

TASK_TEST(a_condition_without_memory_keeps_the_lock)
{
    struct rt_lock lock;
    struct rt_condition condition;
    rt_lock_init(&lock);
    rt_condition_init(&condition, &lock);
    assert_int_equal(rt_lock_acquire(&lock, RT_FOREVER), 0);
    no_memory = true;
    assert_int_equal(rt_condition_wait(&condition, SOON), -ENOMEM);
    assert_int_equal(rt_lock_acquire(&lock, SOON), -EDEADLK);
    no_memory = false;
    assert_int_equal(rt_condition_wait(&condition, 0), -ETIMEDOUT);
    assert_int_equal(rt_lock_release(&lock), 0);
    rt_condition_finish(&condition);
    rt_lock_finish(&lock);
}

TASK_TEST(whoever_finds_no_memory_leaves_the_line)
{
    struct rt_event event;
    struct rt_semaphore semaphore;
    struct rt_barrier barrier;
    struct rt_queue *queue;
    void *item;
    rt_event_init(&event);
    rt_semaphore_init(&semaphore, 0);
    assert_int_equal(rt_barrier_init(&barrier, 2), 0);
    assert_int_equal(rt_queue_create(&queue, 1), 0);
    no_memory = true;
    assert_int_equal(rt_event_wait(&event, SOON), -ENOMEM);
    assert_int_equal(rt_semaphore_acquire(&semaphore, SOON), -ENOMEM);
    assert_int_equal(rt_barrier_wait(&barrier, SOON, NULL), -ENOMEM);
    assert_int_equal(rt_queue_get(queue, &item, SOON), -ENOMEM);
    assert_int_equal(rt_queue_put_nowait(queue, &event), 0);
    assert_int_equal(rt_queue_put(queue, &barrier, SOON), -ENOMEM);
    assert_int_equal(rt_queue_join(queue, SOON), -ENOMEM);
    no_memory = false;
    assert_int_equal(rt_semaphore_release(&semaphore), 0);
    assert_int_equal(semaphore.permits, 1);
    assert_int_equal(rt_barrier_waiting(&barrier), 0);
    assert_int_equal(rt_barrier_wait(&barrier, 0, NULL), -ETIMEDOUT);
    assert_int_equal(rt_queue_get(queue, &item, 0), 0);
    assert_ptr_equal(item, &event);
    assert_true(rt_queue_is_empty(queue));
    rt_queue_destroy(queue); /* which asserts that nobody waits */
    rt_barrier_finish(&barrier);
    rt_semaphore_finish(&semaphore);
    rt_event_finish(&event);
}

TASK_TEST(a_rate_limiter_without_memory_takes_nothing)
{
    struct rt_rate_limiter limiter;
    assert_int_equal(rt_rate_limiter_init(&limiter, 1, RT_NS_PER_MS, 1), 0);
    no_memory = true;
    assert_int_equal(rt_rate_limiter_acquire(&limiter, 1, SOON), 0);
    assert_int_equal(rt_rate_limiter_acquire(&limiter, 1, SOON), -ENOMEM);
    no_memory = false;
    assert_int_equal(rt_rate_limiter_acquire(&limiter, 1, SOON), 0);
    rt_rate_limiter_finish(&limiter);
}

static int wait_a_while(void *arg)
{
    return rt_sleep_until(*(int64_t *)arg);
}

TASK_TEST(a_rate_limiter_has_room_for_its_own_deadline_but_not_for_the_waiters)
{
    enum { PLACES = 64 }; /* that the deadlines get at first */
    struct rt_rate_limiter limiter;
    struct rt_task *sleepers[PLACES - 1];
    int64_t until_ns = rt_deadline_ns(20 * RT_NS_PER_MS);
    assert_int_equal(rt_rate_limiter_init(&limiter, 1, 3600 * RT_NS_PER_S, 1), 0);
    assert_int_equal(rt_rate_limiter_try_acquire(&limiter, 1), 0);
    for (int i = 0; i < PLACES - 1; i++)
        sleepers[i] = spawn(wait_a_while, &until_ns);
    let_others_run();
    no_memory = true;
    assert_int_equal(rt_rate_limiter_acquire(&limiter, 1, rt_deadline_ns(RT_NS_PER_MS)), -ENOMEM);
    no_memory = false;
    rt_rate_limiter_finish(&limiter);
    memset(&limiter, 0xff, sizeof(limiter)); /* it has not left its call there */
    for (int i = 0; i < PLACES - 1; i++)
        assert_int_equal(join(sleepers[i]), 0);
}

static int yield_once(struct rt_generator *generator, void *arg)
{
    return rt_generator_yield(generator, arg);
}

static int wait_for_event(void *arg)
{
    return rt_event_wait(arg, RT_FOREVER);
}

/* Spawn until every stack that is mapped, and every slot for a task, is in use. */
static void use_up(struct rt_event *event)
{
    struct rt_loop_stats stats;
    do {
        assert_int_equal(rt_task_spawn(NULL, wait_for_event, event), 0);
        let_others_run();
        rt_loop_stats(rt_loop_current(), &stats);
    } while (stats.tasks_now < stats.stacks_now || stats.tasks_now % 64 != 0);
}

TASK_TEST(a_generator_that_could_not_begin_begins_later_or_says_so)
{
    struct rt_generator *generator;
    struct rt_event event;
    void *value;
    rt_event_init(&event);
    use_up(&event);
    no_memory = true;
    assert_int_equal(rt_generator_create(&generator, yield_once, &generator), -ENOMEM);
    no_memory = false;
    assert_int_equal(rt_generator_create(&generator, yield_once, &generator), 0);
    no_memory = true;
    assert_int_equal(rt_generator_next(generator, &value, RT_FOREVER), -ENOMEM);
    no_memory = false;
    assert_int_equal(rt_generator_next(generator, &value, SOON), 1);
    assert_ptr_equal(value, &generator);
    assert_int_equal(rt_generator_destroy(generator), 0);

    /* No stack for the body: it ends before it has begun. */
    assert_int_equal(rt_generator_create(&generator, yield_once, NULL), 0);
    use_up(&event);
    no_stacks = true;
    assert_int_equal(rt_generator_next(generator, &value, RT_FOREVER), -ENOMEM);
    no_stacks = false;
    assert_true(rt_generator_is_over(generator));
    assert_int_equal(rt_generator_next(generator, &value, RT_FOREVER), 0);
    assert_int_equal(rt_generator_destroy(generator), 0);
    rt_event_set(&event);
    let_others_run();
    rt_event_finish(&event);
}

static struct rt_lock lock;
static struct rt_condition condition;

static int wait_parked(void *arg)
{
    (void)arg;
    int error = rt_lock_acquire(&lock, RT_FOREVER);
    if (error < 0)
        return error;
    error = rt_condition_wait(&condition, RT_FOREVER);
    assert_int_equal(rt_lock_release(&lock), error == -ENOTRECOVERABLE ? -EPERM : 0);
    return error;
}

static int do_nothing(void *arg)
{
    (void)arg;
    return 0;
}

TASK_TEST(a_parkable_task_that_cannot_be_put_aside_again_says_that_it_has_no_lock)
{
    static const struct rt_task_options parkable = {.parkable = true};
    struct rt_loop_stats stats;
    struct rt_task *waiter, *other;
    rt_lock_init(&lock);
    rt_condition_init(&condition, &lock);
    assert_int_equal(rt_task_spawn_with(&waiter, wait_parked, NULL, &parkable), 0);
    let_others_run();
    /* Another one on the stage: the waiter is put aside in what was kept for that. */
    assert_int_equal(rt_task_spawn_with(&other, do_nothing, NULL, &parkable), 0);
    no_memory = true;
    assert_int_equal(join(other), 0);
    rt_loop_stats(rt_loop_current(), &stats);
    assert_int_equal(rt_lock_acquire(&lock, RT_FOREVER), 0);
    rt_task_cancel(waiter);
    let_others_run();
    no_memory = false;
    assert_int_equal(rt_lock_release(&lock), 0);
    assert_int_equal(join(waiter), stats.tasks_parked ? -ENOTRECOVERABLE : -ECANCELED);
    rt_condition_finish(&condition);
    rt_lock_finish(&lock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_condition_without_memory_keeps_the_lock),
        cmocka_unit_test(whoever_finds_no_memory_leaves_the_line),
        cmocka_unit_test(a_rate_limiter_without_memory_takes_nothing),
        cmocka_unit_test(a_rate_limiter_has_room_for_its_own_deadline_but_not_for_the_waiters),
        cmocka_unit_test(a_generator_that_could_not_begin_begins_later_or_says_so),
        cmocka_unit_test(a_parkable_task_that_cannot_be_put_aside_again_says_that_it_has_no_lock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
