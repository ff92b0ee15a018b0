/* Event, lock, semaphore: who is served, in which order, and what a timeout or a cancel leaves behind. */
#include "rt_test.h"

/* --- event --- */

struct event_wait {
    struct rt_event *event;
    int64_t duration_ns;
};

static int wait_for_event(void *arg)
{
    struct event_wait *wait = arg;
    return rt_event_wait(wait->event, rt_deadline_ns(wait->duration_ns));
}

static int wait_for_event_twice(void *arg)
{
    struct event_wait *wait = arg;
    int error = rt_event_wait(wait->event, rt_deadline_ns(wait->duration_ns));
    return error < 0 ? error : rt_event_wait(wait->event, RT_FOREVER);
}

TASK_TEST(setting_an_event_wakes_everyone_who_waits)
{
    struct rt_event event;
    rt_event_init(&event);
    struct event_wait wait = {&event, RT_FOREVER};
    struct rt_task *tasks[10];
    for (int i = 0; i < 10; i++)
        tasks[i] = spawn(wait_for_event, &wait);
    let_others_run();
    for (int i = 0; i < 10; i++)
        assert_int_equal(rt_task_state(tasks[i]), RT_TASK_RUNNING);
    rt_event_set(&event);
    for (int i = 0; i < 10; i++)
        assert_int_equal(join(tasks[i]), 0);
    rt_event_finish(&event);
}

TASK_TEST(a_set_event_lets_everyone_pass_until_it_is_cleared)
{
    struct rt_event event;
    rt_event_init(&event);
    rt_event_set(&event);
    assert_int_equal(rt_event_wait(&event, 0), 0);
    assert_int_equal(rt_event_wait(&event, RT_FOREVER), 0);
    rt_event_clear(&event);
    assert_int_equal(rt_event_wait(&event, 0), -ETIMEDOUT);
    rt_event_finish(&event);
}

TASK_TEST(a_woken_waiter_passes_even_if_the_event_is_cleared_at_once)
{
    struct rt_event event;
    rt_event_init(&event);
    struct event_wait wait = {&event, RT_FOREVER};
    struct rt_task *task = spawn(wait_for_event, &wait);
    let_others_run();
    rt_event_set(&event);
    rt_event_clear(&event);
    assert_int_equal(join(task), 0);
    rt_event_finish(&event);
}

TASK_TEST(an_event_wait_times_out_and_not_before_its_deadline)
{
    struct rt_event event;
    rt_event_init(&event);
    int64_t start = rt_now_ns();
    assert_int_equal(rt_event_wait(&event, start + 15 * RT_NS_PER_MS), -ETIMEDOUT);
    assert_true(rt_now_ns() - start >= 15 * RT_NS_PER_MS);
    rt_event_finish(&event);
}

TASK_TEST(a_cancelled_or_timed_out_waiter_leaves_the_others_in_line)
{
    struct rt_event event;
    rt_event_init(&event);
    struct event_wait forever = {&event, RT_FOREVER}, shortly = {&event, 5 * RT_NS_PER_MS};
    struct rt_task *first = spawn(wait_for_event, &forever);
    struct rt_task *timed_out = spawn(wait_for_event, &shortly);
    struct rt_task *cancelled = spawn(wait_for_event, &forever);
    struct rt_task *last = spawn(wait_for_event, &forever);
    let_others_run();
    assert_int_equal(rt_task_cancel(cancelled), 0);
    assert_int_equal(join(cancelled), -ECANCELED);
    assert_int_equal(join(timed_out), -ETIMEDOUT);
    rt_event_set(&event);
    assert_int_equal(join(first), 0);
    assert_int_equal(join(last), 0);
    rt_event_finish(&event);
}

/* --- lock --- */

struct lock_user {
    struct rt_lock *lock;
    char name, **log;
    int64_t duration_ns;
};

static int use_lock(void *arg)
{
    struct lock_user *user = arg;
    int error = rt_lock_acquire(user->lock, rt_deadline_ns(user->duration_ns));
    if (error < 0)
        return error;
    *(*user->log)++ = user->name;
    rt_yield();
    rt_yield();
    *(*user->log)++ = user->name;
    return rt_lock_release(user->lock);
}

TASK_TEST(a_lock_is_held_by_one_at_a_time_in_the_order_of_asking)
{
    struct rt_lock lock;
    char log[32] = "", *at = log;
    rt_lock_init(&lock);
    struct lock_user users[4];
    struct rt_task *tasks[4];
    for (int i = 0; i < 4; i++) {
        users[i] = (struct lock_user){&lock, (char)('a' + i), &at, RT_FOREVER};
        tasks[i] = spawn(use_lock, &users[i]);
    }
    for (int i = 0; i < 4; i++)
        assert_int_equal(join(tasks[i]), 0);
    assert_string_equal(log, "aabbccdd");
    rt_lock_finish(&lock);
}

TASK_TEST(a_newcomer_does_not_overtake_the_one_the_lock_was_handed_to)
{
    struct rt_lock lock;
    char log[32] = "", *at = log;
    rt_lock_init(&lock);
    struct lock_user waiter = {&lock, 'w', &at, RT_FOREVER};
    assert_int_equal(rt_lock_acquire(&lock, RT_FOREVER), 0);
    struct rt_task *task = spawn(use_lock, &waiter);
    let_others_run();
    assert_int_equal(rt_lock_release(&lock), 0);
    /* The waiter has not run since, yet the lock is its own. */
    assert_int_equal(rt_lock_acquire(&lock, RT_FOREVER), 0);
    *at++ = 'm';
    assert_int_equal(rt_lock_release(&lock), 0);
    assert_int_equal(join(task), 0);
    assert_string_equal(log, "wwm");
    rt_lock_finish(&lock);
}

TASK_TEST(waiters_that_give_up_do_not_hold_up_the_lock)
{
    struct rt_lock lock;
    char log[32] = "", *at = log;
    rt_lock_init(&lock);
    struct lock_user users[] = {{&lock, 'a', &at, RT_FOREVER},
                                {&lock, 'b', &at, 5 * RT_NS_PER_MS},
                                {&lock, 'c', &at, RT_FOREVER},
                                {&lock, 'd', &at, RT_FOREVER}};
    assert_int_equal(rt_lock_acquire(&lock, RT_FOREVER), 0);
    struct rt_task *tasks[4];
    for (int i = 0; i < 4; i++)
        tasks[i] = spawn(use_lock, &users[i]);
    let_others_run();
    assert_int_equal(rt_task_cancel(tasks[2]), 0);
    assert_int_equal(join(tasks[2]), -ECANCELED);
    assert_int_equal(join(tasks[1]), -ETIMEDOUT);
    assert_int_equal(rt_lock_release(&lock), 0);
    assert_int_equal(join(tasks[0]), 0);
    assert_int_equal(join(tasks[3]), 0);
    assert_string_equal(log, "aadd");
    rt_lock_finish(&lock);
}

static int take_lock_and_sleep(void *arg)
{
    int error = rt_lock_acquire(arg, RT_FOREVER);
    if (error < 0)
        return error;
    error = rt_sleep_ns(RT_NS_PER_S);
    rt_lock_release(arg);
    return error == -ECANCELED ? 1 : 0;
}

TASK_TEST(a_cancel_after_the_handover_meets_the_next_wait)
{
    struct rt_lock lock;
    rt_lock_init(&lock);
    assert_int_equal(rt_lock_acquire(&lock, RT_FOREVER), 0);
    struct rt_task *task = spawn(take_lock_and_sleep, &lock);
    let_others_run();
    assert_int_equal(rt_lock_release(&lock), 0);
    assert_int_equal(rt_task_cancel(task), 0);
    assert_int_equal(join(task), 1);
    assert_int_equal(rt_lock_acquire(&lock, 0), 0);
    assert_int_equal(rt_lock_release(&lock), 0);
    rt_lock_finish(&lock);
}

static int try_lock(void *arg)
{
    return rt_lock_try_acquire(arg);
}

static int release_lock(void *arg)
{
    return rt_lock_release(arg);
}

TASK_TEST(only_the_owner_releases_and_nobody_takes_twice)
{
    struct rt_lock lock;
    rt_lock_init(&lock);
    assert_int_equal(rt_lock_release(&lock), -EPERM);
    assert_int_equal(rt_lock_acquire(&lock, RT_FOREVER), 0);
    assert_int_equal(rt_lock_acquire(&lock, RT_FOREVER), -EDEADLK);
    assert_int_equal(join(spawn(release_lock, &lock)), -EPERM);
    assert_int_equal(rt_lock_release(&lock), 0);
    rt_lock_finish(&lock);
}

/* --- semaphore --- */

struct crowd {
    struct rt_semaphore semaphore;
    int inside, most_inside, entered[64], entered_count;
};

struct visitor {
    struct crowd *crowd;
    int number;
};

static int visit(void *arg)
{
    struct visitor *visitor = arg;
    struct crowd *crowd = visitor->crowd;
    int error = rt_semaphore_acquire(&crowd->semaphore, RT_FOREVER);
    if (error < 0)
        return error;
    crowd->entered[crowd->entered_count++] = visitor->number;
    if (++crowd->inside > crowd->most_inside)
        crowd->most_inside = crowd->inside;
    rt_sleep_ns((visitor->number % 3 + 1) * RT_NS_PER_MS);
    crowd->inside--;
    rt_semaphore_release(&crowd->semaphore);
    return 0;
}

TASK_TEST(a_semaphore_admits_as_many_as_it_has_permits_in_the_order_of_asking)
{
    struct crowd crowd = {0};
    struct visitor visitors[50];
    struct rt_task *tasks[50];
    rt_semaphore_init(&crowd.semaphore, 4);
    for (int i = 0; i < 50; i++) {
        visitors[i] = (struct visitor){&crowd, i};
        tasks[i] = spawn(visit, &visitors[i]);
    }
    for (int i = 0; i < 50; i++)
        assert_int_equal(join(tasks[i]), 0);
    assert_int_equal(crowd.most_inside, 4);
    for (int i = 0; i < 50; i++)
        assert_int_equal(crowd.entered[i], i);
    assert_int_equal(crowd.semaphore.permits, 4);
    rt_semaphore_finish(&crowd.semaphore);
}

static int take_permit_within_5_ms(void *arg)
{
    return rt_semaphore_acquire(arg, rt_deadline_ns(5 * RT_NS_PER_MS));
}

static int take_permit(void *arg)
{
    return rt_semaphore_acquire(arg, RT_FOREVER);
}

TASK_TEST(no_permit_is_lost_to_a_waiter_that_gave_up)
{
    struct rt_semaphore semaphore;
    rt_semaphore_init(&semaphore, 0);
    struct rt_task *timed_out = spawn(take_permit_within_5_ms, &semaphore);
    struct rt_task *cancelled = spawn(take_permit, &semaphore);
    let_others_run();
    rt_task_cancel(cancelled);
    assert_int_equal(join(cancelled), -ECANCELED);
    assert_int_equal(join(timed_out), -ETIMEDOUT);
    rt_semaphore_release(&semaphore);
    assert_int_equal(semaphore.permits, 1);
    assert_int_equal(rt_semaphore_acquire(&semaphore, 0), 0);
    rt_semaphore_finish(&semaphore);
}

TASK_TEST(a_permit_handed_over_stays_with_a_task_that_is_then_cancelled)
{
    struct rt_semaphore semaphore;
    rt_semaphore_init(&semaphore, 0);
    struct rt_task *task = spawn(take_permit, &semaphore);
    let_others_run();
    rt_semaphore_release(&semaphore);
    rt_task_cancel(task);
    assert_int_equal(join(task), 0);
    assert_int_equal(semaphore.permits, 0);
    rt_semaphore_finish(&semaphore);
}

TASK_TEST(a_permit_handed_over_cannot_be_taken_by_a_newcomer)
{
    struct rt_semaphore semaphore;
    rt_semaphore_init(&semaphore, 0);
    struct rt_task *task = spawn(take_permit, &semaphore);
    let_others_run();
    rt_semaphore_release(&semaphore);
    assert_int_equal(rt_semaphore_acquire(&semaphore, 0), -ETIMEDOUT);
    assert_int_equal(join(task), 0);
    rt_semaphore_finish(&semaphore);
}

TASK_TEST(a_lock_that_is_taken_is_not_tried_twice)
{
    struct rt_lock lock;
    rt_lock_init(&lock);
    assert_false(rt_lock_is_held(&lock));
    assert_int_equal(rt_lock_try_acquire(&lock), 0);
    assert_true(rt_lock_is_held(&lock));
    assert_int_equal(rt_lock_try_acquire(&lock), -EDEADLK);
    assert_int_equal(join(spawn(try_lock, &lock)), -EAGAIN);
    struct rt_task *task = spawn(take_lock_and_sleep, &lock);
    let_others_run();
    assert_int_equal(rt_lock_release(&lock), 0);
    assert_int_equal(rt_lock_try_acquire(&lock), -EAGAIN); /* it was handed over */
    rt_task_cancel(task);
    assert_int_equal(join(task), 1);
    rt_lock_finish(&lock);
}

TASK_TEST(a_permit_is_tried_for_without_overtaking_those_who_wait)
{
    struct rt_semaphore semaphore;
    rt_semaphore_init(&semaphore, 1);
    assert_int_equal(rt_semaphore_try_acquire(&semaphore), 0);
    assert_int_equal(rt_semaphore_try_acquire(&semaphore), -EAGAIN);
    struct rt_task *task = spawn(take_permit, &semaphore);
    let_others_run();
    assert_int_equal(rt_semaphore_release(&semaphore), 0);
    assert_int_equal(rt_semaphore_try_acquire(&semaphore), -EAGAIN);
    assert_int_equal(join(task), 0);
    rt_semaphore_finish(&semaphore);
}

TASK_TEST(a_permit_too_many_is_refused)
{
    struct rt_semaphore semaphore;
    rt_semaphore_init_bounded(&semaphore, 2);
    assert_int_equal(rt_semaphore_release(&semaphore), -EOVERFLOW);
    assert_int_equal(rt_semaphore_acquire(&semaphore, 0), 0);
    assert_int_equal(rt_semaphore_release(&semaphore), 0);
    assert_int_equal(rt_semaphore_release(&semaphore), -EOVERFLOW);
    assert_int_equal(semaphore.permits, 2);
    rt_semaphore_finish(&semaphore);
    rt_semaphore_init(&semaphore, UINT32_MAX);
    assert_int_equal(rt_semaphore_release(&semaphore), -EOVERFLOW);
    assert_int_equal(rt_semaphore_acquire(&semaphore, 0), 0);
    rt_semaphore_finish(&semaphore);
}

TASK_TEST(an_event_says_whether_it_is_set)
{
    struct rt_event event;
    rt_event_init(&event);
    assert_false(rt_event_is_set(&event));
    rt_event_set(&event);
    assert_true(rt_event_is_set(&event));
    rt_event_clear(&event);
    assert_false(rt_event_is_set(&event));
    rt_event_finish(&event);
}

static void outside_a_task_nothing_can_be_waited_for(void **state)
{
    (void)state;
    struct rt_event event;
    struct rt_lock lock;
    struct rt_semaphore semaphore;
    rt_event_init(&event);
    rt_lock_init(&lock);
    rt_semaphore_init(&semaphore, 1);
    assert_int_equal(rt_event_wait(&event, RT_FOREVER), -EINVAL);
    assert_int_equal(rt_lock_acquire(&lock, RT_FOREVER), -EINVAL);
    assert_int_equal(rt_lock_try_acquire(&lock), -EINVAL);
    assert_int_equal(rt_lock_release(&lock), -EPERM);
    assert_int_equal(rt_semaphore_acquire(&semaphore, RT_FOREVER), -EINVAL);
    rt_event_finish(&event);
    rt_lock_finish(&lock);
    rt_semaphore_finish(&semaphore);
}

TASK_TEST(the_deadline_of_a_wait_that_ended_does_not_end_the_next)
{
    struct rt_event event;
    rt_event_init(&event);
    struct event_wait wait = {&event, 3 * RT_NS_PER_MS};
    for (int i = 0; i < 3; i++) {
        struct rt_task *task = spawn(wait_for_event_twice, &wait);
        let_others_run();
        rt_event_set(&event);
        rt_event_clear(&event);
        assert_int_equal(rt_sleep_ns(6 * RT_NS_PER_MS), 0);
        assert_int_equal(rt_task_state(task), RT_TASK_RUNNING);
        rt_event_set(&event);
        assert_int_equal(join(task), 0);
        rt_event_clear(&event);
    }
    rt_event_finish(&event);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setting_an_event_wakes_everyone_who_waits),
        cmocka_unit_test(a_set_event_lets_everyone_pass_until_it_is_cleared),
        cmocka_unit_test(a_woken_waiter_passes_even_if_the_event_is_cleared_at_once),
        cmocka_unit_test(an_event_wait_times_out_and_not_before_its_deadline),
        cmocka_unit_test(a_cancelled_or_timed_out_waiter_leaves_the_others_in_line),
        cmocka_unit_test(a_lock_is_held_by_one_at_a_time_in_the_order_of_asking),
        cmocka_unit_test(a_newcomer_does_not_overtake_the_one_the_lock_was_handed_to),
        cmocka_unit_test(waiters_that_give_up_do_not_hold_up_the_lock),
        cmocka_unit_test(a_cancel_after_the_handover_meets_the_next_wait),
        cmocka_unit_test(only_the_owner_releases_and_nobody_takes_twice),
        cmocka_unit_test(a_semaphore_admits_as_many_as_it_has_permits_in_the_order_of_asking),
        cmocka_unit_test(no_permit_is_lost_to_a_waiter_that_gave_up),
        cmocka_unit_test(a_permit_handed_over_stays_with_a_task_that_is_then_cancelled),
        cmocka_unit_test(a_permit_handed_over_cannot_be_taken_by_a_newcomer),
        cmocka_unit_test(a_lock_that_is_taken_is_not_tried_twice),
        cmocka_unit_test(a_permit_is_tried_for_without_overtaking_those_who_wait),
        cmocka_unit_test(a_permit_too_many_is_refused),
        cmocka_unit_test(an_event_says_whether_it_is_set),
        cmocka_unit_test(outside_a_task_nothing_can_be_waited_for),
        cmocka_unit_test(the_deadline_of_a_wait_that_ended_does_not_end_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
