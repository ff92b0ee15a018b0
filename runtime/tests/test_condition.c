/* Condition: the lock comes back in every case, notifies are not lost, and cancel, deadline and notify may meet. */
#include "rt_test.h"

struct shared {
    struct rt_lock lock;
    struct rt_condition condition;
    int items, passed;
    char log[64], *at;
};

static void shared_init(struct shared *shared)
{
    memset(shared, 0, sizeof(*shared));
    shared->at = shared->log;
    rt_lock_init(&shared->lock);
    rt_condition_init(&shared->condition, &shared->lock);
}

static void shared_finish(struct shared *shared)
{
    assert_false(rt_lock_is_held(&shared->lock));
    rt_condition_finish(&shared->condition);
    rt_lock_finish(&shared->lock);
}

static void take_lock(struct shared *shared)
{
    assert_int_equal(rt_lock_acquire(&shared->lock, RT_FOREVER), 0);
}

static void give_lock(struct shared *shared)
{
    assert_int_equal(rt_lock_release(&shared->lock), 0);
}

struct waiter {
    struct shared *shared;
    char name;
    int64_t duration_ns;
};

/* Waits once, holding the lock before and after. */
static int wait_once(void *arg)
{
    struct waiter *waiter = arg;
    struct shared *shared = waiter->shared;
    take_lock(shared);
    int error = rt_condition_wait(&shared->condition, rt_deadline_ns(waiter->duration_ns));
    /* Only the holder can give it back, so this says that it has it, whatever the wait returned. */
    if (error == 0)
        *shared->at++ = waiter->name;
    give_lock(shared);
    return error;
}

static struct rt_task *start_waiter(struct waiter *waiter)
{
    struct rt_task *task = spawn(wait_once, waiter);
    let_others_run();
    assert_int_equal(rt_task_state(task), RT_TASK_RUNNING);
    assert_false(rt_lock_is_held(&waiter->shared->lock));
    return task;
}

TASK_TEST(a_wait_gives_the_lock_up_and_notify_wakes_the_longest_waiters)
{
    struct shared shared;
    shared_init(&shared);
    struct waiter waiters[4];
    struct rt_task *tasks[4];
    for (int i = 0; i < 4; i++) {
        waiters[i] = (struct waiter){&shared, (char)('a' + i), RT_FOREVER};
        tasks[i] = start_waiter(&waiters[i]);
    }
    take_lock(&shared);
    assert_int_equal(rt_condition_notify(&shared.condition, 0), 0);
    assert_int_equal(rt_condition_notify(&shared.condition, 2), 0);
    let_others_run();
    /* They have been notified and do not go on before the lock is theirs. */
    assert_string_equal(shared.log, "");
    give_lock(&shared);
    let_others_run();
    assert_string_equal(shared.log, "ab");
    take_lock(&shared);
    assert_int_equal(rt_condition_notify_all(&shared.condition), 0);
    give_lock(&shared);
    for (int i = 0; i < 4; i++)
        assert_int_equal(join(tasks[i]), 0);
    assert_string_equal(shared.log, "abcd");
    take_lock(&shared);
    assert_int_equal(rt_condition_notify_all(&shared.condition), 0); /* nobody waits: nothing is kept for later */
    assert_int_equal(rt_condition_wait(&shared.condition, 0), -ETIMEDOUT);
    give_lock(&shared);
    shared_finish(&shared);
}

TASK_TEST(a_wait_times_out_with_the_lock_and_not_before_its_deadline)
{
    struct shared shared;
    shared_init(&shared);
    take_lock(&shared);
    int64_t start = rt_now_ns();
    assert_int_equal(rt_condition_wait(&shared.condition, start + 10 * RT_NS_PER_MS), -ETIMEDOUT);
    assert_true(rt_now_ns() - start >= 10 * RT_NS_PER_MS);
    give_lock(&shared);
    shared_finish(&shared);
}

TASK_TEST(whoever_times_out_still_waits_for_the_lock)
{
    struct shared shared;
    shared_init(&shared);
    struct waiter waiter = {&shared, 'a', 5 * RT_NS_PER_MS};
    struct rt_task *task = start_waiter(&waiter);
    take_lock(&shared);
    assert_int_equal(rt_sleep_ns(15 * RT_NS_PER_MS), 0);
    assert_int_equal(rt_task_state(task), RT_TASK_RUNNING);
    give_lock(&shared);
    assert_int_equal(join(task), -ETIMEDOUT);
    shared_finish(&shared);
}

TASK_TEST(a_notified_waiter_is_past_its_deadline_while_it_waits_for_the_lock)
{
    struct shared shared;
    shared_init(&shared);
    struct waiter waiter = {&shared, 'a', 5 * RT_NS_PER_MS};
    struct rt_task *task = start_waiter(&waiter);
    take_lock(&shared);
    assert_int_equal(rt_condition_notify(&shared.condition, 1), 0);
    assert_int_equal(rt_sleep_ns(15 * RT_NS_PER_MS), 0);
    give_lock(&shared);
    assert_int_equal(join(task), 0);
    shared_finish(&shared);
}

TASK_TEST(a_cancelled_waiter_has_the_lock_as_it_returns)
{
    struct shared shared;
    shared_init(&shared);
    struct waiter waiter = {&shared, 'a', RT_FOREVER};
    struct rt_task *task = start_waiter(&waiter);
    take_lock(&shared);
    assert_int_equal(rt_task_cancel(task), 0);
    let_others_run();
    assert_int_equal(rt_task_cancel(task), 0); /* once more while it waits for the lock: the same cancel */
    let_others_run();
    assert_int_equal(rt_task_state(task), RT_TASK_RUNNING);
    give_lock(&shared);
    assert_int_equal(join(task), -ECANCELED);
    shared_finish(&shared);
}

TASK_TEST(a_notify_goes_past_a_waiter_that_is_being_cancelled)
{
    struct shared shared;
    shared_init(&shared);
    struct waiter waiters[] = {{&shared, 'a', RT_FOREVER}, {&shared, 'b', RT_FOREVER}};
    struct rt_task *first = start_waiter(&waiters[0]), *second = start_waiter(&waiters[1]);
    take_lock(&shared);
    assert_int_equal(rt_task_cancel(first), 0);
    assert_int_equal(rt_condition_notify(&shared.condition, 1), 0);
    give_lock(&shared);
    assert_int_equal(join(first), -ECANCELED);
    assert_int_equal(join(second), 0);
    shared_finish(&shared);
}

TASK_TEST(the_notify_of_a_waiter_that_is_then_cancelled_goes_to_another)
{
    struct shared shared;
    shared_init(&shared);
    struct waiter waiters[] = {{&shared, 'a', RT_FOREVER}, {&shared, 'b', RT_FOREVER}, {&shared, 'c', RT_FOREVER}};
    struct rt_task *tasks[3];
    for (int i = 0; i < 3; i++)
        tasks[i] = start_waiter(&waiters[i]);
    take_lock(&shared);
    assert_int_equal(rt_condition_notify(&shared.condition, 1), 0);
    assert_int_equal(rt_task_cancel(tasks[0]), 0);
    let_others_run();
    assert_int_equal(rt_task_state(tasks[0]), RT_TASK_RUNNING); /* not without the lock */
    give_lock(&shared);
    assert_int_equal(join(tasks[0]), -ECANCELED);
    assert_int_equal(join(tasks[1]), 0);
    let_others_run();
    assert_int_equal(rt_task_state(tasks[2]), RT_TASK_RUNNING); /* it was one notify, and is still one */
    rt_task_cancel(tasks[2]);
    assert_int_equal(join(tasks[2]), -ECANCELED);
    shared_finish(&shared);
}

static int wait_under_a_shield(void *arg)
{
    struct rt_timeout shield;
    rt_shield_begin(&shield);
    int error = wait_once(arg);
    rt_shield_end(&shield);
    return error < 0 ? error : rt_yield();
}

TASK_TEST(a_shield_keeps_the_cancel_from_a_condition)
{
    struct shared shared;
    shared_init(&shared);
    struct waiter waiter = {&shared, 'a', RT_FOREVER};
    struct rt_task *task = spawn(wait_under_a_shield, &waiter);
    let_others_run();
    rt_task_cancel(task);
    let_others_run();
    take_lock(&shared);
    assert_int_equal(rt_condition_notify(&shared.condition, 1), 0);
    give_lock(&shared);
    assert_int_equal(join(task), -ECANCELED); /* of the yield */
    assert_string_equal(shared.log, "a");
    shared_finish(&shared);
}

static int cancel_oneself_and_wait(void *arg)
{
    struct shared *shared = arg;
    take_lock(shared);
    rt_task_cancel(rt_task_self());
    int error = rt_condition_wait(&shared->condition, RT_FOREVER);
    give_lock(shared);
    return error;
}

TASK_TEST(a_cancel_that_is_due_ends_the_wait_before_the_lock_is_given_up)
{
    struct shared shared;
    shared_init(&shared);
    assert_int_equal(join(spawn(cancel_oneself_and_wait, &shared)), -ECANCELED);
    shared_finish(&shared);
}

static int wait_within_a_scope(void *arg)
{
    struct shared *shared = arg;
    struct rt_timeout timeout;
    take_lock(shared);
    rt_timeout_begin(&timeout, rt_deadline_ns(5 * RT_NS_PER_MS));
    int error = rt_condition_wait(&shared->condition, RT_FOREVER);
    int end = rt_timeout_end(&timeout);
    give_lock(shared);
    return error == -ETIMEDOUT && end == -ETIMEDOUT ? 0 : -1;
}

TASK_TEST(a_timeout_scope_ends_a_condition_with_the_lock)
{
    struct shared shared;
    shared_init(&shared);
    assert_int_equal(join(spawn(wait_within_a_scope, &shared)), 0);
    shared_finish(&shared);
}

static bool has_item(void *arg)
{
    return ((struct shared *)arg)->items > 0;
}

static int take_item(void *arg)
{
    struct shared *shared = arg;
    take_lock(shared);
    int error = rt_condition_wait_for(&shared->condition, has_item, shared, RT_FOREVER);
    if (error == 0)
        shared->items--;
    give_lock(shared);
    return error;
}

TASK_TEST(wait_for_goes_on_only_when_its_predicate_holds)
{
    struct shared shared;
    shared_init(&shared);
    struct rt_task *tasks[3];
    for (int i = 0; i < 3; i++)
        tasks[i] = spawn(take_item, &shared);
    let_others_run();
    take_lock(&shared);
    shared.items = 2;
    assert_int_equal(rt_condition_notify_all(&shared.condition), 0);
    give_lock(&shared);
    assert_int_equal(join(tasks[0]), 0);
    assert_int_equal(join(tasks[1]), 0);
    let_others_run();
    assert_int_equal(rt_task_state(tasks[2]), RT_TASK_RUNNING);
    rt_task_cancel(tasks[2]);
    assert_int_equal(join(tasks[2]), -ECANCELED);
    assert_int_equal(shared.items, 0);

    take_lock(&shared);
    assert_int_equal(rt_condition_wait_for(&shared.condition, has_item, &shared, rt_deadline_ns(RT_NS_PER_MS)),
                     -ETIMEDOUT);
    shared.items = 1;
    assert_int_equal(rt_condition_wait_for(&shared.condition, has_item, &shared, 0), 0);
    give_lock(&shared);
    shared_finish(&shared);
}

static int bring_item_in_silence(void *arg)
{
    struct shared *shared = arg;
    take_lock(shared);
    shared->items++;
    give_lock(shared);
    return 0;
}

TASK_TEST(wait_for_looks_once_more_when_its_deadline_has_passed)
{
    struct shared shared;
    shared_init(&shared);
    struct rt_task *task = spawn(bring_item_in_silence, &shared);
    take_lock(&shared);
    assert_int_equal(rt_condition_wait_for(&shared.condition, has_item, &shared, rt_deadline_ns(5 * RT_NS_PER_MS)), 0);
    give_lock(&shared);
    assert_int_equal(join(task), 0);
    shared_finish(&shared);
}

TASK_TEST(without_the_lock_nobody_waits_or_notifies)
{
    struct shared shared;
    shared_init(&shared);
    for (int held_by_another = 0; held_by_another < 2; held_by_another++) {
        struct rt_task *task = NULL;
        struct waiter waiter = {&shared, 'a', RT_FOREVER};
        if (held_by_another)
            task = start_waiter(&waiter);
        assert_int_equal(rt_condition_wait(&shared.condition, 0), -EPERM);
        assert_int_equal(rt_condition_wait_for(&shared.condition, has_item, &shared, 0), -EPERM);
        assert_int_equal(rt_condition_notify(&shared.condition, 1), -EPERM);
        assert_int_equal(rt_condition_notify_all(&shared.condition), -EPERM);
        if (task) {
            rt_task_cancel(task);
            assert_int_equal(join(task), -ECANCELED);
        }
    }
    shared_finish(&shared);
}

static int keep_the_lock_for_ever(void *arg)
{
    struct shared *shared = arg;
    struct rt_event never;
    rt_event_init(&never);
    take_lock(shared);
    rt_condition_notify(&shared->condition, 1);
    int error = rt_event_wait(&never, RT_FOREVER);
    give_lock(shared);
    return error;
}

TASK_TEST(in_a_dead_end_a_wait_says_whether_it_has_the_lock)
{
    struct shared shared;
    shared_init(&shared);
    take_lock(&shared);
    assert_int_equal(rt_condition_wait(&shared.condition, RT_FOREVER), -EDEADLK);
    struct rt_task *task = spawn(keep_the_lock_for_ever, &shared);
    assert_int_equal(rt_condition_wait(&shared.condition, RT_FOREVER), -ENOTRECOVERABLE);
    assert_int_equal(rt_lock_release(&shared.lock), -EPERM);
    rt_task_cancel(task);
    assert_int_equal(join(task), -ECANCELED);
    shared_finish(&shared);
}

static void outside_a_task_a_condition_is_of_no_use(void **state)
{
    (void)state;
    struct shared shared;
    shared_init(&shared);
    assert_int_equal(rt_condition_wait(&shared.condition, 0), -EINVAL);
    assert_int_equal(rt_condition_wait_for(&shared.condition, has_item, &shared, 0), -EINVAL);
    assert_int_equal(rt_condition_notify(&shared.condition, 1), -EPERM);
    shared_finish(&shared);
}

enum { CROWD = 500 };

/* Nothing of this lies on a stack that may be put aside. */
static int take_items_parked(void *arg)
{
    struct shared *shared = arg;
    for (int i = 0; i < 3; i++) {
        int error = take_item(shared);
        if (error < 0)
            return error;
        shared->passed++;
    }
    return 0;
}

TASK_TEST(many_parkable_tasks_wait_for_a_condition)
{
    static const struct rt_task_options parkable = {.parkable = true};
    struct shared shared;
    struct rt_task *tasks[CROWD];
    shared_init(&shared);
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(rt_task_spawn_with(&tasks[i], take_items_parked, &shared, &parkable), 0);
    let_others_run();
    for (int i = 0; i < CROWD; i += 10)
        rt_task_cancel(tasks[i]);
    int left = (CROWD - CROWD / 10) * 3;
    while (left > 0) {
        take_lock(&shared);
        int some = left < 100 ? left : 100;
        shared.items += some;
        left -= some;
        assert_int_equal(rt_condition_notify(&shared.condition, (uint32_t)some), 0);
        give_lock(&shared);
        assert_int_equal(rt_yield(), 0);
    }
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(join(tasks[i]), i % 10 ? 0 : -ECANCELED);
    assert_int_equal(shared.passed, (CROWD - CROWD / 10) * 3);
    shared_finish(&shared);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wait_gives_the_lock_up_and_notify_wakes_the_longest_waiters),
        cmocka_unit_test(a_wait_times_out_with_the_lock_and_not_before_its_deadline),
        cmocka_unit_test(whoever_times_out_still_waits_for_the_lock),
        cmocka_unit_test(a_notified_waiter_is_past_its_deadline_while_it_waits_for_the_lock),
        cmocka_unit_test(a_cancelled_waiter_has_the_lock_as_it_returns),
        cmocka_unit_test(a_notify_goes_past_a_waiter_that_is_being_cancelled),
        cmocka_unit_test(the_notify_of_a_waiter_that_is_then_cancelled_goes_to_another),
        cmocka_unit_test(a_shield_keeps_the_cancel_from_a_condition),
        cmocka_unit_test(a_cancel_that_is_due_ends_the_wait_before_the_lock_is_given_up),
        cmocka_unit_test(a_timeout_scope_ends_a_condition_with_the_lock),
        cmocka_unit_test(wait_for_goes_on_only_when_its_predicate_holds),
        cmocka_unit_test(wait_for_looks_once_more_when_its_deadline_has_passed),
        cmocka_unit_test(without_the_lock_nobody_waits_or_notifies),
        cmocka_unit_test(in_a_dead_end_a_wait_says_whether_it_has_the_lock),
        cmocka_unit_test(outside_a_task_a_condition_is_of_no_use),
        cmocka_unit_test(many_parkable_tasks_wait_for_a_condition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
